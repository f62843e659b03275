"""What goes wrong on demand: server errors, rate limits, lost requests and lost answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

Json = dict[str, Any]


@dataclass(slots=True)
class Fault:
    """
    One way in which the next *times* calls of a method go wrong.

    `drop` loses the request "before" it is accepted, or the answer "after" it was; then `status`
    is what came instead of it.
    """

    method: str
    times: int = 1
    status: int | None = None
    error: str | None = None
    retry_after: int | None = None
    drop: Literal["before", "after"] | None = None
    delay: float = 0.0
    when: Callable[[Json], bool] | None = None

    def answer(self) -> web.Response | None:
        """Return the answer that replaces Slack's own, if there is one."""
        if self.retry_after is not None:
            return rate_limited(self.retry_after)
        if self.status is not None:
            return web.Response(status=self.status, text="upstream error")
        if self.error is not None:
            return web.json_response({"ok": False, "error": self.error})
        return None


class Faults:
    """The faults that wait for their call."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let it happen at the next call of its method ("*" is any)."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting.clear()

    async def take(self, method: str, arguments: Json) -> Fault | None:
        """Return the fault this call meets, after its delay."""
        for fault in self._waiting:
            if fault.method in (method, "*") and (not fault.when or fault.when(arguments)):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                await asyncio.sleep(fault.delay)
                return fault
        return None


def rate_limited(retry_after: int) -> web.Response:
    """Answer as Slack does to those who ask too often."""
    return web.json_response(
        {"ok": False, "error": "ratelimited"},
        status=429,
        headers={"Retry-After": str(retry_after)},
    )


def cut(request: web.Request) -> web.Response:
    """Cut the connection, so that the answer never arrives."""
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)
