"""The store: each method is one function of a connection, run by a Database."""

# ruff: noqa: D102  # the protocols in core/ports.py say what each method does, once

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot.core.models import (
    Address,
    AttemptKey,
    Caller,
    Channel,
    Confidence,
    Delivery,
    DeliveryId,
    Kind,
    MessageRef,
    Platform,
    Round,
    RoundId,
    Settings,
)
from bot.core.ports import Installation, Progress
from bot.core.views import (
    Board,
    CloseRule,
    DailyRule,
    DigestRule,
    Due,
    Graded,
    GradeRule,
    Lease,
    PickRule,
    PracticeRule,
    Profile,
    ResumeRule,
    RoundView,
    SetupRule,
    Situation,
    TeamRecord,
    Week,
)
from bot.store import (
    attempts,
    channels,
    claims,
    closing,
    deliveries,
    due,
    export,
    forgetting,
    grades,
    grounds,
    installations,
    kept,
    leases,
    people,
    posting,
    practice,
    profiles,
    rounds,
    scores,
    situations,
    teams,
)
from bot.store.database import Database


class Store:
    """Keeps everything in one database; it is what core's `Store` and `Installations` ask for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_channel(self, caller: Caller) -> Channel | None:
        return await self._database.read(channels.find_channel, caller)

    async def list_channels(self, limit: int) -> Sequence[Channel]:
        return await self._database.read(channels.list_channels, limit)

    async def join_channel(self, caller: Caller, settings: Settings, now: datetime) -> Channel:
        return await self._database.write(channels.join_channel, caller, settings, now)

    async def left_channels(self, platform: Platform, workspace: str) -> list[Address]:
        return await self._database.read(channels.left_channels, platform, workspace)

    async def rename_channel(self, to: Address, name: str) -> None:
        await self._database.write(channels.rename_channel, to, name)

    async def leave_channel(self, to: Address) -> None:
        await self._database.write(channels.leave_channel, to)

    async def leave_workspace(self, platform: Platform, workspace: str) -> None:
        await self._database.write(channels.leave_workspace, platform, workspace)

    async def forget_workspace(self, platform: Platform, workspace: str) -> bool:
        return await self._database.write(forgetting.forget_workspace, platform, workspace)

    async def keep_settings(self, caller: Caller, rule: SetupRule, now: datetime) -> Channel:
        return await self._database.write(channels.keep_settings, caller, rule, now)

    async def pause(self, caller: Caller) -> Channel:
        return await self._database.write(channels.pause, caller)

    async def resume(self, caller: Caller, rule: ResumeRule) -> Channel:
        return await self._database.write(channels.resume, caller, rule)

    async def find_round(self, caller: Caller, message: MessageRef) -> Round | None:
        return await self._database.read(rounds.find_round, caller, message)

    async def open_round(self, caller: Caller, now: datetime) -> Situation | None:
        return await self._database.read(situations.open_round, caller, now)

    async def situation(self, caller: Caller, key: AttemptKey) -> Situation:
        return await self._database.read(situations.situation, caller, key)

    async def keep_words(
        self, caller: Caller, key: AttemptKey, words: str, now: datetime
    ) -> Situation:
        return await self._database.write(attempts.keep_words, caller, key, words, now)

    async def reveal(
        self,
        caller: Caller,
        key: AttemptKey,
        words: str,
        confidence: Confidence | None,
        now: datetime,
    ) -> Situation:
        return await self._database.write(attempts.reveal, caller, key, words, confidence, now)

    async def tick(
        self, caller: Caller, key: AttemptKey, ticked: frozenset[int], now: datetime
    ) -> Situation:
        return await self._database.write(attempts.tick, caller, key, ticked, now)

    async def grade(
        self, caller: Caller, key: AttemptKey, rule: GradeRule, now: datetime
    ) -> Graded:
        call = grounds.Call(caller, key, rule, now)
        return await self._database.write_together(grades.grade_all, call)

    async def practice(
        self, caller: Caller, rule: PracticeRule, now: datetime, question: str | None = None
    ) -> Situation:
        return await self._database.write(practice.practice, caller, rule, now, question)

    async def board(self, caller: Caller, period: str, limit: int = 10) -> Board:
        return await self._database.read(scores.board, caller, period, limit)

    async def profile(self, caller: Caller, week: str | None, now: datetime) -> Profile:
        return await self._database.read(profiles.profile, caller, week, now)

    async def team(self, caller: Caller) -> TeamRecord:
        return await self._database.read(teams.team, caller)

    async def week(self, channel: Channel, period: str, before: str) -> Week:
        return await self._database.read(teams.week, channel, period, before)

    async def set_hidden(self, caller: Caller, hidden: bool, now: datetime) -> None:
        await self._database.write(people.set_hidden, caller, hidden, now)

    async def rename_member(self, caller: Caller) -> None:
        await self._database.write(people.rename_member, caller)

    async def export(self, caller: Caller) -> Mapping[str, Any]:
        return await self._database.read(export.export, caller)

    async def forget(self, caller: Caller, now: datetime) -> None:
        await self._database.write(forgetting.forget, caller, now)

    async def post_now(
        self, caller: Caller, rule: DailyRule, pick: PickRule, now: datetime
    ) -> Delivery:
        return await self._database.write(posting.post_now, caller, rule, pick, now)

    async def share(self, caller: Caller, on: date, period: str, now: datetime) -> Delivery:
        return await self._database.write(posting.share, caller, on, period, now)

    async def due(self, platforms: Collection[Platform], now: datetime) -> Due:
        return await self._database.read(due.due, platforms, now)

    async def claim_dailies(
        self,
        platforms: Collection[Platform],
        now: datetime,
        rule: DailyRule,
        pick: PickRule,
        limit: int = 500,
    ) -> int:
        return await self._database.write(claims.claim_dailies, platforms, now, rule, pick, limit)

    async def claim_digests(
        self, platforms: Collection[Platform], now: datetime, rule: DigestRule, limit: int = 500
    ) -> int:
        return await self._database.write(claims.claim_digests, platforms, now, rule, limit)

    async def claim_answers(
        self, platforms: Collection[Platform], now: datetime, rule: CloseRule, limit: int = 500
    ) -> int:
        return await self._database.write(closing.claim_answers, platforms, now, rule, limit)

    async def lease(
        self,
        platforms: Collection[Platform],
        now: datetime,
        lease: timedelta,
        limit: int = 100,
        busy: Collection[str] = (),
        kinds: Collection[Kind] = tuple(Kind),
    ) -> Sequence[Lease]:
        return await self._database.write(leases.lease, platforms, now, lease, limit, busy, kinds)

    async def delivered(self, delivery: DeliveryId, message: MessageRef, now: datetime) -> None:
        await self._database.write(deliveries.delivered, delivery, message, now)

    async def put_back(
        self,
        delivery: DeliveryId,
        due_at: datetime,
        error: str,
        *,
        unknown: bool,
        tries: int | None = None,
    ) -> None:
        await self._database.write(
            deliveries.put_back, delivery, due_at, error, unknown=unknown, tries=tries
        )

    async def failed(
        self,
        delivery: DeliveryId,
        error: str,
        advice: str,
        now: datetime,
        *,
        tries: int | None = None,
    ) -> None:
        await self._database.write(deliveries.failed, delivery, error, advice, now, tries=tries)

    async def skipped(self, delivery: DeliveryId, why: str, *, tries: int | None = None) -> None:
        await self._database.write(deliveries.skipped, delivery, why, tries=tries)

    async def last_deliveries(self, caller: Caller, limit: int = 10) -> Sequence[Delivery]:
        return await self._database.read(deliveries.last_deliveries, caller, limit)

    async def round_view(self, round_id: RoundId) -> RoundView:
        return await self._database.read(rounds.round_view, round_id)

    async def claim_edits(
        self,
        platforms: Collection[Platform],
        now: datetime,
        until: datetime,
        limit: int = 100,
        busy: Collection[str] = (),
    ) -> Sequence[RoundView]:
        return await self._database.write(rounds.claim_edits, platforms, now, until, limit, busy)

    async def edited(
        self, round_id: RoundId, until: datetime, now: datetime, again_at: datetime | None = None
    ) -> None:
        await self._database.write(rounds.edited, round_id, until, now, again_at)

    async def first_time(self, key: str, now: datetime, keep: timedelta) -> bool:
        return await self._database.write(kept.first_time, key, now, keep)

    async def begin(self, key: str, now: datetime, lease: timedelta) -> Progress:
        return await self._database.write(kept.begin, key, now, lease)

    async def done(self, key: str, now: datetime, keep: timedelta) -> None:
        await self._database.write(kept.done, key, now, keep)

    async def not_done(self, key: str) -> None:
        await self._database.write(kept.not_done, key)

    async def recall(self, name: str) -> str | None:
        return await self._database.read(kept.recall, name)

    async def keep(self, name: str, value: str) -> None:
        await self._database.write(kept.keep, name, value)

    async def keep_first(self, name: str, value: str) -> str:
        return await self._database.write(kept.keep_first, name, value)

    async def drop(self, name: str, value: str) -> None:
        await self._database.write(kept.drop, name, value)

    async def now(self) -> datetime:
        return await self._database.read(kept.database_now)

    async def find_installation(self, workspace: str) -> Installation | None:
        return await self._database.read(installations.find_installation, workspace)

    async def keep_installation(self, installation: Installation) -> None:
        await self._database.write(installations.keep_installation, installation)

    async def delete_installation(self, workspace: str) -> None:
        await self._database.write(installations.delete_installation, workspace)
