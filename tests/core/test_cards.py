"""What the bot says: no leak before the reveal, no names with a miss, limits kept."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.core import choosing
from bot.core.cards import (
    attempts,
    boards,
    channel,
    digest,
    doctor,
    hello,
    known,
    people,
    refusals,
    rounds,
)
from bot.core.commands import WORDS
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
from bot.core.memory import Memory
from bot.core.models import (
    Address,
    Attempt,
    AttemptId,
    AttemptKey,
    Channel,
    ChannelId,
    ChannelState,
    Confidence,
    Delivery,
    DeliveryId,
    DeliveryState,
    Kind,
    MemberId,
    Platform,
    QuestionId,
    Round,
    RoundId,
    Tally,
)
from bot.core.parts import (
    Action,
    Button,
    Buttons,
    Card,
    Choice,
    Form,
    Mention,
    Numbered,
    Table,
    Ticks,
    Verb,
    plain,
)
from bot.core.points import Streak
from bot.core.views import (
    Board,
    Graded,
    Profile,
    QuestionRecord,
    RoundView,
    Situation,
    TeamRecord,
    Week,
)
from tests.decks import a_deck, a_question

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
QUESTION = a_question(
    "g-of-a-request",
    key_points=["Fresh for each request", "Tied to the app context", "Empty at first"],
    answer=["The secret answer begins here.", "And it goes on with `g`."],
    example={"language": "python", "code": ["print('proof')"], "prints": ["proof of it"]},
)
CHANNEL = Channel(
    ChannelId(1),
    Address(Platform.WEB, "w", "c"),
    "#flask",
    ChannelState.ACTIVE,
    choosing.default_settings(ZoneInfo("Europe/Berlin")),
    next_daily_at=datetime(2026, 11, 24, 8, tzinfo=UTC),
)
ROUND = Round(
    RoundId(12),
    ChannelId(1),
    QuestionId(QUESTION.id),
    date(2026, 11, 23),
    datetime(2026, 11, 24, 8, tzinfo=UTC),
    posted_at=NOW,
)


def texts(value: Any) -> Iterator[str]:
    """Every text of a card or form, hidden ones included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list | frozenset):
        for item in value:
            yield from texts(item)
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts(getattr(value, each.name))


def said(value: Any) -> str:
    return "\n".join(texts(value))


def buttons(card: Card) -> list[Button]:
    return [button for block in card if isinstance(block, Buttons) for button in block.buttons]


def a_situation(**changes: Any) -> Situation:
    attempt = Attempt(
        AttemptId(5), AttemptKey(round_id=ROUND.id), MemberId(7), QuestionId(QUESTION.id), **changes
    )
    return Situation(MemberId(7), QuestionId(QUESTION.id), attempt, ROUND, CHANNEL)


def a_view(tally: Tally = Tally(), **changes: Any) -> RoundView:  # noqa: B008  # a value
    return RoundView(replace(ROUND, **changes), CHANNEL, tally)


SECRETS = ["secret answer", "goes on with", "print('proof')", "proof of it", *QUESTION.key_points]


@pytest.mark.parametrize(
    "shown",
    [
        rounds.daily(a_view(Tally(7, 4, 2, 1)), QUESTION, NOW),
        rounds.daily(a_view(closed_at=NOW), QUESTION, NOW),
        attempts.try_first(a_situation(words="my try"), QUESTION),
        attempts.practice(a_situation(), QUESTION, "due"),
        attempts.look_first(a_situation(words="x")),
        people.home(
            Profile(False, (), {}, CHANNEL, None, open_rounds=(a_situation(),)),
            a_deck(QUESTION),
            NOW,
        ),
        refusals.refusal(NotRevealedError(AttemptKey(round_id=RoundId(12)))),
        refusals.refusal(RoundClosedError(QUESTION.id)),
    ],
)
def test_nothing_before_the_reveal_holds_a_word_of_the_answer(shown):
    assert not [secret for secret in SECRETS if secret in said(shown)]


def test_not_even_the_notification_of_the_closed_round_gives_it_away():
    assert not [secret for secret in SECRETS if secret in rounds.closed(a_view(), QUESTION).summary]


def test_a_card_counts_who_tried_and_never_who_missed():
    card = said(rounds.daily(a_view(Tally(7, 4, 2, 1)), QUESTION, NOW))

    assert "7 tried, 4 got it" in card
    assert "miss" not in card.lower()


@pytest.mark.parametrize("tally", [Tally(1, 0, 0, 1), Tally(2, 1, 0, 1)])
def test_a_card_of_one_or_two_counts_them_and_nothing_more(tally):
    card = said(rounds.daily(a_view(tally), QUESTION, NOW))

    assert f"{tally.tried} tried" in card
    assert "got it" not in card


def test_an_open_card_says_until_when_in_the_channels_time_and_a_closed_one_has_no_button():
    open_card = rounds.daily(a_view(), QUESTION, NOW)
    closed_card = rounds.daily(a_view(Tally(1, 1, 0, 0), closed_at=NOW), QUESTION, NOW)

    assert "open until tomorrow 09:00" in said(open_card)
    assert [button.label for button in buttons(open_card)] == ["Answer"]
    assert not buttons(closed_card)


def test_the_reveal_shows_words_answer_example_points_and_grades():
    form = attempts.reveal(a_situation(words="it is new each time", revealed_at=NOW), QUESTION)

    assert all(secret in said(form) for secret in [*SECRETS[2:], "it is new each time"])
    assert form.action == Action(Verb.GRADE, "r12")
    ticks = next(each for each in form.inputs if isinstance(each, Ticks))
    assert [option.label for option in ticks.options] == list(QUESTION.key_points)


@pytest.mark.parametrize(
    ("grade", "ticked", "chosen"),
    [
        (None, set(), ""),
        (Grade.PARTLY, {0}, ""),
        (Grade.MISSED, {0}, Grade.MISSED),
        (Grade.MISSED, set(), Grade.MISSED),
    ],
)
def test_a_grade_that_the_ticks_gave_is_left_to_them_again(
    grade: Grade | None, ticked: set[int], chosen: str
):
    situation = a_situation(grade=grade, ticked=frozenset(ticked), revealed_at=NOW)

    form = attempts.reveal(situation, QUESTION)

    assert next(each for each in form.inputs if isinstance(each, Choice)).chosen == chosen


def a_graded(grade: Grade, ticked: set[int], **changes: Any) -> Graded:
    situation = a_situation(
        grade=grade, points=10, ticked=frozenset(ticked), revealed_at=NOW, graded_at=NOW
    )
    standing = Standing(3, 7, "Ada", 10, 1)
    due_at = datetime(2026, 11, 28, 9, tzinfo=UTC)
    return replace(
        Graded(situation, due_at, Streak(6, 6, 0, ROUND.local_on), standing, 8), **changes
    )


def test_a_result_says_points_standing_return_and_what_to_look_at_again():
    card = attempts.result(a_graded(Grade.PARTLY, {0, 1}), QUESTION, NOW)

    assert "Partly, 10 points." in said(card)
    assert "You had 2 of 3." in said(card)
    assert [
        plain(item) for block in card if isinstance(block, Numbered) for item in block.items
    ] == ["Empty at first"]
    assert "6 days in a row · 3rd of 8 this week · comes back to you on Saturday" in said(card)
    assert "Change my grade" in [button.label for button in buttons(card)]


@pytest.mark.parametrize(
    ("grade", "ticked"), [(Grade.MISSED, {0, 1, 2}), (Grade.MISSED, {0}), (Grade.PARTLY, {0, 1, 2})]
)
def test_a_result_does_not_count_ticks_that_contradict_the_grade(grade, ticked):
    assert "You had" not in said(attempts.result(a_graded(grade, ticked), QUESTION, NOW))


def test_what_is_no_grade_says_how_to_give_one_first_or_again():
    assert "give or change" in said(attempts.not_a_grade())


def test_a_grade_of_a_closed_round_cannot_be_changed():
    graded = a_graded(Grade.GOT_IT, {0, 1, 2})
    closed = replace(
        graded, situation=replace(graded.situation, round=replace(ROUND, closed_at=NOW))
    )

    assert "Change my grade" not in [
        button.label for button in buttons(attempts.result(closed, QUESTION, NOW))
    ]


def test_the_spread_names_nobody_and_the_point_missed_most():
    words = rounds.spread(Tally(9, 4, 2, 2, ticks=(6, 5, 1)), QUESTION)

    assert (
        words
        == "9 tried: 4 got it, 2 partly, 2 missed it, 1 did not grade. Missed most: Empty at first."
    )


@pytest.mark.parametrize(
    ("ticks", "missed"),
    [((6, 5), "Empty at first"), ((6, 6), "Empty at first"), ((6, 6, 6), ""), ((), "")],
)
def test_a_point_that_nobody_had_is_missed_most(ticks, missed):
    words = rounds.spread(Tally(9, 4, 2, 3, ticks=ticks), QUESTION)

    assert ("Missed most" in words) is bool(missed)
    assert missed in words


def test_a_point_that_has_left_the_deck_is_not_missed():
    assert "Missed most" not in rounds.spread(Tally(4, 4, 0, 0, ticks=(4, 4, 4, 1)), QUESTION)


@pytest.mark.parametrize(
    "tally",
    [Tally(1, 0, 0, 1), Tally(2, 1, 0, 1), Tally(2, 2, 0, 0), Tally(3, 0, 0, 1), Tally(9, 1, 1, 0)],
)
def test_the_spread_of_one_or_two_says_nothing_about_how_they_did(tally):
    words = rounds.spread(tally, QUESTION)

    assert words.startswith(f"{tally.tried} tried: too few")
    assert "missed" not in words
    assert "got it" not in words


def test_the_card_of_a_round_nobody_tried_says_so_once_it_has_closed():
    card = rounds.daily(a_view(closed_at=NOW), QUESTION, NOW)

    assert "Nobody tried · closed, the answer is posted below" in said(card)


def test_a_round_nobody_tried_says_so_kindly():
    assert rounds.spread(Tally(), QUESTION) == "Nobody tried this one. It will come round again."


# --- boards


def standings(count: int) -> tuple[Standing, ...]:
    return tuple(Standing(i + 1, i, f"Member {i}", 100 - i, 3) for i in range(count))


def test_an_empty_leaderboard_invites():
    card = boards.leaderboard(Board("2026-W47"), shareable=True)

    assert "Nobody has points here yet" in said(card)
    assert "Share in the channel" not in said(card)


def test_a_leaderboard_marks_the_readers_own_line_and_offers_to_share():
    own = Standing(2, 1, "Member 1", 99, 3)
    card = boards.leaderboard(Board("2026-W47", standings(3), own, 3), shareable=True)

    table = next(block for block in card if isinstance(block, Table))
    assert table.own == 1
    assert "You are 2nd of 3" in said(card)
    assert "Share in the channel" in [button.label for button in buttons(card)]


def test_a_reader_below_the_top_learns_their_own_standing():
    own = Standing(14, 99, "Me", 5, 1)

    assert "You are 14th of 20 with 5 points" in said(
        boards.leaderboard(Board("all", standings(10), own, 20), shareable=False)
    )


def a_week(**changes: Any) -> Week:
    week = Week(
        period="2026-W47",
        standings=(
            Standing(1, 1, "Ada", 140, 5),
            Standing(2, 2, "Bob", 120, 5),
            Standing(2, 3, "Cy", 120, 4),
        ),
        before={MemberId(1): 3, MemberId(2): 1},
        newcomers=frozenset({MemberId(3)}),
        streaks={
            MemberId(1): Streak(12, 12, 1, ROUND.local_on),
            MemberId(2): Streak(2, 2, 0, ROUND.local_on),
        },
        players=8,
        posted_days=5,
        records=(QuestionRecord(QuestionId(QUESTION.id), 8, Tally(8, 3, 1, 4)),),
    )
    return replace(week, **changes)


def test_the_digest_shows_ties_movement_newcomer_streaks_and_what_needs_work():
    card = digest.digest(a_week(), CHANNEL, a_deck(QUESTION), b"png", NOW)

    table = next(block for block in card if isinstance(block, Table))
    assert table.rows == (
        ("1", "Ada", "140", "▲2", "12 days in a row"),
        ("2", "Bob", "120", "▼1", ""),
        ("2", "Cy", "120", "new", ""),
    )
    assert "Best newcomer: \nCy, 2nd" in said(card)
    assert "Contexts (3 of 8 got it)" in said(card)
    assert "8 played on 5 days · next question tomorrow 09:00" in said(card)


def test_who_was_away_last_week_is_back_and_not_new():
    week = a_week(newcomers=frozenset())

    table = next(
        block
        for block in digest.digest(week, CHANNEL, a_deck(QUESTION), None, NOW)
        if isinstance(block, Table)
    )

    assert [row[3] for row in table.rows] == ["▲2", "▼1", "back"]


def test_the_digests_alt_text_says_what_the_picture_shows():
    assert (
        digest.alt(a_week())
        == "Bar chart of the leaderboard, week 47: 1st Ada 140 points, 2nd Bob 120 points, 2nd Cy 120 points."
    )


def test_a_week_and_a_board_without_points_name_nobody():
    week = a_week(standings=(), before={}, newcomers=frozenset(), streaks={})

    for card in (
        digest.digest(week, CHANNEL, a_deck(QUESTION), None, NOW),
        boards.shared(Board("2026-W47", players=8)),
    ):
        assert card.summary == "Leaderboard, week 47: nobody has points yet"
        assert "Nobody has points yet." in said(card)
        assert "8 played" in said(card)


def test_a_first_week_has_no_best_newcomer():
    first = a_week(newcomers=frozenset({MemberId(1), MemberId(2), MemberId(3)}))

    assert "newcomer" not in said(digest.digest(first, CHANNEL, a_deck(QUESTION), None, NOW))


def test_the_team_page_hides_groups_under_three():
    record = QuestionRecord(QuestionId(QUESTION.id), 2, Tally(2, 0, 0, 2))

    card = known.team(TeamRecord(2, 1, (record,), {}), a_deck(QUESTION), NOW)

    assert "Contexts" not in said(card)
    assert "nothing to show yet" in said(card)


def test_the_team_page_shows_topics_and_what_fades():
    record = QuestionRecord(QuestionId(QUESTION.id), 3, Tally(3, 1, 1, 1))
    faded = Memory(2, 2.0, 5.0, NOW - timedelta(days=1), NOW - timedelta(days=4))

    card = known.team(
        TeamRecord(3, 1, (record,), {QuestionId(QUESTION.id): faded}), a_deck(QUESTION), NOW
    )

    assert "50%" in said(card)
    assert "Fading" in said(card)


def test_me_shows_how_well_a_member_judges_themselves():
    grades = tuple(
        (QuestionId(QUESTION.id), Grade.GOT_IT if i else Grade.MISSED, Confidence.SURE)
        for i in range(5)
    )
    profile = Profile(
        True,
        grades,
        {},
        CHANNEL,
        Streak(3, 9, 1, ROUND.local_on),
        points=120,
        standing=Standing(2, 7, "Me", 20, 2),
        players=5,
    )

    card = said(known.me(profile, a_deck(QUESTION), NOW))

    assert "got it 4 of 5 times" in card
    assert "120, 2nd of 5 this week" in card
    assert "3 days in a row (best: 9), 1 freeze saved" in card
    assert "Your name is hidden" in card


def test_me_says_that_a_name_is_hidden_to_somebody_new_too():
    profile = Profile(True, (), {}, None, None)

    assert "hidden" in said(known.me(profile, a_deck(QUESTION), NOW))


def test_me_is_kind_to_somebody_new():
    assert "good beginning" in said(
        known.me(Profile(False, (), {}, None, None), a_deck(QUESTION), NOW)
    )


# --- channel and refusals


def a_delivery(state: DeliveryState, **changes: Any) -> Delivery:
    return replace(
        Delivery(DeliveryId(1), Kind.DAILY, CHANNEL, date(2026, 11, 20), state), **changes
    )


def test_the_doctor_counts_no_second_try_while_the_first_is_under_way():
    _, words = doctor.delivery_words(a_delivery(DeliveryState.SENDING, tries=1), NOW)

    assert words == "on its way"
    _, words = doctor.delivery_words(a_delivery(DeliveryState.PENDING, tries=2, error="503"), NOW)
    assert words == "on its way after 2 tries: 503"


def test_the_doctor_says_what_failed_and_why():
    failing = replace(
        CHANNEL, failing_since=NOW - timedelta(days=1), failing_reason="the bot was removed"
    )
    deliveries = [
        a_delivery(DeliveryState.SENT, sent_at=NOW, tries=2),
        a_delivery(DeliveryState.FAILED, tries=1, error="channel_not_found"),
        a_delivery(DeliveryState.FAILED, error="the bot left the channel"),
        a_delivery(DeliveryState.SKIPPED),
        a_delivery(DeliveryState.PENDING, tries=1, error="503"),
    ]

    card = said(
        doctor.doctor(
            failing,
            a_deck(QUESTION),
            deliveries,
            ["cannot add reactions"],
            timedelta(seconds=9),
            NOW,
        )
    )

    assert "3 things to look at." in card
    assert "Posting has failed since yesterday 10:00: the bot was removed" in card
    assert "sent today 10:00 at try 2" in card
    assert "failed after 1 try: channel_not_found" in card
    assert "failed: the bot left the channel" in card
    assert "skipped" in card
    assert "9 s away" in card
    assert "Next question tomorrow 09:00, in 23 hours." in card


def test_a_hello_is_of_no_day():
    greeted = a_delivery(
        DeliveryState.SENT, kind=Kind.HELLO, local_on=date(1970, 1, 1), sent_at=NOW
    )

    assert doctor.delivery_words(greeted, NOW) == ("hello", "sent today 10:00")
    assert doctor.delivery_words(a_delivery(DeliveryState.SKIPPED), NOW)[0] == "20 Nov question"


def test_the_help_names_every_command_as_it_can_be_typed_on_every_face():
    """In Discord a command with others below it cannot be sent by itself."""
    named = [word for command, _ in people.HELP for word in command.split("[")[0].split()[1:]]
    opening = said(hello.hello(a_deck(QUESTION)))

    assert {word.strip(",") for word in named} == WORDS.keys() - {"help"}
    assert "/flaskquiz start" in opening
    assert "/flaskquiz settings" in opening


def test_a_hello_where_the_quiz_is_set_up_says_when_it_asks():
    opening = said(hello.greeting(CHANNEL, a_deck(QUESTION)))

    assert CHANNEL.state is ChannelState.ACTIVE
    assert "I know 1 question and ask one Monday to Friday at 09:00 (Europe/Berlin)." in opening
    assert "An admin picks" not in opening


def test_a_healthy_channel_is_told_so():
    card = doctor.doctor(CHANNEL, a_deck(QUESTION), [], [], timedelta(0), NOW)

    assert card.summary == "Doctor: All is well."


REFUSALS = [
    StaleKeyError("r1"),
    RoundClosedError("q"),
    RoundClosedError("q", "my words"),
    NotRevealedError(AttemptKey(round_id=RoundId(1))),
    NotAdminError("change the settings"),
    NoChannelError(),
    NotSetUpError(),
    NotInChannelError(),
    NothingToAskError(),
    AlreadyPostedError(date(2026, 11, 23)),
    NotPostedError(date(2026, 11, 23)),
    AlreadySharedError(),
    NoQuestionError(),
    NoQuestionError("quantum", ("Contexts", "Routing")),
    FormError({"time": "Give a time such as 09:30 or 16:00."}),
]


def test_the_doctor_finds_a_channel_silent_whose_topics_the_deck_has_lost():
    silent = replace(CHANNEL, settings=replace(CHANNEL.settings, topics=frozenset({"lost"})))

    card = doctor.doctor(silent, a_deck(QUESTION), [], [], timedelta(0), NOW)

    assert card.summary == "Doctor: 1 thing to look at."
    assert "No question has the levels and topics of this channel." in said(card)


@pytest.mark.parametrize(
    ("state", "verdict", "verbs"),
    [
        (ChannelState.NEW, "Nothing will be posted.", [Verb.SETTINGS]),
        (ChannelState.ACTIVE, "All is well.", [Verb.SETTINGS]),
        (ChannelState.PAUSED, "Nothing will be posted.", [Verb.RESUME]),
        (ChannelState.GONE, "Nothing will be posted.", []),
    ],
)
def test_the_doctor_calls_nothing_well_that_is_still_and_shows_the_way_on(state, verdict, verbs):
    card = doctor.doctor(replace(CHANNEL, state=state), a_deck(QUESTION), [], [], timedelta(0), NOW)

    assert card.summary == f"Doctor: {verdict}"
    assert [button.action.verb for button in buttons(card)] == verbs


@pytest.mark.parametrize("error", REFUSALS)
def test_every_refusal_is_one_friendly_sentence_or_two(error):
    card = refusals.refusal(error)

    assert card.summary[0].isupper()
    assert card.summary.endswith((".", "?"))
    assert type(error).__name__ not in said(card)


def test_words_that_came_too_late_are_shown_once_more():
    assert "You wrote\nmy words" in said(refusals.refusal(RoundClosedError("q", "my words")))


def test_no_refusal_is_left_without_words_of_its_own():
    default = refusals.refusal(QuizError("new"))

    told = [refusals.refusal(error) for error in REFUSALS]

    assert default not in told
    assert {type(error) for error in REFUSALS} == set(QuizError.__subclasses__())


# --- limits that every face relies on

ALL = [
    attempts.try_first(a_situation(), QUESTION),
    attempts.reveal(a_situation(words="w" * 2000), QUESTION),
    channel.settings_form(CHANNEL.settings, a_deck(QUESTION), "#flask"),
    rounds.daily(a_view(), QUESTION, NOW),
    attempts.result(a_graded(Grade.GOT_IT, {0}), QUESTION, NOW),
    boards.leaderboard(Board("2026-W47", standings(10), None, 10), shareable=True),
    digest.digest(a_week(), CHANNEL, a_deck(QUESTION), None, NOW),
    people.help_card("x", "me"),
    people.only_commands("me"),
    people.hidden(),
    people.shown(),
    people.forget(),
    people.forgotten(),
    people.exported(b"{}"),
    hello.hello(a_deck(QUESTION)),
    channel.settings_saved(CHANNEL, a_deck(QUESTION), NOW),
    channel.paused(),
    channel.resumed(CHANNEL, NOW),
    channel.posting(),
    channel.sharing(),
    doctor.notice(a_delivery(DeliveryState.FAILED, detail="Invite the bot again.")),
]


@pytest.mark.parametrize("shown", ALL)
def test_forms_and_buttons_keep_to_what_both_platforms_take(shown):
    if isinstance(shown, Form):
        assert len(shown.title) <= 24
        assert len(shown.submit) <= 24
        assert len({each.name for each in shown.inputs}) == len(shown.inputs)
        assert all(len(each.label) <= 45 for each in shown.inputs)
        assert all(len(getattr(each, "hint", "")) <= 100 for each in shown.inputs)
        return
    rows = [block for block in shown if isinstance(block, Buttons)]
    assert all(1 <= len(row.buttons) <= 5 for row in rows)
    assert all(
        len(button.label) <= 40 and len(str(button.action)) <= 100 for button in buttons(shown)
    )
    assert len({str(button.action) for button in buttons(shown)}) == len(buttons(shown))
    assert shown.summary
    assert all(button.action == Action.parse(str(button.action)) for button in buttons(shown))


def test_no_card_pings_anybody():
    assert not [shown for shown in ALL if any(isinstance(span, Mention) for span in _spans(shown))]


def _spans(value: Any) -> Iterator[Any]:
    if isinstance(value, Mention):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _spans(item)
    elif is_dataclass(value):
        for each in fields(value):
            yield from _spans(getattr(value, each.name))
