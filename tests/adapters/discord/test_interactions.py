"""Interactions: in time, in private, once, and nobody gets further by forging them."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.discord.answering import PATIENCE
from bot.core.errors import StoreError
from bot.core.grading import Grade
from bot.core.models import AttemptKey, Caller, Platform, RoundId
from tests.adapters.discord import running
from tests.adapters.discord.conftest import Team
from tests.adapters.discord.reading import read
from tests.fakes.discord import Member, Message, NoAnswerError, acting, interactions
from tests.fakes.discord.channels import FORUM
from tests.fakes.discord.components import walk

CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
MESSAGE, DEFER, DEFER_UPDATE, UPDATE, MODAL = 4, 5, 6, 7, 9


def callbacks(team: Team) -> list[int]:
    """The types of the first answers so far."""
    return [call.body["type"] for call in team.discord.calls_to("POST", CALLBACK)]


async def revealed(team: Team, who: Member | None = None) -> Message:
    who = who or team.bob
    card = await team.set_up() if not team.cards() else team.card()
    modal = (await who.press(card, "Answer")).as_modal()
    return (await who.submit(modal, {"confidence": "sure", "words": "words"})).as_message()


async def kept_grade(team: Team, who: Member) -> Grade | None:
    key = AttemptKey(round_id=RoundId(1))
    situation = await team.bot.store.situation(team.caller(who), key)
    return situation.attempt.grade if situation.attempt else None


def forged(who: Member, message: Message, custom_id: str, **data: Any) -> interactions.Interaction:
    """A button or menu that is not on the message."""
    kind = 3 if "values" in data else 2
    whole = {"component_type": kind, "custom_id": custom_id, "id": 1} | data
    return acting.begin(who, interactions.COMPONENT, message.channel, whole, message=message)


# --- where an answer appears


async def test_the_answer_opens_a_dialogue_with_the_question(team: Team):
    card = await team.set_up()

    modal = (await team.bob.press(card, "Answer")).as_modal()

    assert modal.title == "Try first"
    assert "What does" in modal.texts[1]
    assert callbacks(team)[-1] == MODAL


async def test_a_reveal_is_a_new_message_under_the_card_and_the_result_takes_its_place(team: Team):
    reveal = await revealed(team)
    result = (await team.bob.press(reveal, "Got it")).as_message()

    assert callbacks(team)[-2:] == [MESSAGE, UPDATE]
    assert result is reveal
    assert reveal.is_ephemeral
    assert "Got it, " in result.text
    assert team.cid.private(team.channel) == []


async def test_a_practised_question_stays_above_its_answer(team: Team):
    asked = (await team.bob.command("flaskquiz practice", channel=team.channel)).as_message()
    question = asked.text
    modal = (await team.bob.press(asked, "Answer")).as_modal()

    reveal = (await team.bob.submit(modal, {"confidence": "guess"})).as_message()
    result = (await team.bob.press(reveal, "Got it")).as_message()
    following = (await team.bob.press(result, "Practise one more")).as_message()
    again = (await team.bob.press(asked, "Answer")).as_message()

    assert team.bob.private(team.channel) == [asked, reveal, again]
    assert asked.text == question
    assert reveal is result is following


async def test_a_slow_reveal_leaves_its_question_above_too(
    team: Team, monkeypatch: pytest.MonkeyPatch
):
    asked = (await team.bob.command("flaskquiz practice", channel=team.channel)).as_message()
    modal = (await team.bob.press(asked, "Answer")).as_modal()
    slow(monkeypatch)
    release = hold(team, "submit")
    sent = asyncio.create_task(team.bob.submit(modal, {"confidence": "guess"}))
    await team.discord.until(lambda: DEFER_UPDATE in callbacks(team))
    release.set()
    await sent
    await team.settle()

    kept, reveal = team.bob.private(team.channel)
    assert kept is asked
    assert "Practice" in asked.text
    assert "Got it" in reveal.button_labels


async def test_ticks_stay_where_the_member_left_them(team: Team):
    reveal = await revealed(team)

    ticked = (await team.bob.select(reveal, "fq:1:tick", ["1"])).as_message()
    menu = ticked.selects[0]

    assert [option["value"] for option in menu["options"] if option.get("default")] == ["1"]
    assert "By my ticks" in ticked.button_labels
    assert (
        "By my ticks"
        not in (await team.bob.select(ticked, "fq:1:tick", [])).as_message().button_labels
    )


async def test_a_refusal_leaves_the_reveal_where_it_is(team: Team):
    reveal = await revealed(team)
    words = reveal.text

    seen = await acting.seen_next(forged(team.bob, reveal, "fq:1:answer:r999"), team.bob)

    assert "no longer here" in seen.as_message().text
    assert seen is not reveal
    assert reveal.text == words


async def test_files_come_with_their_message_and_go_with_it(team: Team):
    home = (await team.bob.command("flaskquiz export", channel=team.channel)).as_message()

    assert home.attachments[0].filename == "flaskquiz-export.json"
    assert json.loads(home.attachments[0].content) is not None
    assert list(walk(home.components, 13))


# --- in time


def test_half_of_discords_three_seconds_are_left_for_the_deferral():
    assert PATIENCE <= 1.5


async def test_what_takes_long_is_deferred_and_then_answered(
    team: Team, monkeypatch: pytest.MonkeyPatch
):
    slow(monkeypatch)
    release = hold(team, "me")
    asked = asyncio.create_task(team.bob.command("flaskquiz me", channel=team.channel))
    await team.discord.until(lambda: DEFER in callbacks(team))
    release.set()

    seen = (await asked).as_message()

    assert seen.is_ephemeral
    assert "You" in seen.text


async def test_a_slow_grade_still_takes_the_place_of_the_reveal(
    team: Team, monkeypatch: pytest.MonkeyPatch
):
    reveal = await revealed(team)
    slow(monkeypatch)
    release = hold(team, "submit")
    pressed = asyncio.create_task(team.bob.press(reveal, "Partly"))
    await team.discord.until(lambda: DEFER_UPDATE in callbacks(team))
    release.set()

    assert (await pressed).as_message() is reveal
    assert "Partly, " in reveal.text


async def test_a_dialogue_that_comes_too_late_is_offered_again(
    team: Team, monkeypatch: pytest.MonkeyPatch
):
    card = await team.set_up()
    slow(monkeypatch)
    release = hold(team, "press")
    pressed = asyncio.create_task(team.bob.press(card, "Answer"))
    await team.discord.until(lambda: DEFER in callbacks(team))
    release.set()

    late = (await pressed).as_message()
    monkeypatch.undo()
    modal = (await team.bob.press(late, "Try first")).as_modal()

    assert "Go on?" in late.text
    assert modal.title == "Try first"


async def test_a_message_command_that_comes_too_late_is_offered_again(
    team: Team, monkeypatch: pytest.MonkeyPatch
):
    card = await team.set_up()
    slow(monkeypatch)
    release = hold(team, "open_card")
    used = asyncio.create_task(team.bob.use("Answer this question", card))
    await team.discord.until(lambda: DEFER in callbacks(team))
    release.set()

    late = (await used).as_message()
    monkeypatch.undo()
    modal = (await team.bob.press(late, "Try first")).as_modal()

    assert modal.title == "Try first"


async def test_a_fault_is_told_and_logged_once(team: Team, caplog: pytest.LogCaptureFixture):
    broken(team, "me", RuntimeError("secret words"))

    seen = (await team.bob.command("flaskquiz me", channel=team.channel)).as_message()

    assert "Something broke" in seen.text
    assert len([r for r in caplog.records if r.exc_info]) == 1


async def test_a_lost_database_is_told_without_a_trace(
    team: Team, caplog: pytest.LogCaptureFixture
):
    broken(team, "me", StoreError("The database is away."))

    seen = (await team.bob.command("flaskquiz me", channel=team.channel)).as_message()

    assert "Something broke" in seen.text
    assert [r.exc_info for r in caplog.records if r.levelname == "ERROR"] == [None]


async def test_an_answer_that_was_lost_is_given_again(team: Team):
    fault = team.discord.fault("POST", CALLBACK, drop="before")

    seen = (await team.bob.command("flaskquiz help", channel=team.channel)).as_message()

    assert fault.hits == 1
    assert "What you can type" in seen.text


async def test_an_answer_whose_receipt_was_lost_is_not_given_twice(team: Team):
    team.discord.fault("POST", CALLBACK, drop="after")

    await team.bob.command("flaskquiz help", channel=team.channel)
    await team.settle()

    assert len(team.bob.private(team.channel)) == 1


async def test_an_answer_that_discord_refuses_becomes_an_apology(team: Team):
    team.discord.fault("POST", CALLBACK, status=400)

    seen = (await team.bob.command("flaskquiz help", channel=team.channel)).as_message()

    assert "Something broke" in seen.text


# --- once


async def test_a_second_delivery_changes_nothing(team: Team):
    reveal = await revealed(team)
    await team.bob.press(reveal, "Partly")
    await team.bob.press(reveal, "Change my grade")
    await team.bob.press(reveal, "Got it")
    before = len(team.discord.calls)

    for index in (-1, -2, -3, -4, -5):
        team.discord.gateway.resend("INTERACTION_CREATE", index)
    await team.settle()

    assert await kept_grade(team, team.bob) is Grade.GOT_IT
    assert len(team.discord.calls) == before


async def test_nothing_is_done_twice_when_two_processes_share_a_shard(team: Team):
    await team.set_up()
    other = await second(team)
    try:
        reveal = await revealed(team)
        await team.bob.press(reveal, "Got it")
        await team.ann.command("flaskquiz leaderboard", channel=team.channel)
        board = team.ann.private(team.channel)[-1]
        told = (await team.ann.press(board, "Share in the channel")).as_message()
        await team.settle()
    finally:
        await other.stop()

    assert "On its way" in told.text
    boards = await team.bot.store.board(team.caller(), "all")
    assert [standing.attempts for standing in boards.standings] == [1]


async def test_a_grade_is_on_disk_before_the_member_hears_of_it(team: Team):
    reveal = await revealed(team)
    team.discord.fault("POST", CALLBACK, drop="before", times=9)

    team.discord.world.patience = 0.3

    with pytest.raises(NoAnswerError):
        await team.bob.press(reveal, "Got it")
    await team.settle()  # a busy machine may take longer than that patience

    assert await kept_grade(team, team.bob) is Grade.GOT_IT


# --- the message command


async def test_the_message_command_on_a_card_opens_it(team: Team):
    card = await team.set_up()

    assert (await team.bob.use("Answer this question", card)).as_modal().title == "Try first"


async def test_the_message_command_on_an_own_message_in_the_thread_takes_it(team: Team):
    card = await team.set_up()
    thread = await a_thread(team, card)
    said = await team.bob.say(thread, "g is bound to the request")

    seen = (await team.bob.use("Answer this question", said)).as_message()

    assert "I kept your words" in seen.text


async def test_in_the_thread_the_message_command_takes_a_reply_to_a_colleague_too(team: Team):
    thread = await a_thread(team, await team.set_up())
    said = await team.cid.say(thread, "is it bound to the app?")
    answer = await team.bob.say(thread, "no, to the request", reply_to=said)

    seen = (await team.bob.use("Answer this question", answer)).as_message()

    assert "I kept your words" in seen.text


async def test_the_message_command_leaves_out_the_mention_that_lets_us_read(team: Team):
    thread = await a_thread(team, await team.set_up())
    words = await team.bob.say(thread, "it is bound to the request", mention_bot=True)
    grade = await team.cid.say(thread, "got it", mention_bot=True)
    await team.settle()

    kept = (await team.bob.use("Answer this question", words)).as_message()
    first = (await team.cid.use("Answer this question", grade)).as_message()

    assert "I kept your words" in kept.text
    assert "A grade counts once you have seen the answer." in first.text
    form = (await team.bob.press(kept, "See the answer")).as_modal()
    assert form.inputs[0]["value"] == "it is bound to the request"


async def test_in_a_post_of_a_forum_the_message_command_takes_a_reply_alone(team: Team):
    team.channel = team.guild.post(team.guild.channel("forum", FORUM), "Quiz", team.ann)
    await team.settle()
    card = await team.set_up()
    reply = await team.bob.say(team.channel, "it is bound to the request", reply_to=card)
    talk = await team.cid.say(team.channel, "hello")

    taken = (await team.bob.use("Answer this question", reply)).as_message()
    refused = (await team.cid.use("Answer this question", talk)).as_message()

    assert "I kept your words" in taken.text
    assert "none of my questions" in refused.text


async def test_the_message_command_on_talk_shows_what_can_be_done_now(team: Team):
    reveal = await revealed(team)
    talk = await team.bob.say(team.channel, "what a nice question", reply_to=team.card())
    offered = (await team.bob.use("Answer this question", talk)).as_message()
    await team.bob.press(reveal, "Got it")
    graded = (await team.bob.use("Answer this question", talk)).as_message()
    other = await team.cid.say(team.channel, "too late", reply_to=team.card())
    await team.next_card()
    closed = (await team.cid.use("Answer this question", other)).as_message()

    assert offered.button_labels == ["Missed it", "Partly", "Got it"]
    assert "You have done this one" in graded.text
    assert "This round has closed" in closed.text


async def test_the_message_command_on_a_reply_to_somebody_else_says_where_it_works(team: Team):
    lunch = await team.cid.say(team.channel, "lunch?")
    yes = await team.bob.say(team.channel, "yes", reply_to=lunch)

    seen = await team.bob.use("Answer this question", yes)

    assert "none of my questions" in seen.as_message().text


async def test_the_message_command_on_other_messages_says_where_it_works(team: Team):
    await team.settle()
    await team.bot.tick()
    (hello,) = team.channel.from_bot
    said = await team.bob.say(team.channel, "hello")

    for message in (hello, said):
        seen = await team.bob.use("Answer this question", message)
        assert "none of my questions" in seen.as_message().text


# --- direct messages


async def test_in_direct_messages_a_member_practises_what_they_know_from_their_guild(team: Team):
    reveal = await revealed(team)
    await team.bob.press(reveal, "Missed it")
    team.discord.clock.advance(timedelta(days=3))

    page = (await team.bob.command("flaskquiz me", channel=team.bob.dm)).as_message()
    asked = (await team.bob.command("flaskquiz start", channel=team.bob.dm)).as_message()

    assert "1 question due now" in read(page.text)
    assert "due" in asked.text
    assert not asked.is_ephemeral


async def test_in_direct_messages_the_result_takes_the_place_of_the_answer(team: Team):
    asked = (await team.bob.command("flaskquiz start", channel=team.bob.dm)).as_message()
    modal = (await team.bob.press(asked, "Answer")).as_modal()

    reveal = (await team.bob.submit(modal, {"confidence": "guess"})).as_message()
    result = (await team.bob.press(reveal, "Got it")).as_message()

    assert "Answer" in asked.button_labels
    assert result is reveal
    assert "Got it." in result.text


async def test_who_is_forgotten_has_no_home(team: Team):
    reveal = await revealed(team)
    await team.bob.press(reveal, "Missed it")
    sure = (await team.bob.command("flaskquiz forget-me", channel=team.bob.dm)).as_message()
    await team.bob.press(sure, "Delete it all")

    assert await team.bot.store.recall(f"discord:home:{team.bob.id}") is None
    assert await kept_grade(team, team.bob) is None


async def test_in_direct_messages_what_was_practised_before_any_guild_is_forgotten_too(team: Team):
    asked = (await team.bob.command("flaskquiz start", channel=team.bob.dm)).as_message()
    modal = (await team.bob.press(asked, "Answer")).as_modal()
    await team.bob.submit(modal, {"words": "my secret", "confidence": "guess"})
    await revealed(team)

    sure = (await team.bob.command("flaskquiz forget-me", channel=team.bob.dm)).as_message()
    await team.bob.press(sure, "Delete it all")

    alone = Caller(Platform.DISCORD, f"dm:{team.bob.id}", str(team.bob.id), "Bob")
    assert not (await team.bot.store.export(alone)).get("attempts")
    assert await kept_grade(team, team.bob) is None


async def test_who_was_forgotten_in_another_process_finds_a_home_again(team: Team):
    await revealed(team)
    other = await second(team)
    try:
        await other.store.forget_workspace(Platform.DISCORD, str(team.guild.id))
    finally:
        await other.stop()

    await team.bob.command("flaskquiz practice", channel=team.channel)

    assert await team.bot.store.recall(f"discord:home:{team.bob.id}") == str(team.guild.id)


async def test_what_needs_a_channel_says_so_in_direct_messages(team: Team):
    for word in ("settings", "leaderboard", "now", "doctor", "team"):
        seen = await team.ann.command(f"flaskquiz {word}", channel=team.ann.dm)
        assert "works in a channel" in seen.as_message().text


# --- helpers


def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let patience end at once."""
    monkeypatch.setattr("bot.adapters.discord.answering.PATIENCE", 0.01)


def hold(team: Team, method: str) -> asyncio.Event:
    """Let a use case wait until it is released."""
    release, quiz = asyncio.Event(), team.bot.quiz
    target: Any = quiz.standings if method == "me" else quiz
    real = getattr(target, method)

    async def held(*given: Any) -> Any:
        await release.wait()
        return await real(*given)

    setattr(target, method, held)
    return release


def broken(team: Team, method: str, error: Exception) -> None:
    async def breaks(*_: Any) -> Any:
        raise error

    setattr(team.bot.quiz.standings, method, breaks)


async def second(team: Team) -> running.Bot:
    """Another process that has the same shard, over the same database."""
    other = running.Bot(team.discord, team.bot._database_url)
    await other.start()
    return other


async def a_thread(team: Team, card: Message) -> Any:
    """A thread that somebody began under the card."""
    await team.bot.face.connection.client.http.start_thread_with_message(
        team.channel.id, card.id, name="Talk", auto_archive_duration=60
    )
    return team.guild.threads[-1]
