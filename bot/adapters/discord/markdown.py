"""Text to Discord's markdown: every word is escaped, whoever wrote it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from bot.core.parts import Code, Link, Mention, Span, Strong, Text

ELLIPSIS = "…"
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""Controls, blanks without width and signs that turn the order of reading round."""
_ANYWHERE = re.compile(r"[\\*_~`|<\[\]@]|:(?=//|[\w+~-]+:)")
_AT_THE_START = re.compile(r"^(\s*)([#>+-]|\d+(?=[.)]))", re.MULTILINE)
_JOINER = "\u200d"
_BLANK = "\u200b"


def visible(text: str) -> str:
    """*text* without what nobody sees; half characters become a question mark."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub("", _whole(text))


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def escape(text: str) -> str:
    """Let plain text look as it was typed: no format, link, mention, emoji, time or list."""
    safe = _ANYWHERE.sub(r"\\\g<0>", visible(text))
    return _AT_THE_START.sub(_escaped_start, safe)


def _escaped_start(found: re.Match[str]) -> str:
    blank, sign = found.groups()
    return f"{blank}{sign}\\" if sign.isdigit() else f"{blank}\\{sign}"


def markdown(text: Text) -> str:
    """A line of text with its emphasis."""
    return "".join(map(_span, text))


def _span(span: Span) -> str:
    match span:
        case str():
            return escape(span)
        case Code():
            return code(span.text)
        case Strong():
            return _strong(span.text)
        case Mention():
            return f"<@{span.member}>" if span.member.isdecimal() else escape(span.name)
        case Link():
            return _link(span)


def _strong(text: str) -> str:
    """Blanks stay outside: Discord shows no asterisks as asterisks only around words."""
    safe = escape(text)
    words = safe.strip()
    return safe.replace(words, f"**{words}**", 1) if words else safe


def code(text: str) -> str:
    """A few words of code; backticks inside are kept apart and marked off by two."""
    shown = visible(text).replace("\n", " ")
    if not shown.strip():
        return escape(shown)
    if "`" not in shown:
        return f"`{shown}`"
    return f"`` {re.sub('`(?=`)', f'`{_BLANK}', shown)} ``"


def _link(link: Link) -> str:
    if not link.url.startswith("https://"):
        return escape(link.text)
    url = quote(visible(link.url), safe=":/?#@!$&'*+,;=%~-._")
    return f"[{escape(link.text)}]({url})"


def fenced(text: str, language: str) -> str:
    """Lines of code; a fence inside is broken by a blank without width."""
    shown = re.sub("``(?=`)", f"``{_BLANK}", _whole(text).replace("\r", "")).strip("\n")
    if shown.endswith("`"):
        shown += _BLANK
    return f"```{language}\n{shown}\n```"


def quoted(text: str) -> str:
    """A member's own words, every line of them marked."""
    lines = escape(text.strip()).split("\n")
    return "\n".join(f"> {line}" for line in lines)


# --- cutting ---------------------------------------------------------------------------------


def cut(text: str, length: int) -> str:
    """At most *length* characters of *text*, never a half of one that people see as whole."""
    if len(text) <= length:
        return text
    if length <= 1:
        return ELLIPSIS[:length]
    end = length - 1
    while end > 0 and not _may_cut(text, end):
        end -= 1
    return text[:end].rstrip() + ELLIPSIS


def label(text: str, length: int) -> str:
    """A label: plain, in one line, never empty, which Discord refuses."""
    return cut(" ".join(visible(text).split()), length) or ELLIPSIS


def _may_cut(text: str, at: int) -> bool:
    """Whether what people see as one character does not go on at *at*."""
    before, after = text[at - 1], text[at]
    if _JOINER in (before, after) or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return False
    if "\U0001f3fb" <= after <= "\U0001f3ff":
        return False
    return not (_is_flag_half(before) and _is_flag_half(after) and _flags_before(text, at) % 2)


def _is_flag_half(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def _flags_before(text: str, at: int) -> int:
    start = at
    while start > 0 and _is_flag_half(text[start - 1]):
        start -= 1
    return at - start


def cut_text(text: Text, length: int) -> Text:
    """At most *length* characters of a line of text, its emphasis kept."""
    if text_length(text) <= length:
        return text
    kept: list[Span] = []
    for span in text:
        size = _length(span)
        if size > length:
            return (*kept, _cut_span(span, length))
        kept.append(span)
        length -= size
    return tuple(kept)


def _length(span: Span) -> int:
    if isinstance(span, Mention):
        return len(span.name)
    return len(span if isinstance(span, str) else span.text)


def _cut_span(span: Span, length: int) -> Span:
    match span:
        case str():
            return cut(span, length)
        case Code() | Strong() | Link():
            return replace(span, text=cut(span.text, length))
        case Mention():
            return cut(span.name, length)


def text_length(text: Sequence[Span]) -> int:
    """How many characters people see."""
    return sum(map(_length, text))
