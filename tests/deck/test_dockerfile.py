"""The one example that is no Python: what can be proven of it without building an image."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from gunicorn.config import Config
from packaging.version import Version

from bot.core.deck import Deck, Question

APP = """
from flask import Flask


def create_app():
    app = Flask(__name__)
    app.add_url_rule("/", "index", lambda: "from the image")
    return app
"""


@pytest.fixture
def question(deck: Deck) -> Question:
    (found,) = [question for question in deck if question.example.language == "dockerfile"]
    return found


@pytest.fixture
def instructions(question: Question) -> list[tuple[str, str]]:
    """``[("FROM", "python:3.13-slim"), ...]``"""
    lines = filter(None, question.example.code)
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


def place_of(instructions: list[tuple[str, str]], word: str, start: str = "") -> int:
    return next(
        i for i, (name, rest) in enumerate(instructions) if name == word and rest.startswith(start)
    )


def command_of(instructions: list[tuple[str, str]]) -> list[str]:
    """The CMD, which must be in exec form: JSON."""
    return json.loads(instructions[place_of(instructions, "CMD")][1])


def test_every_line_is_an_instruction(instructions):
    known = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "CMD", "ENV", "ARG"}

    assert {name for name, _ in instructions} <= known
    assert instructions[0][0] == "FROM"
    assert [name for name, _ in instructions].count("CMD") == 1


def test_it_begins_with_a_slim_python_that_flask_runs_on(instructions):
    version = re.fullmatch(r"python:(\d+\.\d+)-slim", instructions[0][1])

    assert version is not None
    assert Version(version[1]) >= Version("3.11")  # 3.9 ended in October 2025, 3.10 ends in 2026


def test_requirements_are_installed_before_the_code_is_copied(instructions):
    copied = place_of(instructions, "COPY", "requirements.txt")
    installed = place_of(instructions, "RUN", "pip install --no-cache-dir -r requirements.txt")
    code = place_of(instructions, "COPY", "shop/")

    assert copied < installed < code
    assert not any(rest == ". ." for _, rest in instructions)


def test_it_runs_as_a_user_that_was_made_and_is_not_root(instructions):
    user = instructions[place_of(instructions, "USER")][1]
    made = place_of(instructions, "RUN", "useradd")

    assert user not in ("root", "0")
    assert instructions[made][1].endswith(f" {user}")
    assert made < place_of(instructions, "USER") < place_of(instructions, "CMD")


def test_no_secret_is_written_into_the_image(question):
    assert not re.search(r"SECRET|PASSWORD|TOKEN|KEY", "\n".join(question.example.code))


def test_gunicorn_reads_the_command_and_listens_on_the_exposed_port(instructions):
    program, *arguments = command_of(instructions)

    options = Config().parser().parse_args(arguments)

    assert program == "gunicorn"
    assert options.bind == [f"0.0.0.0:{instructions[place_of(instructions, 'EXPOSE')][1]}"]
    assert options.args == ["shop:create_app()"]


def test_the_command_serves_the_app_and_stops_when_it_is_told_to(instructions, tmp_path: Path):
    """The real command in the directory it expects; only the address is this machine's own."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text(APP)
    _, *arguments = command_of(instructions)
    arguments[arguments.index("-b") + 1] = "127.0.0.1:0"
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *arguments],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stderr is not None
    try:
        listening = next(line for line in server.stderr if "Listening at:" in line)
        url = re.search(r"http://127\.0\.0\.1:\d+", listening)
        assert url is not None
        with urllib.request.urlopen(url[0], timeout=20) as answer:
            assert answer.read() == b"from the image"
            assert "gunicorn" in answer.headers["Server"].casefold()
    finally:
        server.send_signal(signal.SIGTERM)
        server.stderr.read()
        server.stderr.close()

    assert server.wait(20) == 0
