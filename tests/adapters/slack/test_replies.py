"""Replies under a card: what counts, what does not, and what the bot does about each."""

from __future__ import annotations

import pytest

from bot.adapters.slack.edge import LEASE
from bot.core.deck import Deck
from bot.core.errors import StoreError
from bot.core.grading import Grade
from bot.store.store import Store
from tests.adapters.slack.conftest import Team
from tests.adapters.slack.reading import read
from tests.fakes.slack import Message, Person


async def revealed(team: Team, who: Person) -> Message:
    """A card whose answer *who* has seen."""
    card = await team.set_up()
    await team.bob.press(card, "Answer")
    await who.submit(values={"words": "some words", "confidence": "think"})
    await who.close(everything=True)
    return card


async def grade_of(team: Team, who: Person) -> Grade | None:
    """The newest grade kept of a member."""
    kept = await team.bot.store.export(team.caller(who))
    grades = [attempt["grade"] for attempt in kept["attempts"] if attempt["grade"]]
    return Grade(grades[-1]) if grades else None


async def test_a_grade_is_kept_noted_for_all_and_told_to_one(team: Team):
    card = await revealed(team, team.bob)

    seen = await team.bob.say(team.channel, "got it!", card)

    assert await grade_of(team, team.bob) is Grade.GOT_IT
    assert seen.said is not None
    assert seen.said.reactions == {"memo": [team.workspace.bot_user_id]}
    (note,) = seen.ephemerals
    assert "Got it" in note.words
    assert note.thread_ts == card.ts
    assert not [m for m in seen.messages if m.bot_id]


async def test_the_reaction_is_the_same_for_every_grade(one: Team):
    card = await revealed(one, one.bob)

    said = [(await one.bob.say(one.channel, words, card)).said for words in ("missed", "got it")]

    assert [set(m.reactions) for m in said if m] == [{"memo"}, {"memo"}]


async def test_a_grade_before_the_answer_is_pointed_to_the_answer(one: Team):
    """For all to see as well: Slack may not show a note to somebody who has looked away."""
    card = await one.set_up()

    seen = await one.bob.say(one.channel, "got it", card)

    assert seen.said is not None
    assert set(seen.said.reactions) == {"eyes"}
    assert "A grade counts once you have seen the answer." in seen.ephemerals[-1].words


async def test_words_with_marks_of_slack_are_kept_as_typed(one: Team):
    card = await one.set_up()

    await one.bob.say(one.channel, "<@U1> says a &lt; b &amp; <https://x.org|this>", card, raw=True)
    seen = await one.bob.press(card, "Answer")

    assert seen.view is not None
    assert "@U1 says a < b & this" in read(seen.view.blocks)


async def test_a_talk_after_the_reveal_is_left_alone(one: Team):
    card = await revealed(one, one.bob)

    seen = await one.bob.say(one.channel, "who wrote this question?", card)

    assert seen.said is not None
    assert not seen.said.reactions
    assert not seen.ephemerals


async def test_a_reply_that_is_sent_to_the_channel_too_counts_as_a_reply(one: Team):
    card = await revealed(one, one.bob)

    await one.bob.say(one.channel, "partly", card, broadcast=True)

    assert await grade_of(one, one.bob) is Grade.PARTLY


async def test_a_reply_with_a_file_counts_by_its_words(one: Team):
    card = await revealed(one, one.bob)

    await one.bob.say(one.channel, "got it", card, file="proof.png")
    assert await grade_of(one, one.bob) is Grade.GOT_IT
    seen = await one.bob.say(one.channel, "", card, file="more.png")

    assert seen.said is not None
    assert not seen.said.reactions


async def test_an_edited_or_deleted_reply_changes_nothing(one: Team):
    """What was said first counts; whoever thinks again replies again."""
    card = await revealed(one, one.bob)
    seen = await one.bob.say(one.channel, "got it", card)
    assert seen.said is not None

    await one.bob.edit(seen.said, "missed")
    assert await grade_of(one, one.bob) is Grade.GOT_IT
    await one.bob.delete(seen.said)
    assert await grade_of(one, one.bob) is Grade.GOT_IT
    await one.bob.say(one.channel, "missed", card)

    assert await grade_of(one, one.bob) is Grade.MISSED


async def test_another_bots_reply_is_nothing(one: Team):
    card = await one.set_up()
    robot = one.workspace.user("U9", "robot", bot=True)

    seen = await robot.say(one.channel, "got it", card)

    assert seen.said is not None
    assert not seen.said.reactions
    assert not seen.ephemerals


async def test_other_threads_and_the_channel_itself_are_nothing(one: Team):
    await one.set_up()
    talk = (await one.bob.say(one.channel, "lunch?")).said
    assert talk is not None

    for thread in (talk, None):
        seen = await one.bob.say(one.channel, "got it", thread)
        assert seen.said is not None
        assert not seen.said.reactions
        assert not seen.ephemerals
    assert not one.slack.calls("reactions.add")


async def test_a_reply_in_a_private_channel_counts_too(one: Team):
    one.channel.private = True
    card = await revealed(one, one.bob)

    await one.bob.say(one.channel, "got it", card)

    assert await grade_of(one, one.bob) is Grade.GOT_IT


async def test_a_reply_brought_again_does_not_undo_what_came_after_it(team: Team):
    card = await revealed(team, team.bob)
    await team.bob.say(team.channel, "got it", card)
    first = team.slack.deliveries("message")[-1]
    await team.bob.say(team.channel, "missed", card)

    again = await team.slack.redeliver(first)

    assert again.ok
    assert await grade_of(team, team.bob) is Grade.MISSED
    assert len(team.bob.ephemerals()) == 2


async def test_a_reply_whose_process_was_killed_is_brought_again_and_kept(
    one: Team, monkeypatch: pytest.MonkeyPatch
):
    card = await revealed(one, one.bob)
    with monkeypatch.context() as killed:
        killed.setattr(Store, "grade", _killed)
        killed.setattr(Store, "not_done", _killed)
        one.slack.courier.ack_timeout = 0.5
        await one.bob.say(one.channel, "got it", card)
    brought = one.slack.deliveries("message")[-1]

    assert not (await one.slack.redeliver(brought)).ok  # nobody knows yet what came of it
    assert await grade_of(one, one.bob) is None
    one.clock.move(seconds=LEASE.total_seconds())
    assert (await one.slack.redeliver(brought)).ok
    assert (await one.slack.redeliver(brought)).ok

    assert await grade_of(one, one.bob) is Grade.GOT_IT
    assert len(one.bob.ephemerals()) == 1


async def _killed(*_: object) -> None:
    raise StoreError("killed")


async def test_a_reply_that_could_not_be_kept_is_brought_again_and_kept(
    team: Team, monkeypatch: pytest.MonkeyPatch
):
    card = await revealed(team, team.bob)
    kept, failures = Store.grade, [StoreError("the disk is full")]

    async def grade(*args, **named):
        if failures:
            raise failures.pop()
        return await kept(*args, **named)

    monkeypatch.setattr(Store, "grade", grade)
    team.slack.courier.ack_timeout = 2.0  # the first of them is never acknowledged
    seen = await team.bob.say(team.channel, "got it", card)

    attempts = [
        d for d in team.slack.deliveries("message") if d.payload["event"]["text"] == "got it"
    ]
    assert [d.ok for d in attempts] == [False, True]
    assert await grade_of(team, team.bob) is Grade.GOT_IT
    assert len(seen.ephemerals) == 1


async def test_a_slack_that_takes_no_reaction_still_gets_the_grade_once(one: Team):
    card = await revealed(one, one.bob)
    one.slack.fault("reactions.add", retry_after=30)
    one.slack.fault("chat.postEphemeral", status=500)

    await one.bob.say(one.channel, "got it", card)

    assert await grade_of(one, one.bob) is Grade.GOT_IT
    assert one.slack.deliveries("message")[-1].ok


async def test_the_name_is_the_one_shown_in_slack_and_asked_for_once_an_hour(one: Team):
    one.bob.user.name = "Bobby Tables"
    card = await revealed(one, one.bob)
    await one.bob.say(one.channel, "got it", card)

    assert "Bobby Tables" in (await one.ann.command("/flaskquiz", "leaderboard", one.channel)).text
    asked = [call for call in one.slack.calls("users.info") if call.arguments["user"] == "U12"]
    assert len(asked) == 1


async def test_a_reply_on_a_question_that_left_the_deck_is_told_so_once(
    one: Team, monkeypatch: pytest.MonkeyPatch
):
    card = await revealed(one, one.bob)
    monkeypatch.setattr(Deck, "find", lambda *_: None)

    seen = await one.bob.say(one.channel, "got it", card)

    (note,) = seen.ephemerals
    assert "no longer here" in note.words
    assert note.thread_ts == card.ts
    assert seen.said is not None
    assert not seen.said.reactions
    assert [
        d.ok for d in one.slack.deliveries("message") if d.payload["event"]["text"] == "got it"
    ] == [True]


async def test_a_mention_of_a_colleague_is_kept_by_name(one: Team):
    card = await one.set_up()

    words = f"what <@{one.cid.id}> and <@U404> said"
    await one.bob.say(one.channel, words, card, raw=True)

    (attempt,) = (await one.bot.store.export(one.caller(one.bob)))["attempts"]
    assert attempt["words"] == "what @cid and @U404 said"


async def test_a_mention_of_the_bot_is_no_word_of_a_reply(one: Team):
    card = await revealed(one, one.bob)

    seen = await one.bob.say(one.channel, f"<@{one.workspace.bot_user_id}> got it", card, raw=True)

    assert await grade_of(one, one.bob) is Grade.GOT_IT
    assert seen.said is not None and "memo" in seen.said.reactions


async def test_a_mention_of_the_bot_is_no_word_of_a_command(one: Team):
    mention = f"<@{one.workspace.bot_user_id}>"

    await one.bob.say(one.bob.dm(), f"{mention} help", raw=True)

    assert "What you can type" in one.bob.dm().messages[-1].words
