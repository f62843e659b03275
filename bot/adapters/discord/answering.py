"""Answering one interaction: in time, in private, and once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable

from bot.adapters.discord.bodies import EPHEMERAL
from bot.adapters.discord.courier import DEFER, DEFER_UPDATE, MODAL, Courier, UnansweredError
from bot.adapters.discord.interactions import SUBMIT, Interaction
from bot.adapters.discord.modals import render_modal
from bot.adapters.discord.render import Sheet, render
from bot.core.cards.refusals import apology, refusal, too_slow
from bot.core.errors import QuizError, StoreError
from bot.core.parts import Action, Card, Form, Verb

logger = logging.getLogger(__name__)

PATIENCE = 1.5
"""Seconds after which an interaction is deferred: Discord gives up after three."""

QUESTIONS = frozenset({Verb.ANSWER, Verb.REVEAL})
"""What is done on the message that asks a question: it stays above what comes of it."""


class Answering:
    """
    One interaction on its way to an answer.

    What was pressed on a private message is answered in its place; all else privately below. A
    refusal or an apology never takes the place of what the member was reading, nor does an answer
    that of its question.
    """

    def __init__(
        self, courier: Courier, interaction: Interaction, action: Action | None = None
    ) -> None:
        """*action* is what was asked for, where one button can ask for it."""
        self._courier = courier
        self._interaction = interaction
        self._action = action
        self._deferral: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._begin_deferral)

    async def give(self, answer: Awaitable[Card | Form | None]) -> None:
        """Await *answer* and show it; None is for another process to show."""
        is_done, shown = await _settled(answer)
        self._timer.cancel()
        if self._deferral is not None:
            await self._deferral
        if shown is None:
            return
        try:
            await self._show(shown, in_place=is_done and self._may_replace())
        except UnansweredError:
            logger.exception("Discord refused an answer")
            await self._apologise()

    def _may_replace(self) -> bool:
        asks = self._action is not None and self._action.verb in QUESTIONS
        return self._interaction.is_in_place and not asks

    def _begin_deferral(self) -> None:
        self._deferral = asyncio.create_task(self._defer())

    async def _defer(self) -> None:
        interaction = self._interaction
        try:
            if interaction.is_in_place:
                await self._courier.answer(interaction, DEFER_UPDATE)
            else:
                flags = {"flags": EPHEMERAL if interaction.is_private else 0}
                await self._courier.answer(interaction, DEFER, flags)
        except UnansweredError as error:
            logger.warning("Discord refused to wait: %s", error)

    async def _show(self, answer: Card | Form, *, in_place: bool) -> None:
        if isinstance(answer, Form) and answer.action.verb is not Verb.GRADE:
            if self._deferral is None and self._interaction.kind != SUBMIT:
                return await self._courier.answer(self._interaction, MODAL, render_modal(answer))
            # A message command has no action: what it opens, the button of its card opens too.
            again = self._action or Action(Verb.ANSWER, answer.action.value)
            answer = too_slow(answer, again)
        return await self._bring(render(answer), in_place=in_place)

    async def _bring(self, sheet: Sheet, *, in_place: bool) -> None:
        """Show a message by the one way that is open now."""
        if self._deferral is None:
            await self._courier.show(self._interaction, sheet, in_place=in_place)
        elif self._interaction.is_in_place and not in_place:
            await self._courier.follow(self._interaction, sheet)
        else:
            await self._courier.replace(self._interaction, sheet)

    async def _apologise(self) -> None:
        try:
            await self._bring(render(apology()), in_place=False)
        except UnansweredError as error:
            logger.warning("Discord refused the apology too: %s", error)


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
