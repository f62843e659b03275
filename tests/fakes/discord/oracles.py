"""Discord's own account of itself, where it is found: its OpenAPI and its gateway types.

`ORACLES` names the folder; without it, `../shared/oracles` beside the repository is tried.
"""

import functools
import importlib.util
import json
import os
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

import jsonschema_rs

from tests.fakes.discord.errors import Json
from tests.fakes.discord.form import Form
from tests.fakes.quick_schema import Quick

ROOT = Path(__file__).resolve().parents[3]
DEFAULT_FOLDER = ROOT / ".." / "shared" / "oracles"

SPEC = "urn:d"
"""What the oracle calls the OpenAPI document in its references."""
SNOWFLAKES = ("recipient_id", "message_id", "channel_id", "guild_id", "users", "roles", "sku_id")
HOLDERS = ("attachments", "emoji", "default_values")
"""What has an `id` that is a snowflake; a component's own `id` is a number."""

LIBRARY_HABITS = ("/nsfw", "/tts")
"""Keys that discord.py always sends and Discord takes, whatever the OpenAPI says."""

NUMBER = re.compile(r"\d+")
LINE = re.compile(r"^\s*([^:]*): (.*)$", re.DOTALL)
"""How the oracle words a fault: where, then what."""


class Oracles:
    """The official schemas, asked about one payload at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with _files_left_open():
            self._openapi = _load(folder / "oracle_discord.py").Oracle(
                str(folder / "discord-openapi.json")
            )
        self._slow = self._openapi.validator
        self._openapi.validator = self.validator
        self._quick: dict[str, Quick] = {}
        self._registry = jsonschema_rs.Registry([(SPEC, self._openapi.doc)])
        self._gateway = _load(folder / "oracle_gateway.py")
        self._known: dict[str, list[str]] = {}

    def validator(self, method: str, path: str) -> Quick:
        """Give a validator of a route's body; raises KeyError for a route that is not known."""
        slow = self._slow(method, path)
        where = quote(slow.schema["$ref"], safe="/:#~")
        if where not in self._quick:
            fast = jsonschema_rs.Draft202012Validator({"$ref": where}, registry=self._registry)
            self._quick[where] = Quick(fast, slow)
        return self._quick[where]

    def check_request(self, method: str, path: str, body: Any) -> None:
        """Raise ApiError 50035 for a body that the OpenAPI does not allow."""
        faults = self._asked(self._openapi.errors, method, path, with_snowflakes(body))
        form = Form()
        for fault in faults:
            found = LINE.match(fault)
            where, what = found.groups() if found else ("", fault)
            steps = tuple(step for step in where.strip().split("/") if step)
            form.fault(steps, "OPENAPI_SCHEMA", what)
        form.refuse()

    def unknown_keys(self, method: str, path: str, body: Any) -> list[str]:
        """Return the keys of a body that the OpenAPI knows nothing of."""
        found = self._asked(self._openapi.unknown_keys, method, path, body)
        return [key for key in found if not key.endswith(LIBRARY_HABITS)]

    def _asked(
        self, ask: Callable[[str, str, Any], list[str]], method: str, path: str, body: Any
    ) -> list[str]:
        """Ask once about each body: many tests send the same; a route it does not know is fine."""
        key = json.dumps([ask.__name__, method, NUMBER.sub("0", path), body], sort_keys=True)
        if key not in self._known:
            try:
                self._known[key] = ask(method, path, body)
            except KeyError:
                self._known[key] = []
        return self._known[key]

    def answer_faults(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """Return what is wrong with an answer of the fake."""
        try:
            return list(self._openapi.response_errors(method, path, status, body))
        except KeyError:
            return []

    def event_faults(self, kind: str, payload: Json) -> list[str]:
        """Return what is wrong with a payload that the fake's gateway sent."""
        with _files_left_open():
            return list(self._gateway.errors(str(self._folder / "discord-gateway"), kind, payload))


@functools.cache
def find_oracles() -> Oracles | None:
    """Return the oracles, or None where there are none."""
    folder = Path(os.environ.get("ORACLES", DEFAULT_FOLDER))
    if not (folder / "oracle_discord.py").is_file():
        return None
    return Oracles(folder)


@contextmanager
def _files_left_open() -> Iterator[None]:
    """Say nothing of the schema files that the oracles leave for the collector to close."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield


def with_snowflakes(body: Any, key: str = "") -> Any:
    """Return *body* with ids as strings: Discord takes numbers too, its OpenAPI does not say so."""
    if isinstance(body, dict):
        names_ids = key in HOLDERS
        return {
            k: str(v) if names_ids and k == "id" and v is not None else with_snowflakes(v, k)
            for k, v in body.items()
        }
    if isinstance(body, list):
        return [with_snowflakes(part, key) for part in body]
    return str(body) if key in SNOWFLAKES and isinstance(body, int) else body


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
