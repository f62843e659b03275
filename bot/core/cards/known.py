"""What is known and what fades: a member's own page, and the team's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.core.calendar import local_date
from bot.core.cards.rounds import BOARD, GROUP_MIN, PRACTISE, PRACTISE_FIRST
from bot.core.deck import Deck, slug
from bot.core.grading import Grade
from bot.core.memory import Memory, retrievability
from bot.core.models import Confidence, QuestionId, Tally
from bot.core.parts import (
    Buttons,
    Card,
    Facts,
    Heading,
    Paragraph,
    Quiet,
    Strong,
    Table,
    Text,
)
from bot.core.views import Profile, QuestionRecord, TeamRecord
from bot.core.wording import counted, day, dots, listed, ordinal


def me(profile: Profile, deck: Deck, now: datetime, *, has_board: bool = True) -> Card:
    """What the bot knows about the reader: points, streak, due, strong and weak topics."""
    hidden = (Quiet(("Your name is hidden on leaderboards.",)),) if profile.hidden else ()
    if not profile.grades:
        begin = Paragraph(("You have not graded an answer yet. Practice is a good beginning.",))
        return Card("Your page", (Heading(("You",)), begin, *hidden, Buttons((PRACTISE_FIRST,))))
    pairs = [*_place_facts(profile), *_memory_facts(profile, deck, now)]
    strong, weak = strong_and_weak(profile, deck)
    if strong:
        pairs.append(("Strong topics", (listed(strong),)))
    if weak:
        pairs.append(("Worth another look", (listed(weak),)))
    pairs += _judgement(profile)
    return Card(
        summary="Your page",
        blocks=(
            Heading(("You",)),
            Facts(tuple(pairs)),
            *hidden,
            Buttons((PRACTISE, *((BOARD,) if has_board else ()))),
        ),
    )


def _place_facts(profile: Profile) -> list[tuple[str, Text]]:
    if profile.channel is None:
        return []
    rank = (
        f", {ordinal(profile.standing.rank)} of {profile.players} this week"
        if profile.standing
        else ""
    )
    facts: list[tuple[str, Text]] = [("Points", (f"{profile.points}{rank}",))]
    if profile.streak is not None:
        best = (
            f" (best: {profile.streak.best})" if profile.streak.best > profile.streak.days else ""
        )
        run = f"{counted(profile.streak.days, 'day')} in a row{best}"
        saved = counted(profile.streak.freezes, "freeze")
        facts.append(("Streak", (f"{run}, {saved} saved",)))
    return facts


def due_moments(profile: Profile, deck: Deck) -> list[datetime]:
    """When practice brings questions back; never those that the deck has lost."""
    return [memory.due_at for id_, memory in profile.memories.items() if deck.find(id_)]


def _memory_facts(profile: Profile, deck: Deck, now: datetime) -> list[tuple[str, Text]]:
    moments = due_moments(profile, deck)
    later = [due_at for due_at in moments if due_at > now]
    due = len(moments) - len(later)
    words = f"{counted(due, 'question')} due now" if due else "Nothing due now"
    if later and profile.channel is not None:
        zone = profile.channel.zone
        today, next_on = local_date(now, zone), local_date(min(later), zone)
        words += f", next {day(next_on, today)}"
    return [("Practice", (words,)), ("Seen", (counted(len(profile.memories), "question"),))]


def strong_and_weak(profile: Profile, deck: Deck) -> tuple[list[str], list[str]]:
    """Topics by the newest grade of each of their questions; two questions at least."""
    newest: dict[QuestionId, Grade] = {}
    for question_id, grade, _ in profile.grades:
        newest.setdefault(question_id, grade)
    shares: dict[str, list[float]] = defaultdict(list)
    for question_id, grade in newest.items():
        if question := deck.find(question_id):
            shares[question.topic].append(_WORTH[grade])
    means = {topic: sum(worth) / len(worth) for topic, worth in shares.items() if len(worth) > 1}
    best_first = sorted(means, key=lambda topic: (-means[topic], topic))
    strong = [topic for topic in best_first if means[topic] >= 0.8][:3]
    weak = [topic for topic in reversed(best_first) if means[topic] < 0.6][:3]
    return strong, weak


_WORTH = {Grade.MISSED: 0.0, Grade.PARTLY: 0.5, Grade.GOT_IT: 1.0}


def _judgement(profile: Profile) -> list[tuple[str, Text]]:
    """How well the reader judges themselves: what became of each confidence, from five on."""
    said: dict[Confidence, list[Grade]] = defaultdict(list)
    for _, grade, confidence in profile.grades:
        if confidence is not None:
            said[confidence].append(grade)
    facts: list[tuple[str, Text]] = []
    for confidence, words in (
        (Confidence.SURE, "When you were sure"),
        (Confidence.THINK, "When you thought so"),
        (Confidence.GUESS, "When you guessed"),
    ):
        grades = said[confidence]
        if len(grades) >= 5:
            got = grades.count(Grade.GOT_IT)
            facts.append((words, (f"got it {got} of {len(grades)} times",)))
    return facts


def team(record: TeamRecord, deck: Deck, now: datetime) -> Card:
    """What the channel knows and forgets; aggregates only, nothing about fewer than three."""
    topics = by_topic(record.records, deck)
    title = "What this channel knows"
    if not topics:
        few = (
            f"There is nothing to show yet: a topic appears once {GROUP_MIN} members "
            "have graded one of its questions."
        )
        return Card(title, (Heading((title,)), Paragraph((few,))))
    fading = _fading(record.memories, deck, now)
    best_first = sorted(topics, key=lambda topic: (-_share(topics[topic]), topic))
    rows = tuple(
        (
            deck.topics[topic],
            f"{topics[topic].got_it} of {topics[topic].graded}",
            f"{_share(topics[topic]):.0%}",
        )
        for topic in best_first
    )
    return Card(
        summary=title,
        blocks=(
            Heading((title,)),
            Table(("Topic", "Got it", "Known"), rows, frozenset({1, 2})),
            *((Paragraph((Strong("Fading: "), listed(fading))),) if fading else ()),
            Quiet(
                (
                    dots(
                        [
                            counted(record.rounds, "question") + " asked",
                            counted(record.players, "member") + " played",
                        ]
                    ),
                )
            ),
        ),
    )


def _fading(memories: Mapping[QuestionId, Memory], deck: Deck, now: datetime) -> list[str]:
    """Up to three topics whose questions the channel as a whole is about to forget."""
    due = {id_: memory for id_, memory in memories.items() if memory.due_at <= now}
    weakest_first = sorted(due, key=lambda id_: retrievability(due[id_], now))
    topics = [question.topic for id_ in weakest_first if (question := deck.find(id_))]
    return list(dict.fromkeys(topics))[:3]


def by_topic(records: Iterable[QuestionRecord], deck: Deck) -> dict[str, Tally]:
    """How each topic went, leaving out questions that fewer than three members graded."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        question = deck.find(record.question_id)
        if question is None or record.members < GROUP_MIN:
            continue
        tally = record.tally
        sums[slug(question.topic)].update(
            tried=tally.tried, got_it=tally.got_it, partly=tally.partly, missed=tally.missed
        )
    return {
        topic: Tally(c["tried"], c["got_it"], c["partly"], c["missed"]) for topic, c in sums.items()
    }


def weak_topics(records: Iterable[QuestionRecord], deck: Deck) -> list[tuple[str, Tally]]:
    """Topics that fewer than two thirds got, weakest first."""
    weak = [(t, tally) for t, tally in by_topic(records, deck).items() if _share(tally) < 2 / 3]
    return sorted(weak, key=lambda pair: (_share(pair[1]), pair[0]))


def _share(tally: Tally) -> float:
    return (tally.got_it + tally.partly / 2) / max(tally.graded, 1)
