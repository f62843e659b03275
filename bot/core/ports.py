"""What the quiz needs from outside: a store, messengers, a painter, a clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import Any, Protocol

from bot.core.leaderboard import Standing
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
from bot.core.parts import Card
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

Clock = Callable[[], datetime]
"""Gives the moment, aware and in UTC."""


Wake = Callable[[], None]
"""Tells the scheduler that a delivery is owed now."""


Meter = Callable[[Platform, str], AbstractContextManager[None]]
"""Counts and times what is done inside, by platform and by what was asked for."""


def unmetered(_platform: Platform, _asked: str) -> AbstractContextManager[None]:
    """Count nothing."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Chart:
    """What the leaderboard's picture shows."""

    title: str
    standings: tuple[Standing, ...]


Painter = Callable[[Chart], Awaitable[bytes]]
"""Draws a chart to a PNG."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery, ready to send."""

    id: DeliveryId
    kind: Kind
    to: Address
    card: Card
    since: datetime
    """When it was first tried: a message older than this cannot be it."""
    thread: MessageRef | None = None
    """The card under which it belongs."""
    member: str = ""
    """The one member who may see it, for a notice."""
    until: datetime | None = None
    """From this moment on nobody wants it any more."""
    tries: int = 1
    """How often it was taken to be sent, by whichever process; this time is counted."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform may be posted to."""

    per_second: float
    """Posts a second by this process, in all."""
    per_workspace: float
    """Posts a second in one workspace."""
    edits_per_workspace: float = 0.75
    """Edits a second in one workspace; Slack's tier 3 is 50 a minute."""


class Messenger(Protocol):
    """Brings cards to one platform."""

    platform: Platform
    pace: Pace

    async def post(self, parcel: Parcel) -> MessageRef:
        """
        Send *parcel* once, without retries of its own.

        Raises RetryLaterError, UnknownOutcomeError or RefusedError.
        """

    async def find(self, parcel: Parcel) -> MessageRef | None:
        """
        Look for *parcel* among the messages already sent, by its delivery id.

        Raises RetryLaterError when it cannot look now, RefusedError when it never can.
        """

    async def edit(self, to: Address, message: MessageRef, card: Card) -> None:
        """Replace a message sent earlier; raises as `post` does."""

    async def permissions(self, to: Address) -> list[str]:
        """Name, in words for an admin, what the bot may not do in this channel and should."""


@dataclass(frozen=True, slots=True)
class Installation:
    """A Slack workspace that installed the app."""

    workspace: str
    token: bytes
    """Encrypted by whoever keeps it; the store never sees it plain."""
    bot_id: str
    bot_user_id: str
    installed_by: str
    scopes: str
    """Comma-separated."""
    installed_at: datetime


class Progress(Enum):
    """How far work is that must be done once, whichever process is asked for it."""

    OURS = auto()
    UNDER_WAY = auto()
    DONE = auto()


class Installations(Protocol):
    """Keeps the installations of the Slack app."""

    async def find_installation(self, workspace: str) -> Installation | None:
        """The installation of a workspace, or None."""

    async def keep_installation(self, installation: Installation) -> None:
        """Keep an installation; a newer one of the same workspace replaces it."""

    async def delete_installation(self, workspace: str) -> None:
        """Forget the installation of a workspace."""


class Store(Protocol):
    """
    Keeps everything; each method is one transaction, on disk when it returns, and raises
    StoreError when the database cannot be used.

    A *caller* names places by the platform's ids. A method that writes for a member adds the
    workspace and member it has not seen, and keeps the newest name; one that reads does not. A
    channel is added by `join_channel` and `keep_settings`, which know its settings. A key of
    another workspace, or another member's practice, raises StaleKeyError as if it did not exist.
    """

    # --- channels

    async def find_channel(self, caller: Caller) -> Channel | None:
        """The caller's channel, or None if it is unknown."""

    async def list_channels(self, limit: int) -> Sequence[Channel]:
        """The channels that are set up, those that fail first, for whoever hosts the bot."""

    async def join_channel(self, caller: Caller, settings: Settings, now: datetime) -> Channel:
        """
        Add the caller's channel with proposed *settings*, state NEW, and owe it a hello once.

        One that was GONE comes back as it was: NEW, or PAUSED with its settings kept.
        """

    async def left_channels(self, platform: Platform, workspace: str) -> Sequence[Address]:
        """The channels of a workspace that were set up and that the bot has left."""

    async def rename_channel(self, to: Address, name: str) -> None:
        """Keep another name of a channel, where it is known."""

    async def leave_channel(self, to: Address) -> None:
        """Stop all posting to a channel: GONE, nothing due, unsent deliveries failed."""

    async def leave_workspace(self, platform: Platform, workspace: str) -> None:
        """Leave every channel of a workspace."""

    async def forget_workspace(self, platform: Platform, workspace: str) -> bool:
        """Delete a workspace with all it holds; False if nothing was kept."""

    async def keep_settings(self, caller: Caller, rule: SetupRule, now: datetime) -> Channel:
        """Keep what *rule* decides: no longer failing, the caller its admin."""

    async def pause(self, caller: Caller) -> Channel:
        """
        Post nothing more in the caller's channel by itself; dailies and digests that wait for
        another try are skipped. Raises NotSetUpError when it is NEW, GONE or unknown.
        """

    async def resume(self, caller: Caller, rule: ResumeRule) -> Channel:
        """Go on by the moments *rule* decides; raises NotSetUpError as `pause` does."""

    # --- rounds and attempts

    async def find_round(self, caller: Caller, message: MessageRef) -> Round | None:
        """The round whose card *message* is, in the caller's channel."""

    async def open_round(self, caller: Caller, now: datetime) -> Situation | None:
        """The round open (and posted) in the caller's channel, and the caller's attempt at it."""

    async def situation(self, caller: Caller, key: AttemptKey) -> Situation:
        """Where the caller stands with *key*."""

    async def keep_words(
        self, caller: Caller, key: AttemptKey, words: str, now: datetime
    ) -> Situation:
        """
        Keep the caller's words without a reveal; ignored once revealed.

        Raises RoundClosedError as `reveal` does.
        """

    async def reveal(
        self,
        caller: Caller,
        key: AttemptKey,
        words: str,
        confidence: Confidence | None,
        now: datetime,
    ) -> Situation:
        """
        Keep the words and that the answer was seen; a second reveal changes nothing.

        Empty *words* leave words kept before. Raises RoundClosedError when the round is no longer
        open and the answer was not revealed before.
        """

    async def tick(
        self, caller: Caller, key: AttemptKey, ticked: frozenset[int], now: datetime
    ) -> Situation:
        """
        Keep which key points the caller ticks; raises NotRevealedError before the reveal, and
        RoundClosedError where a grade is given and the round has closed.
        """

    async def grade(
        self, caller: Caller, key: AttemptKey, rule: GradeRule, now: datetime
    ) -> Graded:
        """
        Keep a grade, with its memory, points and streak.

        The first grade counts one attempt in the scores of the round's week, month and `all`; a
        later one replaces it: the points move by the difference and the memory is reviewed from
        what it was before the attempt, unless another attempt has moved it on since. The verdict's
        memory is one reviewed at *now*. A later one on a closed round raises RoundClosedError.
        Raises NotRevealedError before the reveal.
        """

    async def practice(
        self, caller: Caller, rule: PracticeRule, now: datetime, question: str | None = None
    ) -> Situation:
        """
        Begin a practice on *question*, or on what *rule* picks; its answer replaces an open
        practice on another question. The same question again gives the open practice back.

        Raises NoQuestionError for a question of an open round the caller has not graded yet.
        """

    # --- boards and people

    async def board(self, caller: Caller, period: str, limit: int = 10) -> Board:
        """The leaderboard of the caller's channel for a period such as ``2026-W47`` or ``all``."""

    async def profile(self, caller: Caller, week: str | None, now: datetime) -> Profile:
        """
        What is kept about the caller; *week* is the period of the standing, None the one that it
        is in that channel at *now*.
        """

    async def team(self, caller: Caller) -> TeamRecord:
        """What is kept about the caller's channel."""

    async def week(self, channel: Channel, period: str, before: str) -> Week:
        """One week of *channel*; *before* is the period of the week before."""

    async def set_hidden(self, caller: Caller, hidden: bool, now: datetime) -> None:
        """Take the caller's name off the boards of the workspace, or put it back."""

    async def rename_member(self, caller: Caller) -> None:
        """Keep the name of a caller who changed it; nothing for one never seen."""

    async def export(self, caller: Caller) -> Mapping[str, Any]:
        """Everything kept about the caller, ready for JSON."""

    async def forget(self, caller: Caller, now: datetime) -> None:
        """Delete everything kept about the caller in this workspace; open cards count again."""

    # --- deliveries

    async def post_now(
        self, caller: Caller, rule: DailyRule, pick: PickRule, now: datetime
    ) -> Delivery:
        """
        Owe the daily that *rule* wants posted at once, closing any round still open there.

        Where the channel has an open round of that date whose card was not posted, it is owed
        again; NotPostedError is raised where that is over. Raises AlreadyPostedError for any other
        round of that or a later date, NoQuestionError when *pick* finds none, NotSetUpError for a
        NEW, GONE or unknown channel.
        """

    async def share(self, caller: Caller, on: date, period: str, now: datetime) -> Delivery:
        """
        Owe the channel a leaderboard, one a local date; again where that could not be posted.
        Raises AlreadySharedError, and NoChannelError for an unknown channel.
        """

    async def due(self, platforms: Collection[Platform], now: datetime) -> Due:
        """What there is to claim: one query, every part by an index."""

    async def claim_dailies(
        self,
        platforms: Collection[Platform],
        now: datetime,
        rule: DailyRule,
        pick: PickRule,
        limit: int = 500,
    ) -> int:
        """
        Owe the dailies that are due: round and delivery, the earlier round closed, the skipped
        dates recorded, the next one set. The number of channels handled; fewer than *limit*
        means that there are no more.
        """

    async def claim_digests(
        self, platforms: Collection[Platform], now: datetime, rule: DigestRule, limit: int = 500
    ) -> int:
        """Owe the digests that are due, none for a week in which nobody played."""

    async def claim_answers(
        self, platforms: Collection[Platform], now: datetime, rule: CloseRule, limit: int = 500
    ) -> int:
        """
        Close the rounds whose time has come and owe their answers; a round whose card was never
        posted is closed without one, and the channel's memory moves by *rule*.
        """

    async def lease(
        self,
        platforms: Collection[Platform],
        now: datetime,
        lease: timedelta,
        limit: int = 100,
        busy: Collection[str] = (),
        kinds: Collection[Kind] = tuple(Kind),
    ) -> Sequence[Lease]:
        """
        Take deliveries of some *kinds* that are pending and due, or whose lease ran out while
        sending.

        Oldest first, and in turns: where several workspaces wait, none gets more than its share of
        *limit*. Workspaces in *busy* are passed over. Each is SENDING until its lease ends.
        """

    async def delivered(self, delivery: DeliveryId, message: MessageRef, now: datetime) -> None:
        """Settle a delivery as SENT; a daily's round is then posted, a failing channel heals."""

    async def put_back(
        self,
        delivery: DeliveryId,
        due_at: datetime,
        error: str,
        *,
        unknown: bool,
        tries: int | None = None,
    ) -> None:
        """
        Try again at *due_at*; *unknown* keeps it SENDING, so that the next one looks first.

        Does nothing when it was settled meanwhile or, with the *tries* of its lease, when that ran
        out and another process has taken it since.
        """

    async def failed(
        self,
        delivery: DeliveryId,
        error: str,
        advice: str,
        now: datetime,
        *,
        tries: int | None = None,
    ) -> None:
        """
        Settle a delivery as FAILED and mark its channel failing. The first failure since the
        channel was well owes its admin a notice (detail: *advice*). A failed notice owes nothing.
        Does nothing where `put_back` would not.
        """

    async def skipped(self, delivery: DeliveryId, why: str, *, tries: int | None = None) -> None:
        """
        Settle a delivery as SKIPPED: nobody wants it any more, and nothing is wrong with its
        channel. Does nothing where `put_back` would not.
        """

    async def last_deliveries(self, caller: Caller, limit: int = 10) -> Sequence[Delivery]:
        """The newest deliveries of the caller's channel, newest first."""

    async def round_view(self, round_id: RoundId) -> RoundView:
        """A round with its tally."""

    async def claim_edits(
        self,
        platforms: Collection[Platform],
        now: datetime,
        until: datetime,
        limit: int = 100,
        busy: Collection[str] = (),
    ) -> Sequence[RoundView]:
        """
        Take cards whose counter is due to be edited, but for those of *busy* workspaces. They are
        ours until *until*; one that is not settled by then is due again. A reveal or grade makes
        an edit due 30 s after the last one, or at once; closing makes one due at once.
        """

    async def edited(
        self, round_id: RoundId, until: datetime, now: datetime, again_at: datetime | None = None
    ) -> None:
        """
        Settle an edit that was ours until *until*, or put it off to *again_at*. Where another has
        been asked for since, one is due: ours may have covered what another process has written.
        """

    # --- small things

    async def first_time(self, key: str, now: datetime, keep: timedelta) -> bool:
        """Whether *key* was not seen before (within *keep*): OAuth states and such count once."""

    async def begin(self, key: str, now: datetime, lease: timedelta) -> Progress:
        """
        How far the work under *key* is. Where none is done or under way it is the caller's, until
        it is `done` or `not_done`, or *lease* is over: whoever began it has died.
        """

    async def done(self, key: str, now: datetime, keep: timedelta) -> None:
        """Count the work under *key* as done (for *keep*)."""

    async def not_done(self, key: str) -> None:
        """Let the work under *key* begin again at once: it failed."""

    async def recall(self, name: str) -> str | None:
        """A small fact kept by `keep`."""

    async def keep(self, name: str, value: str) -> None:
        """Keep a small fact for the next process."""

    async def keep_first(self, name: str, value: str) -> str:
        """Keep a small fact unless one of that *name* is kept; what is kept now, for all racers."""

    async def drop(self, name: str, value: str) -> None:
        """Drop a small fact if it is *value*."""

    async def now(self) -> datetime:
        """The database's own clock."""
