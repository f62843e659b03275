"""
Runs programs, each in a process of its own. A script that is started, never imported by the bot.

``python runner.py PLAN`` reads a JSON file: ``{"rooms": [directory, ...], "program": file name,
"warm": [module, ...] or null, "parallel": 2, "timeout": seconds, "file_max": bytes}`` and prints
one JSON line for each program that ended.

A cold program (``"warm": null``) gets a fresh interpreter. A warm one gets a fork of this process,
which has imported the modules of ``warm`` and run no other code of theirs or of any deck. The
child then *is* the program: it leaves ``supervise``, its code runs as ``__main__``, and Python ends
it as usual (threads joined, atexit functions run, exit status set).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

PAUSE = 0.005


def supervise(plan: dict[str, Any]) -> Path | None:
    """Run every program of *plan*; returns a room in each child, None once all have ended."""
    waiting = list(enumerate(plan["rooms"]))[::-1]
    running: dict[int, tuple[int, float]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < plan["parallel"]:
                index, room = waiting.pop()
                process = os.fork()
                if process == 0:
                    return Path(room)
                running[process] = index, time.monotonic()
            watch(running, plan["timeout"])
    except BaseException:
        for process in running:
            finish(process)
        raise
    return None


def watch(running: dict[int, tuple[int, float]], timeout: float) -> None:
    """Take leave of one program that has ended, or of all that have run too long."""
    ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if ended is not None:
        index, started = running.pop(ended.si_pid)
        status, worked = finish(ended.si_pid)
        tell(index=index, status=status, seconds=time.monotonic() - started, worked=worked)
        return
    time.sleep(PAUSE)
    for process, (index, started) in list(running.items()):
        if time.monotonic() - started > timeout:
            del running[process]
            _, worked = finish(process)
            tell(index=index, status=None, seconds=time.monotonic() - started, worked=worked)


def finish(process: int) -> tuple[int, float]:
    """End what is left of a program and of all it started; exit status, processor seconds."""
    for end in (os.kill, os.killpg):
        with contextlib.suppress(ProcessLookupError):
            end(process, signal.SIGKILL)
    _, status, usage = os.wait4(process, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime


def tell(**facts: Any) -> None:
    """One line to whoever started this."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def enter(room: Path, file_max: int) -> None:
    """Make this child a process of its own in *room*: session, home, directory and output."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.chdir(room / "home")
    os.environ.update(HOME=str(room / "home"), TMPDIR=str(room / "tmp"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_max, file_max))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number, name in enumerate((Path(os.devnull), room / "stdout", room / "stderr")):
        opened = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)


def become(program: Path) -> None:
    """Run *program* as ``__main__`` of this process."""
    sys.argv = [str(program)]
    sys.path[0] = str(program.parent)
    module = ModuleType("__main__")
    module.__dict__.update(__file__=str(program), __builtins__=__builtins__)
    sys.modules["__main__"] = module
    code = compile(program.read_bytes(), str(program), "exec")
    exec(code, module.__dict__)  # noqa: S102  # what this file is for


def stop(*_: Any) -> None:
    """End by an exception, so that no program is left behind."""
    raise SystemExit(1)


def main() -> None:
    """Run the plan, or be one of its programs."""
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    signal.signal(signal.SIGTERM, stop)
    for name in plan["warm"] or ():
        importlib.import_module(name)
    gc.freeze()  # so that a child, when it ends, does not look through all that it inherited
    room = supervise(plan)
    if room is None:
        return
    enter(room, plan["file_max"])
    program = room / "home" / plan["program"]
    if plan["warm"] is None:
        os.execv(sys.executable, [sys.executable, str(program)])  # noqa: S606  # no shell is meant
    become(program)


if __name__ == "__main__":
    main()
