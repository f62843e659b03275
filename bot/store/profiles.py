"""What is kept about one member, for ``me`` and for their own page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, select, union_all

from bot.core.calendar import local_date, week_of
from bot.core.grading import Grade
from bot.core.models import Caller, Channel, ChannelId, Confidence, MemberId, QuestionId
from bot.core.views import Profile, Situation
from bot.store import channels as channel_store
from bot.store import rounds as round_store
from bot.store.channels import channel_of, find_channel
from bot.store.memories import of_member
from bot.store.people import find_member
from bot.store.rounds import round_of
from bot.store.scores import ALL, find_standing, players, with_own
from bot.store.situations import ATTEMPT, attempt_of
from bot.store.streaks import carried
from bot.store.tables import attempts, channels, rounds

GRADES_MAX = 1_000
OPEN_MAX = 25
_ROUND_AT = len(ATTEMPT)
_CHANNEL_AT = _ROUND_AT + round_store.WIDTH

_GRADES = (
    select(attempts.c.question_id, attempts.c.grade, attempts.c.confidence)
    .where(attempts.c.member_id == bindparam("member"), attempts.c.graded_at.is_not(None))
    .order_by(attempts.c.graded_at.desc())
    .limit(GRADES_MAX)
)
_LAST_CHANNEL = (
    select(*channel_store.COLUMNS)
    .join(attempts, attempts.c.channel_id == channels.c.id)
    .where(attempts.c.member_id == bindparam("member"), attempts.c.round_id.is_not(None))
    .order_by(attempts.c.graded_at.desc().nulls_last(), attempts.c.id.desc())
    .limit(1)
)
_TRIED = attempts.alias("tried")
_PLAYED = select(_TRIED.c.channel_id).where(
    _TRIED.c.member_id == bindparam("member"), _TRIED.c.round_id.is_not(None)
)
_OPEN = (
    select(*ATTEMPT, *round_store.COLUMNS, *channel_store.COLUMNS)
    .select_from(channels)
    .join(rounds, rounds.c.channel_id == channels.c.id)
    .outerjoin(
        attempts,
        and_(attempts.c.round_id == rounds.c.id, attempts.c.member_id == bindparam("member")),
    )
    .where(
        # The member's own page may be in a channel, where the first question is still to be tried.
        channels.c.id.in_(union_all(_PLAYED, select(bindparam("here", type_=channels.c.id.type)))),
        rounds.c.closed_at.is_(None),
        rounds.c.closes_at > bindparam("now"),
        rounds.c.posted_at.is_not(None),
    )
    .order_by(rounds.c.posted_at.desc())
    .limit(OPEN_MAX)
)


def profile(connection: Connection, caller: Caller, week: str | None, now: datetime) -> Profile:
    """
    What is kept about the caller; *week* is the period of the standing, None the one that it is in
    that channel at *now*.
    """
    here = find_channel(connection, caller)
    person = find_member(connection, caller)
    if person is None:
        return Profile(hidden=False, grades=(), memories={}, channel=here, streak=None)
    channel = here or _last_channel(connection, person.id)
    kept = Profile(
        hidden=person.hidden,
        grades=_grades(connection, person.id),
        memories=of_member(connection, person.id),
        channel=channel,
        streak=None,
        open_rounds=_open_rounds(connection, person.id, here.id if here else None, now),
    )
    if channel is None:
        return kept
    week = week or week_of(local_date(now, channel.zone))
    return _in_channel(connection, kept, channel.id, person.id, week)


def _in_channel(
    connection: Connection, kept: Profile, channel_id: ChannelId, member_id: MemberId, week: str
) -> Profile:
    """Add what a member has in one channel."""
    of_all_time = find_standing(connection, channel_id, ALL, member_id)
    standing = find_standing(connection, channel_id, week, member_id)
    return replace(
        kept,
        streak=carried(connection, channel_id, member_id),
        points=of_all_time.points if of_all_time else 0,
        standing=standing,
        players=with_own(players(connection, channel_id, week), standing, hidden=kept.hidden),
    )


def _grades(
    connection: Connection, member_id: MemberId
) -> tuple[tuple[QuestionId, Grade, Confidence | None], ...]:
    return tuple(
        (QuestionId(question), Grade(grade), confidence and Confidence(confidence))
        for question, grade, confidence in connection.execute(_GRADES, {"member": member_id})
    )


def _last_channel(connection: Connection, member_id: MemberId) -> Channel | None:
    row = connection.execute(_LAST_CHANNEL, {"member": member_id}).one_or_none()
    return channel_of(row) if row else None


def _open_rounds(
    connection: Connection, member_id: MemberId, here: ChannelId | None, now: datetime
) -> tuple[Situation, ...]:
    """Open rounds *here* and in the channels where the member has played, newest first."""
    rows = connection.execute(_OPEN, {"member": member_id, "here": here, "now": now})
    return tuple(
        Situation(
            member_id,
            row[_ROUND_AT + 2],
            attempt=attempt_of(row[:_ROUND_AT]),
            round=round_of(row[_ROUND_AT:]),
            channel=channel_of(row[_CHANNEL_AT:]),
        )
        for row in rows
    )
