"""
What Slack demands of each element: its fields, its limits and where it may stand.

The limits are those of https://docs.slack.dev/reference/block-kit/block-elements.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.fakes.slack.option_rules import check_boxes, check_menu, check_overflow
from tests.fakes.slack.problems import Problems

Json = dict[str, Any]
Rule = Callable[[Problems, Json, str], None]

ID = 255
_COMMON = ("action_id", "focus_on_load", "confirm", "placeholder")
_PICK = {"actions", "accessory", "input"}
_FIELDS: dict[str, tuple[set[str], tuple[str, ...], tuple[str, ...]]] = {
    # type: places it may stand, required fields, further fields
    "button": (
        {"actions", "accessory"},
        ("text",),
        ("action_id", "url", "value", "style", "confirm", "accessibility_label"),
    ),
    "overflow": ({"actions", "accessory"}, ("options",), ("action_id", "confirm")),
    "checkboxes": (
        _PICK,
        ("options",),
        ("action_id", "initial_options", "confirm", "focus_on_load"),
    ),
    "radio_buttons": (
        _PICK,
        ("options",),
        ("action_id", "initial_option", "confirm", "focus_on_load"),
    ),
    "static_select": (_PICK, (), (*_COMMON, "options", "option_groups", "initial_option")),
    "external_select": (_PICK, (), (*_COMMON, "initial_option", "min_query_length")),
    "users_select": (_PICK, (), (*_COMMON, "initial_user")),
    "conversations_select": (
        _PICK,
        (),
        (
            *_COMMON,
            "initial_conversation",
            "default_to_current_conversation",
            "response_url_enabled",
            "filter",
        ),
    ),
    "channels_select": (_PICK, (), (*_COMMON, "initial_channel", "response_url_enabled")),
    "multi_static_select": (
        _PICK,
        (),
        (*_COMMON, "options", "option_groups", "initial_options", "max_selected_items"),
    ),
    "multi_external_select": (
        _PICK,
        (),
        (*_COMMON, "initial_options", "min_query_length", "max_selected_items"),
    ),
    "multi_users_select": (_PICK, (), (*_COMMON, "initial_users", "max_selected_items")),
    "multi_conversations_select": (
        _PICK,
        (),
        (
            *_COMMON,
            "initial_conversations",
            "default_to_current_conversation",
            "filter",
            "max_selected_items",
        ),
    ),
    "multi_channels_select": (_PICK, (), (*_COMMON, "initial_channels", "max_selected_items")),
    "datepicker": (_PICK, (), (*_COMMON, "initial_date")),
    "timepicker": (_PICK, (), (*_COMMON, "initial_time", "timezone")),
    "datetimepicker": (
        {"actions", "input"},
        (),
        ("action_id", "initial_date_time", "confirm", "focus_on_load"),
    ),
    "plain_text_input": (
        {"input"},
        (),
        (
            "action_id",
            "initial_value",
            "multiline",
            "min_length",
            "max_length",
            "dispatch_action_config",
            "focus_on_load",
            "placeholder",
        ),
    ),
    "email_text_input": (
        {"input"},
        (),
        ("action_id", "initial_value", "dispatch_action_config", "focus_on_load", "placeholder"),
    ),
    "url_text_input": (
        {"input"},
        (),
        ("action_id", "initial_value", "dispatch_action_config", "focus_on_load", "placeholder"),
    ),
    "number_input": (
        {"input"},
        ("is_decimal_allowed",),
        (
            "action_id",
            "initial_value",
            "min_value",
            "max_value",
            "dispatch_action_config",
            "focus_on_load",
            "placeholder",
        ),
    ),
    "file_input": ({"input"}, (), ("action_id", "filetypes", "max_files")),
    "image": ({"accessory", "context"}, ("alt_text",), ("image_url", "slack_file")),
}


def check_element(problems: Problems, element: Any, at: str, place: str) -> None:
    """Check one element that stands in *place*: actions, accessory, input or context."""
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in _FIELDS:
        problems.add(at, f"unsupported type: {kind}")
        return
    places, required, further = _FIELDS[kind]
    if place not in places:
        problems.add(at, f"unsupported element: {kind} cannot stand in {place}")
    problems.keys(element, at, ("type", *required), further)
    problems.strings(element, at, action_id=ID)
    problems.texts(element, at, placeholder=150)
    problems.booleans(
        element, at, "focus_on_load", "multiline", "is_decimal_allowed",
        "response_url_enabled", "default_to_current_conversation",
    )  # fmt: skip
    problems.integer(element, at, "max_selected_items", 1, 100)
    if "confirm" in element:
        _check_confirm(problems, element["confirm"], f"{at}/confirm")
    rule = _RULES.get(kind)
    if rule:
        rule(problems, element, at)


def _check_confirm(problems: Problems, value: Any, at: str) -> None:
    if problems.keys(value, at, ("title", "text", "confirm", "deny"), ("style",)):
        problems.texts(value, at, title=100, text=300, confirm=30, deny=30)
        problems.choice(value, at, "style", ("primary", "danger"))


def _check_button(problems: Problems, element: Json, at: str) -> None:
    problems.texts(element, at, text=75)
    problems.strings(element, at, value=2000, url=3000, accessibility_label=75)
    problems.choice(element, at, "style", ("primary", "danger"))


def _check_text_input(problems: Problems, element: Json, at: str) -> None:
    problems.integer(element, at, "min_length", 0, 3000)
    problems.integer(element, at, "max_length", 1, 3000)
    if "initial_value" in element:
        most = element.get("max_length", 3000)
        problems.string(element["initial_value"], f"{at}/initial_value", most, least=0)


def _check_date(problems: Problems, element: Json, at: str) -> None:
    _check_form(problems, element, at, "initial_date", r"\d{4}-\d{2}-\d{2}", "YYYY-MM-DD")


def _check_time(problems: Problems, element: Json, at: str) -> None:
    _check_form(problems, element, at, "initial_time", r"([01]\d|2[0-3]):[0-5]\d", "HH:mm")


def _check_number(problems: Problems, element: Json, at: str) -> None:
    for key in ("initial_value", "min_value", "max_value"):
        _check_form(problems, element, at, key, r"-?\d+(\.\d+)?", "a number in a string")


def _check_form(
    problems: Problems, element: Json, at: str, key: str, pattern: str, words: str
) -> None:
    value = element.get(key)
    if key in element and not (isinstance(value, str) and re.fullmatch(pattern, value)):
        problems.add(f"{at}/{key}", f"must be {words}")


def _check_image(problems: Problems, element: Json, at: str) -> None:
    check_picture(problems, element, at)


def check_picture(problems: Problems, value: Json, at: str) -> None:
    """Check what an image block and an image element have in common."""
    problems.strings(value, at, alt_text=2000, image_url=3000)
    if ("image_url" in value) == ("slack_file" in value):
        problems.add(at, "must have either image_url or slack_file")
    if "image_url" in value and not str(value["image_url"]).startswith(("http://", "https://")):
        problems.add(f"{at}/image_url", "must be a URL")
    if "slack_file" in value:
        where = f"{at}/slack_file"
        if problems.keys(value["slack_file"], where, (), ("id", "url")):
            problems.strings(value["slack_file"], where, id=255, url=3000)


_RULES: dict[str, Rule] = {
    "button": _check_button,
    "overflow": check_overflow,
    "checkboxes": check_boxes,
    "radio_buttons": check_boxes,
    "static_select": check_menu,
    "multi_static_select": check_menu,
    "plain_text_input": _check_text_input,
    "image": _check_image,
    "datepicker": _check_date,
    "timepicker": _check_time,
    "number_input": _check_number,
}
