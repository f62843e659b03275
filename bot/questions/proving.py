"""
Prove a deck: run its examples and checks, and compare what they print with what it says.

Deck code runs only here, for ``flaskquiz questions verify`` and the tests; never in the bot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import unified_diff

from packaging.specifiers import SpecifierSet

from bot.core.deck import Question
from bot.questions.programs import Result, Room, find_version, run_programs

LAST_WORDS = 3
"""Lines of a program's standard error that are shown."""


class NoFlaskError(Exception):
    """There is no Flask to prove anything with."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A program of the deck, and what it prints if the deck is right."""

    question_id: str
    part: str
    """``example`` or ``check``."""
    code: tuple[str, ...]
    prints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a claim."""

    claim: Claim
    result: Result

    @property
    def holds(self) -> bool:
        """Whether the program ended well and printed exactly what the deck says."""
        return self.result.status == 0 and self.printed == self.claim.prints

    @property
    def printed(self) -> tuple[str, ...]:
        """The lines it printed."""
        text = self.result.printed.rstrip("\n")
        return tuple(text.split("\n")) if text else ()

    def fault(self) -> str:
        """The question, the part, and the difference, for a person."""
        end = "" if self.result.status == 0 else f" ({self._end()})"
        complaints = self.result.complaints.strip().split("\n")[-LAST_WORDS:]
        lines = [
            f"{self.claim.question_id}: {self.claim.part}{end}",
            *unified_diff(self.claim.prints, self.printed, "the deck", "printed", lineterm=""),
            *(complaints if self.result.status else ()),
        ]
        return "\n    ".join(lines)

    def _end(self) -> str:
        status = self.result.status
        if status is None:
            return f"stopped after {self.result.seconds:.0f} s"
        return f"exit status {status}"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a run over questions showed."""

    flask: str
    outcomes: tuple[Outcome, ...]
    out_of_range: tuple[str, ...]
    """Ids of questions that do not speak of this Flask."""
    not_python: tuple[str, ...]
    """Ids of questions whose example is no Python program."""

    @property
    def faults(self) -> list[str]:
        """Every claim that does not hold, in words."""
        return [outcome.fault() for outcome in self.outcomes if not outcome.holds]


def claims_of(question: Question) -> Iterator[Claim]:
    """The programs of *question*; an example that is not Python cannot be run."""
    if question.example.language == "python":
        yield Claim(question.id, "example", question.example.code, question.example.prints)
    if question.check is not None and question.check.code:
        right = question.check.choices[question.check.right]
        yield Claim(question.id, "check", question.check.code, (right,))


def holds_for(question: Question, flask: str) -> bool:
    """Whether *question* speaks of the version *flask*."""
    return SpecifierSet(question.flask).contains(flask, prereleases=True)


def prove(
    questions: Iterable[Question], room: Room, on_end: Callable[[], None] = lambda: None
) -> Proof:
    """
    Run every claim of *questions* that speaks of the Flask in *room*.

    *on_end* is called whenever a program has ended. Raises NoFlaskError without a Flask.
    """
    flask = find_flask(room)
    listed = list(questions)
    spoken_of = [question for question in listed if holds_for(question, flask)]
    claims = [claim for question in spoken_of for claim in claims_of(question)]
    results = run_programs([claim.code for claim in claims], room, on_end)
    return Proof(
        flask=flask,
        outcomes=tuple(map(Outcome, claims, results)),
        out_of_range=tuple(question.id for question in listed if not holds_for(question, flask)),
        not_python=tuple(
            question.id for question in spoken_of if question.example.language != "python"
        ),
    )


def find_flask(room: Room) -> str:
    """The version of Flask that programs in *room* import; raises NoFlaskError."""
    version = find_version("flask", replace(room, warm=False))
    if version is None:
        raise NoFlaskError
    return version
