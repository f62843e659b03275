"""A deck for Anki and as a page: whole, escaped, and the same notes each time."""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from pathlib import Path

import pytest

from bot.core.deck import Deck, load
from bot.questions.exporting import FIELDS, MODEL_ID, to_markdown, write_anki
from bot.settings import shipped_deck
from tests.decks import a_deck, a_question

NASTY = 'Is `<b>` & "*bold*" _x_ [y](z) <3 what `a_b` says?'


@pytest.fixture
def deck() -> Deck:
    check = {"ask": "Which `one`?", "code": ["print(1)"], "choices": ["1", "a`b", "2"], "right": 1}
    first = a_question("first", prompt=NASTY, code=["if 1 < 2:", "    pass  # `why`"], check=check)
    second = a_question(
        "second",
        topic="JSON APIs",
        level="beginner",
        check={"ask": "Who was it?", "choices": ["Ann", "Bob", "Eve_"], "right": 2},
        example={"language": "dockerfile", "code": ["FROM a", "# ``` inside"]},
    )
    return a_deck(first, second, title="A *deck*")


def notes_in(path: Path) -> dict[str, tuple[dict[str, str], str, str]]:
    """Fields, tags and guid of every note, by the question's text."""
    with zipfile.ZipFile(path) as package:
        (path.parent / "collection").write_bytes(package.read("collection.anki2"))
    connection = sqlite3.connect(path.parent / "collection")
    rows = connection.execute("SELECT flds, tags, guid, mid FROM notes").fetchall()
    connection.close()
    assert {row[3] for row in rows} == {MODEL_ID}
    notes = [
        (dict(zip(FIELDS, f.split("\x1f"), strict=True)), tags.strip(), guid)
        for f, tags, guid, _ in rows
    ]
    return {note[0]["Question"]: note for note in notes}


def collection_of(path: Path, column: str) -> dict[str, dict[str, object]]:
    connection = sqlite3.connect(path.parent / "collection")
    (text,) = connection.execute(f"SELECT {column} FROM col").fetchone()
    connection.close()
    return json.loads(text)


# --- Anki ------------------------------------------------------------------------------------


def test_a_package_holds_a_note_for_each_question_with_its_tags(deck, tmp_path):
    write_anki(deck, tmp_path / "deck.apkg")

    notes = notes_in(tmp_path / "deck.apkg")

    assert len(notes) == 2
    fields, tags, _ = notes["What does <code>g</code> hold in the case of second?"]
    assert set(tags.split()) == {"beginner", "json-apis"}
    assert fields["About"] == "Beginner · JSON APIs · Flask 3.0 to 3.1"
    assert fields["Key points"].count("<li>") == 2
    assert fields["Prints"] == ""
    assert 'href="https://flask.palletsprojects.com/en/stable/appcontext/"' in fields["Docs"]


def test_what_a_note_says_is_escaped(deck, tmp_path):
    write_anki(deck, tmp_path / "deck.apkg")

    fields = next(f for f, _, _ in notes_in(tmp_path / "deck.apkg").values() if f["Code"])

    assert fields["Question"].startswith("Is <code>&lt;b&gt;</code> &amp; &quot;*bold*&quot;")
    assert fields["Code"] == "if 1 &lt; 2:\n    pass  # `why`"
    markup = set(re.findall(r"<(/?\w+)", "".join(fields.values())))
    assert markup <= {"code", "/code", "p", "/p", "ul", "/ul", "li", "/li", "a", "/a", "br"}


def test_a_later_export_updates_the_notes_of_an_earlier_one(deck, tmp_path):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    write_anki(deck, tmp_path / "old" / "deck.apkg")
    mended = a_deck(
        a_question("first", prompt="Is it mended by now?"), *list(deck)[1:], title=deck.title
    )
    write_anki(mended, tmp_path / "new" / "deck.apkg")

    old, new = (notes_in(tmp_path / name / "deck.apkg") for name in ("old", "new"))

    assert {guid for _, _, guid in old.values()} == {guid for _, _, guid in new.values()}
    decks = [set(collection_of(tmp_path / name / "deck.apkg", "decks")) for name in ("old", "new")]
    assert decks[0] == decks[1]


def test_two_decks_with_the_same_question_ids_stay_apart(deck, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_anki(a_deck(*deck, title=name), tmp_path / name / "deck.apkg")

    one, two = (notes_in(tmp_path / name / "deck.apkg") for name in ("one", "two"))

    assert not {guid for _, _, guid in one.values()} & {guid for _, _, guid in two.values()}


# --- Markdown --------------------------------------------------------------------------------


def test_a_page_has_contents_and_a_heading_for_each_question(deck):
    page = to_markdown(deck)

    assert page.startswith("# A \\*deck\\*\n")
    assert "- [JSON APIs](#json-apis)" in page
    assert [line for line in page.splitlines() if line.startswith("## ")] == [
        "## Contexts",
        "## JSON APIs",
    ]
    assert page.count("\n### ") == 2
    assert page.endswith("\n") and not page.endswith("\n\n")


def test_prose_is_escaped_and_code_is_not(deck):
    page = to_markdown(deck)

    assert '### Is `<b>` & "\\*bold\\*" \\_x\\_ \\[y\\](z) \\<3 what `a_b` says?' in page
    assert "```python\nif 1 < 2:\n    pass  # `why`\n```" in page


@pytest.mark.parametrize(
    ("paragraph", "written"),
    [
        (
            "Jinja writes < as &lt; and & as &#38;.",
            "Jinja writes \\< as \\&lt; and & as \\&\\#38;.",
        ),
        ("1. It comes first.", "1\\. It comes first."),
        ("- 1 is not a status.", "\\- 1 is not a status."),
        ("3.1 and -x stay as they are.", "3.1 and -x stay as they are."),
    ],
)
def test_a_paragraph_reads_as_it_was_written(paragraph, written):
    page = to_markdown(a_deck(a_question(answer=[paragraph])))

    assert written in page.splitlines()


def test_a_fence_is_longer_than_any_in_the_code(deck):
    page = to_markdown(deck)

    assert "````dockerfile\nFROM a\n# ``` inside\n````" in page


def test_choices_show_which_is_right_as_code_or_as_words(deck):
    page = to_markdown(deck)

    assert "1. `1`\n2. ``a`b`` (right)\n3. `2`" in page
    assert "1. Ann\n2. Bob\n3. Eve\\_ (right)" in page


def test_the_shipped_deck_goes_through_whole(tmp_path):
    deck = load(shipped_deck())

    write_anki(deck, tmp_path / "deck.apkg")
    page = to_markdown(deck)

    assert len(notes_in(tmp_path / "deck.apkg")) == len(deck)
    assert page.count("\n### ") == len(deck)
    assert all("\n".join(question.example.code) in page for question in deck)
    assert all(url in page for question in deck for url in question.docs)
