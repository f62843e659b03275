"""Requests seen before: the same bytes under the same signature are taken once."""

from __future__ import annotations

from collections import OrderedDict

LIFE = 600.0
"""Seconds for which a signature is remembered; Slack's are good for 300, early and late."""
MOST = 200_000


class Replays:
    """Remembers the signatures of requests that were answered; times are seconds."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, float] = OrderedDict()

    def is_known(self, signature: str, now: float) -> bool:
        """Whether a request with this signature was answered already."""
        self._forget(now)
        return signature in self._seen

    def remember(self, signature: str, now: float) -> None:
        """A request with this signature was answered."""
        self._seen[signature] = now + LIFE
        if len(self._seen) > MOST:
            self._seen.popitem(last=False)

    def _forget(self, now: float) -> None:
        while self._seen and next(iter(self._seen.values())) <= now:
            self._seen.popitem(last=False)
