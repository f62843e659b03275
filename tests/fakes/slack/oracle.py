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


def _quick(schema: Json) -> Any:
    """
    Make a validator that first tries those alternatives whose ``type`` is the instance's.

    It says the same as the plain one, some ten times as fast: a block has twenty alternatives.
    """
    draft = importlib.import_module("jsonschema").Draft7Validator
    plain = draft.VALIDATORS["anyOf"]

    @functools.cache
    def types(reference: str) -> frozenset[str] | None:
        definition = schema["definitions"][reference.rpartition("/")[2]]
        kind = (definition.get("properties") or {}).get("type") or {}
        named = kind.get("enum") or ([kind["const"]] if "const" in kind else None)
        return frozenset(named) if named else None

    def any_of(validator: Any, alternatives: list[Json], instance: Any, inside: Json) -> Any:
        kind = instance.get("type") if isinstance(instance, dict) else None
        for alternative in alternatives if kind else ():
            reference = alternative.get("$ref", "")
            named = types(reference) if reference.startswith("#/definitions/") else None
            fits = named is None or kind in named
            if fits and validator.evolve(schema=alternative).is_valid(instance):
                return
        yield from plain(validator, alternatives, instance, inside)

    extend = importlib.import_module("jsonschema").validators.extend
    return extend(draft, {"anyOf": any_of})(schema)
