"""Permissions: what the bot needs, and what it lacks in a channel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import discord

from bot.adapters.discord.faults import told
from bot.core.errors import RefusedError, RetryLaterError
from bot.core.models import Address

NAMES = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
    "read_message_history": "Read Message History",
    "attach_files": "Attach Files",
    "add_reactions": "Add Reactions",
}
"""All that the bot uses, as Discord's settings call them."""
WHY = {
    "view_channel": "to post here at all",
    "send_messages": "to post here at all",
    "create_public_threads": "to put the answer into a thread",
    "send_messages_in_threads": "to put the answer into a thread",
    "read_message_history": "to look whether a post arrived, and to react",
    "attach_files": "to show the leaderboard's picture",
    "add_reactions": "to confirm a reply",
}
TO_POST = ("view_channel", "send_messages")
"""Without these nothing can be posted; the others can be done without."""
TO_POST_IN_THREADS = ("view_channel", "send_messages_in_threads")
NOT_IN_THREADS = ("send_messages", "create_public_threads")
NOT_BESIDE_CALLS = ("create_public_threads", "send_messages_in_threads")
"""What Discord has in text channels only."""
WITHOUT_TEXT = {
    discord.ChannelType.forum: "forum",
    discord.ChannelType.media: "media channel",
    discord.ChannelType.category: "category",
}


def needed() -> discord.Permissions:
    """The permissions that the invitation asks for."""
    return discord.Permissions(**dict.fromkeys(NAMES, True))


def missing(held: discord.Permissions, wanted: Iterable[str] = NAMES) -> list[str]:
    """Which of *wanted* are not *held*; out of sight of a channel nothing else can be."""
    lacks = [name for name in wanted if not getattr(held, name)]
    return ["view_channel"] if "view_channel" in lacks else lacks


def held_by(
    member: dict[str, Any], roles: list[dict[str, Any]], guild: int, channel: dict[str, Any]
) -> discord.Permissions:
    """
    What a member may do in a channel, from what the API says of each.

    https://docs.discord.com/developers/topics/permissions#permission-overwrites
    """
    own = {str(guild), *map(str, member["roles"])}
    granted = 0
    for role in roles:
        if str(role["id"]) in own:
            granted |= int(role["permissions"])
    if granted & discord.Permissions(administrator=True).value:
        return discord.Permissions.all()
    overwrites = {str(each["id"]): each for each in channel.get("permission_overwrites", ())}
    everyone = overwrites.pop(str(guild), None)
    mine = overwrites.pop(str(member["user"]["id"]), None)
    of_roles = [each for id_, each in overwrites.items() if id_ in own]
    for layer in ([everyone] if everyone else [], of_roles, [mine] if mine else []):
        for each in layer:
            granted &= ~int(each["deny"])
        for each in layer:
            granted |= int(each["allow"])
    return discord.Permissions(granted)


class Access:
    """What the bot may do where: from the gateway's news, or else from the API."""

    def __init__(self, client: Callable[[], discord.Client]) -> None:
        self._client = client

    def known(self, to: Address) -> discord.Permissions | None:
        """What the gateway has told of a channel; None where it has not, or is not connected."""
        client = self._client()
        guild = client.get_guild(int(to.workspace))
        if guild is None or guild.unavailable or guild.me is None or not client.is_ready():
            return None
        channel = guild.get_channel_or_thread(int(to.channel))
        if channel is None or (isinstance(channel, discord.Thread) and channel.parent is None):
            return None
        return channel.permissions_for(guild.me)

    async def held(self, to: Address) -> discord.Permissions:
        """What the bot may do in a channel; raises an UndeliveredError where nobody can say."""
        known = self.known(to)
        return known if known is not None else await self._ask(to)

    async def _ask(self, to: Address) -> discord.Permissions:
        client, guild = self._client(), int(to.workspace)
        http, me = client.http, client.user
        if me is None or client.is_closed():
            raise RetryLaterError("the bot is not connected to Discord yet")
        channel: Any = await told(http.get_channel(int(to.channel)))
        if "thread_metadata" in channel:
            channel = await told(http.get_channel(int(channel["parent_id"])))
        roles: Any = await told(http.get_roles(guild))
        member: Any = await told(http.get_member(guild, me.id))
        return held_by(member, roles, guild, channel)

    def refuse_without(self, to: Address) -> None:
        """Raise RefusedError where the gateway has told that a post would be refused."""
        held = self.known(to)
        to_post = _to_post(self._client().get_channel(int(to.channel)))
        lacks = missing(held, to_post) if held is not None else []
        if lacks:
            names = " and ".join(NAMES[name] for name in lacks)
            raise RefusedError(
                f"the bot lacks {names} in the channel", f"Give the bot {names} there."
            )

    def may(self, to: Address, name: str) -> bool:
        """Whether the bot has a permission in a channel, as far as is known."""
        held = self.known(to)
        return held is None or bool(getattr(held, name))

    async def complaints(self, to: Address) -> list[str]:
        """What the bot may not do in a channel and should, a sentence each."""
        channel = self._client().get_channel(int(to.channel))
        kind = WITHOUT_TEXT.get(getattr(channel, "type", None))  # type: ignore[arg-type]  # None
        if kind:
            return [f"This is a {kind}: questions need a text channel."]
        lacks = missing(await self.held(to), _of_use(channel))
        why = WHY | dict.fromkeys(_to_post(channel), WHY["view_channel"])
        return [f"I lack {NAMES[name]} here: I need it {why[name]}." for name in lacks]


def _to_post(channel: object) -> tuple[str, ...]:
    return TO_POST_IN_THREADS if isinstance(channel, discord.Thread) else TO_POST


def _of_use(channel: object) -> list[str]:
    """What the bot makes use of in a channel of that kind."""
    match channel:
        case discord.Thread():
            unused: tuple[str, ...] = NOT_IN_THREADS
        case discord.VoiceChannel() | discord.StageChannel():
            unused = NOT_BESIDE_CALLS
        case _:
            unused = ()
    return [name for name in NAMES if name not in unused]
