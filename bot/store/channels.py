"""Channels: where the quiz runs, and its schedule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select, update

from bot.core.calendar import Schedule, local_date
from bot.core.errors import NoChannelError, NotSetUpError
from bot.core.models import (
    Address,
    Caller,
    Channel,
    ChannelId,
    ChannelState,
    Kind,
    Level,
    Platform,
    Settings,
)
from bot.core.views import ResumeRule, Setup, SetupRule
from bot.store.dialects import insert_or_ignore
from bot.store.owed import drop_unsent, owe, skip_waiting
from bot.store.people import HERE, add_member, add_workspace, place, short
from bot.store.tables import channels, workspaces

HELLO_ON = date(1970, 1, 1)
"""The local date of every first hello, so that a channel is owed it once."""
PAUSED = "the quiz was paused"

_SETTINGS = (
    channels.c.post_at,
    channels.c.zone,
    channels.c.days,
    channels.c.levels,
    channels.c.topics,
    channels.c.open_minutes,
    channels.c.digest_day,
    channels.c.digest_at,
)
COLUMNS = (
    channels.c.id,
    channels.c.platform,
    channels.c.workspace,
    channels.c.external_id,
    channels.c.name,
    channels.c.state,
    channels.c.next_daily_at,
    channels.c.next_digest_at,
    channels.c.last_on,
    channels.c.failing_since,
    channels.c.failing_reason,
    channels.c.admin,
    *_SETTINGS,
)
WIDTH = len(COLUMNS)

_FIND = (
    select(*COLUMNS)
    .join(workspaces, workspaces.c.id == channels.c.workspace_id)
    .where(HERE, channels.c.external_id == bindparam("channel"))
)
_LOCK = _FIND.with_for_update(key_share=True, of=channels)
_ADD = insert_or_ignore(channels, "workspace_id", "external_id")

_SET_UP = (
    select(*COLUMNS)
    .where(channels.c.state != ChannelState.NEW)
    .order_by(channels.c.failing_since.is_(None), channels.c.id)
    .limit(bindparam("limit_"))
)
_LEFT = select(channels.c.external_id).where(
    channels.c.platform == bindparam("platform"),
    channels.c.workspace == bindparam("workspace"),
    channels.c.state == ChannelState.GONE,
    channels.c.set_up_at.is_not(None),
)


def channel_of(row: Sequence[Any]) -> Channel:
    """Read a channel from a row of `COLUMNS`."""
    (id_, platform, workspace, external_id, name, state, daily, digest, last_on) = row[:9]
    since, reason, admin = row[9:12]
    return Channel(
        id=id_,
        address=Address(Platform(platform), workspace, external_id),
        name=name,
        state=ChannelState(state),
        settings=_settings_of(*row[12:WIDTH]),
        next_daily_at=daily,
        next_digest_at=digest,
        last_on=last_on,
        failing_since=since,
        failing_reason=reason,
        admin=admin,
    )


@lru_cache(maxsize=4096)  # thousands of channels share a few settings
def _settings_of(
    post_at: str,
    zone: str,
    days: str,
    levels: str,
    topics: str,
    open_minutes: int | None,
    digest_day: int,
    digest_at: str,
) -> Settings:
    return Settings(
        schedule=Schedule(time.fromisoformat(post_at), ZoneInfo(zone), frozenset(map(int, days))),
        levels=frozenset(map(Level, filter(None, levels.split(",")))),
        topics=frozenset(filter(None, topics.split(","))),
        open_for=None if open_minutes is None else timedelta(minutes=open_minutes),
        digest_day=digest_day,
        digest_at=time.fromisoformat(digest_at),
    )


def _settings_row(settings: Settings) -> dict[str, Any]:
    schedule, open_for = settings.schedule, settings.open_for
    return {
        "post_at": f"{schedule.at:%H:%M}",
        "zone": schedule.zone.key,
        "days": "".join(map(str, sorted(schedule.days))),
        "levels": ",".join(sorted(settings.levels)),
        "topics": ",".join(sorted(settings.topics)),
        "open_minutes": None if open_for is None else open_for // timedelta(minutes=1),
        "digest_day": settings.digest_day,
        "digest_at": f"{settings.digest_at:%H:%M}",
    }


def find_channel(connection: Connection, caller: Caller) -> Channel | None:
    """The caller's channel, or None if it is unknown."""
    row = connection.execute(_FIND, place(caller)).one_or_none()
    return channel_of(row) if row else None


def lock_channel(connection: Connection, caller: Caller) -> Channel | None:
    """Find the caller's channel and let no other transaction change it until this one ends."""
    row = connection.execute(_LOCK, place(caller)).one_or_none()
    return channel_of(row) if row else None


def lock_set_up(connection: Connection, caller: Caller) -> Channel:
    """Lock the caller's channel; raises NotSetUpError when it is NEW, GONE or unknown."""
    channel = lock_channel(connection, caller)
    if channel is None or channel.state in (ChannelState.NEW, ChannelState.GONE):
        raise NotSetUpError
    return channel


def get_channel(connection: Connection, caller: Caller) -> Channel:
    """The caller's channel; raises NoChannelError if it is unknown."""
    channel = find_channel(connection, caller)
    if channel is None:
        raise NoChannelError
    return channel


def list_channels(connection: Connection, limit: int) -> list[Channel]:
    """The channels that are set up, those that fail first."""
    rows = connection.execute(_SET_UP, {"limit_": limit})
    return [channel_of(row) for row in rows]


def join_channel(
    connection: Connection, caller: Caller, settings: Settings, now: datetime
) -> Channel:
    """
    Add the caller's channel and owe it a hello once.

    One that was GONE comes back: PAUSED and owed another hello if it was set up, else NEW.
    """
    channel = _add(connection, caller, lambda: settings, now)
    values: dict[str, Any] = _new_name(caller)
    hello_on = HELLO_ON
    if channel.state is ChannelState.GONE and _is_set_up(connection, channel.id):
        values["state"] = ChannelState.PAUSED
        hello_on = local_date(now, channel.zone)
    elif channel.state is ChannelState.GONE:
        values["state"] = ChannelState.NEW
    owe(connection, channel, Kind.HELLO, hello_on, now)
    return _change(connection, caller, channel.id, values)


def keep_settings(
    connection: Connection, caller: Caller, rule: SetupRule, now: datetime
) -> Channel:
    """Keep what *rule* decides: no longer failing, the caller its admin."""
    channel = _add(connection, caller, lambda: rule(None).settings, now)
    setup = rule(channel)
    return _change(
        connection,
        caller,
        channel.id,
        _settings_row(setup.settings)
        | _new_name(caller)
        | _turns_row(setup)
        | {
            "failing_since": None,
            "failing_reason": "",
            "admin": caller.member,
            "set_up_at": now,
        },
    )


def pause(connection: Connection, caller: Caller) -> Channel:
    """Post nothing more by itself; what waits for another try is skipped."""
    channel = lock_set_up(connection, caller)
    skip_waiting(connection, channel.id, PAUSED)
    return _change(connection, caller, channel.id, _turns_row(Setup(channel.settings)))


def resume(connection: Connection, caller: Caller, rule: ResumeRule) -> Channel:
    """Go on by the moments that *rule* decides."""
    channel = lock_set_up(connection, caller)
    return _change(connection, caller, channel.id, _turns_row(rule(channel)))


def left_channels(connection: Connection, platform: Platform, workspace: str) -> list[Address]:
    """The channels of a workspace that were set up and are GONE."""
    found = connection.execute(_LEFT, {"platform": platform, "workspace": workspace})
    return [Address(platform, workspace, external_id) for (external_id,) in found]


def rename_channel(connection: Connection, to: Address, name: str) -> None:
    """Keep another name of a channel, where it is known."""
    here = select(workspaces.c.id).where(
        workspaces.c.platform == to.platform, workspaces.c.external_id == to.workspace
    )
    connection.execute(
        update(channels)
        .where(channels.c.workspace_id.in_(here), channels.c.external_id == to.channel)
        .values(name=short(name))
    )


def leave_channel(connection: Connection, to: Address) -> None:
    """Stop all posting to a channel: GONE, nothing due, unsent deliveries failed."""
    _leave(connection, to.platform, to.workspace, to.channel)


def leave_workspace(connection: Connection, platform: Platform, workspace: str) -> None:
    """Leave every channel of a workspace."""
    _leave(connection, platform, workspace, None)


def _leave(connection: Connection, platform: Platform, workspace: str, channel: str | None) -> None:
    found = (
        select(channels.c.id)
        .join(workspaces, workspaces.c.id == channels.c.workspace_id)
        .where(workspaces.c.platform == platform, workspaces.c.external_id == workspace)
    )
    if channel is not None:
        found = found.where(channels.c.external_id == channel)
    left = connection.scalars(found).all()
    connection.execute(
        update(channels)
        .where(channels.c.id.in_(left))
        .values(state=ChannelState.GONE, next_daily_at=None, next_digest_at=None)
    )
    drop_unsent(connection, [ChannelId(id_) for id_ in left], "the bot left the channel")


def _add(
    connection: Connection, caller: Caller, settings: Callable[[], Settings], now: datetime
) -> Channel:
    """
    Lock the caller's channel, adding it, its workspace and the caller where needed.

    *settings* gives those of a channel that is added.
    """
    if caller.channel is None:
        raise NoChannelError
    if caller.member:
        add_member(connection, caller, now)
    channel = lock_channel(connection, caller)
    if channel is None:
        row = _settings_row(settings()) | {
            "workspace_id": add_workspace(connection, caller.platform, caller.workspace, now),
            "platform": caller.platform,
            "workspace": caller.workspace,
            "external_id": caller.channel,
            "name": short(caller.channel_name),
            "state": ChannelState.NEW,
            "created_at": now,
        }
        connection.execute(_ADD(connection), row)
        channel = lock_channel(connection, caller)
    assert channel is not None  # added just now, by us or by another
    return channel


def _change(
    connection: Connection, caller: Caller, channel_id: ChannelId, values: dict[str, Any]
) -> Channel:
    if values:
        connection.execute(update(channels).where(channels.c.id == channel_id).values(values))
    return get_channel(connection, caller)


def _turns_row(setup: Setup) -> dict[str, Any]:
    """Write whether a channel posts by itself, and when it owes what next."""
    return {
        "state": setup.state,
        "next_daily_at": setup.next_daily_at,
        "next_digest_at": setup.next_digest_at,
    }


def _new_name(caller: Caller) -> dict[str, Any]:
    return {"name": short(caller.channel_name)} if caller.channel_name else {}


def _is_set_up(connection: Connection, channel_id: ChannelId) -> bool:
    found = select(channels.c.set_up_at).where(channels.c.id == channel_id)
    return connection.scalar(found) is not None
