import asyncio
from collections.abc import AsyncGenerator

import pytest

from bot.adapters.web import live
from bot.adapters.web.live import Live
from bot.core.errors import StoreError
from tests.adapters.web.running import Running


class Feed:
    """A feed whose version the test changes."""

    def __init__(self) -> None:
        self.version = "1"
        self.error: Exception | None = None
        self.reads = 0

    async def __call__(self) -> str:
        self.reads += 1
        if self.error is not None:
            raise self.error
        return self.version


async def soon(stream: AsyncGenerator[str, None]) -> str:
    # Not `wait_for`: on Python 3.11 it would let others run first.
    async with asyncio.timeout(3):
        return await anext(stream)


async def test_a_stream_begins_with_the_version_as_it_is():
    feed = Feed()
    streaming = Live(feed)
    streaming.start()

    assert await soon(streaming.versions("")) == "1"
    await streaming.stop()


async def test_a_poke_tells_everybody_what_is_new():
    feed = Feed()
    streaming = Live(feed)
    streaming.start()
    streams = [streaming.versions("") for _ in range(3)]
    for stream in streams:
        await soon(stream)
    first = [await soon(stream) for stream in streams]

    feed.version = "2"
    streaming.poke()

    assert first == ["1", "1", "1"]
    assert [await soon(stream) for stream in streams] == ["2", "2", "2"]
    await streaming.stop()


async def test_what_is_recorded_a_little_after_the_poke_is_seen():
    feed = Feed()
    streaming = Live(feed)
    streaming.start()
    stream = streaming.versions("")
    await soon(stream)
    await soon(stream)

    streaming.poke()
    await asyncio.sleep(0.2)
    feed.version = "2"

    assert await soon(stream) == "2"
    await streaming.stop()


async def test_another_process_is_noticed_without_a_poke(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live, "LOOK", 0.05)
    feed = Feed()
    streaming = Live(feed)
    streaming.start()
    stream = streaming.versions("")
    await soon(stream)
    await soon(stream)

    feed.version = "2"

    assert await soon(stream) == "2"
    await streaming.stop()


async def test_nobody_looks_while_nobody_watches(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live, "LOOK", 0.01)
    feed = Feed()
    streaming = Live(feed)
    streaming.start()
    stream = streaming.versions("")
    await soon(stream)
    await stream.aclose()
    await asyncio.sleep(0.1)
    reads = feed.reads

    await asyncio.sleep(0.1)

    assert feed.reads == reads
    assert streaming.watching() == 0
    await streaming.stop()


async def test_a_silent_stream_says_that_it_lives():
    streaming = Live(Feed(), beat=0.05)
    streaming.start()
    stream = streaming.versions("")
    await soon(stream)
    await soon(stream)

    assert await soon(stream) == ""
    await streaming.stop()


async def test_stopping_ends_every_stream():
    streaming = Live(Feed())
    streaming.start()
    stream = streaming.versions("")
    await soon(stream)
    await soon(stream)

    waiting = asyncio.create_task(_all(stream))
    await asyncio.sleep(0)

    await streaming.stop()

    assert await asyncio.wait_for(waiting, 1) == ["1"]


@pytest.mark.parametrize("turns", range(6))
async def test_it_stops_whatever_is_happening_just_then(turns: int):
    """Python 3.11's `wait_for` can swallow a cancellation that meets what it waited for."""
    streaming = Live(Feed())
    streaming.start()
    stream = streaming.versions("")
    await soon(stream)
    await soon(stream)
    await asyncio.sleep(0.05)

    streaming.poke()
    for _ in range(turns):
        await asyncio.sleep(0)
    stopping = asyncio.create_task(streaming.stop())
    done, _ = await asyncio.wait({stopping}, timeout=1)

    await stream.aclose()
    assert done == {stopping}


async def _all(stream: AsyncGenerator[str, None]) -> list[str]:
    return [version async for version in stream]


async def test_a_store_that_fails_is_logged_once_and_followed_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(live, "LOOK", 0.01)
    feed = Feed()
    streaming = Live(feed)
    streaming.start()
    stream = streaming.versions("")
    await soon(stream)
    await soon(stream)
    feed.error = StoreError("The database is gone.")
    await asyncio.sleep(0.1)

    feed.error, feed.version = None, "2"

    assert await soon(stream) == "2"
    assert caplog.text.count("The database is gone.") == 1
    await streaming.stop()


async def test_streams_are_counted_by_address():
    streaming = Live(Feed())
    streams = [streaming.versions(address) for address in ("a", "a", "b")]
    for stream in streams:
        await soon(stream)

    assert streaming.watching() == 3
    assert streaming.watching("a") == 2
    assert streaming.watching("c") == 0
    for stream in streams:
        await stream.aclose()


async def test_a_browser_that_leaves_before_its_stream_begins_breaks_nothing(
    here: Running, caplog: pytest.LogCaptureFixture
):
    for _ in range(5):
        _, leaving = await asyncio.open_connection("127.0.0.1", here.server.port)
        leaving.write(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        leaving.close()
    await asyncio.sleep(0.3)

    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
