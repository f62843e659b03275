"""Every question fits both platforms: rendered for real, nothing of the deck is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.adapters.discord.modals import render_modal
from bot.adapters.discord.render import render as render_for_discord
from bot.adapters.slack.render import Place, render_form, render_message
from bot.core.calendar import Schedule
from bot.core.cards import attempts, rounds
from bot.core.deck import Deck, Question
from bot.core.models import (
    Address,
    Attempt,
    AttemptId,
    AttemptKey,
    Channel,
    ChannelId,
    ChannelState,
    MemberId,
    Platform,
    QuestionId,
    Round,
    RoundId,
    Settings,
    Tally,
)
from bot.core.parts import Card, CodeBlock, Form, Heading, Numbered, Paragraph, Quote, plain
from bot.core.views import RoundView, Situation
from tests.decks import a_question

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DISCORD_TEXT_MAX, DISCORD_COMPONENTS_MAX = 4_000, 40
SLACK_TEXT_MAX, SLACK_BLOCKS_MAX, SLACK_VIEW_MAX = 3_000, 50, 250_000
LONGEST_WORDS = "What I remember of it. " * 87  # 2,001 characters
SHOWN = {"text", "content", "label"}
KEY = AttemptKey(round_id=RoundId(999_999_999))


def a_channel() -> Channel:
    settings = Settings(Schedule(NOW.time(), ZoneInfo("UTC"), frozenset(range(7))))
    address = Address(Platform.SLACK, "T1", "C1")
    return Channel(ChannelId(1), address, "flask", ChannelState.ACTIVE, settings)


def a_round(question: Question) -> Round:
    closes_at = NOW + timedelta(days=1)
    id_ = QuestionId(question.id)
    return Round(RoundId(999_999_999), ChannelId(1), id_, date(2026, 11, 23), closes_at, NOW)


def a_view(question: Question) -> RoundView:
    points = len(question.key_points)
    tally = Tally(1_000, 400, 300, 200, ticks=(900, *[800] * (points - 2), 100))
    return RoundView(a_round(question), a_channel(), tally)


def a_situation(question: Question, words: str) -> Situation:
    id_ = QuestionId(question.id)
    attempt = Attempt(AttemptId(1), KEY, MemberId(1), id_, words=words, revealed_at=NOW)
    return Situation(MemberId(1), id_, attempt, a_round(question), a_channel())


def strings_in(value: Any) -> Iterator[str]:
    """Every text of a payload that is shown, whatever it is nested in."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and key in SHOWN:
                yield inner
            yield from strings_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings_in(inner)


def letters(text: str) -> str:
    """Only what no platform escapes or puts elsewhere."""
    return re.sub(r"[^0-9a-z]+", "", text.casefold())


def texts_of(answer: Card | Form) -> Iterator[str]:
    """Everything the deck says in *answer*; a member's own words may be cut."""
    for block in answer.blocks:
        match block:
            case Heading(text) | Paragraph(text):
                yield plain(text)
            case CodeBlock(code, _):
                yield code
            case Numbered(items):
                yield from map(plain, items)
    if isinstance(answer, Form):
        for each in answer.inputs:
            yield from (option.label for option in getattr(each, "options", ()))


def missing_in(payload: Any, answer: Card | Form) -> list[str]:
    shown = "".join(map(letters, strings_in(payload)))
    return [text for text in texts_of(answer) if letters(text) not in shown]


def everywhere(question: Question) -> Iterator[tuple[str, Card | Form]]:
    yield "daily", rounds.daily(a_view(question), question, NOW)
    yield "form", attempts.try_first(a_situation(question, ""), question)
    yield "practice", attempts.practice(a_situation(question, ""), question, "due today")
    yield "reveal", attempts.reveal(a_situation(question, ""), question)
    yield "reveal with words", attempts.reveal(a_situation(question, LONGEST_WORDS), question)
    yield "answer", rounds.closed(a_view(question), question)


def discord_faults(name: str, answer: Card | Form) -> Iterator[str]:
    if name == "form":
        assert isinstance(answer, Form)
        payload: Any = render_modal(answer)
        texts = [c["content"] for c in payload["components"] if "content" in c]
    else:
        payload = render_for_discord(answer).components
        parts = payload[0]["components"]
        texts = [part["content"] for part in parts if "content" in part]
        count = 1 + sum(1 + len(part.get("components", ())) for part in parts)
        if count > DISCORD_COMPONENTS_MAX:
            yield f"{count} components"
    if (size := sum(map(len, texts))) > DISCORD_TEXT_MAX:
        yield f"{size} characters"
    yield from (f"cut: {text[:60]}" for text in missing_in(payload, answer))


def slack_faults(answer: Card | Form) -> Iterator[str]:
    if isinstance(answer, Form):
        payload: Any = render_form(answer, Place())
        blocks = payload["blocks"]
    else:
        blocks = payload = render_message(answer).blocks
        if len(blocks) > SLACK_BLOCKS_MAX:
            yield f"{len(blocks)} blocks"
    if len(str(payload)) > SLACK_VIEW_MAX:
        yield "larger than a view may be"
    for text in strings_in(blocks):
        if len(text) > SLACK_TEXT_MAX:
            yield f"{len(text)} characters in one text"
    yield from (f"cut: {text[:60]}" for text in missing_in(payload, answer))


def faults_of(question: Question) -> list[str]:
    return [
        f"{question.id}, {name}, {platform}: {fault}"
        for name, answer in everywhere(question)
        for platform, faults in (
            ("discord", discord_faults(name, answer)),
            ("slack", slack_faults(answer)),
        )
        for fault in faults
    ]


def test_every_question_fits_both_platforms_with_nothing_cut(deck: Deck):
    assert [fault for question in deck for fault in faults_of(question)] == []


def test_long_words_of_a_member_are_cut_before_anything_of_the_deck(deck: Deck):
    longest = max(deck, key=lambda question: len(str(question.answer) + str(question.example)))

    reveal = attempts.reveal(a_situation(longest, LONGEST_WORDS), longest)
    payload = render_for_discord(reveal).components

    assert any(isinstance(block, Quote) for block in reveal.blocks)
    assert letters(LONGEST_WORDS) not in "".join(map(letters, strings_in(payload)))
    assert missing_in(payload, reveal) == []


def test_the_largest_question_the_schema_allows_fits_without_a_members_words():
    largest = a_question(
        "x" * 40,
        topic="T" * 24,
        prompt="word " * 49 + "end?",
        code=["c" * 88] * 10,
        key_points=[f"{i} " + "point " * 11 + "points" for i in "abcdef"],
        answer=["word " * 139 + "end", "word " * 138 + "end"],
        example={"language": "python", "code": ["x = " + "y" * 75] * 14, "prints": ["z" * 78]},
        docs=[f"https://flask.palletsprojects.com/{'d' * 86}{i}" for i in range(3)],
    )

    faults = [fault for fault in faults_of(largest) if "with words" not in fault]

    assert faults == []
