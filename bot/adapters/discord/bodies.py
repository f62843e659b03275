"""What goes over the wire: a message as JSON, with its files beside it."""

from __future__ import annotations

import json
from typing import Any

from bot.adapters.discord.render import Attachment, Json, Sheet

EPHEMERAL, COMPONENTS_V2 = 1 << 6, 1 << 15
NOBODY: Json = {"parse": []}
"""Whom a message may ping."""


def body_of(sheet: Sheet, *, private: bool = False, **more: Any) -> Json:
    """A message as Discord takes it; it pings nobody, whatever it says."""
    body: Json = {
        "components": sheet.components,
        "flags": COMPONENTS_V2 | (EPHEMERAL if private else 0),
        "allowed_mentions": NOBODY,
        "attachments": [_described(i, each) for i, each in enumerate(sheet.attachments)],
    }
    return body | more


def _described(index: int, attachment: Attachment) -> Json:
    described: Json = {"id": str(index), "filename": attachment.name}
    return described | ({"description": attachment.alt} if attachment.alt else {})


def dump(body: Json) -> str:
    """JSON without a blank too many."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def fields_of(body: Json, sheet: Sheet) -> list[Json]:
    """The fields of a multipart form: the body, then each file."""
    fields: list[Json] = [{"name": "payload_json", "value": dump(body)}]
    fields += [
        {
            "name": f"files[{i}]",
            "value": attachment.data,
            "filename": attachment.name,
            "content_type": "application/octet-stream",
        }
        for i, attachment in enumerate(sheet.attachments)
    ]
    return fields
