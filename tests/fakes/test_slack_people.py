"""What members do in the fake Slack reaches a real Bolt app, over both transports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import (
    FieldsRefusedError,
    MovableClock,
    NotPossibleError,
    Slack,
    Workspace,
    oracle,
)
from tests.fakes.slack.sample_bot import SampleBot, over_http, over_sockets, server_at
from tests.fakes.slack.samples import ANSWER, CARD, HOME, REVEAL, actions, options, section

needs_oracle = pytest.mark.skipif(
    not oracle.found(), reason="the Slack oracle is not here (see ORACLES)"
)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def slack(clock: MovableClock) -> AsyncIterator[Slack]:
    async with Slack(clock) as slack:
        yield slack


@pytest.fixture
def team(slack: Slack) -> Workspace:
    workspace = slack.workspace("T1", "Pallets")
    ann = workspace.user("U1", "ann", admin=True)
    workspace.user("U2", "bob")
    workspace.install(by=ann)
    workspace.channel("C1", "flask", bot=True, creator=ann)
    return workspace


async def refusal(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


@pytest.fixture(params=["socket", "http"])
async def bot(
    request: pytest.FixtureRequest, slack: Slack, team: Workspace
) -> AsyncIterator[SampleBot]:
    app = SampleBot(slack, team)
    async with over_sockets(slack, app) if request.param == "socket" else over_http(slack, app):
        yield app


# --- what members do, over both transports


async def test_a_question_is_answered_from_the_card_to_the_reveal(
    slack: Slack, team: Workspace, bot: SampleBot
) -> None:
    ann = team.user("U1")
    await bot.client.chat_postMessage(channel="C1", text="A question", blocks=CARD)
    (card,) = team.channel("C1").messages

    seen = await ann.press(card, "Answer")
    assert seen.view
    assert seen.view.title == "Try first"
    form = seen.view
    seen = await ann.submit(form, {"Words": "before_request", "confidence": "Sure"})
    assert seen.view is form
    assert "before_request" in seen.text
    seen = await ann.submit(form, {"ticks": ["one", "Two"]})

    assert seen.view is None
    assert bot.heard == ["answer", "ticked 2"]
    assert all(delivery.ok for delivery in slack.deliveries())
    assert slack.records.protocol_errors == []


async def test_a_form_checks_itself_before_it_is_sent(
    slack: Slack, team: Workspace, bot: SampleBot
) -> None:
    ann = team.user("U1")
    await ann.command("/flaskquiz", "open", "C1")

    with pytest.raises(FieldsRefusedError) as caught:
        await ann.submit(values={"words": "x" * 3001})
    assert set(caught.value.fields) == {"words", "confidence"}
    with pytest.raises(NotPossibleError, match="no such field: grade"):
        await ann.submit(values={"confidence": "sure", "grade": "got_it"})
    with pytest.raises(NotPossibleError, match="no option 'certain'"):
        await ann.submit(values={"confidence": "certain"})
    assert slack.deliveries("view_submission") == []


async def test_a_form_shows_errors_and_survives_bad_answers(
    slack: Slack, team: Workspace, bot: SampleBot
) -> None:
    ann = team.user("U1")
    await ann.command("/flaskquiz", "open", "C1")

    seen = await ann.submit(values={"words": "???", "confidence": "sure"})
    assert seen.errors == {"words": "Say more"}
    for words in ("nonsense", "long"):
        seen = await ann.submit(values={"words": words, "confidence": "sure"})
        assert seen.failed == "We had some trouble connecting. Try again?"
    assert ann.view
    assert ann.view.title == "Try first"
    assert len(slack.records.protocol_errors) == 2


async def test_a_command_is_answered_privately_or_shared(
    slack: Slack, team: Workspace, bot: SampleBot
) -> None:
    ann, bob = team.user("U1"), team.user("U2")

    seen = await ann.command("/flaskquiz", "hello", "C1")
    (note,) = seen.ephemerals
    assert note.text == "You said hello"
    assert bob.ephemerals() == []
    assert (await ann.press(note, "Answer")).view
    seen = await ann.command("/flaskquiz", "share", "C1")
    assert [m.text for m in seen.messages] == ["Leaderboard"]
    seen = await ann.command("/flaskquiz", "bad", "C1")
    assert seen.failed == "invalid_command_response"
    with pytest.raises(NotPossibleError, match="is not in"):
        await team.user("U3", outsider=True).command("/flaskquiz", "hello", "C1")


async def test_a_response_url_answers_five_times(
    slack: Slack, team: Workspace, bot: SampleBot
) -> None:
    seen = await team.user("U1").command("/flaskquiz", "later", "C1")

    assert [m.text for m in seen.ephemerals] == [f"answer {n}" for n in range(5)]
    assert [call.error for call in slack.calls("response_url")] == [None] * 5 + ["used_url"]


async def test_only_what_is_there_can_be_pressed(team: Workspace, bot: SampleBot) -> None:
    ann = team.user("U1")
    await bot.client.chat_postMessage(channel="C1", text="A question", blocks=CARD)
    (card,) = team.channel("C1").messages

    with pytest.raises(NotPossibleError, match=r"there are: 'Answer' \(fq:1:answer\)"):
        await ann.press(card, "Reveal")
    with pytest.raises(NotPossibleError, match="not in C1"):
        await team.user("U3", outsider=True).press(card, "Answer")
    await bot.client.chat_delete(channel="C1", ts=card.ts)
    with pytest.raises(NotPossibleError, match="not there"):
        await ann.press(card, "Answer")


async def test_a_double_click_arrives_twice(slack: Slack, team: Workspace, bot: SampleBot) -> None:
    await bot.client.chat_postMessage(channel="C1", text="A question", blocks=CARD)
    (card,) = team.channel("C1").messages

    seen = await team.user("U1").press(card, "fq:1:", times=2)

    assert bot.heard == ["answer", "answer"]
    first, second = (d.payload["trigger_id"] for d in seen.deliveries)
    assert first != second


async def test_the_bot_hears_what_is_said_edited_and_deleted(
    team: Workspace, bot: SampleBot
) -> None:
    ann = team.user("U1")
    await bot.client.chat_postMessage(channel="C1", text="A question", blocks=CARD)
    (card,) = team.channel("C1").messages

    seen = await ann.say("C1", "got <it>", thread=card)
    assert seen.said
    assert seen.said.reactions == {"eyes": [team.bot_user_id]}
    await ann.edit(seen.said, "missed it")
    await ann.delete(seen.said)
    await ann.say("C1", f"<@{team.bot_user_id}> hi", raw=True)
    await ann.say(ann.dm(), "in private")

    # The bot's own message and reaction went to it as well, but Bolt leaves those out.
    assert sorted(bot.heard) == sorted(
        [
            "got &lt;it&gt;",
            "message_changed",
            "message_deleted",
            f"<@{team.bot_user_id}> hi",
            "app_mention",
            "in private",
        ]
    )


async def test_an_event_that_fails_is_sent_again(
    slack: Slack, team: Workspace, bot: SampleBot
) -> None:
    if slack.app.socket_mode:
        slack.courier.ack_timeout = 0.1

    await team.user("U1").say("C1", "crash")

    attempts = [d for d in slack.deliveries("message") if d.payload["event"]["text"] == "crash"]
    assert [d.attempt for d in attempts] == [0, 1, 2, 3]
    assert len({d.payload["event_id"] for d in attempts}) == 1
    assert bot.heard.count("crash") == 4
    assert not attempts[-1].ok


async def test_an_event_can_be_brought_again(slack: Slack, team: Workspace, bot: SampleBot) -> None:
    await team.user("U1").say("C1", "hello")
    (delivery,) = slack.deliveries("message")

    again = await slack.redeliver(delivery)

    assert again.ok
    assert again.payload == delivery.payload
    assert bot.heard == ["hello", "hello"]


async def test_the_home_tab_is_published_and_guarded_by_its_hash(
    slack: Slack, team: Workspace, bot: SampleBot
) -> None:
    ann = team.user("U1")

    seen = await ann.open_home()
    assert seen.home
    assert "Two are due" in seen.text
    seen = await ann.press(seen.home, "Practice")
    assert seen.home
    assert "One is due" in seen.text

    stale = bot.client.views_publish(user_id="U1", view=HOME, hash="1.abc")
    assert await refusal(stale) == "hash_conflict"
    assert await refusal(bot.client.views_publish(user_id="U404", view=HOME)) == (
        "invalid_arguments"
    )
    slack.app.home = False
    assert await refusal(bot.client.views_publish(user_id="U1", view=HOME)) == "not_enabled"


async def test_the_bot_is_invited_removed_and_uninstalled(team: Workspace, bot: SampleBot) -> None:
    ann = team.user("U1")
    team.channel("C2")

    seen = await ann.invite("C2")
    assert [m.text for m in seen.messages] == ["Hello"]
    await ann.archive("C2")
    await ann.kick("C2")
    assert await refusal(bot.client.chat_postMessage(channel="C2", text="x")) == "not_in_channel"
    await ann.uninstall()

    assert sorted(bot.heard[:2]) == ["channel_archive", "channel_left"]
    assert sorted(bot.heard[2:]) == ["app_uninstalled", "tokens_revoked"]


async def test_shortcuts_and_menus_work(team: Workspace, bot: SampleBot) -> None:
    ann = team.user("U1")
    await bot.client.chat_postMessage(
        channel="C1",
        text="Settings",
        blocks=[
            section("Zone", accessory={"type": "external_select", "action_id": "zone"}),
            actions({"type": "static_select", "action_id": "level", "options": options("easy")}),
        ],
    )
    (message,) = team.channel("C1").messages

    assert await ann.suggest(message, "zone", "ber") == ["Europe/Ber", "Utc"]
    await ann.choose(message, "level", "Easy")
    assert bot.heard == ["easy"]
    assert (await ann.shortcut("answer_this", message)).view


async def test_closing_a_form_tells_those_who_asked(team: Workspace, bot: SampleBot) -> None:
    ann = team.user("U1")
    seen = await ann.command("/flaskquiz", "open", "C1")
    form = seen.view
    assert form
    await bot.client.views_update(
        view_id=form.id, hash=form.hash, view={**REVEAL, "notify_on_close": True}
    )
    call = bot.client.views_update(view_id=form.id, hash="1.abc", view=REVEAL)
    assert await refusal(call) == "hash_conflict"

    await ann.close()

    assert bot.heard == ["closed"]
    call = bot.client.views_update(view_id=form.id, view=REVEAL)
    assert await refusal(call) == "not_found"


async def test_what_was_entered_stays_where_the_input_stays(
    team: Workspace, bot: SampleBot
) -> None:
    ann = team.user("U1")
    seen = await ann.command("/flaskquiz", "open", "C1")
    form = seen.view
    assert form

    await ann.submit(values={"words": "???", "confidence": "guess"})
    changed = {**ANSWER, "blocks": ANSWER["blocks"][:2]}
    await bot.client.views_update(view_id=form.id, view=changed)

    assert form.draft == {"words": {"words": {"type": "plain_text_input", "value": "???"}}}
    seen = await ann.submit()
    assert seen.errors == {"words": "Say more"}


async def test_another_apps_bot_is_heard_as_a_bot(
    slack: Slack, team: Workspace, bot: SampleBot
) -> None:
    await team.user("U7", "weather", bot=True).say("C1", "got it")

    (delivery,) = slack.deliveries("message")
    assert delivery.payload["event"]["bot_id"] == "BU7"
    assert bot.heard == ["got it"]


async def test_a_reload_takes_away_what_one_member_saw(team: Workspace, bot: SampleBot) -> None:
    ann = team.user("U1")
    (note,) = (await ann.command("/flaskquiz", "hello", "C1")).ephemerals

    ann.reload()

    assert ann.ephemerals() == []
    with pytest.raises(NotPossibleError, match="not there"):
        await ann.press(note, "Answer")


async def test_events_can_be_held_back(slack: Slack, team: Workspace, bot: SampleBot) -> None:
    slack.courier.holding = True
    await team.user("U1").say("C1", "one")
    await team.user("U1").say("C1", "two")
    assert bot.heard == []

    slack.courier.held.reverse()
    await slack.courier.release()

    assert bot.heard == ["two", "one"]


async def test_without_an_installation_nothing_reaches_the_app(
    slack: Slack, bot: SampleBot
) -> None:
    stranger = slack.workspace("T9").user("U9")
    slack.workspace("T9").channel("C9", members=[stranger])

    await stranger.say("C9", "hello?")
    with pytest.raises(NotPossibleError, match="not installed"):
        await stranger.command("/flaskquiz", "hello", "C9")
    assert slack.deliveries() == []


# --- over HTTP


async def test_several_processes_take_turns(slack: Slack, team: Workspace) -> None:
    first, second = SampleBot(slack, team), SampleBot(slack, team)
    async with over_http(slack, first) as one, over_http(slack, second) as two:
        slack.app.listen_at(f"{one}/slack/events", f"{two}/slack/events")
        for n in range(4):
            await team.user("U1").say("C1", str(n))

    assert (first.heard, second.heard) == (["0", "2"], ["1", "3"])


async def test_an_app_can_ask_not_to_be_asked_again(slack: Slack, team: Workspace) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})

    async with server_at(refuse) as url:
        slack.app.listen_at(url)
        await team.user("U1").say("C1", "hello")

    assert [d.status for d in slack.deliveries("message")] == [500]


async def test_forged_requests_are_told_apart(slack: Slack, team: Workspace) -> None:
    app = SampleBot(slack, team)
    async with over_http(slack, app):
        await team.user("U1").say("C1", "hello")
        (delivery,) = slack.deliveries("message")
        payload = delivery.payload

        unsigned = await slack.forge("events_api", payload, "none")
        wrong = await slack.forge("events_api", payload, "wrong")
        stale = await slack.forge("events_api", payload, age=301)
        fresh = await slack.forge("events_api", payload)
        replayed = await slack.replay(delivery)

        assert [d.status for d in (unsigned, wrong, stale)] == [401, 401, 401]
        assert [d.status for d in (fresh, replayed)] == [200, 200]
        assert app.heard == ["hello"] * 3
        assert await slack.verify_url()


async def test_a_retry_carries_its_number_and_reason(slack: Slack, team: Workspace) -> None:
    async with over_http(slack, SampleBot(slack, team)):
        await team.user("U1").say("C1", "crash")

        headers = [d.headers for d in slack.deliveries("message")]
        assert "X-Slack-Retry-Num" not in headers[0]
        assert headers[1]["X-Slack-Retry-Num"] == "1"
        assert headers[1]["X-Slack-Retry-Reason"] == "http_error"


async def test_a_late_ack_is_noted(slack: Slack, team: Workspace) -> None:
    slack.courier.ack_timeout = 0.05
    slack.courier.retries = 0
    app = SampleBot(slack, team)

    @app.event("reaction_added")
    async def on_reaction() -> None:
        await asyncio.sleep(0.15)

    async with over_http(slack, app):
        said = (await team.user("U1").say("C1", "hello")).said
        assert said
        await team.user("U1").react(said, "eyes")
        (delivery,) = slack.deliveries("reaction_added")
        assert delivery.late
        assert not delivery.ok
        await asyncio.sleep(0.2)
        assert delivery.status == 200
        assert delivery.elapsed
        assert delivery.elapsed > 0.15


async def test_an_interaction_that_fails_is_shown_and_not_repeated(
    slack: Slack, team: Workspace
) -> None:
    async with over_http(slack, SampleBot(slack, team)):
        seen = await team.user("U1").command("/flaskquiz", "crash", "C1")

        assert seen.failed == "http_500"
        assert len(slack.deliveries("slash_commands")) == 1


# --- over Socket Mode


async def test_a_ticket_is_good_for_one_connection(slack: Slack) -> None:
    client = AsyncWebClient(base_url=slack.api_url)
    url = (await client.apps_connections_open(app_token=slack.app.token))["url"]
    assert await refusal(client.apps_connections_open(app_token="xoxb-1")) == (
        "not_allowed_token_type"
    )

    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert hello["type"] == "hello"
            assert hello["connection_info"]["app_id"] == slack.app.id
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_the_connection_is_renewed_when_slack_says_so(slack: Slack, team: Workspace) -> None:
    app = SampleBot(slack, team)
    async with over_sockets(slack, app):
        for close in (slack.sockets.disconnect, slack.sockets.close_sockets):
            before = slack.sockets.connections[0]
            await close()
            await slack.sockets.wait(without=before)
            await team.user("U1").say("C1", "still there?")

        assert app.heard == ["still there?"] * 2
        assert len(slack.calls("apps.connections.open")) == 3


async def test_a_refused_ticket_hangs_the_sdk_until_it_is_forgotten(
    slack: Slack, team: Workspace
) -> None:
    async with over_sockets(slack, SampleBot(slack, team)) as handler:
        slack.sockets.refuse_tickets(times=1)
        await slack.sockets.disconnect()
        await asyncio.sleep(0.3)

        assert slack.sockets.connections == []
        handler.client.wss_uri = None
        await slack.sockets.wait()


async def test_an_event_in_flight_is_sent_again_over_another_connection(
    slack: Slack, team: Workspace
) -> None:
    app = SampleBot(slack, team)
    arrived = asyncio.Event()

    @app.event("reaction_added")
    async def on_reaction(request: Any) -> None:
        app.heard.append(f"try {request.headers['x-slack-retry-num'][0]}")
        if not arrived.is_set():
            arrived.set()
            await slack.sockets.close_sockets(politely=False)

    async with over_sockets(slack, app):
        said = (await team.user("U1").say("C1", "hello")).said
        assert said
        await team.user("U1").react(said, "eyes")

    assert app.heard == ["hello", "try 0", "try 1"]
    assert slack.deliveries("reaction_added")[0].error == "connection lost"


async def test_several_connections_share_the_payloads(slack: Slack, team: Workspace) -> None:
    first, second = SampleBot(slack, team), SampleBot(slack, team)
    async with over_sockets(slack, first), over_sockets(slack, second):
        await slack.sockets.wait(2)
        for n in range(6):
            await team.user("U1").say("C1", str(n))

    assert sorted(first.heard + second.heard) == [str(n) for n in range(6)]
    assert len(first.heard) == len(second.heard) == 3


async def test_without_a_connection_a_member_sees_an_error(slack: Slack, team: Workspace) -> None:
    slack.sockets.patience = 0.01

    seen = await team.user("U1").command("/flaskquiz", "hello", "C1")

    assert seen.failed == "no connection"


# --- installing


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # the SDK still uses it
async def test_the_app_is_installed_by_oauth_into_two_workspaces(
    slack: Slack, tmp_path: Path
) -> None:
    store = FileInstallationStore(base_dir=str(tmp_path / "installations"))
    settings = AsyncOAuthSettings(
        client_id=slack.app.client_id,
        client_secret=slack.app.client_secret,
        scopes=sorted(slack.app.scopes),
        authorization_url=slack.authorize_url,
        installation_store=store,
        state_store=FileOAuthStateStore(expiration_seconds=60, base_dir=str(tmp_path / "states")),
    )
    app = AsyncApp(
        client=AsyncWebClient(base_url=slack.api_url),
        signing_secret=slack.app.signing_secret,
        oauth_settings=settings,
        process_before_response=True,
    )
    people = {team: slack.workspace(team).user(f"U{team}", admin=True) for team in ("T1", "T2")}
    async with over_http(slack, app) as url:
        slack.app.redirect_urls = (f"{url}/slack/oauth_redirect",)
        for team, person in people.items():
            page = await person.install(f"{url}/slack/install")
            assert page.status == 200
            assert slack.workspace(team).token.startswith(f"xoxb-{team}-")
        cancelled = await people["T1"].install(f"{url}/slack/install", allow=False)
        assert "access_denied" in cancelled.url

    (code,) = {call.arguments["code"] for call in slack.calls("oauth.v2.access")[:1]}
    client = AsyncWebClient(base_url=slack.api_url)
    keys = {"client_id": slack.app.client_id, "client_secret": slack.app.client_secret}
    assert await refusal(client.oauth_v2_access(code=code, **keys)) == "code_already_used"
    assert await refusal(client.oauth_v2_access(code="guess", **keys)) == "invalid_code"
    keys["client_secret"] = "guess"
    assert await refusal(client.oauth_v2_access(code=code, **keys)) == "bad_client_secret"


async def test_a_manifest_decides_what_the_app_may_do(slack: Slack, team: Workspace) -> None:
    slack.configure(
        {
            "display_information": {"name": "FlaskQuiz"},
            "features": {
                "slash_commands": [{"command": "/flaskquiz", "description": "Quiz"}],
                "app_home": {"home_tab_enabled": False},
            },
            "oauth_config": {"scopes": {"bot": ["commands", "chat:write"]}},
            "settings": {
                "event_subscriptions": {"bot_events": ["app_mention"]},
                "interactivity": {"is_enabled": True},
                "socket_mode_enabled": True,
            },
        }
    )
    ann = team.user("U1")
    app = SampleBot(slack, team)
    async with over_sockets(slack, app):
        await ann.say("C1", f"<@{team.bot_user_id}> hi", raw=True)
        with pytest.raises(NotPossibleError, match="not a valid command"):
            await ann.command("/quiz")
        with pytest.raises(NotPossibleError, match="no global shortcut"):
            await ann.shortcut("answer_this")
        assert (await ann.open_home()).home is None

    assert app.heard == ["app_mention"]
    assert slack.workspace("T3").install() in slack.world.tokens
    assert slack.world.tokens[slack.workspace("T3").token].scopes == {"commands", "chat:write"}


@needs_oracle
def test_a_manifest_with_a_typo_is_refused(slack: Slack) -> None:
    with pytest.raises(NotPossibleError, match="sockets"):
        slack.configure(
            {"display_information": {"name": "FlaskQuiz"}, "settings": {"sockets": True}}
        )
