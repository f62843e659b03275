"""Things that go wrong on demand."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase

from tests.fakes.discord.errors import Refusal
from tests.fakes.discord.rest.call import Call


class Drop(Enum):
    """When a connection breaks: before the request is looked at, or after it was carried out."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(eq=False, slots=True, kw_only=True)
class Fault:
    """What befalls matching calls, the next *times* of them."""

    method: str
    path: str
    times: int
    status: int | None = None
    refusal: Refusal | None = None
    drop: Drop | None = None
    seconds: float = 0.0
    retry_after: float | None = None
    is_global: bool = False
    via: bool = True
    where: Callable[[Call], bool] | None = None
    hits: int = 0

    def strikes(self, call: Call) -> bool:
        """Say whether *call* is hit, and count it."""
        if self.hits >= self.times or self.method not in ("*", call.method):
            return False
        if not fnmatchcase(call.path, self.path) and call.template != self.path:
            return False
        if self.where is not None and not self.where(call):
            return False
        self.hits += 1
        return True


class Faults:
    """The faults that are planned; each call suffers the first that matches."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Plan a fault."""
        self._planned.append(fault)
        return fault

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._planned.clear()

    def striking(self, call: Call) -> Fault | None:
        """Return the fault that *call* suffers, if any."""
        return next((fault for fault in self._planned if fault.strikes(call)), None)
