"""The fake Discord as tests meet it: started, stopped, broken and asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from tests.fakes.discord import permissions
from tests.fakes.discord.app import App
from tests.fakes.discord.clock import Clock
from tests.fakes.discord.errors import Refusal
from tests.fakes.discord.faults import Drop, Fault
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.guilds import Guild, Membership, Role
from tests.fakes.discord.oracles import Oracles, find_oracles
from tests.fakes.discord.pointing import pointed_at
from tests.fakes.discord.ratelimits import RateLimits
from tests.fakes.discord.rest.call import Call
from tests.fakes.discord.rest.server import Rest
from tests.fakes.discord.world import World

T = TypeVar("T")

MAX_BODY = 30 * 1024 * 1024


class FakeDiscord:
    """A strict Discord on 127.0.0.1: `async with FakeDiscord() as discord`.

    With *oracles* every request is judged by the official schemas too, where they are found;
    *checks_itself* judges the fake's own answers and events and keeps what is wrong in `flaws`.
    """

    def __init__(
        self,
        *,
        token: str = "fake-token.of.the-bot",
        name: str = "FlaskQuiz",
        oracles: bool = True,
        checks_itself: bool = False,
    ) -> None:
        self.oracles: Oracles | None = find_oracles() if oracles else None
        self.world = World(name, token)
        self.rest = Rest(self.world, self.oracles)
        self.gateway = Gateway(self.world, self.oracles)
        self.rest.checks_answers = self.gateway.checks_events = checks_itself
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on a free port, or on *port*."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", "/api/v10/{rest:.*}", self.rest.handle)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/cdn/attachments/{id}/{name}", self._cdn)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, bound = self._runner.addresses[0][:2]
        self.world.address = f"http://{host}:{bound}"

    async def stop(self) -> None:
        """Stop listening; the world stays as it is."""
        await self.gateway.drop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _cdn(self, request: web.Request) -> web.Response:
        found = self.world.cdn.get(f"{request.match_info['id']}/{request.match_info['name']}")
        if found is None:
            raise web.HTTPNotFound
        return web.Response(body=found[0], content_type=found[1])

    @property
    def address(self) -> str:
        """Where it listens: `http://127.0.0.1:port`."""
        return self.world.address

    @property
    def api_url(self) -> str:
        """The base of its REST interface."""
        return f"{self.address}/api/v10"

    @property
    def gateway_url(self) -> str:
        """The address of its gateway."""
        return self.world.gateway_url

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.world.app.token

    @property
    def app(self) -> App:
        """The application, with its portal's toggles."""
        return self.world.app

    @property
    def clock(self) -> Clock:
        """The clock of everything here; move it instead of waiting."""
        return self.world.clock

    @property
    def limits(self) -> RateLimits:
        """Its rate limits, off until switched on."""
        return self.rest.limits

    @property
    def calls(self) -> list[Call]:
        """Every REST call so far; one that no route took has no template."""
        return self.rest.calls

    @property
    def flaws(self) -> list[str]:
        """What the oracles found wrong with the fake itself, when asked to check."""
        return self.rest.answer_faults + self.gateway.event_faults

    @contextmanager
    def pointed(self) -> Iterator[None]:
        """Let discord.py talk to this Discord inside the block."""
        with pointed_at(self.address):
            yield

    def guild(
        self,
        name: str = "Team",
        *,
        bot: bool = True,
        may: tuple[str, ...] = (),
        shard: tuple[int, int] | None = None,
        locale: str = "en-US",
    ) -> Guild:
        """Create a guild, on shard `(id, count)` if that matters, with the *bot* in it or not."""
        world = self.world
        guild_id = world.ids.on_shard(*shard) if shard else world.ids.next()
        owner = world.person(f"Owner of {name}")
        guild = Guild(world, guild_id, name, owner, locale)
        guild.roles[guild_id] = Role(guild_id, "@everyone", permissions.EVERYONE, 0)
        guild.members[owner.id] = Membership(owner, world.clock.now())
        world.guilds[guild_id] = guild
        if bot:
            guild.add_bot(*may)
        return guild

    def fault(
        self,
        method: str = "*",
        path: str = "*",
        *,
        times: int = 1,
        status: int | None = None,
        refusal: Refusal | None = None,
        drop: str | None = None,
        delay: timedelta = timedelta(),
        retry_after: timedelta | None = None,
        is_global: bool = False,
        via: bool = True,
        where: Callable[[Call], bool] | None = None,
    ) -> Fault:
        """
        Let something befall the next *times* matching calls.

        *path* is a template (`/channels/{channel_id}/messages`) or a pattern with `*`. Give one of
        *status* or *refusal* (nothing is carried out), *drop* ("before" or "after" carrying it out) and
        *retry_after* (429, *is_global* or not, without *via* as from a proxy); or only a *delay*.
        """
        return self.rest.faults.add(
            Fault(
                method=method,
                path=path,
                times=times,
                status=status,
                refusal=refusal,
                drop=Drop(drop) if drop else None,
                seconds=delay.total_seconds(),
                retry_after=retry_after.total_seconds() if retry_after is not None else None,
                is_global=is_global,
                via=via,
                where=where,
            )
        )

    def calls_to(self, method: str, template: str) -> list[Call]:
        """Return the calls of one route, by its template."""
        return [c for c in self.calls if c.method == method and c.template == template]

    @property
    def unknown_keys(self) -> list[str]:
        """Keys the app sent that Discord's OpenAPI does not know, with the call they were in."""
        return [f"{call}: {key}" for call in self.calls for key in call.unknown_keys]

    def find_public(self, needle: str) -> list[str]:
        """Return every wording that members of a guild could ever read and that holds *needle*.

        Searched are the JSON of guild messages, ephemeral ones apart, in every version, thread
        names and registered commands. The needle is looked for as it is and as JSON escapes it.
        """
        escaped = needle.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return [wording for wording in self.world.public if needle in wording or escaped in wording]

    async def until(self, look: Callable[[], T | None], seconds: float = 3.0) -> T:
        """Wait until *look* gives something truthy, looking after everything that happens."""
        return await self.world.bell.until(look, seconds)
