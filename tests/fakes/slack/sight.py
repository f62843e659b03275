"""What one member can see and reach: channels, messages, views and the buttons in them."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack import blockwalk
from tests.fakes.slack.errors import NotPossibleError
from tests.fakes.slack.message import Message
from tests.fakes.slack.state import Channel, Team, User
from tests.fakes.slack.view import View

Json = dict[str, Any]
Place = Channel | str


class Sight:
    """Finds what a member points at; raises NotPossibleError for what is not there for them."""

    def __init__(self, team: Team, user: User) -> None:
        self._team = team
        self._user = user

    def channel(self, place: Place) -> Channel:
        """Return a channel of this workspace."""
        channel_id = place if isinstance(place, str) else place.id
        channel = self._team.channels.get(channel_id)
        if channel is None or (isinstance(place, Channel) and channel is not place):
            raise NotPossibleError(f"there is no channel {channel_id} in {self._team.id}")
        return channel

    def readable(self, place: Place) -> Channel:
        """Return a channel the member is in."""
        channel = self.channel(place)
        if self._user.id not in channel.members:
            raise NotPossibleError(f"{self._user.id} is not in {channel.id}")
        return channel

    def writable(self, place: Place) -> Channel:
        """Return a channel the member can say something in."""
        channel = self.readable(place)
        if channel.archived:
            raise NotPossibleError("the channel is archived")
        return channel

    def check_visible(self, message: Message) -> None:
        """Stop unless the member sees a message."""
        if message.team_id != self._team.id or message.deleted:
            raise NotPossibleError("the message is not there")
        if message.only_for not in (None, self._user.id):
            raise NotPossibleError("somebody else alone sees this message")
        if not message.only_for:
            self.readable(message.channel_id)

    def check_own(self, message: Message) -> None:
        """Stop unless the member said it."""
        self.check_visible(message)
        if message.user_id != self._user.id:
            raise NotPossibleError("somebody else said this")

    def on_top(self, view: View | None) -> View:
        """Return the modal on top, which *view* must be."""
        top = self._user.stack[-1] if self._user.stack else None
        if top is None or (view is not None and view is not top):
            raise NotPossibleError("that view is not open on top")
        return top

    def find(
        self, where: Message | View, what: str, kinds: tuple[str, ...] | None
    ) -> tuple[Json, Json]:
        """
        Return the one element (with its block) that *what* means.

        It is looked for by its words, action_id or block_id, then by the start of its
        action_id. Raises NotPossibleError when there is none, or more than one.
        """
        self._check_open(where)
        found = [
            (block, element)
            for block, element in blockwalk.elements(where.blocks)
            if element["type"] != "image" and (kinds is None or element["type"] in kinds)
        ]
        for matches in _matchers(what):
            chosen = [(block, element) for block, element in found if matches(block, element)]
            if len(chosen) == 1:
                return chosen[0]
            if chosen:
                break
        there = ", ".join(f"{blockwalk.label(e)!r} ({e['action_id']})" for _, e in found)
        raise NotPossibleError(f"no single element is {what!r}; there are: {there or 'none'}")

    def _check_open(self, where: Message | View) -> None:
        if isinstance(where, Message):
            self.check_visible(where)
        elif where is not self._user.home:
            self.on_top(where)


def _matchers(what: str) -> list[Any]:
    return [
        lambda _, element: what in (blockwalk.label(element), element["action_id"]),
        lambda block, _: what == block["block_id"],
        lambda _, element: element["action_id"].startswith(what),
    ]
