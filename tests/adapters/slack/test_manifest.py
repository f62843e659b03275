"""The manifest grants what is used, and nothing more."""

from __future__ import annotations

import json

import pytest
import yaml

from bot.adapters.slack.manifest import EVENTS, SCOPES, manifest, write_manifest
from tests.adapters.slack.conftest import Team, a_team
from tests.adapters.slack.running import MovedClock
from tests.adapters.slack.talking import SlackDialogue
from tests.dialogues import stories
from tests.dialogues.playing import play
from tests.fakes.slack import Slack, oracle
from tests.fakes.slack.events import _SCOPES as EVENT_SCOPES
from tests.fakes.slack.methods import METHODS

needs_oracle = pytest.mark.skipif(
    not oracle.found(), reason="the Slack oracle is not here (see ORACLES)"
)


@needs_oracle
@pytest.mark.parametrize("url", [None, "https://quiz.example.org", "https://quiz.example.org/"])
def test_slacks_own_types_accept_it(url: str | None):
    assert oracle.manifest_opinion(manifest(url)) == []


def test_it_is_the_same_as_yaml_and_as_json():
    assert yaml.safe_load(write_manifest(None, as_json=False)) == manifest(None)
    assert json.loads(write_manifest("https://x.org", as_json=True)) == manifest("https://x.org")


def test_socket_mode_has_no_address_and_http_has_one_everywhere():
    assert "http" not in write_manifest(None, as_json=True).replace("https://", "")
    assert manifest(None)["settings"]["socket_mode_enabled"] is True
    by_http = manifest("https://x.org/")
    events = "https://x.org/slack/events"
    assert by_http["settings"]["socket_mode_enabled"] is False
    assert by_http["settings"]["event_subscriptions"]["request_url"] == events
    assert by_http["settings"]["interactivity"]["request_url"] == events
    assert by_http["features"]["slash_commands"][0]["url"] == events
    assert by_http["oauth_config"]["redirect_urls"] == ["https://x.org/slack/oauth_redirect"]


def test_it_keeps_to_what_slack_shows():
    shown = manifest(None)
    assert len(shown["display_information"]["name"]) <= 35
    assert len(shown["display_information"]["description"]) <= 140
    assert len(shown["features"]["shortcuts"][0]["name"]) <= 24
    assert len(shown["features"]["slash_commands"][0]["description"]) <= 2000


async def test_its_scopes_are_exactly_those_that_the_dialogues_need(
    slack: Slack, clock: MovedClock, sqlite_url: str
):
    """Each scope is proven by a call that Slack refuses without it, or an event it opens."""
    async with a_team(slack, clock, sqlite_url, "socket") as team:
        for story in (stories.first_weeks,):
            await play(story, SlackDialogue(team))
        await _the_rest(team)

    used = {"commands"}
    for call in slack.records.calls:
        if call.ok and (scope := METHODS[call.method].scope if call.method in METHODS else None):
            used.add(scope)
        used |= _of_channel(team, call)
    told = {_kind(d.payload["event"]) for d in slack.deliveries("events_api")}
    used |= {EVENT_SCOPES[kind] for kind in told if kind in EVENT_SCOPES}

    assert used == SCOPES
    assert told <= set(EVENTS)
    assert set(EVENTS) - told <= {"app_uninstalled", "tokens_revoked"}


async def _the_rest(team: Team) -> None:
    await team.bob.command("/flaskquiz", "export", team.channel)
    await team.bob.say(team.bob.dm(), "help")
    await team.bob.open_home()
    secret = team.workspace.channel(
        "C13", "secret", private=True, creator=team.ann, members=[team.bob]
    )
    for channel in (secret, team.workspace.channel("C14", "open", creator=team.ann)):
        await team.ann.invite(channel)
        await team.ann.rename(channel, "other")
        said = (await team.bob.say(channel, "x")).said
        await team.bob.say(channel, "y", said)
        await team.ann.kick(channel)
        await team.ann.invite(channel)
        await team.ann.archive(channel)
        await team.ann.archive(channel, undo=True)
        await team.ann.delete_channel(channel)
    await team.bot.face.stop()


def _kind(event: dict[str, str]) -> str:
    kinds = {"channel": "channels", "group": "groups", "im": "im"}
    is_message = event["type"] == "message"
    return f"message.{kinds[event['channel_type']]}" if is_message else event["type"]


def _of_channel(team: Team, call) -> set[str]:
    """The scopes of methods that take one by the kind of the channel."""
    if not call.ok:
        return set()
    if call.method == "conversations.open":
        return {"im:write"}
    if call.method == "conversations.info":
        return {"groups:read" if call.answer["channel"]["is_private"] else "channels:read"}
    return set()
