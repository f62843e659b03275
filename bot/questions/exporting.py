"""A deck for Anki, or as a page of Markdown."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

import genanki

from bot.core.deck import Deck, Question, slug
from bot.core.parts import Code, inline, plain
from bot.core.wording import LEVELS, dots, flask_versions

MODEL_ID = 1_604_221_873
"""Anki knows our kind of note by this number: never change it."""
FIELDS = ("Question", "Code", "About", "Key points", "Answer", "Example", "Prints", "Docs")
FRONT = """\
<p class="about">{{About}}</p>
<p class="question">{{Question}}</p>
{{#Code}}<pre>{{Code}}</pre>{{/Code}}"""
BACK = """\
{{FrontSide}}
<hr id="answer">
{{Key points}}
{{Answer}}
<pre>{{Example}}</pre>
{{#Prints}}<p class="about">It prints</p><pre>{{Prints}}</pre>{{/Prints}}
<p class="about">{{Docs}}</p>"""
CSS = """\
.card { font: 18px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 1rem auto; }
.question { font-size: 1.2em; font-weight: 600; }
.about { font-size: 0.8em; opacity: 0.7; }
pre { font-size: 0.8em; padding: 0.8em; overflow-x: auto; border: 1px solid #8885; }
code { font-size: 0.9em; }"""


def write_anki(deck: Deck, path: Path) -> None:
    """Write *deck* as an Anki package; a later one of the same title updates its notes."""
    model = genanki.Model(
        MODEL_ID,
        "FlaskQuiz",
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": "Recall", "qfmt": FRONT, "afmt": BACK}],
        css=CSS,
    )
    anki_deck = genanki.Deck(_number(deck.title), deck.title)
    for question in deck:
        note = genanki.Note(
            model=model,
            fields=_fields(question),
            guid=genanki.guid_for("flaskquiz", deck.title, question.id),
            tags=[question.level.value, slug(question.topic)],
        )
        anki_deck.add_note(note)
    genanki.Package(anki_deck).write_to_file(str(path))


def _number(title: str) -> int:
    """A deck's number in Anki: the same for the same title, in 31 bits."""
    return int.from_bytes(hashlib.sha256(title.encode()).digest()[:4]) >> 1


def _fields(question: Question) -> list[str]:
    """The FIELDS of *question*, as HTML."""
    points = "".join(f"<li>{escape(point)}</li>" for point in question.key_points)
    docs = (f'<a href="{escape(url)}">{escape(url)}</a>' for url in question.docs)
    return [
        _html(question.prompt),
        escape("\n".join(question.code)),
        escape(about(question)),
        f"<ul>{points}</ul>",
        "".join(f"<p>{_html(paragraph)}</p>" for paragraph in question.answer),
        escape("\n".join(question.example.code)),
        escape("\n".join(question.example.prints)),
        "<br>".join(docs),
    ]


def _html(text: str) -> str:
    return "".join(
        f"<code>{escape(span.text)}</code>" if isinstance(span, Code) else escape(plain((span,)))
        for span in inline(text)
    )


def about(question: Question) -> str:
    """Level, topic and versions in one line."""
    return dots([LEVELS[question.level], question.topic, flask_versions(question.flask)])


def to_markdown(deck: Deck) -> str:
    """*deck* as a page: contents, then each question with its answer, by topic."""
    contents = [f"- [{label}](#{anchor})" for anchor, label in deck.topics.items()]
    parts = [f"# {_escaped(deck.title)}", "\n".join(contents)]
    for label in deck.topics.values():
        parts.append(f"## {_escaped(label)}")
        parts += [_section(question) for question in deck if question.topic == label]
    return "\n\n".join(parts) + "\n"


def _section(question: Question) -> str:
    example = question.example
    parts = [
        f"### {_markdown(question.prompt)}",
        _escaped(about(question)),
        *([_fence(question.code, "python")] if question.code else []),
        "\n".join(f"- {_escaped(point)}" for point in question.key_points),
        *(_markdown(paragraph) for paragraph in question.answer),
        _fence(example.code, example.language),
        *(["It prints", _fence(example.prints, "text")] if example.prints else []),
        *_check(question),
        "\n".join(f"- <{url}>" for url in question.docs),
    ]
    return "\n\n".join(parts)


def _check(question: Question) -> list[str]:
    check = question.check
    if check is None:
        return []
    mark = _code_span if check.code else _markdown
    choices = (
        f"{i + 1}. {mark(choice)}{' (right)' if i == check.right else ''}"
        for i, choice in enumerate(check.choices)
    )
    code = [_fence(check.code, "python")] if check.code else []
    return [f"Check: {_markdown(check.ask)}", *code, "\n".join(choices)]


def _markdown(text: str) -> str:
    return "".join(
        _code_span(span.text) if isinstance(span, Code) else _escaped(plain((span,)))
        for span in inline(text)
    )


def _escaped(text: str) -> str:
    text = re.sub(r"([\\`*_{}\[\]<>#|~]|&(?=#?\w+;))", r"\\\1", text)
    return re.sub(r"^(\d+(?=[.)] )|(?=[-+]+( |$)))", r"\1\\", text)  # no item of a list


def _code_span(text: str) -> str:
    """*text* as code, in more backticks than it holds itself."""
    marks = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{marks}{pad}{text}{pad}{marks}"


def _fence(lines: Iterable[str], language: str) -> str:
    code = "\n".join(lines)
    marks = "`" * max(3, _longest_run(code) + 1)
    return f"{marks}{language}\n{code}\n{marks}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall(r"`+", text)), default=0)
