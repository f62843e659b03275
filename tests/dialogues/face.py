"""What a dialogue sees of a face: members, a channel, and what each of them is shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from bot.core.deck import Deck
from bot.core.models import Caller
from bot.core.ports import Store

ANN, BOB, CID = "ann", "bob", "cid"
"""Ann is an admin; Bob and Cid are members like any other."""


@dataclass(frozen=True)
class Shown:
    """What one member is shown, for them alone."""

    words: str
    """All of it: headings, labels of inputs, small print."""
    buttons: tuple[str, ...] = ()
    problems: dict[str, str] = field(default_factory=dict)
    """What a form says of its inputs, by the input's name, when it was not taken."""


@dataclass(frozen=True)
class Replied:
    """What came of a plain reply: something all can see that does not tell the grade, and a note."""

    noted: bool
    note: Shown | None = None


class Face(Protocol):
    """
    One face with a channel and three members, over a database and a clock that can be moved.

    A button or form is always the one the member was shown last.
    """

    deck: Deck
    at: str
    """When the channel's daily is to come, such as ``09:30``."""

    @property
    def store(self) -> Store:
        """The store under the face that is running now."""

    def caller(self, who: str) -> Caller:
        """A member in the channel, as the platform names them."""

    async def restart(self) -> None:
        """End the process and start another over the same database."""

    async def invite(self) -> None:
        """Ann brings the bot into the channel."""

    async def next_daily(self) -> None:
        """Let the time of the channel's next daily come, and all that is due by then."""

    async def tick(self) -> None:
        """Let the scheduler do what is due now."""

    async def pass_time(self, **span: float) -> None:
        """Let time pass (as `timedelta` takes it), and the scheduler do what is due then."""

    def said(self) -> list[str]:
        """All that the bot said to the channel, oldest first, each as it stands now."""

    async def look(self, who: str) -> Shown:
        """Press *Answer* on the newest card: the form, the reveal, or what came of it."""

    async def answer(self, who: str, words: str, confidence: str) -> Shown:
        """Fill in the form to answer in: the reveal."""

    async def grade(self, who: str, grade: str = "", ticks: Collection[int] = ()) -> Shown:
        """Grade on the reveal; without a *grade* the ticks decide."""

    async def fill(self, who: str, **values: str | tuple[str, ...]) -> Shown:
        """Submit the settings form with these values changed."""

    async def press(self, who: str, label: str) -> Shown:
        """Press a button."""

    async def command(self, who: str, text: str) -> Shown:
        """Type ``/flaskquiz`` and *text* in the channel."""

    async def reply(self, who: str, text: str) -> Replied:
        """Reply under the newest card."""
