"""The command line: run the bot, look after its database and its deck."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot import __version__
from bot.questions.cli import questions_app

if TYPE_CHECKING:
    from bot.settings import Settings

WRONG_USE = 2
"""Exit code for a setting, address or file that cannot be used."""

app = typer.Typer(
    name="flaskquiz",
    help=(
        "A bot that asks your team one Flask question a day, in Slack and Discord.\n\n"
        "Without a command it runs. Without any token it shows a page to try it in a browser."
    ),
    epilog="Settings come from the environment or a file .env; the README lists them.",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,  # Rich would take half a second before the help is there
    pretty_exceptions_enable=False,
)
app.add_typer(questions_app, name="questions")


class Part(StrEnum):
    """Which half of the bot a process runs."""

    WEB = "web"
    WORKER = "worker"


class Place(StrEnum):
    """Where a workspace lives."""

    SLACK = "slack"
    DISCORD = "discord"


class Form(StrEnum):
    """How a manifest is written."""

    YAML = "yaml"
    JSON = "json"


Web = Annotated[bool, typer.Option("--web", help="Show the page even beside Slack or Discord.")]
Only = Annotated[
    Part | None,
    typer.Option(help="Run one half: web (page, health, Slack over HTTP) or worker (the rest)."),
]
Host = Annotated[str | None, typer.Option(help="Address to listen on; default HOST or 127.0.0.1.")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Default PORT or 8000.")]


@app.callback(invoke_without_command=True)
def flaskquiz(
    context: typer.Context,
    show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Run when no command is given."""
    if show_version:
        typer.echo(f"flaskquiz {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        run()


@app.command()
def run(web: Web = False, only: Only = None, host: Host = None, port: Port = None) -> None:
    """Run the bot until Ctrl-C or SIGTERM."""
    if web and only is Part.WORKER:
        _stop("A worker shows no page: leave out --web or --only worker.")
    settings = _settings()
    with _told():
        from bot.app import Parts, run_until_stopped  # noqa: PLC0415  # what is needed, when needed

        chosen = {"host": host or None, "port": port}  # an empty one counts as unset, as in .env
        changes = {name: value for name, value in chosen.items() if value is not None}
        parts = Parts.WEB if only is Part.WEB else Parts.WORKER if only else Parts.ALL
        run_until_stopped(settings.model_copy(update=changes), parts, page=web)


@app.command()
def migrate() -> None:
    """Bring the database to this version."""
    with _told():
        from bot.app import migrate_database  # noqa: PLC0415  # as above

        typer.echo(migrate_database(_settings()))


@app.command()
def doctor() -> None:
    """Say what is right, what is not, and what to do."""
    from bot.doctor import examine  # noqa: PLC0415  # as above

    settings = _settings()
    findings = examine(settings)
    for finding in findings:
        typer.echo(str(finding))
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


@app.command()
def manifest(
    platform: Annotated[str, typer.Argument(help="slack")] = "slack",
    url: Annotated[
        str | None,
        typer.Option(help="Your public address, for Slack over HTTP. Without: Socket Mode."),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="yaml or json")] = Form.YAML,
) -> None:
    """Print the manifest from which Slack makes the app."""
    from bot.adapters.slack.manifest import write_manifest  # noqa: PLC0415  # as above

    if platform.casefold() != "slack":
        _stop(f"There is no manifest for {platform}: only slack has one.")
    if url is not None and not re.fullmatch(r"https://[^\s/?#]+[^\s?#]*", url):
        _stop("--url is not an address that Slack takes, such as https://quiz.example.org.")
    typer.echo(write_manifest(url, as_json=form is Form.JSON))


@app.command()
def invite(
    platform: Annotated[str, typer.Argument(help="discord")] = "discord",
    application: Annotated[
        str | None, typer.Option(help="The application id, where DISCORD_TOKEN is not set.")
    ] = None,
) -> None:
    """Print the link that invites the bot to a Discord server."""
    from bot.adapters.discord.invitation import invitation  # noqa: PLC0415  # as above

    if platform.casefold() != "discord":
        _stop(f"There is no invitation for {platform}: only discord has one.")
    settings = _settings()
    token = settings.discord_token.get_secret_value() if settings.discord_token else None
    try:
        typer.echo(invitation(application, token))
    except ValueError as error:
        _stop(str(error))


@app.command()
def forget(
    platform: Annotated[Place, typer.Argument(help="slack or discord")],
    workspace: Annotated[str, typer.Argument(help="Slack's team id (T…) or Discord's server id")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Delete everything kept about one workspace: settings, members, attempts, its token."""
    with _told():
        from bot.app import forget_workspace  # noqa: PLC0415  # as above
        from bot.core.models import Platform  # noqa: PLC0415  # as above

        settings = _settings()
        if not yes:
            typer.confirm(f"Delete everything kept about {platform} {workspace}?", abort=True)
        if not forget_workspace(settings, Platform(platform), workspace):
            _stop(f"Nothing is kept about {platform} {workspace}.")
        typer.echo(f"Everything about {platform} {workspace} is deleted.")


@app.command("token-key")
def token_key() -> None:
    """Print a new key for TOKEN_KEY."""
    from cryptography.fernet import Fernet  # noqa: PLC0415  # as above

    typer.echo(Fernet.generate_key().decode())


def _settings() -> Settings:
    from bot.settings import SettingsError, read_settings  # noqa: PLC0415  # as above

    try:
        return read_settings()
    except SettingsError as error:
        _stop(str(error))


@contextmanager
def _told() -> Iterator[None]:
    """Turn what stops a start into a sentence and exit code 2."""
    from bot.core.errors import InvalidDeckError, StartError, StoreError  # noqa: PLC0415  # as above

    try:
        yield
    except InvalidDeckError as error:
        _stop(f"The deck cannot be used: {error}")
    except (StartError, StoreError) as error:
        _stop(str(error))


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(WRONG_USE)
