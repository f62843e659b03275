"""Blocks of text as Discord draws them, each able to be drawn shorter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import assert_never

from bot.adapters.discord.fitting import Piece
from bot.adapters.discord.markdown import (
    ELLIPSIS,
    cut,
    cut_text,
    escape,
    fenced,
    markdown,
    quoted,
    text_length,
    visible,
)
from bot.core.parts import (
    CodeBlock,
    Facts,
    Heading,
    Numbered,
    Paragraph,
    Quiet,
    Quote,
    Strong,
    Table,
    Text,
)
from bot.core.wording import apart

TextBlock = Heading | Paragraph | Quiet | CodeBlock | Quote | Numbered | Facts | Table
LANGUAGES = {"python": "py", "shell": "bash", "text": ""}
"""What Discord's highlighter calls them, where it uses another name."""
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
"""Two blank lines between functions are one here: a message is narrow and long enough."""
OWN_ROW, OTHER_ROW = "▸ ", "  "


def piece(block: TextBlock, *, is_title: bool = False) -> Piece:
    """One block of text; the title of a card is its one large line."""
    match block:
        case Heading(line):
            frame = "### {}" if is_title else "**{}**"
            return Piece(lambda n: _line(frame, line, n, bold=not is_title), text_length(line), 6)
        case Quiet(line):
            return Piece(lambda n: _line("-# {}", line, n), text_length(line), 5)
        case Paragraph(line):
            return Piece(lambda n: markdown(cut_text(line, n)), text_length(line), 4)
        case Numbered(items):
            return Piece(lambda n: _numbered(items, n), max(map(text_length, items), default=0), 3)
        case Facts(pairs):
            longest = max((text_length(text) for _, text in pairs), default=0)
            return Piece(lambda n: _facts(pairs, n), longest, 3)
        case Table():
            return Piece(lambda n: _table(block, n), len(block.rows), 2)
        case CodeBlock(code, language):
            named, short = LANGUAGES.get(language, language), _BLANK_LINES.sub("\n\n", code)
            return Piece(lambda n: fenced(_lines(short, n), named), len(short), 1)
        case Quote(words):
            return Piece(lambda n: quoted(cut(words, n)), len(words), 0)
    assert_never(block)


def _line(frame: str, text: Text, length: int, *, bold: bool = False) -> str:
    if bold:
        text = tuple(span.text if isinstance(span, Strong) else span for span in text)
    shown = markdown(cut_text(text, length)).replace("\n", " ").strip()
    return frame.format(shown) if shown else ""


def _numbered(items: Sequence[Text], length: int) -> str:
    return "\n".join(_line(f"{number}. {{}}", item, length) for number, item in enumerate(items, 1))


def _facts(pairs: Sequence[tuple[str, Text]], length: int) -> str:
    return "\n".join(
        _line(f"**{escape(label).replace('{', '{{').replace('}', '}}')}:** {{}}", text, length)
        for label, text in pairs
    )


def _lines(code: str, length: int) -> str:
    """Whole lines of code, as many as fit."""
    if len(code) <= length:
        return code
    head = code[: max(0, length)]
    return f"{head[: head.rfind(chr(10))]}\n{ELLIPSIS}" if "\n" in head else ELLIPSIS


def _table(table: Table, most: int) -> str:
    """Columns in a block of code: only there are all signs equally wide."""
    rows = [tuple(_cell(text) for text in row) for row in (table.head, *table.rows[:most])]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for i, row in enumerate(rows):
        cells = [
            " " * (width - _width(cell)) + cell
            if column in table.right
            else cell + " " * (width - _width(cell))
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        mark = "" if table.own is None else OWN_ROW if i - 1 == table.own else OTHER_ROW
        lines.append((mark + "  ".join(cells)).rstrip())
    if most < len(table.rows):
        lines.append(ELLIPSIS)
    return fenced("\n".join(lines), "")


def _cell(text: str) -> str:
    return apart(" ".join(visible(text).replace("`", "'").split()))


def _width(text: str) -> int:
    """How many columns a text takes where wide signs take two and joined ones none."""
    return sum(
        0
        if unicodedata.category(sign) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(sign) in "WF"
        else 1
        for sign in text
    )
