"""A deck on a terminal: its questions in a list, one question, and how many of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from bot.core.deck import Deck, Question
from bot.core.models import Level
from bot.core.parts import inline, plain
from bot.core.wording import LEVELS, dots, flask_versions

CODE_STYLE = "bold cyan"


def listing(questions: Iterable[Question]) -> Table:
    """One line a question."""
    table = _table("Id", "Level", "Topic", "Question")
    table.columns[0].no_wrap = True
    for question in questions:
        table.add_row(
            Text(question.id), question.level, Text(question.topic), _prose(question.prompt)
        )
    return table


def counts(deck: Deck) -> Table:
    """Topics against levels, with sums."""
    table = _table("Topic", *LEVELS.values(), "All", "With a check")
    for column in table.columns[1:]:
        column.justify = "right"
    for topic in deck.topics.values():
        table.add_row(Text(topic), *_numbers(q for q in deck if q.topic == topic))
    table.add_section()
    table.add_row("All", *_numbers(deck), style="bold")
    return table


def _numbers(questions: Iterable[Question]) -> list[str]:
    listed = list(questions)
    by_level = Counter(question.level for question in listed)
    checks = sum(question.check is not None for question in listed)
    return [*(str(by_level[level]) for level in Level), str(len(listed)), str(checks)]


def page(question: Question) -> RenderableType:
    """One question as somebody who knows the answer reads it."""
    about = dots([LEVELS[question.level], question.topic, flask_versions(question.flask)])
    parts: list[RenderableType] = [
        Text(f"{question.id} ({about})", style="dim"),
        Text.assemble(_prose(question.prompt), style="bold"),
    ]
    if question.code:
        parts.append(_code(question.code))
    parts += [Text(), *(Text(f"- {point}") for point in question.key_points)]
    for paragraph in question.answer:
        parts += [Text(), _prose(paragraph)]
    parts += [Text(), _code(question.example.code, question.example.language)]
    if question.example.prints:
        parts += [Text("It prints"), _code(question.example.prints, "text")]
    if question.check is not None:
        parts += _check(question)
    parts += [Text(), *(Text(url, style="dim") for url in question.docs)]
    return Group(*parts)


def _check(question: Question) -> list[RenderableType]:
    check = question.check
    assert check is not None  # asked by the caller
    code = [_code(check.code)] if check.code else []
    choices = [
        Text(f"{'>' if i == check.right else ' '} {choice}")
        for i, choice in enumerate(check.choices)
    ]
    return [Text(), _prose(check.ask), *code, *choices]


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column)
    return table


def _prose(text: str) -> Text:
    spans = (
        part if isinstance(part, str) else (plain((part,)), CODE_STYLE) for part in inline(text)
    )
    return Text.assemble(*spans)


def _code(lines: Iterable[str], language: str = "python") -> RenderableType:
    code = Syntax("\n".join(lines), language, theme="ansi_dark", background_color="default")
    return Padding(code, (0, 0, 0, 4))
