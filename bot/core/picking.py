"""Which question next, for a channel and for a member."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from zlib import crc32

from bot.core.calendar import local_date
from bot.core.deck import Deck, Question, slug
from bot.core.errors import NoQuestionError
from bot.core.memory import Memory, retrievability
from bot.core.models import ChannelId, Level, QuestionId
from bot.core.views import Asked, Recall

RETURN_EVERY = 3
"""At most every third question of a channel is one that returns."""
_RANK = {level: rank for rank, level in enumerate(Level)}


class Picker:
    """Picks from one deck; the same channel and date give the same question in every process."""

    def __init__(self, deck: Deck) -> None:
        self._deck = deck
        self._topic = {question.id: slug(question.topic) for question in deck}
        self._mark = {question.id: crc32(question.id.encode()) for question in deck}
        self._select = lru_cache(maxsize=256)(deck.select)

    def for_channel(self, asked: Asked, on: date) -> QuestionId | None:
        """
        Pick a channel's question of the local date *on*; None when its levels and topics fit none.

        A question returns only when the channel's own memory of it is due, every third day at most.
        Otherwise it is one of those asked least often, of another level than the last one where
        that is possible, and never of the last one's topic while there is another.
        """
        settings = asked.channel.settings
        questions = self._select(settings.levels, settings.topics)
        if not questions:
            return None
        last = self._deck.find(asked.history[-1][1]) if asked.history else None
        if len(asked.history) % RETURN_EVERY == RETURN_EVERY - 1 and (
            due := self._returning(questions, asked, on, last)
        ):
            return due
        fresh = _least_asked(questions, asked)
        level_pool = _other_level(self._other_topic(fresh, questions, last), questions, last)
        return QuestionId(min(level_pool, key=lambda q: self._order(asked.channel.id, q)).id)

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

    def _other_topic(
        self, fresh: list[Question], questions: tuple[Question, ...], last: Question | None
    ) -> list[Question]:
        """Those of *fresh* whose topic may follow, so that no topic has to follow itself later."""
        before = self._topic[last.id] if last else None
        left = Counter(self._topic[question.id] for question in fresh)
        topic, count = left.most_common(1)[0]
        if topic != before and 2 * count > len(fresh):
            return [question for question in fresh if self._topic[question.id] == topic]
        others = [question for question in fresh if self._topic[question.id] != before]
        # Only the last topic is left in this cycle: rather begin the next one than repeat it.
        return (
            others
            or [question for question in questions if self._topic[question.id] != before]
            or fresh
        )

    def _order(self, channel_id: ChannelId, question: Question) -> int:
        # Any fixed mixing will do; Knuth's multiplicative hash spreads neighbouring channels.
        return ((self._mark[question.id] ^ channel_id) * 2_654_435_761) & 0xFFFF_FFFF


def _least_asked(questions: tuple[Question, ...], asked: Asked) -> list[Question]:
    """The questions asked least often, but for the newest half of the deck where it can be."""
    if not asked.history:
        return list(questions)
    times = Counter(question_id for _, question_id in asked.history)
    least = min(times[QuestionId(question.id)] for question in questions)
    recent = {question_id for _, question_id in asked.history[-(len(questions) // 2) :]}
    fresh = [question for question in questions if times[QuestionId(question.id)] == least]
    return [question for question in fresh if question.id not in recent] or fresh


def _other_level(
    pool: list[Question], questions: tuple[Question, ...], last: Question | None
) -> list[Question]:
    """Those of *pool* whose level is least used up, another than the last one's if there is one."""
    left = Counter(question.level for question in pool)
    if last is not None and len(left) > 1:
        left.pop(last.level, None)
    total = Counter(question.level for question in questions)
    chosen = max(left, key=lambda level: (left[level] / total[level], -_RANK[level]))
    return [question for question in pool if question.level is chosen]


def _weakest(known: Mapping[str, Memory], now: datetime) -> QuestionId:
    return QuestionId(min(known, key=lambda id_: (retrievability(known[id_], now), id_)))
