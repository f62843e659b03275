"""One process put together: what it tells of itself."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.app import Bot, Parts, clock, prepare_database, spare_from_collection
from bot.settings import read_settings
from bot.stopping import Stop


@asynccontextmanager
async def a_bot(url: str, caplog: pytest.LogCaptureFixture) -> AsyncIterator[tuple[Bot, str]]:
    """A bot that is ready, and where its server is."""
    settings = read_settings({"DATABASE_URL": url, "PORT": "0"})
    prepare_database(settings)
    bot, stop = Bot(settings, Parts.ALL, page=False), Stop()
    with caplog.at_level("INFO", "bot.app"):
        task = asyncio.create_task(bot.run(stop))
        async with asyncio.timeout(20):
            while not (ready := [m for m in caplog.messages if m.startswith("Ready with")]):  # noqa: ASYNC110  # a log rings no bell
                await asyncio.sleep(0.02)
    try:
        yield bot, ready[0].rpartition(" ")[2]
    finally:
        stop.tell()
        await task


async def health(address: str) -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.get(f"{address}/healthz") as answer:
        return answer.status, await answer.json()


async def test_a_process_that_cannot_post_is_not_well(sqlite_url, caplog):
    async with a_bot(sqlite_url, caplog) as (bot, address):
        well = await health(address)
        await bot.ticker.stop()  # it hangs
        bot.ticker.health.beat_at = clock() - timedelta(minutes=2)
        silent = await health(address)
        bot.ticker.health.ill("The disk is full.", clock())
        ill = await health(address)

    assert well[0] == 200
    assert well[1]["faces"] == {"web": {"watching": 0}}
    assert silent[0] == 503
    assert silent[1]["reason"].startswith("The tick has been silent for 0:02:0")
    assert ill[0] == 503
    assert ill[1]["reason"].endswith("The disk is full.")


async def test_what_members_do_is_in_the_metrics_of_the_process(sqlite_url, caplog):
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address that is a number
    async with (
        a_bot(sqlite_url, caplog) as (_, address),
        aiohttp.ClientSession(cookie_jar=jar, headers={"Origin": address}) as session,
    ):
        joined = await session.post(f"{address}/join", data={"name": "Ann"})
        say = session.post(
            f"{address}/say", data={"text": "/flaskquiz team"}, allow_redirects=False
        )
        await say
        metrics = await (await session.get(f"{address}/metrics")).text()

    assert joined.status == 200
    assert 'flaskquiz_interactions_total{face="web",outcome="kept",verb="team"} 1.0' in metrics


def test_what_a_process_is_built_of_is_not_collected_again_and_again():
    threshold = gc.get_threshold()
    gc.disable()  # as `python -m bot` begins
    gc.set_threshold(700)  # Python's own
    try:
        spare_from_collection()

        assert gc.isenabled()
        assert gc.get_freeze_count() > 10_000
        assert len(gc.get_objects(generation=2)) < 1_000
        assert gc.get_threshold()[0] > 700
    finally:
        gc.set_threshold(*threshold)
        gc.enable()
