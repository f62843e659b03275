"""The arguments of a Web API call: read from wherever the SDK puts them, then checked."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.fakes.slack.errors import ApiError, invalid

Json = dict[str, Any]


async def read_arguments(request: web.Request) -> Json:
    """Return what a call carries in its query, form or JSON body."""
    arguments: Json = dict(request.query)
    if request.method == "GET" or not request.can_read_body:
        return arguments
    match request.content_type:
        case "application/json":
            try:
                body = json.loads(await request.text())
            except ValueError:
                raise ApiError("invalid_json") from None
            if not isinstance(body, dict):
                raise ApiError("json_not_object")
            return arguments | body
        case "application/x-www-form-urlencoded" | "multipart/form-data":
            return arguments | dict(await request.post())
    raise ApiError("invalid_post_type")


def parse_spec(spec: str) -> dict[str, tuple[str, bool]]:
    """Read "channel! limit:int view:json!" into names with their kind and whether required."""
    found = {}
    for word in spec.split():
        name, _, kind = word.rstrip("!").partition(":")
        found[name] = (kind or "str", word.endswith("!"))
    return found


def check_arguments(given: Json, spec: dict[str, tuple[str, bool]]) -> Json:
    """Return the arguments converted; refuse unknown, missing and malformed ones."""
    problems = [f"unknown argument: {name}" for name in sorted(set(given) - set(spec))]
    problems += [
        f"missing required field: {name}"
        for name, (_, required) in spec.items()
        if required and given.get(name) in (None, "")
    ]
    converted = {}
    for name in set(given) & set(spec):
        try:
            converted[name] = _convert(given[name], spec[name][0])
        except (ValueError, TypeError):
            problems.append(f"invalid value for argument: {name}")
    if problems:
        raise invalid("invalid_arguments", problems)
    return converted


def _convert(value: Any, kind: str) -> Any:
    match kind:
        case "str" if isinstance(value, str):
            return value
        case "int":
            return int(value)
        case "bool" if value in (True, "1", "true", "True"):
            return True
        case "bool" if value in (False, "0", "false", "False"):
            return False
        case "json":
            return json.loads(value) if isinstance(value, str) else value
        case "ts" if isinstance(value, str):
            seconds, _, micros = value.partition(".")
            if seconds.isdigit() and (micros.isdigit() or not micros):
                return value
    raise ValueError(kind)
