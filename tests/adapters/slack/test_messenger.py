"""Every delivery reaches its channel once, whatever Slack answers; and refusals say what helps."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.slack.messenger import EVENT_TYPE, PICTURE_WAITS, SlackMessenger
from bot.adapters.slack.refused import ADVICE
from bot.core.errors import (
    RefusedError,
    RetryLaterError,
    UndeliveredError,
    UnknownOutcomeError,
)
from bot.core.models import Address, DeliveryId, DeliveryState, Kind, MessageRef, Platform
from bot.core.parts import Card, Paragraph, Picture
from bot.core.ports import Parcel
from tests.adapters.slack.conftest import Team, a_team
from tests.adapters.slack.running import MONDAY, PNG, MovedClock
from tests.builders import setup
from tests.fakes.slack import Slack

CARD = Card("Hello <!channel> & *you*", (Paragraph(("Hello <!channel> <@U12> & *you*",)),))
PICTURED = Card("Board", (Paragraph(("Board",)), Picture("board.png", "1st <ann> 10 points", PNG)))


def a_parcel(team: Team, card: Card = CARD, **changes: Any) -> Parcel:
    to = Address(Platform.SLACK, team.workspace.id, team.channel.id)
    parcel = Parcel(DeliveryId(7), Kind.DAILY, to, card, since=team.clock())
    return replace(parcel, **changes)


@pytest.fixture
async def joined(one: Team) -> Team:
    """The bot is in the channel and has said nothing yet."""
    one.channel.members.add(one.workspace.bot_user_id)
    return one


def messenger(team: Team) -> SlackMessenger:
    return team.bot.face.messenger


# --- posting


async def test_a_post_pings_nobody_and_its_metadata_holds_an_id_alone(joined: Team):
    ref = await messenger(joined).post(a_parcel(joined))

    (message,) = joined.channel.messages
    assert message.ts == ref
    assert message.pings == []
    assert message.text == "Hello &lt;!channel&gt; &amp; *you*"
    assert message.metadata == {"event_type": EVENT_TYPE, "event_payload": {"delivery": 7}}
    (call,) = joined.slack.calls("chat.postMessage")
    assert call.arguments["unfurl_links"] is False
    assert call.arguments["unfurl_media"] is False


async def test_a_thread_post_goes_under_its_card(joined: Team):
    card = await messenger(joined).post(a_parcel(joined))

    await messenger(joined).post(a_parcel(joined, thread=card))

    assert len(joined.channel.messages) == 1
    assert len(joined.channel.thread(card)) == 1


async def test_a_notice_goes_to_the_admin_alone(joined: Team):
    await messenger(joined).post(a_parcel(joined, kind=Kind.NOTICE, member=joined.ann.id))

    assert not joined.channel.messages
    assert [m.words for m in joined.ann.dm().messages]


async def test_a_lost_answer_is_an_unknown_outcome_and_the_post_is_found(joined: Team):
    joined.slack.fault("chat.postMessage", drop="after")
    parcel = a_parcel(joined)

    with pytest.raises(UnknownOutcomeError):
        await messenger(joined).post(parcel)

    (message,) = joined.channel.messages
    assert await messenger(joined).find(parcel) == message.ts
    assert len(joined.slack.calls("chat.postMessage")) == 1


async def test_a_lost_request_is_an_unknown_outcome_and_nothing_is_found(joined: Team):
    joined.slack.fault("chat.postMessage", drop="before")

    with pytest.raises(UnknownOutcomeError):
        await messenger(joined).post(a_parcel(joined))

    assert await messenger(joined).find(a_parcel(joined)) is None


ANSWERS: list[tuple[dict[str, Any], type[UndeliveredError]]] = [
    ({"retry_after": 17}, RetryLaterError),
    ({"error": "ratelimited"}, RetryLaterError),
    ({"error": "service_unavailable"}, RetryLaterError),
    ({"status": 500}, UnknownOutcomeError),
    ({"status": 502}, UnknownOutcomeError),
    ({"status": 503}, UnknownOutcomeError),
    ({"error": "internal_error"}, UnknownOutcomeError),
    ({"error": "fatal_error"}, UnknownOutcomeError),
    *(({"error": word}, RefusedError) for word in ADVICE),
    ({"error": "something_new"}, RefusedError),
]


async def test_what_slack_answers_is_told_for_what_it_is(joined: Team):
    for fault, wanted in ANSWERS:
        before = len(joined.slack.calls("chat.postMessage"))
        joined.slack.fault("chat.postMessage", **fault)

        with pytest.raises(UndeliveredError) as caught:
            await messenger(joined).post(a_parcel(joined))

        assert type(caught.value) is wanted, fault
        assert joined.workspace.token not in str(caught.value)
        assert len(joined.slack.calls("chat.postMessage")) == before + 1
        if isinstance(caught.value, RefusedError):
            assert caught.value.advice.endswith(".")


async def test_the_pause_that_slack_asks_for_is_handed_on(joined: Team):
    joined.slack.fault("chat.postMessage", retry_after=17)

    with pytest.raises(RetryLaterError) as caught:
        await messenger(joined).post(a_parcel(joined))

    assert caught.value.after == timedelta(seconds=17)


@pytest.mark.parametrize(
    ("what", "reason", "advice"),
    [
        ("nowhere", "channel_not_found", "invite me"),
        ("not in", "not_in_channel", "/invite @FlaskQuiz"),
        ("archived", "is_archived", "Unarchive"),
        ("thread", "thread_not_found", "deleted"),
        ("scope", "missing_scope: chat:write", "manifest"),
        ("workspace", "not installed", "Install"),
    ],
)
async def test_a_channel_that_cannot_be_posted_to_is_refused_with_advice(
    joined: Team, what: str, reason: str, advice: str
):
    parcel = a_parcel(joined)
    match what:
        case "nowhere":
            parcel = replace(parcel, to=replace(parcel.to, channel="C404"))
        case "not in":
            joined.channel.members.discard(joined.workspace.bot_user_id)
        case "archived":
            joined.channel.archived = True
        case "thread":
            parcel = replace(parcel, thread=MessageRef("1.000001"))
        case "scope":
            assert joined.workspace.team.token
            joined.workspace.team.token.scopes = frozenset({"channels:read"})
        case "workspace":
            parcel = replace(parcel, to=replace(parcel.to, workspace="T9"))

    with pytest.raises(RefusedError, match=reason) as caught:
        await messenger(joined).post(parcel)

    assert advice in caught.value.advice


# --- looking


async def test_a_post_is_found_among_many_over_pages_and_not_taken_for_another(joined: Team):
    await messenger(joined).post(a_parcel(joined, id=DeliveryId(6)))
    ref = await messenger(joined).post(a_parcel(joined))
    for number in range(450):
        await joined.bob.say(joined.channel, f"talk {number}")

    assert await messenger(joined).find(a_parcel(joined)) == ref
    assert await messenger(joined).find(a_parcel(joined, id=DeliveryId(8))) is None


async def test_a_post_of_a_clock_that_is_behind_is_found(joined: Team):
    ref = await messenger(joined).post(a_parcel(joined))
    ahead = a_parcel(joined, since=joined.clock() + timedelta(minutes=3))

    assert await messenger(joined).find(ahead) == ref


async def test_a_member_cannot_pass_their_words_off_as_a_delivery(joined: Team):
    said = (await joined.bob.say(joined.channel, "hello")).said
    assert said is not None
    said.metadata = {"event_type": EVENT_TYPE, "event_payload": {"delivery": 7}}

    assert await messenger(joined).find(a_parcel(joined)) is None


async def test_thread_posts_and_notices_are_found_where_they_are(joined: Team):
    card = await messenger(joined).post(a_parcel(joined, id=DeliveryId(1)))
    for changes in ({"thread": card}, {"member": joined.ann.id}):
        parcel = a_parcel(joined, **changes)

        assert await messenger(joined).find(parcel) is None
        ref = await messenger(joined).post(parcel)
        assert await messenger(joined).find(parcel) == ref


@pytest.mark.parametrize(
    ("fault", "wanted"),
    [
        ({"retry_after": 60}, RetryLaterError),
        ({"status": 500}, RetryLaterError),
        ({"drop": "before", "times": 2}, RetryLaterError),  # aiohttp repeats what only reads
        ({"error": "missing_scope"}, RefusedError),
        ({"error": "channel_not_found"}, RefusedError),
    ],
)
async def test_looking_that_fails_is_put_off_or_given_up_and_never_taken_for_nothing(
    joined: Team, fault: dict[str, Any], wanted: type[Exception]
):
    joined.slack.fault("conversations.history", **fault)

    with pytest.raises(wanted):
        await messenger(joined).find(a_parcel(joined))


async def test_a_post_under_much_talk_is_found_by_one_page_a_minute(joined: Team):
    ref = await messenger(joined).post(a_parcel(joined))
    for number in range(40):
        await joined.bob.say(joined.channel, f"talk {number}")
    joined.slack.rates.limit("conversations.history", 1)

    for tries in (2, 3):
        with pytest.raises(RetryLaterError):
            await messenger(joined).find(a_parcel(joined, tries=tries))
        await joined.bob.say(joined.channel, "more talk")
        joined.clock.move(minutes=1)

    assert await messenger(joined).find(a_parcel(joined, tries=4)) == ref


async def test_looking_begins_anew_where_slack_has_forgotten_how_far_it_was(joined: Team):
    ref = await messenger(joined).post(a_parcel(joined))
    for number in range(40):
        await joined.bob.say(joined.channel, f"talk {number}")
    joined.slack.rates.limit("conversations.history", 1)
    with pytest.raises(RetryLaterError):
        await messenger(joined).find(a_parcel(joined, tries=2))
    joined.clock.move(minutes=1)
    joined.slack.fault("conversations.history", error="invalid_cursor")

    with pytest.raises(RetryLaterError, match="invalid_cursor"):
        await messenger(joined).find(a_parcel(joined, tries=3))

    for tries in (4, 5):
        joined.clock.move(minutes=1)
        with pytest.raises(RetryLaterError):
            await messenger(joined).find(a_parcel(joined, tries=tries))
    joined.clock.move(minutes=1)
    assert await messenger(joined).find(a_parcel(joined, tries=6)) == ref


async def test_looking_begins_anew_where_another_process_tried_in_between(joined: Team):
    parcel = a_parcel(joined)
    for number in range(40):
        await joined.bob.say(joined.channel, f"talk {number}")
    joined.slack.rates.limit("conversations.history", 1)
    with pytest.raises(RetryLaterError):
        await messenger(joined).find(replace(parcel, tries=2))
    ref = await messenger(joined).post(replace(parcel, tries=3))
    joined.clock.move(minutes=1)

    assert await messenger(joined).find(replace(parcel, tries=4)) == ref


# --- pictures


async def test_a_card_and_its_picture_are_one_message_that_can_be_found(joined: Team):
    ref = await messenger(joined).post(a_parcel(joined, PICTURED))

    (message,) = joined.channel.messages
    image = next(block for block in message.blocks if block["type"] == "image")
    assert image["alt_text"] == "1st <ann> 10 points"
    file = joined.workspace.team.files[image["slack_file"]["id"]]
    assert (file.content, file.alt_text, file.completed) == (PNG, "1st <ann> 10 points", True)
    assert await messenger(joined).find(a_parcel(joined, PICTURED)) == ref


async def test_a_picture_that_is_not_ready_is_waited_for(joined: Team):
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    joined.bot.face.messenger._sleep = sleep
    joined.slack.files_not_ready = 2

    await messenger(joined).post(a_parcel(joined, PICTURED))

    (message,) = joined.channel.messages
    assert any(block["type"] == "image" for block in message.blocks)
    assert slept == list(PICTURE_WAITS[:2])


async def test_without_files_or_after_long_waiting_the_words_go_alone(joined: Team):
    async def sleep(_: float) -> None:
        pass

    joined.bot.face.messenger._sleep = sleep
    joined.slack.files_not_ready = 3
    await messenger(joined).post(a_parcel(joined, PICTURED))
    assert joined.workspace.team.token
    joined.workspace.team.token.scopes -= {"files:write"}
    await messenger(joined).post(a_parcel(joined, PICTURED))

    assert [[b["type"] for b in m.blocks] for m in joined.channel.messages] == [["rich_text"]] * 2


async def test_blocks_that_slack_refuses_are_not_sent_again_and_again(joined: Team):
    joined.slack.fault("chat.postMessage", error="invalid_blocks")

    with pytest.raises(RefusedError, match="invalid_blocks"):
        await messenger(joined).post(a_parcel(joined, PICTURED))

    assert len(joined.slack.calls("chat.postMessage")) == 1


# --- editing, and what is missing


async def test_an_edit_replaces_blocks_and_words_without_a_mark(joined: Team):
    ref = await messenger(joined).post(a_parcel(joined))
    to = a_parcel(joined).to

    await messenger(joined).edit(to, ref, Card("New", (Paragraph(("New",)),)))

    (message,) = joined.channel.messages
    assert (message.text, message.edited_at) == ("New", None)
    assert "Hello" not in json.dumps(message.blocks)
    assert message.metadata is not None


@pytest.mark.parametrize(
    ("fault", "wanted"),
    [({"retry_after": 5}, RetryLaterError), ({"error": "message_not_found"}, RefusedError)],
)
async def test_an_edit_that_fails_says_how(
    joined: Team, fault: dict[str, Any], wanted: type[Exception]
):
    joined.slack.fault("chat.update", **fault)

    with pytest.raises(wanted):
        await messenger(joined).edit(a_parcel(joined).to, MessageRef("1.0"), CARD)


async def test_the_doctor_is_told_what_is_missing(joined: Team):
    to = a_parcel(joined).to
    assert await messenger(joined).permissions(to) == []

    joined.channel.members.discard(joined.workspace.bot_user_id)
    assert await messenger(joined).permissions(to) == [ADVICE["not_in_channel"]]
    joined.channel.archived = True
    assert await messenger(joined).permissions(to) == [ADVICE["is_archived"]]
    missing = replace(to, channel="C404")
    assert await messenger(joined).permissions(missing) == [ADVICE["channel_not_found"]]
    joined.slack.fault("conversations.info", status=500)
    (told,) = await messenger(joined).permissions(to)
    assert "Slack does not answer" in told


async def test_a_scope_that_was_not_granted_is_named(
    slack: Slack, clock: MovedClock, sqlite_url: str
):
    async with a_team(slack, clock, sqlite_url, "socket") as team:
        assert team.workspace.team.token
        team.workspace.team.token.scopes -= {"files:write"}
        await team.bot.restart()
        await team.set_up()

        (told,) = await messenger(team).permissions(a_parcel(team).to)
        team.workspace.install()
        after = await messenger(team).permissions(a_parcel(team).to)

        assert "files:write" in told
        assert after == []


# --- with the scheduler


@pytest.mark.parametrize(
    "fault", [{"drop": "before"}, {"drop": "after"}, {"drop": "after", "status": 503}]
)
async def test_a_daily_whose_answer_is_lost_is_posted_once(one: Team, fault: dict[str, Any]):
    await one.ann.invite(one.channel)
    await one.bot.tick()
    await one.ann.command("/flaskquiz", "settings time 09:30", one.channel)
    one.slack.fault("chat.postMessage", **fault)

    one.clock.move_to("2026-11-23T08:30")
    for _ in range(4):
        await one.bot.tick()
        await one.bot.restart()
        one.clock.move(minutes=1)

    cards = [m for m in one.posts() if "question of the day" in m.words]
    assert len(cards) == 1
    last = await one.bot.store.last_deliveries(one.caller())
    assert last[0].state is DeliveryState.SENT
    assert last[0].message == cards[0].ts


async def test_a_broken_channel_is_told_to_its_admin_once_and_heals(one: Team):
    await one.set_up()
    await one.ann.kick(one.channel)
    one.channel.members.add("U999")
    # The event is lost: the scheduler finds out by itself.
    await one.bot.store.keep_settings(  # as before the bot was removed
        one.caller(),
        setup(
            (await _channel(one)).settings, MONDAY + timedelta(days=1), MONDAY + timedelta(days=7)
        ),
        one.clock(),
    )
    for _ in range(3):
        one.clock.move(days=1)
        await one.bot.tick()

    notes = [m for m in one.ann.dm().messages if "could not post" in m.words]
    assert len(notes) == 1
    assert "/invite @FlaskQuiz" in notes[0].words


async def _channel(team: Team):
    channel = await team.bot.store.find_channel(team.caller())
    assert channel is not None
    return channel
