"""The dialogues themselves: what people do with the quiz, from the invitation on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from bot.core.deck import Question
from bot.core.models import ChannelState
from bot.core.parts import inline, plain
from tests.dialogues.face import ANN, BOB, CID, Face, Replied


async def first_weeks(face: Face) -> AsyncIterator[str]:
    """From the invitation over five days to the weekly leaderboard."""
    await face.invite()
    await face.tick()
    assert [words for words in face.said() if "one Flask question a day" in words]
    yield "invited"
    assert "Only an admin" in (await face.command(BOB, "settings")).words
    yield "refused"
    await face.command(ANN, "settings")
    yield "form open"
    assert (await face.fill(ANN, time="25:00")).problems.keys() == {"time"}
    yield "corrected"
    assert "Saved." in (await face.fill(ANN, time=face.at)).words
    channel = await face.store.find_channel(face.caller(ANN))
    assert channel is not None
    assert channel.state is ChannelState.ACTIVE
    yield "set up"
    await face.next_daily()
    question = await _asked(face)
    assert "Nobody has tried yet" in _card(face)
    yield "asked"
    async for step in _answered(face, question):
        yield step
    async for step in _replied(face, question):
        yield step
    await face.pass_time(minutes=1)
    assert "2 tried" in _card(face)
    assert _answer_of(question) not in "\n".join(face.said())
    yield "counted"
    await face.next_daily()
    assert _answer_of(question) in "\n".join(face.said())
    assert "2 tried: too few" in "\n".join(face.said())
    yield "closed"
    for _ in range(4):
        await _play_a_day(face)
        yield "played"
        await face.next_daily()
    digest = next(words for words in face.said() if "Leaderboard, week 48" in words)
    assert BOB in digest.casefold()
    assert "missed" not in digest.casefold()
    yield "digest"
    board = await face.command(BOB, "leaderboard all")
    assert {BOB, CID} <= set(board.words.casefold().split())
    yield "board"
    before = len(face.said())
    await face.press(BOB, "Share in the channel")
    await face.tick()
    assert len(face.said()) == before + 1
    yield "shared"


async def _answered(face: Face, question: Question) -> AsyncIterator[str]:
    """Bob answers by the button."""
    form = await face.look(BOB)
    assert "What do you remember?" in form.words
    assert _answer_of(question) not in form.words
    yield "looking"
    reveal = await face.answer(BOB, "it is <!channel> & *bold*", "think")
    assert _answer_of(question) in reveal.words
    assert "bold" in reveal.words
    yield "revealed"
    result = await face.grade(BOB, ticks=[0])
    assert f"Partly, {_points(question) // 2} point" in result.words
    assert "You had 1 of 2" in result.words
    yield "graded"
    again = await face.look(BOB)
    assert "You have done this one" in again.words
    yield "looked again"
    assert _answer_of(question) in (await face.press(BOB, "Change my grade")).words
    yield "regrading"
    assert f"Got it, {_points(question)} point" in (await face.grade(BOB, "got_it")).words
    yield "regraded"


async def _replied(face: Face, question: Question) -> AsyncIterator[str]:
    """Cid answers by plain replies."""
    early = await face.reply(CID, "got it")
    assert early.note is not None
    assert "A grade counts once you have seen the answer" in early.note.words
    yield "too early"
    tried = await face.reply(CID, "I think it is request bound")
    assert tried.noted
    assert tried.note is not None
    yield "tried by reply"
    form = await face.press(CID, "See the answer")
    assert "What do you remember?" in form.words
    reveal = await face.answer(CID, "", "guess")
    assert "request bound" in reveal.words
    yield "revealed to Cid"
    graded = await face.reply(CID, "2/2")
    assert graded.noted
    assert graded.note is not None
    assert f"Got it, {_points(question)} point" in graded.note.words
    yield "graded by reply"
    assert await face.reply(CID, "what a nice question that was") == Replied(noted=False)
    yield "talked"


async def practice(face: Face) -> AsyncIterator[str]:
    """Practice in private: it trains a memory, and earns no points."""
    await face.invite()
    shown = await face.command(BOB, "practice beginner")
    assert "Practice · Beginner" in shown.words
    yield "picked"
    assert "What do you remember?" in (await face.press(BOB, "Answer")).words
    yield "opened"
    await face.answer(BOB, "something", "sure")
    yield "revealed"
    result = await face.grade(BOB, "got_it")
    assert "Got it." in result.words
    assert "point" not in result.words
    yield "graded"
    shown = await face.press(BOB, "Practise one more")
    assert "Practice · " in shown.words
    yield "another"
    assert "Try another level or topic" in (await face.command(BOB, "practice knitting")).words
    yield "no such topic"
    mine = await face.command(BOB, "me")
    assert "1 question" in mine.words
    yield "mine"


async def admin(face: Face) -> AsyncIterator[str]:
    """What only admins may do: ask now, pause, resume, look what is wrong."""
    await face.invite()
    assert "not set up" in (await face.command(ANN, "now")).words
    yield "too early"
    saved = await face.command(ANN, f"settings time {face.at} days mon-fri zone Europe/Berlin")
    assert "Saved." in saved.words
    yield "set up in words"
    for words in ("now", "pause", "resume", "doctor", "settings time 10:00"):
        assert "Only an admin" in (await face.command(BOB, words)).words
    yield "refused"
    assert "On its way" in (await face.command(ANN, "now")).words
    await face.tick()
    assert "question of the day" in _card(face)
    yield "asked now"
    assert "already here" in (await face.command(ANN, "now")).words
    yield "never twice"
    assert "Paused." in (await face.command(ANN, "pause")).words
    await face.pass_time(days=3)
    assert len([words for words in face.said() if "question of the day" in words]) == 1
    yield "paused"
    assert "Resumed." in (await face.press(ANN, "Resume")).words
    yield "resumed"
    doctor = await face.command(ANN, "doctor")
    assert "Next question" in doctor.words
    assert "Last deliveries" in doctor.words
    yield "doctor"
    helped = await face.command(BOB, "leaderbord")
    assert "Did you mean" in helped.words
    yield "helped"


async def privacy(face: Face) -> AsyncIterator[str]:
    """Hidden, exported, forgotten: at once and completely."""
    await face.invite()
    await face.command(ANN, f"settings time {face.at}")
    await face.next_daily()
    await face.look(BOB)
    await face.answer(BOB, "a secret of mine", "sure")
    await face.grade(BOB, "partly")
    yield "played"
    assert BOB in (await face.command(CID, "leaderboard")).words.casefold()
    assert "off the leaderboards" in (await face.command(BOB, "hide-me")).words
    yield "hidden"
    assert BOB not in (await face.command(CID, "leaderboard")).words.casefold()
    yield "unseen"
    await face.command(BOB, "export")
    yield "exported"
    assert "Delete it all" in (await face.command(BOB, "forget-me")).buttons
    yield "asked again"
    assert "deleted everything" in (await face.press(BOB, "Delete it all")).words
    yield "forgotten"
    assert "a secret of mine" not in json.dumps(await face.store.export(face.caller(BOB)))
    yield "gone"


async def _play_a_day(face: Face) -> None:
    """Bob gets it, Cid has it partly."""
    for who, grade in ((BOB, "got_it"), (CID, "partly")):
        await face.look(who)
        await face.answer(who, "so so", "guess")
        await face.grade(who, grade)


async def _asked(face: Face) -> Question:
    """The question of the newest card."""
    card = " ".join(_card(face).split())
    return next(q for q in face.deck.questions if plain(inline(q.prompt)) in card)


def _card(face: Face) -> str:
    return next(words for words in reversed(face.said()) if "question of the day" in words)


def _answer_of(question: Question) -> str:
    return plain(inline(question.answer[0]))


def _points(question: Question) -> int:
    return {"beginner": 10, "intermediate": 20, "advanced": 30}[question.level]
