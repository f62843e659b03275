"""Posting: once, found again, and a clear reason where it cannot be."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.errors import RefusedError, RetryLaterError, UnknownOutcomeError
from bot.core.models import Address, DeliveryId, Kind, MessageRef, Platform
from bot.core.parts import Card, Heading, Paragraph, Picture
from bot.core.ports import Parcel
from tests.adapters.discord.conftest import Team
from tests.fakes.discord import Channel, Message
from tests.fakes.discord.channels import FORUM, VOICE
from tests.fakes.discord.components import walk
from tests.fakes.discord.errors import Refusal

POST, HISTORY = "/channels/{channel_id}/messages", "/channels/{channel_id}/messages"
THREADS = "/channels/{channel_id}/messages/{message_id}/threads"
CARD = Card("A card.", (Heading(("A card",)), Paragraph(("Some words.",))))


def an_address(team: Team, channel: Any = None) -> Address:
    place = channel or team.channel
    return Address(Platform.DISCORD, str(team.guild.id), str(place.id))


def a_parcel(team: Team, number: int = 7, channel: Any = None, **changes: Any) -> Parcel:
    plain: dict[str, Any] = {
        "id": DeliveryId(number),
        "kind": Kind.DAILY,
        "to": an_address(team, channel),
        "card": CARD,
        "since": team.discord.clock.now(),
    }
    return Parcel(**(plain | changes))


def posts(team: Team) -> list[Message]:
    return [message for message in team.channel.from_bot if "A card" in message.text]


# --- once


async def test_a_post_is_an_ordinary_message_with_its_delivery_on_it(team: Team):
    ref = await team.bot.face.messenger.post(a_parcel(team))

    (message,) = posts(team)
    assert ref == MessageRef(str(message.id))
    assert message.interaction is None
    assert message.nonce == "fq-7"
    assert message.components[0]["id"] == 1_000_000_007
    (call,) = team.discord.calls_to("POST", POST)[-1:]
    assert call.body["enforce_nonce"] is True
    assert call.body["allowed_mentions"]["parse"] == []


async def test_a_lost_answer_is_an_unknown_outcome_and_a_second_try_changes_nothing(team: Team):
    team.discord.fault("POST", POST, drop="after")
    messenger, parcel = team.bot.face.messenger, a_parcel(team)

    with pytest.raises(UnknownOutcomeError):
        await messenger.post(parcel)
    ref = await messenger.post(parcel)

    (message,) = posts(team)
    assert ref == str(message.id)


async def test_long_after_the_nonce_a_post_is_found_in_the_history(team: Team):
    messenger, parcel = team.bot.face.messenger, a_parcel(team)
    await messenger.post(a_parcel(team, 6))
    ref = await messenger.post(parcel)
    for i in range(230):
        await team.bob.say(team.channel, f"talk {i}")
    team.discord.clock.advance(timedelta(hours=3))

    assert await messenger.find(parcel) == ref
    assert await messenger.find(a_parcel(team, 8, since=parcel.since)) is None
    assert len(team.discord.calls_to("GET", HISTORY)) >= 3


async def test_somebody_elses_message_is_not_taken_for_ours(team: Team):
    messenger, parcel = team.bot.face.messenger, a_parcel(team)
    await messenger.post(parcel)
    posts(team)[0].author = team.bob.user

    assert await messenger.find(parcel) is None


async def test_what_is_older_than_the_first_try_is_not_it(team: Team):
    messenger, parcel = team.bot.face.messenger, a_parcel(team)
    await messenger.post(parcel)
    team.discord.clock.advance(timedelta(hours=3))

    assert await messenger.find(a_parcel(team)) is None


async def test_nobody_is_told_that_a_post_is_not_there_who_may_not_look(team: Team):
    messenger, parcel = team.bot.face.messenger, a_parcel(team)
    await messenger.post(parcel)
    team.guild.deny_bot("read_message_history", channel=team.channel)
    await team.settle()

    with pytest.raises(RefusedError) as refused:
        await messenger.find(parcel)

    assert "Read Message History" in refused.value.advice


async def test_a_call_cut_off_in_a_rate_limit_does_not_hold_up_the_next(team: Team):
    messenger = team.bot.face.messenger
    team.discord.fault("POST", POST, retry_after=timedelta(seconds=0.4), is_global=True)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await messenger.post(a_parcel(team))
    async with asyncio.timeout(3):
        await messenger.post(a_parcel(team))

    assert len(posts(team)) == 1


# --- why not


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 503}, UnknownOutcomeError),
        ({"drop": "before"}, UnknownOutcomeError),
        ({"retry_after": timedelta(0), "via": False}, RetryLaterError),
    ],
)
async def test_what_may_heal_is_tried_again(team: Team, fault: Any, error: type[Exception]):
    team.discord.fault("POST", POST, **fault)

    with pytest.raises(error):
        await team.bot.face.messenger.post(a_parcel(team))


@pytest.mark.parametrize(
    ("lost", "named"),
    [(("send_messages",), "Send Messages"), (("view_channel",), "View Channel")],
)
async def test_a_missing_permission_is_named_before_anything_is_sent(
    team: Team, lost: tuple[str, ...], named: str
):
    team.guild.deny_bot(*lost, channel=team.channel)
    await team.settle()

    with pytest.raises(RefusedError) as refused:
        await team.bot.face.messenger.post(a_parcel(team))

    assert named in refused.value.reason
    assert team.discord.calls_to("POST", POST) == []


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (Refusal.MISSING_PERMISSIONS, "may not do that"),
        (Refusal.MISSING_ACCESS, "cannot see the channel"),
        (Refusal.UNKNOWN_CHANNEL, "the channel is gone"),
        (Refusal.NOT_A_TEXT_CHANNEL, "of this kind"),
        (Refusal.TOO_LARGE, "Discord refused it: Request entity too large"),
        (Refusal.UNAUTHORIZED, "does not accept the token"),
    ],
)
async def test_a_refusal_says_what_to_do(team: Team, refusal: Refusal, words: str):
    team.discord.fault("POST", POST, refusal=refusal)

    with pytest.raises(RefusedError) as refused:
        await team.bot.face.messenger.post(a_parcel(team))

    assert words in refused.value.reason
    assert refused.value.advice


async def test_a_channel_that_is_gone_is_left_and_its_neighbour_is_not(team: Team):
    await team.set_up()
    other = team.guild.channel("other")
    await team.ann.command("flaskquiz settings", channel=other, time="10:00")
    team.discord.fault("POST", POST, refusal=Refusal.UNKNOWN_CHANNEL)

    with pytest.raises(RefusedError):
        await team.bot.face.messenger.post(a_parcel(team))

    assert await state(team, team.channel) == "gone"
    assert await state(team, other) == "active"


async def test_a_guild_that_was_lost_while_we_were_down_is_left(team: Team):
    await team.set_up()
    await team.bot.stop()
    team.guild.remove_bot()
    await team.bot.start()

    with pytest.raises(RefusedError):
        await team.bot.face.messenger.post(a_parcel(team))

    assert await state(team, team.channel) == "gone"


async def test_before_the_login_there_is_patience(team: Team):
    await team.bot.stop()

    with pytest.raises(RetryLaterError):
        await team.bot.face.messenger.post(a_parcel(team))


# --- threads, edits, notices


async def test_the_answer_goes_into_the_thread_of_its_card(team: Team):
    messenger = team.bot.face.messenger
    card = await messenger.post(a_parcel(team))
    answer = a_parcel(team, 8, kind=Kind.ANSWER, thread=card)

    ref = await messenger.post(answer)

    (thread,) = team.guild.threads
    assert thread.name == "The answer"
    assert [m.text for m in thread.from_bot] == ["### A card\nSome words."]
    assert ref == f"{thread.id}/{thread.from_bot[0].id}"
    assert await messenger.find(answer) == ref


async def test_a_thread_that_somebody_began_is_used(team: Team):
    messenger = team.bot.face.messenger
    card = await messenger.post(a_parcel(team))
    await messenger._thread(team.channel.id, int(card))
    team.guild.archive(team.guild.threads[0])

    await messenger.post(a_parcel(team, 8, kind=Kind.ANSWER, thread=card))

    (thread,) = team.guild.threads
    assert len(thread.from_bot) == 1


@pytest.mark.parametrize("trouble", ["locked", "forbidden", "mute", "blind", "deleted"])
async def test_where_there_is_no_thread_the_answer_replies_to_the_card(team: Team, trouble: str):
    messenger = team.bot.face.messenger
    card = await messenger.post(a_parcel(team))
    match trouble:
        case "locked":
            await messenger._thread(team.channel.id, int(card))
            team.guild.archive(team.guild.threads[0], locked=True)
        case "forbidden":
            team.guild.deny_bot("create_public_threads", channel=team.channel)
        case "mute":
            team.guild.deny_bot("send_messages_in_threads", channel=team.channel)
            await team.settle()
        case "blind":
            team.guild.deny_bot("read_message_history", channel=team.channel)
            await team.settle()
        case "deleted":
            team.ann.grant("manage_messages")
            await team.ann.delete(posts(team)[0])
    answer = a_parcel(team, 8, kind=Kind.ANSWER, thread=card)

    ref = await messenger.post(answer)

    newest = team.channel.from_bot[-1]
    assert ref == str(newest.id)
    assert (newest.replied_to is None) == (trouble in ("blind", "deleted"))
    assert newest.mentions == []
    assert len(team.guild.threads) == (trouble == "locked")
    team.guild.allow_bot("read_message_history", channel=team.channel)
    await team.settle()
    assert await messenger.find(answer) == ref


async def test_an_answer_is_found_in_its_thread_after_a_lost_answer(team: Team):
    messenger = team.bot.face.messenger
    card = await messenger.post(a_parcel(team))
    answer = a_parcel(team, 8, kind=Kind.ANSWER, thread=card)
    team.discord.fault("POST", POST, drop="after")

    with pytest.raises(UnknownOutcomeError):
        await messenger.post(answer)
    found = await messenger.find(answer)

    assert found == f"{card}/{team.guild.threads[0].from_bot[0].id}"


async def test_a_picture_goes_along_with_words_for_who_cannot_see_it(team: Team):
    card = Card("A card.", (*CARD.blocks, Picture("week.png", "Ann leads", b"png")))

    await team.bot.face.messenger.post(a_parcel(team, card=card))

    (message,) = posts(team)
    assert message.attachments[0].content == b"png"
    (gallery,) = walk(message.components, 12)
    assert gallery["items"][0]["description"] == "Ann leads"


async def test_without_permission_to_attach_the_words_go_alone(team: Team):
    team.guild.deny_bot("attach_files", channel=team.channel)
    await team.settle()
    card = Card("A card.", (*CARD.blocks, Picture("week.png", "Ann leads", b"png")))

    await team.bot.face.messenger.post(a_parcel(team, card=card))

    (message,) = posts(team)
    assert message.attachments == []


async def test_an_edit_replaces_the_card(team: Team):
    messenger = team.bot.face.messenger
    ref = await messenger.post(a_parcel(team))

    await messenger.edit(an_address(team), ref, Card("Other.", (Paragraph(("Other words.",)),)))

    assert team.channel.from_bot[-1].text == "Other words."


async def test_a_deleted_card_is_not_edited(team: Team):
    messenger = team.bot.face.messenger
    ref = await messenger.post(a_parcel(team))
    team.ann.grant("manage_messages")
    await team.ann.delete(posts(team)[0])

    with pytest.raises(RefusedError, match="deleted"):
        await messenger.edit(an_address(team), ref, CARD)


async def test_a_notice_goes_to_its_member_alone(team: Team):
    messenger = team.bot.face.messenger
    notice = a_parcel(team, kind=Kind.NOTICE, member=str(team.ann.id))

    ref = await messenger.post(notice)

    assert [m.text for m in team.ann.dm.from_bot] == ["### A card\nSome words."]
    assert posts(team) == []
    assert await messenger.find(notice) == ref


async def test_a_member_who_takes_no_messages_is_left_alone(team: Team):
    team.ann.dm.is_closed = True

    with pytest.raises(RefusedError, match="takes no messages"):
        await team.bot.face.messenger.post(
            a_parcel(team, kind=Kind.NOTICE, member=str(team.ann.id))
        )
    with pytest.raises(RefusedError, match="nobody is known"):
        await team.bot.face.messenger.post(a_parcel(team, kind=Kind.NOTICE))


# --- permissions


async def test_the_doctor_hears_what_is_missing_and_what_for(team: Team):
    messenger = team.bot.face.messenger
    assert await messenger.permissions(an_address(team)) == []

    team.guild.deny_bot("attach_files", "add_reactions", channel=team.channel)
    await team.settle()

    assert await messenger.permissions(an_address(team)) == [
        "I lack Attach Files here: I need it to show the leaderboard's picture.",
        "I lack Add Reactions here: I need it to confirm a reply.",
    ]


async def test_of_a_channel_out_of_sight_nothing_else_is_missed(team: Team):
    team.guild.deny_bot("view_channel", channel=team.channel)
    await team.settle()

    assert await team.bot.face.messenger.permissions(an_address(team)) == [
        "I lack View Channel here: I need it to post here at all."
    ]
    with pytest.raises(RefusedError, match="lacks View Channel in the channel"):
        await team.bot.face.messenger.post(a_parcel(team))


async def test_without_a_gateway_permissions_are_asked_for(team: Team):
    messenger = team.bot.face.messenger
    team.guild.deny_bot("attach_files", channel=team.channel)
    await team.settle()
    team.bot.face.connection.client._ready.clear()

    assert [line.split(" here")[0] for line in await messenger.permissions(an_address(team))] == [
        "I lack Attach Files"
    ]
    team.guild.role("boss", "administrator")
    team.guild.members[team.discord.app.user.id].roles.append(list(team.guild.roles)[-1])
    assert await messenger.permissions(an_address(team)) == []


async def test_a_channel_without_text_is_no_place_for_a_quiz(team: Team):
    forum = team.guild.channel("forum", FORUM)
    await team.settle()

    (words,) = await team.bot.face.messenger.permissions(an_address(team, forum))

    assert "forum" in words


async def test_only_what_is_of_use_in_a_channel_of_its_kind_is_missed_there(team: Team):
    messenger = team.bot.face.messenger
    forum, voice = team.guild.channel("forum", FORUM), team.guild.channel("voice", VOICE)
    post = team.guild.post(forum, "Quiz", team.ann)
    team.guild.deny_bot("send_messages", "create_public_threads", channel=forum)
    team.guild.deny_bot("create_public_threads", "send_messages_in_threads", channel=voice)
    await team.settle()

    assert await messenger.permissions(an_address(team, post)) == []
    assert await messenger.permissions(an_address(team, voice)) == []

    team.guild.deny_bot("send_messages_in_threads", channel=forum)
    await team.settle()

    assert await messenger.permissions(an_address(team, post)) == [
        "I lack Send Messages in Threads here: I need it to post here at all.",
        "I lack Attach Files here: I need it to show the leaderboard's picture.",
    ]


async def test_a_channel_nobody_knows_is_said_to_be_gone(team: Team):
    unknown = Address(Platform.DISCORD, str(team.guild.id), "123")

    (words,) = await team.bot.face.messenger.permissions(unknown)

    assert "the channel is gone" in words


async def test_the_quiz_runs_beside_a_call_too(team: Team):
    voice = team.guild.channel("voice", VOICE)
    await team.settle()
    messenger = team.bot.face.messenger
    card = await messenger.post(a_parcel(team, channel=voice))

    await messenger.post(a_parcel(team, 8, channel=voice, kind=Kind.ANSWER, thread=card))

    assert len(voice.from_bot) == 2


async def state(team: Team, channel: Channel) -> str:
    kept = await team.bot.store.find_channel(replace(team.caller(), channel=str(channel.id)))
    assert kept is not None
    return kept.state
