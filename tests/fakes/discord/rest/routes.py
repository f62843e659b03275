"""Which handler answers which route."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from tests.fakes.discord.errors import ApiError, Refusal
from tests.fakes.discord.rest import accounts, channels, guilds, messages, reactions, responses
from tests.fakes.discord.rest.call import Answer, Call
from tests.fakes.discord.world import World

Handler = Callable[[World, Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path template; a token route needs no bot token, its own is enough."""

    method: str
    template: str
    handler: Handler
    by_token: bool = False

    def match(self, steps: list[str]) -> dict[str, str] | None:
        """Return the ids of a path, given in as many steps as the template, if it fits."""
        ids = {}
        for own, given in zip(steps_of(self.template), steps, strict=True):
            if own.startswith("{"):
                ids[own[1:-1]] = given
            elif own != given:
                return None
        return ids


@functools.cache
def steps_of(template: str) -> list[str]:
    """Return a template in pieces."""
    return template.strip("/").split("/")


_CHANNEL, _MESSAGE = "/channels/{channel_id}", "/channels/{channel_id}/messages/{message_id}"
_REACTION = _MESSAGE + "/reactions/{emoji_name}"
_COMMANDS = "/applications/{application_id}/commands"
_WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
_CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"

ROUTES = (
    Route("GET", "/users/@me", accounts.me),
    Route("GET", "/users/@me/guilds", accounts.my_guilds),
    Route("DELETE", "/users/@me/guilds/{guild_id}", guilds.leave),
    Route("POST", "/users/@me/channels", channels.open_direct),
    Route("GET", "/users/{user_id}", accounts.person),
    Route("GET", "/applications/@me", accounts.application),
    Route("GET", "/oauth2/applications/@me", accounts.application),
    Route("GET", "/gateway", accounts.gateway, by_token=True),
    Route("GET", "/gateway/bot", accounts.gateway_bot),
    Route("GET", "/guilds/{guild_id}", guilds.get),
    Route("GET", "/guilds/{guild_id}/channels", guilds.channels),
    Route("GET", "/guilds/{guild_id}/roles", guilds.roles),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", guilds.member),
    Route("GET", _CHANNEL, channels.get),
    Route("PATCH", _CHANNEL, channels.change),
    Route("PUT", _CHANNEL + "/thread-members/@me", channels.join_thread),
    Route("POST", _CHANNEL + "/typing", messages.typing),
    Route("GET", _CHANNEL + "/messages", messages.history),
    Route("POST", _CHANNEL + "/messages", messages.send),
    Route("GET", _MESSAGE, messages.get),
    Route("PATCH", _MESSAGE, messages.edit),
    Route("DELETE", _MESSAGE, messages.delete),
    Route("POST", _MESSAGE + "/threads", channels.start_thread),
    Route("PUT", _REACTION + "/@me", reactions.add),
    Route("DELETE", _REACTION + "/@me", reactions.remove),
    Route("GET", _REACTION, reactions.who),
    Route("GET", _COMMANDS, accounts.list_commands),
    Route("PUT", _COMMANDS, accounts.overwrite_commands),
    Route("POST", _CALLBACK, responses.callback, by_token=True),
    Route("POST", _WEBHOOK, responses.follow_up, by_token=True),
    Route("GET", _WEBHOOK + "/messages/{message_id}", responses.get, by_token=True),
    Route("PATCH", _WEBHOOK + "/messages/{message_id}", responses.edit, by_token=True),
    Route("DELETE", _WEBHOOK + "/messages/{message_id}", responses.delete, by_token=True),
)

_BY_LENGTH: dict[int, list[Route]] = {}
for _route in ROUTES:
    _BY_LENGTH.setdefault(len(steps_of(_route.template)), []).append(_route)


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """Return the route and its ids; ApiError 404 or 405 if there is none."""
    given = [unquote(step) for step in path.strip("/").split("/")]
    known = False
    for route in _BY_LENGTH.get(len(given), ()):
        ids = route.match(given)
        if ids is None:
            continue
        known = True
        if route.method == method:
            return route, ids
    raise ApiError(Refusal.METHOD_NOT_ALLOWED if known else Refusal.NOT_FOUND)
