"""
The long form: ``python -m tests.scheduler.crash --kills 300``.

Kills 300 times in each of four runs (SQLite; PostgreSQL with 1, 2 and 4 processes) unless told
otherwise, and checks after each that every channel got everything once.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from bot.store.migrate import migrate
from tests.postgres import running_postgres
from tests.scheduler.crash.driver import Run

SHOWN = 20
"""Faults printed of one run."""


def main() -> int:
    """Run what was asked for; 1 if anything was posted twice or not at all."""
    options = _options()
    bad = 0
    for where in options.runs.split(","):
        with ExitStack() as stack:
            kind, _, processes = where.partition(":")
            url = _database(stack, kind)
            run = Run(
                url,
                int(processes or 1),
                options.kills,
                options.speed,
                options.channels,
                options.seed,
                options.slack,
            )
            bad += _report(where, run)
    return 1 if bad else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.scheduler.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--runs", default="sqlite:1,postgres:1,postgres:2,postgres:4")
    parser.add_argument("--speed", type=float, default=1_000)
    parser.add_argument("--slack", type=float, default=1, help="longer spans for a busy machine")
    parser.add_argument("--channels", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    return parser.parse_args()


def _database(stack: ExitStack, kind: str) -> str:
    if kind == "postgres":
        url = stack.enter_context(running_postgres())
    else:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fq-crash-"))
        url = f"sqlite:///{Path(folder) / 'crash.db'}"
    migrate(url)
    return url


def _report(where: str, run: Run) -> int:
    began_at = time.monotonic()
    found = asyncio.run(run.run())
    seconds = time.monotonic() - began_at
    print(
        f"{where}: {run.killed.total()} kills in {seconds:.0f} s and {found.days:.1f} days, "
        f"seed {run.seed}; arrived: {dict(found.posts)}; faults: {len(found.faults)}"
    )
    for name, times in sorted(run.killed.items()):
        print(f"    {times:4} at {name}")
    why = Counter(fault.rpartition(": ")[2] for fault in found.faults if "daily" in fault)
    for words, times in why.most_common(5) if found.faults else ():
        print(f"    {times:4} times {words[:70]}")
    for fault in found.faults[:SHOWN]:
        print(f"    FAULT {fault}")
    return len(found.faults)


if __name__ == "__main__":
    sys.exit(main())
