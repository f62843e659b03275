"""No token, secret or member's word in any log, error or request but where it belongs."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import pytest

from bot.adapters.slack.options import SlackOptions
from tests.adapters.slack.conftest import Team, a_team, found
from tests.adapters.slack.running import KEYS, Bot, MovedClock
from tests.adapters.slack.talking import SlackDialogue
from tests.dialogues import stories
from tests.dialogues.playing import play
from tests.fakes.slack import Slack

WORDS = "it is <!channel> & *bold*"


@pytest.fixture(params=["socket", "oauth"])
async def watched(
    request: pytest.FixtureRequest,
    slack: Slack,
    clock: MovedClock,
    sqlite_url: str,
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[Team]:
    """A team whose bot logs everything it can."""
    caplog.set_level(logging.DEBUG)
    if request.param != "oauth":
        async with a_team(slack, clock, sqlite_url, request.param) as team:
            yield team
        return
    bot = Bot(slack, clock, sqlite_url, "oauth")
    await bot.start()
    bot.configure()
    team = found(slack, "T1", bot, clock)
    await team.ann.install(f"{bot.url}/slack/install")
    yield team
    await bot.stop()


async def test_a_whole_dialogue_logs_no_secret_and_nobodys_words(
    watched: Team, caplog: pytest.LogCaptureFixture
):
    slack = watched.slack
    await play(stories.first_weeks, SlackDialogue(watched), restarting=True)
    slack.fault("views.open", error="internal_error")
    await watched.bob.press(watched.card(), "Answer")
    await slack.sockets.close_sockets(politely=False)
    slack.fault("chat.postMessage", times=2, status=500)
    await watched.bot.tick()

    logged = caplog.text + "".join(str(r.args) + str(r.exc_text) for r in caplog.records)
    secrets = [
        watched.workspace.token, slack.app.token, slack.app.signing_secret,
        slack.app.client_secret, slack.app.verification_token, *KEYS, "ticket=", "code=", "state=",
    ]  # fmt: skip
    for secret in secrets:
        assert secret not in logged, secret
    assert WORDS not in logged
    assert "request bound" not in logged
    for secret in secrets[:4]:
        assert slack.leaks(secret) == []


def test_options_do_not_show_their_secrets():
    options = SlackOptions(
        bot_token="s1", app_token="s2", signing_secret="s3", client_secret="s4", token_keys=("s5",)
    )

    assert not [secret for secret in ("s1", "s2", "s3", "s4", "s5") if secret in repr(options)]


async def test_an_unexpected_environment_changes_nothing(
    slack: Slack,
    clock: MovedClock,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path,
):
    """Bolt reads settings of its own from the environment, and would keep tokens in files."""
    for name in (
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_CLIENT_ID",
        "SLACK_CLIENT_SECRET",
    ):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("HOME", str(tmp_path))
    async with a_team(slack, clock, sqlite_url, "http") as team:
        await team.set_up()

        assert "What you can type" in (await team.bob.command("/flaskquiz", "help")).text

    assert not list(tmp_path.rglob("*bolt*"))
