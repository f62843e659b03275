"""How long an answer may still take: Slack waits three seconds for one."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

DUE = 2.5
"""Seconds after a request's arrival at which it is acknowledged, whatever is not done yet."""
CALL = 2.0
"""Seconds that one call of Slack's may take before an answer."""

LOOKUP = 0.8
"""Seconds that finding out who somebody is may take before that: it does without."""

_due_at: ContextVar[float | None] = ContextVar("due_at", default=None)


def begin() -> None:
    """A request has arrived: from now on its answer is due."""
    _due_at.set(asyncio.get_running_loop().time() + DUE)


def left(most: float | None = None) -> float:
    """
    The seconds left until the answer of this request is due; at most *most*, or `CALL`.

    A task that a request has begun, and that outlives it by far, owes no answer.
    """
    due_at, call = _due_at.get(), CALL if most is None else most
    remaining = call if due_at is None else due_at - asyncio.get_running_loop().time()
    return call if remaining < -DUE else max(0.0, min(call, remaining))
