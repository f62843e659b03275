"""Guilds and their members over REST."""

from tests.fakes.discord import shapes
from tests.fakes.discord.errors import ApiError, Refusal
from tests.fakes.discord.rest.call import NO_CONTENT, Answer, Call
from tests.fakes.discord.world import World


def get(world: World, call: Call) -> Answer:
    """GET /guilds/{guild_id}."""
    guild = world.bot_guild(call.id("guild_id"))
    shown = shapes.guild(guild)
    if call.query.get("with_counts") in ("true", "1"):
        count = len(guild.members)
        shown |= {"approximate_member_count": count, "approximate_presence_count": count}
    return Answer(200, shown)


def channels(world: World, call: Call) -> Answer:
    """GET /guilds/{guild_id}/channels, threads not among them."""
    guild = world.bot_guild(call.id("guild_id"))
    plain = [channel for channel in guild.channels.values() if not channel.thread]
    return Answer(200, [shapes.channel(channel) for channel in plain])


def roles(world: World, call: Call) -> Answer:
    """GET /guilds/{guild_id}/roles."""
    guild = world.bot_guild(call.id("guild_id"))
    return Answer(200, [shapes.role(role) for role in guild.roles.values()])


def member(world: World, call: Call) -> Answer:
    """GET /guilds/{guild_id}/members/{user_id}."""
    guild = world.bot_guild(call.id("guild_id"))
    user_id = call.id("user_id")
    if user_id not in world.users:
        raise ApiError(Refusal.UNKNOWN_USER)
    if user_id not in guild.members:
        raise ApiError(Refusal.UNKNOWN_MEMBER)
    return Answer(200, shapes.member(guild.members[user_id]))


def leave(world: World, call: Call) -> Answer:
    """DELETE /users/@me/guilds/{guild_id}."""
    world.bot_guild(call.id("guild_id")).remove_bot()
    return NO_CONTENT
