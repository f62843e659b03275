"""What a member sees in private: an address, a button, a form or typed words to a panel."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace

from bot.adapters.web.addresses import HOME, JOIN, lasting, read_show
from bot.adapters.web.badges import Badge
from bot.adapters.web.door import Door
from bot.adapters.web.feed import Feed
from bot.adapters.web.filling import Filled, refilled
from bot.adapters.web.render import JoinPanel, Panel
from bot.core.attempts import ticked_in
from bot.core.cards import attempts
from bot.core.cards.refusals import refusal
from bot.core.commands import parse
from bot.core.errors import FormError, QuizError, StaleKeyError
from bot.core.models import AttemptKey, Caller
from bot.core.parts import Action, Card, File, Form, Verb
from bot.core.quiz import Quiz

SUBMITS = frozenset({Verb.REVEAL, Verb.GRADE, Verb.SAVE_SETTINGS})
_FORMS = {Verb.REVEAL: Verb.ANSWER, Verb.GRADE: Verb.REGRADE, Verb.SAVE_SETTINGS: Verb.SETTINGS}
"""What shows again the form that was submitted."""


class Panels:
    """Asks the quiz, and knows where a refresh finds each answer again."""

    def __init__(self, quiz: Quiz, door: Door, feed: Feed) -> None:
        self._quiz = quiz
        self._door = door
        self._feed = feed

    async def shown(self, badge: Badge | None, show: str) -> Panel | JoinPanel:
        """The panel that an address names; a guest is asked for a name first."""
        if badge is None:
            return JoinPanel("" if show == JOIN else show)
        if show == JOIN:
            return JoinPanel(name=badge.name, renames=True)
        caller = await self._door.caller(badge)
        if show == HOME:
            return await self._told(self._quiz.home(caller), HOME)
        try:
            action = read_show(show)
        except StaleKeyError as error:
            return Panel(refusal(error))
        return await self._acted(action, self._quiz.press(caller, action))

    async def done(self, badge: Badge, filled: Filled) -> Panel:
        """What a button or form led to; a form with faults comes back with them."""
        caller = await self._door.caller(badge)
        try:
            return await self._acted(filled.action, self._ask(caller, filled))
        except FormError as error:
            return await self._again(caller, filled, error)

    async def ticked(self, badge: Badge, filled: Filled) -> None:
        """Keep the key points ticked so far."""
        ticked = ticked_in(filled.values) or frozenset()
        key = AttemptKey.parse(filled.action.value)
        await self._quiz.tick(await self._door.caller(badge), key, ticked)

    async def said(self, badge: Badge, text: str) -> Panel:
        """What a command, or a reply to the open question, led to."""
        caller = await self._door.caller(badge)
        if not text.startswith("/"):
            return await self._replied(caller, text)
        command = parse(text.lstrip("/"))
        asked = Action(command.verb, command.period or "")
        try:
            panel = await self._acted(asked, self._quiz.run(caller, command))
        except FormError as error:
            return Panel(refusal(error), taken=False)
        # The address of the help does not say which word was unknown.
        return replace(panel, show="", taken=False) if command.unknown else panel

    async def exported(self, badge: Badge) -> File:
        """Everything kept about a member, as a file."""
        caller = await self._door.caller(badge)
        card = await self._quiz.press(caller, Action(Verb.EXPORT))
        assert isinstance(card, Card)  # an export asks nothing
        return next(block for block in card if isinstance(block, File))

    async def forgotten(self, badge: Badge) -> Panel:
        """Delete everything about a member, their name included."""
        caller = await self._door.caller(badge)
        panel = await self._acted(
            Action(Verb.FORGET_CONFIRMED),
            self._quiz.press(caller, Action(Verb.FORGET_CONFIRMED)),
        )
        await self._door.leave(badge)
        return panel

    async def _replied(self, caller: Caller, text: str) -> Panel:
        entry = (await self._feed.read()).open
        if entry is None or entry.message is None:
            return Panel(attempts.nothing_open(), taken=False)
        try:
            reply = await self._quiz.reply(caller, entry.message, text)
        except QuizError as error:
            return Panel(refusal(error), taken=False)
        card = reply.note or attempts.not_a_grade()
        return Panel(card, lasting(Action(Verb.START), card), taken=reply.note is not None)

    def _ask(self, caller: Caller, filled: Filled) -> Awaitable[Card | Form]:
        if filled.action.verb in SUBMITS:
            return self._quiz.submit(caller, filled.action, filled.values)
        return self._quiz.press(caller, filled.action)

    async def _acted(self, asked: Action, answer: Awaitable[Card | Form]) -> Panel:
        panel = await self._told(answer, "")
        return Panel(panel.answer, lasting(asked, panel.answer))

    async def _told(self, answer: Awaitable[Card | Form], show: str) -> Panel:
        """Await an answer; a refusal becomes its card, but faults in a form are for the form."""
        try:
            return Panel(await answer, show)
        except FormError:
            raise
        except QuizError as error:
            return Panel(refusal(error), show)

    async def _again(self, caller: Caller, filled: Filled, error: FormError) -> Panel:
        """The form that was submitted, as it was filled in, with what has to be mended."""
        shows = _FORMS.get(filled.action.verb)
        if shows is None:
            return Panel(refusal(error))
        value = filled.action.value
        panel = await self._acted(
            Action(shows, value), self._quiz.press(caller, Action(shows, value))
        )
        if not isinstance(panel.answer, Form):
            return panel
        return Panel(refilled(panel.answer, filled.values), panel.show, error.problems)
