"""The clock of the fake Discord, which tests move instead of waiting."""

from datetime import UTC, datetime, timedelta


class Clock:
    """UTC time that runs like the real one and can be moved."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the moment, in UTC."""
        return datetime.now(UTC) + self._offset

    def advance(self, span: timedelta) -> None:
        """Let *span* pass at once."""
        self._offset += span

    def set(self, moment: datetime) -> None:
        """Make it *moment* now; it runs on from there."""
        self._offset = moment - datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Write *moment* as Discord does: ISO 8601 with microseconds and an offset."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
