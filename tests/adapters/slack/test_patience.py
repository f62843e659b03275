"""How long an answer may still take."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.slack import patience


async def test_outside_a_request_a_call_may_take_its_own_time():
    assert patience.left() == patience.CALL
    assert patience.left(0.5) == 0.5


async def test_calls_of_one_request_share_its_time(monkeypatch: pytest.MonkeyPatch):
    patience.begin()
    assert patience.left(0.5) == 0.5
    loop = asyncio.get_running_loop()
    began_at = loop.time()

    monkeypatch.setattr(loop, "time", lambda: began_at + 2)
    assert 0.3 < patience.left() <= 0.5
    monkeypatch.setattr(loop, "time", lambda: began_at + 3)
    assert patience.left() == 0


async def test_a_task_that_outlives_its_request_owes_no_answer(monkeypatch: pytest.MonkeyPatch):
    patience.begin()
    loop = asyncio.get_running_loop()
    later = loop.time() + 60

    monkeypatch.setattr(loop, "time", lambda: later)

    assert patience.left() == patience.CALL
