"""The fake Slack refuses what Slack refuses, and behaves as Slack does, over both transports."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import (
    MovableClock,
    NotPossibleError,
    Slack,
    Workspace,
    oracle,
    validate,
)
from tests.fakes.slack.samples import (
    ANSWER,
    CARD,
    REVEAL,
    modal,
    section,
    wrong_messages,
    wrong_views,
)

Json = dict[str, Any]

needs_oracle = pytest.mark.skipif(
    not oracle.found(), reason="the Slack oracle is not here (see ORACLES)"
)


# --- a workspace and a client


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


@pytest.fixture
async def client(slack: Slack, team: Workspace) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(team.token, base_url=slack.api_url, session=session, retry_handlers=[])


async def refusal(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


# --- authorisation and arguments


async def test_a_good_token_says_whose_it_is(client: AsyncWebClient, team: Workspace) -> None:
    answer = await client.auth_test()

    assert answer["team_id"] == "T1"
    assert answer["user_id"] == team.bot_user_id
    assert answer.headers["X-OAuth-Scopes"].startswith("app_mentions:read")


async def test_a_missing_wrong_or_misplaced_token_is_refused(slack: Slack, team: Workspace) -> None:
    assert await refusal(AsyncWebClient(base_url=slack.api_url).auth_test()) == "not_authed"
    wrong = AsyncWebClient("xoxb-guess", base_url=slack.api_url)
    assert await refusal(wrong.auth_test()) == "invalid_auth"
    app = AsyncWebClient(slack.app.token, base_url=slack.api_url)
    assert await refusal(app.auth_test()) == "not_allowed_token_type"
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.api_url}auth.test", data={"token": team.token}) as response,
    ):
        assert (await response.json())["error"] == "not_authed"


async def test_a_token_dies_when_it_is_revoked_or_the_app_removed(
    client: AsyncWebClient, team: Workspace
) -> None:
    await client.auth_revoke()
    assert await refusal(client.auth_test()) == "token_revoked"

    client.token = team.install()
    await team.user("U1").uninstall()
    assert await refusal(client.auth_test()) == "account_inactive"


async def test_a_scope_that_was_not_granted_is_named(slack: Slack) -> None:
    token = slack.workspace("T2").install(scopes="commands")
    slack.workspace("T2").channel("C1", bot=True)
    client = AsyncWebClient(token, base_url=slack.api_url)

    with pytest.raises(SlackApiError) as caught:
        await client.conversations_history(channel="C1")

    assert caught.value.response["needed"] == "channels:history"
    assert caught.value.response["provided"] == "commands"
    assert await refusal(client.chat_postMessage(channel="C1", text="x")) == "missing_scope"


async def test_unknown_methods_and_arguments_are_refused(client: AsyncWebClient) -> None:
    assert await refusal(client.api_call("chat.shout")) == "unknown_method"
    call = client.chat_postMessage(channel="C1", text="x", thred_ts="1.0")
    assert await refusal(call) == "invalid_arguments"
    assert await refusal(client.api_call("users.info")) == "invalid_arguments"
    assert await refusal(client.conversations_history(channel="C1", oldest="soon")) == (
        "invalid_arguments"
    )


async def test_one_workspace_knows_nothing_of_another(client: AsyncWebClient, slack: Slack) -> None:
    other = slack.workspace("T2")
    other.user("U9")
    other.install()
    channel = other.channel("C9", bot=True)

    assert await refusal(client.chat_postMessage(channel=channel.id, text="x")) == (
        "channel_not_found"
    )
    assert await refusal(client.users_info(user="U9")) == "user_not_found"


# --- messages


async def test_a_message_is_kept_with_its_metadata(client: AsyncWebClient, team: Workspace) -> None:
    metadata = {"event_type": "flaskquiz", "event_payload": {"delivery": "d1"}}
    sent = await client.chat_postMessage(
        channel="C1", text="A question", blocks=CARD, metadata=metadata
    )

    (message,) = team.channel("C1").messages
    assert message.ts == sent["ts"]
    assert message.buttons == ["Answer"]
    blind = await client.conversations_history(channel="C1")
    assert "metadata" not in blind["messages"][0]
    seeing = await client.conversations_history(channel="C1", include_all_metadata=True)
    assert seeing["messages"][0]["metadata"] == metadata


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"text": " \n"}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "channel": "C404"}, "channel_not_found"),
        ({"text": "x", "channel": "#flask"}, "channel_not_found"),
        ({"text": "x", "thread_ts": "1700000000.000001"}, "thread_not_found"),
        ({"text": "x", "metadata": {"event_type": "t"}}, "invalid_metadata_format"),
        (
            {"text": "x", "metadata": {"event_type": "t", "event_payload": {"a": {"b": 1}}}},
            "invalid_metadata_schema",
        ),
        (
            {"text": "x", "metadata": {"event_type": "t", "event_payload": {"a": "x" * 9000}}},
            "metadata_too_large",
        ),
        ({"text": "x", "username": "Boss"}, "missing_scope"),
        ({"text": "x", "client_msg_id": "not-a-uuid"}, "invalid_arguments"),
        ({"text": "x", "blocks": [section("x" * 3001)]}, "invalid_blocks"),
        ({"text": "x", "blocks": "[]"}, None),
    ],
)
@pytest.mark.filterwarnings("ignore:The top-level `text`")  # the SDK warns of what is tested
async def test_messages_slack_refuses(
    client: AsyncWebClient, more: Json, error: str | None
) -> None:
    call = client.chat_postMessage(**{"channel": "C1", **more})
    if error:
        assert await refusal(call) == error
    else:
        assert (await call)["ok"]


async def test_a_bot_outside_a_channel_cannot_use_it(
    client: AsyncWebClient, team: Workspace
) -> None:
    team.channel("C2")
    team.channel("G1", private=True)

    assert await refusal(client.chat_postMessage(channel="C2", text="x")) == "not_in_channel"
    assert await refusal(client.conversations_history(channel="C2")) == "not_in_channel"
    assert (await client.conversations_info(channel="C2"))["channel"]["is_member"] is False
    assert await refusal(client.chat_postMessage(channel="G1", text="x")) == "channel_not_found"
    assert await refusal(client.conversations_info(channel="G1")) == "channel_not_found"


async def test_an_archived_channel_takes_nothing(client: AsyncWebClient, team: Workspace) -> None:
    ts = (await client.chat_postMessage(channel="C1", text="x"))["ts"]
    team.channel("C1").archived = True

    assert await refusal(client.chat_postMessage(channel="C1", text="x")) == "is_archived"
    assert await refusal(client.chat_update(channel="C1", ts=ts, text="y")) == "is_inactive"
    assert await refusal(client.reactions_add(channel="C1", timestamp=ts, name="eyes")) == (
        "is_archived"
    )


async def test_an_update_with_text_alone_loses_the_blocks(
    client: AsyncWebClient, team: Workspace
) -> None:
    ts = (await client.chat_postMessage(channel="C1", text="A", blocks=CARD))["ts"]
    (message,) = team.channel("C1").messages

    await client.chat_update(channel="C1", ts=ts, text="B", blocks=CARD)
    assert (message.text, message.edited_at) == ("B", None)
    await client.chat_update(channel="C1", ts=ts, text="C")

    assert message.blocks == []
    assert message.edited_at
    assert [text for text, _ in message.versions] == ["A", "B"]


async def test_only_the_bots_own_living_messages_can_be_changed(
    client: AsyncWebClient, team: Workspace
) -> None:
    said = (await team.user("U1").say("C1", "hello")).said
    assert said
    mine = await client.chat_postMessage(channel="C1", text="x")

    assert await refusal(client.chat_update(channel="C1", ts=said.ts, text="y")) == (
        "cant_update_message"
    )
    assert await refusal(client.chat_delete(channel="C1", ts=said.ts)) == "cant_delete_message"
    assert await refusal(client.chat_update(channel="C1", ts=mine["ts"], text="y" * 4001)) == (
        "msg_too_long"
    )
    await client.chat_delete(channel="C1", ts=mine["ts"])
    assert await refusal(client.chat_update(channel="C1", ts=mine["ts"], text="y")) == (
        "message_not_found"
    )


async def test_a_thread_is_kept_apart_from_the_channel(
    client: AsyncWebClient, team: Workspace
) -> None:
    root = (await client.chat_postMessage(channel="C1", text="root"))["ts"]
    reply = (await client.chat_postMessage(channel="C1", text="a", thread_ts=root))["ts"]
    await client.chat_postMessage(channel="C1", text="b", thread_ts=root, reply_broadcast=True)

    shown = await client.conversations_history(channel="C1")
    assert [m["text"] for m in shown["messages"]] == ["b", "root"]
    assert shown["messages"][1]["reply_count"] == 2
    thread = await client.conversations_replies(channel="C1", ts=root)
    assert [m["text"] for m in thread["messages"]] == ["root", "a", "b"]
    assert await refusal(client.conversations_replies(channel="C1", ts="1.0")) == (
        "thread_not_found"
    )
    call = client.chat_postMessage(channel="C1", text="c", thread_ts=reply)
    assert await refusal(call) == "cannot_reply_to_message"


async def test_history_can_be_cut_by_time_and_page(
    client: AsyncWebClient, clock: MovableClock
) -> None:
    stamps = []
    for n in range(5):
        clock.advance(60)
        stamps.append((await client.chat_postMessage(channel="C1", text=str(n)))["ts"])

    since = await client.conversations_history(channel="C1", oldest=stamps[2])
    assert [m["text"] for m in since["messages"]] == ["4", "3"]
    since = await client.conversations_history(channel="C1", oldest=stamps[2], inclusive=True)
    assert [m["text"] for m in since["messages"]] == ["4", "3", "2"]
    before = await client.conversations_history(channel="C1", latest=stamps[1])
    assert [m["text"] for m in before["messages"]] == ["0"]

    first = await client.conversations_history(channel="C1", limit=3)
    rest = await client.conversations_history(
        channel="C1", limit=3, cursor=first["response_metadata"]["next_cursor"]
    )
    assert [m["text"] for m in (*first["messages"], *rest["messages"])] == list("43210")
    assert not rest["has_more"]


async def test_an_ephemeral_message_is_seen_by_one_member_only(
    client: AsyncWebClient, team: Workspace
) -> None:
    ann, bob = team.user("U1"), team.user("U2")
    await client.chat_postEphemeral(channel="C1", user="U1", text="psst", blocks=CARD)

    (message,) = ann.ephemerals("C1")
    assert message.words.startswith("psst")
    assert bob.ephemerals() == team.channel("C1").messages == []
    assert (await client.conversations_history(channel="C1"))["messages"] == []
    assert await refusal(client.chat_update(channel="C1", ts=message.ts, text="y")) == (
        "message_not_found"
    )
    with pytest.raises(NotPossibleError, match="somebody else alone"):
        await bob.press(message, "Answer")
    call = client.chat_postEphemeral(channel="C1", user="U9", text="x")
    assert await refusal(call) == "user_not_in_channel"


async def test_reactions_are_once_each(client: AsyncWebClient, team: Workspace) -> None:
    said = (await team.user("U1").say("C1", "got it")).said
    assert said
    where = {"channel": "C1", "timestamp": said.ts}

    await client.reactions_add(name="white_check_mark", **where)
    assert said.reactions == {"white_check_mark": [team.bot_user_id]}
    again = client.reactions_add(name="white_check_mark", **where)
    assert await refusal(again) == "already_reacted"
    assert await refusal(client.reactions_add(name="✅", **where)) == "invalid_name"
    await client.reactions_remove(name="white_check_mark", **where)
    assert said.reactions == {}


async def test_a_message_says_whom_it_pings(client: AsyncWebClient, team: Workspace) -> None:
    await client.chat_postMessage(channel="C1", text="&lt;!channel&gt;", blocks=[section("safe")])
    await client.chat_postMessage(
        channel="C1", text="<!here> you", blocks=[section("hi <@U1> and <!subteam^S1|crew>")]
    )

    quiet, loud = team.channel("C1").messages
    assert quiet.pings == []
    assert loud.pings == ["!here", "@U1", "!subteam^S1"]


async def test_a_members_id_is_a_direct_message(client: AsyncWebClient, team: Workspace) -> None:
    opened = (await client.conversations_open(users="U1"))["channel"]["id"]
    posted = await client.chat_postMessage(channel="U1", text="hello")

    assert posted["channel"] == opened == team.user("U1").dm().id
    assert await refusal(client.conversations_open(users="U404")) == "user_not_found"


# --- files


async def test_a_picture_is_uploaded_in_three_steps(
    client: AsyncWebClient, team: Workspace
) -> None:
    await client.files_upload_v2(
        channel="C1", content=b"PNG", filename="board.png", title="Board", alt_txt="1. Ann 10"
    )

    (message,) = team.channel("C1").messages
    (file,) = message.files
    assert (file.content, file.alt_text, file.title) == (b"PNG", "1. Ann 10", "Board")


async def test_an_unfinished_or_short_upload_cannot_be_shared(
    client: AsyncWebClient, slack: Slack
) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.png", length=3)
    files = [{"id": ticket["file_id"], "title": "A"}]
    async with (
        aiohttp.ClientSession() as session,
        session.post(ticket["upload_url"], data=b"12") as response,
    ):
        assert response.status == 400
    call = client.files_completeUploadExternal(files=files, channel_id="C1")
    assert await refusal(call) == "file_not_found"
    image = {"type": "image", "slack_file": {"id": ticket["file_id"]}, "alt_text": "a"}
    call = client.chat_postMessage(channel="C1", text="x", blocks=[image])
    assert await refusal(call) == "invalid_blocks"


# --- blocks and views


@pytest.mark.parametrize(("why", "blocks"), wrong_messages())
def test_blocks_slack_refuses_are_refused_without_the_oracle(
    why: str, blocks: list[Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oracle, "found", lambda: False)

    problems = validate.message_problems("x", blocks)

    assert any(why in problem for problem in problems), problems


@pytest.mark.parametrize(("why", "view"), wrong_views())
def test_views_slack_refuses_are_refused_without_the_oracle(
    why: str, view: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oracle, "found", lambda: False)
    view = {key: value for key, value in view.items() if value is not None}

    problems = validate.view_problems(view)

    assert any(why in problem for problem in problems), problems


@needs_oracle
@pytest.mark.parametrize(("why", "blocks"), wrong_messages()[:12])
def test_the_oracle_agrees_that_they_are_wrong(why: str, blocks: list[Json]) -> None:
    assert oracle.opinion("Message", {"text": why, "blocks": blocks})


@needs_oracle
@pytest.mark.parametrize("kind", ["card", "digest", "answer", "reveal", "result"])
def test_the_mockups_are_accepted(kind: str) -> None:
    mockups = oracle.folder().parent / "preview" / "mockups"
    if not mockups.is_dir():
        pytest.skip("the mockups are not here")
    payload = json.loads((mockups / f"slack_{kind}.json").read_text())

    if "type" in payload:
        assert validate.view_problems(payload) == []
    else:
        assert validate.message_problems(payload["text"], payload["blocks"]) == []


@needs_oracle
async def test_what_the_oracle_refuses_is_refused(
    client: AsyncWebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate, "check_blocks", lambda *_, **__: None)

    call = client.chat_postMessage(channel="C1", text="x", blocks=[section("x" * 3001)])

    assert await refusal(call) == "invalid_blocks"


async def test_a_refusal_says_where_the_problem_is(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C1", text="x", blocks=[section("x" * 3001)])

    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


@pytest.mark.filterwarnings("ignore:The top-level `text`")  # the SDK warns of what is tested
async def test_blocks_without_text_are_advised_against(
    client: AsyncWebClient, slack: Slack
) -> None:
    await client.chat_postMessage(channel="C1", text="A question", blocks=CARD)
    assert slack.records.advice == []

    await client.chat_postMessage(channel="C1", blocks=CARD)

    assert len(slack.records.advice) == 1


async def test_a_message_of_markdown_has_an_undocumented_limit(client: AsyncWebClient) -> None:
    blocks = [{"type": "markdown", "text": "x" * 11_000}, *[section("y" * 1000)] * 3]
    call = client.chat_postMessage(channel="C1", text="x", blocks=blocks)
    assert await refusal(call) == "msg_blocks_too_long"


# --- rate limits and faults


async def test_rate_limits_count_when_switched_on(
    client: AsyncWebClient, slack: Slack, clock: MovableClock, team: Workspace
) -> None:
    team.channel("C2", bot=True)
    slack.rates.on = True
    await client.chat_postMessage(channel="C1", text="1")
    await client.chat_postMessage(channel="C2", text="1")

    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C1", text="2")

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    clock.advance(1)
    await client.chat_postMessage(channel="C1", text="2")
    slack.rates.limit("conversations.history", 1)
    await client.conversations_history(channel="C1")
    with pytest.raises(SlackApiError):
        await client.conversations_history(channel="C1")
    clock.advance(60)
    await client.conversations_history(channel="C1")


async def test_a_tier_has_its_calls_a_minute(client: AsyncWebClient, slack: Slack) -> None:
    ts = (await client.chat_postMessage(channel="C1", text="x"))["ts"]
    slack.rates.on = True
    for _ in range(50):
        await client.chat_update(channel="C1", ts=ts, text="y")

    with pytest.raises(SlackApiError) as caught:
        await client.chat_update(channel="C1", ts=ts, text="y")
    assert caught.value.response.headers["Retry-After"] == "60"


async def test_a_dropped_answer_leaves_the_message_there(
    client: AsyncWebClient, slack: Slack, team: Workspace
) -> None:
    slack.fault("chat.postMessage", drop="after")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="C1", text="once")

    slack.fault("chat.postMessage", drop="before")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="C1", text="never")

    assert [m.text for m in team.channel("C1").messages] == ["once"]
    assert [call.ok for call in slack.calls("chat.postMessage")] == [True, False]


async def test_the_sdks_own_retry_would_post_twice(slack: Slack, team: Workspace) -> None:
    client = AsyncWebClient(team.token, base_url=slack.api_url)
    slack.fault("chat.postMessage", drop="after")

    await client.chat_postMessage(channel="C1", text="twice")

    assert len(team.channel("C1").messages) == 2


async def test_faults_answer_in_slacks_place(client: AsyncWebClient, slack: Slack) -> None:
    slack.fault("chat.postMessage", status=503)
    slack.fault("chat.postMessage", retry_after=7)
    slack.fault("chat.postMessage", error="internal_error")
    slack.fault("*", times=2, error="fatal_error", when=lambda args: args.get("user") == "U1")

    with pytest.raises(SlackApiError) as down:
        await client.chat_postMessage(channel="C1", text="x")
    assert down.value.response.status_code == 503
    with pytest.raises(SlackApiError) as limited:
        await client.chat_postMessage(channel="C1", text="x")
    assert limited.value.response.headers["Retry-After"] == "7"
    assert await refusal(client.chat_postMessage(channel="C1", text="x")) == "internal_error"
    assert (await client.users_info(user="U2"))["ok"]
    assert await refusal(client.users_info(user="U1")) == "fatal_error"


async def test_everything_the_app_sends_can_be_searched(
    client: AsyncWebClient, slack: Slack, team: Workspace
) -> None:
    await client.chat_postMessage(channel="C1", text=f"my token is {team.token}")

    assert slack.leaks(team.token) == ["chat.postMessage"]
    assert slack.leaks(slack.app.signing_secret) == []
    assert team.token in slack.shown()


# --- triggers and stacks


async def test_a_trigger_opens_one_view_within_three_seconds(
    slack: Slack, team: Workspace, client: AsyncWebClient, clock: MovableClock
) -> None:
    user = team.user("U1").user
    trigger, late = (slack.triggers.issue(team.team, user) for _ in range(2))

    await client.views_open(trigger_id=trigger, view=ANSWER)
    again = client.views_open(trigger_id=trigger, view=ANSWER)
    assert await refusal(again) == "exchanged_trigger_id"
    clock.advance(3.1)
    assert await refusal(client.views_open(trigger_id=late, view=ANSWER)) == "expired_trigger_id"
    guess = client.views_open(trigger_id="1.2.guess", view=ANSWER)
    assert await refusal(guess) == "invalid_trigger_id"
    other = slack.workspace("T2")
    other.install()
    stranger = AsyncWebClient(other.token, base_url=slack.api_url)
    foreign = slack.triggers.issue(team.team, user)
    call = stranger.views_open(trigger_id=foreign, view=ANSWER)
    assert await refusal(call) == "invalid_trigger_id"


async def test_three_views_fit_on_the_stack(
    slack: Slack, team: Workspace, client: AsyncWebClient
) -> None:
    ann = team.user("U1")

    def trigger() -> str:
        return slack.triggers.issue(team.team, ann.user)

    await client.views_open(trigger_id=trigger(), view=ANSWER)
    await client.views_push(trigger_id=trigger(), view=REVEAL)
    top = (await client.views_push(trigger_id=trigger(), view=REVEAL))["view"]
    assert await refusal(client.views_push(trigger_id=trigger(), view=REVEAL)) == (
        "push_limit_reached"
    )
    assert ann.view
    assert ann.view.id == top["id"]
    assert top["root_view_id"] == ann.user.stack[0].id
    call = client.views_open(trigger_id=trigger(), view=modal(section("x" * 3001)))
    assert await refusal(call) == "invalid_arguments"
    large = modal(*[section("x" * 3000) for _ in range(90)])
    assert await refusal(client.views_open(trigger_id=trigger(), view=large)) == "view_too_large"


async def test_a_response_url_ages(
    slack: Slack, team: Workspace, client: AsyncWebClient, clock: MovableClock
) -> None:
    url = slack.responses.issue(team.team, "C1", "U1")
    clock.advance(1801)
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json={"text": "late"}) as response,
    ):
        assert (await response.json())["error"] == "expired_url"


async def test_a_response_url_replaces_and_deletes_what_was_pressed(
    slack: Slack, team: Workspace, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel="C1", user="U1", text="one", blocks=CARD)
    (note,) = team.user("U1").ephemerals()
    url = slack.responses.issue(team.team, "C1", "U1", note)

    async with aiohttp.ClientSession() as session:
        for body in ({"text": "two", "replace_original": True}, {"text": "more"}):
            async with session.post(url, json=body) as response:
                assert await response.text() == "ok"
        assert [m.text for m in team.user("U1").ephemerals()] == ["two", "more"]
        await session.post(url, json={"delete_original": True})

    assert [m.text for m in team.user("U1").ephemerals()] == ["more"]
