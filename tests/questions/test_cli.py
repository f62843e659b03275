"""``flaskquiz questions``: what it says, and what it tells a script by its exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.core.deck import load, schema
from bot.questions.cli import questions_app
from bot.settings import shipped_deck
from tests.decks import a_question

FINE, FAULTS, WRONG_USE = 0, 1, 2


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """No .env of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QUESTIONS", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)


def call(*arguments: object) -> Result:
    return CliRunner().invoke(questions_app, [str(argument) for argument in arguments])


def entry(id_: str, **changes: Any) -> dict[str, Any]:
    return a_question(id_).model_dump(mode="json", exclude_none=True) | changes


@pytest.fixture
def path(tmp_path) -> Path:
    """A deck of three, the last of which does not print what it says."""
    wrong = {"language": "python", "code": ["print('two')"], "prints": ["one"]}
    deck = {
        "title": "Three",
        "questions": [
            entry("right-one", level="beginner", topic="Routing"),
            entry("other-one", level="advanced"),
            entry("wrong-one", example=wrong),
        ],
    }
    return written(tmp_path / "deck.json", deck)


def written(path: Path, deck: Any) -> Path:
    path.write_text(json.dumps(deck, indent=1), encoding="utf-8")
    return path


# --- check -----------------------------------------------------------------------------------


def test_a_deck_without_fault_is_counted(path):
    done = call("check", path)

    assert done.output == "3 questions in 2 topics, no fault.\n"
    assert done.exit_code == FINE


def test_one_question_is_counted_as_one(tmp_path):
    path = written(tmp_path / "deck.json", {"title": "One", "questions": [entry("only-one")]})

    assert call("check", path).output == "1 question in 1 topic, no fault.\n"
    page = call("export", path, "--markdown", tmp_path / "d.md")
    assert page.output.startswith("Wrote 1 question to ")


def test_every_fault_is_listed_and_told_by_the_exit_status(path):
    deck = json.loads(path.read_text())
    deck["questions"][0]["level"] = "[bold]expert"
    del deck["questions"][1]["docs"]
    written(path, deck)

    done = call("check", path)

    assert done.exit_code == FAULTS
    assert done.stdout == ""
    first, *faults = done.stderr.splitlines()
    assert first == f"{path}: 2 faults:"
    assert len(faults) == 2
    assert faults[0].endswith(
        "'right-one' level: is '[bold]expert': use 'beginner', 'intermediate' or 'advanced'"
    )


def test_a_path_that_is_not_there_or_a_directory_is_wrong_use(tmp_path):
    assert call("check", tmp_path / "none.json").exit_code == WRONG_USE
    assert call("check", tmp_path).exit_code == WRONG_USE


def test_without_a_path_it_is_the_deck_of_the_settings_else_the_shipped_one(path, monkeypatch):
    assert f"{len(load(shipped_deck()))} questions" in call("check").output

    monkeypatch.setenv("QUESTIONS", str(path))

    assert call("check").output.startswith("3 questions")


def test_a_deck_of_the_settings_that_is_not_there_is_a_fault_in_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("QUESTIONS", str(tmp_path / "none.json"))

    done = call("check")

    assert done.exit_code == FAULTS
    assert "cannot be read: No such file or directory" in done.stderr


def test_a_setting_that_is_wrong_is_named(monkeypatch):
    monkeypatch.setenv("PORT", "many")

    done = call("stats")

    assert done.exit_code == WRONG_USE
    assert done.stderr.startswith("PORT: ")


# --- list, show, stats, schema ---------------------------------------------------------------


def test_a_list_shows_each_question_once(path):
    output = call("list", path).output

    assert [output.count(id_) for id_ in ("right-one ", "other-one ", "wrong-one ")] == [1, 1, 1]
    assert "What does g hold in the case of right-one?" in output


def test_a_list_is_narrowed_by_level_and_topic(path):
    assert "other-one" not in call("list", path, "--level", "beginner").output
    routing = call("list", path, "--topic", "Routing").output
    assert "right-one" in routing
    assert "wrong-one" not in routing


def test_a_topic_that_is_unknown_is_wrong_use_and_the_known_are_named(path):
    done = call("list", path, "--topic", "cooking")

    assert done.exit_code == WRONG_USE
    assert done.stderr == "No topic 'cooking': use one of routing, contexts.\n"


def test_what_is_piped_is_plain_and_wide(path):
    output = call("list", path).output

    assert "\x1b" not in output
    assert max(map(len, output.splitlines())) > 80


def test_a_question_is_shown_with_its_answer_example_and_check():
    output = call("show", "before-request-returns").output

    question = load(shipped_deck())["before-request-returns"]
    assert all(point in output for point in question.key_points)
    assert "It prints" in output
    assert question.example.prints[0] in output
    assert question.check is not None
    assert f"> {question.check.choices[question.check.right]}" in output
    assert question.docs[0] in output


def test_an_id_that_is_almost_right_is_suggested(path):
    done = call("show", "wrong-two", "--deck", path)

    assert done.exit_code == WRONG_USE
    assert done.stderr == "No question 'wrong-two'. Did you mean wrong-one?\n"


def test_stats_count_topics_against_levels():
    rows = [line.split() for line in call("stats").output.splitlines() if line.strip()]

    deck = load(shipped_deck())
    assert rows[0] == ["Topic", "Beginner", "Intermediate", "Advanced", "All", "With", "a", "check"]
    assert len(rows) == 1 + 1 + len(deck.topics) + 1  # head, line, topics, sums
    assert rows[-1][0] == "All"
    assert rows[-1][4] == str(len(deck))
    assert sum(map(int, rows[-1][1:4])) == len(deck)


def test_the_schema_is_printed_as_json():
    assert json.loads(call("schema").output) == schema()


# --- verify ----------------------------------------------------------------------------------


def test_verify_runs_the_questions_named_and_says_on_which_flask(path):
    done = call("verify", "right-one", "other-one", "--deck", path)

    assert done.exit_code == FINE
    assert done.stdout.startswith("Flask 3.1.3: 2 programs run, 0 not as the deck says.")


def test_verify_tells_the_difference_and_fails(path):
    done = call("verify", "--deck", path, "--parallel", 2)

    assert done.exit_code == FAULTS
    assert "wrong-one: example" in done.stdout
    assert "-one" in done.stdout and "+two" in done.stdout
    assert "3 programs run, 1 not as the deck says." in done.stdout


def test_verify_names_what_it_cannot_run(path):
    deck = json.loads(path.read_text())
    deck["questions"][0]["example"] = {"language": "shell", "code": ["flask run"]}
    deck["questions"][1]["flask"] = ">=9.0"
    del deck["questions"][2]

    done = call("verify", "--deck", written(path, deck))

    assert done.exit_code == FINE
    assert "Not about this Flask: other-one." in done.stdout
    assert "Not Python, so not run: right-one." in done.stdout


def test_verify_uses_another_flask_from_a_directory(path, tmp_path):
    other = tmp_path / "other"
    (other / "flask-3.0.9.dist-info").mkdir(parents=True)
    metadata = "Metadata-Version: 2.1\nName: flask\nVersion: 3.0.9\n"
    (other / "flask-3.0.9.dist-info" / "METADATA").write_text(metadata)

    done = call("verify", "right-one", "--deck", path, "--flask", other)

    assert done.stdout.startswith("Flask 3.0.9: 1 program run")


def test_verify_of_an_unknown_id_is_wrong_use(path):
    assert call("verify", "no-such", "--deck", path).exit_code == WRONG_USE


def test_verify_without_a_flask_says_how_to_get_one(path, monkeypatch):
    monkeypatch.setattr("bot.questions.proving.find_version", lambda *_: None)

    done = call("verify", "--deck", path)

    assert done.exit_code == WRONG_USE
    assert "pip install 'flaskquiz[deck]'" in done.stderr


# --- export ----------------------------------------------------------------------------------


def test_export_writes_what_is_asked_for(path, tmp_path):
    done = call("export", path, "--anki", tmp_path / "d.apkg", "--markdown", tmp_path / "d.md")

    assert done.exit_code == FINE
    assert done.stdout.count("Wrote 3 questions to") == 2
    assert (tmp_path / "d.apkg").stat().st_size > 0
    assert (tmp_path / "d.md").read_text().startswith("# Three\n")


def test_export_of_nothing_is_wrong_use(path):
    done = call("export", path)

    assert done.exit_code == WRONG_USE
    assert done.stderr == "Say what to write: --anki FILE.apkg or --markdown FILE.\n"


@pytest.mark.parametrize("option", ["--anki", "--markdown"])
def test_export_to_where_nothing_can_be_written_is_one_sentence(path, tmp_path, option):
    done = call("export", path, option, tmp_path / "none" / "deck")

    assert done.exit_code == WRONG_USE
    assert done.stderr.startswith("Cannot write ")
    assert done.stderr.count("\n") == 1


# --- quickness -------------------------------------------------------------------------------


def test_help_imports_nothing_it_does_not_need():
    code = """
import sys
import bot.questions.cli
heavy = ("pydantic", "rich.table", "genanki", "sqlalchemy", "packaging", "bot.core.deck", "bot.settings")
print([name for name in heavy if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_every_command_explains_itself():
    for command in ("check", "list", "show", "stats", "schema", "verify", "export"):
        done = call(command, "--help")
        assert done.exit_code == FINE
        assert "Usage" in done.output
