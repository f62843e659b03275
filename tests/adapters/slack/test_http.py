"""What Slack did not sign, or brought before, goes no further."""

from __future__ import annotations

import io
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.adapters.slack.http import BODY_MAX
from bot.adapters.slack.replays import LIFE, MOST, Replays
from tests.adapters.slack.conftest import Team, a_team
from tests.adapters.slack.running import MovedClock
from tests.fakes.slack import Slack
from tests.fakes.slack.http_events import sign


@pytest.fixture
async def team(slack: Slack, clock: MovedClock, sqlite_url: str) -> AsyncIterator[Team]:
    async with a_team(slack, clock, sqlite_url, "http") as team:
        yield team


def a_command(team: Team, text: str = "pause") -> dict[str, Any]:
    return {
        "team_id": "T1", "channel_id": team.channel.id, "channel_name": "flask",
        "user_id": team.ann.id, "user_name": "ann", "command": "/flaskquiz", "text": text,
        "response_url": "http://127.0.0.1:9/", "trigger_id": "1.2.3",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("signature", "age"),
    [("none", 0), ("wrong", 0), ("good", 400), ("good", -400), ("good", 10**9)],
    ids=["unsigned", "wrongly signed", "stale", "from the future", "ancient"],
)
async def test_a_request_that_is_not_slacks_changes_nothing(team: Team, signature: Any, age: int):
    await team.set_up()

    forged = await team.slack.forge("slash_commands", a_command(team), signature, age)

    assert forged.status == 401
    assert (await team.bot.store.find_channel(team.caller())).next_daily_at is not None  # type: ignore[union-attr]


async def test_a_signed_one_is_taken_so_that_the_others_prove_something(team: Team):
    await team.set_up()

    taken = await team.slack.forge("slash_commands", a_command(team))

    assert taken.status == 200
    assert (await team.bot.store.find_channel(team.caller())).next_daily_at is None  # type: ignore[union-attr]


async def test_the_very_same_request_again_is_refused(team: Team):
    card = await team.set_up()
    await team.bob.press(card, "Answer")
    await team.bob.submit(values={"words": "x", "confidence": "sure"})
    seen = await team.bob.submit(values={"grade": "missed"})
    old = seen.deliveries[-1]
    await team.bob.press(card, "Answer")
    await team.bob.press(seen.view, "Change my grade")  # type: ignore[arg-type]
    await team.bob.submit(values={"grade": "got_it"})

    assert (await team.slack.replay(old)).status == 401
    shown = await team.bob.command("/flaskquiz", "me", team.channel)
    assert "10, 1st of 1" in " ".join(shown.text.split())


async def test_a_request_from_before_a_restart_is_refused_after_it(team: Team):
    """The signature is good still, but who has answered it is no more."""
    await team.set_up()
    await team.bot.restart()

    replayed = await team.slack.forge("slash_commands", a_command(team), "good", 200)

    assert replayed.status == 401
    assert (await team.bot.store.find_channel(team.caller())).next_daily_at is not None  # type: ignore[union-attr]


async def test_an_event_from_before_a_restart_is_taken_after_it(team: Team):
    """Slack brings it until it is acknowledged, and it counts once by its id."""
    await team.set_up()
    await team.bot.restart()
    event = {"type": "app_home_opened", "user": team.bob.id, "tab": "home", "event_ts": "1.0"}
    envelope = team.slack.events.envelope(team.workspace.team, event)

    brought = await team.slack.forge("events_api", envelope, "good", 200)

    assert brought.status == 200
    assert team.bob.home is not None


async def test_a_timestamp_that_is_none_is_refused(team: Team):
    for at in ("", "soon", "-1", "1e9", "٣", "9" * 400):
        headers = {
            "X-Slack-Request-Timestamp": at.encode().decode("latin-1"),
            "X-Slack-Signature": "v0=00",
        }
        assert await _post(team, b"payload={}", headers) == 401


async def test_what_is_signed_but_no_payload_does_no_harm(team: Team):
    as_json, as_form = "application/json", "application/x-www-form-urlencoded"
    for kind, body in (
        (as_json, b"{"),
        (as_json, b"[]"),
        (as_json, b'"x"'),
        (as_json, b"[" * 50_000),
        (as_json, b"\xff\xfe"),
        (as_json, b'{"type": "event_callback", "event": []}'),
        (as_form, b"payload=%7B"),
        (as_form, b"payload=[1]"),
    ):
        status = await _post(team, body, _signed(team, body) | {"Content-Type": kind})
        assert status in (400, 500), body

    assert (await team.bob.command("/flaskquiz", "help", team.channel)).failed is None


async def test_an_empty_request_is_refused(team: Team):
    assert await _post(team, b"", {}) == 401


async def test_a_request_longer_than_slacks_is_not_read(team: Team):
    assert await _post(team, io.BytesIO(b"x" * (BODY_MAX + 1)), {}) == 413


async def test_the_address_is_verified_by_its_challenge(team: Team):
    assert await team.slack.verify_url()


async def test_a_stopped_face_leaves_events_to_slack_to_bring_again(team: Team):
    await team.bot.face.stop()

    left = await team.slack.forge("slash_commands", a_command(team, "help"))

    assert left.status == 503


async def test_health_tells_that_it_listens(team: Team):
    health = team.bot.face.health()

    assert health["mode"] == "http"
    assert health["connected"] is True


def test_signatures_are_remembered_as_long_as_they_are_good_and_never_too_many():
    replays = Replays()
    replays.remember("a", 0.0)
    assert replays.is_known("a", LIFE - 1)
    assert not replays.is_known("a", LIFE + 1)
    for number in range(MOST + 10):
        replays.remember(str(number), 0.0)
    assert not replays.is_known("0", 1.0)
    assert replays.is_known(str(MOST), 1.0)


def _signed(team: Team, body: bytes) -> dict[str, str]:
    now = int(time.time())
    return {
        "X-Slack-Request-Timestamp": str(now),
        "X-Slack-Signature": sign(team.slack.app.signing_secret, now, body),
    }


async def _post(team: Team, body: bytes | io.BytesIO, headers: dict[str, str]) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{team.bot.url}/slack/events", data=body, headers=headers) as answer,
    ):
        return answer.status
