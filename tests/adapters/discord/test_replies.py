"""Plain replies: what counts, what does not, and that nobody is bothered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.models import Attempt, AttemptKey, RoundId
from tests.adapters.discord.conftest import Team, a_team
from tests.fakes.discord import Channel, FakeDiscord, Member, Message
from tests.fakes.discord.channels import FORUM

NOTED, LOOK_FIRST = "📝", "👀"
REACTION = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me"


async def attempt_of(team: Team, who: Member) -> Attempt | None:
    key = AttemptKey(round_id=RoundId(1))
    return (await team.bot.store.situation(team.caller(who), key)).attempt


async def says(
    team: Team, who: Member, text: str, channel: Channel | None = None, **how: Any
) -> list[str]:
    """Let somebody say something; which reactions of the bot it gets."""
    said = await who.say(channel or team.channel, text, **how)
    await team.settle()
    return list(said.reactions)


async def reveal(team: Team, who: Member, card: Message) -> None:
    modal = (await who.press(card, "Answer")).as_modal()
    await who.submit(modal, {"confidence": "sure"})


async def a_thread(team: Team, card: Message) -> Channel:
    http = team.bot.face.connection.client.http
    await http.start_thread_with_message(
        team.channel.id, card.id, name="Talk", auto_archive_duration=60
    )
    await team.settle()
    return team.guild.threads[-1]


# --- what counts


@pytest.mark.parametrize("grade", ["got it", "missed it", "1/2"])
async def test_a_grade_is_taken_without_telling_which(team: Team, grade: str):
    card = await team.set_up()
    await reveal(team, team.bob, card)

    assert await says(team, team.bob, grade, reply_to=card) == [NOTED]

    attempt = await attempt_of(team, team.bob)
    assert attempt is not None
    assert attempt.grade is not None


async def test_words_are_taken_as_the_attempt(team: Team):
    card = await team.set_up()

    assert await says(team, team.bob, "it is bound to the request", reply_to=card) == [NOTED]

    attempt = await attempt_of(team, team.bob)
    assert attempt is not None
    assert attempt.words == "it is bound to the request"


async def test_a_mention_of_a_colleague_is_kept_by_name(team: Team):
    card = await team.set_up()
    words = f"what {team.cid.mention} said"

    await says(team, team.bob, words, reply_to=card)
    by_reply = await attempt_of(team, team.bob)
    await team.bob.use("Answer this question", team.channel.said[-1])
    by_command = await attempt_of(team, team.bob)

    assert by_reply is not None and by_reply.words == "what @Cid said"
    assert by_command is not None and by_command.words == "what @Cid said"


async def test_a_grade_before_the_answer_is_pointed_to_the_answer(team: Team):
    card = await team.set_up()

    assert await says(team, team.bob, "got it", reply_to=card) == [LOOK_FIRST]
    assert await attempt_of(team, team.bob) is None


async def test_in_the_thread_a_mention_lets_us_read(team: Team):
    card = await team.set_up()
    thread = await a_thread(team, card)

    assert await says(team, team.bob, "some words", thread) == []
    assert await says(team, team.bob, "some words", thread, mention_bot=True) == [NOTED]

    attempt = await attempt_of(team, team.bob)
    assert attempt is not None
    assert attempt.words == "some words"


async def test_in_a_post_of_a_forum_a_reply_counts_as_in_a_channel(team: Team):
    team.channel = team.guild.post(team.guild.channel("forum", FORUM), "Quiz", team.ann)
    await team.settle()
    card = await team.set_up()

    assert await says(team, team.bob, "it is bound to the request", reply_to=card) == [NOTED]
    assert await says(team, team.cid, "some talk", mention_bot=True) == []


async def test_with_the_privileged_intent_a_thread_needs_no_mention(
    discord: FakeDiscord, sqlite_url: str
):
    discord.app.portal.message_content = True
    async with a_team(discord, sqlite_url, message_content=True) as team:
        card = await team.set_up()
        thread = await a_thread(team, card)

        assert await says(team, team.bob, "some words", thread) == [NOTED]


# --- what does not


async def test_talk_after_the_reveal_is_left_alone(team: Team):
    card = await team.set_up()
    await reveal(team, team.bob, card)

    assert await says(team, team.bob, "what a nice question", reply_to=card) == []


async def test_a_reply_without_a_ping_cannot_be_read(team: Team):
    card = await team.set_up()

    assert await says(team, team.bob, "some words", reply_to=card, ping=False) == []
    assert await attempt_of(team, team.bob) is None


async def test_only_cards_are_replied_to(team: Team):
    await team.set_up()
    said = await team.cid.say(team.channel, "hello all")

    assert await says(team, team.bob, "got it", reply_to=said, mention_bot=True) == []
    assert await says(team, team.bob, "got it", mention_bot=True) == []
    assert await attempt_of(team, team.bob) is None


async def test_a_closed_round_hears_nothing(team: Team):
    card = await team.set_up()
    await team.next_card()

    assert await says(team, team.bob, "some words", reply_to=card) == []


async def test_bots_are_not_listened_to(team: Team):
    card = await team.set_up()
    robot = team.guild.member("Robot", user=replace(team.cid.user, id=77, bot=True))
    team.discord.world.users[77] = robot.user

    assert await says(team, robot, "got it", reply_to=card) == []
    assert await attempt_of(team, robot) is None


async def test_an_edit_is_not_read_again(team: Team):
    card = await team.set_up()
    said = await team.bob.say(team.channel, "first words", reply_to=card)
    await team.settle()

    await team.bob.edit(said, "second words")
    await team.settle()

    attempt = await attempt_of(team, team.bob)
    assert attempt is not None
    assert attempt.words == "first words"


async def test_what_was_deleted_was_said(team: Team):
    card = await team.set_up()
    said = await team.bob.say(team.channel, "first words", reply_to=card)
    await team.settle()

    await team.bob.delete(said)
    await team.settle()

    attempt = await attempt_of(team, team.bob)
    assert attempt is not None
    assert attempt.words == "first words"


async def test_a_message_delivered_again_changes_nothing(team: Team):
    card = await team.set_up()
    await reveal(team, team.bob, card)
    await says(team, team.bob, "got it", reply_to=card)
    await says(team, team.bob, "missed", reply_to=card)

    team.discord.gateway.resend("MESSAGE_CREATE", -2)
    await team.settle()

    attempt = await attempt_of(team, team.bob)
    assert attempt is not None
    assert attempt.grade == "missed"


async def test_a_reaction_that_is_not_allowed_is_done_without(team: Team):
    card = await team.set_up()
    team.guild.deny_bot("add_reactions", channel=team.channel)

    assert await says(team, team.bob, "some words", reply_to=card) == []
    assert await attempt_of(team, team.bob) is not None


async def test_replies_never_bring_a_message(team: Team):
    card = await team.set_up()
    before = len(team.channel.from_bot)

    for words in ("got it", "some words", "got it"):
        await says(team, team.bob, words, reply_to=card)

    assert len(team.channel.from_bot) == before
    assert team.bob.dm.from_bot == []
    assert team.discord.clock.now() - card.created_at < timedelta(minutes=1)
