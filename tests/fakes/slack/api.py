"""The Web API: authorisation, arguments, limits and faults around every method."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.slack.arguments import check_arguments, read_arguments
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.faults import cut, rate_limited
from tests.fakes.slack.methods import METHODS
from tests.fakes.slack.methods.registry import Caller, Method
from tests.fakes.slack.records import Call
from tests.fakes.slack.state import Team, Token

if TYPE_CHECKING:
    from tests.fakes.slack.server import Slack

Json = dict[str, Any]


class WebApi:
    """Answers POST and GET /api/<method>."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call and keep a record of it."""
        name = request.match_info["method"]
        call = Call(name, {}, self._slack.clock())
        self._slack.records.calls.append(call)
        try:
            call.arguments = await read_arguments(request)
        except ApiError as error:
            call.status, call.answer = 200, error.body()
            return web.json_response(call.answer)
        fault = await self._slack.faults.take(name, call.arguments)
        if fault and fault.drop == "before":
            return cut(request)
        replaced = fault.answer() if fault and not fault.drop else None
        if replaced:
            call.status = replaced.status
            return replaced
        response = await self._answer(request, call)
        if fault and fault.drop == "after":
            return fault.answer() or cut(request)
        return response

    async def _answer(self, request: web.Request, call: Call) -> web.Response:
        headers: dict[str, str] = {}
        try:
            method = METHODS.get(call.method)
            if method is None:
                raise ApiError("unknown_method", req_method=call.method)
            caller = self._authorise(request, method, call)
            headers["X-OAuth-Scopes"] = ",".join(sorted(caller.token.scopes))
            wait = self._slack.rates.wait(
                caller.team.id, call.method, method.tier, call.arguments.get("channel")
            )
            if wait:
                call.status, call.answer = 429, {"ok": False, "error": "ratelimited"}
                return rate_limited(wait)
            if method.scope:
                caller.need(method.scope)
            caller.args = check_arguments(caller.args, method.arguments)
            call.answer = {"ok": True, **await method.run(caller)}
        except ApiError as error:
            call.answer = error.body()
        call.status = 200
        return web.json_response(call.answer, headers=headers)

    def _authorise(self, request: web.Request, method: Method, call: Call) -> Caller:
        header = request.headers.get("Authorization", "")
        if method.auth == "client":
            arguments = dict(call.arguments)
            if header.startswith("Basic "):
                login, _, password = base64.b64decode(header[6:]).decode().partition(":")
                arguments |= {"client_id": login, "client_secret": password}
            return Caller(self._slack, Team("", "", "", "", ""), _NOBODY, arguments)
        # Slack also takes a token in the body; ours belongs in the header and nowhere else.
        if not header.startswith("Bearer ") or "token" in call.arguments:
            raise ApiError("not_authed")
        value = header.removeprefix("Bearer ")
        if method.auth == "app":
            if value != self._slack.app.token:
                kind = "not_allowed_token_type" if value.startswith("xoxb-") else "invalid_auth"
                raise ApiError(kind)
            return Caller(self._slack, Team("", "", "", "", ""), _NOBODY, call.arguments)
        if value == self._slack.app.token:
            raise ApiError("not_allowed_token_type")
        token = self._slack.world.tokens.get(value)
        if token is None:
            raise ApiError("invalid_auth")
        call.team_id = token.team_id
        if token.dead:
            raise ApiError(token.dead)
        arguments = dict(call.arguments)
        # Bolt sends the workspace's id with every call; only Enterprise organisations use it.
        if arguments.pop("team_id", token.team_id) != token.team_id:
            raise ApiError("team_access_not_granted")
        return Caller(self._slack, self._slack.world.teams[token.team_id], token, arguments)


_NOBODY = Token("", "", frozenset())
