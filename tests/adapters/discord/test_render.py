"""Whatever a card holds, Discord takes it; and every question of the deck fits whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.adapters.discord.fitting import TEXT_MAX, cost
from bot.adapters.discord.modals import render_modal
from bot.adapters.discord.render import Sheet, render
from bot.adapters.discord.texts import piece
from bot.core.calendar import Schedule
from bot.core.cards import attempts, rounds
from bot.core.cards import channel as desk
from bot.core.cards.refusals import apology, refusal, too_slow
from bot.core.deck import Question, load
from bot.core.errors import (
    AlreadyPostedError,
    AlreadySharedError,
    FormError,
    NoChannelError,
    NoQuestionError,
    NotAdminError,
    NotAQuestionError,
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
from bot.core.models import (
    Address,
    Attempt,
    AttemptId,
    AttemptKey,
    Channel,
    ChannelId,
    ChannelState,
    Confidence,
    MemberId,
    MessageRef,
    Platform,
    QuestionId,
    Round,
    RoundId,
    Settings,
    Tally,
)
from bot.core.parts import (
    Action,
    Button,
    Buttons,
    Card,
    Choice,
    Code,
    CodeBlock,
    Divider,
    Facts,
    File,
    Form,
    Heading,
    Link,
    Numbered,
    Option,
    Paragraph,
    Picks,
    Picture,
    Quiet,
    Quote,
    Strong,
    Style,
    Table,
    Ticks,
    Verb,
    Words,
)
from bot.core.points import Streak
from bot.core.views import Graded, RoundView, Situation
from tests.adapters.discord.reading import read
from tests.adapters.discord.test_markdown import NASTY
from tests.fakes.discord.body import Upload
from tests.fakes.discord.components import walk
from tests.fakes.discord.oracles import find_oracles
from tests.fakes.discord.rules.messages import Draft, check_message
from tests.fakes.discord.rules.modals import check_modal

ORACLES = find_oracles()
DECK = load(Path(__file__).parents[3] / "questions.json")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONG = "w" * 40 + " *_~|`<@1> 李🙂 \n# "
CODE = Code("x" * 90)


def assert_taken(sheet: Sheet, *, by_schema: bool = True) -> None:
    """Discord takes *sheet*: by the fake's rules, and by the official schema where it is found."""
    body = {"components": sheet.components, "flags": 1 << 15}
    files = [Upload(i, a.name, a.data, "") for i, a in enumerate(sheet.attachments)]
    check_message(Draft(body, files))
    if ORACLES is not None and by_schema:
        ORACLES.check_request("POST", "/channels/1/messages", body)


def assert_modal_taken(modal: dict[str, Any], *, by_schema: bool = True) -> None:
    check_modal(modal)
    body = {"type": 9, "data": modal}
    if ORACLES is not None and by_schema:
        ORACLES.check_request("POST", "/interactions/1/token/callback", body)


def shown(sheet: Sheet) -> str:
    return "\n".join(str(part["content"]) for part in walk(sheet.components, 10))


# --- the deck


SETTINGS = Settings(Schedule(time(9, 30), ZoneInfo("Europe/Berlin"), frozenset(range(5))))
CHANNEL = Channel(
    ChannelId(1),
    Address(Platform.DISCORD, "1", "2"),
    "#flask",
    ChannelState.ACTIVE,
    SETTINGS,
    next_daily_at=NOW + timedelta(hours=20),
)


def a_view(question: Question) -> RoundView:
    round_ = Round(
        RoundId(10**17),
        ChannelId(1),
        QuestionId(question.id),
        NOW.date(),
        NOW + timedelta(hours=20),
        posted_at=NOW,
        message=MessageRef("5"),
    )
    return RoundView(round_, CHANNEL, Tally(7, 4, 2, 1, (4, 3, 1)))


def a_situation(question: Question, words: str = "") -> Situation:
    view = a_view(question)
    key = AttemptKey(round_id=view.round.id)
    attempt = Attempt(
        AttemptId(1),
        key,
        MemberId(1),
        QuestionId(question.id),
        words,
        Confidence.SURE,
        NOW,
        frozenset({0, 1}),
        Grade.PARTLY,
        10,
        NOW,
    )
    return Situation(MemberId(1), QuestionId(question.id), attempt, view.round, CHANNEL)


def every(question: Question) -> list[Card | Form]:
    """Each message that shows a question."""
    situation, view = a_situation(question, "some words"), a_view(question)
    graded = Graded(
        situation,
        NOW + timedelta(days=4),
        Streak(6, 6, 1, NOW.date()),
        Standing(3, 1, "Ann", 120, 5),
        8,
    )
    return [
        rounds.daily(view, question, NOW),
        rounds.daily(view, question, NOW + timedelta(days=2)),
        attempts.practice(situation, question, "new to you"),
        attempts.reveal(situation, question),
        attempts.reveal(replace(situation, attempt=None), question),
        attempts.result(graded, question, NOW, again=True),
        rounds.closed(view, question),
    ]


@pytest.mark.parametrize("question", DECK.questions, ids=lambda question: question.id)
def test_every_question_fits_whole(question: Question):
    for card in every(question):
        sheet = render(card)

        assert_taken(sheet)
        assert shown(sheet).count("…") == str(card).count("…"), "cut short"
    assert_modal_taken(render_modal(attempts.try_first(a_situation(question), question)))


@pytest.mark.parametrize("question", DECK.questions, ids=lambda question: question.id)
def test_only_what_follows_the_reveal_shows_the_answer(question: Question):
    view, situation = a_view(question), a_situation(question)
    before = [
        shown(render(rounds.daily(view, question, NOW))),
        shown(render(attempts.practice(situation, question, ""))),
        str(render_modal(attempts.try_first(situation, question))),
    ]

    for words in before:
        assert question.answer[0] not in read(words)
        assert not any(point in words for point in question.key_points)


def test_long_words_give_way_to_the_answer():
    question = max(DECK, key=lambda q: len(shown(render(rounds.closed(a_view(q), q)))))
    sheet = render(attempts.reveal(a_situation(question, "*" * 2_000), question))

    assert_taken(sheet)
    words = read(shown(sheet))
    assert all(point in words for point in question.key_points)
    assert all(paragraph.replace("`", "") in words for paragraph in question.answer)
    assert "*" * 100 in words


REFUSALS: list[QuizError] = [
    StaleKeyError("fq:1:answer:r1"),
    NotAQuestionError("5"),
    RoundClosedError("a-question"),
    RoundClosedError("a-question", LONG * 30),
    NotRevealedError(AttemptKey(round_id=RoundId(7))),
    NotAdminError("change the settings"),
    NoChannelError(),
    NotSetUpError(),
    NotInChannelError(),
    NothingToAskError(),
    NoQuestionError("knitting", ("Routing", "Contexts")),
    AlreadyPostedError(NOW.date()),
    NotPostedError(NOW.date()),
    AlreadySharedError(),
    NoQuestionError(),
    FormError({"time": LONG, "zone": LONG * 30}),
    FormError({"confidence": "Say how sure you are."}),
    QuizError(),
]


def test_every_refusal_is_known_here():
    known = {QuizError, *QuizError.__subclasses__(), *StaleKeyError.__subclasses__()}

    assert {type(error) for error in REFUSALS} == known


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: type(error).__name__)
def test_every_refusal_can_be_told(error: QuizError):
    assert_taken(render(refusal(error)))


def test_what_is_told_on_our_side_of_a_fault_can_be_told():
    form = attempts.try_first(a_situation(DECK.questions[0]), DECK.questions[0])

    assert_taken(render(apology()))
    assert_taken(render(too_slow(form, Action(Verb.START))))


def test_the_settings_fit_a_modal_and_name_what_does_not():
    modal = render_modal(desk.settings_form(SETTINGS, DECK, "#flask"))

    assert_modal_taken(modal)
    names = [part["custom_id"] for part in walk(modal["components"]) if "custom_id" in part]
    assert names == ["time", "zone", "days", "levels", "topics"]
    assert modal["components"][-1]["description"].endswith("/flaskquiz settings: open, digest.")
    assert modal["components"][0]["description"].startswith("The quiz in #flask: one question")


# --- anything


def test_a_blank_line_parts_what_would_run_together():
    facts = Facts((("Question", ("Mondays",)), ("Levels", ("all",))))

    words = shown(render(Card("", (Heading(("Saved.",)), Paragraph(("Mind this.",)), facts))))

    assert words == "### Saved.\nMind this.\n\n**Question:** Mondays\n**Levels:** all"


def test_a_message_takes_ten_files_and_no_more():
    files = tuple(File(f"{n}.json", "application/json", b"{}") for n in range(6))
    pictures = tuple(Picture(f"{n}.png", "A chart", b"png") for n in range(6))
    sheet = render(Card("Files", (*files, *pictures)))

    assert_taken(sheet)
    assert len(sheet.attachments) == 10


BUTTON = st.builds(
    Button,
    NASTY.filter(lambda label: any(sign.isalnum() for sign in label)),
    st.sampled_from([Action(verb) for verb in Verb]),
    st.sampled_from(Style),
)
LINE = st.lists(
    st.one_of(
        NASTY,
        NASTY.map(Code),
        NASTY.map(Strong),
        NASTY.map(lambda text: Link(text, "https://example.org/")),
        st.just(LONG * 20),
        st.just(CODE),
    ),
    max_size=5,
).map(tuple)
BLOCK = st.one_of(
    LINE.map(Heading),
    LINE.map(Paragraph),
    LINE.map(Quiet),
    st.builds(
        CodeBlock, st.one_of(NASTY, st.just("x = 1\n" * 800)), st.sampled_from(["python", "text"])
    ),
    st.one_of(NASTY, st.just(LONG * 60)).map(Quote),
    st.lists(LINE, max_size=12).map(tuple).map(Numbered),
    st.lists(st.tuples(NASTY, LINE), max_size=12).map(tuple).map(Facts),
    st.lists(st.tuples(NASTY, NASTY), max_size=15).map(
        lambda rows: Table(("Name", "Points"), tuple(rows), frozenset({1}), 0)
    ),
    st.just(Divider()),
    st.builds(Picture, st.just("a.png"), NASTY.map(lambda alt: f"alt {alt}"), st.just(b"png")),
    st.builds(File, st.just("b.json"), st.just("application/json"), st.just(b"{}")),
)


def test_a_name_from_right_to_left_does_not_change_places_with_the_points():
    table = Table(("", "Name", "Points"), (("1", "\u05d0\u05d1", "30"),))

    assert "1  \u05d0\u05d1\u200e    30" in piece(table).draw(1)


def unique(buttons: list[Button]) -> Buttons:
    return Buttons(tuple({str(button.action): button for button in buttons}.values()))


@settings(max_examples=60, deadline=None)
@given(st.lists(BLOCK, min_size=1, max_size=60), st.lists(BUTTON, max_size=7))
def test_no_card_is_too_much_for_discord(blocks: list[Any], buttons: list[Button]):
    card = Card(
        "",
        (
            Paragraph(("There is something to read.",)),
            *blocks,
            *((unique(buttons),) if buttons else ()),
        ),
    )
    sheet = render(card, mark=1_000_000_001)

    assert_taken(sheet, by_schema=False)
    assert cost(shown(sheet)) <= TEXT_MAX + 50


def options(most: int) -> st.SearchStrategy[tuple[Option, ...]]:
    return st.integers(1, most).map(
        lambda n: tuple(Option(f"v{i}", f"{LONG}{i}") for i in range(n))
    )


INPUT = st.one_of(
    st.builds(Words, st.just("w"), NASTY, NASTY, NASTY, NASTY, st.integers(1, 4)),
    st.builds(Choice, st.just("c"), NASTY, options(10), st.just("v0"), NASTY, none=NASTY),
    st.builds(Ticks, st.just("t"), NASTY, options(10), st.just(frozenset({"v0"})), NASTY),
    st.builds(Picks, st.just("p"), NASTY, options(100), st.just(frozenset({"v0"})), NASTY),
)


@settings(max_examples=60, deadline=None)
@example("", [CodeBlock("\ud800", "python")], [Words("words", "Words")])
@example("", [Heading(()), Heading(())], [Words("words", "Words")] * 5)
@example("", [], [Words("words", "Words", hint=" ")])
@given(NASTY, st.lists(BLOCK, max_size=6), st.lists(INPUT, min_size=1, max_size=9))
def test_no_form_is_too_much_for_discord(title: str, blocks: list[Any], inputs: list[Any]):
    named = tuple(replace(each, name=f"{each.name}{i}") for i, each in enumerate(inputs))

    assert_modal_taken(
        render_modal(Form(title, tuple(blocks), named, "Save", Action(Verb.SAVE_SETTINGS))),
        by_schema=False,
    )
