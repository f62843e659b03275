"""
What Slack demands of each block.

The limits are those of https://docs.slack.dev/reference/block-kit/blocks. Blocks that are
not named here (video, card, plan, charts ...) are refused: a test needs them written first.
"""

from __future__ import annotations

from typing import Any

from tests.fakes.slack.element_rules import ID, Rule, check_element, check_picture
from tests.fakes.slack.problems import Problems

Json = dict[str, Any]

_FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "section": ((), ("text", "fields", "accessory", "expand")),
    "divider": ((), ()),
    "header": (("text",), ()),
    "image": (("alt_text",), ("image_url", "slack_file", "title")),
    "actions": (("elements",), ()),
    "context": (("elements",), ()),
    "input": (("label", "element"), ("hint", "optional", "dispatch_action")),
    "rich_text": (("elements",), ()),
    "markdown": (("text",), ()),
    "table": (("rows",), ("column_settings",)),
}
_MESSAGES_ONLY = {"markdown", "table"}
_RICH = {
    "rich_text_section": (),
    "rich_text_quote": ("border",),
    "rich_text_preformatted": ("border", "language"),
    "rich_text_list": ("style", "indent", "offset", "border"),
}
_RICH_LEAVES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "text": (("text",), ("style",)),
    "link": (("url",), ("text", "unsafe", "style")),
    "user": (("user_id",), ("style",)),
    "usergroup": (("usergroup_id",), ("style",)),
    "channel": (("channel_id",), ("style",)),
    "broadcast": (("range",), ("style",)),
    "emoji": (("name",), ("unicode", "style")),
    "date": (("timestamp", "format"), ("url", "fallback", "style")),
}


def check_blocks(problems: Problems, blocks: Any, at: str, *, surface: str) -> None:
    """Check the blocks of a "message", "modal" or "home"."""
    found = problems.items(blocks, at, 50 if surface == "message" else 100, least=0)
    for n, block in enumerate(found):
        check_block(problems, block, f"{at}/{n}", surface=surface)
    objects = [block for block in found if isinstance(block, dict)]
    problems.unique((b.get("block_id") for b in objects), at, "block_id")
    markdown = sum(len(str(b.get("text"))) for b in objects if b.get("type") == "markdown")
    if markdown > 12_000:
        problems.add(at, "must be less than 12001 characters in all markdown blocks")
    if sum(b.get("type") == "table" for b in objects) > 1:
        problems.add(at, "only one table is allowed")
    elements = [b[k] for b in objects for k in ("element", "accessory") if k in b]
    if sum(isinstance(e, dict) and e.get("focus_on_load") is True for e in elements) > 1:
        problems.add(at, "only one element can have focus_on_load")


def check_block(problems: Problems, block: Any, at: str, *, surface: str) -> None:
    """Check one block."""
    kind = block.get("type") if isinstance(block, dict) else None
    if kind not in _FIELDS:
        problems.add(at, f"unsupported type: {kind}")
        return
    if kind in _MESSAGES_ONLY and surface != "message":
        problems.add(at, f"unsupported type in a view: {kind}")
    required, further = _FIELDS[kind]
    problems.keys(block, at, ("type", *required), ("block_id", *further))
    problems.strings(block, at, block_id=ID)
    problems.booleans(block, at, "optional", "dispatch_action", "expand")
    _RULES[kind](problems, block, at)


def _check_section(problems: Problems, block: Json, at: str) -> None:
    if "text" not in block and "fields" not in block:
        problems.add(at, "must have text or fields")
    if "text" in block:
        problems.text(block["text"], f"{at}/text", 3000, plain=False)
    if "fields" in block:
        for n, field in enumerate(problems.items(block["fields"], f"{at}/fields", 10)):
            problems.text(field, f"{at}/fields/{n}", 2000, plain=False)
    if "accessory" in block:
        check_element(problems, block["accessory"], f"{at}/accessory", "accessory")


def _check_header(problems: Problems, block: Json, at: str) -> None:
    problems.texts(block, at, text=150)


def _check_image(problems: Problems, block: Json, at: str) -> None:
    check_picture(problems, block, at)
    problems.texts(block, at, title=2000)


def _check_actions(problems: Problems, block: Json, at: str) -> None:
    elements = problems.items(block.get("elements"), f"{at}/elements", 25)
    for n, element in enumerate(elements):
        check_element(problems, element, f"{at}/elements/{n}", "actions")
    ids = (e.get("action_id") for e in elements if isinstance(e, dict))
    problems.unique(ids, f"{at}/elements", "action_id")


def _check_context(problems: Problems, block: Json, at: str) -> None:
    for n, element in enumerate(problems.items(block.get("elements"), f"{at}/elements", 10)):
        where = f"{at}/elements/{n}"
        if isinstance(element, dict) and element.get("type") == "image":
            check_element(problems, element, where, "context")
        else:
            problems.text(element, where, 3000, plain=False)


def _check_input(problems: Problems, block: Json, at: str) -> None:
    problems.texts(block, at, label=2000, hint=2000)
    check_element(problems, block.get("element"), f"{at}/element", "input")


def _check_markdown(problems: Problems, block: Json, at: str) -> None:
    problems.strings(block, at, text=12_000)


def _check_table(problems: Problems, block: Json, at: str) -> None:
    letters = 0
    for n, row in enumerate(problems.items(block.get("rows"), f"{at}/rows", 100)):
        for m, cell in enumerate(problems.items(row, f"{at}/rows/{n}", 20)):
            where = f"{at}/rows/{n}/{m}"
            if isinstance(cell, dict) and cell.get("type") == "rich_text":
                check_block(problems, cell, where, surface="message")
            elif problems.keys(cell, where, ("type", "text"), ()):
                problems.choice(cell, where, "type", ("raw_text",))
                problems.string(cell.get("text"), f"{where}/text", 10_000)
            letters += len(str(cell.get("text", ""))) if isinstance(cell, dict) else 0
    if letters > 10_000:
        problems.add(at, "must be less than 10001 characters in all cells")


def _check_rich_text(problems: Problems, block: Json, at: str) -> None:
    for n, part in enumerate(problems.items(block.get("elements"), f"{at}/elements", 1000)):
        _check_rich_part(problems, part, f"{at}/elements/{n}")


def _check_rich_part(problems: Problems, part: Any, at: str) -> None:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in _RICH:
        problems.add(at, f"unsupported type: {kind}")
        return
    problems.keys(part, at, ("type", "elements"), _RICH[kind])
    inner = problems.items(part.get("elements"), f"{at}/elements", 1000)
    for n, leaf in enumerate(inner):
        where = f"{at}/elements/{n}"
        if kind == "rich_text_list":
            _check_rich_part(problems, leaf, where)
        else:
            _check_rich_leaf(problems, leaf, where, code=kind == "rich_text_preformatted")


def _check_rich_leaf(problems: Problems, leaf: Any, at: str, *, code: bool) -> None:
    kind = leaf.get("type") if isinstance(leaf, dict) else None
    if kind not in _RICH_LEAVES or (code and kind not in ("text", "link")):
        problems.add(at, f"unsupported type: {kind}")
        return
    required, further = _RICH_LEAVES[kind]
    problems.keys(leaf, at, ("type", *required), further)
    problems.strings(leaf, at, text=40_000, url=3000)
    if "style" in leaf and problems.keys(
        leaf["style"], f"{at}/style", (), ("bold", "italic", "strike", "code", "highlight")
    ):
        problems.booleans(leaf["style"], f"{at}/style", *leaf["style"])


def _check_nothing(problems: Problems, block: Json, at: str) -> None:
    """A divider has nothing to check."""


_RULES: dict[str, Rule] = {
    "section": _check_section,
    "divider": _check_nothing,
    "header": _check_header,
    "image": _check_image,
    "actions": _check_actions,
    "context": _check_context,
    "input": _check_input,
    "rich_text": _check_rich_text,
    "markdown": _check_markdown,
    "table": _check_table,
}
