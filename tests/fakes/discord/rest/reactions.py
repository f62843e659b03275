"""Reactions over REST."""

from tests.fakes.discord import events, shapes
from tests.fakes.discord.errors import ApiError, Refusal
from tests.fakes.discord.messages import Message
from tests.fakes.discord.rest.call import NO_CONTENT, Answer, Call
from tests.fakes.discord.rest.messages import refuse_archived
from tests.fakes.discord.rules.components import is_emoji
from tests.fakes.discord.users import User
from tests.fakes.discord.world import World

MAX_REACTIONS = 20


def add(world: World, call: Call) -> Answer:
    """PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me."""
    message, emoji = _message(world, call), _emoji(call)
    refuse_archived(message.channel)
    needed = ["read_message_history"]
    if emoji not in message.reactions:
        needed.append("add_reactions")
    if not message.channel.lets(world.app.user, *needed):
        raise ApiError(Refusal.MISSING_PERMISSIONS)
    if emoji not in message.reactions and len(message.reactions) >= MAX_REACTIONS:
        raise ApiError(Refusal.TOO_MANY_REACTIONS)
    put(world, message, world.app.user, emoji)
    return NO_CONTENT


def remove(world: World, call: Call) -> Answer:
    """DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me."""
    take(world, _message(world, call), world.app.user, _emoji(call))
    return NO_CONTENT


def who(world: World, call: Call) -> Answer:
    """GET /channels/{channel_id}/messages/{message_id}/reactions/{emoji}."""
    people = _message(world, call).reactions.get(_emoji(call), [])
    return Answer(200, [shapes.user(person) for person in people])


def put(world: World, message: Message, person: User, emoji: str) -> None:
    """Let *person* react; a second time changes nothing."""
    people = message.reactions.setdefault(emoji, [])
    if person not in people:
        people.append(person)
        world.emit(events.reaction("MESSAGE_REACTION_ADD", message, person, emoji))


def take(world: World, message: Message, person: User, emoji: str) -> None:
    """Take a reaction of *person* away, if it is there."""
    people = message.reactions.get(emoji, [])
    if person in people:
        people.remove(person)
        if not people:
            del message.reactions[emoji]
        world.emit(events.reaction("MESSAGE_REACTION_REMOVE", message, person, emoji))


def _message(world: World, call: Call) -> Message:
    return world.bot_message(call.id("channel_id"), call.id("message_id"))


def _emoji(call: Call) -> str:
    emoji = call.ids["emoji_name"]
    if not is_emoji(emoji):
        raise ApiError(Refusal.UNKNOWN_EMOJI)
    return emoji
