"""The invitation asks for what is used, and for nothing else."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.adapters.discord.invitation import invitation
from tests.adapters.discord.conftest import Team
from tests.adapters.discord.talking import DiscordDialogue
from tests.dialogues import stories
from tests.dialogues.playing import play
from tests.fakes.discord.permissions import BITS, bits

APPLICATION = "123456789012345678"


def asked_for() -> set[str]:
    """The permissions that the link asks for, by name."""
    query = parse_qs(urlsplit(invitation(APPLICATION, None)).query)
    held = int(query["permissions"][0])
    return {name for name, bit in BITS.items() if held & bit}


async def test_the_permissions_asked_for_are_those_that_were_needed(newcomers: Team):
    newcomers.discord.app.user.needed.clear()

    await play(stories.first_weeks, DiscordDialogue(newcomers))

    assert newcomers.discord.app.user.needed == asked_for()


async def test_the_permissions_asked_for_are_enough(newcomers: Team):
    everyone = newcomers.guild.everyone
    everyone.permissions = 0
    people = newcomers.guild.role(
        "people",
        "view_channel",
        "send_messages",
        "use_application_commands",
        "read_message_history",
    )
    for who in (newcomers.ann, newcomers.bob, newcomers.cid):
        newcomers.guild.members[who.id].roles.append(people.id)

    await play(stories.first_weeks, DiscordDialogue(newcomers))

    bot = newcomers.discord.app.user
    assert newcomers.guild.permissions_of(bot) == bits(*asked_for())
    assert newcomers.bot.face.messenger is not None


def test_the_link_names_the_application_scopes_and_kind_of_install():
    link = urlsplit(invitation(APPLICATION, None))

    assert link.geturl().startswith("https://discord.com/oauth2/authorize?")
    query = {name: values[0] for name, values in parse_qs(link.query).items()}
    assert query.pop("permissions")
    assert query == {
        "client_id": APPLICATION,
        "integration_type": "0",
        "scope": "bot applications.commands",
    }


def test_a_token_names_its_application():
    first = base64.b64encode(APPLICATION.encode()).decode().rstrip("=")

    assert f"client_id={APPLICATION}&" in invitation(None, f"{first}.abc.def")


@pytest.mark.parametrize(
    ("application", "token", "words"),
    [
        ("FlaskQuiz", None, "is no application id"),
        (None, None, "Set DISCORD_TOKEN"),
        (None, "", "Set DISCORD_TOKEN"),
        (None, "nonsense", "names no application"),
        (None, "ä.b.c", "names no application"),
    ],
)
def test_what_names_no_application_is_said(application: str | None, token: str | None, words: str):
    with pytest.raises(ValueError, match=words) as refused:
        invitation(application, token)

    assert not token or token not in str(refused.value)
