"""Channels: text channels, threads, direct messages."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.discord import permissions
from tests.fakes.discord.users import User

if TYPE_CHECKING:
    from tests.fakes.discord.guilds import Guild
    from tests.fakes.discord.messages import Message

TEXT, DM, VOICE, CATEGORY, ANNOUNCEMENT = 0, 1, 2, 4, 5
ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD = 10, 11, 12
FORUM = 15
THREADS = (ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD)
SENDABLE = (TEXT, DM, VOICE, ANNOUNCEMENT, *THREADS)


@dataclass(slots=True)
class Overwrite:
    """What a role or a member may or may not do in one channel."""

    is_member: bool
    allow: int = 0
    deny: int = 0


@dataclass(slots=True)
class ThreadState:
    """What only a thread has."""

    owner: User
    created_at: datetime
    archived: bool = False
    locked: bool = False
    auto_archive_minutes: int = 1440
    archived_at: datetime | None = None
    members: dict[int, datetime] = field(default_factory=dict)


@dataclass(eq=False, slots=True, repr=False)
class Channel:
    """Somewhere to talk; `guild` is None in a direct message."""

    id: int
    type: int
    name: str
    app_user: User
    guild: "Guild | None" = None
    parent: "Channel | None" = None
    position: int = 0
    recipients: tuple[User, ...] = ()
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    messages: "dict[int, Message]" = field(default_factory=dict)
    thread: ThreadState | None = None
    is_closed: bool = False
    """Whether the person of a direct message refuses messages from the app."""

    @property
    def mention(self) -> str:
        """The words that link to this channel in a message."""
        return f"<#{self.id}>"

    @property
    def said(self) -> "list[Message]":
        """Every message here that anybody may see, oldest first."""
        return [message for message in self.messages.values() if not message.is_ephemeral]

    @property
    def from_bot(self) -> "list[Message]":
        """The bot's messages here that anybody may see, oldest first."""
        return [message for message in self.said if message.author == self.app_user]

    def permissions_of(self, user: User) -> int:
        """Return what *user* may do here, all roles and overwrites counted."""
        if self.guild is None:
            return permissions.DIRECT if user in self.recipients else 0
        member = self.guild.members.get(user.id)
        if member is None:
            return 0
        granted = self.guild.permissions_of(user)
        if granted & permissions.BITS["administrator"]:
            return permissions.ALL
        held = (self.parent or self).overwrites if self.thread else self.overwrites
        everyone, roles = held.get(self.guild.id), [held[i] for i in member.roles if i in held]
        own = held.get(user.id)
        if everyone:
            granted = permissions.apply(granted, everyone.allow, everyone.deny)
        for overwrite in roles:
            granted &= ~overwrite.deny
        for overwrite in roles:
            granted |= overwrite.allow
        if own:
            granted = permissions.apply(granted, own.allow, own.deny)
        return permissions.implied(granted)

    def lets(self, user: User, *names: str) -> bool:
        """Say whether *user* may do all of *names* here; what they do next needs them."""
        if self.guild is not None:
            user.needed.update(names)
        return self.may(user, *names)

    def may(self, user: User, *names: str) -> bool:
        """Say whether *user* may do all of *names* here, where they could do without."""
        wanted = permissions.bits(*names)
        return self.permissions_of(user) & wanted == wanted

    def lets_write(self, user: User) -> bool:
        """Say whether *user* may write here: threads have a permission of their own."""
        return self.lets(user, "send_messages_in_threads" if self.thread else "send_messages")
