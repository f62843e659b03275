"""A wire between a browser and the page, which remembers every byte that reached the browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Wire:
    """What came through; `url` is where the browser is to go instead."""

    def __init__(self, port: int) -> None:
        self.url = ""
        self.came = bytearray()
        self._port = port
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def text(self) -> str:
        """All that the browser was sent so far: heads, pages, fragments, events."""
        return self.came.decode("utf-8", "replace")

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection, until either side leaves."""
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._port)
        ways = (_carry(reader, up_writer, None), _carry(up_reader, writer, self.came))
        tasks = {asyncio.create_task(way) for way in ways}
        self._tasks |= tasks
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for end in (writer, up_writer):
            end.close()

    async def cut(self) -> None:
        """Let every connection go."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, came: bytearray | None
) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            if came is not None:
                came += data
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def wired(port: int) -> AsyncIterator[Wire]:
    """A wire to the page on *port*."""
    wire = Wire(port)
    server = await asyncio.start_server(wire.connect, "127.0.0.1", 0)
    wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        server.close()
        await wire.cut()
