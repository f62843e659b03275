"""Channels and threads over REST."""

from tests.fakes.discord import channels as kinds
from tests.fakes.discord import events, posting, shapes
from tests.fakes.discord.channels import Channel, ThreadState
from tests.fakes.discord.errors import ApiError, Json, Refusal
from tests.fakes.discord.form import Form
from tests.fakes.discord.messages import HAS_THREAD
from tests.fakes.discord.rest.call import NO_CONTENT, Answer, Call
from tests.fakes.discord.world import World

ARCHIVE_MINUTES = (60, 1440, 4320, 10080)


def get(world: World, call: Call) -> Answer:
    """GET /channels/{channel_id}."""
    return Answer(200, shapes.channel(world.bot_channel(call.id("channel_id"))))


def change(world: World, call: Call) -> Answer:
    """PATCH /channels/{channel_id}: name, and a thread's archive and lock."""
    channel, body, bot = world.bot_channel(call.id("channel_id")), call.object(), world.app.user
    if channel.guild is None:
        raise ApiError(Refusal.NOT_IN_A_DM)
    own = channel.thread is not None and channel.thread.owner == bot and "locked" not in body
    needed = "manage_threads" if channel.thread else "manage_channels"
    if not own and not channel.lets(bot, needed):
        raise ApiError(Refusal.MISSING_PERMISSIONS)
    form = Form()
    form.text(("name",), body.get("name"), 1, 100)
    form.refuse()
    call.approve()
    channel.name = body.get("name") or channel.name
    if channel.thread:
        channel.thread.archived = bool(body.get("archived", channel.thread.archived))
        channel.thread.locked = bool(body.get("locked", channel.thread.locked))
    name = "THREAD_UPDATE" if channel.thread else "CHANNEL_UPDATE"
    world.emit(events.channel_changed(name, channel))
    return Answer(200, shapes.channel(channel))


def start_thread(world: World, call: Call) -> Answer:
    """POST /channels/{channel_id}/messages/{message_id}/threads; the thread takes the id."""
    message = world.bot_message(call.id("channel_id"), call.id("message_id"))
    channel, bot = message.channel, world.app.user
    if channel.guild is None:
        raise ApiError(Refusal.NOT_IN_A_DM)
    if channel.type not in (kinds.TEXT, kinds.ANNOUNCEMENT):
        raise ApiError(Refusal.WRONG_CHANNEL_TYPE)
    if not channel.lets(bot, "create_public_threads", "read_message_history"):
        raise ApiError(Refusal.MISSING_PERMISSIONS)
    _check_thread(call.object())
    call.approve()
    if message.thread is not None or message.id in world.channels:
        raise ApiError(Refusal.THREAD_EXISTS)
    thread = _new_thread(world, channel, message.id, call.object())
    message.thread = thread
    message.flags |= HAS_THREAD
    world.emit(events.channel_changed("THREAD_CREATE", thread))
    posting.changed(world, message)
    return Answer(201, shapes.channel(thread))


def _check_thread(body: Json) -> None:
    form = Form()
    form.text(("name",), body.get("name"), 1, 100, required=True)
    if body.get("auto_archive_duration") is not None:
        form.choice(("auto_archive_duration",), body["auto_archive_duration"], ARCHIVE_MINUTES)
    form.integer(("rate_limit_per_user",), body.get("rate_limit_per_user"), 0, 21600)
    form.refuse()


def _new_thread(world: World, parent: Channel, thread_id: int, body: Json) -> Channel:
    bot, now = world.app.user, world.clock.now()
    kind = kinds.PUBLIC_THREAD if parent.type == kinds.TEXT else kinds.ANNOUNCEMENT_THREAD
    minutes = body.get("auto_archive_duration") or 1440
    thread = Channel(thread_id, kind, body["name"], bot, parent.guild, parent)
    thread.thread = ThreadState(bot, now, auto_archive_minutes=minutes, members={bot.id: now})
    assert parent.guild
    world.channels[thread.id] = parent.guild.channels[thread.id] = thread
    world.public.append(thread.name)
    return thread


def join_thread(world: World, call: Call) -> Answer:
    """PUT /channels/{channel_id}/thread-members/@me."""
    channel = world.bot_channel(call.id("channel_id"))
    if channel.thread is None:
        raise ApiError(Refusal.WRONG_CHANNEL_TYPE)
    if channel.thread.archived:
        raise ApiError(Refusal.THREAD_ARCHIVED)
    channel.thread.members[world.app.user.id] = world.clock.now()
    return NO_CONTENT


def open_direct(world: World, call: Call) -> Answer:
    """POST /users/@me/channels: a direct message channel with one person."""
    recipient = str(call.object().get("recipient_id", ""))
    if not recipient.isdigit() or int(recipient) not in world.users:
        raise ApiError(Refusal.INVALID_RECIPIENT)
    person = world.users[int(recipient)]
    if person.bot:
        raise ApiError(Refusal.CANNOT_MESSAGE_USER)
    call.approve()
    return Answer(200, shapes.channel(world.direct_channel(person)))
