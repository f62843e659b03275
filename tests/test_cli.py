"""The command line, run as a host runs it."""

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import psycopg
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import make_url

from bot import __version__
from bot.store.database import Database
from bot.store.migrate import migrate
from bot.store.store import Store
from tests.builders import a_caller, a_channel
from tests.processes import environment_of, finished, running


def get(url: str) -> tuple[int, str]:
    request = urllib.request.Request(url, headers={"Accept": "text/html"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def shut(url: str) -> None:
    """Let nobody into a PostgreSQL database any more, and throw out who is there."""
    address = make_url(url)
    server = address.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{address.database}" ALLOW_CONNECTIONS false')
        out = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        connection.execute(out, [address.database])


def test_the_help_names_every_command_and_says_what_happens_without_one(tmp_path):
    done = finished(tmp_path, "--help")

    assert done.returncode == 0
    assert all(
        name in done.stdout
        for name in (
            "run",
            "migrate",
            "doctor",
            "manifest",
            "invite",
            "token-key",
            "forget",
            "questions",
        )
    )
    assert "Without a command it runs" in done.stdout


def test_the_usage_of_verify_reads_as_one_types_it(tmp_path):
    help_ = finished(tmp_path, "questions", "verify", "--help").stdout

    assert "questions verify [OPTIONS] [ID]...\n" in help_


@pytest.mark.parametrize(
    ("encoding", "command"),
    [("latin-1", ("forget", "--help")), ("ascii", ("questions", "show", "trailing-slash"))],
)
def test_a_terminal_that_is_not_of_utf_8_shows_what_it_can(tmp_path, encoding, command):
    done = finished(tmp_path, *command, PYTHONIOENCODING=encoding)

    assert (done.returncode, done.stderr) == (0, "")
    assert "?" in done.stdout


def test_the_version_is_printed(tmp_path):
    assert finished(tmp_path, "--version").stdout == f"flaskquiz {__version__}\n"


def test_a_word_that_is_no_command_exits_2(tmp_path):
    done = finished(tmp_path, "rnu")

    assert done.returncode == 2
    assert "rnu" in done.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_without_any_setting_and_ends_cleanly_on_a_signal(tmp_path, how):
    with running(tmp_path) as bot:
        url = bot.wait_ready()
        status, health = get(f"{url}/healthz")
        page, html = get(f"{url}/")
        code = bot.end(how)

    assert (status, json.loads(health)["status"]) == (200, "ok")
    assert json.loads(health).keys() >= {"questions", "faces", "beat", "sent", "failed"}
    assert (page, "FlaskQuiz" in html) == (200, True)
    assert code == 0
    assert "Traceback" not in bot.output
    assert (tmp_path / "flaskquiz.db").exists()


def test_metrics_are_there_for_prometheus(tmp_path):
    with running(tmp_path) as bot:
        _, metrics = get(f"{bot.wait_ready()}/metrics")

    assert "# TYPE flaskquiz_interactions_total counter" in metrics


def test_health_tells_when_the_database_is_gone(tmp_path, postgres_url):
    with running(tmp_path, DATABASE_URL=postgres_url) as bot:
        url = bot.wait_ready()
        well = get(f"{url}/healthz")
        shut(postgres_url)
        code, answer = get(f"{url}/healthz")
        assert bot.end() == 0

    assert well[0] == 200
    assert json.loads(well[1])["status"] == "ok"
    assert code == 503
    assert json.loads(answer)["status"] == "failing"
    assert "Traceback" not in bot.output


def test_the_web_half_serves_and_the_worker_half_shows_no_page(tmp_path):
    with running(tmp_path, "run", "--only", "web") as web:
        assert get(f"{web.wait_ready()}/")[0] == 200
        assert json.loads(get(f"{web.wait_ready()}/healthz")[1])["ticks"] is False
    with running(tmp_path, "run", "--only", "worker") as worker:
        assert get(f"{worker.wait_ready()}/")[0] == 404


def test_a_worker_posts_what_the_page_of_another_process_shows(tmp_path, postgres_url):
    halves = [["run", "--only", half] for half in ("web", "worker")]

    with running(tmp_path, *halves[0], DATABASE_URL=postgres_url) as web:
        assert "Answer" not in get(f"{web.wait_ready()}/")[1]
        with running(tmp_path, *halves[1], DATABASE_URL=postgres_url) as worker:
            worker.wait_sent()
        page = get(f"{web.wait_ready()}/")[1]

    assert "Flask question of the day" in page


def test_a_second_start_goes_on_with_the_same_data(tmp_path):
    with running(tmp_path) as bot:
        bot.wait_ready()
        bot.end()
    size = (tmp_path / "flaskquiz.db").stat().st_size

    with running(tmp_path) as bot:
        assert get(f"{bot.wait_ready()}/healthz")[0] == 200
        bot.end()

    assert (tmp_path / "flaskquiz.db").stat().st_size >= size
    assert not list(tmp_path.glob("*.before-*"))


def refused(done) -> str:
    """The sentence with which a start was refused: exit 2, no traceback."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        sentence = refused(finished(tmp_path, PORT=port))

    assert str(port) in sentence.splitlines()[-1]
    assert "taken" in sentence


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"PORT": "eighty"}, "PORT"),
        ({"DATABASE_URL": "mysql://u@h/d"}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:////nonexistent/place/x.db"}, "/nonexistent/place/x.db"),
        ({"DATABASE_URL": "postgresql://u:hidden-word@127.0.0.1:9/d"}, "127.0.0.1:9"),
        ({"DATABASE_URL": "postgresql://u:hidden-word[@127.0.0.1:9/d"}, "127.0.0.1:9"),
        (
            {"DATABASE_URL": "postgresql://127.0.0.1:9/d?user=u&password=hidden-word"},
            "127.0.0.1:9",
        ),
        ({"DATABASE_URL": "postgresql://u:p@hidden-word@127.0.0.1:9/d"}, "%40"),
        ({"QUESTIONS": "missing.json"}, "missing.json"),
        ({"HOST": "203.0.113.7"}, "HOST"),
    ],
)
def test_what_keeps_it_from_starting_is_named_in_a_sentence(tmp_path, settings, named):
    sentence = refused(finished(tmp_path, **settings))

    assert named in sentence
    assert "hidden-word" not in sentence


def test_a_faulty_deck_stops_the_start_with_every_fault(tmp_path):
    (tmp_path / "deck.json").write_text(
        '{"title": "T", "questions": [{"id": "A"}, {"level": "easy"}]}'
    )

    sentence = refused(finished(tmp_path, QUESTIONS="deck.json"))

    assert sentence.count("'A' level: is missing") == 1
    assert sentence.count("is missing") > 5
    assert "beginner" in sentence


def test_a_worker_is_asked_for_no_page(tmp_path):
    sentence = refused(finished(tmp_path, "run", "--web", "--only", "worker"))

    assert sentence == "A worker shows no page: leave out --web or --only worker."


def test_an_empty_host_opens_the_page_to_nobody_else(tmp_path):
    with running(tmp_path, "run", "--host", "", HOST="localhost") as bot:
        assert bot.wait_ready().startswith("http://localhost:")

    assert "whoever reaches it" not in bot.output


def test_migrate_says_what_it_did_and_does_it_once(tmp_path):
    first, second = finished(tmp_path, "migrate"), finished(tmp_path, "migrate")

    assert first.stdout.startswith("The database is now at")
    assert second.stdout.startswith("The database is up to date")


@pytest.mark.long
def test_a_postgresql_that_was_not_migrated_is_refused_until_it_is(tmp_path, empty_postgres_url):
    sentence = refused(finished(tmp_path, DATABASE_URL=empty_postgres_url))
    assert "flaskquiz migrate" in sentence

    assert finished(tmp_path, "migrate", DATABASE_URL=empty_postgres_url).returncode == 0
    with running(tmp_path, DATABASE_URL=empty_postgres_url) as bot:
        assert get(f"{bot.wait_ready()}/healthz")[0] == 200
        assert bot.end() == 0


def test_the_doctor_finds_a_new_place_well_and_a_faulty_deck_not(tmp_path):
    well = finished(tmp_path, "doctor")
    ill = finished(tmp_path, "doctor", QUESTIONS="missing.json")

    assert (well.returncode, ill.returncode) == (0, 1)
    assert "WRONG" not in well.stdout
    assert "WRONG  Deck: missing.json: 1 fault." in ill.stdout


def test_the_doctor_shows_each_channel_with_its_next_post_and_last_deliveries(tmp_path):
    with running(tmp_path) as bot:
        bot.wait_sent()
        bot.end()

    shown = finished(tmp_path, "doctor").stdout

    assert "Web #flask: Next question" in shown
    assert "question: sent" in shown


async def test_a_workspace_is_forgotten_when_the_host_is_sure(tmp_path):
    url = f"sqlite:///{tmp_path / 'flaskquiz.db'}"
    migrate(url)
    database = Database(url)
    store = Store(database)
    for workspace in ("T1", "T2"):
        await a_channel(store, a_caller(workspace=workspace))

    refused = finished(tmp_path, "forget", "slack", "T1", typed="n\n")
    assert (refused.returncode, await store.find_channel(a_caller()) is None) == (1, False)
    done = finished(tmp_path, "forget", "slack", "T1", "--yes")
    again = finished(tmp_path, "forget", "slack", "T1", "--yes")

    assert (done.returncode, again.returncode) == (0, 2)
    assert done.stdout == "Everything about slack T1 is deleted.\n"
    assert again.stderr == "Nothing is kept about slack T1.\n"
    assert await store.find_channel(a_caller()) is None
    assert await store.find_channel(a_caller(workspace="T2")) is not None
    await database.close()


def test_where_nothing_is_kept_there_is_nothing_to_forget(tmp_path):
    done = finished(tmp_path, "forget", "slack", "T1", "--yes")

    assert (done.returncode, done.stderr) == (2, "Nothing is kept about slack T1.\n")
    assert list(tmp_path.iterdir()) == []


def test_a_key_for_tokens_is_one(tmp_path):
    assert Fernet(finished(tmp_path, "token-key").stdout.strip())


@pytest.mark.parametrize("platform", ["slack", "Slack", "SLACK"])
def test_a_manifest_for_http_holds_the_address(tmp_path, platform):
    done = finished(tmp_path, "manifest", platform, "--url", "https://quiz.example.org")

    assert done.returncode == 0
    assert "https://quiz.example.org/slack/events" in done.stdout


@pytest.mark.parametrize(
    "url",
    [
        "quiz.example.org",
        "http://quiz.example.org",
        "https://",
        "https://x.org/?a=1",
        "",
        "https://x .org",
    ],
)
def test_a_manifest_without_an_https_address_is_refused(tmp_path, url):
    sentence = refused(finished(tmp_path, "manifest", "slack", "--url", url))

    assert "https://quiz.example.org" in sentence


@pytest.mark.parametrize(("command", "other"), [("manifest", "discord"), ("invite", "slack")])
def test_what_another_platform_does_not_have_is_said(tmp_path, command, other):
    assert f"for {other}: only" in refused(finished(tmp_path, command, other))


def test_an_invitation_is_for_discord_however_it_is_written(tmp_path):
    done = finished(tmp_path, "invite", "Discord", "--application", "123456789012345678")

    assert done.returncode == 0


def test_importing_any_module_does_nothing(tmp_path):
    script = """
import importlib, os, pkgutil, socket, threading
def refuse(*_): raise AssertionError("a module opened a socket")
socket.socket.connect = refuse
os.environ.clear()
import bot
for module in pkgutil.walk_packages(bot.__path__, "bot."):
    if "migrations" not in module.name:
        importlib.import_module(module.name)
assert threading.active_count() == 1, threading.enumerate()
assert not os.listdir("."), os.listdir(".")
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment_of(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
