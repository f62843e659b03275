"""Making interactions of what people do, and waiting for what they see next."""

import asyncio
import io
import secrets
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import components as kinds
from tests.fakes.discord import events, filling, offering, permissions, shapes
from tests.fakes.discord import interactions as types
from tests.fakes.discord.channels import Channel
from tests.fakes.discord.commands import CHAT_INPUT, MESSAGE
from tests.fakes.discord.errors import Json, NoAnswerError, NotOfferedError
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.messages import Message
from tests.fakes.discord.modals import Modal
from tests.fakes.discord.rules.callbacks import DEFER, DEFER_UPDATE
from tests.fakes.discord.seen import Seen

if TYPE_CHECKING:
    from tests.fakes.discord.people import Member

UPLOAD_LIMIT = 10 * 1024 * 1024


async def command(member: "Member", words: str, channel: Channel, options: Json) -> Seen:
    """Use a slash command."""
    name, *path = words.split()
    registered = offering.offered(member, name, CHAT_INPUT, channel)
    resolved: Json = {}
    chosen = filling.fill_command(registered, path, options, resolved)
    data: Json = {"id": str(registered.id), "name": registered.name, "type": CHAT_INPUT}
    data |= {"options": chosen} if chosen else {}
    data |= {"resolved": resolved} if resolved else {}
    return await seen_next(begin(member, types.COMMAND, channel, data), member)


async def autocomplete(
    member: "Member", words: str, option: str, typed: str, channel: Channel, options: Json
) -> list[Json]:
    """Type into an option."""
    name, *path = words.split()
    registered = offering.offered(member, name, CHAT_INPUT, channel)
    chosen = filling.fill_typing(registered, path, option, typed, options)
    data: Json = {
        "id": str(registered.id),
        "name": registered.name,
        "type": CHAT_INPUT,
        "options": chosen,
    }
    interaction = begin(member, types.AUTOCOMPLETE, channel, data)
    await answered(interaction, member)
    return interaction.choices or []


async def message_command(member: "Member", name: str, message: Message) -> Seen:
    """Use a message command."""
    if not message.is_visible_to(member.user) or message.is_ephemeral:
        raise NotOfferedError("they cannot use a command on that message")
    registered = offering.offered(member, name, MESSAGE, message.channel)
    target = shapes.message(message, member.world.address)
    data: Json = {
        "id": str(registered.id),
        "name": registered.name,
        "type": MESSAGE,
        "target_id": str(message.id),
        "resolved": {"messages": {str(message.id): target}},
    }
    return await seen_next(begin(member, types.COMMAND, message.channel, data), member)


async def press(member: "Member", message: Message, button: str) -> Seen:
    """Press a button."""
    found = offering.find_button(member, message, button)
    data: Json = {
        "component_type": kinds.BUTTON,
        "custom_id": found["custom_id"],
        "id": found["id"],
    }
    interaction = begin(member, types.COMPONENT, message.channel, data, message=message)
    return await seen_next(interaction, member)


async def select(member: "Member", message: Message, custom_id: str, values: list[str]) -> Seen:
    """Choose from a select menu."""
    found = offering.find_select(member, message, custom_id)
    data: Json = {
        "component_type": found["type"],
        "custom_id": found["custom_id"],
        "id": found["id"],
        "values": filling.choose(found, values),
    }
    interaction = begin(member, types.COMPONENT, message.channel, data, message=message)
    return await seen_next(interaction, member)


async def submit(member: "Member", modal: Modal, answers: dict[str, Any]) -> Seen:
    """Send a modal."""
    source = modal.source
    if source.user != member.user:
        raise NotOfferedError("a modal is on one person's screen only")
    data: Json = {
        "custom_id": modal.custom_id,
        "components": filling.fill_modal(modal, answers),
    }
    interaction = begin(
        member, types.SUBMIT, source.channel, data, message=source.message, source=source
    )
    return await seen_next(interaction, member)


def begin(
    member: "Member",
    kind: int,
    channel: Channel,
    data: Json,
    *,
    message: Message | None = None,
    source: Interaction | None = None,
) -> Interaction:
    """Create an interaction and tell the app of it."""
    world, now = member.world, member.world.clock.now()
    interaction = Interaction(
        id=world.ids.next(),
        type=kind,
        token=secrets.token_urlsafe(48),
        user=member.user,
        channel=channel,
        data=data,
        created_at=now,
        answer_by=now + world.answers_within,
        message=message,
        source=source,
    )
    world.interactions[interaction.token] = interaction
    world.emit(events.interaction_created(_guild_id(channel), payload(member, interaction)))
    return interaction


def payload(member: "Member", interaction: Interaction) -> Json:
    """Show an interaction as INTERACTION_CREATE does."""
    world, channel, guild = member.world, interaction.channel, interaction.channel.guild
    bot = world.app.user
    shown: Json = {
        "id": str(interaction.id),
        "application_id": str(world.app.id),
        "type": interaction.type,
        "data": interaction.data,
        "token": interaction.token,
        "version": 1,
        "channel_id": str(channel.id),
        "channel": shapes.channel(channel)
        | {"permissions": str(channel.permissions_of(interaction.user))},
        "app_permissions": str(channel.permissions_of(bot) if guild else permissions.DIRECT),
        "locale": "en-US",
        "entitlements": [],
        "authorizing_integration_owners": shapes.owners(channel),
        "context": 0 if guild else 1,
        "attachment_size_limit": UPLOAD_LIMIT,
    }
    if interaction.message is not None:
        shown["message"] = shapes.message(interaction.message, world.address)
    if guild is None:
        return shown | {"user": shapes.user(interaction.user)}
    held = channel.permissions_of(interaction.user)
    person = shapes.member(guild.members[interaction.user.id]) | {"permissions": str(held)}
    return shown | {
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
        "guild_locale": guild.locale,
        "member": person,
    }


async def answered(interaction: Interaction, member: "Member") -> None:
    """Wait for the first answer; NoAnswerError when the app stays silent for three seconds."""
    patience = member.world.patience
    try:
        await interaction.bell.until(lambda: interaction.callback, patience)
    except TimeoutError:
        told = f"the application did not respond: {interaction.data}\nunder way:\n{_under_way()}"
        raise NoAnswerError(told) from None


def _under_way() -> str:
    """Tell what every task of the process waits for: the silent one is among them."""
    stacks = io.StringIO()
    for task in asyncio.all_tasks():
        task.print_stack(limit=3, file=stacks)
    return stacks.getvalue()


async def seen_next(interaction: Interaction, member: "Member") -> Seen:
    """Return what the person sees once the app has answered; a deferral is waited for."""
    await answered(interaction, member)
    if interaction.modal is not None:
        return interaction.modal
    if interaction.callback in (DEFER, DEFER_UPDATE):
        await _after_deferral(interaction, member)
    if interaction.callback == DEFER_UPDATE and not interaction.updates and interaction.followups:
        return interaction.followups[-1]
    assert interaction.original is not None
    return interaction.original


async def _after_deferral(interaction: Interaction, member: "Member") -> None:
    original = interaction.original

    def settled() -> bool:
        if original is None or original.is_deleted:
            return True
        thinking = interaction.callback == DEFER and original.is_loading
        return not thinking and bool(
            interaction.callback == DEFER or interaction.updates or interaction.followups
        )

    try:
        await interaction.bell.until(settled, member.world.patience)
    except TimeoutError:
        if interaction.callback == DEFER:
            raise NoAnswerError(f"the app is still thinking: {interaction.data}") from None


def _guild_id(channel: Channel) -> int | None:
    return channel.guild.id if channel.guild else None
