"""Socket Mode: connected, cut off, refused, deaf for a while, and whole again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.core.errors import StartError
from tests.adapters.slack.conftest import Team, a_team, found
from tests.adapters.slack.running import BRISK, Bot, MovedClock
from tests.fakes.slack import Slack


@pytest.fixture
async def one(slack: Slack, clock: MovedClock, sqlite_url: str) -> AsyncIterator[Team]:
    """A team whose bot looks after its connection every moment."""
    async with a_team(slack, clock, sqlite_url, "socket", patience=BRISK) as team:
        yield team


async def test_health_tells_of_the_connection(one: Team):
    assert one.bot.face.health()["connected"] is True

    await one.bot.face.stop()

    assert one.bot.face.health()["connected"] is False


async def test_a_replaced_connection_goes_on(one: Team):
    for _ in range(2):
        (before,) = one.slack.sockets.connections
        await one.slack.sockets.disconnect()
        await one.slack.sockets.wait(without=before)

        assert "What you can type" in (await _help(one)).text


@pytest.mark.parametrize("politely", [True, False])
async def test_a_closed_connection_comes_back(one: Team, politely: bool):
    await one.slack.sockets.close_sockets(politely=politely)
    await one.slack.sockets.wait()

    assert "What you can type" in (await _help(one)).text


async def test_a_refused_ticket_does_not_leave_the_bot_deaf(
    slack: Slack, clock: MovedClock, sqlite_url: str
):
    """The SDK alone tries the dead ticket for ever."""
    patience = replace(BRISK, afresh=60.0)  # a fresh ticket has to do, not a new client
    async with a_team(slack, clock, sqlite_url, "socket", patience=patience) as team:
        slack.sockets.refuse_tickets(3)
        await slack.sockets.close_sockets()

        await slack.sockets.wait(within=8)

        assert "What you can type" in (await _help(team)).text


async def test_a_slack_that_is_down_for_long_is_found_again(one: Team):
    one.slack.fault("apps.connections.open", times=4, status=503)
    one.slack.sockets.refuse_tickets(2)
    await one.slack.sockets.close_sockets(politely=False)

    await one.slack.sockets.wait(within=10)
    async with asyncio.timeout(5):
        while not one.bot.face.health()["connected"]:  # noqa: ASYNC110  # it rings no bell
            await asyncio.sleep(0.02)

    assert "What you can type" in (await _help(one)).text


async def test_the_start_goes_on_without_a_slack_and_connects_later(
    slack: Slack, clock: MovedClock, sqlite_url: str
):
    bot = Bot(slack, clock, sqlite_url, "socket", patience=BRISK)
    team = found(slack, "T1", bot, clock)
    bot.options = replace(bot.options, bot_token=team.workspace.install(by=team.ann))
    slack.fault("auth.test", status=503)
    slack.fault("apps.connections.open", times=2, status=503)
    await bot.start()
    try:
        await slack.sockets.wait(within=8)

        assert "What you can type" in (await _help(team)).text
    finally:
        await bot.stop()


@pytest.mark.parametrize("word", ["request_timeout", "team_added_to_org"])
@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_refusal_that_will_pass_does_not_stop_the_start(
    slack: Slack, clock: MovedClock, sqlite_url: str, method: str, word: str
):
    bot = Bot(slack, clock, sqlite_url, "socket", patience=BRISK)
    team = found(slack, "T1", bot, clock)
    bot.options = replace(bot.options, bot_token=team.workspace.install(by=team.ann))
    slack.fault(method, error=word)
    await bot.start()
    try:
        await slack.sockets.wait(within=8)

        assert "What you can type" in (await _help(team)).text
    finally:
        await bot.stop()


@pytest.mark.parametrize(
    ("setting", "options"),
    [
        ("SLACK_BOT_TOKEN", {"bot_token": "xoxb-guess"}),
        ("SLACK_APP_TOKEN", {"app_token": "xapp-guess"}),
    ],
)
async def test_a_token_that_slack_refuses_stops_the_start_with_a_sentence(
    slack: Slack, clock: MovedClock, sqlite_url: str, setting: str, options: dict[str, str]
):
    bot = Bot(slack, clock, sqlite_url, "socket")
    token = found(slack, "T1", bot, clock).workspace.install()
    bot.options = replace(bot.options, **{"bot_token": token, **options})

    with pytest.raises(StartError, match=setting) as caught:
        await bot.start()

    assert "guess" not in str(caught.value)
    await bot.stop()


async def test_what_is_under_way_is_finished_before_the_bot_leaves(one: Team):
    card = await one.set_up()
    one.slack.fault("views.open", delay=0.4)
    pressing = asyncio.create_task(one.bob.press(card, "Answer"))
    await asyncio.sleep(0.15)

    await one.bot.stop()

    seen = await pressing
    assert seen.failed is None
    assert seen.view is not None


async def test_an_envelope_brought_again_changes_nothing_twice(one: Team):
    await one.set_up()
    seen = await one.ann.command("/flaskquiz", "leaderboard", one.channel)
    shared = await one.bob.say(one.channel, "got it", one.card())

    for delivery in (*seen.deliveries, *one.slack.deliveries("message")[-1:]):
        assert (await one.slack.redeliver(delivery)).ok

    assert shared.said is not None
    assert len(one.bob.ephemerals()) == 1


async def test_a_press_brought_again_is_not_apologised_for(one: Team):
    card = await one.set_up()
    seen = await one.bob.press(card, "Answer")

    await one.slack.redeliver(seen.deliveries[-1])

    assert one.bob.view is not None
    assert one.bob.ephemerals() == []


async def _help(team: Team):
    return await team.bob.command("/flaskquiz", "help", team.channel)
