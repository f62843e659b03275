"""Small programs run in clean processes: no network, no terminal, a home that is thrown away."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

CLEAN_ROOM = Path(__file__).parent / "clean_room"
FILE_NAME = "example.py"
OUTPUT_MAX = 64 * 2**10
"""Bytes read of what a program prints."""
FILE_MAX = 64 * 2**20
"""Bytes of the largest file a program may write, its output included."""
TIMEOUT = 30.0
WARM = ("flask", "flask_sqlalchemy")
"""What most programs import, and what takes them longest."""

Code = Sequence[str]


@dataclass(frozen=True, slots=True)
class Result:
    """What a program did."""

    printed: str
    complaints: str
    """What it wrote to standard error."""
    status: int | None
    """Its exit status; negative for a signal, None when it was stopped after the timeout."""
    seconds: float
    worked: float
    """Seconds of the processor, those of its own ended children included."""


@dataclass(frozen=True, slots=True)
class Room:
    """How programs are run."""

    packages: Path | None = None
    """A directory whose packages come before the installed ones, such as another Flask."""
    parallel: int = 2
    timeout: float = TIMEOUT
    warm: bool = False
    """Fork programs from a process that has imported what they import first (POSIX only)."""

    def environment(self) -> dict[str, str]:
        """All that a program finds in its environment, besides HOME and TMPDIR."""
        path = [str(CLEAN_ROOM), *([str(self.packages.resolve())] if self.packages else [])]
        return {
            "LANG": "C.UTF-8",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": os.pathsep.join(path),
            "TZ": "UTC",
        }


def run_programs(
    programs: Sequence[Code], room: Room, on_end: Callable[[], None] = lambda: None
) -> list[Result]:
    """
    Run *programs*, *room.parallel* at a time; results come in their order.

    *on_end* is called whenever one has ended.
    """
    groups: dict[tuple[str, ...] | None, list[int]] = defaultdict(list)
    for index, code in enumerate(programs):
        groups[_imports(code) if room.warm else None].append(index)
    results: dict[int, Result] = {}
    for warm, indices in groups.items():
        found = _run([programs[index] for index in indices], warm, room, on_end)
        results.update(zip(indices, found, strict=True))
    return [results[index] for index in range(len(programs))]


def find_version(package: str, room: Room) -> str | None:
    """The version of *package* that programs in *room* would import; None when it is missing."""
    code = (
        "from importlib.metadata import distributions",
        f"found = [d.version for d in distributions(name={package!r})]",
        "print(*found[:1])",
    )
    return run_programs([code], room)[0].printed.strip() or None


def _imports(code: Code) -> tuple[str, ...]:
    """Which of the WARM modules *code* itself imports on its way: it may find them imported."""
    try:
        statements = ast.parse("\n".join(code)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()  # Python will say so when it runs
    named = {name for statement in statements for name in _names(statement)}
    return tuple(name for name in WARM if name in named)


def _names(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Import(names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=str(module), level=0):
            yield module


def _run(
    programs: Sequence[Code],
    warm: tuple[str, ...] | None,
    room: Room,
    on_end: Callable[[], None],
) -> list[Result]:
    with TemporaryDirectory(prefix="flaskquiz-", ignore_cleanup_errors=True) as directory:
        place = Path(directory).resolve()
        rooms = [_furnished(place / str(i), code) for i, code in enumerate(programs)]
        plan = {
            "rooms": [str(path) for path in rooms],
            "program": FILE_NAME,
            "warm": warm,
            "parallel": room.parallel,
            "timeout": room.timeout,
            "file_max": FILE_MAX,
        }
        (place / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        ended = {}
        for fact in _supervised(place / "plan.json", room):
            ended[fact["index"]] = fact
            on_end()
        return [_result(path, ended[i]) for i, path in enumerate(rooms)]


def _furnished(path: Path, code: Code) -> Path:
    """A directory for one program: its home, room for temporary files, what it prints."""
    for name in ("home", "tmp"):
        (path / name).mkdir(parents=True)
    for name in ("stdout", "stderr"):
        (path / name).touch(mode=0o600)
    (path / "home" / FILE_NAME).write_text("\n".join(code) + "\n", encoding="utf-8")
    return path


def _supervised(plan: Path, room: Room) -> Iterator[dict[str, Any]]:
    """What the runner tells of each program of *plan*, as they end."""
    complaints = plan.with_name("complaints")
    with (
        complaints.open("w+", encoding="utf-8") as errors,
        subprocess.Popen(  # noqa: S603  # our own script
            [sys.executable, str(CLEAN_ROOM / "runner.py"), str(plan)],
            cwd=plan.parent,
            env=room.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as runner,
    ):
        assert runner.stdout is not None  # it is a pipe
        yield from map(json.loads, runner.stdout)
    if runner.returncode:
        said = complaints.read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"the runner of deck programs failed:\n{said}")


def _result(room: Path, fact: dict[str, Any]) -> Result:
    printed, complaints = (_head(room / name) for name in ("stdout", "stderr"))
    return Result(printed, complaints, fact["status"], fact["seconds"], fact["worked"])


def _head(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(OUTPUT_MAX + 1)
    cut = f"\n[more than {OUTPUT_MAX:,} bytes]" if len(data) > OUTPUT_MAX else ""
    return data[:OUTPUT_MAX].decode("utf-8", "replace") + cut
