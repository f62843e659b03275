"""Socket Mode: one connection, watched, so that a dead ticket does not leave us deaf."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.adapters.slack.api import CALL_ERRORS, PASSING, Api, code_of, hush, reason_of
from bot.adapters.slack.options import SocketPatience
from bot.core.errors import StartError
from bot.core.ports import Clock

logger = logging.getLogger(__name__)

Dispatch = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]


class Socket:
    """The connection to Slack, kept up until it is stopped."""

    def __init__(
        self, token: str, api: Api, dispatch: Dispatch, clock: Clock, patience: SocketPatience
    ) -> None:
        self._token = token
        self._api = api
        self._dispatch = dispatch
        self._clock = clock
        self._patience = patience
        self._client: SocketModeClient | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[Any]] = set()
        self._is_stopping = False
        self.is_connected = False
        self.since: datetime = clock()
        """Since when it is connected, or is not."""

    async def start(self) -> None:
        """Connect; raises StartError for a token that Slack refuses."""
        await self._open(await self._first_ticket())
        self._watch = asyncio.create_task(self._keep_up(), name="flaskquiz-slack-socket")

    async def stop(self) -> None:
        """Finish what is under way, then leave."""
        self._is_stopping = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self._patience.farewell)
        if self._watch:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self._close()
        self._tell(connected=False, quietly=True)

    async def _first_ticket(self) -> str | None:
        try:
            answer = await self._api.client().apps_connections_open(app_token=self._token)
        except CALL_ERRORS as error:
            if code_of(error) and code_of(error) not in PASSING:
                raise StartError(
                    f"Slack refuses SLACK_APP_TOKEN ({code_of(error)}): copy it again from "
                    "Basic Information, App-Level Tokens; it needs connections:write."
                ) from None
            logger.warning("Slack gives no connection yet: %s", reason_of(error))
            return None
        return str(answer["url"])

    async def _open(self, ticket: str | None) -> None:
        client = SocketModeClient(
            app_token=self._token,
            logger=hush(),
            web_client=self._api.client(),
            ping_interval=self._patience.ping,
        )
        client.wss_uri = ticket  # None: get one
        client.socket_mode_request_listeners.append(self._on_request)
        self._client = client
        self._connecting = asyncio.create_task(client.connect())  # type: ignore[no-untyped-call]
        await asyncio.wait({self._connecting}, timeout=self._patience.connect)
        self._tell(connected=await client.is_connected())

    async def _close(self) -> None:
        client, self._client = self._client, None
        tasks: list[asyncio.Future[Any] | None] = [self._connecting]
        if client is not None:
            tasks += [client.message_processor, client.message_receiver]
            tasks += [client.current_session_monitor]
            try:
                async with asyncio.timeout(self._patience.connect):
                    await client.close()  # type: ignore[no-untyped-call]
            except CALL_ERRORS as error:
                logger.info("The connection to Slack did not close well: %s", reason_of(error))
        left = [task for task in tasks if task is not None]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _keep_up(self) -> None:
        """Look after the connection: the SDK alone would try a refused ticket for ever."""
        down_for = 0.0
        while True:
            await asyncio.sleep(self._patience.look)
            assert self._client is not None  # only stop takes it away, after this task
            connected = await self._client.is_connected()
            self._tell(connected=connected)
            down_for = 0.0 if connected else down_for + self._patience.look
            if not connected:
                self._client.wss_uri = None  # get a fresh ticket
            if down_for >= self._patience.afresh:
                down_for = 0.0
                await self._close()
                await self._open(None)

    async def _on_request(
        self, client: AsyncBaseSocketModeClient, request: SocketModeRequest
    ) -> None:
        """Hand one envelope to Bolt; while stopping it is left to Slack to bring it again."""
        if self._is_stopping:
            return
        task = asyncio.current_task()
        assert task is not None  # the SDK runs each envelope in its own
        self._under_way.add(task)
        try:
            response = await self._dispatch(
                AsyncBoltRequest(
                    mode="socket_mode", body=request.payload, headers=build_headers(request)
                )
            )
            await send_async_response(client, request, response, time.time())
        except (ConnectionError, AttributeError) as error:
            # The SDK has no session between two connections; Slack brings the envelope again.
            logger.warning("An answer did not reach Slack: %s", reason_of(error))
        finally:
            self._under_way.discard(task)

    def _tell(self, *, connected: bool, quietly: bool = False) -> None:
        if connected == self.is_connected:
            return
        self.is_connected, self.since = connected, self._clock()
        if connected:
            logger.info("Connected to Slack.")
        elif not quietly:
            logger.warning("The connection to Slack is lost; connecting again.")
