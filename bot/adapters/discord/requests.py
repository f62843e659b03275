"""What somebody asks for, read from an interaction's payload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.discord.callers import THREADS, Lookup, holds_posts
from bot.adapters.discord.commands import read_command
from bot.adapters.discord.interactions import COMPONENT, SUBMIT, Interaction
from bot.adapters.discord.keys import Key
from bot.adapters.discord.modals import read_values
from bot.adapters.discord.replies import words_in
from bot.core.commands import Command
from bot.core.errors import NotAQuestionError, StaleKeyError
from bot.core.models import MessageRef
from bot.core.parts import Action, Values, Verb

MESSAGE_COMMAND = 3
REPLY = 19
"""The type of a message that was written as a reply."""
INDEX_MAX = 2
"""Digits of a key point's number."""


@dataclass(frozen=True, slots=True)
class Run:
    """A command."""

    command: Command


@dataclass(frozen=True, slots=True)
class Press:
    """A button."""

    action: Action


@dataclass(frozen=True, slots=True)
class Tick:
    """Key points chosen in a menu."""

    key: str
    ticked: frozenset[int]


@dataclass(frozen=True, slots=True)
class Submit:
    """A form, or the button that stands for one option of it."""

    action: Action
    values: Values


@dataclass(frozen=True, slots=True)
class Open:
    """The question on a card."""

    card: MessageRef


@dataclass(frozen=True, slots=True)
class Tell:
    """A message of the member's own, taken as a reply to a card."""

    card: MessageRef
    text: str


@dataclass(frozen=True, slots=True)
class Stale:
    """A key that this version did not write, or a message that is no question."""

    why: StaleKeyError


Request = Run | Press | Tick | Submit | Open | Tell | Stale


def read_request(interaction: Interaction, lookup: Lookup) -> Request:
    """Read an interaction, autocompletion apart; one of any shape is read as something."""
    data = interaction.data
    try:
        if interaction.kind == COMPONENT:
            return _component(data)
        if interaction.kind == SUBMIT:
            action = Key.parse(str(data.get("custom_id"))).action
            return Submit(action, read_values(data.get("components")))
        if data.get("type") == MESSAGE_COMMAND:
            return _message(data, interaction, lookup)
        return Run(read_command(data))
    except StaleKeyError as why:
        return Stale(why)


def _component(data: Mapping[str, Any]) -> Request:
    key = Key.parse(str(data.get("custom_id")))
    match key.action.verb:
        case Verb.TICK:
            values = [str(value) for value in data.get("values") or ()]
            ticked = frozenset(int(value) for value in values if _is_index(value))
            return Tick(key.action.value, ticked)
        case Verb.GRADE:
            return Submit(key.action, {"grade": key.option})
        case _:
            return Press(key.action)


def _is_index(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= INDEX_MAX


def _message(data: Mapping[str, Any], interaction: Interaction, lookup: Lookup) -> Request:
    """
    The message command: a card of ours is opened like its button; a member's own message counts as
    a reply to the card it was written under. Nobody can hand in another's words.
    """
    resolved = data.get("resolved") or {}
    target = str(data.get("target_id"))
    message = (resolved.get("messages") or {}).get(target) or {}
    author = str((message.get("author") or {}).get("id"))
    if author == interaction.application:
        return Open(MessageRef(target))
    card = _card_of(message, interaction.channel, lookup)
    if author != str(interaction.user["id"]) or card is None:
        raise NotAQuestionError(target)
    mentioned = message.get("mentions") or ()
    names = {
        str(user["id"]): str(user.get("global_name") or user["username"]) for user in mentioned
    }
    content = str(message.get("content") or "")
    return Tell(card, words_in(content, interaction.application, names))


def _card_of(
    message: Mapping[str, Any], channel: Mapping[str, Any], lookup: Lookup
) -> MessageRef | None:
    """The card a message was written under: it is in its thread, or replies to it."""
    if channel.get("type") in THREADS and not holds_posts(lookup(int(channel["parent_id"]))):
        return MessageRef(str(channel["id"]))
    reference = (message.get("message_reference") or {}).get("message_id")
    return MessageRef(str(reference)) if message.get("type") == REPLY and reference else None
