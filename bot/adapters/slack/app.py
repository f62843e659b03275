"""The Slack face: its parts put together, started and stopped."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Protocol

from aiohttp import web

from bot.adapters.slack.answers import Answers
from bot.adapters.slack.api import CALL_ERRORS, PASSING, Api, code_of, reason_of
from bot.adapters.slack.bolt import Bolt
from bot.adapters.slack.callers import Callers
from bot.adapters.slack.edge import Once
from bot.adapters.slack.events import Events
from bot.adapters.slack.handlers import Handlers
from bot.adapters.slack.http import Door
from bot.adapters.slack.installations import ManyWorkspaces, OneWorkspace, TokenKeys
from bot.adapters.slack.messenger import SlackMessenger
from bot.adapters.slack.oauth import OAuth
from bot.adapters.slack.options import SlackOptions, SocketPatience
from bot.adapters.slack.people import People
from bot.adapters.slack.socket import Socket
from bot.adapters.slack.workspaces import Workspaces
from bot.core.errors import StartError
from bot.core.ports import Clock, Installations, Store
from bot.core.quiz import Quiz

logger = logging.getLogger(__name__)


__all__ = ["SlackFace", "SlackOptions"]


class SlackStore(Store, Installations, Protocol):
    """What the face needs of the store."""


class SlackFace:
    """
    The quiz in Slack: by Socket Mode with an app token, else by HTTP through `routes`.

    The messenger works from the beginning, whether the face is started or not.
    """

    def __init__(
        self,
        quiz: Quiz,
        store: SlackStore,
        options: SlackOptions,
        clock: Clock,
        patience: SocketPatience | None = None,
    ) -> None:
        self._options = options
        self._clock = clock
        self._since: datetime | None = None
        self._api = Api(options.api_url)
        self._one: OneWorkspace | None = None
        self._oauth: OAuth | None = None
        self._workspaces = self._open_workspaces(store)
        self._answers = Answers(self._api)
        self.messenger = SlackMessenger(self._api, self._workspaces)
        bolt = self._bolt(quiz, store)
        self._door = Door(options.signing_secret, bolt.dispatch) if options.signing_secret else None
        self._socket: Socket | None = None
        if options.app_token:
            self._socket = Socket(
                options.app_token, self._api, bolt.dispatch, clock, patience or SocketPatience()
            )

    def routes(self) -> list[web.RouteDef]:
        """What the web server answers for Slack; nothing in Socket Mode."""
        if self._socket is not None:
            return []
        door = self._door.routes if self._door else []
        return [*door, *(self._oauth.routes if self._oauth else [])]

    async def start(self) -> None:
        """Connect; raises StartError where Slack refuses a token for good."""
        if self._one is not None:
            await self._identify(self._one)
        if self._socket is not None:
            await self._socket.start()
        self._since = self._clock()

    async def stop(self) -> None:
        """Finish what is under way, then leave."""
        if self._socket is not None:
            await self._socket.stop()
        if self._door is not None:
            await self._door.finish()
        await self._answers.finish()
        await self._api.close()
        self._since = None

    def health(self) -> dict[str, Any]:
        """How the connection is, for /healthz."""
        if self._socket is not None:
            connected, since = self._socket.is_connected, self._socket.since
            return {"mode": "socket", "connected": connected, "since": since.isoformat()}
        listening = self._since is not None
        found: dict[str, Any] = {"mode": "http", "connected": listening}
        return found | ({"since": self._since.isoformat()} if self._since else {})

    def _open_workspaces(self, store: SlackStore) -> Workspaces:
        options = self._options
        if options.bot_token:
            self._one = OneWorkspace(self._api, options.bot_token)
            return self._one
        keys = TokenKeys(tuple(options.token_keys))
        many = ManyWorkspaces(store, keys, self._clock)
        self._oauth = OAuth(options, self._api, many, keys, store, self._clock)
        return many

    def _bolt(self, quiz: Quiz, store: Store) -> Bolt:
        people = People(self._api, self._clock)
        callers = Callers(people, self._options.admins)
        once = Once(store, self._clock)
        handlers = Handlers(quiz, callers, self._answers, once)
        events = Events(
            quiz, store, self._api, callers, people, self._answers, self._workspaces, once
        )
        return Bolt(self._options.api_url, self._workspaces, handlers, events)

    async def _identify(self, workspace: OneWorkspace) -> None:
        try:
            await workspace.identify()
        except CALL_ERRORS as error:
            if code_of(error) and code_of(error) not in PASSING:
                raise StartError(
                    f"Slack refuses SLACK_BOT_TOKEN ({code_of(error)}): copy it again from "
                    "OAuth & Permissions, Bot User OAuth Token."
                ) from None
            logger.warning("Slack does not answer yet: %s", reason_of(error))
