"""The app's own account, the gateway's address, its commands."""

import json
from datetime import timedelta

from tests.fakes.discord import shapes
from tests.fakes.discord.commands import CHAT_INPUT, Command
from tests.fakes.discord.errors import ApiError, Json, Refusal
from tests.fakes.discord.rest.call import Answer, Call
from tests.fakes.discord.rules.commands import MAX_OF, check_commands
from tests.fakes.discord.world import World

DAILY_CREATES = 200


def me(world: World, call: Call) -> Answer:
    """GET /users/@me."""
    return Answer(200, shapes.myself(world.app.user))


def person(world: World, call: Call) -> Answer:
    """GET /users/{user_id}."""
    user = world.users.get(call.id("user_id"))
    if user is None:
        raise ApiError(Refusal.UNKNOWN_USER)
    return Answer(200, shapes.user(user))


def application(world: World, call: Call) -> Answer:
    """GET /applications/@me, and its older twin under /oauth2."""
    joined = sum(guild.has_bot for guild in world.guilds.values())
    return Answer(200, shapes.application(world.app, joined))


def my_guilds(world: World, call: Call) -> Answer:
    """GET /users/@me/guilds."""
    bot = world.app.user
    joined = [guild for guild in world.guilds.values() if guild.has_bot]
    shown: list[Json] = [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(guild.permissions_of(bot)),
            "features": [],
        }
        for guild in joined
    ]
    return Answer(200, shown)


def gateway(world: World, call: Call) -> Answer:
    """GET /gateway."""
    return Answer(200, {"url": world.gateway_url})


def gateway_bot(world: World, call: Call) -> Answer:
    """GET /gateway/bot."""
    limit = {"total": 1000, "remaining": 1000, "reset_after": 14400000, "max_concurrency": 1}
    shown = {"url": world.gateway_url, "shards": world.recommended_shards}
    return Answer(200, shown | {"session_start_limit": limit})


def list_commands(world: World, call: Call) -> Answer:
    """GET /applications/{application_id}/commands."""
    _own(world, call)
    return Answer(200, _show(world))


def overwrite_commands(world: World, call: Call) -> Answer:
    """PUT /applications/{application_id}/commands: these are all there are from now on."""
    _own(world, call)
    body = call.body or []
    if not isinstance(body, list):
        raise ApiError(Refusal.INVALID_FORM_BODY, {})
    check_commands(body)
    call.approve()
    for kind, most in MAX_OF.items():
        if sum((command.get("type") or CHAT_INPUT) == kind for command in body) > most:
            raise ApiError(Refusal.TOO_MANY_COMMANDS)
    registered = {}
    fresh = 0
    for given in body:
        known = world.command_named(given["name"], given.get("type") or CHAT_INPUT)
        fresh += known is None
        command_id = known.id if known else world.ids.next()
        version = known.version if known and known.given == given else world.ids.next()
        registered[command_id] = Command(command_id, version, given)
    _count_creates(world, fresh)
    world.commands = registered
    world.public.append(json.dumps(body, ensure_ascii=False))
    return Answer(200, _show(world))


def _own(world: World, call: Call) -> None:
    if call.id("application_id") != world.app.id:
        raise ApiError(Refusal.UNKNOWN_APPLICATION)


def _count_creates(world: World, fresh: int) -> None:
    now = world.clock.now()
    recent = [at for at in world.command_creates if now - at < timedelta(days=1)]
    if len(recent) + fresh > DAILY_CREATES:
        raise ApiError(Refusal.TOO_MANY_COMMAND_CREATES)
    world.command_creates = recent + [now] * fresh


def _show(world: World) -> list[object]:
    return [shapes.command(command, world.app.id) for command in world.commands.values()]
