"""Every question of the deck, and every refusal, as Slack's own types and rules take them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.adapters.slack.render import Place, render_card, render_form, render_home, render_message
from bot.core.cards import attempts, people, refusals, rounds
from bot.core.deck import Question, load
from bot.core.errors import (
    AlreadyPostedError,
    AlreadySharedError,
    FormError,
    NoChannelError,
    NoQuestionError,
    NotAdminError,
    NothingToAskError,
    NotInChannelError,
    NotPostedError,
    NotRevealedError,
    NotSetUpError,
    QuizError,
    RoundClosedError,
    StaleKeyError,
)
from bot.core.grading import Grade
from bot.core.leaderboard import Standing
from bot.core.memory import Rating, review
from bot.core.models import (
    WORDS_MAX,
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
    Tally,
)
from bot.core.parts import Card
from bot.core.points import Streak
from bot.core.views import Graded, Profile, RoundView, Situation
from bot.settings import shipped_deck
from tests.adapters.slack.reading import read
from tests.adapters.slack.running import MONDAY
from tests.builders import some_settings
from tests.fakes.slack import oracle, validate
from tests.fakes.slack.block_rules import check_blocks
from tests.fakes.slack.problems import Problems

HERE = Place("C1", "#flask")
NOW = MONDAY
DECK = load(shipped_deck())
KEY = AttemptKey(round_id=RoundId(123_456_789))
CHANNEL = Channel(
    ChannelId(1),
    Address(Platform.SLACK, "T1", "C1"),
    "#flask",
    ChannelState.ACTIVE,
    some_settings(),
)
WORDS = "<!channel> *bold* `code` 👩‍👩‍👧‍👦 " * 60


def a_round(question: Question, closed_at: datetime | None = None) -> Round:
    return Round(
        RoundId(123_456_789), ChannelId(1), QuestionId(question.id), NOW.date(),
        closes_at=NOW + timedelta(days=1), closed_at=closed_at,
    )  # fmt: skip


def a_situation(question: Question) -> Situation:
    """A member who has written all that fits and had no point but the first."""
    attempt = Attempt(
        AttemptId(1), KEY, MemberId(1), QuestionId(question.id), WORDS[:WORDS_MAX],
        revealed_at=NOW, ticked=frozenset({0}), grade=Grade.PARTLY, points=15,
    )  # fmt: skip
    return Situation(MemberId(1), QuestionId(question.id), attempt, a_round(question), CHANNEL)


def payloads(question: Question):
    """All that is shown of a question, in the order in which it is."""
    situation = a_situation(question)
    tally = Tally(120, 60, 40, 20, tuple(range(len(question.key_points), 0, -1)))
    graded = Graded(situation, NOW + timedelta(days=40))
    for closed_at in (None, NOW):
        view = RoundView(a_round(question, closed_at), CHANNEL, tally)
        yield "card", message(rounds.daily(view, question, NOW))
    yield "form", render_form(attempts.try_first(situation, question), HERE)
    yield "practice", message(attempts.practice(situation, question, "new to you"))
    yield "reveal", render_form(attempts.reveal(situation, question), HERE)
    yield "result", render_card(attempts.result(graded, question, NOW, again=True), HERE)
    yield (
        "answer",
        message(rounds.closed(RoundView(a_round(question, NOW), CHANNEL, tally), question)),
    )
    yield "shown", render_card(attempts.practice(situation, question, "due"), HERE)
    for attempt in (situation.attempt, None):
        opened = replace(situation, attempt=attempt)
        yield "home", render_home(people.home(a_profile(question, opened), DECK, NOW))


def a_profile(question: Question, *opened: Situation) -> Profile:
    """A member with a past, whose open rounds are these."""
    grades = tuple((QuestionId(q.id), Grade.MISSED, None) for q in DECK.questions[:6])
    return Profile(
        hidden=False, grades=grades, memories={QuestionId(question.id): review(None, Rating.Again, NOW)},
        channel=CHANNEL, streak=Streak(3, 5, 1, NOW.date()), points=1_150,
        standing=Standing(2, MemberId(1), "bob", 40, 3), players=12, open_rounds=opened,
    )  # fmt: skip


def message(card: Card):
    rendered = render_message(card)
    return {"text": rendered.text, "blocks": rendered.blocks}


@pytest.mark.skipif(not oracle.found(), reason="the Slack oracle is not here (see ORACLES)")
@pytest.mark.parametrize("part", range(4))
def test_every_question_is_what_slacks_own_types_say(part: int):
    for question in DECK.questions[part::4]:
        for name, payload in payloads(question):
            kind = payload.get("type", "message").capitalize()
            found = [o for o in oracle.opinion(kind, payload) if not o.startswith(oracle.ADVICE)]
            assert found == [], (question.id, name)


def test_every_question_keeps_slacks_rules_and_is_cut_nowhere():
    for question in DECK.questions:
        for name, payload in payloads(question):
            found = Problems()
            surface = payload.get("type", "message")
            check_blocks(found, payload["blocks"], "/blocks", surface=surface)
            assert found == [], (question.id, name)
            shown = read(payload["blocks"])
            if name in ("reveal", "answer"):
                for point in question.key_points:
                    assert point in shown
                assert "\n".join(question.example.code) in shown
                for paragraph in question.answer:
                    assert paragraph.replace("`", "") in shown
            if name in ("card", "form", "practice", "shown", "home"):
                assert question.prompt.replace("`", "") in shown
                assert question.answer[0].replace("`", "") not in shown
            if "text" in payload:
                assert payload["text"].strip()
                assert question.answer[0][:30] not in payload["text"]


REFUSALS: list[QuizError] = [
    StaleKeyError("x"), RoundClosedError("x", "w" * WORDS_MAX), NotRevealedError(KEY),
    NotAdminError("pause it"),
    NoChannelError(), NotSetUpError(), NotInChannelError(), NothingToAskError(),
    AlreadyPostedError(NOW.date()), NotPostedError(NOW.date()), AlreadySharedError(),
    NoQuestionError("quantum", ("Routing",)), FormError({"time": "Give a time such as 09:30."}),
    QuizError(),
]  # fmt: skip


@pytest.mark.skipif(not oracle.found(), reason="the Slack oracle is not here (see ORACLES)")
def test_every_refusal_is_what_slacks_own_types_say():
    for card in (*map(refusals.refusal, REFUSALS), refusals.apology()):
        shown = message(card), render_card(card, HERE), render_home(card)
        for kind, payload in zip(("Message", "Modal", "Home"), shown, strict=True):
            assert [
                o for o in oracle.opinion(kind, payload) if not o.startswith(oracle.ADVICE)
            ] == []


def test_every_refusal_is_taken_as_a_message_a_modal_and_a_home():
    assert {type(error) for error in REFUSALS} == {QuizError, *QuizError.__subclasses__()}
    for card in (*map(refusals.refusal, REFUSALS), refusals.apology()):
        rendered = render_message(card)
        assert validate.message_problems(rendered.text, rendered.blocks) == []
        assert validate.view_problems(render_card(card, HERE)) == []
        assert validate.view_problems(render_home(card)) == []
