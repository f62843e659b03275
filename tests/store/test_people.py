"""Members: their data given, hidden, deleted; workspaces forgotten."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select

from bot.core.grading import Grade
from bot.core.models import Confidence, Platform
from bot.core.ports import Installation
from bot.store.tables import metadata
from tests.builders import (
    ALL_PLATFORMS,
    DAY,
    HOUR,
    MINUTE,
    NOON,
    WEEK,
    a_caller,
    a_channel,
    a_round,
    grade,
    open_a_round,
    the_round,
)


def everything(connection: Connection) -> str:
    """Every value of every table."""
    rows = [
        str(value)
        for table in metadata.sorted_tables
        for row in connection.execute(select(table))
        for value in row
    ]
    return "\n".join(rows)


async def a_busy_member(store, caller):
    """Play a round and a practice, and leave another round open."""
    key = await a_round(store, caller)
    await grade(store, key, caller, ticked=frozenset({1}))
    practised = await store.practice(caller, lambda _: "q2", NOON)
    await grade(store, practised.attempt.key, caller, grade=Grade.MISSED)
    await store.practice(caller, lambda _: "q3", NOON)
    await store.claim_answers(ALL_PLATFORMS, NOON + DAY, lambda *_: None)
    await a_channel(store, caller, now=NOON + DAY)
    await open_a_round(store, now=NOON + DAY, question="q4")
    await store.keep_words(
        caller, await the_round(store, caller, NOON + DAY), f"thoughts of {caller.member}", NOON
    )


async def test_an_export_holds_everything_and_is_json(store):
    await a_busy_member(store, a_caller())

    kept = json.loads(json.dumps(await store.export(a_caller())))

    assert kept["member"] == {
        "id": "U1",
        "name": "Name of U1",
        "hidden": False,
        "created_at": "2026-11-23T12:00:00+00:00",
    }
    assert kept["admin_of"] == ["C1"]
    assert [attempt["question"] for attempt in kept["attempts"]] == ["q1", "q2", "q3", "q4"]
    assert kept["attempts"][0] == {
        "channel": "C1",
        "round_on": "2026-11-23",
        "question": "q1",
        "words": "words",
        "confidence": "sure",
        "revealed_at": "2026-11-23T12:00:00+00:00",
        "ticked": [1],
        "grade": "got_it",
        "points": 20,
        "graded_at": "2026-11-23T12:00:00+00:00",
        "created_at": "2026-11-23T12:00:00+00:00",
    }
    assert [memory["question"] for memory in kept["memories"]] == ["q1", "q2"]
    assert [score["period"] for score in kept["scores"]] == ["2026-11", "2026-W48", "all"]
    assert kept["streaks"] == [
        {"channel": "C1", "days": 1, "best": 1, "freezes": 0, "last_on": "2026-11-23"}
    ]


async def test_an_export_holds_nothing_of_others(store):
    await a_busy_member(store, a_caller("U1"))
    await a_busy_member(store, a_caller("U2", channel="C2"))
    await a_busy_member(store, a_caller("U1", workspace="T2", channel="C3"))

    kept = json.dumps(await store.export(a_caller("U1")))

    assert "U2" not in kept
    assert "C2" not in kept
    assert "C3" not in kept


async def test_the_forgotten_leave_no_trace(store, database):
    ann, bob = a_caller("Ann"), a_caller("Bob", channel="C2")
    await a_busy_member(store, ann)
    await a_busy_member(store, bob)
    bobs = await store.export(bob)

    await store.forget(ann, NOON)

    assert await store.export(ann) == {}
    assert "Ann" not in await database.read(everything)
    assert await store.export(bob) == bobs
    assert (await store.board(ann, "all")).standings == ()
    assert (await store.find_channel(ann)).admin == ""


async def test_an_open_card_no_longer_counts_the_forgotten(store):
    key = await a_round(store)
    for name in ("U1", "U2"):
        await grade(store, key, a_caller(name))
    await store.claim_edits(ALL_PLATFORMS, NOON, NOON + HOUR)

    await store.forget(a_caller("U1"), NOON + MINUTE)

    [view] = await store.claim_edits(ALL_PLATFORMS, NOON + MINUTE, NOON + HOUR)
    assert view.tally.tried == 1


async def test_the_forgotten_may_begin_again(store):
    await a_busy_member(store, a_caller())
    await store.forget(a_caller(), NOON)
    key = await the_round(store, now=NOON + DAY)

    graded = await grade(store, key, now=NOON + DAY)

    assert (graded.standing.attempts, graded.streak.days) == (1, 1)


async def test_forgetting_here_forgets_nowhere_else(store):
    for caller in (a_caller(), a_caller(workspace="T2"), a_caller(platform=Platform.DISCORD)):
        await a_busy_member(store, caller)

    await store.forget(a_caller(), NOON)

    assert (await store.export(a_caller(workspace="T2")))["attempts"]
    assert (await store.export(a_caller(platform=Platform.DISCORD)))["attempts"]


async def test_forgetting_a_stranger_is_no_trouble(store):
    await store.forget(a_caller(), NOON)


async def test_a_forgotten_workspace_leaves_no_trace(store, database):
    slack, discord = a_caller("Ann"), a_caller("Bob", platform=Platform.DISCORD)
    for caller in (slack, discord):
        await a_busy_member(store, caller)
    await store.keep_installation(an_installation())
    for name, value in (("slack:hello:T1", "C1"), ("slack:home:U1", "T1"), ("web:T1", "T1")):
        await store.keep(name, value)

    assert await store.forget_workspace(Platform.SLACK, "T1")
    assert not await store.forget_workspace(Platform.SLACK, "T1")
    facts = [await store.recall(name) for name in ("slack:hello:T1", "slack:home:U1", "web:T1")]
    assert facts == [None, None, "T1"]

    left = await database.read(everything)
    assert "Ann" not in left
    assert "slack" not in left
    assert await store.find_installation("T1") is None
    assert (await store.export(discord))["attempts"]


# --- installations


def an_installation(workspace="T1", **changes):
    plain = Installation(
        workspace=workspace,
        token=b"\x00encrypted\xff",
        bot_id="B1",
        bot_user_id="U0",
        installed_by="Ann",
        scopes="chat:write,commands",
        installed_at=NOON,
    )
    return replace(plain, **changes)


async def test_an_installation_is_kept_replaced_and_deleted(store):
    assert await store.find_installation("T1") is None
    await store.keep_installation(an_installation())
    await store.keep_installation(an_installation("T2", token=b"other"))
    assert await store.find_installation("T1") == an_installation()

    newer = an_installation(token=b"newer", scopes="chat:write", installed_at=NOON + DAY)
    await store.keep_installation(newer)
    assert await store.find_installation("T1") == newer

    await store.delete_installation("T1")
    await store.delete_installation("T1")
    assert await store.find_installation("T1") is None
    assert await store.find_installation("T2") == an_installation("T2", token=b"other")


async def test_who_installed_it_can_be_forgotten_too(store):
    await store.keep_installation(an_installation())

    await store.forget(a_caller("Ann"), NOON)

    assert (await store.find_installation("T1")).installed_by == ""


# --- isolation


@pytest.mark.parametrize(
    "other", [{"workspace": "T2"}, {"platform": Platform.DISCORD}, {"channel": "C2"}]
)
async def test_what_happens_here_is_not_seen_elsewhere(store, other):
    await a_busy_member(store, a_caller())
    there = a_caller(**other)

    assert await store.find_channel(there) is None
    assert await store.open_round(there, NOON + DAY) is None
    assert (await store.board(there, "all")).standings == ()
    assert (await store.team(there)).players == 0
    assert await store.last_deliveries(there) == []
    assert (await store.profile(there, WEEK, NOON)).streak is None or other == {"channel": "C2"}


async def test_a_platforms_ids_are_its_own(store):
    """Slack, Discord and the page may use the same ids for different people."""
    for platform in Platform:
        caller = a_caller(platform=platform, name=f"of {platform}")
        key = await a_round(store, caller)
        await store.reveal(caller, key, f"words of {platform}", Confidence.SURE, NOON)

    for platform in Platform:
        kept = await store.export(a_caller(platform=platform))
        assert kept["member"]["name"] == f"of {platform}"
        assert [attempt["words"] for attempt in kept["attempts"]] == [f"words of {platform}"]
