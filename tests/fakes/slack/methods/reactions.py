"""reactions.*: the smallest answer there is."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.message import Message
from tests.fakes.slack.methods.registry import Caller, method

Json = dict[str, Any]

_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


@method("reactions.add", "channel! timestamp:ts! name!", scope="reactions:write")
async def add(caller: Caller) -> Json:
    """Put a reaction on a message."""
    message = _message(caller)
    users = message.reactions.setdefault(caller.args["name"], [])
    if caller.team.bot_user_id in users:
        raise ApiError("already_reacted")
    users.append(caller.team.bot_user_id)
    caller.slack.events.reaction(
        caller.team, message, caller.team.bot_user_id, caller.args["name"], added=True
    )
    return {}


@method("reactions.remove", "channel! timestamp:ts! name!", scope="reactions:write", tier=2)
async def remove(caller: Caller) -> Json:
    """Take a reaction back."""
    message, name = _message(caller), caller.args["name"]
    if caller.team.bot_user_id not in message.reactions.get(name, []):
        raise ApiError("no_reaction")
    message.reactions[name].remove(caller.team.bot_user_id)
    if not message.reactions[name]:
        del message.reactions[name]
    caller.slack.events.reaction(caller.team, message, caller.team.bot_user_id, name, added=False)
    return {}


@method("reactions.get", "channel! timestamp:ts! full:bool", scope="reactions:read")
async def get(caller: Caller) -> Json:
    """List the reactions on a message."""
    message = _message(caller)
    return {"type": "message", "channel": message.channel_id, "message": message.json()}


def _message(caller: Caller) -> Message:
    channel = caller.channel()
    if channel.archived:
        raise ApiError("is_archived")
    if not _NAME.fullmatch(caller.args.get("name", "x")):
        raise ApiError("invalid_name")
    message = channel.log.get(caller.args["timestamp"])
    if message is None or message.deleted:
        raise ApiError("message_not_found")
    return message
