"""The nouns of the quiz: what every value keeps to, and where one ends."""

import importlib
import pkgutil
from dataclasses import is_dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import core
from bot.core.errors import StaleKeyError
from bot.core.models import AttemptId, AttemptKey, RoundId
from bot.core.views import Due
from tests.core.test_cards import ROUND

SECOND = timedelta(seconds=1)


def values() -> list[type]:
    """Every dataclass of core that others see."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(core.__path__, "bot.core.")
    ]
    return [
        kind
        for module in modules
        for name, kind in vars(module).items()
        if isinstance(kind, type)
        and is_dataclass(kind)
        and kind.__module__ == module.__name__
        and not name.startswith("_")
    ]


@pytest.mark.parametrize("kind", sorted(set(values()), key=lambda kind: kind.__qualname__))
def test_every_value_is_frozen_and_keeps_to_its_fields(kind):
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(kind)


def test_a_round_is_open_up_to_the_moment_it_closes():
    assert ROUND.is_open(ROUND.closes_at - SECOND)
    assert not ROUND.is_open(ROUND.closes_at)
    assert not replace(ROUND, closed_at=ROUND.posted_at).is_open(ROUND.closes_at - SECOND)


@given(st.integers(0, 10**18 - 1))
def test_a_key_reads_back(number):
    for key in (AttemptKey(round_id=RoundId(number)), AttemptKey(practice_id=AttemptId(number))):
        assert AttemptKey.parse(str(key)) == key


@pytest.mark.parametrize("text", ["", "r", "x12", "12", "R12", "r1 ", "r٣", f"r{10**18}", "p-1"])
def test_a_key_this_version_did_not_write_is_stale(text):
    with pytest.raises(StaleKeyError):
        AttemptKey.parse(text)


@pytest.mark.parametrize("what", ["dailies", "digests", "answers", "deliveries", "counters"])
def test_anything_that_is_due_is_a_reason_to_act(what):
    assert Due(**{what: True})
    assert not Due()
