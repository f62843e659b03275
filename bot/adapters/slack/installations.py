"""The workspaces the app is installed in: one named by its token, or many kept encrypted."""

from __future__ import annotations

import logging
from collections import OrderedDict
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.errors import SlackApiError

from bot.adapters.slack.api import Api, code_of, scopes_of
from bot.adapters.slack.refused import DEAD_TOKEN
from bot.adapters.slack.workspaces import Workspace
from bot.core.errors import StartError
from bot.core.ports import Clock, Installation, Installations

logger = logging.getLogger(__name__)

REMEMBERED = timedelta(minutes=1)
"""How long an installation is used without asking the store again."""
_MOST = 10_000


class OneWorkspace:
    """The one workspace of a bot token; who we are in it is asked once."""

    def __init__(self, api: Api, token: str) -> None:
        self._api = api
        self._token = token
        self._found: Workspace | None = None

    async def find(self, team: str) -> Workspace | None:
        """The workspace, if it is ours."""
        found = self._found or await self.identify()
        return found if found.id == team else None

    def recall(self, team: str) -> None:
        """Nothing to look for: the token is a setting."""

    async def forget(self, team: str, before: datetime) -> bool:  # noqa: ARG002  # a setting stays
        """
        Say that the token of our settings no longer works; the host has to replace it.

        False where it works: the news is of one that was replaced. Raises what a call raises where
        Slack cannot be asked.
        """
        if self._found is None or self._found.id != team:
            return False
        try:
            await self.identify()
        except SlackApiError as error:
            if code_of(error) not in DEAD_TOKEN:
                raise
        else:
            return False
        self._found = None
        logger.error("The Slack app was removed or its token revoked: install it again.")
        return True

    async def identify(self) -> Workspace:
        """Ask Slack whose token this is; raises SlackApiError."""
        answer = await self._api.client(self._token).auth_test()
        self._found = Workspace(
            id=answer["team_id"],
            token=self._token,
            bot_id=answer["bot_id"],
            bot_user_id=answer["user_id"],
            scopes=scopes_of(answer),
        )
        return self._found


class ManyWorkspaces:
    """Workspaces that installed the app by OAuth; only here are their tokens seen plain."""

    def __init__(self, installations: Installations, keys: TokenKeys, clock: Clock) -> None:
        self._installations = installations
        self._keys = keys
        self._clock = clock
        self._known: OrderedDict[str, tuple[Workspace, datetime]] = OrderedDict()

    async def find(self, team: str) -> Workspace | None:
        """The workspace as installed last; None when its token cannot be read either."""
        known, now = self._known.get(team), self._clock()
        if known and now < known[1] + REMEMBERED:
            return known[0]
        self._known.pop(team, None)
        kept = await self._installations.find_installation(team)
        if kept is None or (token := self._keys.decrypt(kept)) is None:
            return None
        found = Workspace(
            id=kept.workspace,
            token=token,
            bot_id=kept.bot_id,
            bot_user_id=kept.bot_user_id,
            installed_by=kept.installed_by,
            scopes=frozenset(filter(None, kept.scopes.split(","))),
        )
        self._known[team] = found, now
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return found

    async def keep(self, workspace: Workspace) -> None:
        """Keep a workspace that has just installed the app."""
        installation = Installation(
            workspace=workspace.id,
            token=self._keys.encrypt(workspace.token),
            bot_id=workspace.bot_id,
            bot_user_id=workspace.bot_user_id,
            installed_by=workspace.installed_by,
            scopes=",".join(sorted(workspace.scopes)),
            installed_at=self._clock(),
        )
        await self._installations.keep_installation(installation)
        self._known.pop(workspace.id, None)

    def recall(self, team: str) -> None:
        """Ask the store again the next time."""
        self._known.pop(team, None)

    async def forget(self, team: str, before: datetime) -> bool:
        """Delete a workspace's installation, unless it is newer than *before*."""
        self._known.pop(team, None)
        kept = await self._installations.find_installation(team)
        if kept is not None and kept.installed_at > before:
            return False
        await self._installations.delete_installation(team)
        return True


class TokenKeys:
    """Encrypts tokens and OAuth states; the first key encrypts, all decrypt."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        if not keys:
            raise StartError("TOKEN_KEY is missing: it encrypts the tokens of Slack workspaces.")
        try:
            self._keys = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise StartError(
                "TOKEN_KEY is not a key: make one with `flaskquiz token-key`."
            ) from None

    def encrypt(self, token: str) -> bytes:
        """*token* as it is kept."""
        return self._keys.encrypt(token.encode())

    def decrypt(self, installation: Installation) -> str | None:
        """The token of an installation; None when no key of ours fits."""
        try:
            return self._keys.decrypt(installation.token).decode()
        except InvalidToken:
            logger.error(  # noqa: TRY400  # the traceback says no more
                "No key in TOKEN_KEY opens the token of workspace %s: give the key it was kept "
                "with, or let the workspace install the app again.",
                installation.workspace,
            )
            return None

    def seal(self, words: str, now: datetime) -> str:
        """Encrypt *words* with the moment, to be opened by any process that has the key."""
        return self._keys.encrypt_at_time(words.encode(), int(now.timestamp())).decode()

    def is_sealed(self, sealed: str, now: datetime, lasts: timedelta) -> bool:
        """Whether we sealed this, no longer ago than *lasts*."""
        seconds = int(lasts.total_seconds())
        try:
            self._keys.decrypt_at_time(sealed, seconds, int(now.timestamp()))
        except (InvalidToken, ValueError):
            return False
        return True
