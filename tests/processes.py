"""Runs the bot as its host does: a real process, ended by a signal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BOUND = () if os.geteuid() else ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
"""Runs a command for which the permissions of files hold, as they do for all but root."""
START_MAX = 30.0
"""Seconds a loaded machine may take to start the bot."""


class Process:
    """A running bot; `lines` is what it has logged so far."""

    def __init__(self, arguments: list[str], cwd: Path, environment: dict[str, str]) -> None:
        self.lines: list[str] = []
        self._ready = threading.Event()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            cwd=cwd,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if "Ready with" in line:
                self._ready.set()
        self._ready.set()

    def wait_ready(self) -> str:
        """Wait for the greeting; gives the address of its server."""
        assert self._ready.wait(START_MAX), self.output
        found = re.search(r"http://[\w.:]+", self.output)
        assert found, self.output
        return found[0].removesuffix("/healthz")

    def wait_sent(self) -> None:
        """Wait until it has posted something."""
        url = self.wait_ready()
        for _ in range(300):
            with urllib.request.urlopen(f"{url}/healthz", timeout=10) as answer:
                if json.load(answer)["sent"]:
                    return
            time.sleep(0.1)
        raise AssertionError(f"nothing was posted:\n{self.output}")

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def close(self) -> None:
        """Read to the end of its output and close it."""
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def end(self, how: signal.Signals = signal.SIGTERM, within: float = 10.0) -> int:
        """Send a signal and wait for the end; gives the exit code."""
        self.process.send_signal(how)
        return self.process.wait(within)


def environment_of(cwd: Path, **settings: Any) -> dict[str, str]:
    """What a new process finds: this checkout, no settings but those given, any free port."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
    root = Path(__file__).parents[1]
    given = {name: str(value) for name, value in settings.items()}
    return kept | {"PYTHONPATH": str(root), "PORT": "0", "PYTHONUNBUFFERED": "1"} | given


@contextmanager
def running(cwd: Path, *arguments: str, **settings: Any) -> Iterator[Process]:
    """A bot in *cwd*; killed at the end if it still runs."""
    process = Process(list(arguments), cwd, environment_of(cwd, **settings))
    try:
        yield process
    finally:
        if process.process.poll() is None:
            process.process.kill()
            process.process.wait(10)
        process.close()


def finished(
    cwd: Path, *arguments: str, typed: str = "", by: Sequence[str] = (), **settings: Any
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, *by* another; *typed* is what it is told when it asks."""
    return subprocess.run(
        [*by, sys.executable, "-m", "bot", *arguments],
        cwd=cwd,
        env=environment_of(cwd, **settings),
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
