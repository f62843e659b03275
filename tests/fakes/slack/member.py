"""A member among people: talking, reacting, and looking after channels."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from tests.fakes.slack.errors import NotPossibleError
from tests.fakes.slack.message import File, Message
from tests.fakes.slack.seen import Seen
from tests.fakes.slack.sight import Place, Sight
from tests.fakes.slack.state import Channel, Team, User

if TYPE_CHECKING:
    from tests.fakes.slack.server import Slack

Json = dict[str, Any]


class Member:
    """Somebody in a workspace. What no client allows raises NotPossibleError."""

    def __init__(self, slack: Slack, team: Team, user: User) -> None:
        self._slack = slack
        self._team = team
        self._sight = Sight(team, user)
        self.user = user

    @property
    def id(self) -> str:
        """The member's id."""
        return self.user.id

    def dm(self) -> Channel:
        """Return the direct message with the app."""
        return self._slack.world.open_im(self._team, self.id)

    async def say(
        self, channel: Place, text: str, thread: Message | str | None = None,
        *, broadcast: bool = False, raw: bool = False, file: str | None = None,
    ) -> Seen:  # fmt: skip
        """
        Say something in a channel or a thread, perhaps with a file of that name.

        What is typed is escaped as clients do it; *raw* is for text with real mentions in
        it, such as "<@U1>", which a member picks from a list.
        """
        place = self._sight.writable(channel)
        if place.im_with and not self._slack.app.messages_tab:
            raise NotPossibleError("sending messages to this app has been turned off")
        seen = self._look()
        ts = thread.ts if isinstance(thread, Message) else thread
        if ts and ts not in place.log:
            raise NotPossibleError("there is no such thread")
        message = Message(
            ts=self._slack.world.new_ts(),
            channel_id=place.id,
            team_id=self._team.id,
            user_id=self.id,
            text=text if raw else html.escape(text, quote=False),
            thread_ts=ts,
            broadcast=broadcast,
            subtype="thread_broadcast" if ts and broadcast else None,
        )
        if self.user.bot:  # another app's bot
            message.bot_id, message.app_id = f"B{self.id}", f"A{self.id}"
        if file:
            message.subtype = "file_share"
            message.files = [self._upload(file)]
        place.log[message.ts] = seen.said = message
        self._team.log.append(message)
        self._slack.events.message(self._team, message)
        return await self._settled(seen)

    async def edit(self, message: Message, text: str, *, raw: bool = False) -> Seen:
        """Change something the member said."""
        self._sight.check_own(message)
        seen, before = self._look(), message.json()
        message.versions.append((message.text, message.blocks))
        message.text = text if raw else html.escape(text, quote=False)
        message.edited_at = self._slack.world.new_ts()
        self._slack.events.message_changed(self._team, message, before)
        return await self._settled(seen)

    async def delete(self, message: Message) -> Seen:
        """Delete something the member said (an admin may delete anything)."""
        if self.user.admin:
            self._sight.check_visible(message)
        else:
            self._sight.check_own(message)
        seen = self._look()
        message.deleted = True
        self._slack.events.message_deleted(self._team, message)
        return await self._settled(seen)

    async def react(self, message: Message, name: str) -> Seen:
        """Put a reaction on a message."""
        self._sight.check_visible(message)
        seen = self._look()
        message.reactions.setdefault(name, []).append(self.id)
        self._slack.events.reaction(self._team, message, self.id, name, added=True)
        return await self._settled(seen)

    async def invite(self, channel: Place, who: Member | None = None) -> Seen:
        """Add the bot (or somebody else) to a channel."""
        place, seen = self._sight.readable(channel), self._look()
        user_id = who.id if who else self._team.bot_user_id
        if who is None:
            self._check_installed()
        place.members.add(user_id)
        self._slack.events.joined(self._team, place, user_id, self.id)
        return await self._settled(seen)

    async def kick(self, channel: Place, who: Member | None = None) -> Seen:
        """Remove the bot (or somebody else) from a channel."""
        place, seen = self._sight.readable(channel), self._look()
        place.members.discard(who.id if who else self._team.bot_user_id)
        if who is None:
            self._slack.events.channel(self._team, place, "left", self.id)
        return await self._settled(seen)

    async def archive(self, channel: Place, *, undo: bool = False) -> Seen:
        """Archive a channel, or take it back."""
        place, seen = self._sight.channel(channel), self._look()
        place.archived = not undo
        what = "unarchive" if undo else "archive"
        self._slack.events.channel(self._team, place, what, self.id)
        return await self._settled(seen)

    async def rename(self, channel: Place, name: str) -> Seen:
        """Give a channel another name."""
        place, seen = self._sight.channel(channel), self._look()
        place.name = name
        self._slack.events.channel(self._team, place, "rename", self.id)
        return await self._settled(seen)

    async def delete_channel(self, channel: Place) -> Seen:
        """Delete a channel with all that is in it."""
        place = self._sight.channel(channel)
        self._slack.events.channel(self._team, place, "deleted", self.id)
        del self._team.channels[place.id]
        self._team.log[:] = [m for m in self._team.log if m.channel_id != place.id]
        return await self._settled(self._look())

    def reload(self) -> None:
        """Reload the client: what was shown to this member alone is gone."""
        for message in self._team.ephemerals:
            if message.only_for == self.id:
                message.deleted = True

    async def _settled(self, seen: Seen) -> Seen:
        await self._slack.courier.settle()
        return seen

    def _look(self) -> Seen:
        return Seen(self._slack, self._team, self.user)

    def _check_installed(self) -> None:
        if self._team.token is None or self._team.token.dead:
            raise NotPossibleError("the app is not installed")

    def _upload(self, name: str) -> File:
        file = File(
            id=self._slack.world.new_id("F"),
            team_id=self._team.id,
            name=name,
            length=1,
            alt_text="",
            user_id=self.id,
            content=b"-",
            completed=True,
        )
        self._team.files[file.id] = file
        return file
