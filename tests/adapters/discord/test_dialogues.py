"""The dialogues of every face, in Discord: with restarts, in two guilds, over two shards."""

from __future__ import annotations

import pytest

from tests.adapters.discord.conftest import Team
from tests.adapters.discord.talking import DiscordDialogue
from tests.dialogues import stories
from tests.dialogues.playing import Dialogue, play

STORIES = [stories.first_weeks, stories.practice, stories.admin, stories.privacy]


@pytest.mark.parametrize("restarting", [False, True], ids=["", "restarting"])
@pytest.mark.parametrize("dialogue", STORIES, ids=lambda story: story.__name__)
async def test_a_dialogue_goes_as_written(newcomers: Team, dialogue: Dialogue, restarting: bool):
    await play(dialogue, DiscordDialogue(newcomers), restarting=restarting)
