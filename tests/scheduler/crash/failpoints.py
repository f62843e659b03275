"""Failpoints: named steps at which a process kills itself. They exist in this test alone."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from bot.store.database import Database

STORE = (
    "due", "claim_dailies", "claim_answers", "claim_digests", "lease", "week",
    "delivered", "put_back", "claim_edits", "edited",
)  # fmt: skip
MESSENGER = ("post", "find", "edit")
NAMES = (
    *(f"{name}.{side}" for name in (*STORE, *MESSENGER) for side in ("before", "after")),
    "write.statement",
    "write.commit",
)


@dataclass(slots=True)
class Failpoint:
    """Where, and at the how-manieth time."""

    name: str
    left: int

    def hit(self, name: str) -> None:
        """Die here, if it is time."""
        if name == self.name:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


class Watched:
    """Stands before a store or a messenger: each call passes two failpoints."""

    def __init__(self, inner: Any, names: tuple[str, ...], failpoint: Failpoint) -> None:
        self._inner = inner
        self._names = names
        self._failpoint = failpoint

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in self._names:
            return found

        async def watched(*args: Any, **kwargs: Any) -> Any:
            self._failpoint.hit(f"{name}.before")
            result = await found(*args, **kwargs)
            self._failpoint.hit(f"{name}.after")
            return result

        return watched


def watch(database: Database, failpoint: Failpoint) -> None:
    """Pass a failpoint before each statement that writes, and before each commit."""
    engine = database._writing
    event.listen(engine, "before_cursor_execute", lambda *_: failpoint.hit("write.statement"))
    event.listen(engine, "commit", lambda _: failpoint.hit("write.commit"))
