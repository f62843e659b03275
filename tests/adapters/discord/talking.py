"""Discord as a dialogue sees it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from bot.core.commands import SETTING_WORDS, WORDS, parse
from bot.core.deck import Deck
from bot.core.models import Caller
from bot.store.store import Store
from tests.adapters.discord.conftest import NEEDED, Team
from tests.adapters.discord.reading import read
from tests.dialogues.face import ANN, BOB, CID, Replied, Shown
from tests.fakes.discord import Member, Message, Modal, Seen, acting, interactions

NOTED = "📝"
GRADES = {"missed": "Missed it", "partly": "Partly", "got_it": "Got it", "": "By my ticks"}


class DiscordDialogue:
    """Implements the dialogues' `Face` in one guild."""

    def __init__(self, team: Team, at: str = "09:30") -> None:
        self.deck: Deck = team.bot.deck
        self.at = at
        self._team = team
        self._last: dict[str, Message | Modal] = {}

    @property
    def store(self) -> Store:
        return self._team.bot.store

    def caller(self, who: str) -> Caller:
        return self._team.caller(self._person(who))

    async def restart(self) -> None:
        await self._team.bot.restart()

    async def invite(self) -> None:
        team = self._team
        if not team.guild.has_bot:
            team.guild.add_bot(*NEEDED)
            await team.discord.until(lambda: team.bot.face.health()["guilds"])
        await team.settle()

    async def next_daily(self) -> None:
        await self._team.next_card()

    async def tick(self) -> None:
        await self._team.bot.tick()

    async def pass_time(self, **span: float) -> None:
        self._team.discord.clock.advance(timedelta(**span))
        await self._team.bot.tick()

    def said(self) -> list[str]:
        channels = [self._team.channel, *self._team.guild.threads]
        messages = [message for channel in channels for message in channel.from_bot]
        return [read(message.text) for message in sorted(messages, key=lambda m: m.id)]

    async def look(self, who: str) -> Shown:
        return self._shown(who, await self._person(who).press(self._team.card(), "Answer"))

    async def answer(self, who: str, words: str, confidence: str) -> Shown:
        return await self.fill(who, words=words, confidence=confidence)

    async def grade(self, who: str, grade: str = "", ticks: Collection[int] = ()) -> Shown:
        if ticks:
            reveal = self._message(who)
            seen = await self._person(who).select(reveal, "fq:1:tick:", [str(n) for n in ticks])
            self._shown(who, seen)
        return await self.press(who, GRADES[grade])

    async def fill(self, who: str, **values: str | tuple[str, ...]) -> Shown:
        if isinstance(self._last[who], Message):
            await self.press(who, "Back to the settings")
        modal = self._last[who]
        assert isinstance(modal, Modal)
        return self._shown(who, await self._person(who).submit(modal, dict(values)))

    async def press(self, who: str, label: str) -> Shown:
        return self._shown(who, await self._person(who).press(self._message(who), label))

    async def command(self, who: str, text: str) -> Shown:
        person, channel = self._person(who), self._team.channel
        words = text.split()
        if words and words[0] not in WORDS:  # a client of yesterday may still offer it
            data: Any = {"id": "1", "name": "flaskquiz", "type": 1}
            data["options"] = [{"type": 1, "name": words[0], "options": []}]
            asked = acting.begin(person, interactions.COMMAND, channel, data)
            return self._shown(who, await acting.seen_next(asked, person))
        sub = words[0] if words else "start"
        options = _options(text)
        return self._shown(
            who, await person.command(f"flaskquiz {sub}", channel=channel, **options)
        )

    async def reply(self, who: str, text: str) -> Replied:
        """A reply, and where the bot reacts the message command on it: there is the note."""
        person, channel = self._person(who), self._team.channel
        said = await person.say(channel, text, reply_to=self._team.card())
        await self._team.settle()
        if not said.reactions:
            return Replied(noted=False)
        note = self._shown(who, await person.use("Answer this question", said))
        return Replied(NOTED in said.reactions, note)

    def _person(self, who: str) -> Member:
        return {ANN: self._team.ann, BOB: self._team.bob, CID: self._team.cid}[who]

    def _message(self, who: str) -> Message:
        last = self._last[who]
        assert isinstance(last, Message)
        return last

    def _shown(self, who: str, seen: Seen) -> Shown:
        assert isinstance(seen, Message | Modal)
        self._last[who] = seen
        if isinstance(seen, Modal):
            return Shown(read("\n".join(seen.texts)))
        assert seen.is_ephemeral
        words = read(seen.text)
        return Shown(words, tuple(seen.button_labels), _problems(words))


def _options(text: str) -> dict[str, str]:
    """What was typed after a sub-command, as its typed options."""
    command = parse(text)
    given = {name: str(value) for name, value in command.values.items()}
    for name in ("level", "topic", "period"):
        if value := getattr(command, name):
            given[name] = str(value)
    return given


def _problems(words: str) -> dict[str, str]:
    lines = (line.partition(": ") for line in words.splitlines())
    return {name: problem for name, _, problem in lines if name in SETTING_WORDS}
