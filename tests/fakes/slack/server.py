"""A Slack in this process, on 127.0.0.1, driven from a test."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal, Self

from aiohttp import web

from tests.fakes.slack import oracle
from tests.fakes.slack.api import WebApi
from tests.fakes.slack.app import App
from tests.fakes.slack.clock import Clock
from tests.fakes.slack.courier import Courier
from tests.fakes.slack.errors import NotPossibleError
from tests.fakes.slack.events import Events
from tests.fakes.slack.faults import Fault, Faults, cut
from tests.fakes.slack.http_events import HttpEvents, Signature
from tests.fakes.slack.oauth import OAuth
from tests.fakes.slack.rates import Rates
from tests.fakes.slack.records import Call, Delivery, Records
from tests.fakes.slack.response_url import ResponseUrls
from tests.fakes.slack.socket_mode import SocketMode
from tests.fakes.slack.state import World
from tests.fakes.slack.triggers import Triggers
from tests.fakes.slack.views import Views
from tests.fakes.slack.workspace import Workspace

Json = dict[str, Any]


class Slack:
    """
    The whole of it: `async with Slack() as slack: ...`.

    *clock* decides what triggers, response_urls, codes, tickets and rate limits think the
    time is, and the ts of messages; acks and signatures go by the wall clock, as they must.
    """

    def __init__(
        self, clock: Clock = time.time, *, manifest: Json | None = None, rate_limits: bool = False
    ) -> None:
        self.clock = clock
        self.app = App()
        self.world = World(self.app, clock)
        self.records = Records()
        self.faults = Faults()
        self.rates = Rates(clock)
        self.rates.on = rate_limits
        self.triggers = Triggers(self.world)
        self.views = Views(self.world)
        self.events = Events(self)
        self.courier = Courier(self)
        self.sockets = SocketMode(self)
        self.http = HttpEvents(self.app)
        self.oauth = OAuth(self)
        self.responses = ResponseUrls(self)
        self.url = ""
        self.files_not_ready = 0
        """How many more posts find their pictures still being processed, as fresh ones may be."""
        self._api = WebApi(self)
        self._runner: web.AppRunner | None = None
        self._workspaces: dict[str, Workspace] = {}
        if manifest is not None:
            self.configure(manifest)

    @property
    def api_url(self) -> str:
        """The base URL of the Web API, for `SLACK_API_URL` or an SDK client."""
        return f"{self.url}/api/"

    @property
    def authorize_url(self) -> str:
        """The address of the page that asks whether to install."""
        return f"{self.url}/oauth/v2/authorize"

    async def __aenter__(self) -> Self:
        server = web.Application(client_max_size=32 * 1024 * 1024)
        server.router.add_route("*", "/api/{method}", self._api.handle)
        server.router.add_get("/link/", self.sockets.handle)
        server.router.add_post("/response/{team}/{key}", self.responses.handle)
        server.router.add_post("/upload/v1/{team}/{file}", self._upload)
        server.router.add_get("/oauth/v2/authorize", self.oauth.handle)
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.courier.close()
        await self.http.close()
        await self.sockets.close_sockets()
        if self._runner:
            await self._runner.cleanup()

    def configure(self, manifest: Json) -> None:
        """Create the app from a manifest; refuses one the official types refuse."""
        problems = oracle.manifest_opinion(manifest)
        if problems:
            raise NotPossibleError("; ".join(problems))
        self.app.configure(manifest)

    def workspace(self, team_id: str, name: str | None = None) -> Workspace:
        """Return a workspace, made when it is named for the first time."""
        if team_id not in self._workspaces:
            team = self.world.new_team(team_id, name or f"Team {team_id}")
            self._workspaces[team_id] = Workspace(self, team)
        return self._workspaces[team_id]

    def calls(self, method: str | None = None) -> list[Call]:
        """Return what the app asked of Slack, all of it or one method."""
        return [call for call in self.records.calls if method in (None, call.method)]

    def deliveries(self, what: str | None = None) -> list[Delivery]:
        """Return what was brought to the app: a kind, an event's type, or everything."""
        return [d for d in self.records.deliveries if what in (None, d.kind, d.event_type)]

    def leaks(self, secret: str) -> list[str]:
        """Return where the app sent *secret* to, outside the Authorization header."""
        return self.records.leaks(secret)

    def shown(self) -> str:
        """Return all that was ever shown in any channel, edits and metadata included."""
        places = (c for team in self.world.teams.values() for c in team.channels.values())
        return "\n".join(channel.words for channel in places)

    def fault(
        self,
        method: str,
        times: int = 1,
        *,
        status: int | None = None,
        error: str | None = None,
        retry_after: int | None = None,
        drop: Literal["before", "after"] | None = None,
        delay: float = 0.0,
        when: Callable[[Json], bool] | None = None,
    ) -> None:
        """
        Let the next *times* calls of a method ("*": any; also response_url, upload) go wrong.

        An HTTP *status*, a Slack *error*, a 429 with *retry_after*, the request dropped
        "before" it was accepted or its answer "after", or a *delay* in seconds; *when*
        chooses by the arguments.
        """
        self.faults.add(Fault(method, times, status, error, retry_after, drop, delay, when))

    async def redeliver(self, delivery: Delivery, reason: str = "http_timeout") -> Delivery:
        """Bring the same payload again, marked as a retry."""
        return await self.courier.again(delivery, reason)

    async def inject(self, kind: str, payload: Json) -> Delivery:
        """Bring any payload, properly signed, as if Slack had sent it."""
        team_id = payload.get("team_id") or payload.get("team", {}).get("id", "")
        return await self.courier.send(kind, payload, team_id)

    async def forge(
        self, kind: str, payload: Json, signature: Signature = "good", age: float = 0
    ) -> Delivery:
        """Post a payload over HTTP as a stranger would: unsigned, badly signed, stale."""
        forged = Delivery(kind, payload, "")
        self.http.write(forged, signature, age)
        self.records.deliveries.append(forged)
        await self.http.post(forged, self.courier.ack_timeout)
        return forged

    async def replay(self, delivery: Delivery) -> Delivery:
        """Post the very same bytes and headers once more, as an eavesdropper would."""
        copy = Delivery(delivery.kind, delivery.payload, delivery.team_id, delivery.attempt)
        copy.headers, copy.body = dict(delivery.headers), delivery.body
        self.records.deliveries.append(copy)
        await self.http.post(copy, self.courier.ack_timeout)
        return copy

    async def verify_url(self) -> bool:
        """Ask the app's address for the challenge, as the settings page does."""
        payload = {"type": "url_verification", "token": "t", "challenge": "are-you-there"}
        delivery = await self.courier.send("url_verification", payload, "")
        answer = delivery.answer
        return "are-you-there" in (answer if isinstance(answer, str) else str(answer))

    async def settle(self) -> None:
        """Wait until every event on its way has arrived."""
        await self.courier.settle()

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        team = self.world.teams[request.match_info["team"]]
        file = team.files.get(request.match_info["file"])
        content = await request.read()
        call = Call("upload", {"size": len(content)}, self.clock(), team.id)
        self.records.calls.append(call)
        fault = await self.faults.take("upload", call.arguments)
        if fault and fault.drop == "before":
            return cut(request)
        replaced = fault.answer() if fault else None
        if replaced:
            return replaced
        if file is None or file.content is not None or len(content) != file.length:
            return web.Response(status=400, text="bad upload")
        file.content = content
        call.status, call.answer = 200, {"ok": True}
        return cut(request) if fault and fault.drop == "after" else web.Response(text="OK")
