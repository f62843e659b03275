"""Slack as a dialogue sees it."""

from __future__ import annotations

from collections.abc import Collection

from bot.core.deck import Deck
from bot.core.models import Caller, Platform
from bot.store.store import Store
from tests.adapters.slack.conftest import Team
from tests.adapters.slack.reading import read
from tests.dialogues.face import ANN, BOB, CID, Replied, Shown
from tests.fakes.slack import Message, Person, Seen, View


class SlackDialogue:
    """Implements the dialogues' `Face` in one workspace."""

    def __init__(self, team: Team, at: str = "09:30") -> None:
        self.deck: Deck = team.bot.deck
        self.at = at
        self._team = team
        self._last: dict[str, Message | View] = {}

    @property
    def store(self) -> Store:
        return self._team.bot.store

    def caller(self, who: str) -> Caller:
        workspace, channel = self._team.workspace.id, self._team.channel.id
        return Caller(Platform.SLACK, workspace, self._person(who).id, who, channel=channel)

    async def restart(self) -> None:
        await self._team.bot.restart()

    async def invite(self) -> None:
        await self._team.ann.invite(self._team.channel)

    async def next_daily(self) -> None:
        await self._team.next_card()

    async def tick(self) -> None:
        await self._team.bot.tick()

    async def pass_time(self, **span: float) -> None:
        self._team.clock.move(**span)
        await self._team.bot.tick()

    def said(self) -> list[str]:
        bot = self._team.workspace.bot_user_id
        log = self._team.channel.log.values()
        return [read(m.blocks) for m in log if m.user_id == bot and not m.deleted]

    async def look(self, who: str) -> Shown:
        return self._shown(who, await self._person(who).press(self._team.card(), "Answer"))

    async def answer(self, who: str, words: str, confidence: str) -> Shown:
        values = {"words": words, "confidence": confidence}
        return self._shown(who, await self._person(who).submit(values=values))

    async def grade(self, who: str, grade: str = "", ticks: Collection[int] = ()) -> Shown:
        values = {"ticks": [str(n) for n in ticks], **({"grade": grade} if grade else {})}
        return self._shown(who, await self._person(who).submit(values=values))

    async def fill(self, who: str, **values: str | tuple[str, ...]) -> Shown:
        return self._shown(who, await self._person(who).submit(values=dict(values)))

    async def press(self, who: str, label: str) -> Shown:
        last = self._last[who]
        seen = await self._person(who).press(last, label)
        if isinstance(last, Message) and last.versions:  # replaced in its place
            return self._kept(who, last)
        return self._shown(who, seen)

    async def command(self, who: str, text: str) -> Shown:
        person = self._person(who)
        if person.view is not None:
            await person.close(everything=True)
        return self._shown(who, await person.command("/flaskquiz", text, self._team.channel))

    async def reply(self, who: str, text: str) -> Replied:
        seen = await self._person(who).say(self._team.channel, text, self._team.card())
        assert seen.said is not None
        notes = seen.ephemerals
        note = self._kept(who, notes[-1]) if notes else None
        return Replied("memo" in seen.said.reactions, note)

    def _person(self, who: str) -> Person:
        return {ANN: self._team.ann, BOB: self._team.bob, CID: self._team.cid}[who]

    def _shown(self, who: str, seen: Seen) -> Shown:
        assert seen.failed is None, seen.failed
        if seen.errors:
            assert seen.view is not None
            problems = {block.partition("@")[0]: words for block, words in seen.errors.items()}
            return Shown(read(seen.view.blocks), (), problems)
        if seen.ephemerals:
            return self._kept(who, seen.ephemerals[-1])
        assert seen.view is not None
        return self._kept(who, seen.view)

    def _kept(self, who: str, what: Message | View) -> Shown:
        self._last[who] = what
        title = f"{what.title}\n" if isinstance(what, View) else ""
        return Shown(f"{title}{read(what.blocks)}", tuple(what.buttons))
