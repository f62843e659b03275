"""A thread that writes: it takes all that waits, commits it once, and only then tells."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.core.errors import StoreError
from bot.store.faults import is_crossed, is_lost, outcome_unknown, told

BATCH_MAX = 64
"""Writes in one transaction: more would save little and let the first of them wait."""
TRIES = 5
"""How often a write is run that other transactions keep crossing."""
PAUSE = 0.01
"""Seconds before the second try; each further pause is twice as long."""


Together = Callable[[Connection, Sequence[Any]], Sequence[Any]]
"""Serves several calls at once; an outcome that is an exception is raised to its caller alone."""


@dataclass(slots=True)
class Job:
    """A write somebody waits for, and what came of it."""

    future: asyncio.Future[Any]
    run: Callable[[Connection], Any] | None = None
    together: Together | None = None
    """Serves this job's *call* with those of others, where there is no *run*."""
    call: Any = None
    result: Any = None
    error: Exception | None = None

    def settle(self, outcome: Any) -> None:
        """Keep what came of it."""
        self.result, self.error = outcome, None
        if isinstance(outcome, Exception):
            self.result, self.error = None, outcome

    def tell(self) -> None:
        """Tell the caller; one that gave up waiting is passed over."""
        if self.future.cancelled():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class Writer(threading.Thread):
    """Takes jobs from a queue until it finds a None there."""

    def __init__(self, engine: Engine, queue: SimpleQueue[Job | None], database: str) -> None:
        # A daemon: a process that was never told to close must still be able to end.
        super().__init__(name="flaskquiz-writer", daemon=True)
        self._engine = engine
        self._queue = queue
        self._database = database
        self._connection: Connection | None = None
        self._is_last = False

    def run(self) -> None:
        """Keep batch after batch."""
        while not self._is_last:
            batch = self._take()
            if batch:
                self._settle(batch)
                _tell(batch)
        self._drop()

    def _take(self) -> list[Job]:
        """Wait for a job and take what else is there, without those nobody waits for any more."""
        batch: list[Job] = []
        job = self._queue.get()
        with suppress(Empty):
            while job is not None:
                if not job.future.cancelled():
                    batch.append(job)
                if len(batch) == BATCH_MAX:
                    return batch
                job = self._queue.get_nowait()
            self._is_last = True
        return batch

    def _settle(self, jobs: Sequence[Job]) -> None:
        """Give each job its result or its error; one that fails among others fails alone."""
        for attempt in range(1, TRIES + 1):
            try:
                return self._commit(jobs)
            except StoreError as error:
                return _fail(jobs, error)
            except Exception as error:  # noqa: BLE001  # whatever a function raises is its caller's
                if is_lost(error) and attempt == 1:
                    continue
                if len(jobs) > 1:
                    return self._settle_one_by_one(jobs)
                if not is_crossed(error) or attempt == TRIES:
                    return _fail(jobs, told(error, self._database))
                time.sleep(PAUSE * 2**attempt * random.uniform(0.5, 1))  # noqa: S311  # no secret
        return None

    def _settle_one_by_one(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._settle([job])

    def _commit(self, jobs: Sequence[Job]) -> None:
        """
        Run jobs in one transaction.

        Raises StoreError when there is no use in trying again, and what a job raised otherwise.
        """
        connection = self._begin()
        try:
            _run(jobs, connection)
        except Exception as error:
            self._undo(is_lost(error))
            raise
        try:
            connection.commit()
        except DBAPIError as error:
            self._undo(is_lost(error))
            if is_lost(error):
                raise outcome_unknown(self._database) from error
            if is_crossed(error):
                raise
            raise told(error, self._database) from error

    def _begin(self) -> Connection:
        """Begin a transaction, on a new connection if there is none."""
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            self._connection.begin()
        except Exception as error:
            self._drop()
            raise told(error, self._database) from error
        return self._connection

    def _undo(self, is_lost: bool) -> None:
        """Roll back; a connection that cannot is given up."""
        try:
            assert self._connection is not None  # the caller has begun
            self._connection.rollback()
        except DBAPIError:
            is_lost = True
        if is_lost:
            self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError):
                connection.close()


def _run(jobs: Sequence[Job], connection: Connection) -> None:
    """Run jobs; those that can be served together are."""
    groups: dict[Together, list[Job]] = {}
    for job in jobs:
        if job.together is not None:
            groups.setdefault(job.together, []).append(job)
        elif job.run is not None:
            job.settle(job.run(connection))
    for together, group in groups.items():
        outcomes = together(connection, [job.call for job in group])
        for job, outcome in zip(group, outcomes, strict=True):
            job.settle(outcome)


def _fail(jobs: Sequence[Job], error: Exception) -> None:
    for job in jobs:
        job.error = error


def _tell(jobs: Sequence[Job]) -> None:
    """Wake each loop once for all its callers."""
    for loop, waiting in groupby(jobs, lambda job: job.future.get_loop()):
        with suppress(RuntimeError):  # the loop is closed: nobody waits there
            loop.call_soon_threadsafe(_tell_here, list(waiting))


def _tell_here(jobs: Sequence[Job]) -> None:
    for job in jobs:
        job.tell()
