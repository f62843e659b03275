"""Walking through blocks: their elements, words, buttons and pings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_PING = re.compile(r"<(!(?:channel|here|everyone|subteam\^[^>|]+)|@[UWB][A-Z0-9]*)(?:\|[^>]*)?>")
_WORDS = ("text", "alt_text", "title", "placeholder", "label", "hint", "description", "url")


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield each interactive element with the block it is in."""
    for block in blocks:
        if block["type"] == "actions":
            yield from ((block, element) for element in block["elements"])
        elif block["type"] == "section" and "accessory" in block:
            yield block, block["accessory"]
        elif block["type"] == "input":
            yield block, block["element"]


def words(value: Any) -> Iterator[str]:
    """Yield every string a reader of blocks (or a view) can come to see."""
    if isinstance(value, list):
        for item in value:
            yield from words(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str):
                if key in _WORDS:
                    yield item
            else:
                yield from words(item)


def label(element: Json) -> str:
    """Return the words on a button, or beside a menu."""
    text = element.get("text") or element.get("placeholder") or {}
    return str(text.get("text", ""))


def pings(text: str, blocks: list[Json]) -> list[str]:
    """Return whoever a message would ping: in its text, mrkdwn or rich text."""
    # With blocks, the text only feeds the notification, but it pings all the same.
    found = [match[1] for match in _PING.finditer(text)]
    return found + list(_block_pings(blocks))


def _block_pings(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _block_pings(item)
    elif isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "markdown"):
            yield from (match[1] for match in _PING.finditer(str(value.get("text", ""))))
        elif value.get("type") == "broadcast":
            yield f"!{value.get('range')}"
        elif value.get("type") in ("user", "usergroup") and "style" not in value.get("text", {}):
            yield f"@{value.get('user_id') or value.get('usergroup_id')}"
        for item in value.values():
            yield from _block_pings(item)


def with_ids(blocks: list[Json], prefix: str) -> list[Json]:
    """Return *blocks* as Slack keeps them: each block and element has an id."""
    kept = []
    for index, block in enumerate(blocks):
        shown = {"block_id": f"{prefix}{index}", **block}
        if block["type"] == "actions":
            shown["elements"] = [
                {"action_id": f"{prefix}{index}-{n}", **element}
                for n, element in enumerate(block["elements"])
            ]
        for key in ("accessory", "element"):
            if key in block and block[key]["type"] != "image":
                shown[key] = {"action_id": f"{prefix}{index}-0", **block[key]}
        kept.append(_as_shown(shown))
    return kept


def _as_shown(value: Any) -> Any:
    # Slack gives back every text object with its defaults written out.
    if isinstance(value, list):
        return [_as_shown(item) for item in value]
    if isinstance(value, dict):
        shown = {key: _as_shown(item) for key, item in value.items()}
        if set(value) <= {"type", "text", "emoji", "verbatim"} and "text" in value:
            if value["type"] == "plain_text":
                shown.setdefault("emoji", True)
            elif value["type"] == "mrkdwn":
                shown.setdefault("verbatim", False)
        return shown
    return value
