"""Every verb, tried with another workspace's ids in every place where a payload holds one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bot.adapters.slack.manifest import SHORTCUT
from bot.core.parts import Verb
from tests.adapters.slack.conftest import Team
from tests.fakes.slack.interactions import Interactions
from tests.fakes.slack.person import Person
from tests.fakes.slack.records import Delivery

NAME, WORDS = "zebediah", "a secret of ours"
COMMANDS = (
    "", "practice", "leaderboard", "leaderboard all", "me", "team", "settings", "pause", "resume",
    "settings time 03:00", "now", "doctor", "hide-me", "show-me", "export", "forget-me",
)  # fmt: skip
Json = dict[str, Any]
Teams = tuple[Team, Team]


async def play(team: Team) -> list[str]:
    """A round and a practice with a secret each; the keys somebody might guess."""
    team.bob.user.name = NAME
    card = await team.set_up()
    await team.bob.press(card, "Answer")
    await team.bob.submit(values={"words": WORDS, "confidence": "sure"})
    await team.bob.submit(values={"grade": "partly"})
    await team.bob.close(everything=True)
    await team.bob.command("/flaskquiz", "practice", team.channel)
    await team.bob.press(team.bob.ephemerals()[-1], "Answer")
    assert team.bob.view is not None
    practice = team.bob.view.body["callback_id"].rpartition(":")[2]
    await team.bob.submit(values={"words": WORDS, "confidence": "sure"})
    await team.bob.close(everything=True)
    await team.bot.tick()
    return [card.blocks[-3]["elements"][0]["action_id"].rpartition(":")[2], practice]


async def kept(team: Team) -> str:
    """All that is kept of a workspace which somebody else might see or change."""
    store, caller = team.bot.store, team.caller(team.bob)
    channel = await store.find_channel(caller)
    board = await store.board(caller, "all")
    deliveries = await store.last_deliveries(caller, 50)
    export = await store.export(caller)
    tallies = [await store.round_view(d.round_id) for d in deliveries if d.round_id]
    return "\n".join(map(str, (channel, board, list(deliveries), export, tallies)))


def forged(who: Person, theirs: Team, ours: Team, values: list[str]) -> Iterator[tuple[str, Json]]:
    """What a member of another workspace might send, as Slack would sign it."""
    interactions = Interactions(theirs.slack, theirs.workspace.team, who.user)
    common = interactions._common("block_actions")
    place = json.dumps([ours.channel.id, "#flask", False])
    for verb in Verb:
        for value in values:
            key = f"fq:1:{verb}:{value}"
            pressed = {"actions": [{"type": "button", "block_id": "b", "action_id": key}]}
            trigger = {"trigger_id": theirs.slack.triggers.issue(theirs.workspace.team, who.user)}
            channel = {
                "channel": {"id": ours.channel.id, "name": "flask"},
                "container": {"type": "message", "is_ephemeral": True},
                "response_url": theirs.slack.responses.issue(
                    theirs.workspace.team, theirs.channel.id, who.id
                ),
            }
            yield "interactive", common | pressed | trigger | channel
            view = {
                "id": "V1", "type": "modal", "hash": "1.a", "private_metadata": place,
                "callback_id": key, "state": {"values": {}}, "blocks": [],
            }  # fmt: skip
            in_view = {"container": {"type": "view", "view_id": "V1"}, "view": view}
            yield "interactive", common | pressed | trigger | in_view
            filled = {"b": {name: {"value": "sure"} for name in ("words", "confidence", "time")}}
            submitted = view | {"state": {"values": filled}}
            yield "interactive", common | {"type": "view_submission", "view": submitted}


KEYED = {
    Verb.ANSWER: "block_actions", Verb.REGRADE: "block_actions", Verb.REVEAL: "view_submission",
    Verb.GRADE: "view_submission",
}  # fmt: skip


def told(theirs: Team, since: int, deliveries: list[Delivery]) -> str:
    """Whatever left the bot since then."""
    calls = [call for call in theirs.slack.records.calls[since:] if call.method != "users.info"]
    assert {call.team_id for call in calls} <= {theirs.workspace.id}, calls
    return json.dumps(
        [[call.arguments for call in calls], [d.answer for d in deliveries]], default=str
    )


async def test_no_verb_reaches_into_another_workspace(teams: Teams):
    ours, theirs = teams
    keys = await play(ours)
    await theirs.set_up()
    before, since = await kept(ours), len(theirs.slack.records.calls)

    deliveries = [
        await ours.slack.inject(kind, payload)
        for who in (theirs.ann, theirs.cid)
        for kind, payload in forged(who, theirs, ours, [*keys, "2026-W48", "all", ""])
    ]
    await theirs.bot.tick()

    assert all(delivery.status == 200 for delivery in deliveries)
    seen = told(theirs, since, deliveries)
    assert NAME not in seen
    assert WORDS not in seen
    assert await kept(ours) == before


async def test_a_guessed_key_is_answered_as_one_that_does_not_exist(teams: Teams):
    ours, theirs = teams
    keys = await play(ours)
    await theirs.set_up()
    for kind, payload in forged(theirs.bob, theirs, ours, keys):
        key = payload.get("view", {}).get("callback_id") or payload["actions"][0]["action_id"]
        verb = Verb(key.split(":")[2])
        if KEYED.get(verb) != payload["type"]:
            continue
        since = len(theirs.slack.records.calls)

        delivery = await ours.slack.inject(kind, payload)

        assert "no longer here" in told(theirs, since, [delivery]), key


async def test_no_command_reaches_into_another_workspace(teams: Teams):
    ours, theirs = teams
    await play(ours)
    before, since = await kept(ours), len(theirs.slack.records.calls)
    deliveries = []
    for who in (theirs.ann, theirs.cid):
        interactions = Interactions(theirs.slack, theirs.workspace.team, who.user)
        for words in COMMANDS:
            payload = interactions.command("/flaskquiz", words, theirs.channel)
            payload["channel_id"] = ours.channel.id
            deliveries.append(await ours.slack.inject("slash_commands", payload))
    await theirs.bot.tick()

    assert all(delivery.ok for delivery in deliveries)
    seen = told(theirs, since, deliveries)
    assert NAME not in seen
    assert WORDS not in seen
    assert await kept(ours) == before


async def test_no_shortcut_reaches_into_another_workspace(teams: Teams):
    ours, theirs = teams
    await play(ours)
    await theirs.set_up()
    payload = Interactions(theirs.slack, theirs.workspace.team, theirs.bob.user).shortcut(
        SHORTCUT, theirs.card()
    )
    payload["channel"]["id"] = ours.channel.id
    payload["message_ts"] = payload["message"]["ts"] = ours.card().ts

    await ours.slack.inject("interactive", payload)

    assert theirs.bob.view is not None
    assert "none of my questions" in theirs.bob.view.words
    assert WORDS not in theirs.bob.view.words
