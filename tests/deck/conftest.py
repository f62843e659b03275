"""The shipped deck, read once for all tests about it."""

from __future__ import annotations

import pytest

from bot.core.deck import Deck, load
from bot.settings import shipped_deck


@pytest.fixture(scope="session")
def deck() -> Deck:
    return load(shipped_deck())
