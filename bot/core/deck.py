"""questions.json to a Deck: one schema, and every fault of a deck reported at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from bot.core.deck_clashes import clashes, questions_in
from bot.core.deck_faults import Fault, fault_of, told
from bot.core.deck_rules import (
    EXAMPLE_MAX,
    ID,
    QUESTIONS_MAX,
    REVEAL_MAX,
    STARTING_TOPICS,
    VERSIONS,
    Answer,
    Ask,
    Choices,
    Code,
    KeyPoints,
    Prints,
    Prompt,
    Right,
    Title,
    Topic,
    Url,
    slug,
)
from bot.core.deck_text import parse_deck, read_deck
from bot.core.errors import InvalidDeckError
from bot.core.json_places import doubled_keys
from bot.core.models import Level

__all__ = ["Check", "Deck", "DeckFile", "Example", "Question", "load", "schema", "slug"]


SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Example(_Strict):
    """The shortest complete program that proves the answer, and what it prints."""

    language: Literal["python", "dockerfile", "shell", "jinja", "toml"]
    code: Annotated[Code, Field(min_length=1, max_length=60)]
    prints: Annotated[Prints, Field(max_length=20)] = ()

    @property
    def size(self) -> int:
        """Characters of the code and of what it prints."""
        return len("\n".join([*self.code, *self.prints]))

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.size > EXAMPLE_MAX:
            problem = f"has {self.size} characters with what it prints"
            raise ValueError(f"{problem}: at most {EXAMPLE_MAX}")
        return self


class Check(_Strict):
    """Another case of the same point, with choices of which exactly one is right."""

    ask: Ask
    code: Annotated[Code, Field(max_length=30)] = ()
    choices: Choices
    right: Right


class Question(_Strict):
    """One question of the deck."""

    id: Annotated[str, StringConstraints(pattern=ID, max_length=40)]
    level: Level
    topic: Topic
    prompt: Prompt
    code: Annotated[
        Code, Field(max_length=15, description="Lines of Python shown under the prompt")
    ] = ()
    key_points: KeyPoints
    answer: Answer
    example: Example
    docs: Annotated[tuple[Url, ...], Field(min_length=1, max_length=3)]
    flask: Annotated[
        str,
        StringConstraints(pattern=VERSIONS, max_length=60),
        Field(description="The versions of Flask it holds for, such as >=3.0,<3.2"),
    ]
    covers: Annotated[
        tuple[Annotated[int, Field(ge=1, le=STARTING_TOPICS)], ...],
        Field(description="Numbers of the 29 starting topics"),
    ] = ()
    check: Check | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        size = len("\n\n".join(self.answer)) + self.example.size
        size += sum(map(len, (*self.key_points, *self.docs)))
        if size > REVEAL_MAX:
            parts = "answer, example, key points and links have"
            raise ValueError(f"{parts} {size} characters together: at most {REVEAL_MAX}")
        return self


class DeckFile(_Strict):
    """A deck as it is written: a title and its questions."""

    schema_: Annotated[
        str | None,
        StringConstraints(max_length=300),
        Field(alias="$schema", description="Where an editor finds this schema; not read here"),
    ] = None
    title: Title
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=QUESTIONS_MAX)]


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


def load(path: Path | str) -> Deck:
    """
    Read the deck at *path*.

    Raises InvalidDeckError with every fault: line, question id and what to do.
    """
    path = Path(path)
    text = read_deck(path)
    raw, has_doubled_keys = parse_deck(text, path)
    questions = questions_in(raw)
    if len(questions) > QUESTIONS_MAX:
        problem = f"has {len(questions):,} questions: at most {QUESTIONS_MAX:,}"
        raise InvalidDeckError(str(path), [problem])
    faults = list(clashes(questions))
    if has_doubled_keys:
        faults += [Fault(key, "is there twice: keep one") for key in doubled_keys(text)]
    try:
        deck = DeckFile.model_validate_json(text)
    except ValidationError as error:
        faults += _misfits(error.errors(include_url=False))
    if faults:
        raise InvalidDeckError(str(path), told(faults, text, questions))
    return Deck(deck.title, deck.questions)


def schema() -> dict[str, Any]:
    """The JSON Schema of a deck file, for editors."""
    return {"$schema": SCHEMA_DIALECT, **DeckFile.model_json_schema()}


def _misfits(errors: Sequence[ErrorDetails]) -> Iterator[Fault]:
    """What the schema does not allow."""
    models = (DeckFile, Question, Example, Check)
    fields = [name for model in models for name in model.model_fields if name != "schema_"]
    faulty = {error["loc"][:length] for error in errors for length in range(len(error["loc"]))}
    for error in errors:
        # pydantic counts only the entries that are right.
        if error["type"] != "too_short" or error["loc"] not in faulty:
            yield fault_of(error, fields)
