"""Payloads for the tests of this Slack: good ones, and ones with a single fault."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    """Return a plain text object."""
    return {"type": "plain_text", "text": text}


def section(text: str, **more: Any) -> Json:
    """Return a section of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(text: str, action_id: str, **more: Any) -> Json:
    """Return a button."""
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def actions(*elements: Json) -> Json:
    """Return a row of elements."""
    return {"type": "actions", "elements": list(elements)}


def options(*values: str) -> list[Json]:
    """Return options whose words are their values in title case."""
    return [{"text": plain(value.title()), "value": value} for value in values]


def field(block_id: str, element: Json, **more: Any) -> Json:
    """Return an input whose label is its block_id in title case."""
    element = {"action_id": block_id, **element}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id.title()),
        "element": element,
        **more,
    }


def modal(*blocks: Json, **more: Any) -> Json:
    """Return a modal."""
    view = {"type": "modal", "title": plain("Try first"), "blocks": list(blocks), **more}
    return view | ({"submit": plain("Show answer")} if "submit" not in more else {})


CARD = [section("*What runs first?*"), actions(button("Answer", "fq:1:answer", value="r1"))]
ANSWER = modal(
    section("*What runs first?*"),
    field("words", {"type": "plain_text_input", "multiline": True}, optional=True),
    field("confidence", {"type": "radio_buttons", "options": options("guess", "sure")}),
    callback_id="answer",
    private_metadata="r1",
)
REVEAL = modal(
    section("*Answer* It is `before_request`."),
    field("ticks", {"type": "checkboxes", "options": options("one", "two")}, optional=True),
    callback_id="reveal",
)
HOME = {"type": "home", "blocks": [section("Two are due"), actions(button("Practice", "go"))]}


def wrong_messages() -> list[tuple[str, list[Json]]]:
    """Return blocks with one fault each, and a part of what is said of it."""
    select = {"type": "static_select", "action_id": "s", "options": options(*map(str, range(101)))}
    boxes = {"type": "checkboxes", "action_id": "b", "options": options(*"abcdefghijk")}
    return [
        ("less than 3001", [section("x" * 3001)]),
        ("more than 0", [section("")]),
        ("text or fields", [{"type": "section"}]),
        ("less than 2001", [{"type": "section", "fields": [plain("x" * 2001)]}]),
        ("more than 10 items", [{"type": "section", "fields": [plain("x")] * 11}]),
        ("more than 50 items", [{"type": "divider"}] * 51),
        ("less than 151", [{"type": "header", "text": plain("x" * 151)}]),
        ("one of plain_text", [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]),
        ("more than 25 items", [actions(*(button("x", str(n)) for n in range(26)))]),
        ("less than 76", [actions(button("x" * 76, "a"))]),
        ("less than 2001", [actions(button("x", "a", value="x" * 2001))]),
        ("less than 256", [actions(button("x", "a" * 256))]),
        ("one of danger, primary", [actions(button("x", "a", style="warn"))]),
        ("action_id must be unique", [actions(button("x", "a"), button("y", "a"))]),
        ("block_id must be unique", [{"type": "divider", "block_id": "a"}] * 2),
        ("more than 10 items", [{"type": "context", "elements": [plain("x")] * 11}]),
        ("more than 100 items", [actions(select)]),
        ("more than 10 items", [actions(boxes)]),
        ("less than 76", [actions({**boxes, "options": options("x" * 76)})]),
        ("less than 151", [actions({**boxes, "options": options("v" * 151)})]),
        ("provided options", [actions({**select, "options": options("a"), "initial_option": {}})]),
        ("unsupported type: chart", [{"type": "chart"}]),
        ("known fields", [section("x", txt="y")]),
        ("must be HH:mm", [actions({"type": "timepicker", "initial_time": "9:30"})]),
        ("cannot stand in actions", [actions({"type": "plain_text_input", "action_id": "a"})]),
        ("image_url or slack_file", [{"type": "image", "alt_text": "a"}]),
        ("field: alt_text", [{"type": "image", "image_url": "https://e.x/a.png"}]),
        ("less than 12001", [{"type": "markdown", "text": "x" * 12_001}]),
        ("emoji", [section("x") | {"text": {"type": "mrkdwn", "text": "x", "emoji": True}}]),
        (
            "more than 0",
            [
                {
                    "type": "rich_text",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}
                    ],
                }
            ],
        ),
    ]


def wrong_views() -> list[tuple[str, Json]]:
    """Return views with one fault each, and a part of what is said of it."""
    text = {"type": "plain_text_input"}
    return [
        ("less than 25", modal(title=plain("x" * 25))),
        ("less than 25", modal(submit=plain("x" * 25))),
        ("one of plain_text", modal(title={"type": "mrkdwn", "text": "x"})),
        ("field: submit", {**modal(field("a", text)), "submit": plain("x")} | {"submit": None}),
        ("less than 3001", modal(private_metadata="x" * 3001)),
        ("less than 256", modal(callback_id="x" * 256)),
        ("more than 100 items", modal(*[{"type": "divider"}] * 101)),
        ("known fields", modal(colour="red")),
        ("one of modal, home", {"type": "dialog"}),
        ("known fields", {**HOME, "title": plain("x")}),
        ("less than 2001", modal(field("a", text) | {"label": plain("x" * 2001)})),
        ("1 to 3000", modal(field("a", {**text, "max_length": 3001}))),
        ("in a view: markdown", modal({"type": "markdown", "text": "x"})),
        ("focus_on_load", modal(*(field(n, {**text, "focus_on_load": True}) for n in "ab"))),
    ]
