"""The HTTP side: reads a call, lets it suffer its faults, answers, records."""

import asyncio
import json
from typing import Any

from aiohttp import web

from tests.fakes.discord.body import read_body
from tests.fakes.discord.errors import ApiError, Refusal
from tests.fakes.discord.faults import Drop, Fault, Faults
from tests.fakes.discord.oracles import Oracles
from tests.fakes.discord.ratelimits import RateLimits, Verdict
from tests.fakes.discord.rest.call import Answer, Call
from tests.fakes.discord.rest.routes import Route, find_route
from tests.fakes.discord.world import World

BODY_METHODS = ("POST", "PUT", "PATCH")
VIA = {"Via": "1.1 google"}


class Rest:
    """Discord's REST interface over one world."""

    def __init__(self, world: World, oracles: Oracles | None) -> None:
        self.calls: list[Call] = []
        self.faults = Faults()
        self.limits = RateLimits(world.clock)
        self.answer_faults: list[str] = []
        """What the oracles found wrong with the fake's own answers."""
        self._world = world
        self._oracles = oracles
        self.checks_answers = False

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request under /api/v10."""
        path = "/" + request.raw_path.split("?")[0].removeprefix("/api/v10").strip("/")
        try:
            call, route = await self._read(request, path)
        except ApiError as error:
            self._keep_unread(request, path, error)
            return _response(Answer(error.status, error.body()), {})
        self.calls.append(call)
        fault = self.faults.striking(call)
        if fault is not None and fault.seconds:
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.drop is Drop.BEFORE:
            return self._broken(request)
        answer, headers = self._answer(call, route, fault)
        call.status, call.answer = answer.status, answer.body
        self._check_answer(call)
        self._world.bell.ring()
        if fault is not None and fault.drop is Drop.AFTER:
            return self._broken(request)
        return _response(answer, headers)

    async def _read(self, request: web.Request, path: str) -> tuple[Call, Route]:
        route, ids = find_route(request.method, path)
        if not route.by_token:
            self._authorise(request)
        body, files = await read_body(request)
        query = dict(request.query)
        now, is_bot = self._world.clock.now(), not route.by_token
        call = Call(request.method, path, route.template, ids, query, body, files, now, is_bot)
        return call, route

    def _keep_unread(self, request: web.Request, path: str, error: ApiError) -> None:
        now, query = self._world.clock.now(), dict(request.query)
        call = Call(request.method, path, "", {}, query, None, [], now, is_bot=False)
        call.status, call.answer = error.status, error.body()
        self.calls.append(call)

    def _authorise(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bot {self._world.app.token}":
            raise ApiError(Refusal.UNAUTHORIZED)

    def _answer(
        self, call: Call, route: Route, fault: Fault | None
    ) -> tuple[Answer, dict[str, str]]:
        if fault is not None and fault.retry_after is not None:
            return _too_early(fault.retry_after, fault.is_global, {}, via=fault.via)
        if fault is not None and fault.status is not None:
            body = {"message": f"{fault.status}: Fault", "code": 0}
            return Answer(fault.status, body), {}
        if fault is not None and fault.refusal is not None:
            error = ApiError(fault.refusal)
            return Answer(error.status, error.body()), {}
        verdict: Verdict = self.limits.take(call)
        if verdict.wait is not None:
            wait = verdict.wait.total_seconds()
            return _too_early(wait, verdict.is_global, verdict.headers, via=True)
        try:
            return self._carry_out(call, route), verdict.headers
        except ApiError as error:
            return Answer(error.status, error.body()), verdict.headers

    def _carry_out(self, call: Call, route: Route) -> Answer:
        oracles = self._oracles
        if oracles is not None and call.method in BODY_METHODS and call.body is not None:
            method, path, body = call.method, call.path, call.body
            call.unknown_keys = oracles.unknown_keys(method, path, body)
            call.second_opinion = lambda: oracles.check_request(method, path, body)
        answer = route.handler(self._world, call)
        assert call.is_approved or call.second_opinion is None, f"{call} was not judged"
        return answer

    def _check_answer(self, call: Call) -> None:
        if not self.checks_answers or self._oracles is None or call.status >= 300:
            return
        found = self._oracles.answer_faults(call.method, call.path, call.status, call.answer)
        self.answer_faults += [f"{call}: {fault}" for fault in found]

    def _broken(self, request: web.Request) -> web.StreamResponse:
        self._world.bell.ring()
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=499)


def _too_early(
    seconds: float, is_global: bool, headers: dict[str, str], *, via: bool
) -> tuple[Answer, dict[str, str]]:
    body = {
        "message": "You are being rate limited.",
        "retry_after": round(seconds, 3),
        "global": is_global,
    }
    always = {"Retry-After": str(max(1, round(seconds)))} | (VIA if via else {})
    return Answer(429, body), headers | always


def _response(answer: Answer, headers: dict[str, str]) -> web.Response:
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    return web.Response(
        status=answer.status,
        body=_dump(answer.body),
        headers=headers,
        content_type="application/json",
    )


def _dump(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
