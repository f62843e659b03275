"""``flaskquiz questions``: look at a deck, check it, prove it, take it elsewhere."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.core.models import Level

if TYPE_CHECKING:  # --help imports neither pydantic nor Rich
    from rich.console import Console

    from bot.core.deck import Deck, Question
    from bot.questions.programs import Room
    from bot.questions.proving import Proof

FAULTS = 1
"""Exit status when a deck has faults."""
WRONG_USE = 2
PIPED_WIDTH = 160

questions_app = typer.Typer(
    no_args_is_help=True, help="Look at the deck, check it, prove it, take it elsewhere."
)

Existing = typer.Argument(
    help="A deck file; else QUESTIONS, else the shipped deck.",
    exists=True,
    dir_okay=False,
    show_default=False,
)
DeckArgument = Annotated[Path | None, Existing]
DeckOption = Annotated[
    Path | None,
    typer.Option(
        "--deck",
        help="A deck file; else QUESTIONS, else the shipped deck.",
        exists=True,
        dir_okay=False,
        show_default=False,
    ),
]


@questions_app.command()
def check(path: DeckArgument = None) -> None:
    """Report every fault of a deck, with its line and what to do."""
    from bot.core.wording import counted  # noqa: PLC0415  # not for --help

    deck = _load(path)
    questions, topics = counted(len(deck), "question"), counted(len(deck.topics), "topic")
    _console().print(f"{questions} in {topics}, no fault.", markup=False)


@questions_app.command(name="list")
def list_(
    path: DeckArgument = None,
    level: Annotated[Level | None, typer.Option(help="Only this level.")] = None,
    topic: Annotated[str | None, typer.Option(help="Only this topic, such as json-apis.")] = None,
) -> None:
    """List the questions of a deck."""
    from bot.core.deck import slug  # noqa: PLC0415  # not for --help
    from bot.questions.tables import listing  # noqa: PLC0415  # as above

    deck = _load(path)
    topics = frozenset({slug(topic)} if topic else ())
    if not topics <= deck.topics.keys():
        _wrong_use(f"No topic {topic!r}: use one of {', '.join(deck.topics)}.")
    questions = deck.select(frozenset({level} if level else ()), topics)
    _console().print(listing(questions))


@questions_app.command()
def show(
    question_id: Annotated[str, typer.Argument(metavar="ID", help="Which question.")],
    deck: DeckOption = None,
) -> None:
    """Show one question with its answer."""
    from bot.questions.tables import page  # noqa: PLC0415  # not for --help

    (question,) = _chosen(_load(deck), [question_id])
    _console().print(page(question))


@questions_app.command()
def stats(path: DeckArgument = None) -> None:
    """Count topics against levels."""
    from bot.questions.tables import counts  # noqa: PLC0415  # not for --help

    _console().print(counts(_load(path)))


@questions_app.command()
def schema() -> None:
    """Print the JSON Schema of a deck, for editors."""
    from bot.core.deck import schema as deck_schema  # noqa: PLC0415  # not for --help

    typer.echo(json.dumps(deck_schema(), indent=2))


@questions_app.command()
def verify(
    question_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help="Which questions; else all.", show_default=False),
    ] = None,
    deck: DeckOption = None,
    flask: Annotated[
        Path | None,
        typer.Option(
            help="A directory with another Flask, made by `pip install --no-deps --target`.",
            exists=True,
            file_okay=False,
            show_default=False,
        ),
    ] = None,
    parallel: Annotated[
        int, typer.Option(min=1, max=64, help="How many programs at a time.")
    ] = os.cpu_count() or 1,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds a program may take.")] = 30,
) -> None:
    """
    Run every example and check, and compare what they print with what the deck says.

    This runs the code in the deck: verify only a deck that you trust. Each program gets a process
    of its own, without a network, in a home that is thrown away.
    """
    from bot.questions.programs import Room  # noqa: PLC0415  # not for --help
    from bot.stopping import stop_by_raising  # noqa: PLC0415  # not for --help

    stop_by_raising()  # no program outlives this one
    chosen = _chosen(_load(deck), question_ids or [])
    room = Room(packages=flask, parallel=parallel, timeout=timeout)
    proof = _prove(chosen, room)
    for fault in proof.faults:
        typer.echo(fault)
    typer.echo(_verdict(proof))
    if proof.faults:
        raise typer.Exit(FAULTS)


@questions_app.command()
def export(
    path: DeckArgument = None,
    anki: Annotated[
        Path | None,
        typer.Option(help="Write an Anki package (.apkg); importing it again updates the notes."),
    ] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write a page in Markdown.")] = None,
) -> None:
    """Write a deck for Anki, or as a page to read."""
    if anki is None and markdown is None:
        _wrong_use("Say what to write: --anki FILE.apkg or --markdown FILE.")
    from bot.core.wording import counted  # noqa: PLC0415  # not for --help
    from bot.questions.exporting import to_markdown, write_anki  # noqa: PLC0415  # as above

    deck = _load(path)
    try:
        if anki is not None:
            write_anki(deck, anki)
        if markdown is not None:
            markdown.write_text(to_markdown(deck), encoding="utf-8")
    except OSError as error:
        _wrong_use(f"Cannot write {error.filename or anki or markdown}: {error.strerror}.")
    for written in filter(None, (anki, markdown)):
        typer.echo(f"Wrote {counted(len(deck), 'question')} to {written}.")


def _load(path: Path | None) -> Deck:
    """The deck at *path*, else the configured one; ends the command when it has faults."""
    from bot.core.deck import load  # noqa: PLC0415  # not for --help
    from bot.core.errors import InvalidDeckError  # noqa: PLC0415  # as above

    try:
        return load(path or _configured())
    except InvalidDeckError as error:
        typer.echo(f"{error.summary}:", err=True)
        for fault in error.faults:
            typer.echo(f"  {fault}", err=True)
        raise typer.Exit(FAULTS) from None


def _configured() -> Path:
    from bot.settings import SettingsError, read_settings  # noqa: PLC0415  # not for --help

    try:
        return read_settings().deck_path
    except SettingsError as error:
        _wrong_use(str(error))


def _chosen(deck: Deck, question_ids: list[str]) -> list[Question]:
    """The questions of these ids, all when none is named; ends the command for an unknown id."""
    from difflib import get_close_matches  # noqa: PLC0415  # not for --help

    known = [question.id for question in deck]
    for question_id in question_ids:
        if deck.find(question_id) is None:
            close = get_close_matches(question_id, known, 1)
            hint = f" Did you mean {close[0]}?" if close else " See `flaskquiz questions list`."
            _wrong_use(f"No question {question_id[:60]!r}.{hint}")
    return [deck[question_id] for question_id in question_ids] or list(deck)


def _prove(questions: list[Question], room: Room) -> Proof:
    from rich.progress import Progress  # noqa: PLC0415  # not for --help

    from bot.questions.proving import NoFlaskError, claims_of, prove  # noqa: PLC0415  # as above

    if sys.platform == "win32":
        _wrong_use("verify needs Linux or macOS: it forks the processes that deck programs run in.")
    total = sum(len(list(claims_of(question))) for question in questions)
    with Progress(console=_console(to_stderr=True), transient=True) as progress:
        task = progress.add_task("Running programs", total=total)
        try:
            return prove(questions, room, on_end=lambda: progress.advance(task))
        except NoFlaskError:
            _wrong_use("There is no Flask to prove with: pip install 'flaskquiz[deck]'.")


def _verdict(proof: Proof) -> str:
    """What a run showed, in a few sentences."""
    from bot.core.wording import counted  # noqa: PLC0415  # not for --help

    run, faults = counted(len(proof.outcomes), "program"), len(proof.faults)
    words = [f"Flask {proof.flask}: {run} run, {faults} not as the deck says."]
    if proof.out_of_range:
        words.append(f"Not about this Flask: {', '.join(proof.out_of_range)}.")
    if proof.not_python:
        words.append(f"Not Python, so not run: {', '.join(proof.not_python)}.")
    return "\n".join(words)


def _console(*, to_stderr: bool = False) -> Console:
    """Where tables go: as wide as the terminal, and wide enough when piped."""
    from rich.console import Console  # noqa: PLC0415  # not for --help

    console = Console(stderr=to_stderr, highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PIPED_WIDTH
    return console


def _wrong_use(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(WRONG_USE)
