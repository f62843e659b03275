"""The use cases: all that an adapter or the command line ever asks of the quiz."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.attempts import Attempts, Reply
from bot.core.cards import people
from bot.core.commands import Command, parse
from bot.core.completing import complete
from bot.core.deck import Deck
from bot.core.desk import Desk
from bot.core.errors import StaleKeyError
from bot.core.models import AttemptKey, Caller, Channel, MessageRef, Period, Platform
from bot.core.parts import Action, Card, Form, Option, Values, Verb
from bot.core.picking import Picker
from bot.core.ports import Clock, Messenger, Meter, Store, Wake, unmetered
from bot.core.standings import Standings

Answer = Card | Form


class Quiz:
    """The quiz over one deck and one store; *meter* counts what is asked of it, on every face."""

    def __init__(
        self,
        deck: Deck,
        store: Store,
        clock: Clock,
        messengers: Mapping[Platform, Messenger],
        wake: Wake,
        meter: Meter = unmetered,
    ) -> None:
        picker = Picker(deck)
        self._deck = deck
        self._store = store
        self._meter = meter
        self.attempts = Attempts(deck, store, clock, picker)
        self.standings = Standings(deck, store, clock, wake)
        self.desk = Desk(deck, store, clock, picker, messengers, wake)

    # --- the three ways in: typed, pressed, submitted

    async def command(self, caller: Caller, text: str) -> Answer:
        """Answer the words after ``/flaskquiz``."""
        return await self.run(caller, parse(text))

    async def run(self, caller: Caller, command: Command) -> Answer:
        """Answer a command."""
        with self._meter(caller.platform, command.verb):
            return await self._run(caller, command)

    async def _run(self, caller: Caller, command: Command) -> Answer:
        match command.verb:
            case Verb.HELP:
                return people.help_card(command.unknown, command.closest)
            case Verb.PRACTICE:
                return await self.attempts.practice(caller, command.level, command.topic)
            case Verb.LEADERBOARD:
                return await self.standings.leaderboard(caller, command.period or Period.WEEK)
            case Verb.SAVE_SETTINGS:
                return await self.desk.save_settings(caller, command.values)
            case verb:
                return await self._press(caller, Action(verb))

    async def press(self, caller: Caller, action: Action) -> Answer:
        """Answer a button."""
        with self._meter(caller.platform, action.verb):
            return await self._press(caller, action)

    async def _press(  # noqa: C901, PLR0912  # one case for each verb, nothing nested
        self, caller: Caller, action: Action
    ) -> Answer:
        match action.verb:
            case Verb.ANSWER:
                return await self.attempts.open_attempt(caller, AttemptKey.parse(action.value))
            case Verb.REGRADE:
                return await self.attempts.regrade(caller, AttemptKey.parse(action.value))
            case Verb.START:
                return await self.attempts.start(caller)
            case Verb.PRACTICE:
                return await self.attempts.practice(caller, None, action.value)
            case Verb.LEADERBOARD:
                return await self.standings.leaderboard(caller, _period(action.value))
            case Verb.SHARE:
                return await self.standings.share(caller, action.value)
            case Verb.ME:
                return await self.standings.me(caller)
            case Verb.TEAM:
                return await self.standings.team(caller)
            case Verb.SETTINGS:
                return await self.desk.settings(caller)
            case Verb.PAUSE | Verb.RESUME:
                return await self.desk.pause_or_resume(caller, pause=action.verb is Verb.PAUSE)
            case Verb.NOW:
                return await self.desk.now(caller)
            case Verb.DOCTOR:
                return await self.desk.doctor(caller)
            case Verb.HIDE | Verb.SHOW:
                return await self.standings.set_hidden(caller, hidden=action.verb is Verb.HIDE)
            case Verb.EXPORT:
                return await self.standings.export(caller)
            case Verb.FORGET:
                return people.forget()
            case Verb.FORGET_CONFIRMED:
                return await self.standings.forget(caller)
            case Verb.HELP:
                return people.help_card()
            case _:
                raise StaleKeyError(action)

    async def submit(self, caller: Caller, action: Action, values: Values) -> Answer:
        """Answer a submitted form; raises FormError where an input has to be corrected."""
        with self._meter(caller.platform, action.verb):
            return await self._submit(caller, action, values)

    async def _submit(self, caller: Caller, action: Action, values: Values) -> Answer:
        match action.verb:
            case Verb.REVEAL:
                return await self.attempts.reveal(caller, AttemptKey.parse(action.value), values)
            case Verb.GRADE:
                return await self.attempts.grade(caller, AttemptKey.parse(action.value), values)
            case Verb.SAVE_SETTINGS:
                return await self.desk.save_settings(caller, values)
            case _:
                raise StaleKeyError(action)

    async def tick(self, caller: Caller, key: AttemptKey, ticked: frozenset[int]) -> Form:
        """Keep the key points ticked so far, where a face sends them before the grade."""
        with self._meter(caller.platform, Verb.TICK):
            return await self.attempts.tick(caller, key, ticked)

    async def open_card(self, caller: Caller, card: MessageRef) -> Answer:
        """Answer the question of the card *card*, as its button does."""
        with self._meter(caller.platform, Verb.ANSWER):
            return await self.attempts.open_card(caller, card)

    async def reply(self, caller: Caller, card: MessageRef, text: str) -> Reply:
        """Take a plain reply under the card *card*."""
        with self._meter(caller.platform, "reply"):
            return await self.attempts.reply(caller, card, text)

    def complete(self, name: str, typed: str) -> tuple[Option, ...]:
        """What to offer while somebody types a topic, or a setting, into *name*."""
        return complete(name, typed, self._deck)

    async def home(self, caller: Caller) -> Card:
        """A member's own page."""
        with self._meter(caller.platform, "home"):
            return await self.standings.home(caller)

    async def join(self, caller: Caller) -> Channel:
        """The bot was added to the caller's channel."""
        with self._meter(caller.platform, "join"):
            return await self.desk.join(caller)


def _period(value: str) -> Period:
    return Period(value) if value in set(Period) else Period.WEEK
