"""Bolt with our listeners: one for each kind of payload, and our own word on who may come in."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.api import hush
from bot.adapters.slack.events import Events
from bot.adapters.slack.handlers import Handlers
from bot.adapters.slack.workspaces import Workspace, Workspaces

logger = logging.getLogger(__name__)

NOT_INSTALLED = "FlaskQuiz is not installed in this workspace any more. An admin can install it."
ANY = re.compile("")
"""Every one: what this version does not know is refused in words, not left to spin."""
_KEY = "flaskquiz"
_REMOVALS = ("app_uninstalled", "tokens_revoked")


class _Authorize(AsyncAuthorize):
    """Says who we are in the workspace of a request, without a call of Slack's API."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def __call__(
        self, *, context: AsyncBoltContext, team_id: str | None, **_: Any
    ) -> AuthorizeResult | None:
        found = await self._workspaces.find(team_id) if team_id else None
        if found is None:
            return None
        context[_KEY] = found
        return AuthorizeResult(
            enterprise_id=None,
            team_id=found.id,
            bot_id=found.bot_id,
            bot_user_id=found.bot_user_id,
            bot_token=found.token,
        )


class Bolt:
    """The dispatcher that both transports hand their requests to."""

    def __init__(
        self, api_url: str, workspaces: Workspaces, handlers: Handlers, events: Events
    ) -> None:
        self._workspaces = workspaces
        self._handlers = handlers
        self._events = events
        self._app = AsyncApp(
            logger=hush(),
            name="flaskquiz",
            process_before_response=True,
            client=AsyncWebClient(base_url=api_url, logger=hush(), retry_handlers=[]),
            authorize=_Authorize(workspaces),  # type: ignore[arg-type]  # None: not installed
            user_facing_authorize_error_message=NOT_INSTALLED,
            request_verification_enabled=False,  # done in http.py, before anything is parsed
            ssl_check_enabled=False,
            attaching_function_token_enabled=False,
        )
        self._listen()

    async def dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        """Do what a verified request asks for."""
        response = await self._app.async_dispatch(request)
        if response.status == 200 and request.body.get("type") == "event_callback":
            return BoltResponse(status=200, body="")  # events are acknowledged without words
        return response

    def _listen(self) -> None:
        handlers = self._handlers
        self._app.action(ANY)(_listener(handlers.on_press))
        self._app.view(ANY)(_listener(handlers.on_submit))
        self._app.command(ANY)(_listener(handlers.on_command))
        self._app.message_shortcut(ANY)(_listener(handlers.on_shortcut))
        self._app.event(ANY)(self._on_event)
        self._app.error(_on_error)

    async def _on_event(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        if body["event"]["type"] in _REMOVALS:
            await self._events.on_removed(body, str(context.team_id))
        else:
            await self._events.on_event(body, _workspace(context))


def _listener(handler: Callable[..., Any]) -> Callable[..., Any]:
    async def listen(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await handler(ack, body, _workspace(context))

    return listen


def _workspace(context: AsyncBoltContext) -> Workspace:
    workspace = context[_KEY]
    assert isinstance(workspace, Workspace)  # _authorize put it there
    return workspace


async def _on_error(error: Exception) -> BoltResponse:
    """The edge: nothing is acknowledged, and an event comes again."""
    logger.error("A request of Slack's could not be handled", exc_info=error)
    return BoltResponse(status=500, body="")
