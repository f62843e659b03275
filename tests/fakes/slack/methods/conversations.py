"""conversations.*: channels and what was said in them."""

from __future__ import annotations

import base64
from typing import Any

from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.message import Message
from tests.fakes.slack.methods.registry import Caller, method
from tests.fakes.slack.state import Channel

Json = dict[str, Any]

DISTRIBUTED_MOST = 15
"""Messages that a distributed app outside the Marketplace gets at once, once a minute."""
_PAGES = "cursor limit:int"
_SPAN = f"{_PAGES} oldest:ts latest:ts inclusive:bool include_all_metadata:bool"


@method("conversations.info", "channel! include_locale:bool include_num_members:bool")
async def info(caller: Caller) -> Json:
    """Describe a channel, if the bot is in it or it is public."""
    channel = caller.channel(scope="read", member=False)
    body = channel.json(caller.team.bot_user_id)
    if caller.args.get("include_num_members"):
        body["num_members"] = len(channel.members)
    return {"channel": body}


@method("conversations.history", f"channel! {_SPAN}")
async def history(caller: Caller) -> Json:
    """List a channel's messages, newest first, without the replies in threads."""
    channel = caller.channel(scope="history")
    chosen = _span(caller, channel.messages)[::-1]
    return _page(caller, channel, chosen)


@method("conversations.replies", f"channel! ts:ts! {_SPAN}")
async def replies(caller: Caller) -> Json:
    """List a thread, its root first."""
    channel = caller.channel(scope="history")
    root = channel.log.get(caller.args["ts"])
    if root is not None and root.is_reply:
        root = channel.log.get(str(root.thread_ts))
    if root is None or (root.deleted and not channel.thread(root)):
        raise ApiError("thread_not_found")
    return _page(caller, channel, [root, *_span(caller, channel.thread(root))])


@method("conversations.open", "channel users return_im:bool prevent_creation:bool")
async def open_(caller: Caller) -> Json:
    """Open the direct message with a member."""
    caller.need("im:write")
    if caller.args.get("channel"):
        channel = caller.channel()
        return {"channel": {"id": channel.id}}
    users = [user for user in caller.args.get("users", "").split(",") if user]
    if not users:
        raise ApiError("users_list_not_supplied")
    if len(users) > 1:
        raise ApiError("not_enough_users")  # group messages are not in this fake
    if users[0] not in caller.team.users:
        raise ApiError("user_not_found")
    channel = caller.slack.world.open_im(caller.team, users[0])
    return {"channel": channel.json(caller.team.bot_user_id)}


@method("conversations.members", f"channel! {_PAGES}", tier=4)
async def members(caller: Caller) -> Json:
    """List who is in a channel."""
    channel = caller.channel(scope="read", member=False)
    found, cursor = _cut(caller, sorted(channel.members), 100)
    return {"members": found, "response_metadata": {"next_cursor": cursor}}


@method("conversations.list", f"{_PAGES} exclude_archived:bool types", tier=2)
async def list_(caller: Caller) -> Json:
    """List the channels the bot may know."""
    return _listed(caller, mine=False)


@method("users.conversations", f"{_PAGES} exclude_archived:bool types user")
async def mine(caller: Caller) -> Json:
    """List the channels the bot (or a member) is in."""
    return _listed(caller, mine=True)


def _listed(caller: Caller, *, mine: bool) -> Json:
    kinds = {"public_channel": "channels", "private_channel": "groups", "im": "im"}
    wanted = {kinds[t] for t in caller.args.get("types", "public_channel").split(",")}
    for kind in wanted:
        caller.need(f"{kind}:read")
    bot = caller.team.bot_user_id
    member = caller.args.get("user", bot)
    shown = [
        channel
        for channel in caller.team.channels.values()
        if channel.kind in wanted
        and not (channel.archived and caller.args.get("exclude_archived"))
        and (bot in channel.members or channel.kind == "channels")
        and (member in channel.members or not mine)
    ]
    found, cursor = _cut(caller, shown, 100)
    return {
        "channels": [channel.json(bot) for channel in found],
        "response_metadata": {"next_cursor": cursor},
    }


def _span(caller: Caller, messages: list[Message]) -> list[Message]:
    args = caller.args
    oldest, latest = args.get("oldest", "0"), args.get("latest", "9" * 12)
    inclusive = args.get("inclusive", False)

    def inside(message: Message) -> bool:
        ts = float(message.ts)
        if inclusive:
            return float(oldest) <= ts <= float(latest)
        return float(oldest) < ts < float(latest)

    return [message for message in messages if inside(message)]


def _page(caller: Caller, channel: Channel, messages: list[Message]) -> Json:
    shown, cursor = _cut(caller, messages, 100)
    with_metadata = caller.args.get("include_all_metadata", False)
    body: Json = {
        "messages": [_with_thread(channel, m, metadata=with_metadata) for m in shown],
        "has_more": bool(cursor),
    }
    return body | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _with_thread(channel: Channel, message: Message, *, metadata: bool) -> Json:
    body = message.json(metadata=metadata)
    below = channel.thread(message)
    if below:
        body |= {
            "thread_ts": message.ts,
            "reply_count": len(below),
            "reply_users": sorted({reply.user_id for reply in below}),
            "latest_reply": below[-1].ts,
        }
    return body


def _cut(caller: Caller, found: list[Any], default: int) -> tuple[list[Any], str]:
    limit = caller.args.get("limit", default)
    if not 1 <= limit <= 999:
        raise ApiError("invalid_limit")
    if "conversations.history" in caller.slack.rates.per_minute:
        limit = min(limit, DISTRIBUTED_MOST)
    start = 0
    if caller.args.get("cursor"):
        try:
            start = int(base64.b64decode(caller.args["cursor"]).removeprefix(b"next:"))
        except ValueError:
            raise ApiError("invalid_cursor") from None
    end = start + limit
    cursor = base64.b64encode(f"next:{end}".encode()).decode() if end < len(found) else ""
    return found[start:end], cursor
