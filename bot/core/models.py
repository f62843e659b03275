"""The nouns of the quiz, as values, and their id types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

from bot.core.calendar import Schedule
from bot.core.errors import StaleKeyError
from bot.core.grading import Grade

WorkspaceId = NewType("WorkspaceId", int)
ChannelId = NewType("ChannelId", int)
MemberId = NewType("MemberId", int)
RoundId = NewType("RoundId", int)
AttemptId = NewType("AttemptId", int)
DeliveryId = NewType("DeliveryId", int)
QuestionId = NewType("QuestionId", str)
MessageRef = NewType("MessageRef", str)
"""What a platform calls a message it accepted; only its own adapter reads it."""

WORDS_MAX = 2_000
"""Characters kept of a member's words; the rest is cut."""
KEY_POINTS_MAX = 6
"""Key points of one question."""


class Platform(StrEnum):
    """Where a workspace lives."""

    SLACK = "slack"
    DISCORD = "discord"
    WEB = "web"


class Level(StrEnum):
    """How far along a question expects a member to be."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class Confidence(StrEnum):
    """How sure a member said they were, before the reveal."""

    GUESS = "guess"
    THINK = "think"
    SURE = "sure"


class Period(StrEnum):
    """The span a leaderboard covers."""

    WEEK = "week"
    MONTH = "month"
    ALL = "all"


class Kind(StrEnum):
    """What a delivery brings."""

    HELLO = "hello"
    DAILY = "daily"
    ANSWER = "answer"
    DIGEST = "digest"
    SHARE = "share"
    NOTICE = "notice"


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class ChannelState(StrEnum):
    """Whether the quiz runs in a channel."""

    NEW = "new"
    ACTIVE = "active"
    PAUSED = "paused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and where, by the platform's own ids; the platform vouches for each of them."""

    platform: Platform
    workspace: str
    member: str
    name: str
    channel: str | None = None
    """None where the platform names no channel (App Home, a direct message)."""
    channel_name: str = ""
    is_admin: bool = False
    zone: str = ""
    """The member's own IANA zone where the platform tells it: what a new channel is offered."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes, by the platform's own ids."""

    platform: Platform
    workspace: str
    channel: str


@dataclass(frozen=True, slots=True)
class AttemptKey:
    """What a button or form is about: a round (``r12``) or one practice attempt (``p345``)."""

    round_id: RoundId | None = None
    practice_id: AttemptId | None = None

    def __str__(self) -> str:
        return f"r{self.round_id}" if self.round_id is not None else f"p{self.practice_id}"

    @classmethod
    def parse(cls, text: str) -> AttemptKey:
        """Read a key back; raises StaleKeyError for anything this version did not write."""
        kind, digits = text[:1], text[1:]
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
            raise StaleKeyError(text)
        if kind == "r":
            return cls(round_id=RoundId(int(digits)))
        if kind == "p":
            return cls(practice_id=AttemptId(int(digits)))
        raise StaleKeyError(text)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an admin chose for a channel."""

    schedule: Schedule
    levels: frozenset[Level] = frozenset(Level)
    topics: frozenset[str] = frozenset()
    """Slugs; empty means every topic."""
    open_for: timedelta | None = None
    """How long a round stays open; None means until the next daily."""
    digest_day: int = 0
    """Day of the week, Monday is 0."""
    digest_at: time = time(9)

    @property
    def digest(self) -> Schedule:
        """When the digest is owed."""
        return Schedule(self.digest_at, self.schedule.zone, frozenset({self.digest_day}))


@dataclass(frozen=True, slots=True)
class Channel:
    """A place in a workspace where the quiz runs."""

    id: ChannelId
    address: Address
    name: str
    state: ChannelState
    settings: Settings
    next_daily_at: datetime | None = None
    next_digest_at: datetime | None = None
    last_on: date | None = None
    """The local date of the newest round; no daily is ever owed for it or an earlier one."""
    failing_since: datetime | None = None
    failing_reason: str = ""
    admin: str = ""
    """The platform's id of the member who set it up; told when a post fails."""

    @property
    def zone(self) -> ZoneInfo:
        """The channel's own time zone."""
        return self.settings.schedule.zone


@dataclass(frozen=True, slots=True)
class Round:
    """One question, open in one channel on one local day."""

    id: RoundId
    channel_id: ChannelId
    question_id: QuestionId
    local_on: date
    closes_at: datetime
    posted_at: datetime | None = None
    closed_at: datetime | None = None
    message: MessageRef | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be answered at *now*."""
        return self.closed_at is None and now < self.closes_at


@dataclass(frozen=True, slots=True)
class Attempt:
    """One member's try at one round or practice."""

    id: AttemptId
    key: AttemptKey
    member_id: MemberId
    question_id: QuestionId
    words: str = ""
    confidence: Confidence | None = None
    revealed_at: datetime | None = None
    ticked: frozenset[int] = frozenset()
    """Indices of the key points the member had, from 0."""
    grade: Grade | None = None
    points: int = 0
    graded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How a round went, without names."""

    tried: int = 0
    got_it: int = 0
    partly: int = 0
    missed: int = 0
    ticks: tuple[int, ...] = ()
    """
    For each key point, how many of those who ticked any had it, up to the last one that anybody
    had; empty when nobody ticked.
    """

    @property
    def graded(self) -> int:
        """How many have graded themselves."""
        return self.got_it + self.partly + self.missed


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message the bot owes a channel, sent once."""

    id: DeliveryId
    kind: Kind
    channel: Channel
    local_on: date
    state: DeliveryState
    round_id: RoundId | None = None
    tries: int = 0
    due_at: datetime | None = None
    message: MessageRef | None = None
    error: str = ""
    created_at: datetime | None = None
    sent_at: datetime | None = None
    detail: str = ""
    """What the kind needs besides: a share's period, a notice's reason."""
