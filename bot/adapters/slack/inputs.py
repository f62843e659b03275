"""Inputs to Block Kit's input blocks, and what was entered in them back to values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.adapters.slack.rich import Json, plain
from bot.adapters.slack.text import clean, clip, one_line
from bot.core.parts import Action, Choice, Input, Option, Picks, Ticks, Values, Words

LABEL_MAX = 2_000
HINT_MAX = 2_000
PLACEHOLDER_MAX = 150
TYPED_MAX = 3_000
OPTION_MAX = 75
FEW_MAX, MANY_MAX = 10, 100


def block_id(name: str, action: Action) -> str:
    """
    The block of an input.

    Slack keeps what was entered where a view is updated to one with the same block: the key in
    it keeps the words of one question out of the next one's form.
    """
    return f"{name}@{action.value}"


def render_input(field: Input, action: Action) -> Json:
    """Render one input of the form that *action* submits."""
    match field:
        case Words():
            element, optional = _typed(field), not field.required
        case Choice():
            element, optional = _choice(field), not field.required
        case Ticks():
            element, optional = _ticks(field), True
        case Picks():
            element, optional = _picks(field), True
    block: Json = {
        "type": "input",
        "block_id": block_id(field.name, action),
        "label": plain(field.label, LABEL_MAX),
        "element": element | {"action_id": field.name},
        "optional": optional,
    }
    if field.hint:
        block["hint"] = plain(field.hint, HINT_MAX)
    return block


def _typed(field: Words) -> Json:
    most = min(field.max_length, TYPED_MAX)
    element: Json = {
        "type": "plain_text_input",
        "multiline": field.lines > 1,
        "max_length": most,
    }
    before = clean(field.value) if field.lines > 1 else one_line(field.value)
    if before:
        element["initial_value"] = clip(before, most)
    if field.placeholder:
        element["placeholder"] = plain(field.placeholder, PLACEHOLDER_MAX)
    return element


def _choice(field: Choice) -> Json:
    options = _options(field.options, FEW_MAX)
    element: Json = {"type": "radio_buttons", "options": options}
    if chosen := [option for option in options if option["value"] == field.chosen]:
        element["initial_option"] = chosen[0]
    return element


def _ticks(field: Ticks) -> Json:
    return _several("checkboxes", _options(field.options, FEW_MAX), field.chosen)


def _picks(field: Picks) -> Json:
    options = _options(field.options, MANY_MAX)
    return _several("multi_static_select", options, field.chosen)


def _several(kind: str, options: list[Json], chosen: Iterable[str]) -> Json:
    element: Json = {"type": kind, "options": options}
    if initial := [option for option in options if option["value"] in set(chosen)]:
        element["initial_options"] = initial
    return element


def _options(options: Iterable[Option], most: int) -> list[Json]:
    rendered = [{"text": plain(o.label, OPTION_MAX), "value": o.value} for o in options]
    return rendered[:most]


def read_values(state: Mapping[str, Any]) -> Values:
    """Read a submitted view's ``state.values``."""
    values: Values = {}
    for elements in state.values():
        for name, element in elements.items():
            values[name] = _value(element)
    return values


def _value(element: Mapping[str, Any]) -> str | tuple[str, ...]:
    if "selected_options" in element:
        return tuple(str(option["value"]) for option in element["selected_options"] or ())
    if "selected_option" in element:
        option = element["selected_option"]
        return str(option["value"]) if option else ""
    return str(element.get("value") or "")
