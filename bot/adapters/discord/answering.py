"""Answering one interaction: in time, in private, and once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import aiohttp
import discord

from bot.adapters.discord.callers import Interaction
from bot.adapters.discord.modals import render_modal
from bot.adapters.discord.render import Sheet, render
from bot.adapters.discord.views import Dialogue, Layout, files_of
from bot.core.cards.refusals import apology, refusal, too_slow
from bot.core.errors import QuizError, StoreError
from bot.core.parts import Action, Card, Form, Verb

logger = logging.getLogger(__name__)

PATIENCE = 1.5
"""Seconds after which an interaction is deferred: Discord gives up after three."""
TOO_LATE, TAKEN = 10062, 40060
"""Discord's codes for an interaction that ran out, and for one that somebody has answered."""


class Answering:
    """
    One interaction on its way to an answer.

    What was pressed on a private message is answered in its place; all else privately below. A
    refusal or an apology never takes the place of what the member was reading.
    """

    def __init__(self, interaction: Interaction, again: Action | None = None) -> None:
        """*again* is what to press when a dialogue came too late to be shown."""
        self._interaction = interaction
        self._again = again
        self._is_in_place = _is_in_place(interaction)
        self._deferral: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(PATIENCE, self._begin_deferral)

    async def give(self, answer: Awaitable[Card | Form | None]) -> bool:
        """
        Await *answer* and show it; whether the quiz did what was asked.

        None is for another process to answer.
        """
        is_done, shown = await _settled(answer)
        self._timer.cancel()
        if self._deferral is not None:
            await self._deferral
        if shown is not None:
            await self._show(shown, in_place=is_done and self._is_in_place)
        return is_done and shown is not None

    def _begin_deferral(self) -> None:
        self._deferral = asyncio.create_task(self._defer())

    async def _defer(self) -> None:
        interaction = self._interaction
        if self._is_in_place:
            await deliver(interaction.response.defer)
        else:
            private = interaction.guild_id is not None
            await deliver(lambda: interaction.response.defer(ephemeral=private, thinking=True))

    async def _show(self, answer: Card | Form, *, in_place: bool) -> None:
        interaction = self._interaction
        if isinstance(answer, Form) and answer.action.verb is not Verb.GRADE:
            if self._deferral is None and interaction.type is not SUBMIT:
                dialogue = Dialogue(render_modal(answer))
                await deliver(lambda: interaction.response.send_modal(dialogue))
                return
            answer = too_slow(answer, self._again or answer.action)
        await self._say(render(answer), in_place=in_place)

    async def _say(self, sheet: Sheet, *, in_place: bool) -> None:
        """Show a message; where Discord refuses it, something broke on our side."""
        try:
            await deliver(lambda: self._post(sheet, in_place=in_place))
        except discord.HTTPException:
            logger.exception("Discord refused an answer")
            await self._apologise()

    async def _apologise(self) -> None:
        sorry = render(apology())
        try:
            await deliver(lambda: self._post(sorry, in_place=False))
        except discord.HTTPException as error:
            logger.warning("Discord refused the apology too: %s", error)

    async def _post(self, sheet: Sheet, *, in_place: bool) -> None:
        """Show a message by the one way that is open now."""
        interaction, view, files = self._interaction, Layout(sheet), files_of(sheet)
        private = interaction.guild_id is not None
        if self._deferral is None and in_place:
            await interaction.response.edit_message(view=view, attachments=files)
        elif self._deferral is None:
            await interaction.response.send_message(view=view, files=files, ephemeral=private)
        elif self._is_in_place and not in_place:
            await interaction.followup.send(view=view, files=files, ephemeral=private)
        else:
            await interaction.edit_original_response(view=view, attachments=files)


SUBMIT = discord.InteractionType.modal_submit


def _is_in_place(interaction: Interaction) -> bool:
    message = interaction.message
    return message is not None and (message.flags.ephemeral or interaction.guild_id is None)


async def _settled(answer: Awaitable[Card | Form | None]) -> tuple[bool, Card | Form | None]:
    """Await an answer; a refusal or a fault becomes the card that tells it."""
    try:
        return True, await answer
    except QuizError as error:
        return False, refusal(error)
    except StoreError as error:
        logger.error("An interaction found no database: %s", error)  # noqa: TRY400  # it says why
    except Exception:  # an edge: whatever is wrong, the member gets an answer
        logger.exception("An interaction broke")
    return False, apology()


async def deliver(send: Callable[[], Awaitable[object]]) -> None:
    """
    Send an answer, a second time when the connection broke: Discord takes one only.

    Raises HTTPException where Discord finds fault with it.
    """
    try:
        await _once(send)
    except (aiohttp.ClientError, OSError):
        try:
            await _once(send)
        except (aiohttp.ClientError, OSError) as error:
            logger.warning("An answer did not reach Discord: %s", type(error).__name__)


async def _once(send: Callable[[], Awaitable[object]]) -> None:
    try:
        await send()
    except discord.HTTPException as error:
        if error.code not in (TOO_LATE, TAKEN):
            raise
        logger.info("An interaction was answered too late, or by another process")
