"""Programs run in clean processes, and what they print is compared with what the deck says."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.deck import Question
from bot.questions.programs import CLEAN_ROOM, FILE_MAX, OUTPUT_MAX, Result, Room, run_programs
from bot.questions.proving import NoFlaskError, claims_of, find_flask, holds_for, prove
from tests.decks import a_question

COLD, WARM = Room(), Room(warm=True)
BOTH = pytest.mark.parametrize("room", [COLD, WARM], ids=["cold", "warm"])


def lines(code: str) -> list[str]:
    return code.strip("\n").split("\n")


def run(code: str, room: Room = COLD) -> Result:
    (result,) = run_programs([lines(code)], room)
    return result


def a_proof_of(code: str, *prints: str, **changes: object) -> Question:
    example = {"language": "python", "code": lines(code), "prints": list(prints)}
    return a_question("it", example=example, **changes)


# --- where programs run ----------------------------------------------------------------------


@BOTH
def test_a_program_is_alone_in_an_empty_home_with_a_clean_environment(room, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    monkeypatch.setenv("SECRET_KEY", "of the host")

    result = run(
        """
import os, pathlib, sys, tempfile
print(sorted(os.environ))
print([path.name for path in pathlib.Path.home().iterdir()], pathlib.Path.home() == pathlib.Path.cwd())
print(sys.argv == [__file__], sys.path[0] == str(pathlib.Path.home()), __name__)
print(pathlib.Path.home() in pathlib.Path(tempfile.gettempdir()).parents, sys.stdin.read() == "")
import __main__
print(__main__.__file__ == __file__, __spec__)
""",
        room,
    )

    assert result.printed.splitlines() == [
        "['HOME', 'LANG', 'PATH', 'PYTHONDONTWRITEBYTECODE', 'PYTHONHASHSEED', 'PYTHONPATH', 'TMPDIR', 'TZ']",
        "['example.py'] True",
        "True True __main__",
        "False True",
        "True None",
    ]
    assert (result.status, result.complaints) == (0, "")


@BOTH
def test_nothing_a_program_does_reaches_the_next(room):
    code = """
import os, flask, pathlib
print(hasattr(flask, "touched"), os.environ.get("TOUCHED"), len(list(pathlib.Path.cwd().iterdir())))
flask.touched = True
os.environ["TOUCHED"] = "yes"
pathlib.Path("left-over").touch()
"""

    results = run_programs([lines(code)] * 3, replace(room, parallel=1))

    assert [result.printed for result in results] == ["False None 1\n"] * 3


@BOTH
def test_a_program_ends_as_python_ends_it(room):
    result = run(
        """
import atexit, sys, threading
import flask
atexit.register(print, "at exit")
main = threading.main_thread()
threading.Thread(target=lambda: (main.join(), print("thread"))).start()
class Farewell:
    def __del__(self):
        print("deleted")
farewell = Farewell()
print("main")
sys.exit(3)
""",
        room,
    )

    assert result.printed.splitlines() == ["main", "thread", "at exit", "deleted"]
    assert result.status == 3


@BOTH
def test_an_exception_is_a_traceback_and_status_one(room):
    result = run("import flask\nraise ValueError('boom')", room)

    assert result.status == 1
    assert result.complaints.endswith("ValueError: boom\n")


def test_a_warm_program_finds_imported_what_it_imports_itself_and_nothing_else():
    code = """
import sys
print("flask" in sys.modules, "flask_sqlalchemy" in sys.modules, "bot" in sys.modules)
"""
    results = run_programs(
        [
            lines(code),
            lines("import flask\n" + code.strip()),
            lines("from flask_sqlalchemy import SQLAlchemy\n" + code.strip()),
            lines("def later():\n    import flask\n" + code.strip()),
        ],
        WARM,
    )

    assert [result.printed.strip() for result in results] == [
        "False False False",
        "True False False",
        "True True False",
        "False False False",
    ]


# --- no network ------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    "call",
    [
        "socket.create_connection(('192.0.2.1', 80), 1)",
        "socket.socket().connect_ex(('192.0.2.1', 80))",
        "socket.getaddrinfo('example.org', 80)",
        "socket.gethostbyname('example.org')",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
        "urllib.request.urlopen('http://192.0.2.1/')",
    ],
)
def test_a_program_that_reaches_for_the_network_is_stopped(room, call):
    result = run(f"import socket, urllib.request\n{call}", room)

    assert result.status == 1
    assert "deck programs run without a network; this one asked for" in result.complaints


@BOTH
def test_a_child_process_has_no_network_either(room):
    result = run(
        """
import subprocess, sys
call = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
print(subprocess.run([sys.executable, "-c", call], stderr=subprocess.DEVNULL).returncode)
""",
        room,
    )

    assert result.printed == "1\n"


@BOTH
def test_a_program_may_talk_to_itself(room):
    result = run(
        """
import socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(("localhost", server.getsockname()[1]))
print(client.getpeername()[0])
client.close()
server.close()
""",
        room,
    )

    assert (result.printed, result.complaints) == ("127.0.0.1\n", "")


# --- bounds ----------------------------------------------------------------------------------


@BOTH
def test_a_program_that_does_not_end_is_ended_with_all_it_started(room):
    code = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""

    result = run(code, replace(room, timeout=1))

    assert result.status is None
    assert 1 <= result.seconds < 20
    assert ended(int(result.printed))


@BOTH
def test_what_a_program_leaves_running_is_ended_with_it(room):
    result = run(
        """
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid)
""",
        room,
    )

    assert ended(int(result.printed))


def ended(process: int) -> bool:
    """Whether a process is gone, or is only waiting for its parent to notice."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)  # the signal is on its way: nothing here can be told when it arrives
    return False


@BOTH
def test_endless_output_is_cut_and_fills_no_disk(room):
    result = run("while True:\n    print('x' * 1_000_000)", replace(room, timeout=20))

    assert result.status not in (0, None)
    assert len(result.printed) < OUTPUT_MAX + 50
    assert result.printed.endswith("[more than 65,536 bytes]")
    assert FILE_MAX < 2**27


def test_output_that_is_no_text_is_shown_anyhow():
    assert run("import os; os.write(1, b'\\xff\\xfe')").printed == "\ufffd\ufffd"


def test_programs_run_beside_each_other_and_results_keep_their_order():
    code = (
        "import time; began = time.monotonic(); time.sleep(0.5); print(began, time.monotonic(), {})"
    )

    results = run_programs([[code.format(i)] for i in range(4)], replace(COLD, parallel=4))

    told = [[float(word) for word in result.printed.split()] for result in results]
    assert [number for _, _, number in told] == [0, 1, 2, 3]
    assert max(began for began, _, _ in told) < min(end for _, end, _ in told)


def test_a_runner_that_cannot_start_says_why(tmp_path):
    (tmp_path / "flask.py").write_text("raise RuntimeError('no good')")

    with pytest.raises(RuntimeError, match="no good"):
        run("import flask", Room(packages=tmp_path, warm=True))


def test_the_clean_room_is_only_ever_started_never_imported():
    code = "import sys, bot.questions.proving, bot.questions.cli; print([m for m in sys.modules if 'clean_room' in m])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
    assert (CLEAN_ROOM / "sitecustomize.py").exists()


# --- comparing -------------------------------------------------------------------------------


def test_a_deck_that_says_what_is_printed_has_no_fault():
    check = {"ask": "Which?", "code": ["print(2)"], "choices": ["1", "2", "3"], "right": 1}

    proof = prove([a_proof_of("print('one')\nprint('two')", "one", "two", check=check)], COLD)

    assert proof.faults == []
    assert [outcome.claim.part for outcome in proof.outcomes] == ["example", "check"]


DIFFERENCES = {
    "other": ("print('two')", ["one"], ["other: example", "-one", "+two"]),
    "less": ("print('one')", ["one", "two"], ["less: example", "-two"]),
    "nothing": ("pass", ["one"], ["nothing: example", "-one"]),
    "space": ("print('one ')", ["one"], ["-one", "+one "]),
    "crash": ("print('one')\n1 / 0", ["one"], ["crash: example (exit status 1)", "ZeroDivisionError: division by zero"]),
    "killed": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", [], ["killed: example (exit status -9)"]),
    "broken": ("def (", [], ["broken: example", "SyntaxError: invalid syntax"]),
}  # fmt: skip


def test_a_difference_is_told_with_the_question_and_a_diff():
    questions = [
        a_question(id_, example={"language": "python", "code": lines(code), "prints": prints})
        for id_, (code, prints, _) in DIFFERENCES.items()
    ]

    faults = prove(questions, COLD).faults

    assert len(faults) == len(DIFFERENCES)
    for fault, (_, _, said) in zip(faults, DIFFERENCES.values(), strict=True):
        assert all(words in fault for words in said), fault


def test_a_check_must_print_its_right_choice_and_nothing_more():
    check = {
        "ask": "Which?",
        "code": ["print(1)", "print(2)"],
        "choices": ["1", "2", "3"],
        "right": 0,
    }

    (fault,) = prove([a_proof_of("pass", check=check)], COLD).faults

    assert fault.startswith("it: check")
    assert "+2" in fault


def test_a_program_stopped_after_the_timeout_is_a_fault():
    (fault,) = prove([a_proof_of("import time\ntime.sleep(60)")], replace(COLD, timeout=1)).faults

    assert fault.startswith("it: example (stopped after 1 s)")


def test_what_is_not_python_or_not_about_this_flask_is_told_apart():
    dockerfile = a_question("image", example={"language": "dockerfile", "code": ["FROM x"]})
    newer = a_question("newer", flask=">=99.0")

    proof = prove([dockerfile, newer, a_proof_of("print(1)", "1")], COLD)

    assert proof.not_python == ("image",)
    assert proof.out_of_range == ("newer",)
    assert [outcome.claim.question_id for outcome in proof.outcomes] == ["it"]


@pytest.mark.parametrize(
    ("range_", "version", "holds"),
    [
        (">=3.0,<3.2", "3.0.3", True),
        (">=3.0,<3.2", "3.1.3", True),
        (">=3.0,<3.2", "3.2.0", False),
        (">=3.1.3,<3.2", "3.1.2", False),
        (">=3.0,<3.2", "2.3.3", False),
        ("~=3.1.2", "3.1.9", True),
        (">=3.1,!=3.1.2", "3.1.2", False),
        (">=3.1", "3.2.0.dev0", True),
    ],
)
def test_a_range_is_read_as_packaging_reads_it(range_, version, holds):
    assert holds_for(a_question(flask=range_), version) is holds


def test_another_flask_in_a_directory_comes_before_the_installed_one(tmp_path):
    (tmp_path / "flask-9.9.9.dist-info").mkdir()
    metadata = "Metadata-Version: 2.1\nName: flask\nVersion: 9.9.9\n"
    (tmp_path / "flask-9.9.9.dist-info" / "METADATA").write_text(metadata)
    (tmp_path / "flask.py").write_text("which = 'another'")
    room = Room(packages=tmp_path)

    proof = prove([a_proof_of("import flask\nprint(flask.which)", "another", flask=">=9.0")], room)

    assert proof.flask == "9.9.9"
    assert proof.faults == []


def test_without_a_flask_there_is_nothing_to_prove_with(monkeypatch):
    monkeypatch.setattr("bot.questions.proving.find_version", lambda *_: None)

    with pytest.raises(NoFlaskError):
        find_flask(COLD)


def test_every_end_of_a_program_is_told():
    ends: list[None] = []
    question = a_proof_of("print(1)", "1")

    prove([question, question], COLD, on_end=lambda: ends.append(None))

    assert len(ends) == 2
    assert len(list(claims_of(question))) == 1


def test_stopping_the_runner_ends_its_programs(tmp_path):
    """Ctrl-C and SIGTERM reach the runner: no program outlives it."""
    room = tmp_path / "0"
    (room / "home").mkdir(parents=True)
    (room / "tmp").mkdir()
    program = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\nos.rename('pid', 'ready')\ntime.sleep(60)"
    (room / "home" / "example.py").write_text(program)
    plan = tmp_path / "plan.json"
    plan.write_text(
        f'{{"rooms": ["{room}"], "program": "example.py", "warm": null,'
        ' "parallel": 1, "timeout": 60, "file_max": 1000000}'
    )
    runner = subprocess.Popen(
        [sys.executable, str(CLEAN_ROOM / "runner.py"), str(plan)],
        env=COLD.environment(),
        stdout=subprocess.DEVNULL,
    )
    ready = room / "home" / "ready"
    while not ready.exists():
        assert runner.poll() is None
        time.sleep(0.02)  # a file is all the program can tell us by

    runner.terminate()

    assert runner.wait(10) == 1
    assert ended(int(ready.read_text()))
