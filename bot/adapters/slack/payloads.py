"""What Slack's payloads say: where something was done, and what somebody typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.adapters.slack.render import Place

Payload = Mapping[str, Any]

_VEILED = ("", "directmessage", "privategroup")
"""What Slack writes instead of the name of a channel it will not tell."""
_GROUP = "mpdm-"
"""How Slack begins the name of a group's direct messages; their id looks like a channel's."""
_MARKUP = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_KINDS = {"@": "@", "#": "#", "!": "@"}


def place_of(payload: Payload) -> Place:
    """Where a command, a button or a form was used; raises StaleKeyError for a foreign view."""
    view = payload.get("view")
    if view:
        if view["type"] == "home":
            return Place(is_home=True)
        return Place.parse(view.get("private_metadata") or "")
    channel = payload.get("channel") or {
        "id": payload.get("channel_id", ""),
        "name": payload.get("channel_name", ""),
    }
    return channel_place(str(channel.get("id") or ""), str(channel.get("name") or ""))


def channel_place(channel: str, name: str = "") -> Place:
    """A channel; direct messages are none, between two or in a group."""
    if not channel or channel.startswith("D") or name.startswith(_GROUP):
        return Place()
    return Place(channel, "" if name in _VEILED else f"#{name.removeprefix('#')}")


def member_of(payload: Payload) -> tuple[str, str]:
    """The id of whoever did something, and a name to use where Slack cannot be asked."""
    user = payload.get("user")
    if isinstance(user, Mapping):
        return str(user["id"]), str(user.get("name") or user.get("username") or "")
    return str(payload["user_id"]), str(payload.get("user_name") or "")


def mentioned(text: str) -> list[str]:
    """The ids of the members whom *text* mentions."""
    return [target[1:] for target, _ in _MARKUP.findall(text) if target.startswith("@")]


def typed(text: str, names: Mapping[str, str]) -> str:
    """
    What a member typed, of what Slack made of it: ``&lt;``, ``<@U1>``, ``<url|label>``.

    Who is mentioned is called by their name in *names*; one with an empty name is left out.
    """
    plain = _MARKUP.sub(lambda found: _shown(found, names), text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(found: re.Match[str], names: Mapping[str, str]) -> str:
    target, label = found[1], found[2]
    sign = _KINDS.get(target[0])
    if sign is None:
        return label or target
    if (name := names.get(target[1:])) is not None:
        return f"@{name}" if name else ""
    words = label or target[1:].partition("^")[0]
    return words if words.startswith(sign) else f"{sign}{words}"
