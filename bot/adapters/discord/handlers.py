"""Interactions to the quiz: read what came, ask once, show the answer."""

from __future__ import annotations

import logging

from bot.adapters.discord.answering import Answering
from bot.adapters.discord.callers import Lookup, caller_of
from bot.adapters.discord.commands import read_typing
from bot.adapters.discord.courier import CHOICES, Courier, UnansweredError
from bot.adapters.discord.homes import Homes
from bot.adapters.discord.interactions import TYPING, Interaction
from bot.adapters.discord.recent import Recent
from bot.adapters.discord.render import OPTION_MAX
from bot.adapters.discord.requests import (
    Open,
    Press,
    Request,
    Run,
    Stale,
    Submit,
    Tell,
    Tick,
    read_request,
)
from bot.core.models import AttemptKey, Caller
from bot.core.parts import Action, Card, Form, Verb
from bot.core.quiz import Quiz

SETTLING = frozenset({Verb.START, Verb.PRACTICE, Verb.REVEAL})
"""What makes a guild a member's home: from here on something is kept about them."""
ONCE = frozenset({Verb.NOW, Verb.SHARE})
"""What would be refused when a second process does it too."""

logger = logging.getLogger(__name__)


class Handlers:
    """Handles interactions; it keeps nothing between two of them."""

    def __init__(
        self,
        quiz: Quiz,
        courier: Courier,
        homes: Homes,
        recent: Recent,
        admins: frozenset[str],
        lookup: Lookup,
    ) -> None:
        self._quiz = quiz
        self._courier = courier
        self._homes = homes
        self._recent = recent
        self._admins = admins
        self._lookup = lookup

    async def on_interaction(self, interaction: Interaction) -> None:
        """Handle an interaction, once."""
        if not self._recent.first(interaction.id):
            return
        if interaction.kind == TYPING:
            await self.on_typing(interaction)
            return
        request = read_request(interaction, self._lookup)
        action = action_of(request)
        answering = Answering(self._courier, interaction, action)
        await answering.give(self._answer(interaction, request, action))

    async def on_typing(self, interaction: Interaction) -> None:
        """Offer what fits while somebody types; one offer too long would take all others along."""
        option, typed = read_typing(interaction.data)
        choices = [
            {"name": offer.label, "value": offer.value}
            for offer in self._quiz.complete(option, typed)
            if max(len(offer.label), len(offer.value)) <= OPTION_MAX
        ]
        try:
            await self._courier.answer(interaction, CHOICES, {"choices": choices})
        except UnansweredError:
            logger.exception("Discord refused what was offered")

    async def _answer(
        self, interaction: Interaction, request: Request, action: Action | None
    ) -> Card | Form | None:
        verb = action.verb if action else None
        if verb in ONCE and not await self._recent.first_of_all(interaction.id):
            return None
        caller = await caller_of(interaction, self._admins, self._homes, self._lookup)
        answer = await self._ask(caller, request)
        if verb in SETTLING and caller.channel is not None:
            await self._homes.settle(caller.member, caller.workspace)
        elif verb is Verb.FORGET_CONFIRMED:
            await self._homes.leave(caller.member, caller.workspace)
            if caller.channel is None:
                await self._homes.forget_alone(caller.member)
        return answer

    async def _ask(self, caller: Caller, request: Request) -> Card | Form:
        match request:
            case Run(command):
                return await self._quiz.run(caller, command)
            case Press(action):
                return await self._quiz.press(caller, action)
            case Tick(key, ticked):
                return await self._quiz.tick(caller, AttemptKey.parse(key), ticked)
            case Submit(action, values):
                return await self._quiz.submit(caller, action, values)
            case Open(card):
                return await self._quiz.open_card(caller, card)
            case Tell(card, text):
                reply = await self._quiz.reply(caller, card, text)
                # Words that change nothing: the question itself says what can be done now.
                return reply.note or await self._quiz.open_card(caller, card)
            case Stale(why):
                raise why


def action_of(request: Request) -> Action | None:
    """What is asked of the quiz, where one button could ask for it."""
    match request:
        case Run(command):
            return Action(command.verb)
        case Press(action) | Submit(action, _):
            return action
        case _:
            return None
