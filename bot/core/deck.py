"""questions.json to a Deck: one schema, and every fault of a deck reported at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from bot.core.deck_faults import Faults
from bot.core.errors import InvalidDeckError
from bot.core.models import Level

EXAMPLE_MAX = 1_600
"""Characters of an example with what it prints; a Discord message holds 4,000 in all."""
ANSWER_MAX = 1_400
STARTING_TOPICS = 29
FILE_MAX = 64 * 2**20
"""Bytes of a deck file; 10,000 questions take about 20 MB."""

_TAG = re.compile(
    r"</?(?:a|b|i|u|s|p|br|hr|div|span|img|script|style|iframe|object|embed|svg|h[1-6]|ul|ol|li"
    r"|table|t[rdh]|pre|code|em|strong|font|input|form|button|link|meta|video|audio)\b[^>]*>",
    re.IGNORECASE,
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\uffff]"
)


def slug(text: str) -> str:
    """*text* as people type it in a command: lower case, words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def _clean(text: str) -> str:
    if found := _CONTROL.search(text):
        raise ValueError(f"has a control or invisible character (U+{ord(found[0]):04X}): remove it")
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise ValueError("has a line break or tab: write one string a line or paragraph")
    return _clean(text)


def _prose(text: str) -> str:
    text = _one_line(text)
    if text != text.strip():
        raise ValueError("begins or ends with a space: remove it")
    if text.count("`") % 2:
        raise ValueError("has an odd number of backticks: close the code span")
    if found := _TAG.search(re.sub(r"`[^`]*`", "", text)):
        raise ValueError(f"has HTML ({found[0][:20]}): write plain text, code in backticks")
    return text


def _plain(text: str) -> str:
    if "`" in text:
        raise ValueError("has backticks: write plain words, people tick or type them")
    return _prose(text)


def _link(url: str) -> str:
    parts = urlsplit(_one_line(url))
    if parts.scheme != "https" or not parts.hostname or re.search(r"[\s<>|\"'`()]", url):
        raise ValueError("is not a plain https:// address")
    return url


Prose = Annotated[str, AfterValidator(_prose)]
Code = tuple[Annotated[str, StringConstraints(max_length=88), AfterValidator(_one_line)], ...]
Prints = tuple[Annotated[str, StringConstraints(max_length=110), AfterValidator(_one_line)], ...]
Url = Annotated[str, StringConstraints(max_length=300), AfterValidator(_link)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=75), AfterValidator(_plain)]
Choice = Annotated[str, StringConstraints(min_length=1, max_length=75), AfterValidator(_one_line)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Example(_Strict):
    """The shortest complete program that proves the answer, and what it prints."""

    language: Literal["python", "dockerfile", "shell", "jinja", "toml"]
    code: Annotated[Code, Field(min_length=1, max_length=60)]
    prints: Annotated[Prints, Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        size = len("\n".join([*self.code, *self.prints]))
        if size > EXAMPLE_MAX:
            raise ValueError(f"has {size} characters with what it prints: at most {EXAMPLE_MAX}")
        return self


class Check(_Strict):
    """Another case of the same point, with choices of which exactly one is right."""

    ask: Annotated[Prose, StringConstraints(min_length=5, max_length=250)]
    code: Annotated[Code, Field(max_length=30)] = ()
    choices: Annotated[tuple[Choice, ...], Field(min_length=3, max_length=4)]
    right: int = Field(description="The index of the right choice, from 0")

    @model_validator(mode="after")
    def _has_one_right_choice(self) -> Self:
        if len(set(self.choices)) != len(self.choices):
            raise ValueError("has two equal choices: make each different")
        if not 0 <= self.right < len(self.choices):
            raise ValueError(f"right is {self.right}: it counts the choices from 0")
        return self


class Question(_Strict):
    """One question of the deck."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
    level: Level
    topic: Annotated[Label, StringConstraints(min_length=2, max_length=24)]
    prompt: Annotated[Prose, StringConstraints(min_length=10, max_length=250)]
    code: Annotated[
        Code, Field(max_length=15, description="Lines of Python shown under the prompt")
    ] = ()
    key_points: Annotated[tuple[Label, ...], Field(min_length=2, max_length=6)]
    answer: Annotated[
        tuple[Annotated[Prose, StringConstraints(min_length=1, max_length=ANSWER_MAX)], ...],
        Field(min_length=1, max_length=6, description="One string a paragraph"),
    ]
    example: Example
    docs: Annotated[tuple[Url, ...], Field(min_length=1, max_length=3)]
    flask: Annotated[
        str,
        StringConstraints(pattern=r"^[<>=!~]=?[\d.]+(,[<>=!~]=?[\d.]+)*$", max_length=60),
        Field(description="The versions of Flask it holds for, such as >=3.0,<3.2"),
    ]
    covers: Annotated[
        tuple[Annotated[int, Field(ge=1, le=STARTING_TOPICS)], ...],
        Field(description="Numbers of the 29 starting topics"),
    ] = ()
    check: Check | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (size := len("\n\n".join(self.answer))) > ANSWER_MAX:
            raise ValueError(f"answer has {size} characters: at most {ANSWER_MAX}")
        if len(set(self.key_points)) != len(self.key_points):
            raise ValueError("key_points has the same point twice: make each different")
        return self


class DeckFile(_Strict):
    """A deck as it is written: a title and its questions."""

    schema_: Annotated[
        str | None,
        StringConstraints(max_length=300),
        Field(alias="$schema", description="Where an editor finds this schema; not read here"),
    ] = None
    title: Annotated[Label, StringConstraints(max_length=60)]
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]


class Deck:
    """The validated questions of one file, in its order."""

    def __init__(self, title: str, questions: Sequence[Question]) -> None:
        self.title = title
        self.questions = tuple(questions)
        self._by_id = {question.id: question for question in self.questions}

    def __len__(self) -> int:
        return len(self.questions)

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def __getitem__(self, question_id: str) -> Question:
        return self._by_id[question_id]

    def find(self, question_id: str) -> Question | None:
        """The question, or None when this deck does not hold it (any more)."""
        return self._by_id.get(question_id)

    @cached_property
    def topics(self) -> dict[str, str]:
        """Slug to label of every topic, in the deck's order."""
        return {slug(question.topic): question.topic for question in self.questions}

    def select(self, levels: frozenset[Level], topics: frozenset[str]) -> tuple[Question, ...]:
        """The questions of *levels* and of *topics* (slugs); no levels or no topics mean all."""
        return tuple(
            question
            for question in self.questions
            if (not levels or question.level in levels)
            and (not topics or slug(question.topic) in topics)
        )


def load(path: Path) -> Deck:
    """
    Read the deck at *path*.

    Raises InvalidDeckError with every fault: line, question id and what to do.
    """
    text = _read(path)
    try:
        deck = DeckFile.model_validate_json(text)
    except ValidationError as error:
        raise InvalidDeckError(str(path), Faults(text).of(error.errors(), DeckFile)) from None
    if faults := _clashes(Faults(text), deck):
        raise InvalidDeckError(str(path), faults)
    return Deck(deck.title, deck.questions)


def schema() -> dict[str, Any]:
    """The JSON Schema of a deck file, for editors."""
    return DeckFile.model_json_schema()


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > FILE_MAX:
            raise InvalidDeckError(str(path), [f"is larger than {FILE_MAX // 2**20} MB: split it"])
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        fault = f"byte {error.start}: is not UTF-8: save the file as UTF-8"
        raise InvalidDeckError(str(path), [fault]) from None
    except OSError as error:
        raise InvalidDeckError(str(path), [f"cannot be read: {error.strerror}"]) from None


def _clashes(faults: Faults, deck: DeckFile) -> list[str]:
    """What no single question can show: ids used twice, a topic spelled in two ways."""
    uses = Counter(question.id for question in deck.questions)
    labels: dict[str, str] = {}
    found = []
    for i, question in enumerate(deck.questions):
        label = labels.setdefault(slug(question.topic), question.topic)
        if uses[question.id] > 1:
            found.append(f"{faults.place(('questions', i, 'id'))}: is used twice: rename one")
        if not slug(question.topic):
            found.append(
                f"{faults.place(('questions', i, 'topic'))}: has no letter a to z: add one"
            )
        elif label != question.topic:
            place = faults.place(("questions", i, "topic"))
            found.append(f"{place}: is {question.topic!r} here, {label!r} elsewhere: use one")
    return found
