"""Whatever a deck file holds, loading it gives a deck or sentences, never anything else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.deck import load
from bot.core.deck_faults import Fault, place, told
from bot.core.errors import InvalidDeckError
from bot.core.json_places import doubled_keys, find_lines
from tests.decks import a_question

GOOD = a_question("good-one").model_dump(mode="json", exclude_none=True) | {
    "check": {"ask": "Which one?", "code": ["print(1)"], "choices": ["1", "2", "3"], "right": 0}
}
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["", "`", "<b>", "\x00", "\u202e", "a" * 5_000, 10**400, -1])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=20,
)
settings.register_profile("deck", deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(settings.get_profile("deck"), max_examples=300)


def loads_or_says_why(path: Path) -> None:
    """The whole promise: a deck, or an InvalidDeckError whose sentences can be printed."""
    faults = ["none"]
    try:
        load(path)
    except InvalidDeckError as error:
        faults = error.faults
    assert faults
    assert all(fault.isprintable() and fault.encode("utf-8") for fault in faults)


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("deck") / "deck.json"


@MANY
@given(data=st.binary(max_size=200))
def test_any_bytes(path, data):
    path.write_bytes(data)

    loads_or_says_why(path)


@MANY
@given(value=ANYTHING)
def test_any_json(path, value):
    path.write_text(json.dumps(value), encoding="utf-8")

    loads_or_says_why(path)


@MANY
@given(questions=ANYTHING, title=ANYTHING)
def test_any_json_in_the_place_of_the_questions(path, questions, title):
    path.write_text(json.dumps({"title": title, "questions": questions}), encoding="utf-8")

    loads_or_says_why(path)


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every way into *value*."""
    found = [path]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places_in(inner, (*path, key))
    if isinstance(value, list):
        for i, inner in enumerate(value):
            found += places_in(inner, (*path, i))
    return found


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copied = value.copy()
    copied[path[0]] = changed(value[path[0]], path[1:], new)
    return copied


@MANY
@given(data=st.data())
def test_a_valid_deck_with_anything_anywhere(path, data):
    deck: Any = {"title": "A deck", "questions": [GOOD, GOOD | {"id": "another-one"}]}
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.sampled_from(places_in(deck)))
        deck = changed(deck, where, data.draw(ANYTHING))
    path.write_text(json.dumps(deck, indent=1), encoding="utf-8")

    loads_or_says_why(path)


@MANY
@given(data=st.data())
def test_the_text_of_a_valid_deck_with_a_piece_cut_out_or_doubled(path, data):
    text = json.dumps({"title": "A deck", "questions": [GOOD]}, indent=1)
    start = data.draw(st.integers(0, len(text)))
    piece = text[start : start + data.draw(st.integers(0, 60))]
    times = data.draw(st.sampled_from([0, 2]))
    path.write_text(text[:start] + piece * times + text[start + len(piece) :], encoding="utf-8")

    loads_or_says_why(path)


@MANY
@given(value=ANYTHING)
def test_every_place_of_a_text_is_found_on_its_line(value):
    text = json.dumps({"": value}, indent=1)

    lines = find_lines(text, [("", *where) for where in places_in(value)])

    count = text.count("\n") + 1
    assert all(1 <= line <= count for line in lines.values())
    assert lines[()] == 1
    assert lines[("",)] == 2
    assert not doubled_keys(text)


def test_a_place_that_is_missing_has_the_line_of_what_should_hold_it():
    text = '{\n "a": {\n  "b": [\n   1,\n   {"c": 2}\n  ]\n }\n}'

    lines = find_lines(text, [("a", "b", 1, "c"), ("a", "b", 1, "d"), ("a", "x", 3), ("z",)])

    assert lines[("a", "b", 1, "c")] == 5
    assert lines[("a", "b", 1, "d")] == 5
    assert lines[("a", "x", 3)] == 2
    assert lines[("z",)] == 1


def test_a_doubled_key_is_told_apart_from_the_same_key_elsewhere():
    text = r'{"a": [{"b": 1}, {"b": 2, "\u0062": {"a": "b"}}], "c": "\"a\": {"}'

    assert doubled_keys(text) == [("a", 1, "b")]


def test_strange_keys_are_quoted_and_cut():
    strange = "x" * 100 + "\u202e"

    assert place(("questions", 0, strange, 2), [{"id": "it"}]) == f"'it' '{'x' * 40}' 3"
    assert place(("questions", 4), []) == "question 5"
    assert place((), []) == "the file"


def test_a_fault_told_twice_is_shown_once():
    fault = Fault(("title",), "is wrong: mend it")

    assert told([fault, fault], '{"title": 1}', []) == ["line 1, title: is wrong: mend it"]
