"""A person in a guild, doing what Discord's own client would let them do."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import acting, events, permissions, posting
from tests.fakes.discord.channels import Channel
from tests.fakes.discord.errors import Json, NotOfferedError
from tests.fakes.discord.messages import REPLY, Message
from tests.fakes.discord.modals import Modal
from tests.fakes.discord.rest import reactions
from tests.fakes.discord.seen import Seen
from tests.fakes.discord.users import User

if TYPE_CHECKING:
    from tests.fakes.discord.guilds import Guild
    from tests.fakes.discord.world import World


@dataclass(eq=False, slots=True, repr=False)
class Member:
    """Somebody in a guild; NotOfferedError for what their client would not let them do."""

    world: "World"
    guild: "Guild"
    user: User

    @property
    def id(self) -> int:
        """The account's id, the same in every guild."""
        return self.user.id

    @property
    def mention(self) -> str:
        """The words that mention this person."""
        return self.user.mention

    @property
    def dm(self) -> Channel:
        """Their direct messages with the bot."""
        return self.world.direct_channel(self.user)

    def grant(self, *names: str) -> None:
        """Give them permissions everywhere in the guild."""
        membership = self.guild.members[self.id]
        membership.roles.append(self.guild.role(f"of {self.user.username}", *names).id)
        self.world.emit(events.member_changed("GUILD_MEMBER_UPDATE", self.guild, membership))

    def revoke(self, *names: str) -> None:
        """Take back what `grant` gave."""
        taken = permissions.bits(*names)
        for role_id in self.guild.members[self.id].roles:
            self.guild.roles[role_id].permissions &= ~taken

    def leave(self) -> None:
        """Leave the guild."""
        membership = self.guild.members.pop(self.id)
        self.world.emit(events.member_changed("GUILD_MEMBER_REMOVE", self.guild, membership))

    def sees(self, channel: Channel) -> list[Message]:
        """Return what they see in a channel, oldest first, ephemeral messages for them included."""
        return [m for m in channel.messages.values() if m.is_visible_to(self.user)]

    def private(self, channel: Channel) -> list[Message]:
        """Return the ephemeral messages that only they see in a channel."""
        return [message for message in self.sees(channel) if message.is_ephemeral]

    async def command(self, words: str, *, channel: Channel | None = None, **options: Any) -> Seen:
        """Use a slash command, its sub-commands in *words*; see what the app answers."""
        return await acting.command(self, words, channel or self._anywhere(), options)

    async def autocomplete(
        self,
        words: str,
        option: str,
        typed: str = "",
        *,
        channel: Channel | None = None,
        **options: Any,
    ) -> list[Json]:
        """Type into an option of a slash command; see the choices offered."""
        place = channel or self._anywhere()
        return await acting.autocomplete(self, words, option, typed, place, options)

    async def use(self, name: str, message: Message) -> Seen:
        """Use a message command on *message*."""
        return await acting.message_command(self, name, message)

    async def press(self, message: Message, button: str) -> Seen:
        """Press a button, named by its label or the start of its custom id."""
        return await acting.press(self, message, button)

    async def select(self, message: Message, custom_id: str, values: list[str]) -> Seen:
        """Choose from a select menu, by value or label; the menu by the start of its custom id."""
        return await acting.select(self, message, custom_id, values)

    async def submit(self, modal: Modal, answers: dict[str, Any] | None = None) -> Seen:
        """Fill in a modal, each input by label or custom id, and send it."""
        return await acting.submit(self, modal, answers or {})

    async def say(
        self,
        channel: Channel,
        text: str,
        *,
        reply_to: Message | None = None,
        ping: bool = True,
        mention_bot: bool = False,
    ) -> Message:
        """Write a message."""
        if not channel.lets_write(self.user):
            raise NotOfferedError(f"{self.user.username} may not write in {channel.name}")
        if reply_to is not None and (reply_to.is_ephemeral or reply_to.is_deleted):
            raise NotOfferedError("nobody can reply to an ephemeral or deleted message")
        words = f"{self.world.app.user.mention} {text}" if mention_bot else text
        message = Message(
            id=self.world.ids.next(),
            channel=channel,
            author=self.user,
            created_at=self.world.clock.now(),
            type=REPLY if reply_to is not None else 0,
            replied_to=reply_to,
        )
        allowed = {"parse": ["users", "roles", "everyone"], "replied_user": ping}
        posting.apply(self.world, message, {"content": words, "allowed_mentions": allowed}, [])
        return posting.post(self.world, message)

    async def edit(self, message: Message, text: str) -> None:
        """Edit an own message."""
        if message.author != self.user or message.is_deleted:
            raise NotOfferedError("people edit their own messages only")
        posting.edit(self.world, message, {"content": text}, [])

    async def delete(self, message: Message) -> None:
        """Delete an own message, or anybody's with the permission."""
        if message.author != self.user and not message.channel.lets(self.user, "manage_messages"):
            raise NotOfferedError("deleting another's message takes the permission")
        posting.delete(self.world, message)

    async def react(self, message: Message, emoji: str) -> None:
        """React to a message."""
        if not message.channel.lets(self.user, "read_message_history", "add_reactions"):
            raise NotOfferedError("reacting takes the permission")
        reactions.put(self.world, message, self.user, emoji)

    async def unreact(self, message: Message, emoji: str) -> None:
        """Take a reaction back."""
        reactions.take(self.world, message, self.user, emoji)

    def _anywhere(self) -> Channel:
        for channel in self.guild.channels.values():
            if channel.type == 0 and channel.lets(self.user, "view_channel"):
                return channel
        raise NotOfferedError("there is no channel they can see")
