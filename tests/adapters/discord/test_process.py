"""The program itself: two real processes share the shards and one database, and one is killed."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.adapters.discord.conftest import NEEDED
from tests.adapters.discord.running import take_time
from tests.fakes.discord import Channel, FakeDiscord, Guild, Member
from tests.processes import Process, finished, running


@asynccontextmanager
async def a_worker(
    discord: FakeDiscord, cwd: Path, database_url: str, shard: int
) -> AsyncIterator[Process]:
    """A process with one shard of two; it has to know Discord's address from its environment."""
    settings = {
        "DATABASE_URL": database_url,
        "DISCORD_TOKEN": discord.token,
        "DISCORD_SHARD_IDS": shard,
        "DISCORD_SHARD_COUNT": 2,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "LOG_LEVEL": "DEBUG",
    }
    with running(cwd, **settings) as process:
        await asyncio.to_thread(process.wait_ready)
        yield process


async def asked_now(channel: Channel, ann: Member, discord: FakeDiscord) -> None:
    """Set the channel up, and let it be asked at once."""
    await ann.command("flaskquiz settings", channel=channel, time="09:30", days="all")
    await ann.command("flaskquiz now", channel=channel)
    await discord.until(lambda: cards(channel), 30)


def cards(channel: Channel) -> list[str]:
    return [m.text for m in channel.from_bot if "question of the day" in m.text]


def founded(discord: FakeDiscord, shard: int) -> tuple[Guild, Channel, Member]:
    guild = discord.guild(f"Team {shard}", bot=False, shard=(shard, 2))
    channel = guild.channel("flask")
    ann = guild.member("Ann", manage_guild=True)
    guild.add_bot(*NEEDED)
    return guild, channel, ann


async def test_a_killed_worker_goes_on_where_it_was_and_its_neighbour_notices_nothing(
    tmp_path: Path, postgres_url: str
):
    async with FakeDiscord() as discord:
        discord.clock.set(datetime.now(UTC))
        take_time(discord)
        (_, here, ann), (_, there, eve) = (founded(discord, shard) for shard in (0, 1))
        async with a_worker(discord, tmp_path, postgres_url, 1) as neighbour:
            async with a_worker(discord, tmp_path, postgres_url, 0) as killed:
                await asked_now(here, ann, discord)
                modal = (await ann.press(here.from_bot[-1], "Answer")).as_modal()
                reveal = (
                    await ann.submit(modal, {"confidence": "sure", "words": "a few words"})
                ).as_message()
                await asyncio.to_thread(killed.end, signal.SIGKILL)

            await asked_now(there, eve, discord)
            async with a_worker(discord, tmp_path, postgres_url, 0) as again:
                result = (await ann.press(reveal, "Got it")).as_message()
                assert await asyncio.to_thread(again.end) == 0

            assert "Got it, " in result.text
            assert [len(cards(channel)) for channel in (here, there)] == [1, 1]
            assert await asyncio.to_thread(neighbour.end) == 0
        log = killed.output + again.output + neighbour.output
        assert not [t for t in (*discord.world.interactions, discord.token) if t in log]
        assert "a few words" not in log
        assert discord.unknown_keys == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"DISCORD_TOKEN": "another.token.of-nobody"}, "DISCORD_TOKEN is not accepted by Discord"),
        ({"DISCORD_MESSAGE_CONTENT": "true"}, "DISCORD_MESSAGE_CONTENT needs the Message Content"),
    ],
    ids=["token", "toggle"],
)
async def test_what_the_host_has_to_mend_ends_the_program_with_one_sentence(
    tmp_path: Path, changed: dict[str, str], sentence: str
):
    async with FakeDiscord() as discord:
        settings = {
            "DATABASE_URL": f"sqlite:///{tmp_path}/quiz.db",
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
        }
        ended = await asyncio.to_thread(lambda: finished(tmp_path, **(settings | changed)))

    assert ended.returncode != 0
    assert sentence in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout
    assert "voice" not in ended.stderr  # no host needs to hear what this bot never does
    assert settings["DISCORD_TOKEN"] not in ended.stderr + ended.stdout
    assert "of-nobody" not in ended.stderr + ended.stdout
