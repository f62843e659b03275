"""Brings answers to interactions: each has an address of its own, good for 15 minutes."""

from __future__ import annotations

import json
import logging

import aiohttp
from discord.http import Route
from yarl import URL

from bot.adapters.discord.bodies import body_of, dump, fields_of
from bot.adapters.discord.interactions import Interaction
from bot.adapters.discord.render import Json, Sheet

logger = logging.getLogger(__name__)

MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
"""The kinds of a first answer."""
TOO_LATE, TAKEN = 10062, 40060
"""Discord's codes for an interaction that ran out, and for one that somebody has answered."""
TIMEOUT = aiohttp.ClientTimeout(total=10)
NOTHING = Sheet([])


class UnansweredError(Exception):
    """Discord finds fault with an answer."""

    def __init__(self, status: int, reply: str) -> None:
        super().__init__(f"{status}: {reply[:500]}")


class Courier:
    """
    Answers interactions over connections of its own.

    A broken connection or a fault of Discord's is tried once more: it takes one first answer only.
    The library would have Discord send every message back, and read it.
    """

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def show(self, interaction: Interaction, sheet: Sheet, *, in_place: bool) -> None:
        """Answer with a message: below, or in the place of the one that was pressed."""
        body = body_of(sheet, private=interaction.is_private and not in_place)
        await self.answer(interaction, UPDATE if in_place else MESSAGE, body, sheet)

    async def answer(
        self,
        interaction: Interaction,
        kind: int,
        data: Json | None = None,
        sheet: Sheet = NOTHING,
    ) -> None:
        """Give the first answer."""
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        body: Json = {"type": kind} | ({} if data is None else {"data": data})
        await self._send("POST", path, body, sheet)

    async def replace(self, interaction: Interaction, sheet: Sheet) -> None:
        """Put a message in the place of what a deferral left, or keeps, there."""
        path = f"/webhooks/{interaction.application}/{interaction.token}/messages/@original"
        await self._send("PATCH", path, body_of(sheet), sheet)

    async def follow(self, interaction: Interaction, sheet: Sheet) -> None:
        """Add a message below, after a deferral."""
        path = f"/webhooks/{interaction.application}/{interaction.token}"
        await self._send("POST", path, body_of(sheet, private=interaction.is_private), sheet)

    async def _send(self, method: str, path: str, body: Json, sheet: Sheet) -> None:
        try:
            status, reply = await self._try(method, path, body, sheet)
            if status >= 500:
                status, reply = await self._try(method, path, body, sheet)
        except (aiohttp.ClientError, OSError):
            try:
                status, reply = await self._try(method, path, body, sheet)
            except (aiohttp.ClientError, OSError) as error:
                logger.warning("An answer did not reach Discord: %s", type(error).__name__)
                return
        if status < 300:
            return
        if _code(reply) not in (TOO_LATE, TAKEN):
            raise UnansweredError(status, reply)
        logger.info("An interaction was answered too late, or by another process")

    async def _try(self, method: str, path: str, body: Json, sheet: Sheet) -> tuple[int, str]:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0)
            self._session = aiohttp.ClientSession(connector=connector, timeout=TIMEOUT)
        data: aiohttp.FormData | bytes = dump(body).encode()
        headers = {"Content-Type": "application/json"}
        if sheet.attachments:
            data, headers = aiohttp.FormData(quote_fields=False), {}
            for field in fields_of(body, sheet):
                data.add_field(**field)
        url = URL(Route.BASE + path, encoded=True)
        async with self._session.request(method, url, data=data, headers=headers) as response:
            return response.status, "" if response.status < 300 else await response.text()


def _code(reply: str) -> int:
    try:
        return int(json.loads(reply)["code"])
    except (ValueError, TypeError, KeyError):
        return 0
