"""What Discord's client offers a person: commands, buttons, menus that are really there."""

from typing import TYPE_CHECKING

from tests.fakes.discord.channels import Channel
from tests.fakes.discord.commands import Command
from tests.fakes.discord.errors import Json, NotOfferedError
from tests.fakes.discord.messages import Message
from tests.fakes.discord.permissions import BITS

if TYPE_CHECKING:
    from tests.fakes.discord.people import Member

LINK = 5


def offered(member: "Member", name: str, kind: int, channel: Channel) -> Command:
    """Return a registered command that *member* may use in *channel*."""
    world = member.world
    command = world.command_named(name, kind)
    if command is None:
        known = sorted(one.name for one in world.commands.values())
        raise NotOfferedError(f"no command {name!r} is registered, only {known}")
    if not command.is_offered_in(0 if channel.guild else 1):
        raise NotOfferedError(f"{name!r} is not offered in this kind of channel")
    if channel.guild is None:
        if member.user not in channel.recipients:
            raise NotOfferedError("these are somebody else's direct messages")
        return command
    if not channel.guild.has_bot or not command.is_for_guild_installs():
        raise NotOfferedError(f"{name!r} is not installed in this guild")
    held = channel.permissions_of(member.user)
    if not held & BITS["use_application_commands"] or not held & BITS["view_channel"]:
        raise NotOfferedError(f"{member.user.username} may not use commands here")
    _has_default_permissions(command, held)
    return command


def _has_default_permissions(command: Command, held: int) -> None:
    wanted = command.permissions
    if wanted is None or held & BITS["administrator"]:
        return
    if wanted == 0 or held & wanted != wanted:
        raise NotOfferedError(f"{command.name!r} takes permissions they do not have")


def find_button(member: "Member", message: Message, button: str) -> Json:
    """Return the one button that has this label, or whose custom id starts so."""
    _is_on_screen(member, message)
    buttons = message.buttons
    found = [b for b in buttons if b.get("label") == button] or [
        b for b in buttons if str(b.get("custom_id", "")).startswith(button)
    ]
    if len(found) != 1:
        shown = [(b.get("label"), b.get("custom_id")) for b in buttons]
        raise NotOfferedError(f"{len(found)} buttons are called {button!r}, there are {shown}")
    if found[0].get("disabled"):
        raise NotOfferedError(f"the button {button!r} is disabled")
    if found[0]["style"] == LINK:
        raise NotOfferedError(f"the button {button!r} is a link")
    return found[0]


def find_select(member: "Member", message: Message, custom_id: str) -> Json:
    """Return the one select menu whose custom id starts so."""
    _is_on_screen(member, message)
    found = [s for s in message.selects if str(s["custom_id"]).startswith(custom_id)]
    if len(found) != 1:
        shown = [s["custom_id"] for s in message.selects]
        raise NotOfferedError(f"{len(found)} menus are called {custom_id!r}, there are {shown}")
    if found[0].get("disabled"):
        raise NotOfferedError(f"the menu {custom_id!r} is disabled")
    return found[0]


def _is_on_screen(member: "Member", message: Message) -> None:
    if not message.is_visible_to(member.user):
        raise NotOfferedError(f"{member.user.username} cannot see that message")
    if message.is_loading:
        raise NotOfferedError("the app is still thinking")
