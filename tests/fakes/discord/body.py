"""Reading what a request brings: JSON, or JSON and files."""

import json
import mimetypes
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.discord.errors import ApiError, Refusal
from tests.fakes.discord.form import Form

FILE_FIELD = re.compile(r"files\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart body."""

    index: int
    filename: str
    content: bytes
    content_type: str


async def read_body(request: web.Request) -> tuple[Any, list[Upload]]:
    """Return the JSON of a request (None without a body) and its files; ApiError if unreadable."""
    if request.content_type == "multipart/form-data":
        return await _multipart(request)
    raw = await request.read()
    if not raw:
        return None, []
    if request.content_type != "application/json":
        _refuse_type(request.content_type)
    return _json(raw), []


async def _multipart(request: web.Request) -> tuple[Any, list[Upload]]:
    payload: Any = {}
    files: list[Upload] = []
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        assert isinstance(part, BodyPartReader), "no nested multipart"
        content = bytes(await part.read())
        if part.name == "payload_json":
            payload = _json(content)
        elif found := FILE_FIELD.fullmatch(part.name or ""):
            files.append(_upload(int(found[1]), part.filename, content))
    return payload, files


def _upload(index: int, filename: str | None, content: bytes) -> Upload:
    if not filename:
        form = Form()
        form.required(("files", index, "filename"))
        form.refuse()
    safe = re.sub(r"[^\w.\-]", "_", filename or "file")
    guessed = mimetypes.guess_type(safe)[0] or "application/octet-stream"
    return Upload(index, safe, content, guessed)


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise ApiError(Refusal.INVALID_JSON) from None


def _refuse_type(content_type: str) -> None:
    form = Form()
    form.fault(
        ("_content_type",),
        "CONTENT_TYPE_INVALID",
        f"Expected \"Content-Type\" header to be one of {{'application/json'}}, not {content_type}.",
    )
    form.refuse()
