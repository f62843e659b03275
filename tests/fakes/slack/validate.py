"""Refusing what Slack refuses to show: messages, views and metadata, each checked twice."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.slack import oracle
from tests.fakes.slack.block_rules import check_blocks
from tests.fakes.slack.element_rules import ID
from tests.fakes.slack.errors import ApiError, invalid
from tests.fakes.slack.problems import Problems

Json = dict[str, Any]

TEXT = 40_000
UPDATED_TEXT = 4_000
VIEW_BYTES = 250_000
# Seen by users for messages with markdown blocks, in no page of the documentation:
# https://github.com/slackapi/bolt-js/issues/2509
MARKDOWN_MESSAGE = 13_000
# The error is documented, its limit is not; ids are all we ever put there.
METADATA_BYTES = 8_000

_VIEW_FIELDS = {
    "modal": (
        ("type", "title", "blocks"),
        (
            "submit",
            "close",
            "private_metadata",
            "callback_id",
            "clear_on_close",
            "notify_on_close",
            "external_id",
            "submit_disabled",
        ),
    ),
    "home": (("type", "blocks"), ("private_metadata", "callback_id", "external_id")),
}


def message_problems(text: str, blocks: Any, metadata: Any = None) -> list[str]:
    """Return what is wrong with a message's blocks."""
    problems = Problems()
    check_blocks(problems, blocks or [], "/blocks", surface="message")
    if problems:
        return list(problems)
    payload = {"text": text, "blocks": blocks or [], "metadata": metadata or None}
    kept = {key: value for key, value in payload.items() if value}
    opinions = oracle.opinion("Message", kept)
    return [f"oracle: {o.strip()}" for o in opinions if not o.startswith(oracle.ADVICE)]


def check_message(text: str, blocks: Any, metadata: Any = None, most: int = TEXT) -> list[str]:
    """Refuse a message Slack would refuse; return what is only advised against."""
    if not isinstance(text, str):
        raise invalid("invalid_arguments", ["must be a string [json-pointer:/text]"])
    if blocks is not None and not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if not text.strip() and not blocks:
        raise ApiError("no_text")
    if len(text) > most:
        raise ApiError("msg_too_long")
    check_metadata(metadata)
    problems = message_problems(text, blocks, metadata)
    if problems:
        raise invalid("invalid_blocks", problems)
    kinds = {block["type"] for block in blocks or []}
    if "markdown" in kinds and len(json.dumps(blocks)) > MARKDOWN_MESSAGE:
        raise ApiError("msg_blocks_too_long")
    return [] if text.strip() else [f"blocks without a text to notify with: {blocks}"]


def check_metadata(metadata: Any) -> None:
    """Refuse message metadata Slack would refuse; an empty object takes it away."""
    if metadata in (None, {}):
        return
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        raise ApiError("invalid_metadata_format")
    event_type, payload = metadata["event_type"], metadata["event_payload"]
    if not isinstance(event_type, str) or not event_type or not isinstance(payload, dict):
        raise ApiError("invalid_metadata_format")
    if not all(isinstance(value, str | int | float | bool) for value in payload.values()):
        raise ApiError("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise ApiError("metadata_too_large")


def view_problems(view: Any, kinds: tuple[str, ...] = ("modal", "home")) -> list[str]:
    """Return what is wrong with a view."""
    problems = Problems()
    kind = view.get("type") if isinstance(view, dict) else None
    if kind not in kinds:
        problems.add("/view/type", f"must be one of {', '.join(kinds)}")
        return list(problems)
    problems.keys(view, "/view", *_VIEW_FIELDS[kind])
    problems.texts(view, "/view", title=24, submit=24, close=24)
    for key, most in {"private_metadata": 3000, "callback_id": ID, "external_id": ID}.items():
        if key in view:
            problems.string(view[key], f"/view/{key}", most, least=0)
    problems.booleans(view, "/view", "clear_on_close", "notify_on_close", "submit_disabled")
    blocks = view.get("blocks")
    check_blocks(problems, blocks, "/view/blocks", surface=kind)
    inputs = isinstance(blocks, list) and any(
        isinstance(b, dict) and b.get("type") == "input" for b in blocks
    )
    if kind == "modal" and inputs and "submit" not in view:
        problems.add("/view", "missing required field: submit")
    if problems:
        return list(problems)
    opinions = oracle.opinion(kind.capitalize(), view)
    return [f"oracle: {o.strip()}" for o in opinions if not o.startswith(oracle.ADVICE)]


def check_view(view: Any, kinds: tuple[str, ...]) -> None:
    """Refuse a view Slack would refuse."""
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise ApiError("view_too_large")
    problems = view_problems(view, kinds)
    if problems:
        raise invalid("invalid_arguments", problems)
