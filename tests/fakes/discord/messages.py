"""Messages and what hangs on them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.discord import components
from tests.fakes.discord.channels import Channel
from tests.fakes.discord.errors import Json
from tests.fakes.discord.seen import Seen
from tests.fakes.discord.users import User

if TYPE_CHECKING:
    from tests.fakes.discord.interactions import Interaction

SUPPRESS_EMBEDS, HAS_THREAD, EPHEMERAL, LOADING = 1 << 2, 1 << 5, 1 << 6, 1 << 7
SUPPRESS_NOTIFICATIONS, VOICE_MESSAGE, COMPONENTS_V2 = 1 << 12, 1 << 13, 1 << 15

WORDS = ("title", "description")
"""The parts of an embed that are plain text."""

DEFAULT, REPLY, CHAT_INPUT_COMMAND, CONTEXT_MENU_COMMAND = 0, 19, 20, 23


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message."""

    id: int
    filename: str
    content: bytes = field(repr=False)
    content_type: str
    description: str | None = None


@dataclass(eq=False, slots=True, kw_only=True)
class Message(Seen):
    """One message; it changes in place when it is edited."""

    id: int
    channel: Channel
    author: User
    created_at: datetime
    type: int = DEFAULT
    content: str = ""
    components: list[Json] = field(default_factory=list)
    embeds: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    nonce: str | int | None = None
    replied_to: "Message | None" = None
    mentions: list[User] = field(default_factory=list)
    mentions_everyone: bool = False
    reactions: dict[str, list[User]] = field(default_factory=dict)
    edited_at: datetime | None = None
    only_for: User | None = None
    interaction: "Interaction | None" = None
    thread: Channel | None = None
    is_deleted: bool = False
    versions: list[str] = field(default_factory=list)
    """Every wording this message has had, for searches."""

    def as_message(self) -> "Message":
        """Return this message."""
        return self

    @property
    def is_ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return bool(self.flags & EPHEMERAL)

    @property
    def is_loading(self) -> bool:
        """Whether it says that the app is thinking."""
        return bool(self.flags & LOADING)

    @property
    def is_v2(self) -> bool:
        """Whether it is made of components alone."""
        return bool(self.flags & COMPONENTS_V2)

    @property
    def texts(self) -> list[str]:
        """Its words, piece by piece: content, then every text display, embeds last."""
        shown = [str(part["content"]) for part in components.walk(self.components, 10)]
        embeds = [str(embed[key]) for embed in self.embeds for key in WORDS if embed.get(key)]
        fields = [
            f"{part['name']}\n{part['value']}"
            for embed in self.embeds
            for part in embed.get("fields", [])
        ]
        return [text for text in (self.content, *shown, *embeds, *fields) if text]

    @property
    def text(self) -> str:
        """Its words, one piece a line."""
        return "\n".join(self.texts)

    @property
    def buttons(self) -> list[Json]:
        """Its buttons, in order."""
        return list(components.walk(self.components, 2))

    @property
    def button_labels(self) -> list[str]:
        """What its buttons say, in order."""
        return [str(button.get("label", "")) for button in self.buttons]

    @property
    def selects(self) -> list[Json]:
        """Its select menus, in order."""
        return list(components.walk(self.components, *components.SELECTS))

    @property
    def custom_ids(self) -> list[str]:
        """Every custom id on it, in order."""
        return [
            str(part["custom_id"])
            for part in components.walk(self.components)
            if part.get("custom_id")
        ]

    def is_visible_to(self, user: User) -> bool:
        """Say whether *user* can see it now."""
        if self.is_deleted or not self.channel.lets(user, "view_channel"):
            return False
        return not self.is_ephemeral or self.only_for == user


def reads(message: Message, allowed: bool) -> bool:
    """
    Say whether the app may read *message*, *allowed* being the privileged intent.

    Without it: own messages, direct messages, mentions, and replies with a ping to an ordinary
    message of the bot (not to a response to an interaction).
    https://docs.discord.com/developers/gateway/you-might-not-need-a-privileged-intent
    """
    bot = message.channel.app_user
    if allowed or message.author == bot or message.channel.guild is None:
        return True
    if f"<@{bot.id}>" in message.content or f"<@!{bot.id}>" in message.content:
        return True
    quoted = message.replied_to
    pinged = quoted is not None and quoted.author == bot and bot in message.mentions
    return pinged and quoted is not None and quoted.interaction is None
