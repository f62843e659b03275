"""Runs the store's functions on threads beside the loop: many writes, one commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from bot.core.errors import StoreError
from bot.store.engines import reading_engine, writing_engine
from bot.store.faults import is_lost, told
from bot.store.url import is_sqlite, read_url, shown
from bot.store.writer import Job, Writer

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A")
E = TypeVar("E", bound=Exception)

READERS = 4
"""Connections that read."""
POSTGRES_WRITERS = 4
"""Connections that write; SQLite has one writer by nature."""


class Database:
    """
    One database, with its threads and connections; nothing opens before the first use.

    `read` and `write` run ``fn(connection, ...)`` in one transaction on another thread. They raise
    StoreError when the database cannot be used, and whatever *fn* raises.
    """

    def __init__(self, url: str) -> None:
        """Take an address as `read_url` does."""
        self.url = read_url(url)
        self._name = shown(self.url)
        self._reading = reading_engine(self.url, READERS)
        self._readers = ThreadPoolExecutor(READERS, "flaskquiz-reader")
        writers = 1 if is_sqlite(self.url) else POSTGRES_WRITERS
        self._writing = writing_engine(self.url, writers)
        self._asked: list[Job] = []
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._writers = [Writer(self._writing, self._queue, self._name) for _ in range(writers)]
        self._started = False
        self._closed = False

    async def read(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run *fn* on a reader: it sees one moment and cannot write."""
        self._check_open()
        loop = asyncio.get_running_loop()
        run = partial(_call, fn, args, kwargs)
        return await loop.run_in_executor(self._readers, self._read, run)

    async def write(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """
        Run *fn* on a writer, together with others that wait; on disk when this returns.

        *fn* may be run again after a rollback, so it touches nothing but the database. A caller
        cancelled in time is never run; a little later, the write happens and nobody hears of it.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put(Job(future, run=partial(_call, fn, args, kwargs)))
        return await future

    async def write_together(
        self, fn: Callable[[Connection, Sequence[A]], Sequence[T | E]], call: A
    ) -> T:
        """
        Run ``fn(connection, calls)`` on a writer, for this call and others of *fn* that wait.

        *fn* gives an outcome for each call; one that is an exception is raised to that caller
        alone, and what *fn* wrote is kept. Otherwise as `write`.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put(Job(future, together=fn, call=call))
        return await future

    async def close(self) -> None:
        """Finish every write and read that was asked for, then close all connections."""
        if self._closed:
            return
        self._closed = True
        self._hand_over()
        await asyncio.to_thread(self._close)

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError(f"The database {self._name} is closed.")

    def _put(self, job: Job) -> None:
        """
        Hand a job to the writers at the end of this turn of the loop, with all that it brings.

        At once, a writer would take the first of them alone: with 32 callers at a time, that takes
        it twice as long for each.
        """
        self._check_open()
        self._asked.append(job)
        asyncio.get_running_loop().call_soon(self._hand_over)

    def _hand_over(self) -> None:
        asked, self._asked = self._asked, []
        for job in asked:
            self._queue.put(job)
        if asked and not self._started:
            self._started = True
            for writer in self._writers:
                writer.start()

    def _read(self, run: Callable[[Connection], T]) -> T:
        """Run a read; a connection that died unnoticed gets a second chance on a new one."""
        try:
            try:
                return _run(self._reading, run)
            except Exception as error:
                if not is_lost(error):
                    raise
                return _run(self._reading, run)
        except Exception as error:
            meant = told(error, self._name)
            if meant is error:
                raise
            raise meant from error

    def _close(self) -> None:
        if self._started:
            for _ in self._writers:
                self._queue.put(None)
            for writer in self._writers:
                writer.join()
        self._readers.shutdown()
        self._writing.dispose()
        self._reading.dispose()


def _call(
    fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any], connection: Connection
) -> T:
    return fn(connection, *args, **kwargs)


def _run(engine: Engine, run: Callable[[Connection], T]) -> T:
    with engine.connect() as connection:
        return run(connection)
