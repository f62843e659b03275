"""How much of what the deck holds, measured against the map of topics it was planned on."""

from __future__ import annotations

from collections import Counter

from bot.core.deck import Deck
from bot.core.models import Level

MAP = {
    "App object": (8, 2, 1),
    "Routing": (7, 7, 3),
    "Requests": (7, 5, 2),
    "Responses": (6, 5, 2),
    "Templates": (7, 7, 3),
    "Forms": (4, 6, 2),
    "Sessions": (4, 6, 5),
    "Configuration": (5, 4, 2),
    "Blueprints": (4, 8, 4),
    "Request lifecycle": (2, 6, 3),
    "Contexts": (3, 5, 7),
    "Errors": (4, 6, 3),
    "JSON APIs": (6, 11, 7),
    "SQLAlchemy": (5, 7, 6),
    "Migrations": (2, 4, 3),
    "Authentication": (4, 7, 5),
    "Security": (3, 7, 8),
    "Uploads": (3, 5, 4),
    "Testing": (5, 7, 4),
    "CLI and logging": (7, 8, 4),
    "Extensions": (2, 4, 6),
    "Async and streaming": (1, 5, 8),
    "Caching and jobs": (2, 6, 5),
    "Deployment": (4, 6, 5),
    "Concurrency": (1, 3, 5),
    "Translation": (2, 2, 1),
}
"""Beginner, intermediate and advanced questions of each topic on the map: 365 in all."""
LEVELS = tuple(Level)


def scale(deck: Deck) -> float:
    """The deck is the map, so many times as large."""
    return len(deck) / sum(map(sum, MAP.values()))


def close(count: int, wanted: float) -> bool:
    """Within a tenth, or within one question where a tenth is less: nothing can be split."""
    return abs(count - wanted) <= max(0.1 * wanted, 1)


def test_there_are_questions_and_checks_enough(deck: Deck):
    assert len(deck) >= 130
    assert sum(question.check is not None for question in deck) >= 100


def test_every_topic_of_the_map_is_there_in_its_order_and_no_other(deck: Deck):
    assert list(deck.topics.values()) == list(MAP)


def test_levels_rise_within_a_topic(deck: Deck):
    for topic in MAP:
        ranks = [LEVELS.index(q.level) for q in deck if q.topic == topic]
        assert ranks == sorted(ranks), topic


def test_each_level_has_its_share_within_a_tenth(deck: Deck):
    counts = Counter(question.level for question in deck)

    for i, level in enumerate(LEVELS):
        wanted = scale(deck) * sum(row[i] for row in MAP.values())
        assert abs(counts[level] - wanted) <= 0.1 * wanted, level


def test_each_topic_has_its_share_within_a_tenth(deck: Deck):
    counts = Counter(question.topic for question in deck)

    far = {t: counts[t] for t, row in MAP.items() if not close(counts[t], scale(deck) * sum(row))}

    assert far == {}


def test_each_level_of_each_topic_has_its_share(deck: Deck):
    counts = Counter((question.topic, question.level) for question in deck)

    far = {
        (topic, level): counts[topic, level]
        for topic, row in MAP.items()
        for level, wanted in zip(LEVELS, row, strict=True)
        if not close(counts[topic, level], scale(deck) * wanted)
    }

    assert far == {}


def test_all_29_starting_topics_are_covered(deck: Deck):
    covered = {number for question in deck for number in question.covers}

    assert covered == set(range(1, 30))


def test_the_right_choice_is_not_always_in_the_same_place(deck: Deck):
    places = [question.check.right for question in deck if question.check is not None]
    counts = Counter(places)

    assert all(0.15 <= counts[place] / len(places) <= 0.4 for place in range(4))
    runs = ["".join(map(str, places[i : i + 5])) for i in range(len(places))]
    assert not {"00000", "11111", "22222", "33333"} & set(runs)
