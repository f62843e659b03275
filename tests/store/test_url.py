"""The address of a database, as people and hosts write it."""

import pytest

from bot.core.errors import StoreError
from bot.store.url import is_sqlite, read_url, shown


@pytest.mark.parametrize(
    "text",
    [
        "postgres://ann:secret@host/quiz",
        "postgresql://ann:secret@host/quiz",
        "postgresql+psycopg://ann:secret@host/quiz",
    ],
)
def test_a_host_may_spell_postgresql_in_three_ways(text):
    url = read_url(text)

    assert url.drivername == "postgresql+psycopg"
    assert not is_sqlite(url)
    assert shown(url) == "postgresql+psycopg://ann:***@host/quiz"


def test_options_of_an_address_are_kept():
    assert read_url("postgres://host/quiz?sslmode=require").query == {"sslmode": "require"}


@pytest.mark.parametrize(
    "text",
    [
        "postgres://host/quiz?user=ann&password=secret",
        "postgres://host/quiz?sslpassword=secret&sslmode=require",
    ],
)
def test_what_comes_after_the_question_mark_is_not_shown(text):
    assert shown(read_url(text)) == "postgresql+psycopg://host/quiz"


@pytest.mark.parametrize("password", ["se@cret", "se@cr/et", "@", "se%40cr@et"])
def test_an_at_sign_as_it_is_in_a_password_is_refused_without_showing_it(password):
    with pytest.raises(StoreError, match=r"in its password is written %40") as refused:
        read_url(f"postgres://ann:{password}@host/quiz")

    assert "cr" not in str(refused.value)


def test_an_at_sign_elsewhere_is_taken():
    url = read_url("postgres://ann@server:se%40cret@host/quiz?options=a@b")

    assert (url.username, url.password, url.host) == ("ann@server", "se@cret", "host")


def test_an_sqlite_file_is_shown_by_its_path():
    url = read_url("sqlite:////var/lib/quiz.db")

    assert is_sqlite(url)
    assert shown(url) == "/var/lib/quiz.db"


@pytest.mark.parametrize("text", ["sqlite://", "sqlite:///:memory:", "sqlite:///"])
def test_an_sqlite_address_has_to_name_a_file(text):
    with pytest.raises(StoreError, match="names no file"):
        read_url(text)


def test_an_sqlite_that_is_too_old_is_named(monkeypatch):
    monkeypatch.setattr("sqlite3.sqlite_version", "3.34.1")
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 34, 1))

    assert not is_sqlite(read_url("postgres://host/quiz"))
    with pytest.raises(StoreError, match=r"has SQLite 3\.34\.1, but 3\.35 or newer is needed"):
        read_url("sqlite:///quiz.db")


@pytest.mark.parametrize("text", ["", "quiz.db", "/var/quiz.db", "postgres://h:port/x"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(StoreError, match="not an address"):
        read_url(text)


@pytest.mark.parametrize("text", ["mysql://host/quiz", "postgresql+asyncpg://host/quiz"])
def test_another_database_is_refused_by_name(text):
    with pytest.raises(StoreError, match=r"begins with \w+(\+\w+)?://"):
        read_url(text)
