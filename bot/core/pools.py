"""A pool: the questions a channel may be asked, as bits: ten thousand picks take no time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count
from math import isqrt

from bot.core.deck import Question
from bot.core.models import ChannelId, Level, QuestionId


class _Bits(dict[QuestionId, int]):
    """The bit of each question; questions of other pools, or of no deck any more, have none."""

    def __missing__(self, _question_id: QuestionId) -> int:
        return 0


class Pool:
    """Questions of one choice of levels and topics; a set of them is an int, one bit for each."""

    def __init__(
        self,
        questions: Sequence[Question],
        topics: Mapping[str, str],
    ) -> None:
        """Take at least one question, and the topic of each by its id."""
        self._questions = questions
        self._places = _prime(len(questions))  # steps of any length then come to every place
        self._all = (1 << len(questions)) - 1
        self._bits = _Bits(
            (QuestionId(question.id), 1 << i) for i, question in enumerate(questions)
        )
        self._topics: dict[str, int] = {}
        levels: dict[Level, int] = {}
        for question in questions:
            bit, topic = self._bits[QuestionId(question.id)], topics[question.id]
            self._topics[topic] = self._topics.get(topic, 0) | bit
            levels[question.level] = levels.get(question.level, 0) | bit
        self._largest = sorted(
            ((topic, bits, bits.bit_count()) for topic, bits in self._topics.items()),
            key=lambda each: -each[2],
        )
        # In the order of levels: of two used up alike, the easier one comes first.
        self._levels = [
            (each, levels[each], levels[each].bit_count()) for each in Level if each in levels
        ]

    def least_asked(self, history: Sequence[QuestionId]) -> int:
        """Those asked least often, but for the newest half of the pool where it can be."""
        if not history:
            return self._all
        times = Counter(history)
        fresh = self._all & ~sum(map(self._bits.__getitem__, times))
        if not fresh:
            least = min(map(times.__getitem__, self._bits))
            fresh = sum(self._bits[id_] for id_, count in times.items() if count == least)
        newest = history[-(len(self._questions) // 2) :]
        return fresh & ~sum(map(self._bits.__getitem__, set(newest))) or fresh

    def other_topic(self, fresh: int, before: str | None) -> int:
        """Those of *fresh* whose topic may follow, so that no topic has to follow itself later."""
        half = fresh.bit_count() / 2
        for topic, bits, size in self._largest:
            if size <= half:
                break  # nor has any other topic more than half of them
            if topic != before and (fresh & bits).bit_count() > half:
                return fresh & bits
        others = ~self._topics.get(before, 0) if before is not None else ~0
        # Only the last topic is left in this cycle: rather begin the next one than repeat it.
        return fresh & others or self._all & others or fresh

    def other_level(self, pool: int, before: Level | None) -> int:
        """Those whose level is least used up, another than *before* if there is one."""
        best, most = pool, 0.0
        for level, bits, size in self._levels:
            left = pool & bits
            share = left.bit_count() / size
            if share > most and level is not before:
                best, most = left, share
        return best

    def first(self, pool: int, channel_id: ChannelId) -> QuestionId:
        """The one a channel is asked first; each goes through the pool in steps of its own."""
        # Any fixed mixing will do; Knuth's multiplicative hash spreads neighbouring channels.
        mixed = channel_id * 2_654_435_761 % 2**32
        at, step = mixed % self._places, 1 + mixed // self._places % (self._places - 1)
        while not pool >> at & 1:
            at = (at + step) % self._places
        return QuestionId(self._questions[at].id)


def _prime(least: int) -> int:
    """The smallest prime number that is not below *least*."""
    return next(n for n in count(max(least, 2)) if all(n % d for d in range(2, isqrt(n) + 1)))
