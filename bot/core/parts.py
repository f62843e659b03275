"""What a card or form is made of, before any platform's markup.

Text is a tuple of spans. A ``str`` span is plain text: an adapter escapes it, whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.core.errors import StaleKeyError
from bot.core.models import Level

# --- text ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Code:
    """A few words of code inside a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """A few words that stand out."""

    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A member, by the platform's id; the one span that may ping."""

    member: str
    name: str


@dataclass(frozen=True, slots=True)
class Link:
    """A few words that lead to an address the deck names."""

    text: str
    url: str


Span = str | Code | Strong | Mention | Link
Text = tuple[Span, ...]

_CODE = re.compile(r"`([^`\n]+)`")


def inline(text: str) -> Text:
    """Read deck text, in which backticks mark code, into spans."""
    pieces = _CODE.split(text)
    return tuple(Code(piece) if i % 2 else piece for i, piece in enumerate(pieces) if piece)


def plain(text: Text) -> str:
    """*text* without any emphasis, for notifications, labels and alt texts."""
    return "".join(
        span if isinstance(span, str) else span.name if isinstance(span, Mention) else span.text
        for span in text
    )


# --- what a button does ----------------------------------------------------------------------


class Verb(StrEnum):
    """What pressing a button or submitting a form asks of the quiz."""

    ANSWER = "answer"
    REVEAL = "reveal"
    TICK = "tick"
    GRADE = "grade"
    REGRADE = "regrade"
    START = "start"
    PRACTICE = "practice"
    LEADERBOARD = "board"
    SHARE = "share"
    ME = "me"
    TEAM = "team"
    SETTINGS = "settings"
    SAVE_SETTINGS = "save"
    PAUSE = "pause"
    RESUME = "resume"
    NOW = "now"
    DOCTOR = "doctor"
    HIDE = "hide"
    SHOW = "show"
    EXPORT = "export"
    FORGET = "forget"
    FORGET_CONFIRMED = "forget-yes"
    HELP = "help"


FOR_ADMINS = frozenset(
    {Verb.SETTINGS, Verb.SAVE_SETTINGS, Verb.PAUSE, Verb.RESUME, Verb.NOW, Verb.DOCTOR}
)
"""Only for these does the quiz ask who is an admin: a face need not find it out for others."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a button or form does: the key it carries works in any process, after any restart."""

    verb: Verb
    value: str = ""
    """An attempt key, a period, a topic or a grade: at most 60 characters, no colon."""

    def __str__(self) -> str:
        return f"fq:1:{self.verb}:{self.value}"

    @classmethod
    def parse(cls, text: str) -> Action:
        """Read an action back; raises StaleKeyError for one this version did not write."""
        parts = text.split(":", 3)
        if len(parts) != 4 or parts[:2] != ["fq", "1"] or len(text) > 100:
            raise StaleKeyError(text)
        try:
            return cls(Verb(parts[2]), parts[3])
        except ValueError:
            raise StaleKeyError(text) from None


# --- blocks ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """The one bold line of a card, or of a part of it."""

    text: Text


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Ordinary text."""

    text: Text


@dataclass(frozen=True, slots=True)
class Quiet:
    """Small print."""

    text: Text


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines of code, or of what code prints."""

    code: str
    language: str = "python"


@dataclass(frozen=True, slots=True)
class Quote:
    """A member's own words."""

    text: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """A numbered list."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with what they stand for, one pair a line."""

    pairs: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Short cells in columns: a leaderboard. Right-aligned columns are named by index."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    own: int | None = None
    """The row that is the reader's own."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG, with words that say the same."""

    name: str
    alt: str
    data: bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file for the reader alone."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Divider:
    """A line between two parts."""


class Style(StrEnum):
    """How much a button matters."""

    PRIMARY = "primary"
    PLAIN = "plain"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """A button; its label is at most 40 characters."""

    label: str
    action: Action
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of at most five buttons."""

    buttons: tuple[Button, ...]


Block = (
    Heading
    | Paragraph
    | Quiet
    | CodeBlock
    | Quote
    | Numbered
    | Facts
    | Table
    | Picture
    | File
    | Divider
    | Buttons
)


@dataclass(frozen=True, slots=True)
class Card:
    """A message."""

    summary: str
    """One line for notifications and screen readers; never holds an answer."""
    blocks: tuple[Block, ...]
    level: Level | None = None
    """The accent, where the card is about a question."""

    def __iter__(self) -> Iterator[Block]:
        return iter(self.blocks)


# --- inputs ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: a value for us, a label of at most 75 characters for people."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Words:
    """A box to type in; its value is a ``str``."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    placeholder: str = ""
    lines: int = 1
    max_length: int = 2_000
    required: bool = False
    suggestions: tuple[str, ...] = ()
    """What completion may offer; the member is free to type something else."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few options (at most 10); its value is a ``str``, empty when none was chosen."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: str = ""
    hint: str = ""
    required: bool = False
    none: str = ""
    """What choosing nothing means, for faces where a choice cannot be taken back."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Any of a few options (at most 10); its value is a tuple of ``str``."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: frozenset[str] = frozenset()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Picks:
    """Any of many options (at most 100); its value is a tuple of ``str``; none means all."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: frozenset[str] = frozenset()
    hint: str = ""


Input = Words | Choice | Ticks | Picks
Values = dict[str, str | tuple[str, ...]]
"""What a submitted form brings, by input name; an input left out counts as empty."""


@dataclass(frozen=True, slots=True)
class Form:
    """A dialogue: blocks to read, inputs to fill, one button to submit."""

    title: str
    """At most 24 characters."""
    blocks: tuple[Block, ...]
    inputs: tuple[Input, ...]
    submit: str
    """The label of the submit button, at most 24 characters."""
    action: Action
    level: Level | None = None
