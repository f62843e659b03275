"""The digest's pictures, drawn when a browser asks for them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from hashlib import sha256
from typing import TypeVar

from bot.core.parts import Picture
from bot.core.ports import Chart, Painter

T = TypeVar("T")

KEPT = 64


class Gallery:
    """
    A painter for the feed, which draws nothing yet: its picture is only a name.

    Drawing takes a process of its own and a second; a page must not wait for that.
    """

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._charts: OrderedDict[str, Chart] = OrderedDict()
        self._drawn: OrderedDict[str, bytes] = OrderedDict()
        self._drawing = asyncio.Lock()

    async def promise(self, chart: Chart) -> bytes:
        """Keep *chart* and give its name in place of a PNG; a `Painter` for a Composer."""
        name = sha256(repr(chart).encode()).hexdigest()[:32]
        _remember(self._charts, name, chart)
        return name.encode()

    def url(self, picture: Picture) -> str:
        """Where a browser finds *picture*, made by `promise`."""
        return f"/picture/{picture.data.decode('ascii', 'replace')}.png"

    async def draw(self, name: str) -> bytes | None:
        """The PNG of a promised picture; None when it was never promised, or long ago."""
        async with self._drawing:
            if name not in self._drawn:
                if name not in self._charts:
                    return None
                _remember(self._drawn, name, await self._painter(self._charts[name]))
            return self._drawn[name]


def _remember(kept: OrderedDict[str, T], name: str, value: T) -> None:
    kept[name] = value
    kept.move_to_end(name)
    if len(kept) > KEPT:
        kept.popitem(last=False)
