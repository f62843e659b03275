"""Forged ids and options: nobody gets further by them, least of all into another guild."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.core.models import AttemptKey, RoundId
from bot.core.parts import FOR_ADMINS, Verb
from bot.core.views import Situation
from tests.adapters.discord.conftest import NEEDED, Team, found
from tests.adapters.discord.test_interactions import forged, revealed
from tests.fakes.discord import Channel, Member, Message, acting, interactions

WAYS = ["answer", "regrade", "grade", "grade-by-ticks", "tick", "reveal"]
"""All that can be done with an attempt."""


@pytest.mark.parametrize("who", ["a stranger", "the same member", "in direct messages"])
@pytest.mark.parametrize("where", ["round", "practice"])
async def test_nobody_reaches_into_another_guild(team: Team, where: str, who: str):
    key, kept = await begun(team, where)
    stranger, place = await outside(team, who)

    for what in WAYS:
        seen = await acting.seen_next(forged_by(stranger, place, what, key), stranger)
        assert "no longer here" in seen.as_message().text, what
        assert len(seen.as_message().text) < 100, what
        assert await situation(team, key) == kept, what


async def test_nobody_takes_part_in_the_practice_of_another(team: Team):
    key, kept = await begun(team, "practice")
    place = (await team.cid.command("flaskquiz help", channel=team.channel)).as_message()

    for what in WAYS:
        seen = await acting.seen_next(forged_by(team.cid, place, what, key), team.cid)
        assert "no longer here" in seen.as_message().text, what
        assert await situation(team, key) == kept, what


async def test_a_card_of_another_guild_cannot_be_opened_or_answered(team: Team):
    card = await team.set_up()
    stranger, elsewhere = await another_guild(team)
    own = await elsewhere.set_up()
    data = {"id": "1", "name": "Answer this question", "type": 3, "target_id": str(card.id)}
    shown = {"id": str(card.id), "author": {"id": str(team.discord.app.id)}}
    data |= {"resolved": {"messages": {str(card.id): shown}}}

    asked = acting.begin(stranger, interactions.COMMAND, elsewhere.channel, data)
    seen = await acting.seen_next(asked, stranger)
    told = await stranger.say(elsewhere.channel, "my words", reply_to=card, mention_bot=True)
    heard = await stranger.say(elsewhere.channel, "my words", reply_to=own)
    await team.settle()

    assert "none of my questions" in seen.as_message().text
    assert (list(told.reactions), list(heard.reactions)) == ([], ["📝"])


@pytest.mark.parametrize("verb", sorted(FOR_ADMINS))
async def test_an_admin_elsewhere_is_none_here(team: Team, verb: Verb):
    await team.set_up()
    stranger, elsewhere = await another_guild(team)
    await stranger.command("flaskquiz settings", channel=elsewhere.channel, time="09:30")
    before = await team.bot.store.find_channel(team.caller())
    posted = len(team.channel.from_bot)
    values = {"time": "11:00"}

    for place in (elsewhere.channel, stranger.dm):
        await acting.seen_next(pressed_or_sent(stranger, place, verb, values), stranger)
        await team.bot.tick()
    here = acting.begin(team.bob, interactions.COMPONENT, team.channel, button(f"fq:1:{verb}:"))
    if verb is Verb.SAVE_SETTINGS:
        here = pressed_or_sent(team.bob, team.channel, verb, values)
    seen = await acting.seen_next(here, team.bob)

    assert "Only an admin" in seen.as_message().text
    assert await team.bot.store.find_channel(team.caller()) == before
    assert len(team.channel.from_bot) == posted


@pytest.mark.parametrize("ticked", [["99"], ["-1"], ["x"], ["٣"], ["0", "0"], ["1" * 90]])
async def test_only_key_points_that_are_there_can_be_ticked(team: Team, ticked: list[str]):
    reveal = await revealed(team)
    number = len(reveal.selects[0]["options"])

    await acting.seen_next(forged(team.bob, reveal, "fq:1:tick:r1", values=ticked), team.bob)
    result = (await team.bob.press(reveal, "Got it")).as_message()

    kept = await situation(team, AttemptKey(round_id=RoundId(1)))
    assert kept.attempt is not None
    assert kept.attempt.ticked <= set(range(number))
    assert "Got it, " in result.text


async def test_a_grade_that_there_is_not_is_decided_by_the_ticks(team: Team):
    reveal = await revealed(team)

    seen = await acting.seen_next(forged(team.bob, reveal, "fq:1:grade:r1:best"), team.bob)

    assert "Missed it, 0 points" in seen.as_message().text


async def test_a_board_shared_elsewhere_is_the_board_from_there(team: Team):
    reveal = await revealed(team)
    await team.bob.press(reveal, "Got it")
    stranger, elsewhere = await another_guild(team)
    await stranger.command("flaskquiz settings", channel=elsewhere.channel, time="09:30")
    somewhere = (await stranger.command("flaskquiz help", channel=elsewhere.channel)).as_message()

    await acting.seen_next(forged(stranger, somewhere, "fq:1:share:2026-W48"), stranger)
    await team.bot.tick()

    assert "Bob" not in "".join(m.text for m in elsewhere.channel.from_bot)


@pytest.mark.parametrize(
    "custom_id",
    [
        "",
        "x",
        "fq:1",
        "fq:2:answer:r1",
        "fq:1:answer:",
        "fq:1:no-such:r1",
        "fq:1:answer:r1:",
        "fq:1:answer:r-1",
        "fq:1:answer:r99999999999999999999",
        "fq:1:save:",
        "fq:1:reveal:r1",
        "fq:1:grade:",
    ],
)
async def test_a_key_nobody_wrote_is_refused_kindly(team: Team, custom_id: str):
    card = await team.set_up()

    seen = await acting.seen_next(forged(team.bob, card, custom_id), team.bob)

    assert "no longer here" in seen.as_message().text


@pytest.mark.parametrize(
    "components",
    [
        None,
        [],
        [{}],
        ["x"],
        [{"type": 18, "component": None}],
        [{"type": 18, "component": {"custom_id": "confidence", "values": [["sure"]]}}],
        [{"type": 1, "components": [{"custom_id": "confidence", "value": {"a": 1}}]}],
        [{"type": 18, "component": {"custom_id": "confidence", "value": "certain"}}],
    ],
)
async def test_a_dialogue_filled_in_by_no_client_is_refused_kindly(team: Team, components: Any):
    card = await team.set_up()
    data = {"custom_id": "fq:1:reveal:r1", "components": components}
    asked = acting.begin(team.bob, interactions.SUBMIT, card.channel, data, message=card)

    seen = await acting.seen_next(asked, team.bob)

    assert "Say how sure you are" in seen.as_message().text


async def test_only_members_who_manage_the_server_set_it_up(team: Team):
    await team.set_up()
    data = {
        "custom_id": "fq:1:save:",
        "components": [{"type": 18, "component": {"custom_id": "time", "value": "11:00"}}],
    }
    asked = acting.begin(team.bob, interactions.SUBMIT, team.channel, data)

    seen = await acting.seen_next(asked, team.bob)

    assert "Only an admin" in seen.as_message().text
    channel = await team.bot.store.find_channel(team.caller())
    assert channel is not None
    assert channel.settings.schedule.at.hour == 9


async def test_the_host_may_name_admins(team: Team):
    await team.bot.stop()
    team.bot.options = replace(team.bot.options, admins=(str(team.bob.id),))
    await team.bot.start()

    seen = await team.bob.command("flaskquiz settings", channel=team.channel, time="11:00")

    assert "Saved." in seen.as_message().text


async def test_the_words_of_others_are_not_for_the_taking(team: Team):
    card = await team.set_up()
    said = await team.cid.say(team.channel, "the words of Cid", reply_to=card)

    seen = (await team.bob.use("Answer this question", said)).as_message()

    assert "none of my questions" in seen.text
    assert "the words of Cid" not in json.dumps(await team.bot.store.export(team.caller(team.bob)))


# --- helpers


async def begun(team: Team, where: str) -> tuple[AttemptKey, Situation]:
    """Bob has seen the answer of a round or a practice."""
    if where == "round":
        await revealed(team)
        key = AttemptKey(round_id=RoundId(1))
    else:
        await team.set_up()
        asked = (await team.bob.command("flaskquiz practice", channel=team.channel)).as_message()
        modal = (await team.bob.press(asked, "Answer")).as_modal()
        await team.bob.submit(modal, {"confidence": "sure", "words": "words"})
        key = AttemptKey.parse(modal.custom_id.rpartition(":")[2])
    return key, await situation(team, key)


async def situation(team: Team, key: AttemptKey) -> Situation:
    return await team.bot.store.situation(team.caller(team.bob), key)


async def outside(team: Team, who: str) -> tuple[Member, Message]:
    """Somebody who is not in the guild now, and a message of ours that only they see."""
    stranger, elsewhere = await another_guild(team)
    if who == "the same member":
        stranger = elsewhere.guild.member("Bob", user=team.bob.user)
    where = elsewhere.channel
    if who == "in direct messages":
        await stranger.command("flaskquiz practice", channel=where)
        where = stranger.dm
    return stranger, (await stranger.command("flaskquiz help", channel=where)).as_message()


def forged_by(who: Member, place: Message, what: str, key: AttemptKey) -> interactions.Interaction:
    """What would show or change an attempt, if it were theirs."""
    match what:
        case "tick":
            return forged(who, place, f"fq:1:tick:{key}", values=["0"])
        case "grade":
            return forged(who, place, f"fq:1:grade:{key}:got_it")
        case "grade-by-ticks":
            return forged(who, place, f"fq:1:grade:{key}")
        case "reveal":
            return sent(who, place.channel, f"fq:1:reveal:{key}", {"confidence": "sure"}, place)
        case _:
            return forged(who, place, f"fq:1:{what}:{key}")


def pressed_or_sent(
    who: Member, where: Channel, verb: Verb, values: dict[str, str]
) -> interactions.Interaction:
    if verb is Verb.SAVE_SETTINGS:
        return sent(who, where, "fq:1:save:", values)
    return acting.begin(who, interactions.COMPONENT, where, button(f"fq:1:{verb}:"))


def button(custom_id: str) -> dict[str, Any]:
    return {"component_type": 2, "custom_id": custom_id, "id": 1}


def sent(
    who: Member,
    where: Channel,
    custom_id: str,
    values: dict[str, str],
    message: Message | None = None,
) -> interactions.Interaction:
    """A modal that nobody opened."""
    inputs = [
        {"type": 18, "component": {"type": 4, "custom_id": name, "value": value}}
        for name, value in values.items()
    ]
    data = {"custom_id": custom_id, "components": inputs}
    return acting.begin(who, interactions.SUBMIT, where, data, message=message)


async def another_guild(team: Team) -> tuple[Member, Team]:
    """Somebody who is an admin elsewhere."""
    elsewhere = found(team.discord, team.bot, "Elsewhere")
    elsewhere.guild.add_bot(*NEEDED)
    await team.settle()
    return elsewhere.ann, elsewhere
