"""Whether the process is well, for hosts; and its metrics, for Prometheus."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from bot.core.errors import StoreError, UnwellError

logger = logging.getLogger(__name__)

Check = Callable[[], Awaitable[Mapping[str, Any]]]
"""Gives facts about a process that is well; raises StoreError or UnwellError when it is not."""

PATIENCE = 5.0
"""Seconds a check may take."""


def health_routes(
    check: Check, registry: CollectorRegistry, *, patience: float = PATIENCE
) -> list[web.RouteDef]:
    """``GET /healthz`` and ``GET /metrics``."""

    async def on_health(_request: web.Request) -> web.Response:
        try:
            facts = await asyncio.wait_for(check(), patience)
        except TimeoutError:
            return _answer(503, status="failing", reason=f"no answer within {patience:g} s")
        except (StoreError, UnwellError) as error:
            return _answer(503, status="failing", reason=str(error))
        except Exception as error:  # an edge: whatever broke, the host has to hear of it
            logger.exception("The health check broke")
            return _answer(503, status="failing", reason=f"{type(error).__name__}, see the log")
        return _answer(200, status="ok", **facts)

    async def on_metrics(_request: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    return [web.get("/healthz", on_health), web.get("/metrics", on_metrics)]


def _answer(code: int, **facts: object) -> web.Response:
    return web.json_response(
        facts,
        status=code,
        headers={"Cache-Control": "no-store"},
        dumps=lambda value: json.dumps(value, default=str),
    )
