"""What the doctor finds, and whether what it says to do can be typed and opened."""

import asyncio
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine

from bot.doctor import CHANNELS_MAX, examine
from bot.settings import Settings, read_settings
from bot.store.database import Database
from bot.store.migrate import config, migrate
from bot.store.store import Store
from tests.builders import a_caller, a_channel
from tests.processes import BOUND, finished


def findings(tmp_path: Path, **environment: str) -> list[str]:
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/quiz.db"}
    settings: Settings = read_settings(database | environment)
    return [str(finding) for finding in examine(settings)]


def test_a_place_where_no_database_can_be_made_is_wrong(tmp_path):
    found = findings(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/nowhere/quiz.db")

    sentence = f"The database {tmp_path}/nowhere/quiz.db cannot be opened or made there."
    assert f"WRONG  Database: {sentence}" in found


def test_a_file_that_may_only_be_read_is_wrong(tmp_path):
    path = tmp_path / "quiz.db"
    migrate(f"sqlite:///{path}")
    path.chmod(0o400)

    done = finished(tmp_path, "doctor", by=BOUND, DATABASE_URL=f"sqlite:///{path}")

    assert (done.returncode, done.stderr) == (1, "")
    assert f"WRONG  Database: The database {path} is read-only" in done.stdout


def test_a_directory_that_may_not_be_entered_is_wrong(tmp_path):
    path = tmp_path / "closed" / "quiz.db"
    path.parent.mkdir(mode=0)

    done = finished(tmp_path, "doctor", by=BOUND, DATABASE_URL=f"sqlite:///{path}")

    assert (done.returncode, done.stderr) == (1, "")
    assert f"WRONG  Database: The database {path} cannot be opened" in done.stdout


@pytest.mark.parametrize("closed", [".env", "."])
def test_settings_that_may_not_be_read_are_refused_in_a_sentence(tmp_path, closed):
    (tmp_path / ".env").write_text("PORT=8111\n")
    closing = ("sh", "-c", 'chmod 0 "$0" && exec "$@"', closed, *BOUND)  # once it is there

    done = finished(tmp_path, "doctor", by=closing)

    refusal = ".env cannot be read (Permission denied): let this user read it, or start elsewhere."
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{refusal}\n")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("quiz.example", "http://quiz.example:8000"),
    ],
)
def test_the_page_is_where_a_browser_finds_it(tmp_path, host, address):
    page = f"ok     No Slack or Discord token: the page at {address} alone."

    assert page in findings(tmp_path, HOST=host)


def test_an_old_file_is_said_to_be_migrated_at_the_start(tmp_path):
    url = f"sqlite:///{tmp_path}/quiz.db"
    engine = create_engine(url)
    with engine.begin() as connection:
        command.upgrade(config(connection), "0001")
    engine.dispose()

    old = f"ok     Database: {tmp_path}/quiz.db is old. It is migrated at the next start."
    assert old in findings(tmp_path)


async def test_channels_that_are_not_shown_are_mentioned(tmp_path):
    url = f"sqlite:///{tmp_path}/quiz.db"
    migrate(url)
    database = Database(url)
    for number in range(CHANNELS_MAX + 1):
        await a_channel(Store(database), a_caller(channel=f"C{number}"))
    await database.close()

    found = await asyncio.to_thread(findings, tmp_path)

    assert sum("Next question" in finding for finding in found) == CHANNELS_MAX
    assert found[-1] == f"ok     Channels: only {CHANNELS_MAX} are shown, those that fail first."


async def test_a_channel_whose_topics_the_deck_has_lost_is_wrong(tmp_path):
    url = f"sqlite:///{tmp_path}/quiz.db"
    migrate(url)
    database = Database(url)
    await a_channel(Store(database), topics=frozenset({"lost"}))
    await database.close()

    found = await asyncio.to_thread(findings, tmp_path)

    silent = "No question has the levels and topics of this channel. Choose more of either."
    assert f"WRONG  Slack general: {silent}" in found


def test_the_command_for_a_faulty_deck_can_be_typed_as_it_is_shown(tmp_path):
    deck = tmp_path / "our deck.json"
    deck.write_text("{}", encoding="utf-8")

    to_do = f"Run `flaskquiz questions check '{deck}'`."
    assert any(finding.endswith(to_do) for finding in findings(tmp_path, QUESTIONS=str(deck)))
