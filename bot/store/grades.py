"""
Grades: the attempt, the memory, the points and the streak, kept together.

All grades that wait are kept in a few statements, not in a few statements each: with a hundred
members at once that is what takes the time. One grade alone takes the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from bot.core.calendar import week_of
from bot.core.errors import NotRevealedError, QuizError, StaleKeyError
from bot.core.memory import Memory
from bot.core.models import Attempt, ChannelId, Round
from bot.core.points import Streak
from bot.core.views import Graded, Situation, Verdict
from bot.store.grounds import Call, Ground, find_grounds
from bot.store.memories import from_json, keep_memories, to_json
from bot.store.people import rename_all
from bot.store.prepared import Prepared
from bot.store.rounds import bits_of
from bot.store.scores import Earned, add_points, count_players, find_standings, with_own
from bot.store.situations import count_again
from bot.store.streaks import carried, count_day, keep_streaks
from bot.store.tables import attempts

Outcome = Graded | QuizError

_KEEP = Prepared(
    update(attempts)
    .where(attempts.c.id == bindparam("attempt"))
    .values(
        ticked=bindparam("ticked_"),
        grade=bindparam("grade_"),
        points=bindparam("points_"),
        graded_at=bindparam("graded_at_"),
        memory_before=bindparam("memory_before_"),
    )
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A grade that is to be kept."""

    call: Call
    ground: Ground
    before: Attempt
    after: Attempt
    situation: Situation
    """With the attempt as it is after."""
    memory_before: Memory | None
    memory: Memory
    """What the member remembers from now on."""

    @property
    def is_first(self) -> bool:
        return self.before.grade is None


def grade_all(connection: Connection, calls: Sequence[Call]) -> list[Outcome]:
    """
    Keep grades; each outcome is what came of it, or why it was refused.

    A later grade replaces the first: the points move by the difference, and the memory is reviewed
    from what it was before the attempt, unless another attempt has moved it on since.
    """
    outcomes: dict[int, Outcome] = {}
    waiting = dict(enumerate(calls))
    while waiting:
        # Two grades of one member follow each other, as if they had come one by one.
        turn = {call.who: n for n, call in reversed(waiting.items())}
        now = {n: waiting.pop(n) for n in sorted(turn.values())}
        outcomes |= zip(now, _grade_some(connection, list(now.values())), strict=True)
    return [outcomes[n] for n in range(len(calls))]


def _grade_some(connection: Connection, calls: Sequence[Call]) -> list[Outcome]:
    """Keep one grade each of several members."""
    grounds = find_grounds(connection, calls)
    decided = [_decide(call, grounds.get(n)) for n, call in enumerate(calls)]
    kept = [one for one in decided if isinstance(one, _Kept)]
    graded = iter(_keep(connection, kept) if kept else ())
    return [next(graded) if isinstance(one, _Kept) else one for one in decided]


def _decide(call: Call, ground: Ground | None) -> _Kept | QuizError:
    """Ask the rule; a refusal keeps nothing and is the caller's own."""
    try:
        return _verdict(call, ground)
    except QuizError as refusal:
        return refusal


def _verdict(call: Call, ground: Ground | None) -> _Kept:
    if ground is None:
        raise StaleKeyError(call.key)
    situation = ground.place.situation
    attempt = situation.attempt
    if attempt is None or attempt.revealed_at is None:
        raise NotRevealedError(call.key)
    if attempt.grade is not None:
        situation.refuse_closed(call.now)
    kept_before = ground.place.memory_before
    before = ground.memory if kept_before is None else from_json(kept_before)
    verdict = call.rule(situation, before)
    after = _graded(attempt, verdict, situation, call.now)
    return _Kept(
        call=call,
        ground=ground,
        before=attempt,
        after=after,
        situation=replace(situation, attempt=after),
        memory_before=before,
        memory=_moved_on(attempt, ground.memory) or verdict.memory,
    )


def _graded(attempt: Attempt, verdict: Verdict, situation: Situation, now: datetime) -> Attempt:
    return replace(
        attempt,
        ticked=verdict.ticked or frozenset(),
        grade=verdict.grade,
        # Practice moves the memory, never the leaderboard.
        points=0 if situation.round is None else verdict.points,
        graded_at=now,
    )


def _moved_on(attempt: Attempt, memory: Memory | None) -> Memory | None:
    """The memory where another attempt has moved it on since this one was graded."""
    if memory is None or attempt.graded_at in (None, memory.reviewed_at):
        return None
    return memory


def _keep(connection: Connection, kept: Sequence[_Kept]) -> list[Graded]:
    _KEEP(connection, [_row(one) for one in kept])
    keep_memories(
        connection,
        ((one.after.member_id, one.after.question_id, one.memory) for one in kept),
    )
    streaks = _keep_streaks(connection, kept)
    add_points(connection, _earned(kept))
    rename_all(
        connection,
        ((one.call.caller, one.after.member_id, one.ground.place.name) for one in kept),
    )
    count_again(connection, (one.ground.place for one in kept), max(o.call.now for o in kept))
    return _told(connection, kept, streaks)


def _row(one: _Kept) -> dict[str, object]:
    return {
        "attempt": one.after.id,
        "ticked_": bits_of(one.after.ticked),
        "grade_": one.after.grade,
        "points_": one.after.points,
        "graded_at_": one.after.graded_at,
        "memory_before_": to_json(one.memory_before),
    }


def _earned(kept: Sequence[_Kept]) -> list[Earned]:
    """What the grades move in the scores."""
    return [
        Earned(
            round_.channel_id,
            one.after.member_id,
            round_.local_on,
            one.after.points - one.before.points,
            attempts=1 if one.is_first else 0,
            shown=not one.ground.place.hidden,
        )
        for one in kept
        if (round_ := one.situation.round) is not None
        and (one.is_first or one.after.points != one.before.points)
    ]


def _keep_streaks(connection: Connection, kept: Sequence[_Kept]) -> list[Streak]:
    """Carry streaks on: a first grade counts for the day, a later one changes nothing."""
    streaks = []
    changed: list[tuple[ChannelId, Attempt, Streak]] = []
    for one in kept:
        streak, round_ = one.ground.streak, one.situation.round
        if one.is_first and round_ is not None:
            previous_on = one.ground.previous_on
            streak = count_day(connection, round_, one.after.member_id, streak, previous_on)
            changed.append((round_.channel_id, one.after, streak))
        streaks.append(streak)
    keep_streaks(connection, ((where, who.member_id, streak) for where, who, streak in changed))
    return streaks


def _told(connection: Connection, kept: Sequence[_Kept], streaks: Sequence[Streak]) -> list[Graded]:
    """Say where each member stands now."""
    boards = [
        (round_.channel_id, week_of(round_.local_on), one.after.member_id)
        for one in kept
        if (round_ := one.situation.round) is not None
    ]
    standings = iter(find_standings(connection, boards))
    sizes = count_players(connection, {board[:2] for board in boards})
    told = []
    for one, streak in zip(kept, streaks, strict=True):
        graded = Graded(one.situation, one.memory.due_at)
        if (round_ := one.situation.round) is not None:
            standing = next(standings)
            size = sizes[round_.channel_id, week_of(round_.local_on)]
            players = with_own(size, standing, hidden=one.ground.place.hidden)
            run = _up_to_now(connection, one, round_, streak)
            graded = replace(graded, streak=run, standing=standing, players=players)
        told.append(graded)
    return told


def _up_to_now(connection: Connection, one: _Kept, round_: Round, streak: Streak) -> Streak:
    """A streak after a grade of *round_* that came late: others have closed since."""
    channel = one.situation.channel
    if channel is None or round_.local_on == channel.last_on:
        return streak
    return carried(connection, round_.channel_id, one.after.member_id)
