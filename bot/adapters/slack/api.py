"""Calls of Slack's Web API: one session, no retries, and what went wrong in one word."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.workspaces import Workspace

TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
"""For posts; whoever must answer a member within three seconds gives less."""
_CLIENTS_MOST = 1_000

SDK_LOGGER = logging.getLogger("bot.adapters.slack.sdk")
"""For the SDK and Bolt, which write whole payloads and answers, tokens too, when they debug."""


def hush() -> logging.Logger:
    """The SDK's logger, set so that no payload, ticket or token is ever written."""
    SDK_LOGGER.setLevel(logging.CRITICAL)
    return SDK_LOGGER


class Api:
    """Clients of the Web API, one for each token, over one session."""

    def __init__(self, url: str, limit: int = 100) -> None:
        self._url = url
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None
        self._clients: OrderedDict[str | None, AsyncWebClient] = OrderedDict()

    def client(self, token: str | None = None) -> AsyncWebClient:
        """The client of a token, or one without any."""
        client = self._clients.get(token)
        if client is None:
            client = AsyncWebClient(
                token,
                base_url=self._url,
                session=self.session,
                retry_handlers=[],
                logger=hush(),
            )
            self._clients[token] = client
            if len(self._clients) > _CLIENTS_MOST:
                self._clients.popitem(last=False)
        self._clients.move_to_end(token)
        return client

    def of(self, workspace: Workspace) -> AsyncWebClient:
        """The client of a workspace."""
        return self.client(workspace.token)

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session of all calls, opened at the first."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._limit)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=TIMEOUT, trust_env=True
            )
        return self._session

    async def close(self) -> None:
        """Close the session and forget the clients."""
        self._clients.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None


BUSY = frozenset(
    {"ratelimited", "rate_limited", "request_timeout", "service_unavailable", "team_added_to_org"}
)
"""Refusals that say that nothing was done, and may be over soon."""
BROKEN = frozenset({"fatal_error", "internal_error"})
"""Slack itself does not know how much of it was done."""
PASSING = BUSY | BROKEN
"""Refusals that may be over soon."""
CALL_ERRORS = (SlackClientError, aiohttp.ClientError, OSError, TimeoutError)
"""All that a call can raise: a refusal, or no answer."""


def code_of(error: BaseException) -> str:
    """Slack's word for what is wrong; empty when it did not answer in its own words."""
    data = answer_of(error)
    return str(data.get("error") or "")


def answer_of(error: BaseException) -> dict[str, Any]:
    """What Slack said besides."""
    data = getattr(getattr(error, "response", None), "data", None)
    return data if isinstance(data, dict) else {}


def status_of(error: BaseException) -> int | None:
    """The HTTP status of Slack's answer, where there was one."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def retry_after(error: BaseException) -> float | None:
    """How many seconds Slack asked to wait."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    found = headers.get("Retry-After") or headers.get("retry-after")
    try:
        return max(0.0, float(found)) if found else None
    except ValueError:
        return None


def scopes_of(response: object) -> frozenset[str]:
    """The scopes of the token that was used, as Slack says in the head of each of its answers."""
    headers = getattr(response, "headers", None) or {}
    scopes = headers.get("x-oauth-scopes") or headers.get("X-OAuth-Scopes") or ""
    return frozenset(filter(None, (scope.strip() for scope in scopes.split(","))))


def reason_of(error: BaseException) -> str:
    """What went wrong, in a few words without any secret."""
    if word := code_of(error):
        return word
    if isinstance(error, SlackApiError):
        return f"Slack answered with status {status_of(error)}"
    if isinstance(error, TimeoutError):
        return "Slack did not answer in time"
    return f"no connection to Slack ({type(error).__name__})"
