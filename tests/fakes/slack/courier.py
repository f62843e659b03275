"""Bringing payloads to the app over whichever transport it has, and trying again."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from tests.fakes.slack.records import Delivery

if TYPE_CHECKING:
    from tests.fakes.slack.server import Slack

Json = dict[str, Any]


class Courier:
    """
    Delivers events and interactions.

    An event that is not acknowledged is sent again up to `retries` times, as Slack does
    (at once, after a minute, after five); here without the waits. Interactions never are.
    """

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._tasks: set[asyncio.Task[Any]] = set()
        self.retries = 3
        self.ack_timeout = 3.0
        self.holding = False
        self.held: list[Delivery] = []

    async def send(self, kind: str, payload: Json, team_id: str) -> Delivery:
        """Deliver once and return what came of it."""
        return await self.carry(Delivery(kind, copy.deepcopy(payload), team_id))

    async def again(self, delivery: Delivery, reason: str = "http_timeout") -> Delivery:
        """Deliver the same payload once more, as a retry says of itself."""
        again = Delivery(
            delivery.kind, delivery.payload, delivery.team_id, delivery.attempt + 1, reason
        )
        return await self.carry(again)

    async def carry(self, delivery: Delivery) -> Delivery:
        """Hand a delivery to the transport."""
        self._slack.records.deliveries.append(delivery)
        if self._slack.app.socket_mode:
            await self._slack.sockets.deliver(delivery, self.ack_timeout)
        else:
            await self._slack.http.deliver(delivery, self.ack_timeout)
        return delivery

    def event(self, payload: Json, team_id: str) -> None:
        """Deliver an event in the background, with retries (or hold it, when told to)."""
        delivery = Delivery("events_api", copy.deepcopy(payload), team_id)
        if self.holding:
            self.held.append(delivery)
        else:
            self.spawn(self._persist(delivery))

    async def release(self) -> None:
        """Deliver what was held, in its order, and stop holding."""
        self.holding, waiting = False, self.held[:]
        self.held.clear()
        for delivery in waiting:
            await self._persist(delivery)

    async def _persist(self, delivery: Delivery) -> None:
        await self.carry(delivery)
        while not (delivery.ok or delivery.no_retry) and delivery.attempt < self.retries:
            delivery = await self.again(delivery, _reason(delivery))

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something in the background; `settle` waits for it."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait until nothing is on its way any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Drop whatever is still on its way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _reason(delivery: Delivery) -> str:
    if delivery.late:
        return "http_timeout"
    return "http_error" if delivery.status else "connection_failed"
