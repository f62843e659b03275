"""Spans to rich text, where nothing needs escaping; and to mrkdwn, where everything does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.adapters.slack.text import clean, clip, clip_escaped, size
from bot.core.parts import Code, Link, Mention, Span, Strong, Text

Json = dict[str, Any]

RICH_MAX = 3_000
"""Characters of one rich text part; Slack names no limit, its section's is this."""
_URL_MAX = 3_000
_SIGNS = re.compile(r"([*_~`])")
_MEMBER = re.compile(r"[UW][A-Z0-9]{1,40}")


def rich(text: Text, most: int = RICH_MAX, *, bold: bool = False) -> list[Json]:
    """*text* as elements of a rich text section, of at most *most* characters."""
    elements: list[Json] = []
    left = most
    for span in text:
        element = _element(span, left, bold=bold)
        if element is None:
            continue
        left -= size(element.get("text", ""))
        elements.append(element)
        if left <= 0:
            break
    return elements


def _element(span: Span, most: int, *, bold: bool) -> Json | None:
    if isinstance(span, Mention) and _MEMBER.fullmatch(span.member):
        return {"type": "user", "user_id": span.member}
    words = clip(clean(_words(span)), most)
    if not words:
        return None
    element: Json = {"type": "text", "text": words}
    if isinstance(span, Link) and _is_address(span.url):
        element = {"type": "link", "url": span.url, "text": words}
    styles = {"bold": bold or isinstance(span, Strong), "code": isinstance(span, Code)}
    if style := {name: True for name, wanted in styles.items() if wanted}:
        element["style"] = style
    return element


def mrkdwn(text: Text, most: int) -> str:
    """*text* in mrkdwn, of at most *most* characters; nothing in it is markup but the spans."""
    written, left = "", most
    for span in text:
        piece = _marked(span, left)
        if piece is None:
            break
        written += piece
        left -= size(piece)
    return written


def _marked(span: Span, most: int) -> str | None:
    """One span in mrkdwn; None where not enough room is left for it."""
    if isinstance(span, Mention) and _MEMBER.fullmatch(span.member):
        mention = f"<@{span.member}>"
        return mention if size(mention) <= most else None
    before, after, inner = _signs(span)
    room = most - size(before + after)
    if room < 1:
        return None
    words = inner.replace("\n", " ") if before else inner
    if isinstance(span, Code):
        words = words.replace("`", "'")
    elif isinstance(span, Link):
        words = words.replace("|", "/")
    shown = clip_escaped(words if isinstance(span, Code) else _quiet(words), room)
    return f"{before}{shown}{after}" if shown.strip() or not before else shown


def _signs(span: Span) -> tuple[str, str, str]:
    words = clean(_words(span))
    match span:
        case Code():
            return "`", "`", words
        case Strong():
            return "*", "*", words
        case Link() if _is_address(span.url):
            return f"<{span.url}|", ">", words
    return "", "", words


def _quiet(words: str) -> str:
    """Keep signs that would format the words around them from doing so."""
    return _SIGNS.sub("\u2060\\1\u2060", words)


def _is_address(url: str) -> bool:
    return (
        url.startswith(("https://", "http://"))
        and len(url) <= _URL_MAX
        and not re.search(r"[\s<>|\x00-\x1f]", url)
    )


def _words(span: Span) -> str:
    if isinstance(span, str):
        return span
    return f"@{span.name}" if isinstance(span, Mention) else span.text


def section(elements: Sequence[Json]) -> Json:
    """A block of rich text with one section."""
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": list(elements)}],
    }


def part(kind: str, words: str, most: int = RICH_MAX) -> Json | None:
    """A block of plain words in a quote or in a preformatted part; None without words."""
    shown = clip(clean(words).strip("\n"), most)
    if not shown.strip():
        return None
    text = {"type": "text", "text": shown}
    return {"type": "rich_text", "elements": [{"type": kind, "elements": [text]}]}


def plain(words: str, most: int) -> Json:
    """A plain text object in which no emoji code is read."""
    return {"type": "plain_text", "text": clip(clean(words), most) or " ", "emoji": False}
