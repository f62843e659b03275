"""The commands: taken by Discord, understood by newcomers, completed while they are typed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.discord.commands import (
    ANSWER_THIS,
    DOES,
    SETTINGS,
    fingerprint,
    payload,
    read_command,
    read_typing,
)
from bot.core.commands import SETTING_WORDS, WORDS, Command
from bot.core.models import Level, Period
from bot.core.parts import Verb
from tests.adapters.discord.conftest import Team
from tests.fakes.discord.oracles import find_oracles
from tests.fakes.discord.rules.commands import check_commands

PATH = "/applications/1/commands"


def chosen(word: str, **options: Any) -> dict[str, Any]:
    given = [{"name": name, "type": 3, "value": value} for name, value in options.items()]
    return {
        "name": "flaskquiz",
        "type": 1,
        "options": [{"name": word, "type": 1, "options": given}],
    }


def test_discord_takes_the_commands():
    check_commands(payload())

    if (oracles := find_oracles()) is not None:
        oracles.check_request("PUT", PATH, payload())
        assert oracles.unknown_keys("PUT", PATH, payload()) == []


def test_every_command_and_setting_is_described():
    assert DOES.keys() == WORDS.keys()
    assert SETTINGS.keys() == set(SETTING_WORDS)


def test_the_app_is_for_guilds_and_its_direct_messages_alone():
    for command in payload():
        assert command["integration_types"] == [0]
        assert command["contexts"] == [0, 1]


def test_the_fingerprint_changes_with_a_word_and_not_with_time():
    changed = payload()
    changed[0]["description"] = "Another"

    assert fingerprint(payload()) == fingerprint(payload())
    assert fingerprint(payload()) != fingerprint(changed)


@pytest.mark.parametrize(
    ("data", "command"),
    [
        (chosen("start"), Command(Verb.START)),
        (chosen("practice"), Command(Verb.PRACTICE)),
        (
            chosen("practice", level="beginner", topic="routing"),
            Command(Verb.PRACTICE, level=Level.BEGINNER, topic="routing"),
        ),
        (chosen("practice", level="expert"), Command(Verb.PRACTICE)),
        (chosen("leaderboard", period="all"), Command(Verb.LEADERBOARD, period=Period.ALL)),
        (chosen("leaderboard", period="day"), Command(Verb.LEADERBOARD)),
        (chosen("settings"), Command(Verb.SETTINGS)),
        (
            chosen("settings", time="9:30", open="8h"),
            Command(Verb.SAVE_SETTINGS, values={"time": "9:30", "open": "8h"}),
        ),
        (chosen("hide-me"), Command(Verb.HIDE)),
        (chosen("pauze"), Command(Verb.HELP, unknown="pauze", closest="pause")),
        ({"name": "flaskquiz"}, Command(Verb.HELP, unknown="None")),
        ({"name": "flaskquiz", "options": ["x", None]}, Command(Verb.HELP, unknown="None")),
        (chosen("settings", time="9:30", topics=" "), Command(Verb.SETTINGS)),
    ],
)
def test_what_was_chosen_is_understood(data: dict[str, Any], command: Command):
    read = read_command(data)

    assert (read.verb, read.level, read.topic, read.period, read.values) == (
        command.verb,
        command.level,
        command.topic,
        command.period,
        command.values,
    )


def test_what_is_typed_is_found():
    typing = chosen("settings", time="9:30")
    typing["options"][0]["options"].append(
        {"name": "zone", "type": 3, "value": "ber", "focused": True}
    )

    assert read_typing(typing) == ("zone", "ber")
    assert read_typing(chosen("settings")) == ("", "")


@pytest.mark.parametrize(
    ("words", "option", "typed", "offered"),
    [
        ("settings", "zone", "berl", "Europe/Berlin"),
        ("settings", "zone", "new yo", "America/New_York"),
        ("settings", "topics", "contexts, ro", "contexts, Routing"),
        ("settings", "digest", "fri", "fri 15:00"),
        ("practice", "topic", "se", "Sessions"),
    ],
)
async def test_what_fits_is_offered_while_somebody_types(
    team: Team, words: str, option: str, typed: str, offered: str
):
    offers = await team.ann.autocomplete(f"flaskquiz {words}", option, typed, channel=team.channel)

    assert offered in [offer["name"] for offer in offers]
    assert len(offers) <= 25


async def test_what_is_too_long_to_be_offered_is_left_to_be_typed(team: Team):
    async def offered(typed: str) -> list[str]:
        offers = await team.ann.autocomplete(
            "flaskquiz settings", "topics", typed, channel=team.channel
        )
        return [offer["name"] for offer in offers]

    begun = f"{'x' * 44}, {'x' * 45}, "

    assert await offered(f"{begun}o") == [f"{begun}Routing"]  # of 100 characters, no more
    assert await offered(f"{begun}x, o") == []


async def test_every_offer_is_taken(team: Team):
    for option in SETTING_WORDS:
        offers = await team.ann.autocomplete("flaskquiz settings", option, channel=team.channel)
        for offer in offers[:8]:
            given = {"levels": "all", "topics": "all"} | {option: offer["value"]}
            seen = await team.ann.command("flaskquiz settings", channel=team.channel, **given)
            assert "Saved." in seen.as_message().text


async def test_the_message_command_is_there(team: Team):
    assert team.discord.world.command_named(ANSWER_THIS, 3) is not None
