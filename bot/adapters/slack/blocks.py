"""The parts of a card to Block Kit's blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.adapters.slack.rich import Json, mrkdwn, part, plain, rich, section
from bot.adapters.slack.text import clip, one_line, pad, width
from bot.core.parts import (
    Block,
    Button,
    Buttons,
    CodeBlock,
    Divider,
    Facts,
    File,
    Heading,
    Numbered,
    Paragraph,
    Picture,
    Quiet,
    Quote,
    Style,
    Table,
)
from bot.core.wording import apart

CONTEXT_MAX = 2_000
PROSE_MAX = 6_000
LABEL_MAX = 75
ALT_MAX = 1_000
TABLE_MAX = 3_000
CELL_MAX = 60
BUTTONS_MAX = 25

Files = Mapping[str, str]
"""The ids of uploaded pictures, by name."""


def render_blocks(blocks: Iterable[Block], files: Files | None = None) -> list[Json]:
    """Render the parts of a card in order; a picture that was not uploaded is left out."""
    rendered = (_render(block, files or {}) for block in _joined(blocks))
    return [block for block in rendered if block is not None]


def _joined(blocks: Iterable[Block]) -> list[Block]:
    """Join paragraphs that follow each other, so that a blank line parts them."""
    joined: list[Block] = []
    for block in blocks:
        if isinstance(block, Paragraph) and joined and isinstance(joined[-1], Paragraph):
            joined[-1] = Paragraph((*joined[-1].text, "\n\n", *block.text))
        else:
            joined.append(block)
    return joined


def _render(block: Block, files: Files) -> Json | None:  # noqa: C901  # one case for each part
    match block:
        case Heading():
            return _rich(rich(block.text, bold=True))
        case Paragraph():
            return _rich(rich(block.text, PROSE_MAX))
        case Quiet():
            return _quiet(block)
        case CodeBlock():
            return part("rich_text_preformatted", block.code)
        case Quote():
            return part("rich_text_quote", block.text)
        case Numbered():
            return _numbered(block)
        case Facts():
            return _facts(block)
        case Table():
            return part("rich_text_preformatted", _table(block), TABLE_MAX)
        case Picture():
            return _picture(block, files)
        case Divider():
            return {"type": "divider"}
        case Buttons():
            return _buttons(block)
        case File():
            return None  # messages carry it; see handlers


def _rich(elements: list[Json]) -> Json | None:
    return section(elements) if elements else None


def _quiet(block: Quiet) -> Json | None:
    if all(isinstance(span, str) for span in block.text):
        words = "".join(span for span in block.text if isinstance(span, str))
        element: Json = plain(words, CONTEXT_MAX)
    else:
        words = mrkdwn(block.text, CONTEXT_MAX)
        element = {"type": "mrkdwn", "text": words}
    return {"type": "context", "elements": [element]} if words.strip() else None


def _numbered(block: Numbered) -> Json | None:
    items = [elements for item in block.items if (elements := rich(item, 500))]
    if not items:
        return None
    lines = [{"type": "rich_text_section", "elements": elements} for elements in items]
    listed = {"type": "rich_text_list", "style": "ordered", "elements": lines}
    return {"type": "rich_text", "elements": [listed]}


def _facts(block: Facts) -> Json | None:
    elements: list[Json] = []
    for label, text in block.pairs:
        break_ = "\n" if elements else ""
        elements += rich((f"{break_}{label}",), 100, bold=True)
        elements += rich(("  ", *text), 500)
    return _rich(elements)


def _table(block: Table) -> str:
    """Aligned columns; the reader's own row is pointed at."""
    rows = [[_cell(text) for text in row] for row in (block.head, *block.rows)]
    columns = range(max(map(len, rows)))
    filled = [[*row, *[""] * (len(columns) - len(row))] for row in rows]
    widths = [max(width(row[i]) for row in filled) for i in columns]
    lines = []
    for number, row in enumerate(filled, -1):
        cells = [pad(row[i], widths[i], right=i in block.right) for i in columns]
        line = "  ".join(cell for cell, columns_ in zip(cells, widths, strict=True) if columns_)
        mark = "▸ " if number == block.own else "  "
        lines.append(f"{mark if block.own is not None else ''}{line}".rstrip())
    return "\n".join(lines)


def _cell(text: str) -> str:
    return apart(one_line(clip(text, CELL_MAX)))


def _picture(block: Picture, files: Files) -> Json | None:
    if block.name not in files:
        return None
    return {
        "type": "image",
        "slack_file": {"id": files[block.name]},
        "alt_text": clip(one_line(block.alt), ALT_MAX) or block.name,
    }


def _buttons(block: Buttons) -> Json | None:
    unique = {str(button.action): button for button in reversed(block.buttons)}
    shown = [_button(unique[key]) for key in reversed(unique)]
    return {"type": "actions", "elements": shown[:BUTTONS_MAX]} if shown else None


def _button(button: Button) -> Json:
    rendered: dict[str, Any] = {
        "type": "button",
        "action_id": str(button.action),
        "text": plain(button.label, LABEL_MAX),
    }
    if button.style is not Style.PLAIN:
        rendered["style"] = str(button.style)
    return rendered
