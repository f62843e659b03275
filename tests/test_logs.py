"""Logging: one line an event, never a secret."""

import json
import logging

import pytest

from bot import logs

SECRET = "xoxb-very-secret"


@pytest.fixture(autouse=True)
def restored():
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before, level


def broken() -> None:
    raise ValueError(f"refused {SECRET}")


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_secret_is_left_out_of_messages_arguments_and_tracebacks(style, capsys):
    logs.set_up("INFO", style, [SECRET, ""])
    log = logging.getLogger("bot.test")

    log.info("calling with %s", SECRET)
    try:
        broken()
    except ValueError:
        log.exception("it broke")

    written = capsys.readouterr().err
    assert SECRET not in written
    assert written.count("***") >= 2
    assert "it broke" in written


def test_json_is_one_object_a_line(capsys):
    logs.set_up("INFO", "json", [])

    logging.getLogger("bot.test").warning('odd "quotes"\nand lines')

    event = json.loads(capsys.readouterr().err)
    assert event["event"] == 'odd "quotes"\nand lines'
    assert (event["level"], event["logger"]) == ("warning", "bot.test")


def test_a_secret_with_quotes_is_left_out_of_json_too(capsys):
    logs.set_up("INFO", "json", ['a"b\\c'])

    logging.getLogger("bot.test").info("%s", 'a"b\\c')

    assert json.loads(capsys.readouterr().err)["event"] == "***"


def test_libraries_speak_from_warnings_on(capsys):
    logs.set_up("INFO", "text", [])

    logging.getLogger("slack_bolt.App").info("chatter")
    logging.getLogger("discord.gateway").warning("lost")

    written = capsys.readouterr().err
    assert "chatter" not in written
    assert "lost" in written
