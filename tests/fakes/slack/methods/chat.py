"""chat.*: posting, changing and deleting messages."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.slack import blockwalk
from tests.fakes.slack.errors import ApiError, invalid
from tests.fakes.slack.message import Message
from tests.fakes.slack.methods.registry import Caller, method
from tests.fakes.slack.state import Channel
from tests.fakes.slack.validate import UPDATED_TEXT, check_message

Json = dict[str, Any]

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_POST = (
    "channel! text blocks:json attachments:json thread_ts:ts reply_broadcast:bool "
    "unfurl_links:bool unfurl_media:bool mrkdwn:bool link_names:bool parse metadata:json "
    "markdown_text username icon_emoji icon_url client_msg_id"
)


@method("chat.postMessage", _POST, scope="chat:write", tier=None)
async def post_message(caller: Caller) -> Json:
    """Post to a channel, a thread or (given a member's id) a direct message."""
    _check_author(caller)
    channel = _channel_to_post_in(caller)
    # The argument is undocumented and changes nothing here: no message is posted only once
    # because of it.
    if not _UUID.fullmatch(
        caller.args.get("client_msg_id", "0" * 8 + "-0000" * 3 + "-" + "0" * 12)
    ):
        raise invalid("invalid_arguments", ["invalid value for argument: client_msg_id"])
    text, blocks = _checked(caller, caller.args.get("metadata"))
    thread_ts = _root(caller, channel)
    broadcast = bool(thread_ts and caller.args.get("reply_broadcast"))
    message = new_message(caller, channel, text, blocks)
    message.thread_ts, message.broadcast = thread_ts, broadcast
    message.subtype = "thread_broadcast" if broadcast else None
    message.metadata = caller.args.get("metadata") or None
    publish(caller, message)
    return {"channel": channel.id, "ts": message.ts, "message": message.json()}


@method(
    "chat.postEphemeral",
    "channel! user! text blocks:json attachments:json thread_ts:ts link_names:bool parse "
    "markdown_text username icon_emoji icon_url",
    scope="chat:write",
    tier=4,
)
async def post_ephemeral(caller: Caller) -> Json:
    """Show a message to one member of a channel."""
    _check_author(caller)
    channel = caller.channel()
    if channel.archived:
        raise ApiError("is_archived")
    user = caller.team.users.get(caller.args["user"])
    if user is None or user.id not in channel.members:
        raise ApiError("user_not_in_channel")
    text, blocks = _checked(caller)
    message = new_message(caller, channel, text, blocks)
    message.thread_ts, message.only_for = _root(caller, channel), user.id
    caller.team.log.append(message)
    return {"message_ts": message.ts}


@method(
    "chat.update",
    "channel! ts:ts! text blocks:json attachments:json link_names:bool parse metadata:json "
    "markdown_text reply_broadcast:bool file_ids",
    scope="chat:write",
)
async def update(caller: Caller) -> Json:
    """Change one of the bot's messages; with text and no blocks, its blocks vanish."""
    message = _own_message(caller, "cant_update_message")
    if caller.team.channels[message.channel_id].archived:
        raise ApiError("is_inactive")
    text, blocks = _checked(caller, caller.args.get("metadata"), most=UPDATED_TEXT)
    before = message.json()
    message.versions.append((message.text, message.blocks))
    message.text, message.blocks = text, blocks
    if "metadata" in caller.args:
        message.metadata = caller.args["metadata"] or None
    if not blocks:  # with blocks there is no "(edited)" beside the message
        message.edited_at = caller.slack.world.new_ts()
    caller.slack.events.message_changed(caller.team, message, before)
    return {
        "channel": message.channel_id,
        "ts": message.ts,
        "text": text,
        "message": message.json(),
    }


@method("chat.delete", "channel! ts:ts!", scope="chat:write")
async def delete(caller: Caller) -> Json:
    """Delete one of the bot's messages."""
    message = _own_message(caller, "cant_delete_message")
    message.deleted = True
    caller.slack.events.message_deleted(caller.team, message)
    return {"channel": message.channel_id, "ts": message.ts}


@method("chat.getPermalink", "channel! message_ts:ts!", tier=None)
async def get_permalink(caller: Caller) -> Json:
    """Give the address of a message."""
    channel = caller.channel(member=False)
    ts = caller.args["message_ts"]
    if ts not in channel.log or channel.log[ts].deleted:
        raise ApiError("message_not_found")
    link = f"https://{caller.team.domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


def new_message(caller: Caller, channel: Channel, text: str, blocks: list[Json]) -> Message:
    """Make a message of the bot, not yet shown to anybody."""
    return Message(
        ts=caller.slack.world.new_ts(),
        channel_id=channel.id,
        team_id=caller.team.id,
        user_id=caller.team.bot_user_id,
        text=text,
        blocks=blocks,
        bot_id=caller.team.bot_id,
        app_id=caller.slack.app.id,
    )


def publish(caller: Caller, message: Message) -> None:
    """Show a message in its channel, and tell the app about it, as Slack does."""
    caller.team.channels[message.channel_id].log[message.ts] = message
    caller.team.log.append(message)
    caller.slack.events.message(caller.team, message)


def _checked(caller: Caller, metadata: Any = None, **limits: int) -> tuple[str, list[Json]]:
    args = caller.args
    for refused in ("attachments", "markdown_text", "file_ids"):
        # Slack has them; we mean not to use them, and this fake does not know their rules.
        if args.get(refused):
            raise invalid("invalid_arguments", [f"not supported by this fake: {refused}"])
    text, blocks = args.get("text", ""), args.get("blocks")
    caller.slack.records.advice += check_message(text, blocks, metadata, **limits)
    check_files(caller, blocks or [])
    return text, blockwalk.with_ids(blocks or [], caller.slack.world.new_id("b"))


def check_files(caller: Caller, blocks: list[Json]) -> None:
    """Refuse images of files that were not uploaded to the end in this workspace."""
    pictures = [b for b in blocks if "slack_file" in b]
    pictures += [b["accessory"] for b in blocks if "slack_file" in b.get("accessory", {})]
    if pictures and caller.slack.files_not_ready:
        caller.slack.files_not_ready -= 1
        raise invalid("invalid_blocks", ["invalid slack file"])
    for picture in pictures:
        file = caller.team.files.get(picture["slack_file"].get("id", ""))
        if file is None or not file.completed:
            raise invalid("invalid_blocks", ["invalid slack file"])


def _check_author(caller: Caller) -> None:
    if {"username", "icon_emoji", "icon_url"} & set(caller.args):
        caller.need("chat:write.customize")


def _channel_to_post_in(caller: Caller) -> Channel:
    target = caller.args["channel"]
    if target in caller.team.users:
        return caller.slack.world.open_im(caller.team, target)
    anywhere = "chat:write.public" in caller.token.scopes
    channel = caller.channel(member=not anywhere)
    if channel.archived:
        raise ApiError("is_archived")
    return channel


def _root(caller: Caller, channel: Channel) -> str | None:
    thread_ts = caller.args.get("thread_ts")
    if thread_ts is None:
        return None
    root = channel.log.get(thread_ts)
    if root is None or (root.deleted and not channel.thread(root)):
        raise ApiError("thread_not_found")
    if root.is_reply:
        # Slack only advises against a reply's ts; here it is refused, to find the mistake.
        raise ApiError("cannot_reply_to_message")
    return str(thread_ts)


def _own_message(caller: Caller, refusal: str) -> Message:
    channel = caller.channel()
    message = channel.log.get(caller.args["ts"])
    if message is None or message.deleted:
        raise ApiError("message_not_found")
    if message.user_id != caller.team.bot_user_id:
        raise ApiError(refusal)
    return message
