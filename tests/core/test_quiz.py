"""The use cases over a real store: what members, teams and admins meet."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from bot.core import duties
from bot.core.cards.refusals import refusal
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
    RoundClosedError,
    StaleKeyError,
)
from bot.core.models import (
    AttemptKey,
    Caller,
    ChannelState,
    DeliveryState,
    Kind,
    MessageRef,
    RoundId,
)
from bot.core.parts import Action, Card, File, Form, Table, Ticks, Verb, Words
from bot.core.picking import Picker
from bot.core.quiz import Quiz
from bot.store.store import Store
from tests.builders import ALL_PLATFORMS, DAY, HOUR, MINUTE, NOON, a_caller, deliver_all
from tests.core.test_cards import buttons, said
from tests.decks import a_deck

ANN = a_caller("U1")
BEN = a_caller("U2", is_admin=False)
CYD = a_caller("U3", is_admin=False, channel="C2")
STRANGER = a_caller("U1", workspace="T2", is_admin=False)
DECK = a_deck()
SURE = {"words": "it is empty at first", "confidence": "sure"}


class World:
    """A quiz over one store, with a clock that a test moves."""

    def __init__(self, store: Store) -> None:
        self.now = NOON
        self.woken = 0
        self.store = store
        self.quiz = Quiz(DECK, store, lambda: self.now, {}, self.wake)

    def wake(self) -> None:
        self.woken += 1

    async def tick(self) -> None:
        """What the scheduler does, without a network."""
        picker = Picker(DECK)
        await self.store.claim_answers(ALL_PLATFORMS, self.now, duties.channel_memory)
        await self.store.claim_dailies(
            ALL_PLATFORMS, self.now, duties.daily_plan, picker.for_channel
        )
        await self.store.claim_digests(ALL_PLATFORMS, self.now, duties.digest_plan)
        await deliver_all(self.store, self.now)

    async def ask(self, caller: Caller = ANN) -> AttemptKey:
        """Set the channel up and post a question now."""
        await self.quiz.command(caller, "settings time 12:00 zone UTC days daily")
        await self.quiz.command(caller, "now")
        await self.tick()
        situation = await self.store.open_round(caller, self.now)
        assert situation is not None and situation.round is not None
        return AttemptKey(round_id=situation.round.id)

    async def press(self, caller: Caller, verb: Verb, value: object = "") -> Card | Form:
        return await self.quiz.press(caller, Action(verb, str(value)))

    async def reveal(self, caller: Caller, key: AttemptKey, **values: str) -> Card | Form:
        return await self.quiz.submit(caller, Action(Verb.REVEAL, str(key)), SURE | values)

    async def grade(self, caller: Caller, key: AttemptKey, *ticks: str, grade: str = "") -> Card:
        values = {"ticks": tuple(ticks), "grade": grade}
        card = await self.quiz.submit(caller, Action(Verb.GRADE, str(key)), values)
        assert isinstance(card, Card)
        return card


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def names(form: Card | Form) -> list[str]:
    assert isinstance(form, Form)
    return [each.name for each in form.inputs]


# --- a round


async def test_a_round_from_the_button_to_the_leaderboard(world):
    key = await world.ask()

    form = await world.press(BEN, Verb.ANSWER, key)
    assert names(form) == ["words", "confidence"]

    reveal = await world.reveal(BEN, key)
    assert names(reveal) == ["ticks", "grade"]
    assert "it is empty at first" in said(reveal)

    result = await world.grade(BEN, key, "0", "1")
    assert "Got it, " in said(result)
    assert "1 day in a row · 1st of 1 this week" in said(result)

    board = await world.quiz.command(BEN, "leaderboard")
    table = next(block for block in board if isinstance(block, Table))
    assert table.rows[0][1] == "Name of U2"


@pytest.mark.parametrize(
    ("ticks", "said_grade"),
    [((), "Missed it, 0 points"), (("0",), "Partly, "), (("0", "1"), "Got it, ")],
)
async def test_a_grade_left_empty_is_decided_by_the_ticks(world, ticks, said_grade):
    key = await world.ask()
    await world.reveal(BEN, key)

    assert said_grade in said(await world.grade(BEN, key, *ticks))


async def test_a_grade_given_wins_over_the_ticks(world):
    key = await world.ask()
    await world.reveal(BEN, key)

    assert "Missed it" in said(await world.grade(BEN, key, "0", "1", grade="missed"))


async def test_ticks_sent_one_by_one_are_kept_for_a_grade_without_any(world):
    key = await world.ask()
    await world.reveal(BEN, key)

    await world.quiz.tick(BEN, key, frozenset({0}))
    card = await world.quiz.submit(BEN, Action(Verb.GRADE, str(key)), {"grade": ""})

    assert "Partly" in said(card)


async def test_forged_ticks_change_nothing(world):
    key = await world.ask()
    await world.reveal(BEN, key)

    card = await world.grade(BEN, key, "0", "7", "-1", "x", "99999999999")

    assert "You had 1 of 2." in said(card)


async def test_a_grade_before_the_reveal_is_refused(world):
    key = await world.ask()

    with pytest.raises(NotRevealedError):
        await world.grade(BEN, key, "0", grade="got_it")


async def test_a_reveal_without_saying_how_sure_is_sent_back(world):
    key = await world.ask()

    with pytest.raises(FormError) as refused:
        await world.reveal(BEN, key, confidence="")

    assert set(refused.value.problems) == {"confidence"}
    assert names(await world.press(BEN, Verb.ANSWER, key)) == ["words", "confidence"]


async def test_the_first_words_stay_whatever_is_sent_after_the_reveal(world):
    key = await world.ask()
    await world.reveal(BEN, key)

    again = await world.reveal(BEN, key, words="what the answer says")

    assert "it is empty at first" in said(again)
    assert "what the answer says" not in said(again)


async def test_a_second_press_goes_on_where_the_member_stands(world):
    key = await world.ask()
    await world.reveal(BEN, key)
    assert names(await world.press(BEN, Verb.ANSWER, key)) == ["ticks", "grade"]

    await world.grade(BEN, key, "0")
    card = await world.press(BEN, Verb.ANSWER, key)

    assert "You have done this one." in said(card)
    assert "Change my grade" in [button.label for button in buttons(card)]


async def test_a_changed_grade_replaces_the_first_in_points_and_board(world):
    key = await world.ask()
    await world.reveal(BEN, key)
    await world.grade(BEN, key, "0", "1")
    again = await world.press(BEN, Verb.REGRADE, key)
    assert next(each for each in again.inputs if isinstance(each, Ticks)).chosen == {"0", "1"}

    await world.grade(BEN, key, grade="partly")

    table = next(
        block for block in await world.quiz.command(BEN, "leaderboard") if isinstance(block, Table)
    )
    assert table.rows == (("1", "Name of U2", "5"),)


async def test_a_grade_changed_to_missed_takes_the_name_off_the_board(world):
    key = await world.ask()
    await world.reveal(BEN, key)
    await world.grade(BEN, key, "0", "1")
    assert "Name of U2" in said(await world.quiz.command(ANN, "leaderboard"))
    await world.press(BEN, Verb.REGRADE, key)

    await world.grade(BEN, key, grade="missed")

    assert "Name of U2" not in said(await world.quiz.command(ANN, "leaderboard"))


async def test_after_the_close_nothing_is_revealed_or_changed(world):
    key = await world.ask()
    await world.reveal(BEN, key)
    await world.grade(BEN, key, "0")
    world.now += DAY
    await world.tick()

    with pytest.raises(RoundClosedError):
        await world.press(ANN, Verb.ANSWER, key)
    with pytest.raises(RoundClosedError) as refused:
        await world.reveal(ANN, key, words=" a long thought ")
    assert refused.value.words == "a long thought"
    with pytest.raises(RoundClosedError):
        await world.press(BEN, Verb.REGRADE, key)
    with pytest.raises(RoundClosedError):
        await world.grade(BEN, key, "0", "1")


async def test_a_reveal_before_the_close_may_be_graded_after_it_once(world):
    key = await world.ask()
    await world.reveal(BEN, key)
    world.now += DAY
    await world.tick()

    assert "Got it, " in said(await world.grade(BEN, key, "0", "1"))


@pytest.mark.parametrize("value", ["r999999", "p1", "r1:2", "x", "", "r", "r-1", "r1" * 30, "r٣"])
async def test_a_key_that_leads_nowhere_is_refused(world, value):
    await world.ask()

    with pytest.raises(StaleKeyError):
        await world.press(BEN, Verb.ANSWER, value)


async def test_a_member_of_another_workspace_finds_nothing(world):
    key = await world.ask()

    with pytest.raises(StaleKeyError):
        await world.press(STRANGER, Verb.ANSWER, key)
    with pytest.raises(StaleKeyError):
        await world.reveal(STRANGER, key)
    with pytest.raises(NotSetUpError):
        await world.quiz.command(STRANGER, "leaderboard")


async def test_a_streak_counts_posted_days_and_forgives_the_bots_own_absence(world):
    for _ in range(2):
        key = await world.ask()
        await world.reveal(BEN, key)
        card = await world.grade(BEN, key, "0")
        world.now += DAY
    world.now += 3 * DAY  # nothing was posted
    key = await world.ask()
    await world.reveal(BEN, key)

    card = await world.grade(BEN, key, "0")

    assert "3 days in a row" in said(card)


async def test_opened_from_elsewhere_a_round_shows_the_standing_of_its_own_channel(world):
    key = await world.ask()
    await world.reveal(BEN, key)
    await world.grade(BEN, key, "0")
    second = await world.ask(replace(ANN, channel="C2"))
    await world.reveal(CYD, second)
    await world.grade(CYD, second, "0", "1")
    elsewhere = replace(BEN, channel="C2")
    await world.reveal(elsewhere, second)
    await world.grade(elsewhere, second)

    in_home = said(await world.press(replace(BEN, channel=None), Verb.ANSWER, key))
    in_second = said(await world.press(elsewhere, Verb.ANSWER, key))

    assert "1st of 1 this week" in in_home
    assert "1st of 1 this week" in in_second


async def test_a_round_of_last_week_says_which_week_its_standing_is_of(world):
    key = await world.ask()
    await world.reveal(BEN, key)
    await world.grade(BEN, key, "0")
    world.now += 8 * DAY

    assert "1st of 1 in week 48" in said(await world.press(BEN, Verb.ANSWER, key))


async def test_a_closed_round_that_was_never_looked_at_opens_no_form(world):
    key = await world.ask()
    world.now += DAY
    await world.tick()

    with pytest.raises(RoundClosedError):
        await world.press(BEN, Verb.REGRADE, key)


async def test_a_question_the_deck_has_lost_is_passed_over_for_practice(world):
    key = await world.ask()
    open_question = (await world.store.situation(BEN, key)).question_id
    rest = a_deck(*(question for question in DECK if question.id != open_question))
    quiz = Quiz(rest, world.store, lambda: world.now, {}, world.wake)

    assert "Practice" in said(await quiz.command(BEN, ""))
    with pytest.raises(StaleKeyError):
        await quiz.press(BEN, Action(Verb.ANSWER, str(key)))


async def test_a_question_the_deck_has_lost_is_never_due(world):
    key = await world.ask()
    await world.reveal(BEN, key)
    await world.grade(BEN, key, "0")
    asked = (await world.store.situation(BEN, key)).question_id
    rest = a_deck(*(question for question in DECK if question.id != asked))
    quiz = Quiz(rest, world.store, lambda: world.now, {}, world.wake)

    assert "next tomorrow" in said(await world.quiz.command(BEN, "me"))
    assert "next" not in said(await quiz.command(BEN, "me"))
    world.now += 30 * DAY
    assert "1 question due now" in said(await world.quiz.command(BEN, "me"))
    assert "Nothing due now" in said(await quiz.command(BEN, "me"))
    assert "No review is due." in said(await quiz.home(BEN))


@pytest.mark.parametrize("forged", [10**12, -1, 6, 63])
async def test_a_forged_tick_is_not_kept(world, forged):
    key = await world.ask()
    await world.reveal(BEN, key)

    form = await world.quiz.tick(BEN, key, frozenset({1, forged}))

    assert next(each for each in form.inputs if isinstance(each, Ticks)).chosen == {"1"}


async def test_a_tick_of_a_thousand_digits_is_no_tick(world):
    key = await world.ask()
    await world.reveal(BEN, key)

    assert "You had 1 of 2." in said(await world.grade(BEN, key, "1", "9" * 5_000, "1²"))


async def test_a_card_is_opened_by_its_message_as_by_its_button(world):
    key = await world.ask()
    card = await round_message(world, key)

    assert names(await world.quiz.open_card(BEN, card)) == ["words", "confidence"]
    with pytest.raises(StaleKeyError):
        await world.quiz.open_card(BEN, MessageRef("another"))
    with pytest.raises(StaleKeyError):
        await world.quiz.open_card(STRANGER, card)


async def test_a_new_channel_is_offered_the_zone_of_whoever_sets_it_up(world):
    for zone, offered in (("Europe/Berlin", "Europe/Berlin"), ("", "UTC"), ("Mars", "UTC")):
        form = await world.quiz.command(replace(ANN, zone=zone), "settings")
        values = {each.name: each.value for each in form.inputs if isinstance(each, Words)}

        assert values["zone"] == offered


async def test_an_open_practice_that_does_not_fit_gives_way(world):
    await world.ask()
    first = await practise(world, words="practice sessions")

    assert await practise(world, words="practice sessions") == first
    assert await practise(world, words="practice routing") != first


# --- replies


async def round_message(world: World, key: AttemptKey) -> MessageRef:
    assert key.round_id is not None
    message = (await world.store.round_view(key.round_id)).round.message
    assert message is not None
    return message


async def test_words_under_the_card_are_an_attempt_and_lead_to_the_answer(world):
    key = await world.ask()
    message = await round_message(world, key)

    reply = await world.quiz.reply(BEN, message, "it belongs to the app context I think")

    assert reply.noted
    assert [button.action for button in buttons(reply.note)] == [Action(Verb.ANSWER, str(key))]
    form = await world.press(BEN, Verb.ANSWER, key)
    assert next(each for each in form.inputs if isinstance(each, Words)).value.startswith(
        "it belongs"
    )


async def test_a_grade_by_reply_counts_after_the_reveal_and_not_before(world):
    key = await world.ask()
    message = await round_message(world, key)

    early = await world.quiz.reply(BEN, message, "got it")
    await world.reveal(BEN, key)
    late = await world.quiz.reply(BEN, message, "1/2")

    assert not early.noted
    assert "A grade counts once you have seen the answer." in said(early.note)
    assert late.noted
    assert "Partly" in said(late.note)


async def test_talk_after_the_reveal_is_left_alone(world):
    key = await world.ask()
    message = await round_message(world, key)
    await world.reveal(BEN, key)

    reply = await world.quiz.reply(BEN, message, "not sure I got it, what about teardown?")

    assert (reply.noted, reply.note) == (False, None)


@pytest.mark.parametrize("words", ["Ah, got it 🙏", "sorry, no idea", "yes, 100%", "3/14"])
async def test_talk_in_the_thread_leaves_a_grade_as_it_is(world, words):
    key = await world.ask()
    message = await round_message(world, key)
    await world.reveal(BEN, key)
    await world.grade(BEN, key, "0")

    reply = await world.quiz.reply(BEN, message, words)

    assert (reply.noted, reply.note) == (False, None)
    assert "Partly" in said(await world.press(BEN, Verb.ANSWER, key))


async def test_a_bare_grade_in_the_thread_changes_one(world):
    key = await world.ask()
    message = await round_message(world, key)
    await world.reveal(BEN, key)
    await world.grade(BEN, key, "0")

    reply = await world.quiz.reply(BEN, message, "got it")

    assert reply.noted
    assert "Got it" in said(reply.note)


async def test_replies_elsewhere_or_after_the_close_are_left_alone(world):
    key = await world.ask()
    message = await round_message(world, key)
    other = await world.quiz.reply(BEN, MessageRef("elsewhere"), "got it")
    world.now += DAY
    await world.tick()

    closed = await world.quiz.reply(BEN, message, "got it")

    assert (other.noted, other.note, closed.noted, closed.note) == (False, None, False, None)


# --- practice


async def practise(world: World, caller: Caller = BEN, words: str = "practice") -> AttemptKey:
    card = await world.quiz.command(caller, words)
    return AttemptKey.parse(buttons(card)[0].action.value)


async def test_practice_moves_memory_and_never_the_leaderboard(world):
    await world.ask()
    key = await practise(world)
    await world.press(BEN, Verb.ANSWER, key)
    await world.reveal(BEN, key)

    result = await world.grade(BEN, key, "0", "1")

    assert "Got it." in said(result)
    assert "points" not in said(result)
    assert "comes back to you" in said(result)
    assert "Nobody has points here yet" in said(await world.quiz.command(BEN, "leaderboard"))


async def test_practice_never_asks_what_is_open_in_a_channel(world):
    key = await world.ask()
    open_question = (await world.store.situation(BEN, key)).question_id

    asked = set()
    for _ in range(len(DECK) - 1):
        practice = await practise(world)
        asked.add((await world.store.situation(BEN, practice)).question_id)
        await world.reveal(BEN, practice)
        await world.grade(BEN, practice, "0", "1")

    assert open_question not in asked
    assert len(asked) == len(DECK) - 1


async def test_asking_for_practice_twice_gives_the_same_question(world):
    await world.ask()

    assert await practise(world) == await practise(world)


async def test_practice_by_level_and_topic(world):
    await world.ask()

    card = await world.quiz.command(BEN, "practice advanced sess")

    assert "Practice · Advanced · Sessions · new to you" in said(card)


async def test_practice_on_an_unknown_topic_is_refused(world):
    with pytest.raises(NoQuestionError) as refused:
        await world.quiz.command(BEN, "practice quantum physics")

    told = said(refusal(refused.value))
    assert "There is no topic “quantum physics”." in told
    assert "topic: beginner, intermediate or advanced; " in told
    assert "Contexts, Routing and Sessions" in told


async def test_nobody_grades_or_sees_anothers_practice(world):
    await world.ask()
    key = await practise(world)

    with pytest.raises(StaleKeyError):
        await world.press(ANN, Verb.ANSWER, key)
    with pytest.raises(StaleKeyError):
        await world.reveal(ANN, key)


async def test_practice_works_where_there_is_no_channel(world):
    alone = replace(BEN, channel=None)

    key = await practise(world, alone)
    await world.reveal(alone, key)
    card = await world.grade(alone, key, "0", "1")

    assert "Got it." in said(card)
    assert "comes back to you on Wednesday" in said(card)


async def test_no_button_leads_to_a_leaderboard_where_there_is_none(world):
    nowhere, unknown = replace(BEN, channel=None), replace(BEN, channel="C9")

    for caller in (nowhere, unknown):
        key = await practise(world, caller)
        await world.reveal(caller, key)
        card = await world.grade(caller, key, "0", "1")

        assert Verb.LEADERBOARD not in [button.action.verb for button in buttons(card)]


async def test_due_practice_comes_back_first(world):
    await world.ask()
    first = await practise(world)
    asked = (await world.store.situation(BEN, first)).question_id
    await world.reveal(BEN, first)
    await world.grade(BEN, first)
    world.now += 30 * DAY

    again = await practise(world)

    assert (await world.store.situation(BEN, again)).question_id == asked


async def test_nothing_typed_gives_todays_round_then_practice(world):
    key = await world.ask()

    assert names(await world.quiz.command(BEN, "")) == ["words", "confidence"]
    await world.reveal(BEN, key)
    assert names(await world.quiz.command(BEN, "")) == ["ticks", "grade"]
    await world.grade(BEN, key, "0")
    assert "Practice" in said(await world.quiz.command(BEN, ""))


# --- channels


async def test_settings_typed_as_words_are_kept_and_the_next_question_told(world):
    card = await world.quiz.command(ANN, "settings time 13:30 zone UTC days daily levels advanced")

    assert "every day at 13:30 (UTC)" in said(card)
    assert "Next question today 13:30, in 1 hour 30 minutes." in said(card)
    channel = await world.store.find_channel(ANN)
    assert channel is not None
    assert channel.next_daily_at == NOON + timedelta(hours=1, minutes=30)


@pytest.mark.parametrize("bare", ["open", "topics", "levels", "topics time", "days mon open"])
async def test_a_setting_typed_without_a_value_opens_the_form_and_changes_nothing(world, bare):
    await world.quiz.command(ANN, "settings open 8h topics sessions levels advanced days mon-fri")
    before = await world.quiz.desk.find_channel(ANN)

    form = await world.quiz.command(ANN, f"settings {bare}")

    assert "topics" in names(form)
    assert await world.quiz.desk.find_channel(ANN) == before


async def test_a_form_with_faults_keeps_nothing(world):
    await world.ask()

    with pytest.raises(FormError) as refused:
        await world.quiz.submit(
            ANN, Action(Verb.SAVE_SETTINGS), {"time": "nine", "zone": "Mars", "days": ()}
        )

    assert set(refused.value.problems) == {"time", "zone", "days"}


@pytest.mark.parametrize(
    "words", ["settings", "settings time 10:00", "pause", "resume", "now", "doctor"]
)
async def test_only_admins_manage_a_channel(world, words):
    await world.ask()

    with pytest.raises(NotAdminError):
        await world.quiz.command(BEN, words)


async def test_whoever_set_the_channel_up_stays_its_admin(world):
    await world.ask()

    assert isinstance(await world.quiz.command(replace(ANN, is_admin=False), "settings"), Form)


@pytest.mark.parametrize(
    "words", ["leaderboard", "team", "pause", "resume", "now", "doctor", "settings"]
)
async def test_what_needs_a_channel_says_so_where_there_is_none(world, words):
    with pytest.raises(NoChannelError):
        await world.quiz.command(replace(ANN, channel=None), words)


@pytest.mark.parametrize("words", ["leaderboard", "team", "pause", "resume", "now", "doctor"])
async def test_a_channel_that_was_never_set_up_says_so(world, words):
    with pytest.raises(NotSetUpError):
        await world.quiz.command(ANN, words)


async def test_now_posts_at_once_and_never_twice_a_day(world):
    await world.ask()

    assert world.woken
    with pytest.raises(AlreadyPostedError):
        await world.quiz.command(ANN, "now")


async def test_now_asks_again_what_could_not_be_posted(world):
    await world.quiz.command(ANN, "settings time 13:00 zone UTC days daily")
    await world.quiz.command(ANN, "now")
    (lease,) = await world.store.lease(ALL_PLATFORMS, world.now, HOUR, kinds=[Kind.DAILY])
    await world.store.failed(lease.delivery.id, "no permission", "Give it.", world.now)
    world.now += HOUR

    await world.quiz.command(ANN, "now")

    (again,) = await world.store.lease(ALL_PLATFORMS, world.now, HOUR, kinds=[Kind.DAILY])
    assert (again.delivery.id, again.delivery.tries) == (lease.delivery.id, 1)
    assert again.look_first
    await world.store.delivered(again.delivery.id, MessageRef("m"), world.now)
    assert await world.store.open_round(BEN, world.now)
    with pytest.raises(AlreadyPostedError):
        await world.quiz.command(ANN, "now")


async def test_what_could_not_be_posted_before_it_closed_is_not_asked_again(world):
    await world.quiz.command(ANN, "settings time 13:00 zone UTC days daily open 1h")
    await world.quiz.command(ANN, "now")
    (lease,) = await world.store.lease(ALL_PLATFORMS, world.now, HOUR, kinds=[Kind.DAILY])
    await world.store.failed(lease.delivery.id, "no permission", "Give it.", world.now)
    world.now += HOUR

    with pytest.raises(NotPostedError):
        await world.quiz.command(ANN, "now")


async def test_now_without_a_question_that_fits_leads_to_the_settings(world):
    await world.quiz.command(ANN, "settings topics sessions time 13:00 zone UTC")
    rest = a_deck(*(question for question in DECK if question.topic != "Sessions"))
    quiz = Quiz(rest, world.store, lambda: world.now, {}, world.wake)

    with pytest.raises(NothingToAskError) as refused:
        await quiz.command(ANN, "now")

    assert [button.action.verb for button in buttons(refusal(refused.value))] == [Verb.SETTINGS]


@pytest.mark.parametrize("words", ["now", "pause", "resume"])
async def test_a_channel_the_bot_was_removed_from_says_how_it_comes_back(world, words):
    await world.ask()
    channel = await world.store.find_channel(ANN)
    assert channel is not None
    await world.store.leave_channel(channel.address)

    with pytest.raises(NotInChannelError):
        await world.quiz.command(ANN, words)
    assert "no longer in this channel" in said(await world.quiz.command(ANN, "doctor"))

    await world.quiz.join(ANN)
    assert "Next question" in said(await world.quiz.command(ANN, "resume"))


async def test_a_channel_the_bot_has_only_greeted_has_no_boards_yet(world):
    await world.quiz.join(ANN)

    for words in ("leaderboard", "team"):
        with pytest.raises(NotSetUpError):
            await world.quiz.command(ANN, words)
    assert "Not set up yet" in said(await world.quiz.command(ANN, "doctor"))


async def test_after_now_the_schedule_goes_on_tomorrow(world):
    await world.quiz.command(ANN, "settings time 13:00 zone UTC days daily")
    await world.quiz.command(ANN, "now")

    world.now += 2 * HOUR
    await world.tick()

    dailies = [d for d in await world.store.last_deliveries(ANN) if d.kind is Kind.DAILY]
    assert [d.local_on for d in dailies] == [date(2026, 11, 23)]
    channel = await world.store.find_channel(ANN)
    assert channel is not None
    assert channel.next_daily_at == datetime.fromisoformat("2026-11-24T13:00Z")


async def test_a_paused_channel_is_quiet_until_it_is_resumed(world):
    await world.ask()
    await world.quiz.command(ANN, "pause")
    world.now += 3 * DAY
    await world.tick()
    assert len([d for d in await world.store.last_deliveries(ANN) if d.kind is Kind.DAILY]) == 1

    card = await world.quiz.command(ANN, "resume")
    world.now += DAY
    await world.tick()

    assert "Next question" in said(card)
    assert len([d for d in await world.store.last_deliveries(ANN) if d.kind is Kind.DAILY]) == 2


@pytest.mark.parametrize(
    ("words", "asked_at"),
    [("settings levels beginner", 0), ("settings time 12:30", 30), ("resume", 0)],
)
async def test_a_question_that_is_due_is_not_lost_to_an_admin_who_was_quicker_than_the_tick(
    world, words, asked_at
):
    world.now = NOON - HOUR
    await world.quiz.command(ANN, "settings time 12:00 zone UTC days daily digest mon 12:00")
    world.now = NOON + timedelta(seconds=1)

    await world.quiz.command(ANN, words)

    channel = await world.store.find_channel(ANN)
    assert channel is not None
    assert (channel.next_daily_at, channel.next_digest_at) == (NOON + asked_at * MINUTE, NOON)
    world.now = NOON + asked_at * MINUTE + timedelta(seconds=2)
    await world.tick()
    asked = await world.store.open_round(ANN, world.now)
    assert asked is not None and asked.round is not None and asked.round.local_on == NOON.date()


async def test_two_admins_at_once_overrule_nothing_but_what_both_change(world):
    await world.quiz.command(ANN, "settings time 12:00 zone UTC days daily")

    for number in range(10):
        await asyncio.gather(
            world.quiz.command(ANN, f"settings time 13:{number:02}"),
            world.quiz.command(ANN, f"settings open {number + 1}h"),
        )

        channel = await world.store.find_channel(ANN)
        assert channel is not None
        assert channel.settings.schedule.at == time(13, number)
        assert channel.settings.open_for == (number + 1) * HOUR


async def test_settings_of_a_paused_channel_do_not_resume_it(world):
    await world.ask()
    await world.quiz.command(ANN, "pause")

    card = await world.quiz.command(ANN, "settings time 08:00")

    channel = await world.store.find_channel(ANN)
    assert channel is not None
    assert (channel.state, channel.next_daily_at) == (ChannelState.PAUSED, None)
    assert "Paused: no question will be posted until somebody resumes." in said(card)
    assert "Resume" in [button.label for button in buttons(card)]


async def test_a_pause_stops_the_question_that_waits_for_another_try(world):
    await world.quiz.command(ANN, "settings time 13:00 zone UTC days daily")
    await world.quiz.command(ANN, "now")
    (lease,) = await world.store.lease(ALL_PLATFORMS, world.now, HOUR, kinds=[Kind.DAILY])
    await world.store.put_back(lease.delivery.id, world.now + HOUR, "503: down", unknown=False)

    await world.quiz.command(ANN, "pause")

    daily = next(d for d in await world.store.last_deliveries(ANN) if d.kind is Kind.DAILY)
    assert (daily.state, daily.error) == (DeliveryState.SKIPPED, "the quiz was paused")
    assert not await world.store.lease(ALL_PLATFORMS, world.now + DAY, HOUR, kinds=[Kind.DAILY])

    await world.quiz.command(ANN, "now")

    (again,) = await world.store.lease(ALL_PLATFORMS, world.now, HOUR, kinds=[Kind.DAILY])
    assert again.delivery.id == lease.delivery.id


async def test_a_leaderboard_is_shared_once_a_day(world):
    key = await world.ask()
    await world.reveal(BEN, key)
    await world.grade(BEN, key, "0")

    await world.press(BEN, Verb.SHARE, "2026-W48")

    with pytest.raises(AlreadySharedError):
        await world.press(ANN, Verb.SHARE, "all")
    shared = [d for d in await world.store.last_deliveries(ANN) if d.kind is Kind.SHARE]
    assert [d.detail for d in shared] == ["2026-W48"]


@pytest.mark.parametrize(("seen", "shared"), [("2026-W47", "2026-W47"), ("2026-W46", "2026-W48")])
async def test_the_board_of_before_midnight_is_shared_after_it(world, seen, shared):
    await world.ask()  # on a Monday

    await world.press(ANN, Verb.SHARE, seen)

    kept = [d for d in await world.store.last_deliveries(ANN) if d.kind is Kind.SHARE]
    assert [d.detail for d in kept] == [shared]


async def test_a_database_that_takes_long_is_no_clock_that_is_wrong(world, monkeypatch):
    await world.ask()

    async def now_at_last() -> datetime:
        world.now += timedelta(seconds=5)
        return world.now

    monkeypatch.setattr(world.store, "now", now_at_last)

    assert "All is well." in said(await world.quiz.command(ANN, "doctor"))


async def test_the_doctor_tells_the_next_post_and_the_last_ones(world):
    await world.ask()

    card = said(await world.quiz.command(ANN, "doctor"))

    assert "Next question tomorrow 12:00, in 1 day." in card
    assert "23 Nov question" in card
    assert "sent today 12:00" in card


async def test_the_bot_says_hello_once(world):
    await world.quiz.join(ANN)
    await world.quiz.join(ANN)

    hellos = [d for d in await world.store.last_deliveries(ANN) if d.kind is Kind.HELLO]
    assert len(hellos) == 1


# --- people


async def test_hidden_members_are_on_no_board_and_come_back(world):
    key = await world.ask()
    await world.reveal(BEN, key)
    await world.grade(BEN, key, "0", "1")

    await world.quiz.command(BEN, "hide-me")
    assert "Name of U2" not in said(await world.quiz.command(ANN, "leaderboard"))

    await world.quiz.command(BEN, "show-me")
    assert "Name of U2" in said(await world.quiz.command(ANN, "leaderboard"))


async def test_an_export_holds_what_the_member_gave_and_forgetting_leaves_nothing(world):
    key = await world.ask()
    await world.reveal(BEN, key)
    await world.grade(BEN, key, "0", "1")
    card = await world.quiz.command(BEN, "export")
    exported = next(block for block in card if isinstance(block, File)).data.decode()
    assert "it is empty at first" in exported

    assert [button.label for button in buttons(await world.quiz.command(BEN, "forget me"))] == [
        "Delete it all"
    ]
    await world.press(BEN, Verb.FORGET_CONFIRMED)

    assert "Name of U2" not in said(await world.quiz.command(ANN, "leaderboard"))
    again = next(
        block for block in await world.quiz.command(BEN, "export") if isinstance(block, File)
    )
    assert "it is empty at first" not in again.data.decode()


async def test_home_shows_open_rounds_where_the_member_plays(world):
    key = await world.ask()
    await world.reveal(BEN, key)

    card = await world.quiz.home(replace(BEN, channel=None))

    assert Action(Verb.ANSWER, str(key)) in [button.action for button in buttons(card)]


@pytest.mark.parametrize("channel", [None, "C1"])
async def test_the_week_is_the_one_it_is_in_the_channel(world, channel):
    world.now = datetime.fromisoformat("2026-11-22T13:30Z")  # Monday already in Auckland
    await world.quiz.command(ANN, "settings time 12:00 zone Pacific/Auckland days daily")
    await world.quiz.command(ANN, "now")
    await world.tick()
    situation = await world.store.open_round(BEN, world.now)
    assert situation is not None and situation.round is not None
    key = AttemptKey(round_id=situation.round.id)
    await world.reveal(BEN, key)
    await world.grade(BEN, key, "0")

    me = said(await world.quiz.command(replace(BEN, channel=channel), "me"))
    home = said(await world.quiz.home(replace(BEN, channel=channel)))

    assert "1st of 1 this week" in me
    assert "This week\n1st of 1" in home


@pytest.mark.parametrize("channel", [None, "C1"])
@pytest.mark.parametrize("practised", [False, True])
async def test_home_of_somebody_new_says_how_to_begin(world, channel, practised):
    if practised:
        await practise(world, replace(BEN, channel=None))

    card = await world.quiz.home(replace(BEN, channel=channel))

    assert "Press Answer on the question in your channel, or practise here." in said(card)


async def test_home_of_a_member_says_when_no_question_is_open(world):
    key = await world.ask()
    await world.reveal(BEN, key)
    await world.grade(BEN, key, "0")
    await world.quiz.command(ANN, "pause")
    world.now += 2 * DAY

    card = await world.quiz.home(replace(BEN, channel=None))

    assert "No question is open where you play." in said(card)


@pytest.mark.parametrize(
    "words", ["me", "team", "help", "pratice", "hide-me", "show-me", "export", "forget-me"]
)
async def test_every_other_command_answers_with_a_card(world, words):
    await world.ask()

    assert isinstance(await world.quiz.command(BEN, words), Card)


async def test_a_submit_or_press_that_no_form_makes_is_refused(world):
    for verb in (Verb.TICK, Verb.REVEAL, Verb.SAVE_SETTINGS, Verb.GRADE):
        with pytest.raises(StaleKeyError):
            await world.press(BEN, verb, "r1")
    with pytest.raises(StaleKeyError):
        await world.quiz.submit(BEN, Action(Verb.ANSWER, "r1"), {})


def test_the_key_of_a_round_reads_back():
    assert AttemptKey.parse(str(AttemptKey(round_id=RoundId(12)))) == AttemptKey(
        round_id=RoundId(12)
    )
