"""Filling in a form as a Slack client does: its checks, and the shape of what it sends."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack import blockwalk
from tests.fakes.slack.errors import FieldsRefusedError, NotPossibleError

Json = dict[str, Any]

TEXT_INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
_ONE_OF = {"radio_buttons", "static_select", "external_select"}
_SOME_OF = {"checkboxes", "multi_static_select", "multi_external_select"}
_PICKED = {
    # element: where the answer goes, where its initial value stands
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
}


def fill(
    blocks: list[Json],
    given: Json,
    offered: dict[str, list[Json]] | None = None,
    draft: Json | None = None,
) -> Json:
    """
    Return `state.values` for a form in which *given* was entered.

    *given* maps a block_id, an action_id or an input's label to what is typed (a string) or
    chosen (an option's value or words, or a list of them). *offered* holds, by action_id,
    the options a menu has loaded; *draft* holds what was entered before. Raises NotPossibleError for a field that is not there,
    FieldsRefusedError where the client would stop the member.
    """
    left, refused = dict(given), {}
    values: Json = {}
    for block, element in blockwalk.elements(blocks):
        if element["type"] in ("button", "overflow", "image"):
            continue
        name = next((n for n in _names(block, element) if n in left), None)
        options = (offered or {}).get(element["action_id"]) or _options(element)
        if name:
            answer = _answer(element, left.pop(name), options)
        else:
            before = (draft or {}).get(block["block_id"], {})
            answer = before.get(element["action_id"]) or _untouched(element)
        why = _refusal(block, element, answer)
        if why:
            refused[block["block_id"]] = why
        values.setdefault(block["block_id"], {})[element["action_id"]] = answer
    if left:
        raise NotPossibleError(f"no such field: {', '.join(left)}")
    if refused:
        raise FieldsRefusedError(refused)
    return values


def choose(element: Json, value: Any, offered: list[Json] | None = None) -> Json:
    """Return an action in which *value* was chosen in one element."""
    answer = _answer(element, value, offered or _options(element))
    return {"action_id": element["action_id"], **answer}


def still_fitting(blocks: list[Json], draft: Json) -> Json:
    """Return that part of a draft which still has its place in *blocks*."""
    kept: Json = {}
    for block, element in blockwalk.elements(blocks):
        answer = draft.get(block["block_id"], {}).get(element.get("action_id"))
        if answer and answer["type"] == element["type"] and _offers(element, answer):
            kept.setdefault(block["block_id"], {})[element["action_id"]] = answer
    return kept


def _offers(element: Json, answer: Json) -> bool:
    if "external" in element["type"]:
        return True
    chosen = [answer.get("selected_option"), *answer.get("selected_options", [])]
    return all(option in _options(element) for option in chosen if option)


def _names(block: Json, element: Json) -> tuple[str, ...]:
    words = (block.get("label") or {}).get("text", "")
    return block["block_id"], element["action_id"], words


def _options(element: Json) -> list[Json]:
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(o for group in groups for o in group["options"])]


def _answer(element: Json, value: Any, options: list[Json]) -> Json:
    kind = element["type"]
    if kind in TEXT_INPUTS:
        return {"type": kind, "value": value or None}
    if kind in _ONE_OF or kind == "overflow":
        chosen = None if value is None else _option(options, value)
        return {"type": kind, "selected_option": chosen}
    if kind in _SOME_OF:
        return {"type": kind, "selected_options": [_option(options, v) for v in value]}
    if kind in _PICKED:
        return {"type": kind, _PICKED[kind][0]: value}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": value}
    raise NotPossibleError(f"nothing can be entered in a {kind}")


def _untouched(element: Json) -> Json:
    kind = element["type"]
    if kind in TEXT_INPUTS:
        return {"type": kind, "value": element.get("initial_value") or None}
    if kind in _ONE_OF:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in _SOME_OF:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    key, initial = _PICKED[kind]
    return {"type": kind, key: element.get(initial, [] if kind.startswith("multi_") else None)}


def _option(options: list[Json], wanted: str) -> Json:
    for option in options:
        if wanted in (option["value"], option["text"]["text"]):
            return option
    shown = ", ".join(repr(option["text"]["text"]) for option in options)
    raise NotPossibleError(f"there is no option {wanted!r}; there are {shown}")


def _refusal(block: Json, element: Json, answer: Json) -> str | None:
    if block["type"] != "input":
        return None
    content = next(v for k, v in answer.items() if k != "type")
    if not content:
        return None if block.get("optional") else "Please complete this required field."
    if element["type"] in TEXT_INPUTS:
        return _text_refusal(element, str(content))
    most = element.get("max_selected_items")
    if most and len(content) > most:
        return f"Choose no more than {most}."
    return None


def _text_refusal(element: Json, text: str) -> str | None:
    if element["type"] == "number_input":
        return _number_refusal(element, text)
    if len(text) > element.get("max_length", 3000):
        return f"Enter fewer than {element.get('max_length', 3000)} characters."
    if len(text) < element.get("min_length", 0):
        return f"Enter at least {element['min_length']} characters."
    if "\n" in text and not element.get("multiline"):
        return "There is only one line."
    if element["type"] == "email_text_input" and "@" not in text:
        return "Enter a valid email address."
    if element["type"] == "url_text_input" and "://" not in text:
        return "Enter a valid URL."
    return None


def _number_refusal(element: Json, text: str) -> str | None:
    try:
        number = float(text) if element["is_decimal_allowed"] else int(text)
    except ValueError:
        return "Enter a valid number."
    low, high = float(element.get("min_value", number)), float(element.get("max_value", number))
    return None if low <= number <= high else f"Enter a number from {low:g} to {high:g}."
