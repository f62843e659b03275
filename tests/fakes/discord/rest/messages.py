"""Messages over REST: send, read, edit, delete, history, typing."""

from tests.fakes.discord import posting, shapes
from tests.fakes.discord.channels import SENDABLE, Channel
from tests.fakes.discord.errors import ApiError, Json, Refusal
from tests.fakes.discord.form import Form
from tests.fakes.discord.messages import REPLY, Message
from tests.fakes.discord.rest.call import NO_CONTENT, Answer, Call
from tests.fakes.discord.rules.messages import Draft, check_message
from tests.fakes.discord.world import World


def send(world: World, call: Call) -> Answer:
    """POST /channels/{channel_id}/messages."""
    channel = world.bot_channel(call.id("channel_id"))
    body = call.object()
    _may_send(world, channel, body, bool(call.files))
    check_message(Draft(body, call.files))
    call.approve()
    nonce = body.get("nonce")
    earlier = _earlier(world, body)
    if earlier is not None:
        if earlier.is_deleted:
            raise ApiError(Refusal.UNKNOWN_MESSAGE)
        return Answer(200, show(world, earlier))
    quoted = _quoted(world, channel, body)
    message = posting.write(world, channel, body, call.files, replied_to=quoted)
    if quoted is not None:
        message.type = REPLY
    posting.post(world, message)
    if nonce is not None:
        world.remember(nonce, message)
    return Answer(200, show(world, message))


def _may_send(world: World, channel: Channel, body: Json, has_files: bool) -> None:
    bot = world.app.user
    if channel.type not in SENDABLE:
        raise ApiError(Refusal.NOT_A_TEXT_CHANNEL)
    if channel.guild is None:
        _may_write_to(world, channel)
        return
    if not channel.lets_write(bot):
        raise ApiError(Refusal.MISSING_PERMISSIONS)
    if has_files and not channel.lets(bot, "attach_files"):
        raise ApiError(Refusal.MISSING_PERMISSIONS)
    if body.get("message_reference") and not channel.lets(bot, "read_message_history"):
        raise ApiError(Refusal.CANNOT_REPLY)
    thread = channel.thread
    if thread and thread.archived and thread.locked and not channel.lets(bot, "manage_threads"):
        raise ApiError(Refusal.THREAD_LOCKED)


def _earlier(world: World, body: Json) -> Message | None:
    nonce = body.get("nonce")
    if nonce is None or not body.get("enforce_nonce"):
        return None
    return world.remembered(nonce)


def _may_write_to(world: World, channel: Channel) -> None:
    person = channel.recipients[0]
    if not any(person.id in guild.members and guild.has_bot for guild in world.guilds.values()):
        raise ApiError(Refusal.NO_MUTUAL_GUILDS)
    if channel.is_closed:
        raise ApiError(Refusal.CANNOT_MESSAGE_USER)


def _quoted(world: World, channel: Channel, body: Json) -> Message | None:
    reference = body.get("message_reference")
    if not reference:
        return None
    form, here = Form(), ("message_reference",)
    if reference.get("channel_id") not in (None, str(channel.id), channel.id):
        message = "Cannot reply to a message in a different channel"
        form.fault(here, "REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL", message)
    quoted = channel.messages.get(int(reference["message_id"]))
    if (quoted is None or quoted.is_ephemeral) and reference.get("fail_if_not_exists") is not False:
        form.fault(here, "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    form.refuse()
    return quoted


def get(world: World, call: Call) -> Answer:
    """GET /channels/{channel_id}/messages/{message_id}."""
    channel = world.bot_channel(call.id("channel_id"))
    _may_read_history(world, channel)
    return Answer(200, show(world, world.bot_message(channel.id, call.id("message_id"))))


def history(world: World, call: Call) -> Answer:
    """GET /channels/{channel_id}/messages: newest first, around, before or after an id."""
    channel = world.bot_channel(call.id("channel_id"))
    limit = _limit(call)
    if not channel.lets(world.app.user, "read_message_history"):
        return Answer(200, [])
    found = sorted(channel.said, key=lambda message: message.id)
    if "before" in call.query:
        found = [m for m in found if m.id < int(call.query["before"])][-limit:]
    elif "after" in call.query:
        found = [m for m in found if m.id > int(call.query["after"])][:limit]
    elif "around" in call.query:
        found = _around(found, int(call.query["around"]), limit)
    else:
        found = found[-limit:]
    return Answer(200, [show(world, message) for message in reversed(found)])


def _around(messages: list[Message], middle: int, limit: int) -> list[Message]:
    older = [message for message in messages if message.id < middle]
    newer = [message for message in messages if message.id >= middle]
    half = limit // 2
    return older[max(0, len(older) - half) :] + newer[: limit - half]


def _limit(call: Call) -> int:
    form = Form()
    text = call.query.get("limit", "50")
    limit = form.integer(("limit",), int(text) if text.isdigit() else text, 1, 100)
    form.refuse()
    return limit or 50


def edit(world: World, call: Call) -> Answer:
    """PATCH /channels/{channel_id}/messages/{message_id}."""
    message = world.bot_message(call.id("channel_id"), call.id("message_id"))
    if message.author != world.app.user:
        raise ApiError(Refusal.NOT_YOUR_MESSAGE)
    refuse_archived(message.channel)
    check_message(Draft(call.object(), call.files, existing=message))
    call.approve()
    posting.edit(world, message, call.object(), call.files)
    return Answer(200, show(world, message))


def delete(world: World, call: Call) -> Answer:
    """DELETE /channels/{channel_id}/messages/{message_id}."""
    message = world.bot_message(call.id("channel_id"), call.id("message_id"))
    mine = message.author == world.app.user
    if not mine and not message.channel.lets(world.app.user, "manage_messages"):
        raise ApiError(Refusal.MISSING_PERMISSIONS)
    refuse_archived(message.channel)
    posting.delete(world, message)
    return NO_CONTENT


def typing(world: World, call: Call) -> Answer:
    """POST /channels/{channel_id}/typing."""
    channel = world.bot_channel(call.id("channel_id"))
    if not channel.lets_write(world.app.user):
        raise ApiError(Refusal.MISSING_PERMISSIONS)
    return NO_CONTENT


def refuse_archived(channel: Channel) -> None:
    """Raise ApiError 50083 for a thread that is archived."""
    if channel.thread and channel.thread.archived:
        raise ApiError(Refusal.THREAD_ARCHIVED)


def _may_read_history(world: World, channel: Channel) -> None:
    if not channel.lets(world.app.user, "read_message_history"):
        raise ApiError(Refusal.MISSING_ACCESS)


def show(world: World, message: Message) -> Json:
    """Show a message to the app: blank where the privileged intent is needed and off."""
    return shapes.message(message, world.address, allowed=world.app.portal.message_content)
