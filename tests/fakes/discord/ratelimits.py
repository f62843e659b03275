"""Rate limits, off until a test switches them on.

https://docs.discord.com/developers/topics/rate-limits
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.fakes.discord.clock import Clock
from tests.fakes.discord.rest.call import Call

MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in such a span."""

    calls: int
    per: timedelta


@dataclass(slots=True)
class Window:
    """How much of a limit is used up, and until when."""

    ends_at: datetime
    used: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a call gets: headers in any case, and how long to wait if it came too early."""

    headers: dict[str, str]
    wait: timedelta | None = None
    is_global: bool = False


class RateLimits:
    """Counts calls a route and major parameter, and over all but interactions."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._limits: dict[tuple[str, str], Limit] = {}
        self._windows: dict[str, Window] = {}
        self._overall: Limit | None = None

    def limit(self, method: str, template: str, calls: int, per: timedelta) -> None:
        """Allow *calls* of one route *per* span, for each channel, guild or webhook."""
        self._limits[method, template] = Limit(calls, per)

    def limit_overall(self, calls: int = 50, per: timedelta = timedelta(seconds=1)) -> None:
        """Allow the bot so many calls in all; interaction endpoints do not count."""
        self._overall = Limit(calls, per)

    def off(self) -> None:
        """Allow everything."""
        self._limits.clear()
        self._overall = None

    def take(self, call: Call) -> Verdict:
        """Count one call and say what it gets."""
        if self._overall and call.is_bot and (wait := self._over("global", self._overall)):
            headers = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
            return Verdict(headers, wait, is_global=True)
        limit = self._limits.get((call.method, call.template))
        if limit is None:
            return Verdict({})
        bucket = hashlib.sha256(f"{call.method} {call.template}".encode()).hexdigest()[:16]
        majors = [call.ids.get(name, "") for name in MAJOR]
        key = ":".join((bucket, *majors))
        wait = self._over(key, limit)
        headers = self._headers(bucket, key, limit)
        return Verdict(headers | ({"X-RateLimit-Scope": "user"} if wait else {}), wait)

    def _over(self, key: str, limit: Limit) -> timedelta | None:
        now = self._clock.now()
        window = self._windows.get(key)
        if window is None or window.ends_at <= now:
            window = self._windows[key] = Window(now + limit.per)
        if window.used >= limit.calls:
            return window.ends_at - now
        window.used += 1
        return None

    def _headers(self, bucket: str, key: str, limit: Limit) -> dict[str, str]:
        window = self._windows[key]
        left = max(0.0, (window.ends_at - self._clock.now()).total_seconds())
        return {
            "X-RateLimit-Limit": str(limit.calls),
            "X-RateLimit-Remaining": str(limit.calls - window.used),
            "X-RateLimit-Reset": f"{window.ends_at.timestamp():.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": bucket,
        }
