"""The official schemas as a second opinion on every payload, where they are found."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import json
import os
import warnings
from pathlib import Path
from typing import Any

from tests.fakes.quick_schema import Quick

Json = dict[str, Any]

_ROOT = Path(__file__).resolve().parents[3]
ADVICE = "rule(advice): "


def folder() -> Path:
    """Return where the oracles are expected: `ORACLES`, or beside the repository."""
    return _ROOT / os.environ.get("ORACLES", "../shared/oracles")


def found() -> bool:
    """Whether the Slack oracle is there."""
    return (folder() / "oracle_slack.py").is_file() and (folder() / "slack").is_dir()


def opinion(kind: str, payload: Json) -> list[str]:
    """Return what the oracle finds wrong with a "Message", "Modal" or "Home"; nothing if absent."""
    if not found():
        return []
    return list(_opinion(kind, json.dumps(payload, sort_keys=True)))


def manifest_opinion(manifest: Json) -> list[str]:
    """Return what the official types find wrong with an app manifest; nothing if absent."""
    if not found():
        return []
    validator = importlib.import_module("jsonschema").Draft7Validator
    schema = json.loads((folder() / "slack" / "AppManifest.schema.json").read_text())
    errors = validator(schema).iter_errors(manifest)
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:160]}" for e in errors]


# The same card is posted many times in a test run, and one opinion takes milliseconds.
@functools.lru_cache(maxsize=4096)
def _opinion(kind: str, payload: str) -> tuple[str, ...]:
    return tuple(_oracle().errors(kind, json.loads(payload)))


def validator(kind: str) -> Quick:
    """Give the validator of a "Message", "Modal" or "Home"."""
    quick: Quick = _oracle().v[kind]
    return quick


@functools.cache
def _oracle() -> Any:
    spec = importlib.util.spec_from_file_location("oracle_slack", folder() / "oracle_slack.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves its schemas to be closed
        found = module.SlackOracle(folder() / "slack")
    found.v = {kind: _quick(validator.schema) for kind, validator in found.v.items()}
    return found


def _quick(schema: Json) -> Quick:
    """Make a validator that is fast with what is right."""
    fast = importlib.import_module("jsonschema_rs").Draft7Validator(schema)
    slow = importlib.import_module("jsonschema").Draft7Validator(schema)
    return Quick(fast, slow)
