"""Blocks as a person reads them: words joined as they are shown, without markup."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

_MARKUP = re.compile(r"<(?:[^|>]+\|)?([^>]+)>|[*_`\u2060]")


def read(blocks: Iterable[Json]) -> str:
    """All words of some blocks, a line for each thing."""
    return "\n".join(line for block in blocks for line in _lines(block) if line)


def _lines(block: Json) -> list[str]:
    match block["type"]:
        case "rich_text":
            return [_leaf(part) for part in block["elements"]]
        case "context":
            return [_text(element) for element in block["elements"]]
        case "input":
            element = block["element"]
            options = [_text(option["text"]) for option in element.get("options", [])]
            hint = [_text(block["hint"])] if "hint" in block else []
            return [_text(block["label"]), str(element.get("initial_value", "")), *hint, *options]
        case "image":
            return [block["alt_text"]]
        case "section":
            return [_text(block["text"])]
    return []


def _leaf(part: Json) -> str:
    if "elements" in part:
        separator = "\n" if part["type"] == "rich_text_list" else ""
        return separator.join(_leaf(element) for element in part["elements"])
    return str(part.get("text") or f"@{part.get('user_id', '')}")


def _text(text: Json) -> str:
    words = str(text["text"])
    return html.unescape(_MARKUP.sub(r"\1", words)) if text["type"] == "mrkdwn" else words
