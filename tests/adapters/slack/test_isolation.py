"""One workspace can never read or change another's data, whatever ids its payloads hold."""

from __future__ import annotations

import json
from typing import Any

from bot.core.models import ChannelState
from tests.adapters.slack.conftest import Team
from tests.fakes.slack.interactions import Interactions

Teams = tuple[Team, Team]


async def played(team: Team) -> Any:
    """A card under which Bob has left a secret."""
    card = await team.set_up()
    await team.bob.press(card, "Answer")
    await team.bob.submit(values={"words": "a secret of ours", "confidence": "sure"})
    await team.bob.submit(values={"grade": "missed"})
    return card


def forged(mine: Team, where: Any, changes: dict[str, Any]) -> dict[str, Any]:
    """A press of the other workspace's Bob, as Slack would send it, with ids of *mine* in it."""
    interactions = Interactions(mine.slack, mine.workspace.team, mine.bob.user)
    payload = interactions.block_actions(where, where.blocks[-3], {}, {})
    payload["actions"] = [{"type": "button", "block_id": "b"} | changes]
    return payload


async def test_a_foreign_round_is_as_if_it_did_not_exist(teams: Teams):
    ours, theirs = teams
    action_id = (await played(ours)).blocks[-3]["elements"][0]["action_id"]
    their_card = await theirs.set_up()

    for verb in ("answer", "regrade"):
        changed = action_id.replace("answer", verb)
        payload = forged(theirs, their_card, {"action_id": changed})
        delivery = await ours.slack.inject("interactive", payload)
        assert delivery.ok
        assert "no longer here" in (theirs.bob.view.words if theirs.bob.view else "")
        assert "secret" not in (theirs.bob.view.words if theirs.bob.view else "")


async def test_a_foreign_form_can_neither_reveal_nor_grade(teams: Teams):
    ours, theirs = teams
    key = (await played(ours)).blocks[-3]["elements"][0]["action_id"].rpartition(":")[2]
    their_card = await theirs.set_up()
    before = await ours.bot.store.export(ours.caller(ours.bob))

    for who, verb in ((theirs.ann, "reveal"), (theirs.bob, "grade"), (theirs.cid, "save")):
        await who.press(their_card, "Answer")
        assert who.view is not None
        who.view.body["callback_id"] = f"fq:1:{verb}:{key}"
        who.view.body["private_metadata"] = json.dumps([ours.channel.id, "#flask", False])
        seen = await who.submit(values={"words": "x", "confidence": "sure"})
        assert "secret" not in seen.text
        assert "no longer here" in seen.text or "Only an admin" in seen.text

    assert await ours.bot.store.export(ours.caller(ours.bob)) == before


async def test_a_foreign_channel_can_be_neither_seen_nor_set_up(teams: Teams):
    ours, theirs = teams
    await played(ours)
    payload = {
        "team_id": theirs.workspace.id, "channel_id": ours.channel.id, "channel_name": "flask",
        "user_id": theirs.ann.id, "user_name": "ann", "command": "/flaskquiz",
        "response_url": "http://127.0.0.1:9/", "trigger_id": "1.2.3",
    }  # fmt: skip

    for words in ("pause", "settings time 03:00", "now", "leaderboard", "team", "doctor"):
        delivery = await ours.slack.inject("slash_commands", {**payload, "text": words})
        assert "secret" not in json.dumps(delivery.answer)
        assert "bob" not in json.dumps(delivery.answer).casefold()

    channel = await ours.bot.store.find_channel(ours.caller())
    assert channel is not None
    assert channel.state is ChannelState.ACTIVE
    assert f"{channel.settings.schedule.at:%H:%M}" == "09:30"


async def test_a_foreign_reply_is_nothing(teams: Teams):
    ours, theirs = teams
    card = await played(ours)
    event = {
        "type": "message", "user": theirs.bob.id, "text": "got it", "ts": "9.0", "event_ts": "9.0",
        "channel": ours.channel.id, "channel_type": "channel", "thread_ts": card.ts,
    }  # fmt: skip

    await ours.slack.inject("events_api", ours.slack.events.envelope(theirs.workspace.team, event))

    kept = await ours.bot.store.export(theirs.caller(theirs.bob))
    assert not kept.get("attempts")
    assert not ours.slack.calls("reactions.add")


async def test_one_members_practice_is_closed_to_another(one: Team):
    await one.set_up()
    await one.bob.command("/flaskquiz", "practice", one.channel)
    await one.bob.press(one.bob.ephemerals()[-1], "Answer")
    assert one.bob.view is not None
    key = one.bob.view.body["callback_id"].rpartition(":")[2]
    payload = forged(one, one.card(), {"action_id": f"fq:1:answer:{key}"})
    payload["user"]["id"] = one.cid.id
    payload["trigger_id"] = one.slack.triggers.issue(one.workspace.team, one.cid.user)

    await one.slack.inject("interactive", payload)

    assert one.cid.view is not None
    assert "no longer here" in one.cid.view.words


async def test_payloads_of_a_workspace_that_is_not_the_tokens_are_refused(one: Team):
    await played(one)
    payload = {
        "team_id": "T666", "channel_id": one.channel.id, "channel_name": "flask", "text": "pause",
        "user_id": one.ann.id, "user_name": "ann", "command": "/flaskquiz", "trigger_id": "1.2.3",
    }  # fmt: skip

    delivery = await one.slack.inject("slash_commands", payload)

    assert "not installed" in json.dumps(delivery.answer)
    channel = await one.bot.store.find_channel(one.caller())
    assert channel is not None
    assert channel.state is ChannelState.ACTIVE
