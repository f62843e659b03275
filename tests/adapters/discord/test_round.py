"""A round in Discord: card, modal, reveal, grade, result."""

from __future__ import annotations

import pytest

from bot.core.models import Level
from tests.adapters.discord.conftest import Team
from tests.adapters.discord.running import PNG
from tests.adapters.discord.talking import DiscordDialogue
from tests.dialogues import stories
from tests.dialogues.playing import play
from tests.fakes.discord.components import walk


async def test_a_member_answers_sees_and_grades(team: Team):
    card = await team.set_up()

    modal = (await team.bob.press(card, "Answer")).as_modal()
    reveal = (
        await team.bob.submit(modal, {"words": "it *is* `g`", "confidence": "sure"})
    ).as_message()
    ticked = (await team.bob.select(reveal, "fq:1:tick", ["0"])).as_message()
    result = (await team.bob.press(ticked, "By my ticks")).as_message()

    assert modal.labels == ["What do you remember?", "How sure are you?"]
    assert reveal.is_ephemeral
    assert "It belongs to the app context" in reveal.text or result is reveal
    assert "Partly, " in result.text


@pytest.mark.parametrize("level", list(Level))
async def test_a_card_has_the_colour_of_its_level_and_ticking_keeps_it(team: Team, level: Level):
    colours = {"beginner": 0x2ECC71, "intermediate": 0x3498DB, "advanced": 0x9B59B6}
    card = await team.set_up(levels=level, topics="all")
    modal = (await team.bob.press(card, "Answer")).as_modal()
    reveal = (await team.bob.submit(modal, {"confidence": "sure"})).as_message()
    ticked = (await team.bob.select(reveal, "fq:1:tick", ["0"])).as_message()

    for message in (card, ticked):
        (container,) = message.components
        assert container["accent_color"] == colours[level]


async def test_the_weekly_leaderboard_has_its_picture_and_says_it_in_words(newcomers: Team):
    await play(stories.first_weeks, DiscordDialogue(newcomers))

    (digest,) = [m for m in newcomers.channel.from_bot if m.attachments]
    (gallery,) = walk(digest.components, 12)
    assert "Leaderboard, week 48" in digest.text
    assert [a.content for a in digest.attachments] == [PNG]
    assert gallery["items"][0]["description"].startswith("Bar chart of the leaderboard, week 48: 1")
    assert digest.flags == 1 << 15
    assert digest.interaction is None
