"""Every example and check runs, and prints what the deck says: on the newest Flask and the oldest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bot.core.deck import Deck
from bot.questions.programs import Room
from bot.questions.proving import Proof, claims_of, prove

NEWEST, OLDEST = "3.1.3", "3.0.3"
PARALLEL = min(os.cpu_count() or 1, 4)
ROOM = Room(parallel=PARALLEL, timeout=90, warm=True)
"""Warm: forked from a process that has imported Flask. See the last test for why that is honest."""
LOOKS_AROUND = {
    "import-name-sets-root",
    "sqlite-file-location",
    "workers-share-no-memory",
    "rate-limit-memory-per-worker",
    "socketio-in-a-container",
    "development-server-in-production",
    "real-app-for-the-thread",
    "async-views-and-the-worker",
    "what-pip-install-flask-brings",
    "migration-workflow",
}
"""Questions whose programs depend most on the process they run in."""


@pytest.fixture(scope="session")
def oldest_flask(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the oldest Flask the deck speaks of, fetched once and kept by pytest."""
    cache = getattr(request.config, "cache", None)  # there is none with -p no:cacheprovider
    kept = (cache.mkdir("flask") if cache else tmp_path_factory.mktemp("flask")) / OLDEST
    if not (kept / "flask" / "__init__.py").exists():
        fetch(kept)
    return kept


def fetch(kept: Path) -> None:
    """Install into a directory of our own, then move it: another process may do the same."""
    with tempfile.TemporaryDirectory(dir=kept.parent) as directory:
        target = Path(directory) / "flask"
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--no-deps", "--target", str(target), f"flask=={OLDEST}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            pytest.fail(f"Flask {OLDEST} cannot be fetched from the registry:\n{done.stderr}")
        try:
            target.rename(kept)
        except OSError:  # it came there meanwhile, or stood there by half
            shutil.rmtree(kept)
            target.rename(kept)


def assert_it_holds(proof: Proof, deck: Deck, flask: str) -> None:
    spoken_of = [question for question in deck if question.id not in proof.out_of_range]
    assert proof.flask == flask
    assert proof.not_python == ("dockerfile-for-a-flask-app",)
    assert len(proof.outcomes) == sum(len(list(claims_of(question))) for question in spoken_of)
    assert "\n".join(proof.faults) == ""
    noisy = {
        o.claim.question_id: o.result.complaints for o in proof.outcomes if o.result.complaints
    }
    assert noisy == {}, "a program writes to standard error"
    slow = {o.claim.question_id: o.result.worked for o in proof.outcomes if o.result.worked > 3}
    assert slow == {}, "a program takes more than three seconds of the processor"


@pytest.mark.long
def test_every_program_prints_what_the_deck_says_on_the_newest_flask(deck: Deck):
    proof = prove(deck, ROOM)

    assert_it_holds(proof, deck, NEWEST)
    assert proof.out_of_range == ()


@pytest.mark.long
def test_every_program_prints_what_the_deck_says_on_the_oldest_flask(
    deck: Deck, oldest_flask: Path
):
    proof = prove(deck, Room(oldest_flask, PARALLEL, timeout=90, warm=True))

    assert_it_holds(proof, deck, OLDEST)
    assert all(
        not question.flask.startswith(">=3.0")
        for question in deck
        if question.id in proof.out_of_range
    )


@pytest.mark.long
def test_a_fresh_interpreter_comes_to_the_same_as_a_fork(deck: Deck):
    """
    A warm program finds imported what it imports itself first, and nothing else is different.

    The command line runs all programs in fresh interpreters; here those that would notice.
    """
    some = [question for question in deck if question.id in LOOKS_AROUND]

    proof = prove(some, Room(parallel=PARALLEL, timeout=90, warm=False))

    assert len(some) == len(LOOKS_AROUND)
    assert proof.faults == []


def test_programs_are_formatted_as_the_project_is(deck: Deck, tmp_path: Path):
    for question in deck:
        for claim in claims_of(question):
            code = "\n".join(claim.code) + "\n"
            (tmp_path / f"{claim.question_id}.{claim.part}.py").write_text(code, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "79", "--diff", "."],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.stdout == ""
    assert done.returncode == 0, done.stderr


def test_code_is_narrow_enough_to_be_read_on_a_phone(deck: Deck):
    wide = [
        (question.id, line)
        for question in deck
        for line in (
            *question.code,
            *question.example.code,
            *(question.check.code if question.check else ()),
        )
        if len(line) > 79
    ]

    assert wide == []
