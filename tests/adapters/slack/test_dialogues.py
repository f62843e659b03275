"""The dialogues of every face, in Slack: over both transports, with restarts, in two workspaces."""

from __future__ import annotations

import pytest

from tests.adapters.slack.conftest import Team, a_team
from tests.adapters.slack.running import MovedClock
from tests.adapters.slack.talking import SlackDialogue
from tests.dialogues import stories
from tests.dialogues.playing import Dialogue, play, play_together
from tests.fakes.slack import Slack

STORIES = [stories.first_weeks, stories.practice, stories.admin, stories.privacy]


@pytest.mark.parametrize("restarting", [False, True], ids=["", "restarting"])
@pytest.mark.parametrize("dialogue", STORIES, ids=lambda story: story.__name__)
async def test_a_dialogue_goes_as_written(team: Team, dialogue: Dialogue, restarting: bool):
    await play(dialogue, SlackDialogue(team), restarting=restarting)

    assert team.slack.records.protocol_errors == []
    assert team.slack.records.advice == []


@pytest.mark.parametrize("restarting", [False, True], ids=["", "restarting"])
async def test_two_workspaces_play_at_once_and_know_nothing_of_each_other(
    teams: tuple[Team, Team], restarting: bool
):
    first, second = teams
    second.workspace.user("U29", "zoe")

    await play_together(
        stories.first_weeks,
        SlackDialogue(first),
        SlackDialogue(second, at="16:00"),
        restarting=restarting,
    )

    for team, other in ((first, second), (second, first)):
        shown = team.channel.words + "".join(m.words for m in team.workspace.log)
        assert other.bob.id not in shown
    assert first.slack.records.protocol_errors == []
    assert first.slack.calls("auth.test") == []  # who we are is in our table


async def test_nobody_asks_slack_who_we_are_but_at_the_start(team: Team):
    await play(stories.first_weeks, SlackDialogue(team))

    assert len(team.slack.calls("auth.test")) == 1


async def test_a_dialogue_goes_as_written_on_postgres(
    slack: Slack, clock: MovedClock, postgres_url: str
):
    async with a_team(slack, clock, postgres_url, "http") as team:
        await play(stories.first_weeks, SlackDialogue(team), restarting=True)
