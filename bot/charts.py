"""Standings to a picture, drawn by matplotlib in a short-lived process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import sys
from dataclasses import asdict

from bot.core.errors import ChartError
from bot.core.ports import Chart

# matplotlib costs 50 MB and half a second: it is imported in the drawing process alone.

TIMEOUT = 20.0
"""Seconds one picture may take, the start of the process included."""
IDLE = 10.0
"""Seconds after which the process ends that has nothing to draw."""


class Easel:
    """
    Draws in a process of its own, which ends when there is nothing more to draw.

    `paint` is what core calls a Painter; pictures are drawn one after the other.
    """

    def __init__(self, timeout: float = TIMEOUT, idle: float = IDLE) -> None:
        self._timeout = timeout
        self._idle = idle
        self._lock = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._ending: asyncio.Task[None] | None = None

    async def paint(self, chart: Chart) -> bytes:
        """Draw *chart* to a PNG; raises ChartError when that does not work in time."""
        async with self._lock:
            self._keep()
            try:
                async with asyncio.timeout(self._timeout):
                    picture = await self._draw(chart)
            except TimeoutError:
                await self._end()
                raise ChartError(f"no picture within {self._timeout:g} s") from None
            except (OSError, asyncio.IncompleteReadError) as error:
                await self._end()
                raise ChartError(f"the drawing process ended: {error}") from error
            except BaseException:
                await self._end()  # half an answer may be in the pipe
                raise
            self._ending = asyncio.create_task(self._end_when_idle())
            return picture

    async def close(self) -> None:
        """End the process."""
        async with self._lock:
            self._keep()
            await self._end()

    async def _draw(self, chart: Chart) -> bytes:
        """Ask the process for one picture."""
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.drawing",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None  # asked for above
        request = json.dumps(asdict(chart)).encode()
        stdin.write(struct.pack("<I", len(request)) + request)
        await stdin.drain()
        is_drawn, size = struct.unpack("<?I", await stdout.readexactly(5))
        answer = await stdout.readexactly(size)
        if not is_drawn:
            raise ChartError(answer.decode())
        return answer

    def _keep(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    async def _end_when_idle(self) -> None:
        await asyncio.sleep(self._idle)
        async with self._lock:
            await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
