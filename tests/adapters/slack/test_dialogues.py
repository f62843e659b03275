"""The dialogues of every face, in Slack: over both transports, with restarts, in two workspaces."""

from __future__ import annotations

import pytest

from tests.adapters.slack.conftest import Team
from tests.adapters.slack.talking import SlackDialogue
from tests.dialogues import stories
from tests.dialogues.playing import Dialogue, play

STORIES = [stories.first_weeks, stories.practice, stories.admin, stories.privacy]


@pytest.mark.parametrize("restarting", [False, True], ids=["", "restarting"])
@pytest.mark.parametrize("dialogue", STORIES, ids=lambda story: story.__name__)
async def test_a_dialogue_goes_as_written(team: Team, dialogue: Dialogue, restarting: bool):
    await play(dialogue, SlackDialogue(team), restarting=restarting)

    assert team.slack.records.protocol_errors == []
    assert team.slack.records.advice == []
