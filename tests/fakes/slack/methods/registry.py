"""How a method of the Web API is declared, and what it is given when called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from tests.fakes.slack.arguments import parse_spec
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.state import Channel, Team, Token, User

if TYPE_CHECKING:
    from tests.fakes.slack.server import Slack

Json = dict[str, Any]
Auth = Literal["bot", "app", "client"]


@dataclass(slots=True)
class Caller:
    """The app calling a method in one workspace, with checked arguments."""

    slack: Slack
    team: Team
    token: Token
    args: Json

    def need(self, *scopes: str) -> None:
        """Refuse unless the token has one of *scopes*."""
        if not self.token.scopes & set(scopes):
            raise ApiError(
                "missing_scope",
                needed=",".join(scopes),
                provided=",".join(sorted(self.token.scopes)),
            )

    def user(self, name: str = "user") -> User:
        """Return the member an argument names."""
        user = self.team.users.get(self.args[name])
        if user is None:
            raise ApiError("user_not_found")
        return user

    def channel(self, *, scope: str | None = None, member: bool = True) -> Channel:
        """
        Return the channel of the call, if the bot may know it.

        *scope* is the suffix of the scope it takes ("history" for channels:history);
        *member* demands that the bot is in it.
        """
        channel = self.team.channels.get(self.args["channel"])
        if channel is None:
            raise ApiError("channel_not_found")
        if scope:
            self.need(f"{channel.kind}:{scope}")
        inside = self.team.bot_user_id in channel.members
        if not inside and channel.kind != "channels":
            raise ApiError("channel_not_found")  # a private channel is not even known
        if not inside and member:
            raise ApiError("not_in_channel")
        return channel


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its arguments, its scope, its tier, and who may call it."""

    name: str
    run: Callable[[Any], Awaitable[Json]]
    arguments: dict[str, tuple[str, bool]]
    scope: str | None
    tier: int | None
    auth: Auth


Run = TypeVar("Run", bound=Callable[[Any], Awaitable[Json]])
METHODS: dict[str, Method] = {}


def method(
    name: str, arguments: str = "", *, scope: str | None = None, tier: int | None = 3,
    auth: Auth = "bot",
) -> Callable[[Run], Run]:  # fmt: skip
    """Declare a method; *arguments* reads like "channel! limit:int view:json!"."""

    def declare(run: Run) -> Run:
        METHODS[name] = Method(name, run, parse_spec(arguments), scope, tier, auth)
        return run

    return declare
