"""Bolt with our listeners: one for each kind of payload, and our own word on who may come in."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.api import hush
from bot.adapters.slack.edge import AgainError
from bot.adapters.slack.events import Events
from bot.adapters.slack.handlers import Handlers
from bot.adapters.slack.patience import begin
from bot.adapters.slack.workspaces import Workspace, Workspaces

logger = logging.getLogger(__name__)

Handle = Callable[[AsyncAck, dict[str, Any], Workspace], Awaitable[None]]
NOT_INSTALLED = "FlaskQuiz is not installed in this workspace any more. An admin can install it."
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
        self._app.use(_Handling(handlers, events))
        self._app.error(_on_error)

    async def dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        """Do what a verified request asks for."""
        begin()
        response = await self._app.async_dispatch(request)
        if response.status == 200 and request.body.get("type") == "event_callback":
            return BoltResponse(status=200, body="")  # events are acknowledged without words
        return response


class _Handling(AsyncMiddleware):
    """
    Hands each payload to its handler.

    Bolt's listeners would do the same; but it asks them in turn, and builds some thirty arguments
    for each that it asks: a fifth of the time of a click.
    """

    def __init__(self, handlers: Handlers, events: Events) -> None:
        self._events = events
        self._kinds: dict[str, Handle] = {
            "block_actions": handlers.on_press,
            "view_submission": handlers.on_submit,
            "message_action": handlers.on_shortcut,
            "command": handlers.on_command,
        }

    async def async_process(self, *, req: AsyncBoltRequest, **_: Any) -> BoltResponse:
        """Answer the request; what this version does not know is acknowledged and left alone."""
        body, ack = req.body, req.context.ack
        kind = "command" if "command" in body else body.get("type", "")
        if kind == "event_callback":
            await self._on_event(req)
        elif handle := self._kinds.get(kind):
            await handle(ack, body, _workspace(req.context))
        return ack.response or await ack()

    async def _on_event(self, req: AsyncBoltRequest) -> None:
        if req.body["event"]["type"] in _REMOVALS:
            await self._events.on_removed(req.body, str(req.context.team_id))
        else:
            await self._events.on_event(req.body, _workspace(req.context))


def _workspace(context: AsyncBoltContext) -> Workspace:
    workspace = context[_KEY]
    assert isinstance(workspace, Workspace)  # _Authorize put it there
    return workspace


async def _on_error(error: Exception) -> BoltResponse:
    """The edge: nothing is acknowledged, and an event comes again."""
    if isinstance(error, AgainError):
        return BoltResponse(status=503, body="")
    logger.error("A request of Slack's could not be handled", exc_info=error)
    return BoltResponse(status=500, body="")
