"""What the store tells the quiz: the nouns put together for one question each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.errors import RoundClosedError
from bot.core.grading import Grade
from bot.core.leaderboard import Standing
from bot.core.memory import Memory
from bot.core.models import (
    Attempt,
    Channel,
    ChannelState,
    Confidence,
    Delivery,
    MemberId,
    QuestionId,
    Round,
    Settings,
    Tally,
)
from bot.core.points import Streak


@dataclass(frozen=True, slots=True)
class Situation:
    """Where one member stands with one round or practice."""

    member_id: MemberId | None
    """None for a member the store has never seen."""
    question_id: QuestionId
    attempt: Attempt | None = None
    round: Round | None = None
    """None for practice."""
    channel: Channel | None = None
    """None for practice outside a channel."""

    def refuse_closed(self, now: datetime) -> None:
        """Raise RoundClosedError when this is a round that is no longer open."""
        if self.round is not None and not self.round.is_open(now):
            raise RoundClosedError(self.question_id)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule decides about a grade; the store keeps it."""

    grade: Grade
    ticked: frozenset[int] | None
    """None when the member gave a grade without ticking."""
    points: int
    memory: Memory


GradeRule = Callable[[Situation, Memory | None], Verdict]
"""
Decides a grade from where the member stands and what they remembered before this attempt.

Pure; called inside the store's transaction. May raise a QuizError, then nothing is kept.
"""


@dataclass(frozen=True, slots=True)
class Graded:
    """What came of a grade."""

    situation: Situation
    due_at: datetime
    """When the question comes back to the member."""
    streak: Streak | None = None
    """None for practice, as is the standing."""
    standing: Standing | None = None
    """In the round's week."""
    players: int = 0
    """How many are on that board."""


@dataclass(frozen=True, slots=True)
class Recall:
    """What a member may be asked in practice."""

    memories: Mapping[QuestionId, Memory]
    barred: frozenset[QuestionId]
    """Questions of open rounds, not graded yet, where the member plays or is asking."""
    open: Attempt | None = None
    """A practice begun and not graded."""
    elsewhere: frozenset[QuestionId] = frozenset()
    """Those of other channels of the workspace: asked only when nothing else fits."""


PracticeRule = Callable[[Recall], QuestionId]
"""Picks what to practise; pure. Raises NoQuestionError when nothing fits."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a channel was asked, for picking its next question."""

    channel: Channel
    history: Sequence[QuestionId]
    """Oldest first."""
    memories: Mapping[QuestionId, Memory]


@dataclass(frozen=True, slots=True)
class Setup:
    """What is kept when a channel is set up: its settings, and when it owes what next."""

    settings: Settings
    next_daily_at: datetime | None = None
    """None, as for the digest: the channel is paused."""
    next_digest_at: datetime | None = None

    @property
    def state(self) -> ChannelState:
        """Whether anything is posted by itself."""
        return ChannelState.PAUSED if self.next_daily_at is None else ChannelState.ACTIVE


SetupRule = Callable[[Channel | None], Setup]
"""
Decides what to keep of a channel from what it is now; None is one the store does not know.

Pure; called inside the store's transaction, so that two admins at once overrule nothing but what
both change. May raise a QuizError, then nothing is kept.
"""

ResumeRule = Callable[[Channel], Setup]

PickRule = Callable[[Asked, date], QuestionId | None]
"""Picks the question of a local date; pure and the same in every process. None: nothing fits."""


@dataclass(frozen=True, slots=True)
class Board:
    """A leaderboard: the top, and the reader's own standing where they have one."""

    period: str
    standings: tuple[Standing, ...] = ()
    own: Standing | None = None
    players: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """What is kept about one member, for ``me``."""

    hidden: bool
    grades: tuple[tuple[QuestionId, Grade, Confidence | None], ...]
    """Every graded attempt, newest first, at most 1,000."""
    memories: Mapping[QuestionId, Memory]
    channel: Channel | None
    """The caller's channel; where the caller names none, the one they played in last."""
    streak: Streak | None
    """In that channel, carried up to its last closed round."""
    points: int = 0
    """In that channel, of all time."""
    standing: Standing | None = None
    """In that channel, this week."""
    players: int = 0
    open_rounds: tuple[Situation, ...] = ()
    """Open rounds in the channels where the member has played, newest first."""


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """How a channel did on one question over its closed rounds."""

    question_id: QuestionId
    members: int
    """How many graded it at all."""
    tally: Tally


@dataclass(frozen=True, slots=True)
class TeamRecord:
    """What is kept about a channel as a whole, without names, for ``team``."""

    players: int
    rounds: int
    records: tuple[QuestionRecord, ...]
    memories: Mapping[QuestionId, Memory]


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a channel, for the digest."""

    period: str
    standings: tuple[Standing, ...]
    """The top ten."""
    before: Mapping[MemberId, int]
    """The rank in the week before, for those of the top ten who had one."""
    newcomers: frozenset[MemberId]
    """Those of the top ten whose first week this is."""
    streaks: Mapping[MemberId, Streak]
    """Of the top ten."""
    players: int
    posted_days: int
    records: tuple[QuestionRecord, ...]


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round with how it went, for its card and its answer."""

    round: Round
    channel: Channel
    tally: Tally


@dataclass(frozen=True, slots=True)
class Due:
    """What a tick finds due; each flag says that there is something to claim."""

    dailies: bool = False
    digests: bool = False
    answers: bool = False
    deliveries: bool = False
    counters: bool = False

    def __bool__(self) -> bool:
        return self.dailies or self.digests or self.answers or self.deliveries or self.counters


@dataclass(frozen=True, slots=True)
class Lease:
    """A delivery taken for sending."""

    delivery: Delivery
    look_first: bool
    """Somebody may have sent it already: the outcome of an earlier try is unknown."""
    first_tried_at: datetime
    view: RoundView | None = None
    """The round it is about, as it stood when it was taken; None when it is about none."""


@dataclass(frozen=True, slots=True)
class DailyPlan:
    """What a channel whose daily is due owes now (core/duties.py decides)."""

    post_on: date | None
    closes_at: datetime | None
    skipped: tuple[date, ...]
    next_at: datetime | None
    is_scheduled: bool = True
    """False for a question beside the schedule: who misses it loses no streak."""


DailyRule = Callable[[Channel, datetime], DailyPlan]


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """What a channel whose digest is due owes now."""

    week_on: date | None
    """The Monday of the week it reports; None when it is too late to post it."""
    next_at: datetime


DigestRule = Callable[[Channel, datetime], DigestPlan]


CloseRule = Callable[[RoundView, Memory | None, datetime], Memory | None]
"""
Decides what the channel as a whole remembers after a round; None leaves it as it was.
"""
