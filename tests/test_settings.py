"""Settings: all optional, and a wrong one named in one sentence."""

from urllib.parse import unquote

import pytest
from cryptography.fernet import Fernet

from bot.settings import Settings, SettingsError, read_settings, shipped_deck

KEY, OTHER = Fernet.generate_key().decode(), Fernet.generate_key().decode()
OAUTH = {
    "SLACK_SIGNING_SECRET": "s",
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "c",
    "TOKEN_KEY": KEY,
}


def test_nothing_set_is_a_page_on_this_machine_over_an_sqlite_file():
    settings = read_settings({})

    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.database_url == "sqlite:///flaskquiz.db"
    assert not settings.has_platform
    assert settings.deck_path == shipped_deck()
    assert settings.deck_path.exists()


def test_an_empty_value_counts_as_unset():
    assert read_settings({"PORT": "", "DISCORD_TOKEN": ""}) == read_settings({})


@pytest.mark.parametrize(
    ("environment", "named", "says"),
    [
        ({"PORT": "eighty"}, "PORT", "PORT: must be a whole number."),
        ({"PORT": "8000.5"}, "PORT", "PORT: must be a whole number."),
        ({"PORT": "70000"}, "PORT", "PORT: must be 65535 or less."),
        ({"PORT": "-1"}, "PORT", "PORT: must be 0 or more."),
        ({"DISCORD_SHARD_COUNT": "0"}, "DISCORD_SHARD_COUNT", "must be 1 or more."),
        ({"DISCORD_MESSAGE_CONTENT": "ja"}, "DISCORD_MESSAGE_CONTENT", "must be true or false."),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL", "DEBUG"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT", "json"),
        ({"SLACK_API_URL": "slack.example"}, "SLACK_API_URL", "https://example.org"),
        ({"PUBLIC_URL": "javascript:alert(1)"}, "PUBLIC_URL", "https://example.org"),
        ({"TOKEN_KEY": "secret"}, "TOKEN_KEY", "flaskquiz token-key"),
        ({"TOKEN_KEY": f"{KEY},short"}, "TOKEN_KEY", "flaskquiz token-key"),
        ({"DISCORD_SHARD_IDS": "a-b", "DISCORD_SHARD_COUNT": "2"}, "DISCORD_SHARD_IDS", "0-3"),
        ({"DISCORD_SHARD_IDS": "3-0", "DISCORD_SHARD_COUNT": "4"}, "DISCORD_SHARD_IDS", "0-3"),
        ({"DISCORD_SHARD_IDS": "²", "DISCORD_SHARD_COUNT": "4"}, "DISCORD_SHARD_IDS", "0-3"),
        ({"DISCORD_SHARD_IDS": "0-99999999"}, "DISCORD_SHARD_IDS", "0-3"),
        ({"DISCORD_SHARD_IDS": "0,1"}, "DISCORD_SHARD_IDS", "DISCORD_SHARD_COUNT"),
        ({"DISCORD_SHARD_IDS": "0-4", "DISCORD_SHARD_COUNT": "4"}, "DISCORD_SHARD_IDS", "shard 4"),
        ({"SLACK_APP_TOKEN": "xapp"}, "SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb"}, "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"),
        ({"SLACK_SIGNING_SECRET": "s"}, "SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"),
        ({"SLACK_CLIENT_ID": "1"}, "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"),
        (OAUTH | {"SLACK_BOT_TOKEN": "xoxb"}, "SLACK_BOT_TOKEN", "SLACK_CLIENT_ID"),
        (
            {"SLACK_BOT_TOKEN": "xoxb", "SLACK_APP_TOKEN": "xapp"} | OAUTH,
            "SLACK_BOT_TOKEN",
            "SLACK_CLIENT_ID",
        ),
        (
            {name: value for name, value in OAUTH.items() if name != "TOKEN_KEY"},
            "SLACK_CLIENT_ID",
            "TOKEN_KEY",
        ),
        (
            {"SLACK_CLIENT_ID": "1", "SLACK_CLIENT_SECRET": "c", "TOKEN_KEY": KEY},
            "SLACK_CLIENT_ID",
            "SLACK_SIGNING_SECRET",
        ),
    ],
)
def test_a_wrong_value_is_named_in_one_sentence_that_holds_no_secret(environment, named, says):
    with pytest.raises(SettingsError) as refused:
        read_settings(environment)

    sentence = str(refused.value)
    assert sentence.startswith(named)
    assert says in sentence
    assert "\n" not in sentence
    assert KEY not in sentence


@pytest.mark.parametrize(
    ("environment", "socket", "http", "platform"),
    [
        ({}, False, False, False),
        ({"SLACK_BOT_TOKEN": "b", "SLACK_APP_TOKEN": "a"}, True, False, True),
        ({"SLACK_BOT_TOKEN": "b", "SLACK_SIGNING_SECRET": "s"}, False, True, True),
        (OAUTH, False, True, True),
        ({"DISCORD_TOKEN": "t"}, False, False, True),
    ],
)
def test_what_is_set_decides_what_runs(environment, socket, http, platform):
    settings = read_settings(environment)

    assert (settings.slack_by_socket, settings.slack_by_http, settings.has_platform) == (
        socket,
        http,
        platform,
    )


def test_shards_and_lists_are_read_as_people_write_them():
    settings = read_settings(
        {
            "DISCORD_SHARD_IDS": "0-2, 5",
            "DISCORD_SHARD_COUNT": "8",
            "ADMINS": "U1, 42",
            "ALLOWED_HOSTS": "a.example b.example",
        }
    )

    assert settings.discord_shard_ids == (0, 1, 2, 5)
    assert settings.admins == ("U1", "42")
    assert settings.allowed_hosts == ("a.example", "b.example")


def test_every_secret_is_known_to_the_log_and_shown_nowhere():
    settings = read_settings(
        OAUTH
        | {
            "DISCORD_TOKEN": "disc-2",
            "TOKEN_KEY": f"{KEY}, {OTHER}",
            "DATABASE_URL": "postgresql://me:p%40ss@host/db",
        }
    )

    assert {"disc-2", KEY, OTHER, "s", "c", "p@ss", "p%40ss"} <= set(settings.secrets())
    shown = repr(settings.model_copy(update={"database_url": ""}))
    assert not [secret for secret in ("disc-2", KEY, OTHER) if secret in shown]


def test_both_tokens_of_socket_mode_are_secrets():
    settings = read_settings({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"})

    assert {"xoxb-1", "xapp-1"} <= set(settings.secrets())
    assert "-1" not in repr(settings)


@pytest.mark.parametrize("password", ["s3cr[et", "s3cr]et", "s#c?r/et", "s%5Bcret"])
def test_a_password_is_a_secret_whatever_is_in_it(password):
    settings = read_settings({"DATABASE_URL": f"postgresql://u:{password}@127.0.0.1:1/d"})

    assert password in settings.secrets()
    assert unquote(password) in settings.secrets()


def test_a_password_among_the_options_of_an_address_is_a_secret():
    address = "postgresql://h/d?user=u&password=s3%40cret&sslpassword=k3y"

    secrets = read_settings({"DATABASE_URL": address}).secrets()

    assert {"s3@cret", "s3%40cret", "k3y"} <= set(secrets)
    assert "u" not in secrets


@pytest.mark.parametrize("address", ["", "quiz.db", "postgres://u:pw@h:port/x"])
def test_what_is_no_address_holds_no_secret_to_find(address):
    assert read_settings({}).model_copy(update={"database_url": address}).secrets() == []


def test_the_environment_wins_over_a_file_beside_it(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("PORT=8111\nHOST=127.0.0.2\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", "8222")

    settings = read_settings()

    assert (settings.port, settings.host) == (8222, "127.0.0.2")


def test_a_mark_of_byte_order_before_the_first_setting_is_no_part_of_it(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("PORT=8111\n", encoding="utf-8-sig")

    assert read_settings().port == 8111


@pytest.mark.parametrize("written", [b"ADMINS=J\xfcrgen\n", "PORT=8111\n".encode("utf-16")])
def test_a_file_that_is_not_utf_8_is_refused_in_a_sentence(monkeypatch, tmp_path, written):
    (tmp_path / ".env").write_bytes(written)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SettingsError, match=r"^\.env is not text in UTF-8"):
        read_settings()


def test_the_example_file_names_every_setting_it_should(request):
    example = (request.config.rootpath / ".env.example").read_text()
    readme = (request.config.rootpath / "README.md").read_text()

    names = [name.upper() for name in Settings.model_fields]
    assert not [name for name in names if f"`{name}`" not in readme]
    assert [name for name in names if f"#{name}=" in example]


@pytest.mark.parametrize("typed", ["U1,U2", "U1 U2", " U1, U2, ", "U1,,U2"])
def test_admins_are_a_list_of_ids_and_never_an_empty_one(typed):
    assert read_settings({"ADMINS": typed}).admins == ("U1", "U2")


@pytest.mark.parametrize("typed", [" ", ",", " , "])
def test_a_list_of_nothing_is_empty(typed):
    assert read_settings({"ADMINS": typed}).admins == ()
