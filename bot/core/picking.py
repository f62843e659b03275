"""Which question next, for a channel and for a member."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache

from bot.core.calendar import local_date
from bot.core.deck import Deck, Question, slug
from bot.core.errors import NoQuestionError
from bot.core.memory import Memory, retrievability
from bot.core.models import Level, QuestionId
from bot.core.pools import Pool
from bot.core.views import Asked, Recall

RETURN_EVERY = 3
"""At most every third question of a channel is one that returns."""
_RANK = {level: rank for rank, level in enumerate(Level)}


class Picker:
    """Picks from one deck; the same channel and date give the same question in every process."""

    def __init__(self, deck: Deck) -> None:
        self._deck = deck
        self._topic = {question.id: slug(question.topic) for question in deck}
        self._select = lru_cache(maxsize=256)(deck.select)
        self._pool = lru_cache(maxsize=256)(self._make_pool)

    def for_channel(self, asked: Asked, on: date) -> QuestionId | None:
        """
        Pick a channel's question of the local date *on*; None when its levels and topics fit none.

        A question returns only when the channel's own memory of it is due, every third day at most.
        Otherwise it is one of those asked least often, of another level than the last one where
        that is possible, and never of the last one's topic while there is another.
        """
        settings = asked.channel.settings
        pool = self._pool(settings.levels, settings.topics)
        if pool is None:
            return None
        history = asked.history
        last = self._deck.find(history[-1]) if history else None
        if len(history) % RETURN_EVERY == RETURN_EVERY - 1 and asked.memories:
            questions = self._select(settings.levels, settings.topics)
            if due := self._returning(questions, asked, on, last):
                return due
        fresh = pool.other_topic(pool.least_asked(history), self._topic[last.id] if last else None)
        level = pool.other_level(fresh, last.level if last else None)
        return pool.first(level, asked.channel.id)

    def for_member(
        self, recall: Recall, level: Level | None, topic: str | None, now: datetime
    ) -> QuestionId:
        """
        Pick a member's practice: due ones first (the least remembered), then new ones by level
        and in the deck's order, then whatever fades next. Raises NoQuestionError when nothing fits.
        """
        questions = [
            question
            for question in self._select(
                frozenset({level} if level else ()), frozenset({topic} if topic else ())
            )
            if question.id not in recall.barred
        ]
        if not questions:
            raise NoQuestionError
        questions = [q for q in questions if q.id not in recall.elsewhere] or questions
        known = {q.id: m for q in questions if (m := recall.memories.get(QuestionId(q.id)))}
        if any(memory.due_at <= now for memory in known.values()):
            return _weakest({q: m for q, m in known.items() if m.due_at <= now}, now)
        new = [question for question in questions if question.id not in known]
        if new:
            return QuestionId(min(new, key=lambda question: _RANK[question.level]).id)
        return _weakest(known, now)

    def _returning(
        self, questions: Iterable[Question], asked: Asked, on: date, last: Question | None
    ) -> QuestionId | None:
        due = {
            question.id: memory.due_at
            for question in questions
            if (memory := asked.memories.get(QuestionId(question.id)))
            and local_date(memory.due_at, asked.channel.zone) <= on
            and (last is None or self._topic[question.id] != self._topic[last.id])
        }
        return QuestionId(min(due, key=lambda id_: (due[id_], id_))) if due else None

    def _make_pool(self, levels: frozenset[Level], topics: frozenset[str]) -> Pool | None:
        questions = self._select(levels, topics)
        return Pool(questions, self._topic) if questions else None


def _weakest(known: Mapping[str, Memory], now: datetime) -> QuestionId:
    return QuestionId(min(known, key=lambda id_: (retrievability(known[id_], now), id_)))
