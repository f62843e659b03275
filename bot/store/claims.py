"""Claims: owing what has come due, for hundreds of channels in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, FromClause, Select, Update, bindparam, select, update

from bot.core.calendar import week_of
from bot.core.models import Channel, ChannelId, Kind, Platform
from bot.core.views import DailyPlan, DailyRule, DigestRule, PickRule
from bot.store import channels as channel_store
from bot.store.channels import channel_of
from bot.store.given import for_given, given_ids
from bot.store.opening import Opening, asked_in, move_on, open_rounds
from bot.store.owed import owe_rows, owed_row, skipped_row
from bot.store.tables import channels, scores

MISSED = "the bot was not running on that day"
NOTHING_FITS = "no question fits the channel's levels and topics"


def _due(column: Any) -> Select[Any]:
    """Select channels for which a moment has come, and let other processes pass over them."""
    return (
        select(*channel_store.COLUMNS)
        .where(channels.c.platform == bindparam("platform"), column <= bindparam("now"))
        .order_by(column)
        .limit(bindparam("limit_"))
        .with_for_update(key_share=True, skip_locked=True)
    )


_DUE_DAILIES = _due(channels.c.next_daily_at)
_DUE_DIGESTS = _due(channels.c.next_digest_at)
_PLAYED = (
    select(scores.c.channel_id, scores.c.period)
    .where(
        scores.c.channel_id.in_(bindparam("channels", expanding=True)),
        scores.c.period.in_(bindparam("periods", expanding=True)),
        scores.c.shown.is_(True),  # else the post alone would say that a hidden member played
    )
    .distinct()
)


def _next_digest(wanted: FromClause) -> Update:
    return (
        update(channels)
        .where(channels.c.id.in_(select(wanted.c.id)))
        .values(next_digest_at=bindparam("next_at"))
    )


_NEXT_DIGEST = for_given(_next_digest, id=BigInteger())


def claim_dailies(
    connection: Connection,
    platforms: Collection[Platform],
    now: datetime,
    rule: DailyRule,
    pick: PickRule,
    limit: int = 500,
) -> int:
    """Owe the dailies that are due; the number of channels handled."""
    due = _take(connection, _DUE_DAILIES, platforms, now, limit)
    plans = [(channel, rule(channel, now)) for channel in due]
    posting = [(channel, plan) for channel, plan in plans if plan.post_on is not None]
    openings, unfit = _pick(connection, posting, pick)
    open_rounds(connection, openings, now)
    skipped = [
        skipped_row(channel, Kind.DAILY, on, now, MISSED)
        for channel, plan in plans
        for on in plan.skipped
    ]
    skipped += [skipped_row(channel, Kind.DAILY, on, now, NOTHING_FITS) for channel, on in unfit]
    owe_rows(connection, skipped)
    opened = {opening.channel.id: opening.on for opening in openings}
    move_on(connection, ((c.id, opened.get(c.id), plan.next_at) for c, plan in plans))
    return len(due)


def claim_digests(
    connection: Connection,
    platforms: Collection[Platform],
    now: datetime,
    rule: DigestRule,
    limit: int = 500,
) -> int:
    """Owe the digests that are due, none for a week in which nobody played."""
    due = _take(connection, _DUE_DIGESTS, platforms, now, limit)
    plans = [(channel, rule(channel, now)) for channel in due]
    played = _played(connection, [(c.id, plan.week_on) for c, plan in plans if plan.week_on])
    owe_rows(
        connection,
        [
            owed_row(channel, Kind.DIGEST, plan.week_on, now)
            for channel, plan in plans
            if plan.week_on and (channel.id, week_of(plan.week_on)) in played
        ],
    )
    together: dict[datetime, list[ChannelId]] = defaultdict(list)
    for channel, plan in plans:
        together[plan.next_at].append(channel.id)
    for next_at, ids in together.items():
        connection.execute(_NEXT_DIGEST(connection), given_ids(ids) | {"next_at": next_at})
    return len(due)


def _take(
    connection: Connection,
    statement: Select[Any],
    platforms: Collection[Platform],
    now: datetime,
    limit: int,
) -> list[Channel]:
    """Lock channels that are due, one platform after the other: so each is read by its index."""
    taken: list[Channel] = []
    for platform in sorted(platforms):
        wanted = {"platform": platform, "now": now, "limit_": limit - len(taken)}
        taken += map(channel_of, connection.execute(statement, wanted).all())
    return taken


def _pick(
    connection: Connection, posting: Sequence[tuple[Channel, DailyPlan]], pick: PickRule
) -> tuple[list[Opening], list[tuple[Channel, date]]]:
    """Pick a question for each channel; those for which there is none are given apart."""
    asked = asked_in(connection, [channel for channel, _ in posting])
    openings, unfit = list[Opening](), list[tuple[Channel, date]]()
    for channel, plan in posting:
        assert plan.post_on is not None and plan.closes_at is not None  # the caller looked
        question_id = pick(asked[channel.id], plan.post_on)
        if question_id is None:
            unfit.append((channel, plan.post_on))
        else:
            openings.append(Opening(channel, question_id, plan.post_on, plan.closes_at))
    return openings, unfit


def _played(
    connection: Connection, weeks: Sequence[tuple[ChannelId, date]]
) -> set[tuple[ChannelId, str]]:
    """Find the channels and weeks in which anybody who is shown played."""
    wanted = {
        "channels": [channel_id for channel_id, _ in weeks],
        "periods": sorted({week_of(on) for _, on in weeks}),
    }
    return {(ChannelId(row[0]), row[1]) for row in connection.execute(_PLAYED, wanted)}
