"""Discord's ids: 42 bits of time, then 22 bits that set apart what happened at once.

https://docs.discord.com/developers/reference#snowflakes
"""

from datetime import UTC, datetime

from tests.fakes.discord.clock import Clock

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


class Snowflakes:
    """Hands out ids that only ever grow, even when the clock is moved back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        """Return a fresh id for this moment."""
        self._last = max(first_of(self._clock.now()), self._last + 1)
        return self._last

    def on_shard(self, shard_id: int, shard_count: int) -> int:
        """Return a fresh id that falls to *shard_id* of *shard_count*."""
        millisecond = (self.next() >> 22) + 1
        while millisecond % shard_count != shard_id:
            millisecond += 1
        self._last = millisecond << 22
        return self._last


def first_of(moment: datetime) -> int:
    """Return the least id that belongs to *moment*."""
    return int((moment - EPOCH).total_seconds() * 1000) << 22


def shard_of(guild_id: int, shard_count: int) -> int:
    """Return which of *shard_count* shards hears of a guild."""
    return (guild_id >> 22) % shard_count
