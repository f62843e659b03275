"""Delivering over HTTP: signed requests to the app's addresses."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.app import App
from tests.fakes.slack.errors import NotPossibleError
from tests.fakes.slack.records import Delivery

Json = dict[str, Any]
Signature = Literal["good", "none", "wrong"]

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Return the v0 signature of a request."""
    text = f"v0:{timestamp}:".encode() + body
    return "v0=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


class HttpEvents:
    """Posts to the app as Slack does, and as somebody who only pretends to be Slack."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._session: aiohttp.ClientSession | None = None
        self._slow: set[asyncio.Task[None]] = set()

    async def deliver(self, delivery: Delivery, within: float) -> None:
        """Post a payload with a good signature and wait for its ack."""
        self.write(delivery)
        await self.post(delivery, within)

    def write(self, delivery: Delivery, signature: Signature = "good", age: float = 0) -> None:
        """Make the request's bytes and headers; *age* is how old its timestamp is, in seconds."""
        delivery.body, content_type = _encode(delivery)
        # The receiver compares with the wall clock, so this does not follow the fake's clock.
        timestamp = int(time.time() - age)
        delivery.headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": str(timestamp),
            "X-Slack-Signature": sign(self._app.signing_secret, timestamp, delivery.body),
        }
        if delivery.attempt:
            delivery.headers["X-Slack-Retry-Num"] = str(delivery.attempt)
            delivery.headers["X-Slack-Retry-Reason"] = delivery.reason
        if signature == "none":
            del delivery.headers["X-Slack-Signature"]
        elif signature == "wrong":
            delivery.headers["X-Slack-Signature"] = sign("guess", timestamp, delivery.body)

    async def post(self, delivery: Delivery, within: float) -> None:
        """Post what was written; after *within* seconds an ack is late, but still noted."""
        task = asyncio.ensure_future(self._exchange(delivery))
        done, _ = await asyncio.wait({task}, timeout=within)
        if not done:
            delivery.late, delivery.error = True, "operation_timeout"
            self._slow.add(task)
            task.add_done_callback(self._slow.discard)

    async def _exchange(self, delivery: Delivery) -> None:
        started = time.perf_counter()
        try:
            async with self._open().post(
                self._address(delivery),
                data=delivery.body,
                headers=delivery.headers,
                allow_redirects=False,
            ) as response:
                text = await response.text()
                delivery.status = response.status
                delivery.no_retry = response.headers.get("X-Slack-No-Retry") == "1"
                is_json = response.content_type == JSON and text
                delivery.answer = json.loads(text) if is_json else text or None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            delivery.error = delivery.error or f"{type(error).__name__}: {error}"
        delivery.elapsed = time.perf_counter() - started

    def _address(self, delivery: Delivery) -> str:
        if self._app.processes:
            return next(self._app.processes)
        kinds = {
            "slash_commands": self._app.commands_url,
            "interactive": self._app.interactivity_url,
        }
        address = kinds.get(delivery.kind, self._app.events_url)
        if not address:
            raise NotPossibleError(f"the app has no address for {delivery.kind}")
        return address

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    async def close(self) -> None:
        """Close the connections to the app."""
        for task in list(self._slow):
            task.cancel()
        await asyncio.gather(*self._slow, return_exceptions=True)
        if self._session:
            await self._session.close()


def _encode(delivery: Delivery) -> tuple[bytes, str]:
    match delivery.kind:
        case "slash_commands":
            return urlencode(delivery.payload).encode(), FORM
        case "interactive":
            return urlencode({"payload": json.dumps(delivery.payload)}).encode(), FORM
    return json.dumps(delivery.payload).encode(), JSON
