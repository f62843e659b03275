"""Posting what somebody asks for: the daily now, or the leaderboard."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from bot.core.errors import (
    AlreadyPostedError,
    AlreadySharedError,
    NoQuestionError,
    NotPostedError,
)
from bot.core.models import Caller, Channel, Delivery, DeliveryState, Kind
from bot.core.views import DailyRule, PickRule
from bot.store.channels import get_channel, lock_set_up
from bot.store.deliveries import get_delivery
from bot.store.opening import Opening, asked_in, move_on, open_rounds
from bot.store.owed import owe
from bot.store.tables import deliveries, rounds

_NOT_POSTED = (DeliveryState.FAILED, DeliveryState.SKIPPED)
_OF_DATE = (
    deliveries.c.channel_id == bindparam("channel"),
    deliveries.c.local_on == bindparam("on"),
)
_DAILY_OF = select(deliveries.c.id, deliveries.c.state).where(
    *_OF_DATE, deliveries.c.kind == Kind.DAILY
)
_AGAIN = (
    update(deliveries)
    .where(*_OF_DATE, deliveries.c.state.in_(_NOT_POSTED))
    .values(
        state=DeliveryState.SENDING,
        due_at=bindparam("now"),
        created_at=bindparam("now"),
        tries=0,
        error="",
    )
    .returning(deliveries.c.id)
)
_OPEN = select(rounds.c.id).where(
    rounds.c.closed_at.is_(None), rounds.c.closes_at > bindparam("now")
)
_DAILY_AGAIN = _AGAIN.where(deliveries.c.kind == Kind.DAILY, deliveries.c.round_id.in_(_OPEN))
_SHARE_AGAIN = _AGAIN.where(deliveries.c.kind == Kind.SHARE).values(detail=bindparam("period"))


def post_now(
    connection: Connection,
    caller: Caller,
    rule: DailyRule,
    pick: PickRule,
    now: datetime,
) -> Delivery:
    """
    Owe the daily that *rule* wants posted at once, closing any round still open there.

    One of that date that was not posted is owed again, or raises NotPostedError once its round is
    over. Raises AlreadyPostedError for any other round of that or a later date, NoQuestionError
    when *pick* finds none, NotSetUpError for a NEW, GONE or unknown channel.
    """
    channel = lock_set_up(connection, caller)
    plan = rule(channel, now)
    on, closes_at = plan.post_on, plan.closes_at
    assert on is not None and closes_at is not None  # that is what the rule is for
    if channel.last_on is not None and channel.last_on >= on:
        return _owe_again(connection, channel, on, now)
    question_id = pick(asked_in(connection, [channel])[channel.id], on)
    if question_id is None:
        raise NoQuestionError
    if not open_rounds(
        connection, [Opening(channel, question_id, on, closes_at, plan.is_scheduled)], now
    ):
        raise AlreadyPostedError(on)
    move_on(connection, [(channel.id, on, plan.next_at if channel.next_daily_at else None)])
    return get_delivery(connection, connection.execute(_DAILY_OF, _key(channel, on)).scalar_one())


def _owe_again(connection: Connection, channel: Channel, on: date, now: datetime) -> Delivery:
    """
    Owe a daily that was not posted once more while its round is open; look first, for it may be
    there.

    Raises NotPostedError when it is over, AlreadyPostedError when there is no such daily.
    """
    id_ = connection.scalar(_DAILY_AGAIN, _key(channel, on) | {"now": now})
    if id_ is not None:
        return get_delivery(connection, id_)
    daily = connection.execute(_DAILY_OF, _key(channel, on)).one_or_none()
    if daily is not None and daily.state in _NOT_POSTED:
        raise NotPostedError(on)
    raise AlreadyPostedError(on)


def share(connection: Connection, caller: Caller, on: date, period: str, now: datetime) -> Delivery:
    """
    Owe the channel a leaderboard, one a local date; again where that could not be posted.

    Raises AlreadySharedError, and NoChannelError where the caller's channel is unknown.
    """
    channel = get_channel(connection, caller)
    id_ = owe(connection, channel, Kind.SHARE, on, now, detail=period)
    if id_ is None:
        again = {"now": now, "period": period}
        id_ = connection.scalar(_SHARE_AGAIN, _key(channel, on) | again)
    if id_ is None:
        raise AlreadySharedError
    return get_delivery(connection, id_)


def _key(channel: Channel, on: date) -> dict[str, Any]:
    return {"channel": channel.id, "on": on}
