"""What a member gets to see after something they did."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.fakes.slack.message import Message
from tests.fakes.slack.records import Delivery
from tests.fakes.slack.state import Team, User
from tests.fakes.slack.view import View

if TYPE_CHECKING:
    from tests.fakes.slack.server import Slack


class Seen:
    """
    A window that opens when a member acts and stays open.

    Its properties show what came since: ask again later and there may be more. `errors` are
    the form's own, `failed` is what Slack tells the member when the app did not answer
    (or answered nonsense), `said` is the member's own message.
    """

    def __init__(self, slack: Slack, team: Team, user: User) -> None:
        self._slack = slack
        self._team = team
        self._user = user
        self._start = len(team.log)
        self._home = user.home.hash if user.home else None
        self.deliveries: list[Delivery] = []
        self.errors: dict[str, str] = {}
        self.failed: str | None = None
        self.said: Message | None = None

    @property
    def messages(self) -> list[Message]:
        """What others said since, where the member can read it, oldest first."""
        return [m for m in self._new() if not m.only_for and m.user_id != self._user.id]

    @property
    def ephemerals(self) -> list[Message]:
        """What was shown to this member alone."""
        return [m for m in self._new() if m.only_for == self._user.id]

    @property
    def view(self) -> View | None:
        """The modal that is on top now."""
        return self._user.stack[-1] if self._user.stack else None

    @property
    def home(self) -> View | None:
        """The Home tab, if it changed since."""
        home = self._user.home
        return home if home and home.hash != self._home else None

    @property
    def text(self) -> str:
        """All the words: the modal's, the messages', the Home tab's, and the refusals."""
        parts = [self.view.words] if self.view else []
        parts += [m.words for m in (*self.ephemerals, *self.messages)]
        parts += [self.home.words] if self.home else []
        return "\n".join([*parts, *self.errors.values(), *filter(None, [self.failed])])

    async def until(self, what: Callable[[Seen], object], within: float = 2.0) -> Seen:
        """Wait until *what* is seen (what the app does after its ack takes a moment)."""
        end = time.monotonic() + within
        while not what(self):
            if time.monotonic() > end:
                raise TimeoutError(f"not seen within {within} s; only: {self.text!r}")
            await asyncio.sleep(0.005)
        await self._slack.courier.settle()
        return self

    def _new(self) -> list[Message]:
        channels = self._team.channels
        return [
            m
            for m in self._team.log[self._start :]
            if not m.deleted and (m.only_for or self._user.id in channels[m.channel_id].members)
        ]
