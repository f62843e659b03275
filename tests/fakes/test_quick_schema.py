"""With the fast validator before it, the slow one finds as much as alone."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.adapters.discord.modals import render_modal
from bot.adapters.discord.render import render
from bot.adapters.slack.render import Place, render_form, render_message
from bot.core.cards import people
from bot.core.cards.channel import settings_form
from bot.core.choosing import default_settings
from bot.core.deck import load
from bot.settings import shipped_deck
from tests.fakes.discord.oracles import find_oracles
from tests.fakes.quick_schema import Quick
from tests.fakes.slack import oracle

ORACLES = find_oracles()
pytestmark = pytest.mark.skipif(ORACLES is None, reason="the official schemas are not here")

FORM = settings_form(default_settings(ZoneInfo("UTC")), load(shipped_deck()), "#flask")
HELP = people.help_card()
STRANGE = st.sampled_from(
    [None, True, 0, -1, 1.5, 10**30, "", "x" * 5_000, "\ud800", [], [{}], {}, {"type": "button"}]
)


def payloads() -> Iterator[tuple[Quick, Any]]:
    """A message and a form as each platform gets them, with the validator for each."""
    assert ORACLES is not None
    message = render_message(HELP)
    yield oracle.validator("Message"), {"text": message.text, "blocks": message.blocks}
    yield oracle.validator("Modal"), render_form(FORM, Place("C1", "#flask"))
    components = {"components": render(HELP).components, "flags": 1 << 15}
    yield ORACLES.validator("POST", "/channels/1/messages"), components
    modal = {"type": 9, "data": render_modal(FORM)}
    yield ORACLES.validator("POST", "/interactions/1/token/callback"), modal


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a payload: what holds it, and its key there."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys if isinstance(value, dict | list) else ():
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


# Not shrunk: the slow validator would take minutes.
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data())
def test_nothing_that_is_wrong_is_passed_over(data: st.DataObject):
    for quick, right in payloads():
        assert list(quick.slow.iter_errors(right)) == []
        assert quick.fast.is_valid(right)

        wrong = copy.deepcopy(right)
        holder, key = data.draw(st.sampled_from(list(places(wrong))))
        if data.draw(st.booleans()):
            holder[key] = data.draw(STRANGE)
        else:
            del holder[key]
        assert len(list(quick.iter_errors(wrong))) == len(list(quick.slow.iter_errors(wrong)))


def test_half_a_character_is_left_to_the_slow_one():
    for quick, right in payloads():
        kind = "type" if "type" in right else "text" if "text" in right else "flags"
        wrong = right | {kind: "\ud800"}

        assert len(list(quick.iter_errors(wrong))) == len(list(quick.slow.iter_errors(wrong)))
