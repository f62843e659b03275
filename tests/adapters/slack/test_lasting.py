"""What outlives the process that acknowledged it, and what ends with the app."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.models import ChannelState
from tests.adapters.slack.conftest import Team
from tests.adapters.slack.running import Bot


async def after_a_crash(team: Team, sqlite_url: str) -> Bot:
    """Another process on the same database; the one before it does nothing any more."""
    await team.bot.face.stop()  # it hears nothing, and its scheduler never gets to its next beat
    fresh = Bot(team.slack, team.clock, sqlite_url, "socket")
    fresh.options = team.bot.options
    await fresh.start()
    return fresh


async def test_what_is_owed_after_an_acknowledgement_survives_a_crash(one: Team, sqlite_url: str):
    card = await one.set_up()
    await one.bob.press(card, "Answer")
    await one.bob.submit(values={"words": "x", "confidence": "sure"})
    await one.bob.submit(values={"grade": "got_it"})
    await one.bob.close()
    seen = await one.bob.command("/flaskquiz", "leaderboard", one.channel)
    await one.bob.press(seen.ephemerals[-1], "Share in the channel")
    assert "Nobody has tried yet" in card.words

    fresh = await after_a_crash(one, sqlite_url)
    try:
        for _ in range(2):
            await fresh.tick()

        assert "1 tried" in card.words
        assert len([m for m in one.posts() if "Leaderboard" in m.words]) == 1
    finally:
        await fresh.stop()


async def test_a_question_asked_for_before_a_crash_comes_after_it(one: Team, sqlite_url: str):
    await one.set_up()
    one.clock.move(days=5)
    await one.ann.command("/flaskquiz", "now", one.channel)

    fresh = await after_a_crash(one, sqlite_url)
    try:
        for _ in range(2):
            await fresh.tick()

        assert len([m for m in one.posts() if "question of the day" in m.words]) == 2
    finally:
        await fresh.stop()


async def test_the_end_of_the_one_workspace_is_acknowledged_and_told(
    team: Team, caplog: pytest.LogCaptureFixture
):
    await team.set_up()

    await team.ann.uninstall()

    assert [d for d in team.slack.deliveries("events_api") if not d.ok] == []
    assert "install it again" in caplog.text
    assert "Traceback" not in caplog.text
    channel = await team.bot.store.find_channel(team.caller())
    assert channel is not None
    assert channel.state is ChannelState.GONE
    posts = len(team.slack.calls("chat.postMessage"))
    team.clock.move(days=3)
    await team.bot.tick()
    assert len(team.slack.calls("chat.postMessage")) == posts


async def test_news_of_an_old_removal_do_not_end_the_one_workspace_of_a_new_token(one: Team):
    await one.set_up()
    one.slack.courier.holding = True
    await one.ann.uninstall()
    one.bot.options = replace(one.bot.options, bot_token=one.workspace.install(by=one.ann))
    await one.bot.restart()

    await one.slack.courier.release()

    channel = await one.bot.store.find_channel(one.caller())
    assert channel is not None
    assert channel.state is ChannelState.ACTIVE
