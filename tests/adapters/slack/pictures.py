"""Prints what members see, as JSON for a preview: ``python -m tests.adapters.slack.pictures DIR``."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.adapters.slack.render import render_message
from bot.charts import Easel
from bot.core.cards import refusals, rounds
from bot.core.deck import load
from bot.core.models import Tally
from bot.core.parts import Card
from bot.core.ports import Chart
from bot.core.views import RoundView
from bot.settings import shipped_deck
from bot.store.migrate import migrate
from tests.adapters.slack.conftest import Team
from tests.adapters.slack.running import Bot, Gallery, MovedClock
from tests.adapters.slack.test_deck_in_slack import CHANNEL, NOW, REFUSALS, a_round
from tests.fakes.slack import Message, Person, Slack

WORDS = "It belongs to the request, I think: what a hook puts there is gone with the next one."


class Painted(Gallery):
    """Draws charts as they are."""

    async def __call__(self, chart: Chart) -> bytes:
        easel = Easel()
        try:
            return await easel.paint(chart)
        finally:
            await easel.close()


async def draw(folder: Path) -> None:
    """Play two weeks and write each thing that is seen."""
    clock = MovedClock()
    with TemporaryDirectory() as scratch:
        url = f"sqlite:///{scratch}/pictures.db"
        migrate(url)
        async with Slack(clock.seconds) as slack:
            team = await _team(slack, clock, url)
            try:
                await _play(team, folder)
            finally:
                await team.bot.stop()


async def _team(slack: Slack, clock: MovedClock, url: str) -> Team:
    workspace = slack.workspace("T1", "Pallets")
    ann = workspace.user("U1", "Ann Lee", admin=True)
    bob, cid = workspace.user("U2", "Bob Ng"), workspace.user("U3", "Çağla 山田 🎸")
    token = workspace.install(by=ann)
    channel = workspace.channel("C1", "flask", creator=ann)
    bot = Bot(slack, clock, url, token=token, deck=load(shipped_deck()))
    bot.gallery = Painted()
    await bot.start()
    bot.configure()
    return Team(slack, workspace, channel, ann, bob, cid, bot, clock)


async def _play(team: Team, folder: Path) -> None:
    def keep(name: str, seen: Any) -> None:
        (folder / f"{name}.json").write_text(json.dumps(_shown(seen, team), ensure_ascii=False))

    card = await team.set_up()
    keep("hello", team.posts()[0])
    keep("card", card)
    seen = await team.bob.press(card, "Answer")
    keep("modal", seen.view)
    seen = await team.bob.submit(values={"words": WORDS, "confidence": "think"})
    keep("reveal", seen.view)
    keep("result", (await team.bob.submit(values={"ticks": ["0", "1"]})).view)
    for person in (team.ann, team.cid):
        await _answer(team, person, card, "got_it")
    await team.bot.tick()
    keep("card_counted", card)
    said = (await team.bob.say(team.channel, "partly", card)).said
    keep("note", team.bob.ephemerals()[-1])
    assert said
    for day in range(8):
        card = await team.next_card()
        for number, person in enumerate((team.ann, team.bob, team.cid)):
            await _answer(team, person, card, ("got_it", "partly", "missed")[(day + number) % 3])
    threads = [m for m in team.channel.log.values() if m.is_reply and m.bot_id]
    keep("closed", threads[-1])
    keep("digest", next(m for m in reversed(team.posts()) if "Leaderboard" in m.words))
    for command in ("leaderboard all", "me", "team", "doctor", "help", "practice", "leaderbord"):
        await team.ann.command("/flaskquiz", command, team.channel)
        keep(f"command_{command.split()[0]}", team.ann.ephemerals()[-1])
    await team.cid.command("/flaskquiz", "settings", team.channel)
    keep("refusal", team.cid.ephemerals()[-1])
    await team.ann.command("/flaskquiz", "settings", team.channel)
    keep("settings", team.ann.view)
    keep("saved", (await team.ann.submit()).view)
    await team.ann.press(team.posts()[-1], "Answer")
    keep("again", team.ann.view)
    await team.ann.open_home()
    keep("home", team.ann.home)
    dan = team.workspace.user("U4", "Dan")
    await dan.open_home()
    keep("home_new", dan.home)
    _longest(team, folder)


def _longest(team: Team, folder: Path) -> None:
    """The longest question of each level, and every refusal."""
    for level in ("beginner", "intermediate", "advanced"):
        some = [q for q in team.bot.deck.questions if q.level == level]
        question = max(some, key=lambda q: len(q.prompt) + sum(map(len, q.code or ())))
        view = RoundView(a_round(question), CHANNEL, Tally(12, 7, 3, 1))
        _write(folder / f"card_{level}.json", rounds.daily(view, question, NOW))
        view = RoundView(a_round(question, NOW), CHANNEL, Tally(12, 7, 3, 1))
        _write(folder / f"card_{level}_closed.json", rounds.daily(view, question, NOW))
    cards = [*map(refusals.refusal, REFUSALS), refusals.apology()]
    messages = [_said(card) for card in cards]
    (folder / "refusals.json").write_text(json.dumps(messages))


def _write(path: Path, card: Card) -> None:
    path.write_text(json.dumps(_said(card), ensure_ascii=False))


def _said(card: Card) -> dict[str, Any]:
    message = render_message(card)
    return {"name": "FlaskQuiz", "text": message.text, "blocks": message.blocks}


async def _answer(team: Team, person: Person, card: Message, grade: str) -> None:
    await person.press(card, "Answer")
    await person.submit(values={"words": "so so", "confidence": "sure"})
    await person.submit(values={"grade": grade})


def _shown(seen: Any, team: Team) -> dict[str, Any]:
    users = {"U1": "Ann Lee", "U2": "Bob Ng", "U3": "Cid"}
    if isinstance(seen, Message):
        return {
            "name": "FlaskQuiz",
            "text": seen.text,
            "blocks": [_with_picture(block, team) for block in seen.blocks],
            "ephemeral": bool(seen.only_for),
            "users": users,
        }
    return {**seen.body, "users": users}


def _with_picture(block: dict[str, Any], team: Team) -> dict[str, Any]:
    """A picture as a preview can show it, which has no Slack to ask for the file."""
    if block["type"] != "image":
        return block
    content = team.workspace.team.files[block["slack_file"]["id"]].content or b""
    address = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    return {"type": "image", "image_url": address, "alt_text": block["alt_text"]}


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(draw(target))
