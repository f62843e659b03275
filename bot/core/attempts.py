"""Trying, seeing, grading: what a member does with a round or a practice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core import calendar, choosing
from bot.core.cards import attempts
from bot.core.deck import Deck, Question
from bot.core.errors import (
    FormError,
    NoQuestionError,
    NotAQuestionError,
    RoundClosedError,
    StaleKeyError,
)
from bot.core.grading import Grade, grade_from_ticks, read_grade
from bot.core.memory import Memory, rating, review
from bot.core.models import (
    KEY_POINTS_MAX,
    WORDS_MAX,
    AttemptKey,
    Caller,
    Confidence,
    Level,
    MessageRef,
    QuestionId,
)
from bot.core.parts import Card, Form, Values
from bot.core.picking import Picker
from bot.core.points import points_for
from bot.core.ports import Clock, Store
from bot.core.views import Graded, Recall, Situation, Verdict


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot does about a plain reply: a reaction for all, a note for the member alone."""

    noted: bool = False
    """React to it: it was taken as an attempt or a grade (the reaction never says which)."""
    note: Card | None = None


class Attempts:
    """The use cases of rounds and practice."""

    def __init__(self, deck: Deck, store: Store, clock: Clock, picker: Picker) -> None:
        self._deck = deck
        self._store = store
        self._clock = clock
        self._picker = picker

    async def start(self, caller: Caller) -> Card | Form:
        """Today's round if the caller has not answered it; otherwise practice."""
        if caller.channel is not None:
            situation = await self._store.open_round(caller, self._clock())
            if situation and self._is_unanswered(situation):
                return self._next_form(situation)
        return await self.practice(caller, None, "")

    def _is_unanswered(self, situation: Situation) -> bool:
        """Whether there is anything left to do; nothing where the deck has lost the question."""
        graded = situation.attempt is not None and situation.attempt.grade is not None
        return not graded and self._deck.find(situation.question_id) is not None

    async def open_attempt(self, caller: Caller, key: AttemptKey) -> Card | Form:
        """The form to answer in, the reveal, or what came of it: by where the caller stands."""
        now = self._clock()
        situation = await self._store.situation(caller, key)
        if situation.attempt is None or situation.attempt.grade is None:
            return self._next_form(situation)
        graded = await self._kept(caller, situation, now)
        return self._result(caller, graded, now, again=True)

    async def open_card(self, caller: Caller, card: MessageRef) -> Card | Form:
        """The same for the round whose card *card* is; raises NotAQuestionError for others."""
        round_ = await self._store.find_round(caller, card)
        if round_ is None:
            raise NotAQuestionError(card)
        return await self.open_attempt(caller, AttemptKey(round_id=round_.id))

    async def regrade(self, caller: Caller, key: AttemptKey) -> Card | Form:
        """The reveal again, so that a grade can be changed while the round is open."""
        situation = await self._store.situation(caller, key)
        if situation.attempt is not None and situation.attempt.grade is not None:
            situation.refuse_closed(self._clock())
        return self._next_form(situation)

    def _next_form(self, situation: Situation) -> Form:
        """The form to answer in or to grade in; raises RoundClosedError where it is too late."""
        question = self._question(situation)
        if situation.attempt is None or situation.attempt.revealed_at is None:
            situation.refuse_closed(self._clock())
            return attempts.try_first(situation, question)
        return attempts.reveal(situation, question)

    def _result(
        self, caller: Caller, graded: Graded, now: datetime, *, again: bool = False
    ) -> Card:
        """What a grade earned; with the leaderboard where the caller can open it."""
        has_board = caller.channel is not None and graded.situation.channel is not None
        question = self._question(graded.situation)
        return attempts.result(graded, question, now, again=again, has_board=has_board)

    async def reveal(self, caller: Caller, key: AttemptKey, values: Values) -> Form:
        """Keep the caller's words and confidence, and show the answer."""
        words = _text(values, "words").strip()[:WORDS_MAX]
        said = _text(values, "confidence")
        if said not in set(Confidence):
            raise FormError({"confidence": "Say how sure you are; a guess is fine."})
        try:
            kept = await self._store.reveal(caller, key, words, Confidence(said), self._clock())
        except RoundClosedError as error:
            raise RoundClosedError(error.question_id, words) from error
        return attempts.reveal(kept, self._question(kept))

    async def tick(self, caller: Caller, key: AttemptKey, ticked: frozenset[int]) -> Form:
        """Keep the key points ticked so far, where a face sends them one by one."""
        possible = frozenset(i for i in ticked if 0 <= i < KEY_POINTS_MAX)
        situation = await self._store.tick(caller, key, possible, self._clock())
        return attempts.reveal(situation, self._question(situation))

    async def grade(self, caller: Caller, key: AttemptKey, values: Values) -> Card:
        """Keep the grade of the reveal's form."""
        ticked = ticked_in(values)
        said = _text(values, "grade")
        grade = Grade(said) if said in set(Grade) else None
        return await self._keep_grade(caller, key, grade, ticked)

    async def _keep_grade(
        self, caller: Caller, key: AttemptKey, grade: Grade | None, ticked: frozenset[int] | None
    ) -> Card:
        """Keep a grade; one left empty is decided by the ticks (of now, or kept earlier)."""
        now = self._clock()

        def rule(situation: Situation, memory: Memory | None) -> Verdict:
            question = self._question(situation)
            total = len(question.key_points)
            kept = situation.attempt.ticked if situation.attempt else frozenset()
            points = frozenset(i for i in (kept if ticked is None else ticked) if i < total)
            verdict = grade or grade_from_ticks(len(points), total)
            # No ticks beside a grade: the member did not use them, which says nothing.
            known = points if points or grade is None else None
            how = rating(verdict, None if known is None else len(known), total)
            return Verdict(
                grade=verdict,
                ticked=known,
                points=points_for(question.level, verdict) if situation.round else 0,
                memory=review(memory, how, now),
            )

        graded = await self._store.grade(caller, key, rule, now)
        return self._result(caller, graded, now)

    async def _kept(self, caller: Caller, situation: Situation, now: datetime) -> Graded:
        """What came of a grade kept earlier."""
        zone = situation.channel.zone if situation.channel else ZoneInfo("UTC")
        on = situation.round.local_on if situation.round else calendar.local_date(now, zone)
        here = situation.channel.address.channel if situation.channel else None
        there = replace(caller, channel=here)  # who opens it elsewhere stands where the round is
        profile = await self._store.profile(there, calendar.week_of(on), now)
        memory = profile.memories.get(situation.question_id)
        in_round = situation.round is not None
        return Graded(
            situation,
            due_at=memory.due_at if memory else now,
            streak=profile.streak if in_round else None,
            standing=profile.standing if in_round else None,
            players=profile.players,
        )

    async def reply(self, caller: Caller, card: MessageRef, text: str) -> Reply:
        """
        Take a plain reply under the card *card*: a grade after the reveal, an attempt before it.

        After the reveal other words are talk among the team and left alone; after a grade so are
        grades with small talk around them.
        """
        now = self._clock()
        round_ = await self._store.find_round(caller, card)
        if round_ is None or not round_.is_open(now):
            return Reply()
        key = AttemptKey(round_id=round_.id)
        situation = await self._store.situation(caller, key)
        key_points = len(self._question(situation).key_points)
        graded = situation.attempt is not None and situation.attempt.grade is not None
        grade = read_grade(text, key_points, bare=graded)
        if situation.attempt is not None and situation.attempt.revealed_at is not None:
            if grade is None:
                return Reply()
            return Reply(noted=True, note=await self._keep_grade(caller, key, grade, None))
        if grade is None and text.strip():
            words = text.strip()[:WORDS_MAX]
            situation = await self._store.keep_words(caller, key, words, now)
            return Reply(noted=True, note=attempts.look_first(situation))
        return Reply(note=attempts.look_first(situation))

    async def practice(self, caller: Caller, level: Level | None, topic: str) -> Card:
        """One question in private: what is open, else due, else new."""
        now = self._clock()
        wanted = choosing.find_topic(topic, self._deck) if topic.strip() else None
        if topic.strip() and wanted is None:
            raise NoQuestionError(topic.strip(), tuple(self._deck.topics.values()))
        wish = _Wish(self._picker, self._deck, level, wanted, now)
        situation = await self._store.practice(caller, wish, now)
        return attempts.practice(situation, self._question(situation), wish.why)

    def _question(self, situation: Situation) -> Question:
        question = self._deck.find(situation.question_id)
        if question is None:  # the deck has changed since
            raise StaleKeyError(situation.question_id)
        return question


class _Wish:
    """Picks a practice by level and topic, and remembers why it picked it."""

    def __init__(
        self, picker: Picker, deck: Deck, level: Level | None, topic: str | None, now: datetime
    ) -> None:
        self._picker, self._deck = picker, deck
        self._level, self._topic, self._now = level, topic, now
        self.why = ""

    def __call__(self, recall: Recall) -> QuestionId:
        """Pick again what is open and fits, so that a second press changes nothing."""
        begun = self._deck.find(recall.open.question_id) if recall.open else None
        if begun and begun.id not in recall.barred and self._fits(begun):
            picked = QuestionId(begun.id)
        else:
            picked = self._picker.for_member(recall, self._level, self._topic, self._now)
        memory = recall.memories.get(picked)
        self.why = "new to you" if memory is None else "due" if memory.due_at <= self._now else ""
        return picked

    def _fits(self, question: Question) -> bool:
        levels = frozenset({self._level} if self._level else ())
        topics = frozenset({self._topic} if self._topic else ())
        return question in self._deck.select(levels, topics)


def _text(values: Values, name: str) -> str:
    value = values.get(name, "")
    return value if isinstance(value, str) else ""


def ticked_in(values: Values) -> frozenset[int] | None:
    """The key points ticked in a form; None where it has no ticks at all."""
    if (value := values.get("ticks")) is None:
        return None
    words = {value} if isinstance(value, str) else set(value)
    return frozenset(i for i in range(KEY_POINTS_MAX) if str(i) in words)
