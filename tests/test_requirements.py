"""requirements.txt: what a host deploys from, on whatever Python it has."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import pytest
from packaging.markers import Environment, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

REQUIREMENTS = Path(__file__).parents[1] / "requirements.txt"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}


@cache
def pins() -> dict[str, tuple[Requirement, str]]:
    """What is pinned, by name, with the lines that follow it."""
    text = "\n".join(
        line for line in REQUIREMENTS.read_text("utf-8").splitlines() if not line.startswith("#")
    )
    found = re.findall(r"^(\S[^\\\n]*?) \\\n((?:    --hash=\S+(?: \\)?\n?)+)", text, re.MULTILINE)
    return {
        canonicalize_name(pin.name): (pin, hashes)
        for line, hashes in found
        for pin in [Requirement(line)]
    }


def wanted(on: Environment) -> Iterator[Requirement]:
    """All that the bot needs there, and what that needs, as far as the same version is here."""
    todo: list[tuple[str, frozenset[str]]] = [("flaskquiz", frozenset())]
    done = set()
    while todo:
        name, extras = todo.pop()
        if (name, extras) in done:
            continue
        done.add((name, extras))
        for need in map(Requirement, requires(name) or ()):
            if need.marker is None or any(
                need.marker.evaluate(dict(on) | {"extra": extra}) for extra in ("", *extras)
            ):
                yield need
                if is_here(canonicalize_name(need.name)):
                    todo.append((canonicalize_name(need.name), frozenset(need.extras)))


def is_here(name: str) -> bool:
    """Whether the pinned version is the one installed, so that its needs can be read."""
    try:
        return name in pins() and version(name) in pins()[name][0].specifier
    except PackageNotFoundError:
        return False


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_all_that_is_needed_is_pinned_on_every_python_and_system(python: str, system: str):
    on = default_environment()
    on["python_version"], on["python_full_version"] = python, f"{python}.0"
    on["sys_platform"], on["platform_system"] = system, SYSTEMS[system]
    pinned = {
        name: pin for name, (pin, _) in pins().items() if not pin.marker or pin.marker.evaluate(on)
    }

    missing = []
    for need in wanted(on):
        pin = pinned.get(canonicalize_name(need.name))
        versions = [spec.version for spec in pin.specifier] if pin else []
        if len(versions) != 1 or Version(versions[0]) not in need.specifier:
            missing.append(f"{need}, not {pin}")

    assert len(pinned) > 40
    assert missing == []


def test_every_pin_has_its_hashes_and_no_address():
    text = REQUIREMENTS.read_text("utf-8")

    lines = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
    assert len(pins()) == len(lines)
    assert all("--hash=sha256:" in hashes for _, hashes in pins().values())
    assert "://" not in text
