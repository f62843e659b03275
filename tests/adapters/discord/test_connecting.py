"""Connecting: what can be wrong, shards, losses, and nothing secret in any log."""

from __future__ import annotations

import asyncio
import logging
import traceback
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.errors import StartError
from tests.adapters.discord.conftest import Team, a_team, found
from tests.adapters.discord.running import Bot
from tests.adapters.discord.talking import DiscordDialogue
from tests.dialogues import stories
from tests.dialogues.playing import play, play_together
from tests.fakes.discord import FakeDiscord

COMMANDS = "/applications/{application_id}/commands"


# --- what can be wrong


async def test_a_wrong_token_is_said_in_a_sentence_without_it(
    discord: FakeDiscord, sqlite_url: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    bot = Bot(discord, sqlite_url, token="another.token.of-nobody")

    with discord.pointed(), pytest.raises(StartError, match="DISCORD_TOKEN is not acc") as refused:
        await bot.start()
    await bot.stop()

    told = "".join(traceback.format_exception(refused.value)) + caplog.text + repr(bot.options)
    assert "of-nobody" not in told


@pytest.mark.parametrize("told_by", ["flags", "gateway"])
async def test_a_missing_toggle_is_said_in_a_sentence(
    discord: FakeDiscord, sqlite_url: str, told_by: str
):
    bot = Bot(discord, sqlite_url, message_content=True)
    if told_by == "gateway":  # switched off after it was asked for
        discord.app.portal.message_content = True
        discord.world.listeners.append(lambda _: None)
        discord.gateway.is_refusing = False
        toggle_off_at_identify(discord)

    with discord.pointed(), pytest.raises(StartError, match="Message Content Intent"):
        await bot.start()
    await bot.stop()


async def test_too_few_shards_are_said_in_a_sentence(discord: FakeDiscord, sqlite_url: str):
    discord.gateway.max_guilds_per_shard = 0
    discord.guild()
    bot = Bot(discord, sqlite_url, shard_count=1)

    with discord.pointed(), pytest.raises(StartError, match="raise DISCORD_SHARD_COUNT"):
        await bot.start()
    await bot.stop()


async def test_while_discord_is_away_the_bot_goes_on_trying(discord: FakeDiscord, sqlite_url: str):
    discord.fault("GET", "/users/@me", drop="before", times=3)

    async with a_team(discord, sqlite_url) as team:
        assert team.bot.face.health()["connected"]
        assert team.bot.face.health()["trouble"] == ""


async def test_no_privileged_intent_is_asked_for(team: Team):
    (identify,) = [f["d"] for f in team.discord.gateway.received if f["op"] == 2]

    assert identify["intents"] == 1 << 0 | 1 << 9


async def test_health_tells_how_the_connection_is(team: Team):
    health = team.bot.face.health()

    assert health["connected"] is True
    assert health["guilds"] == 1
    assert set(health["shards"]) == {"0"}
    assert health["since"].startswith("2026-11-23")


# --- the commands


async def test_the_commands_are_registered_once_and_again_when_they_changed(team: Team):
    await team.bot.restart()
    assert len(team.discord.calls_to("PUT", COMMANDS)) == 1

    await team.bot.store.keep(f"discord:commands:{team.discord.app.id}", "those of yesterday")
    await team.bot.restart()

    assert len(team.discord.calls_to("PUT", COMMANDS)) == 2


async def test_commands_that_could_not_be_registered_are_tried_at_the_next_start(
    discord: FakeDiscord, sqlite_url: str
):
    discord.fault("PUT", COMMANDS, status=400)

    async with a_team(discord, sqlite_url) as team:
        assert team.discord.world.commands == {}
        await team.bot.restart()
        assert team.discord.world.commands


async def test_commands_are_registered_as_soon_as_discord_is_able_to(
    discord: FakeDiscord, sqlite_url: str
):
    discord.fault("PUT", COMMANDS, status=503, times=3)

    async with a_team(discord, sqlite_url) as team:
        assert team.bot.face.health()["connected"]
        await team.discord.until(lambda: team.discord.world.commands)


# --- losses


async def test_a_lost_connection_is_resumed_and_nothing_is_missed(team: Team):
    card = await team.set_up()
    await team.discord.gateway.drop()
    said = await team.bob.say(team.channel, "some words", reply_to=card)

    await team.discord.until(lambda: said.reactions)

    assert team.discord.gateway.resumes == 1
    assert team.discord.gateway.identifies == 1


async def test_a_request_to_reconnect_is_followed(team: Team):
    await team.set_up()
    team.discord.gateway.reconnect()
    await team.discord.until(lambda: team.discord.gateway.resumes)

    shown = await team.bob.command("flaskquiz help", channel=team.channel)

    assert "What you can type" in shown.as_message().text


@pytest.mark.parametrize("trouble", ["drop", "reconnect", "invalidate"])
async def test_a_dialogue_goes_on_whatever_happens_to_the_connection(team: Team, trouble: str):
    face = DiscordDialogue(team)
    gateway, steps = team.discord.gateway, 0
    async for _ in stories.first_weeks(face):
        steps += 1
        if steps % 4 == 0:
            count = gateway.resumes + gateway.identifies
            if trouble == "drop":
                await gateway.drop()
            else:
                getattr(gateway, trouble)()
            await team.discord.until(
                lambda before=count: gateway.resumes + gateway.identifies > before, 10
            )
            await gateway.ready()

    assert steps > 20


async def test_an_event_that_cannot_be_read_costs_one_connection(team: Team):
    await team.set_up()
    session = team.discord.gateway.connected[0]
    session.dispatch("CHANNEL_CREATE", {"guild_id": str(team.guild.id), "type": 2, "id": "5"})
    await team.discord.until(lambda: team.discord.gateway.identifies == 2, 5)
    await team.discord.until(lambda: team.bot.face.health()["connected"])

    shown = await team.bob.command("flaskquiz help", channel=team.channel)

    assert "What you can type" in shown.as_message().text
    await team.next_card()
    assert len(team.cards()) == 2


# --- shards


async def test_two_workers_share_the_shards_and_one_database(
    discord: FakeDiscord, postgres_url: str
):
    bots = [Bot(discord, postgres_url, shard_ids=(i,), shard_count=2) for i in (0, 1)]
    teams = [found(discord, bot, f"Team {i}", shard=(i, 2)) for i, bot in enumerate(bots)]
    with discord.pointed():
        for bot in bots:
            await bot.start()
        try:
            faces = DiscordDialogue(teams[0]), DiscordDialogue(teams[1], at="16:00")
            await play_together(stories.first_weeks, *faces)
        finally:
            for bot in bots:
                await bot.stop()

    first, second = teams
    assert first.bob.id != second.bob.id
    for team, other in ((first, second), (second, first)):
        words = "".join(m.text for m in team.channel.from_bot)
        assert str(other.bob.id) not in words
        assert len({card.nonce for card in team.cards()}) == len(team.cards()) == 6
    assert bots[0].face.messenger.pace.per_second * 2 == 45


async def test_one_worker_with_all_shards_asks_how_many(discord: FakeDiscord, sqlite_url: str):
    discord.world.recommended_shards = 3

    async with a_team(discord, sqlite_url) as team:
        assert set(team.bot.face.health()["shards"]) == {"0", "1", "2"}
        await play(stories.practice, DiscordDialogue(team))


async def test_a_dialogue_goes_as_written_on_postgres(discord: FakeDiscord, postgres_url: str):
    async with a_team(discord, postgres_url, invited=False) as team:
        await play(stories.first_weeks, DiscordDialogue(team), restarting=True)


# --- leaving, and secrets


async def test_what_is_under_way_is_finished_before_leaving(team: Team):
    begun, release = asyncio.Event(), asyncio.Event()
    real = team.bot.quiz.standings.me

    async def held(*given: Any) -> Any:
        begun.set()
        await release.wait()
        return await real(*given)

    team.bot.quiz.standings.me = held  # type: ignore[method-assign]
    asked = asyncio.create_task(team.bob.command("flaskquiz me", channel=team.channel))
    await begun.wait()
    leaving = asyncio.create_task(team.bot.face.stop())
    await asyncio.sleep(0.05)
    release.set()

    assert "You" in (await asked).as_message().text
    await leaving


async def test_no_token_and_no_words_are_in_any_log_and_no_token_is_kept(
    discord: FakeDiscord, sqlite_url: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    async with a_team(discord, sqlite_url) as team:
        await play(stories.first_weeks, DiscordDialogue(team))
        discord.world.patience = 1.0
        discord.fault("POST", "*", drop="after", times=3)
        discord.fault("POST", "*", status=400, times=3)
        for _ in range(6):
            await asyncio.wait_for(_try(team), 5)
        team.discord.clock.advance(timedelta(days=1))
        await team.bot.tick()

    tokens = [*discord.world.interactions, discord.token]
    kept = b"".join(path.read_bytes() for path in files_of(sqlite_url))
    log = "\n".join(f"{r.getMessage()} {r.exc_text or ''}" for r in caplog.records)
    assert tokens[0]
    assert not [token for token in tokens if token in log]
    assert "request bound" not in log
    assert b"request bound" in kept
    assert not [token for token in tokens if token.encode() in kept]


async def _try(team: Team) -> None:
    with suppress(AssertionError):
        await team.bob.command("flaskquiz help", channel=team.channel)


def files_of(sqlite_url: str) -> list[Path]:
    """The database, with what is not yet merged into it."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    return list(path.parent.glob(f"{path.name}*"))


def toggle_off_at_identify(discord: FakeDiscord) -> None:
    """Switch the intent off in the portal between the login and the gateway."""
    real = discord.gateway.open_session

    def open_session(data: Any) -> Any:
        discord.app.portal.message_content = False
        return real(data)

    discord.gateway.open_session = open_session  # type: ignore[method-assign]
