"""Any number of workspaces by OAuth: a state works once, a token is sealed, what ends is forgotten."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from cryptography.fernet import Fernet
from yarl import URL

from bot.adapters.slack.installations import ManyWorkspaces, TokenKeys
from bot.adapters.slack.manifest import SCOPES
from bot.adapters.slack.oauth import COOKIE
from bot.core.errors import RefusedError, RetryLaterError, StartError
from bot.core.models import Address, ChannelState, MessageRef, Platform
from bot.core.parts import Card
from tests.adapters.slack.conftest import Team, found
from tests.adapters.slack.running import KEYS, Bot, MovedClock
from tests.fakes.slack import Slack


@pytest.fixture
async def team(slack: Slack, clock: MovedClock, sqlite_url: str):
    """A workspace in which the app is not installed yet."""
    bot = Bot(slack, clock, sqlite_url, "oauth")
    await bot.start()
    bot.configure()
    yield found(slack, "T1", bot, clock)
    await bot.stop()


async def install(team: Team, **visit: bool):
    return await team.ann.install(f"{team.bot.url}/slack/install", **visit)


async def test_a_visitor_installs_the_app_with_exactly_its_scopes(team: Team):
    page = await install(team)

    assert page.status == 200
    assert "is installed" in page.text
    kept = await team.bot.store.find_installation("T1")
    assert kept is not None
    assert kept.installed_by == team.ann.id
    assert set(kept.scopes.split(",")) == SCOPES
    seen = await team.bob.command("/flaskquiz", "help", team.channel)
    assert "What you can type" in seen.text


async def test_a_token_is_never_on_disk_as_it_is(team: Team, sqlite_url: str):
    await install(team)
    await team.set_up()

    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as raw:
        everything = "\n".join(raw.iterdump()).encode()
        hexed = team.workspace.token.encode().hex().upper().encode()
    assert team.workspace.token.encode() not in everything
    assert hexed not in everything


async def test_a_visitor_who_cancels_is_told_that_nothing_happened(team: Team):
    page = await install(team, allow=False)

    assert page.status == 200
    assert "Nothing was installed" in page.text
    assert await team.bot.store.find_installation("T1") is None


async def visit(url: str, state: str, cookie: str = "", **query: str) -> tuple[int, str]:
    """Come back from Slack with a state, in a browser that holds a cookie."""
    headers = {"Cookie": f"{COOKIE}={cookie}".encode().decode("latin-1")}
    async with (
        aiohttp.ClientSession() as session,
        session.get(
            f"{url}/slack/oauth_redirect", params={"state": state, **query}, headers=headers
        ) as answer,
    ):
        return answer.status, await answer.text()


async def test_a_state_works_once_and_only_in_the_browser_that_got_it(team: Team):
    url = team.bot.url
    async with (
        aiohttp.ClientSession() as browser,
        browser.get(f"{url}/slack/install", allow_redirects=False) as asked,
    ):
        state = URL(asked.headers["Location"]).query["state"]
        assert asked.cookies[COOKIE]["httponly"]
        assert asked.cookies[COOKIE].value == state

    assert (await visit(url, state, code="c"))[0] == 401
    assert (await visit(url, state, state, error="access_denied"))[0] == 200
    status, text = await visit(url, state, state, code="c")

    assert status == 401
    assert "Start again" in text


async def test_a_state_that_is_not_ours_is_refused(team: Team):
    others = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    for state in ("", "x", "gAAAA", "é", others):
        assert (await visit(team.bot.url, state, state, code="c"))[0] == 401


async def test_a_cookie_that_is_no_text_is_refused(team: Team):
    _, port = team.bot.url.rsplit(":", 1)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port))

    writer.write(
        b"GET /slack/oauth_redirect?code=c&state=x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Cookie: " + COOKIE.encode() + b"=\xff\r\n\r\n"
    )
    answer = await reader.read()
    writer.close()

    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_a_state_is_good_for_ten_minutes(clock: MovedClock):
    keys = TokenKeys(KEYS)

    sealed = keys.seal("x", clock())

    assert keys.is_sealed(sealed, clock() + timedelta(minutes=9), timedelta(minutes=10))
    assert not keys.is_sealed(sealed, clock() + timedelta(minutes=11), timedelta(minutes=10))


@pytest.mark.parametrize("word", ["invalid_code", "code_already_used", "code_expired"])
async def test_a_code_that_slack_refuses_installs_nothing(team: Team, word: str):
    team.slack.fault("oauth.v2.access", error=word)

    page = await install(team)

    assert page.status == 400
    assert "too old" in page.text
    assert "Start again" in page.text
    assert await team.bot.store.find_installation("T1") is None


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"error": "bad_client_secret"}, "bad_client_secret"),
        ({"error": "bad_redirect_uri"}, "bad_redirect_uri"),
        ({"retry_after": 30}, "ratelimited"),
        ({"status": 503}, "status 503"),
        ({"drop": "before"}, "no connection to Slack"),
    ],
)
async def test_what_the_host_has_to_mend_is_in_the_log_and_sends_nobody_in_circles(
    team: Team, caplog: pytest.LogCaptureFixture, fault: dict[str, Any], reason: str
):
    team.slack.fault("oauth.v2.access", **fault)

    page = await install(team)

    assert page.status == 502
    assert "whoever hosts FlaskQuiz finds the reason in its log" in page.text
    assert "tart again" not in page.text
    assert f"An installation failed: {reason}" in caplog.text.replace("Slack answered with ", "")
    assert team.slack.app.client_secret not in caplog.text
    assert await team.bot.store.find_installation("T1") is None


async def test_keys_are_rotated_without_installing_again(team: Team, sqlite_url: str):
    await install(team)
    card = await team.set_up()
    new = Fernet.generate_key().decode()

    team.bot.options = replace(team.bot.options, token_keys=(new, *KEYS))
    await team.bot.restart()
    assert (await team.bob.press(card, "Answer")).view is not None
    await install(team)
    team.bot.options = replace(team.bot.options, token_keys=(new,))
    await team.bot.restart()

    assert (await team.bob.press(card, "Answer")).view is not None


async def test_a_token_whose_key_is_lost_counts_as_not_installed(
    team: Team, caplog: pytest.LogCaptureFixture
):
    await install(team)
    team.bot.options = replace(team.bot.options, token_keys=(Fernet.generate_key().decode(),))
    await team.bot.restart()

    seen = await team.bob.command("/flaskquiz", "help", team.channel)

    assert "not installed in this workspace" in seen.text
    assert "No key in TOKEN_KEY opens the token of workspace T1" in caplog.text


@pytest.mark.parametrize("keys", [(), ("no key",)])
def test_a_missing_or_wrong_key_stops_the_start_with_a_sentence(keys: tuple[str, ...]):
    with pytest.raises(StartError, match="TOKEN_KEY"):
        TokenKeys(keys)


async def test_a_workspace_without_the_app_is_told_so_and_its_events_are_done_with(team: Team):
    other = found(team.slack, "T2", team.bot, team.clock)
    other.workspace.install(by=other.ann)  # installed at Slack, but never here

    seen = await other.bob.command("/flaskquiz", "help", other.channel)
    invited = await other.ann.invite(other.channel)

    assert "An admin can install it" in seen.text
    assert invited.failed is None
    assert all(d.ok for d in team.slack.deliveries("member_joined_channel"))
    assert await team.bot.store.find_channel(other.caller()) is None


async def test_an_uninstalled_app_forgets_its_token_and_stops_posting(team: Team):
    await install(team)
    await team.set_up()
    await team.ann.uninstall()

    assert await team.bot.store.find_installation("T1") is None
    channel = await team.bot.store.find_channel(team.caller())
    assert channel is not None
    assert channel.state is ChannelState.GONE
    posts = len(team.slack.calls("chat.postMessage"))
    team.clock.move(days=3)
    await team.bot.tick()
    assert len(team.slack.calls("chat.postMessage")) == posts


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
async def test_either_event_alone_is_enough_to_forget(team: Team, kind: str):
    await install(team)
    await team.set_up()
    sealed = await team.bot.store.find_installation("T1")
    assert sealed is not None
    team.slack.world.uninstall(team.workspace.team)
    event = {"type": kind, "tokens": {"oauth": [], "bot": [team.workspace.bot_user_id]}}
    envelope = team.slack.events.envelope(team.workspace.team, event | {"event_ts": "1.0"})

    assert (await team.slack.inject("events_api", envelope)).ok

    assert await team.bot.store.find_installation("T1") is None
    channel = await team.bot.store.find_channel(team.caller())
    assert channel is not None
    assert channel.state is ChannelState.GONE
    assert "not installed" in str(
        (await team.slack.inject("slash_commands", a_command(team))).answer
    )


def a_command(team: Team) -> dict[str, str]:
    return {
        "team_id": "T1", "channel_id": team.channel.id, "channel_name": "flask", "text": "help",
        "user_id": team.ann.id, "user_name": "ann", "command": "/flaskquiz", "trigger_id": "1.2.3",
    }  # fmt: skip


async def test_what_was_learnt_is_there_again_when_the_app_comes_back(team: Team):
    await install(team)
    card = await team.set_up()
    await team.bob.press(card, "Answer")
    await team.bob.submit(values={"words": "x", "confidence": "sure"})
    await team.bob.submit(values={"grade": "got_it"})
    await team.ann.uninstall()

    team.clock.move(minutes=5)
    await install(team)
    await team.ann.invite(team.channel)
    await team.ann.command("/flaskquiz", "resume", team.channel)

    seen = await team.bob.command("/flaskquiz", "leaderboard", team.channel)
    assert "bob" in seen.text
    assert "question of the day" in (await team.next_card()).words


async def test_news_of_an_old_removal_do_not_touch_a_newer_installation(team: Team):
    await install(team)
    await team.set_up()
    team.slack.courier.holding = True
    await team.ann.uninstall()
    team.clock.move(minutes=5)
    await install(team)
    await team.slack.courier.release()

    assert await team.bot.store.find_installation("T1") is not None


async def test_the_end_of_a_members_own_token_is_nothing_to_us(team: Team):
    await install(team)
    event = {"type": "tokens_revoked", "tokens": {"oauth": ["U11"], "bot": []}, "event_ts": "1.0"}
    await team.slack.inject("events_api", team.slack.events.envelope(team.workspace.team, event))

    assert await team.bot.store.find_installation("T1") is not None


async def test_a_token_that_died_is_told_as_such(team: Team):
    await install(team)
    await team.set_up()
    team.slack.world.uninstall(team.workspace.team, "token_revoked")  # and no event came

    with pytest.raises(RefusedError, match="token_revoked"):
        await team.bot.face.messenger.edit(*_an_edit(team))


async def test_a_token_replaced_by_another_process_is_found(team: Team, clock: MovedClock):
    await install(team)
    card = await team.set_up()
    team.slack.world.uninstall(team.workspace.team, "token_revoked")
    team.channel.members.add(team.workspace.bot_user_id)
    elsewhere = ManyWorkspaces(team.bot.store, TokenKeys(KEYS), clock)
    mine = await elsewhere.find("T1")
    assert mine is not None
    await elsewhere.keep(replace(mine, token=team.workspace.install()))

    with pytest.raises(RetryLaterError, match="installed again"):
        await team.bot.face.messenger.edit(*_an_edit(team))
    await team.bot.face.messenger.edit(*_an_edit(team, card.ts))

    assert card.words.strip() == "What you can type"


def _an_edit(team: Team, ts: str = "1.0") -> tuple[Address, MessageRef, Card]:
    to = Address(Platform.SLACK, team.workspace.id, team.channel.id)
    return to, MessageRef(ts), Card("What you can type", ())


async def test_a_whole_organisation_is_refused_in_words(team: Team):
    team.slack.oauth.exchange = lambda _: {  # type: ignore[method-assign]
        "access_token": "xoxb-org", "team": None, "is_enterprise_install": True,
        "enterprise": {"id": "E1", "name": "Org"}, "bot_user_id": "U0", "app_id": "A0FAKE",
    }  # fmt: skip

    page = await install(team)

    assert page.status == 400
    assert "not in a whole organisation" in page.text


async def test_an_installation_is_remembered_for_a_minute(team: Team, clock: MovedClock):
    await install(team)
    many = ManyWorkspaces(team.bot.store, TokenKeys(KEYS), clock)
    assert await many.find("T1") is not None
    await team.bot.store.delete_installation("T1")

    assert await many.find("T1") is not None
    clock.move(minutes=2)
    assert await many.find("T1") is None
