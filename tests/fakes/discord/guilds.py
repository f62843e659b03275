"""Guilds, and what people and their admins do to them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.discord import events, permissions
from tests.fakes.discord.channels import PUBLIC_THREAD, TEXT, Channel, Overwrite, ThreadState
from tests.fakes.discord.people import Member
from tests.fakes.discord.users import User

if TYPE_CHECKING:
    from tests.fakes.discord.world import World


@dataclass(slots=True)
class Role:
    """A named set of permissions; @everyone has the guild's own id."""

    id: int
    name: str
    permissions: int
    position: int
    bot_id: int | None = None


@dataclass(slots=True)
class Membership:
    """One account's place in one guild."""

    user: User
    joined_at: datetime
    roles: list[int] = field(default_factory=list)
    nick: str | None = None


@dataclass(eq=False, slots=True, repr=False)
class Guild:
    """A guild; its methods are what its people may do to it, and the app hears of each."""

    world: "World"
    id: int
    name: str
    owner: User
    locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Membership] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    is_unavailable: bool = False
    system_channel: Channel | None = None

    @property
    def everyone(self) -> Role:
        """The role that everybody has."""
        return self.roles[self.id]

    @property
    def has_bot(self) -> bool:
        """Whether the app's bot is a member."""
        return self.world.app.user.id in self.members

    @property
    def threads(self) -> list[Channel]:
        """Every thread here, oldest first."""
        return [channel for channel in self.channels.values() if channel.thread]

    def permissions_of(self, user: User) -> int:
        """Return what *user* may do here before any channel has its say."""
        if user == self.owner:
            return permissions.ALL
        granted = self.everyone.permissions
        for role_id in self.members[user.id].roles:
            granted |= self.roles[role_id].permissions
        return permissions.implied(granted)

    def channel(self, name: str, kind: int = TEXT) -> Channel:
        """Create a channel."""
        channel = Channel(
            self.world.ids.next(),
            kind,
            name,
            self.world.app.user,
            self,
            position=len(self.channels),
        )
        self.channels[channel.id] = self.world.channels[channel.id] = channel
        self.world.emit(events.channel_changed("CHANNEL_CREATE", channel))
        return channel

    def post(self, forum: Channel, name: str, owner: Member) -> Channel:
        """Let *owner* begin a post of a forum, which is a thread."""
        post = Channel(self.world.ids.next(), PUBLIC_THREAD, name, forum.app_user, self, forum)
        post.thread = ThreadState(owner.user, self.world.clock.now())
        self.channels[post.id] = self.world.channels[post.id] = post
        self.world.emit(events.channel_changed("THREAD_CREATE", post))
        return post

    def rename_channel(self, channel: Channel, name: str) -> None:
        """Give a channel, or a thread, another name."""
        channel.name = name
        kind = "THREAD_UPDATE" if channel.thread else "CHANNEL_UPDATE"
        self.world.emit(events.channel_changed(kind, channel))

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel, or a thread, with everything in it."""
        for thread in [part for part in self.channels.values() if part.parent is channel]:
            self._forget(thread)
        self._forget(channel)
        if self.system_channel is channel:
            self.system_channel = None
        self.world.emit(events.channel_deleted(channel))

    def member(self, name: str, *, user: User | None = None, **may: bool) -> Member:
        """Let a person join, with the permissions named on top of everybody's."""
        user = user or self.world.person(name)
        membership = Membership(user, self.world.clock.now())
        self.members[user.id] = membership
        person = Member(self.world, self, user)
        if granted := [key for key, wanted in may.items() if wanted]:
            person.grant(*granted)
        self.world.emit(events.member_changed("GUILD_MEMBER_ADD", self, membership))
        return person

    def role(self, name: str, *may: str, bot_id: int | None = None) -> Role:
        """Create a role with the permissions named."""
        role = Role(
            self.world.ids.next(), name, permissions.bits(*may), len(self.roles), bot_id=bot_id
        )
        self.roles[role.id] = role
        self.world.emit(events.role_changed("GUILD_ROLE_CREATE", self, role))
        return role

    def allow(self, who: User | Role, *names: str, channel: Channel) -> None:
        """Grant *who* permissions in one channel."""
        self._overwrite(who, channel, allow=permissions.bits(*names), deny=0)

    def deny(self, who: User | Role, *names: str, channel: Channel) -> None:
        """Take permissions from *who* in one channel."""
        self._overwrite(who, channel, allow=0, deny=permissions.bits(*names))

    def deny_bot(self, *names: str, channel: Channel | None = None) -> None:
        """Take permissions from the app's bot, in one channel or in all there are."""
        for one in [channel] if channel else [c for c in self.channels.values() if not c.thread]:
            self.deny(self.world.app.user, *names, channel=one)

    def allow_bot(self, *names: str, channel: Channel | None = None) -> None:
        """Give permissions back to the app's bot, in one channel or in all there are."""
        for one in [channel] if channel else [c for c in self.channels.values() if not c.thread]:
            self.allow(self.world.app.user, *names, channel=one)

    def add_bot(self, *may: str) -> None:
        """Install the app here, its bot with the permissions named on top of everybody's."""
        bot = self.world.app.user
        role = self.role(self.world.app.name, *may, bot_id=bot.id)
        self.members[bot.id] = Membership(bot, self.world.clock.now(), [role.id])
        self.world.emit(events.guild_created(self, is_new=True))

    def remove_bot(self) -> None:
        """Kick the app's bot out."""
        bot = self.world.app.user
        membership = self.members.pop(bot.id)
        for role_id in membership.roles:
            if self.roles[role_id].bot_id == bot.id:
                del self.roles[role_id]
        for channel in self.channels.values():
            channel.overwrites.pop(bot.id, None)
        self.world.emit(events.guild_deleted(self, unavailable=False))

    def fail(self) -> None:
        """Make the guild unavailable, as in an outage of Discord."""
        self.is_unavailable = True
        self.world.emit(events.guild_deleted(self, unavailable=True))

    def recover(self) -> None:
        """End the outage."""
        self.is_unavailable = False
        self.world.emit(events.guild_created(self))

    def archive(self, thread: Channel, *, locked: bool = False) -> None:
        """Archive a thread, as an admin or the passing of time does."""
        assert thread.thread, "only threads can be archived"
        thread.thread.archived, thread.thread.locked = True, locked
        thread.thread.archived_at = self.world.clock.now()
        self.world.emit(events.channel_changed("THREAD_UPDATE", thread))

    def _overwrite(self, who: User | Role, channel: Channel, *, allow: int, deny: int) -> None:
        overwrite = channel.overwrites.setdefault(who.id, Overwrite(isinstance(who, User)))
        overwrite.allow = (overwrite.allow & ~deny) | allow
        overwrite.deny = (overwrite.deny & ~allow) | deny
        self.world.emit(events.channel_changed("CHANNEL_UPDATE", channel))

    def _forget(self, channel: Channel) -> None:
        for message in channel.messages.values():
            message.is_deleted = True
        channel.messages.clear()
        self.channels.pop(channel.id, None)
        self.world.channels.pop(channel.id, None)
