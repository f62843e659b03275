"""A deck is read whole or refused with sentences; whatever the file holds."""

from __future__ import annotations

import copy
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from bot.core.deck import Deck, DeckFile, load, schema, slug
from bot.core.deck_rules import QUESTIONS_MAX
from bot.core.deck_text import FILE_MAX
from bot.core.errors import InvalidDeckError
from bot.core.models import Level
from tests.decks import a_deck, a_question


def an_entry(id_: str = "a-question", **changes: Any) -> dict[str, Any]:
    """A question as it is written; a change to None takes the key out."""
    entry = a_question().model_dump(mode="json", exclude_none=True) | {"id": id_} | changes
    return {key: value for key, value in entry.items() if value is not None}


def a_file(tmp_path: Path, *entries: Any, **changes: Any) -> Path:
    """A deck file of *entries*."""
    return written(tmp_path, {"title": "A deck", "questions": list(entries)} | changes)


def written(tmp_path: Path, value: Any) -> Path:
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    path = tmp_path / "deck.json"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(path: Path) -> list[str]:
    with pytest.raises(InvalidDeckError) as refusal:
        load(path)
    return refusal.value.faults


# --- what a deck gives -----------------------------------------------------------------------


def test_a_deck_keeps_its_order_and_finds_questions_by_id(tmp_path):
    deck = load(a_file(tmp_path, an_entry("b-second"), an_entry("a-first")))

    assert [question.id for question in deck] == ["b-second", "a-first"]
    assert deck["a-first"].id == "a-first"
    assert deck.find("gone") is None
    assert len(deck) == 2


def test_questions_are_selected_by_level_and_topic_and_nothing_means_all():
    deck = a_deck()

    chosen = deck.select(frozenset({Level.BEGINNER}), frozenset({"routing"}))

    assert [question.id for question in chosen] == ["beginner-routing"]
    assert len(deck.select(frozenset(), frozenset())) == 6
    assert len(deck.select(frozenset(), frozenset({"sessions"}))) == 2


def test_topics_are_typed_as_slugs_and_shown_as_labels():
    deck = Deck("x", [a_question(topic="JSON APIs"), a_question("b", topic="CLI and logging")])

    assert deck.topics == {"json-apis": "JSON APIs", "cli-and-logging": "CLI and logging"}
    assert slug("  Request lifecycle ") == "request-lifecycle"


def test_an_editor_may_be_told_where_the_schema_is(tmp_path):
    path = a_file(tmp_path, an_entry(), **{"$schema": "bot/questions/schema.json"})

    assert len(load(path)) == 1


def test_the_published_schema_accepts_what_the_loader_accepts():
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema())
    validator = jsonschema.Draft202012Validator(schema())

    assert validator.is_valid({"title": "A deck", "questions": [an_entry()]})
    assert not validator.is_valid({"title": "A deck", "questions": []})
    assert not validator.is_valid({"title": "A deck", "questions": [an_entry(level="expert")]})
    assert not validator.is_valid({"title": "A deck", "questions": [an_entry(prompt="a\tb" * 9)]})


# --- what is refused, and in which words -----------------------------------------------------


def test_every_fault_is_reported_at_once_in_the_order_of_lines(tmp_path):
    path = a_file(
        tmp_path,
        an_entry("good"),
        an_entry("Bad Id", level="expert", key_points=["only one"]),
        an_entry("no-prompt", prompt=None),
        an_entry("good"),
        an_entry("other", topic="contexts", covers=[0, 30], extra=1),
        title="",
    )

    faults = faults_of(path)

    assert [fault.split(", ", 1)[1] for fault in faults] == [
        "title: is too short: at least 1 character",
        "'good' id: is used twice: rename one",
        "'Bad Id' id: is not an id: use lower-case words and numbers joined by hyphens",
        "'Bad Id' level: is 'expert': use 'beginner', 'intermediate' or 'advanced'",
        "'Bad Id' key_points: has too few entries: at least 2",
        "'no-prompt' prompt: is missing: add it",
        "'good' id: is used twice: rename one",
        "'other' topic: is 'contexts' here, 'Contexts' elsewhere: use one",
        "'other' covers 1: is 0: at least 1",
        "'other' covers 2: is 30: at most 29",
        "'other' extra: is unknown: remove it",
    ]


def test_a_fault_names_the_line_it_stands_on(tmp_path):
    path = a_file(tmp_path, an_entry("first"), an_entry("second", key_points=["a", "b" * 76]))
    lines = path.read_text(encoding="utf-8").splitlines()

    (fault,) = faults_of(path)

    number = next(i for i, line in enumerate(lines, 1) if "b" * 76 in line)
    assert fault == f"line {number}, 'second' key_points 2: has 76 characters: at most 75"


def test_the_words_of_one_question_do_not_mislead_about_another(tmp_path):
    path = a_file(tmp_path, an_entry("one", answer=['"level": [1, 2], "level"']), an_entry("two"))
    path.write_text(path.read_text().replace('"id": "two"', '"id": "two", "lvl": 3'))

    (fault,) = faults_of(path)

    line = next(i for i, text in enumerate(path.read_text().splitlines(), 1) if '"lvl"' in text)
    assert fault == f"line {line}, 'two' lvl: is unknown: did you mean level?"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"prompt": "short"}, "prompt: is too short: at least 10 characters"),
        ({"prompt": "Why <b>bold</b> here?"}, "prompt: has HTML (<b>): write plain text, code in backticks"),
        ({"prompt": "What is `<script>` for?"}, None),
        ({"prompt": "Is 1 < 2 and 3 > 2 true?"}, None),
        ({"prompt": "What does `g hold here?"}, "prompt: has an odd number of backticks: close the code span"),
        ({"prompt": "What is it? "}, "prompt: begins or ends with a space: remove it"),
        ({"prompt": "Two lines\nin a prompt?"}, "prompt: has a line break or tab: write one string a line or paragraph"),
        ({"prompt": "A bell \x07 in a prompt?"}, "prompt: has a control or invisible character (U+0007): remove it"),
        ({"prompt": "Reversed \u202e by stealth?"}, "prompt: has a control or invisible character (U+202E): remove it"),
        ({"prompt": "Joined\u200bwith nothing?"}, "prompt: has a control or invisible character (U+200B): remove it"),
        ({"prompt": "A soft\u00adened hyphen here?"}, "prompt: has a control or invisible character (U+00AD): remove it"),
        ({"prompt": "An invisible \u2063 comma?"}, "prompt: has a control or invisible character (U+2063): remove it"),
        ({"prompt": "An arabic mark \u061c of order?"}, "prompt: has a control or invisible character (U+061C): remove it"),
        ({"prompt": "A heart ❤\ufe0f and a flag 🏳\ufe0f?"}, None),
        ({"prompt": "Umlauts ä, 日本語 and 🙂 are welcome?"}, None),
        ({"key_points": ["one", "one"]}, "key_points: has the same point twice: make each different"),
        ({"key_points": ["plain", "with `code`"]}, "key_points 2: has backticks: write plain words, people tick or type them"),
        ({"key_points": []}, "key_points: has too few entries: at least 2"),
        ({"key_points": list("abcdefg")}, "key_points: has too many entries: at most 6"),
        ({"key_points": "one"}, "key_points: is 'one': write a list in [ ]"),
        ({"key_points": [1, "b"]}, "key_points 1: is 1: write text in quotes"),
        ({"answer": ["a" * 800, "b" * 800]}, "answer: has 1602 characters: at most 1400"),
        ({"answer": ["a" * 1_400], "example": {"language": "python", "code": ["x" * 79] * 20}, "key_points": [c * 75 for c in "abcdef"]},
         ": answer, example, key points and links have 3504 characters together: at most 3400"),
        ({"answer": [""]}, "answer 1: is too short: at least 1 character"),
        ({"example": "print()"}, "example: is 'print()': write an object in { }"),
        ({"example": {"language": "ruby", "code": ["puts"]}}, "example language: is 'ruby': use 'python', 'dockerfile', 'shell', 'jinja' or 'toml'"),
        ({"example": {"language": "python", "code": ["x" * 80] * 21}}, "example: has 1700 characters with what it prints: at most 1600"),
        ({"example": {"language": "python", "code": ["\tindented"]}}, "example code 1: has a line break or tab: write one string a line or paragraph"),
        ({"docs": ["http://flask.palletsprojects.com/"]}, "docs 1: is not a plain https:// address: write it as a browser shows it"),
        ({"docs": ["https://[::1"]}, "docs 1: is not a plain https:// address: write it as a browser shows it"),
        ({"docs": ["https://x.org/<script>"]}, "docs 1: is not a plain https:// address: write it as a browser shows it"),
        ({"flask": "newest"}, "flask: is not a version range: write it like >=3.0,<3.2"),
        ({"flask": "=3.0"}, "flask: is not a version range: write it like >=3.0,<3.2"),
        ({"flask": "~=3.1.2"}, None),
        ({"topic": "日本"}, "topic: has no letter a to z or digit: people type topics in commands"),
        ({"covers": [True]}, "covers 1: is true: write a whole number"),
        ({"check": {"ask": "Which one?", "choices": ["a", "b", "a"], "right": 0}}, "check choices: has two equal choices: make each different"),
        ({"check": {"ask": "Which one?", "choices": ["a", "b", "c"], "right": 3}}, "check right: is 3: it counts the choices from 0"),
        ({"check": {"ask": "Which one?", "choices": ["a", "b"], "right": 0}}, "check choices: has too few entries: at least 3"),
        ({"levle": "x", "level": None}, "level: is missing: add it"),
    ],
)  # fmt: skip
def test_each_rule_has_its_sentence(tmp_path, changes, fault):
    path = a_file(tmp_path, an_entry("it", **changes))

    if fault is None:
        assert len(load(path)) == 1
    else:
        told = [sentence.partition(", 'it'")[2].lstrip() for sentence in faults_of(path)]
        assert fault in told


def test_no_fault_of_a_question_hides_another(tmp_path):
    path = a_file(
        tmp_path,
        an_entry(
            "it",
            level="expert",
            key_points=["one", "one"],
            answer=["a" * 800, "b" * 800],
            check={"ask": "Why?", "choices": ["a", "b", "a"], "right": 4},
        ),
    )

    assert [fault.partition(", ")[2] for fault in faults_of(path)] == [
        "'it' level: is 'expert': use 'beginner', 'intermediate' or 'advanced'",
        "'it' key_points: has the same point twice: make each different",
        "'it' answer: has 1602 characters: at most 1400",
        "'it' check ask: is too short: at least 5 characters",
        "'it' check choices: has two equal choices: make each different",
        "'it' check right: is 4: it counts the choices from 0",
    ]


def test_the_refusal_itself_says_every_fault(tmp_path):
    path = a_file(tmp_path, an_entry("Bad Id", level="expert"))

    with pytest.raises(InvalidDeckError) as refusal:
        load(path)

    assert str(refusal.value).splitlines() == [f"{path}: 2 faults", *faults_of(path)]


@pytest.mark.parametrize(("right", "faults"), [(3, 1), (4, 2), (-1, 2)])
def test_the_right_choice_is_judged_even_where_the_choices_are_faulty(tmp_path, right, faults):
    check = {"ask": "Which one?", "choices": ["a", "b"], "right": right}

    assert len(faults_of(a_file(tmp_path, an_entry(check=check)))) == faults


def test_a_key_there_twice_is_a_fault_wherever_it_stands(tmp_path):
    text = a_file(tmp_path, an_entry("it")).read_text()
    path = written(tmp_path, text.replace('"level"', '"level": "advanced", "level"'))

    (fault,) = faults_of(path)

    assert fault.endswith("'it' level: is there twice: keep one")


def test_a_thousand_faults_are_listed_and_the_rest_counted(tmp_path):
    path = a_file(tmp_path, *(an_entry(f"q-{i}", level="x") for i in range(1_100)))

    faults = faults_of(path)

    assert len(faults) == 1_001
    assert faults[-1] == "and 100 more: mend these first"


# --- files that are no deck ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "start"),
    [
        (b"", "is empty"),
        (b" \n\t ", "is empty"),
        (b"\xef\xbb\xbf{}", "begins with a byte order mark: save it as UTF-8 without BOM"),
        ("{}".encode("utf-16"), "begins with a UTF-16 byte order mark: save it as UTF-8"),
        ("{}".encode("utf-32"), "begins with a UTF-32 byte order mark: save it as UTF-8"),
        ("{}".encode("utf-16-le"), "holds null characters, as UTF-16 does: save the file as UTF-8"),
        ("{}".encode("utf-32-be"), "holds null characters, as UTF-16 does: save the file as UTF-8"),
        ('{"title":\n"é"}'.encode("latin-1"), "line 2: is not UTF-8 (byte 11)"),
        (b"{", "line 1, column 2: is not JSON: Expecting property name"),
        (b'{"title": "x",\n "questions": [}', "line 2, column 16: is not JSON: Expecting value"),
        (b'{"title": "a\nb"}', "line 1, column 13: is not JSON: Invalid control character"),
        (b"[]", "line 1, the file: is a list: write an object in { }"),
        (b"null", "line 1, the file: is null: write an object in { }"),
        (b"NaN", "line 1, the file: is nan: write an object in { }"),
        (b'"words"', "line 1, the file: is 'words': write an object in { }"),
        (b"[" * 100_000 + b"]" * 100_000, "is nested too deeply"),
        (b"[" * 300 + b"]" * 300, "line 1, the file: is nested too deeply"),
        (b'{"a":' * 400 + b"1" + b"}" * 400, "line 1, the file: is nested too deeply"),
        (b'{"title": 1e999999, "questions": []}', "line 1, title: is inf"),
        (b'{"title": "\\ud800", "questions": []}', "line 1, the file: is not JSON that can be read"),
        (b'{"questions": {}}', "line 1, title: is missing: add it"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_deck_is_refused_with_a_sentence(tmp_path, data, start):
    path = tmp_path / "deck.json"
    path.write_bytes(data)

    assert faults_of(path)[0].startswith(start)


def test_numbers_of_any_size_are_refused_with_a_sentence(tmp_path):
    huge = written(tmp_path, '{"title": ' + "9" * 6_000 + ', "questions": [NaN, -Infinity, 1e400]}')

    assert all(fault.startswith("line 1, ") for fault in faults_of(huge))


def test_megabytes_in_any_string_are_refused_at_once(tmp_path):
    long = "<a" * 500_000
    entry = an_entry("it", prompt=long, topic=long, key_points=[long, "b"], docs=[long], flask=long)
    entry[long] = long

    began = time.process_time()
    faults = faults_of(a_file(tmp_path, entry, title=long))

    assert time.process_time() - began < 5
    assert "title: has 1,000,000 characters: at most 60" in faults[0]
    assert max(map(len, faults)) < 200


def test_a_path_may_be_a_string(tmp_path):
    assert len(load(str(a_file(tmp_path, an_entry())))) == 1
    with pytest.raises(InvalidDeckError, match="No such file"):
        load(str(tmp_path / "none.json"))


def test_a_directory_or_missing_file_is_refused_with_a_sentence(tmp_path):
    (missing,) = faults_of(tmp_path / "none.json")
    (directory,) = faults_of(tmp_path)
    (impossible,) = faults_of(Path("a\0b"))

    assert (
        missing == "cannot be read: No such file or directory: check the path and who may read it"
    )
    assert directory.startswith("cannot be read: Is a directory")
    assert impossible == "cannot be read: it is no path"


def test_a_file_nobody_may_read_is_refused_with_a_sentence(tmp_path, monkeypatch):
    path = a_file(tmp_path, an_entry())
    if os.geteuid():
        path.chmod(0)
    else:  # root may read everything: let the system refuse as it would refuse others

        def refused(*_: Any, **__: Any) -> Any:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refused)

    (fault,) = faults_of(path)

    assert fault.startswith("cannot be read: Permission denied")


def test_a_file_too_large_is_refused_before_it_is_read_as_json(tmp_path):
    path = tmp_path / "deck.json"
    with path.open("wb") as file:
        file.truncate(FILE_MAX + 1)

    assert faults_of(path) == ["is larger than 64 MB: split it"]


def test_too_many_questions_are_refused_by_their_number(tmp_path):
    path = written(tmp_path, {"title": "x", "questions": [1] * (QUESTIONS_MAX + 1)})

    assert faults_of(path) == ["has 20,001 questions: at most 20,000"]


def test_ten_thousand_questions_load_in_a_second_or_two(tmp_path):
    whole = an_entry(
        answer=["word " * 100 + "end", "word " * 80 + "end"],
        example={"language": "python", "code": ["x = 1"] * 45, "prints": ["1"]},
        check={
            "ask": "What does this print?",
            "code": ["x = 1"] * 15,
            "choices": ["a", "b", "c"],
            "right": 1,
        },
    )
    entries = [copy.copy(whole) | {"id": f"q-{i}"} for i in range(10_000)]
    path = a_file(tmp_path, *entries)

    began = time.process_time()
    deck = load(path)

    assert len(deck) == 10_000
    assert time.process_time() - began < 5  # of the processor; 1.4 s where this was measured


def test_the_schema_file_in_the_package_is_the_schema():
    published = Path(__file__).parents[2] / "bot" / "questions" / "schema.json"

    assert json.loads(published.read_text(encoding="utf-8")) == schema()
    assert DeckFile.model_json_schema()["required"] == ["title", "questions"]
