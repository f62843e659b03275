"""Being told to stop at any moment: it ends within seconds, with a sentence, nothing half done."""

import asyncio
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import psycopg
import pytest

from bot.app import migrate_database
from bot.settings import read_settings
from bot.stopping import TOGETHER, Stop, StoppedError
from bot.store.migrate import check
from tests.processes import Process, finished, running

TERM, INT = signal.SIGTERM, signal.SIGINT


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep everybody else from writing to an SQLite file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        yield


def until(what: str, seen: Callable[[], bool]) -> None:
    """Wait until *seen* is true of another process."""
    ends = monotonic() + 30
    while not seen():
        assert monotonic() < ends, f"never saw {what}"
        sleep(0.02)


def on_a_thread(process: Process) -> bool:
    return len([*Path(f"/proc/{process.process.pid}/task").iterdir()]) > 1


def ended(process: Process, how: signal.Signals = signal.SIGTERM, within: float = 8) -> int:
    begun = monotonic()
    code = process.end(how, within=30)
    process.close()
    assert monotonic() - begun < within
    assert "Traceback" not in process.output
    return code


# --- a real process


@pytest.mark.parametrize(("how", "after"), [(INT, 0.4), (TERM, 0.8), (INT, 1.2), (TERM, 2)])
def test_told_at_any_moment_of_its_start_it_ends_cleanly(tmp_path, how, after):
    with running(tmp_path) as bot:
        sleep(after)
        ready = "Ready with" in bot.output

        code = ended(bot, how)

    # Python itself needs a moment before there is anybody to tell.
    told = (code, bot.output)
    assert code == 0 if ready else code in (0, 1, -how), told
    assert bot.output or code == -how, told
    with running(tmp_path) as again:
        again.wait_ready()


@pytest.mark.parametrize(("how", "command"), [(TERM, "run"), (INT, "migrate")])
def test_told_while_another_process_holds_the_database_it_does_not_wait_for_it(
    tmp_path, how, command
):
    with locked(tmp_path / "flaskquiz.db"), running(tmp_path, command) as bot:
        until("the migration wait", lambda: on_a_thread(bot))

        assert ended(bot, how) == 1

    assert "Stopped before it was done" in bot.output
    assert check(f"sqlite:///{tmp_path / 'flaskquiz.db'}").before is None


def test_told_while_another_process_migrates_postgresql_it_does_not_wait_for_it(
    tmp_path, empty_postgres_url
):
    with psycopg.connect(empty_postgres_url) as holder:
        holder.execute(f"SELECT pg_advisory_xact_lock({0x666C61736B71})")
        with running(tmp_path, "migrate", DATABASE_URL=empty_postgres_url) as migrating:
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            until("the wait", lambda: holder.execute(waiting).fetchone() != (0,))

            assert ended(migrating) == 1

    assert "Stopped before it was done" in migrating.output


def test_told_twice_it_leaves_at_once_and_loses_nothing(tmp_path):
    with running(tmp_path) as bot:
        url = bot.wait_ready()
        bot.wait_sent()
        with locked(tmp_path / "flaskquiz.db"):
            join = threading.Thread(target=joined, args=(url,))
            join.start()
            sleep(0.5)  # the request is on its way into the database
            bot.process.send_signal(signal.SIGINT)
            until("the end begin", lambda: "Stopping" in bot.output)
            sleep(TOGETHER.total_seconds())

            code = ended(bot, signal.SIGINT, within=2)
            join.join(10)

    assert code == 1
    assert "Stopped at once" in bot.output
    with running(tmp_path) as again:
        again.wait_ready()


def joined(url: str) -> None:
    request = urllib.request.Request(f"{url}/join", data=b"name=Ann", headers={"Origin": url})
    with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
        urllib.request.urlopen(request, timeout=10).close()


@pytest.mark.long
def test_a_database_that_takes_the_call_and_never_answers_stops_the_start(tmp_path):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"postgresql://u:hidden-word@127.0.0.1:{silent.getsockname()[1]}/d"
        begun = monotonic()

        done = finished(tmp_path, DATABASE_URL=url)

    assert done.returncode == 2
    assert monotonic() - begun < 20
    assert "127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hidden-word" not in done.stderr


def test_told_by_a_terminal_and_by_its_parent_at_once_it_still_ends_cleanly():
    code = """
import asyncio, os, signal
from bot.stopping import Stop
async def main():
    stop = Stop()
    stop.listen()
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGTERM)
    await stop.wait()
    await asyncio.sleep(0.05)
    print("ended")
asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "ended\n", "")


def test_a_signal_that_comes_in_a_destructor_is_not_lost():
    code = """
import os, signal, time
from bot.stopping import stop_by_leaving
class Last:
    def __del__(self): os.kill(os.getpid(), signal.SIGTERM)
stop_by_leaving()
Last()
time.sleep(5)
print("not stopped")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "Stopped before it was done.\n",
    )


# --- inside one


@pytest.fixture
async def stop() -> Stop:
    return Stop()


async def test_what_is_done_in_time_gives_its_result_and_its_errors(stop):
    async def fails() -> None:
        raise ValueError("as it is")

    assert await stop.do(asyncio.sleep(0, "done")) == "done"
    assert await stop.call(len, "four") == 4
    with pytest.raises(ValueError, match="as it is"):
        await stop.do(fails())
    with pytest.raises(ValueError, match="invalid literal"):
        await stop.call(int, "x")


async def test_what_is_under_way_is_cancelled_and_may_clean_up(stop):
    steps = []

    async def long() -> None:
        try:
            steps.append("begun")
            await asyncio.Event().wait()
        finally:
            steps.append("cleaned up")

    asyncio.get_running_loop().call_later(0.05, stop.tell)
    with pytest.raises(StoppedError):
        await stop.do(long())

    assert steps == ["begun", "cleaned up"]


async def test_what_runs_on_a_thread_may_finish(stop):
    goes_on, steps = threading.Event(), []

    def work() -> None:
        goes_on.wait(10)
        steps.append("finished")

    loop = asyncio.get_running_loop()
    loop.call_later(0.05, stop.tell)
    loop.call_later(0.1, goes_on.set)
    with pytest.raises(StoppedError):
        await stop.call(work)

    assert steps == ["finished"]


async def test_an_error_that_comes_with_the_end_is_still_told(stop):
    async def fails() -> None:
        stop.tell()
        raise ValueError("as it is")

    with pytest.raises(ValueError, match="as it is"):
        await stop.do(fails())


def test_migrating_says_what_was_done(tmp_path):
    settings = read_settings({"DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"})

    assert migrate_database(settings).startswith("The database is now at")
    assert migrate_database(settings).startswith("The database is up to date")
