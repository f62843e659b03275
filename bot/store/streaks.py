"""Streaks: scheduled days in a row with a graded attempt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, Result, and_, bindparam, or_, select

from bot.core.models import ChannelId, MemberId, Round
from bot.core.points import Streak, walk
from bot.store.given import KeepRows
from bot.store.tables import attempts, rounds, streaks

COLUMNS = (streaks.c.days, streaks.c.best, streaks.c.freezes, streaks.c.last_on)
_FIND = select(*COLUMNS).where(
    streaks.c.channel_id == bindparam("channel"), streaks.c.member_id == bindparam("member")
)
_KEEP = KeepRows(streaks, "channel_id", "member_id")


_DAYS = (
    select(rounds.c.local_on, attempts.c.graded_at.is_not(None))
    .select_from(rounds)
    .outerjoin(
        attempts,
        and_(attempts.c.round_id == rounds.c.id, attempts.c.member_id == bindparam("member")),
    )
    .where(
        rounds.c.channel_id == bindparam("channel"),
        rounds.c.local_on > bindparam("after"),
        rounds.c.local_on <= bindparam("until"),
        # A question beside the schedule, or one that came when it was over, is a day only for those
        # who took it: nobody loses a run by it.
        or_(
            attempts.c.graded_at.is_not(None),
            and_(rounds.c.scheduled, rounds.c.posted_at < rounds.c.closes_at),
        ),
    )
    .order_by(rounds.c.local_on)
)
# A member may grade before the bot has heard that its card arrived.
_POSTED_DAYS = _DAYS.where(or_(rounds.c.posted_at.is_not(None), rounds.c.id == bindparam("this")))
_CLOSED_DAYS = _DAYS.where(rounds.c.posted_at.is_not(None), rounds.c.closed_at.is_not(None))


def find_streak(connection: Connection, channel_id: ChannelId, member_id: MemberId) -> Streak:
    """A member's streak up to their last graded day there."""
    row = connection.execute(_FIND, {"channel": channel_id, "member": member_id}).one_or_none()
    return Streak(*row) if row else Streak()


def count_day(
    connection: Connection,
    round_: Round,
    member_id: MemberId,
    streak: Streak,
    previous_on: date | None,
) -> Streak:
    """
    Carry *streak* over a round that the member has just graded, for the first time.

    The days since the last one counted are walked over (*previous_on*, the posted round before,
    tells whether there are any); a day that comes late, after a later one, is a reason to walk
    again from the beginning.
    """
    on, last_on = round_.local_on, streak.last_on
    if last_on is not None and last_on >= on:
        return walk(Streak(), _walked(connection, round_, member_id, date.min, last_on))
    if last_on is not None and previous_on is not None and previous_on > last_on:
        return walk(streak, _walked(connection, round_, member_id, last_on, on))
    return walk(streak, [(on, True)])


def keep_streaks(
    connection: Connection, kept: Iterable[tuple[ChannelId, MemberId, Streak]]
) -> None:
    """Keep members' streaks."""
    rows = [
        {
            "channel_id": channel_id,
            "member_id": member_id,
            "days": streak.days,
            "best": streak.best,
            "freezes": streak.freezes,
            "last_on": streak.last_on,
        }
        for channel_id, member_id, streak in kept
    ]
    _KEEP(connection, rows)


def carried(
    connection: Connection, channel_id: ChannelId, member_id: MemberId, until: date = date.max
) -> Streak:
    """A member's streak over the closed rounds up to a date: an open one breaks nothing yet."""
    streak = find_streak(connection, channel_id, member_id)
    if streak.last_on is None:
        return streak
    wanted = {
        "channel": channel_id,
        "member": member_id,
        "after": streak.last_on,
        "until": until,
    }
    return walk(streak, _pairs(connection.execute(_CLOSED_DAYS, wanted)))


def _walked(
    connection: Connection, round_: Round, member_id: MemberId, after: date, until: date
) -> list[tuple[date, bool]]:
    wanted = {
        "channel": round_.channel_id,
        "member": member_id,
        "after": after,
        "until": until,
        "this": round_.id,
    }
    return _pairs(connection.execute(_POSTED_DAYS, wanted))


def _pairs(rows: Result[date, bool]) -> list[tuple[date, bool]]:
    return [(on, bool(tried)) for on, tried in rows]
