"""Which question next."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import choosing
from bot.core.deck import Deck, slug
from bot.core.errors import NoQuestionError
from bot.core.memory import Memory
from bot.core.models import Address, Channel, ChannelId, ChannelState, Level, Platform, QuestionId
from bot.core.picking import RETURN_EVERY, Picker
from bot.core.views import Asked, Recall
from tests.decks import a_deck, a_question

MONDAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
TOPICS = ("Contexts", "Routing", "Sessions", "Testing", "Errors")


def a_big_deck(count: int = 60) -> Deck:
    levels = list(Level)
    return a_deck(
        *(
            a_question(f"q{i}", topic=TOPICS[(i * 7) % 5], level=levels[(i * 3 + i // 4) % 3])
            for i in range(count)
        )
    )


def a_channel(
    id_: int = 1,
    *,
    levels: frozenset[Level] = frozenset(Level),
    topics: frozenset[str] = frozenset(),
) -> Channel:
    chosen = choosing.default_settings(ZoneInfo("UTC"))
    return Channel(
        ChannelId(id_),
        Address(Platform.WEB, "w", "c"),
        "#c",
        ChannelState.ACTIVE,
        type(chosen)(chosen.schedule, levels, topics),
    )


def a_memory(due_at: datetime, *, stability: float = 5.0) -> Memory:
    return Memory(2, stability, 5.0, due_at, due_at - timedelta(days=5))


def asked_for(
    deck: Deck, rounds: int, channel: Channel, memories: dict[QuestionId, Memory] | None = None
) -> list[str]:
    """The questions of *rounds* days in a row."""
    picker = Picker(deck)
    history: list[QuestionId] = []
    for i in range(rounds):
        on = MONDAY + timedelta(days=i)
        picked = picker.for_channel(Asked(channel, tuple(history), memories or {}), on)
        assert picked is not None
        history.append(picked)
    return list(history)


def test_every_question_is_asked_once_before_any_is_asked_again():
    deck = a_big_deck()

    picked = asked_for(deck, 2 * len(deck), a_channel())

    assert set(Counter(picked[: len(deck)]).values()) == {1}
    assert set(Counter(picked).values()) == {2}


def test_no_topic_comes_twice_running():
    deck = a_big_deck()

    picked = asked_for(deck, 3 * len(deck), a_channel())

    topics = [deck[id_].topic for id_ in picked]
    assert all(one != two for one, two in pairwise(topics))


def test_no_topic_comes_twice_running_even_when_one_has_nearly_half_of_the_deck():
    questions = [a_question(f"big{i}", topic="Routing") for i in range(10)]
    questions += [a_question(f"small{i}", topic=TOPICS[i % 4 + (i % 4 > 0)]) for i in range(11)]
    deck = a_deck(*questions)

    picked = asked_for(deck, len(deck), a_channel())

    topics = [deck[id_].topic for id_ in picked]
    assert all(one != two for one, two in pairwise(topics))


def test_levels_are_interleaved():
    deck = a_big_deck()

    picked = asked_for(deck, 45, a_channel())

    levels = [deck[id_].level for id_ in picked]
    assert sum(one == two for one, two in pairwise(levels)) <= 3


def test_a_question_just_asked_does_not_begin_the_next_cycle():
    deck = a_big_deck(12)

    picked = asked_for(deck, 60, a_channel())

    gaps = [
        i - max(j for j in range(i) if picked[j] == picked[i])
        for i in range(len(picked))
        if picked[i] in picked[:i]
    ]
    assert min(gaps) >= 6


def test_every_process_picks_the_same_and_channels_differ():
    deck = a_big_deck()

    first = asked_for(deck, 30, a_channel(1))

    assert asked_for(a_big_deck(), 30, a_channel(1)) == first
    assert asked_for(deck, 30, a_channel(2)) != first


def test_a_due_question_returns_every_third_day_at_most():
    deck = a_big_deck()
    memories = {QuestionId(f"q{i}"): a_memory(NOW) for i in range(20)}

    picked = asked_for(deck, 30, a_channel(), memories)

    returned = [i for i, id_ in enumerate(picked) if id_ in picked[:i]]
    assert all(i % RETURN_EVERY == RETURN_EVERY - 1 for i in returned)


def test_a_question_that_is_not_due_does_not_return():
    deck = a_big_deck()
    later = {QuestionId(f"q{i}"): a_memory(NOW + timedelta(days=365)) for i in range(60)}

    picked = asked_for(deck, 60, a_channel(), later)

    assert set(Counter(picked).values()) == {1}


def test_levels_and_topics_of_the_channel_are_kept_to():
    deck = a_big_deck()
    channel = a_channel(levels=frozenset({Level.ADVANCED}), topics=frozenset({"routing"}))

    picked = asked_for(deck, 10, channel)

    assert {(deck[id_].level, slug(deck[id_].topic)) for id_ in picked} == {
        (Level.ADVANCED, "routing")
    }


def test_nothing_is_picked_where_nothing_fits():
    channel = a_channel(topics=frozenset({"gone"}))

    assert Picker(a_big_deck()).for_channel(Asked(channel, (), {}), MONDAY) is None


def test_a_deck_of_one_question_is_asked_every_day():
    assert asked_for(a_deck(a_question("only")), 3, a_channel()) == ["only"] * 3


def test_a_question_that_left_the_deck_is_no_obstacle():
    picker = Picker(a_big_deck())
    history = (QuestionId("long-gone"),)

    assert picker.for_channel(Asked(a_channel(), history, {}), MONDAY + timedelta(days=1))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(1, 2**40), st.integers(1, 80))
def test_a_cycle_asks_each_question_once_in_any_deck_and_channel(size, channel, rounds):
    deck = a_big_deck(size)

    picked = asked_for(deck, rounds, a_channel(channel))

    counts = Counter(picked)
    topics = Counter(question.topic for question in deck)
    if 2 * max(topics.values()) <= size:  # else one topic has to follow itself or come early
        assert max(counts.values()) - min(counts[q.id] for q in deck) <= 1


# --- practice


def recall(
    memories: dict[str, Memory],
    barred: set[str] | None = None,
    elsewhere: set[str] | None = None,
) -> Recall:
    return Recall(
        {QuestionId(id_): memory for id_, memory in memories.items()},
        frozenset(map(QuestionId, barred or ())),
        elsewhere=frozenset(map(QuestionId, elsewhere or ())),
    )


def test_practice_asks_the_least_remembered_of_what_is_due_first():
    firm = a_memory(NOW - timedelta(days=1), stability=100.0)
    weak = a_memory(NOW - timedelta(days=1), stability=0.5)
    picker = Picker(a_big_deck())

    picked = picker.for_member(recall({"q1": firm, "q2": weak}), None, None, NOW)

    assert picked == "q2"


def test_practice_goes_on_with_new_ones_by_level_and_in_the_order_of_the_deck():
    deck = a_big_deck()
    first, second = [question.id for question in deck if question.level is Level.BEGINNER][:2]
    later = a_memory(NOW + timedelta(days=3))

    assert Picker(deck).for_member(recall({first: later}), None, None, NOW) == second


def test_a_new_channel_begins_with_a_question_for_beginners():
    deck = a_big_deck()

    assert all(deck[asked_for(deck, 1, a_channel(i))[0]].level is Level.BEGINNER for i in range(9))


def test_practice_never_asks_a_question_that_is_still_open_in_a_channel():
    deck = a_deck(a_question("open"), a_question("free"))
    due = a_memory(NOW - timedelta(days=9))

    picked = Picker(deck).for_member(recall({"open": due}, {"open"}), None, None, NOW)

    assert picked == "free"


def test_practice_asks_what_is_open_in_strange_channels_only_when_nothing_else_fits():
    deck = a_deck(a_question("near"), a_question("strange"), a_question("free"))
    picker = Picker(deck)

    assert picker.for_member(recall({}, {"near"}, {"strange"}), None, None, NOW) == "free"
    assert (
        picker.for_member(recall({}, {"near", "free"}, {"strange"}), None, None, NOW) == "strange"
    )


def test_practice_comes_back_to_what_fades_next_when_all_is_known():
    deck = a_deck(a_question("weak"), a_question("firm"))
    later = NOW + timedelta(days=2)
    known = {"weak": a_memory(later, stability=1.0), "firm": a_memory(later, stability=50.0)}

    assert Picker(deck).for_member(recall(known), None, None, NOW) == "weak"


def test_practice_keeps_to_a_level_and_a_topic():
    deck = a_big_deck()

    picked = deck[Picker(deck).for_member(recall({}), Level.ADVANCED, "routing", NOW)]

    assert (picked.level, picked.topic) == (Level.ADVANCED, "Routing")


def test_practice_is_refused_where_nothing_fits():
    with pytest.raises(NoQuestionError):
        Picker(a_deck(a_question("only"))).for_member(recall({}, {"only"}), None, None, NOW)


@pytest.mark.parametrize(
    ("zone", "due_at", "returns"),
    [
        ("America/Los_Angeles", datetime(2026, 11, 5, 7, tzinfo=UTC), True),
        ("America/Los_Angeles", datetime(2026, 11, 5, 9, tzinfo=UTC), False),
        ("Pacific/Auckland", datetime(2026, 11, 4, 10, tzinfo=UTC), True),
        ("Pacific/Auckland", datetime(2026, 11, 4, 12, tzinfo=UTC), False),
    ],
)
def test_a_question_returns_on_the_channels_own_date_not_on_utcs(zone, due_at, returns):
    deck = a_big_deck()
    channel = a_channel()
    schedule = replace(channel.settings.schedule, zone=ZoneInfo(zone))
    channel = replace(channel, settings=replace(channel.settings, schedule=schedule))
    history = tuple(QuestionId(f"q{i}") for i in range(2))
    memories = {QuestionId("q0"): a_memory(due_at)}

    picked = Picker(deck).for_channel(Asked(channel, history, memories), date(2026, 11, 4))

    assert (picked == "q0") is returns
