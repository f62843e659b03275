"""Commands, buttons, forms, the shortcut: what each member sees, and who may do what."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from bot.adapters.slack.manifest import SHORTCUT
from bot.core.errors import StoreError
from bot.store.store import Store
from tests.adapters.slack.conftest import Team, a_team
from tests.adapters.slack.reading import read
from tests.adapters.slack.running import MovedClock
from tests.fakes.slack import NotPossibleError, Person, Slack


async def reveal(team: Team, who: Person) -> None:
    await who.press(team.card(), "Answer")
    await who.submit(values={"words": "x", "confidence": "sure"})


# --- buttons and forms


async def test_double_clicks_and_double_submits_change_nothing_twice(team: Team):
    card = await team.set_up()

    await team.bob.press(card, "Answer", times=2)
    await team.bob.submit(values={"words": "x", "confidence": "sure"}, times=2)
    seen = await team.bob.submit(values={"grade": "got_it"}, times=3)

    assert "Got it" in seen.text
    kept = await team.bot.store.export(team.caller(team.bob))
    assert len(kept["attempts"]) == 1
    shown = await team.bob.command("/flaskquiz", "me", team.channel)
    assert "10, 1st of 1" in " ".join(shown.text.split())


async def test_other_ticks_change_a_grade_that_ticks_have_given(one: Team):
    """What is chosen among radio buttons cannot be taken back in Slack."""
    card = await one.set_up()
    await reveal(one, one.bob)
    seen = await one.bob.submit(values={"ticks": ["0"]})
    assert "Partly" in seen.text

    await one.bob.press(seen.view, "Change my grade")  # type: ignore[arg-type]
    seen = await one.bob.submit(values={"ticks": ["0", "1"]})

    assert "Got it" in seen.text
    await one.bob.press(seen.view, "Change my grade")  # type: ignore[arg-type]
    seen = await one.bob.submit(values={"grade": "partly"})
    assert "Partly" in seen.text
    await one.bob.close(everything=True)
    await one.bob.press(card, "Answer")
    assert "Partly" in (one.bob.view.words if one.bob.view else "")


async def test_a_forgotten_confidence_is_stopped_by_slack_itself(one: Team):
    card = await one.set_up()
    await one.bob.press(card, "Answer")

    with pytest.raises(NotPossibleError, match="complete this required field"):
        await one.bob.submit(values={"words": "x"})


async def test_what_was_typed_for_one_question_is_not_in_the_next_ones_form(one: Team):
    await one.bob.command("/flaskquiz", "practice", one.channel)
    await one.bob.press(one.bob.ephemerals()[-1], "Answer")
    await one.bob.submit(values={"words": "about the first", "confidence": "sure"})
    await one.bob.submit(values={"grade": "got_it"})
    await one.bob.press(one.bob.view, "Practise one more")  # type: ignore[arg-type]
    await one.bob.press(one.bob.view, "Answer")  # type: ignore[arg-type]

    seen = await one.bob.submit(values={"confidence": "guess"})

    assert "You wrote" not in seen.text


async def test_a_card_of_a_closed_round_offers_practice(one: Team):
    card = await one.set_up()
    await one.bob.press(card, "Answer")
    await one.next_card()
    await one.next_card()

    seen = await one.bob.submit(values={"words": "x", "confidence": "sure"})

    assert "This round has closed" in seen.text
    assert seen.view is not None
    assert seen.view.buttons == ["Practise one more"]


@pytest.mark.parametrize(
    "action_id", ["fq:1:answer:r999", "fq:1:answer:zz", "fq:2:answer:r1", "fq:1:nonsense:", "other"]
)
async def test_a_button_that_leads_nowhere_says_so(one: Team, action_id: str):
    card = await one.set_up()
    card.blocks[-3]["elements"][0]["action_id"] = action_id

    seen = await one.bob.press(card, action_id)

    assert "no longer here" in seen.text
    assert seen.failed is None


async def test_a_form_of_another_version_says_so(one: Team):
    card = await one.set_up()
    await one.bob.press(card, "Answer")
    assert one.bob.view is not None
    one.bob.view.body["callback_id"] = "fq:2:reveal:r1"

    seen = await one.bob.submit(values={"words": "x", "confidence": "sure"})

    assert "no longer here" in seen.text


async def test_a_button_in_a_private_message_changes_it_in_its_place(one: Team):
    await one.set_up()
    seen = await one.bob.command("/flaskquiz", "leaderboard", one.channel)
    (board,) = seen.ephemerals

    await one.bob.press(board, "All time")

    assert "all time" in read(board.blocks)
    assert len(one.bob.ephemerals()) == 1


async def test_the_shared_leaderboard_is_one_post_a_day(one: Team):
    await one.set_up()
    await reveal(one, one.bob)
    await one.bob.submit(values={"grade": "got_it"})
    for _ in range(2):
        seen = await one.bob.command("/flaskquiz", "leaderboard", one.channel)
        await one.bob.press(seen.ephemerals[-1], "Share in the channel")
        await one.bot.tick()

    assert len([m for m in one.posts() if "Leaderboard" in m.words]) == 1
    assert "shared here today already" in one.bob.ephemerals()[-1].words


async def test_the_shortcut_opens_the_question_of_a_card_and_of_its_thread(one: Team):
    card = await one.set_up()
    for message in (card, (await one.bob.say(one.channel, "hm", card)).said):
        assert message is not None
        seen = await one.bob.shortcut(SHORTCUT, message)
        assert seen.view is not None
        assert seen.view.title == "Try first"
        await one.bob.close()
    other = (await one.bob.say(one.channel, "lunch?")).said
    assert other is not None

    assert "none of my questions" in (await one.bob.shortcut(SHORTCUT, other)).text


# --- commands


async def test_a_bare_command_opens_todays_question_then_practice(one: Team):
    await one.set_up()

    seen = await one.bob.command("/flaskquiz", "", one.channel)
    assert seen.view is not None
    assert seen.view.title == "Try first"
    await one.bob.submit(values={"words": "x", "confidence": "sure"})
    await one.bob.submit(values={"grade": "partly"})
    await one.bob.close()

    assert "Practice" in (await one.bob.command("/flaskquiz", "", one.channel)).text


async def test_answers_to_commands_are_for_one_member_alone(one: Team):
    await one.set_up()
    before = len(one.channel.messages)

    for words in ("help", "me", "team", "leaderboard", "practice", "doctor", "nonsense", "?"):
        assert (await one.bob.command("/flaskquiz", words, one.channel)).failed is None

    assert len(one.channel.messages) == before


async def test_a_channel_command_in_a_direct_message_says_where_it_works(one: Team):
    seen = await one.bob.command("/flaskquiz", "leaderboard")

    assert "works in a channel" in seen.text


async def test_a_group_of_direct_messages_is_no_channel_either(one: Team):
    group = one.workspace.channel("C9", "mpdm-ann--bob--cid-1", creator=one.ann)

    assert "works in a channel" in (await one.ann.command("/flaskquiz", "settings", group)).text
    assert "Practice" in (await one.ann.command("/flaskquiz", "", group)).text


async def test_export_comes_as_a_file_by_direct_message(one: Team):
    await one.set_up()
    await reveal(one, one.bob)

    seen = await one.bob.command("/flaskquiz", "export", one.channel)

    assert one.slack.calls("files.completeUploadExternal")  # before the acknowledgement
    await seen.until(lambda _: one.bob.dm().messages, within=10)
    assert "comes to you as a direct message" in seen.text
    (message,) = one.bob.dm().messages
    kept = json.loads(message.files[0].content or b"")
    assert kept["attempts"][0]["words"] == "x"
    assert not [f for f in one.workspace.team.files.values() if one.channel.id in f.shared_in]


async def test_an_export_that_cannot_be_sent_is_owned_up_to(one: Team):
    await one.set_up()
    one.slack.fault("files.completeUploadExternal", error="posting_to_channel_denied")

    seen = await one.bob.command("/flaskquiz", "export", one.channel)
    await seen.until(lambda seen: "could not send" in seen.text, within=10)


async def test_an_export_from_home_that_cannot_be_sent_is_owned_up_to(one: Team):
    await one.set_up()
    await one.bob.open_home()
    one.slack.fault("files.completeUploadExternal", error="posting_to_channel_denied")

    seen = await one.bob.press(one.bob.home, "Export my data")  # type: ignore[arg-type]
    await seen.until(lambda seen: "could not send" in seen.text, within=10)

    assert "could not send" in one.bob.dm().messages[-1].words


async def test_an_export_in_a_direct_message_that_cannot_be_sent_is_owned_up_to(one: Team):
    one.slack.fault("files.completeUploadExternal", error="posting_to_channel_denied")

    seen = await one.bob.say(one.bob.dm(), "export")
    await seen.until(lambda seen: "could not send" in seen.text, within=10)


async def test_an_export_that_nobody_can_be_told_of_is_in_the_log(
    one: Team, caplog: pytest.LogCaptureFixture
):
    await one.set_up()
    await one.bob.open_home()
    one.slack.fault("conversations.open", error="user_disabled")
    one.slack.fault("chat.postMessage", error="user_disabled")

    seen = await one.bob.press(one.bob.home, "Export my data")  # type: ignore[arg-type]
    await one.bot.stop()

    assert seen.failed is None
    assert "Slack did not take a file: user_disabled" in caplog.text
    assert "A member could not be answered: user_disabled" in caplog.text


@pytest.mark.usefixtures("in_time")
async def test_an_export_under_way_is_finished_when_the_bot_stops(one: Team):
    one.slack.fault("files.getUploadURLExternal", delay=1.8)
    seen = await one.bob.command("/flaskquiz", "export", one.channel)
    assert "On its way" in seen.text
    assert not one.bob.dm().messages

    await one.bot.stop()

    assert one.bob.dm().messages


# --- who may set a channel up


async def test_admins_creators_and_the_named_may_and_others_get_a_friendly_no(
    slack: Slack, clock: MovedClock, sqlite_url: str
):
    async with a_team(slack, clock, sqlite_url, "socket", admins=("U17",)) as team:
        people = {
            "admin": team.workspace.user("U14", "ada", admin=True),
            "owner": team.workspace.user("U15", "olga", owner=True),
            "creator": team.workspace.user("U16", "carl"),
            "named": team.workspace.user("U17", "nora"),
            "other": team.workspace.user("U18", "otto"),
        }
        channel = team.workspace.channel("C12", "news", creator=people["creator"])
        may = {}
        for name, person in people.items():
            seen = await person.command("/flaskquiz", "settings", channel)
            may[name] = seen.view is not None
            assert may[name] or "Only an admin of this channel" in seen.text

    assert may == {"admin": True, "owner": True, "creator": True, "named": True, "other": False}


async def test_whoever_installed_the_app_may(teams: tuple[Team, Team]):
    first, _ = teams
    first.ann.user.admin = False
    channel = first.workspace.channel(
        "C12", "news", creator=first.cid, members=[first.ann, first.bob]
    )

    assert (await first.ann.command("/flaskquiz", "settings", channel)).view is not None
    assert (await first.bob.command("/flaskquiz", "settings", channel)).view is None


async def test_an_admin_of_another_workspace_in_a_shared_channel_is_a_guest(one: Team):
    guest = one.workspace.user("U99", "gina", admin=True)
    guest.user.team_id = "T9"

    seen = await guest.command("/flaskquiz", "settings", one.channel)

    assert "Only an admin" in seen.text


async def test_a_demoted_admin_loses_it_within_a_minute(one: Team):
    await one.bot.restart()
    one.channel.creator = "U0"
    assert (await one.ann.command("/flaskquiz", "settings", one.channel)).view is not None
    await one.ann.close()

    one.ann.user.admin = False
    one.clock.move(minutes=2)

    assert (await one.ann.command("/flaskquiz", "settings", one.channel)).view is None


async def test_when_slack_does_not_tell_nobody_is_an_admin_but_everybody_can_play(one: Team):
    one.slack.fault("users.info", times=50, retry_after=30)
    one.slack.fault("conversations.info", times=50, status=500)

    assert "Only an admin" in (await one.ann.command("/flaskquiz", "settings", one.channel)).text
    assert "Practice" in (await one.bob.command("/flaskquiz", "practice", one.channel)).text
    assert len([c for c in one.slack.calls("users.info") if c.arguments["user"] == one.bob.id]) == 1


async def test_settings_are_corrected_in_the_form_and_kept(one: Team):
    await one.ann.invite(one.channel)
    await one.bot.tick()
    seen = await one.ann.press(one.posts()[0], "Set up")
    assert seen.view is not None
    assert "The quiz in #flask" in read(seen.view.blocks)
    assert "Europe/Berlin" in read(seen.view.blocks)

    seen = await one.ann.submit(values={"time": "half nine", "zone": "Atlantis", "days": []})
    assert {block.partition("@")[0] for block in seen.errors} == {"time", "zone", "days"}
    seen = await one.ann.submit(
        values={"time": "9.30", "zone": "lisbon", "days": ["0", "2"], "topics": ["routing"]}
    )

    assert "Mon and Wed at 09:30 (Europe/Lisbon)" in " ".join(seen.text.split())
    channel = await one.bot.store.find_channel(one.caller())
    assert channel is not None
    assert (channel.name, channel.settings.topics) == ("#flask", frozenset({"routing"}))


async def test_whoever_sets_up_a_channel_without_the_bot_is_told_to_invite_it(one: Team):
    await one.ann.command("/flaskquiz", "settings", one.channel)
    alone = (await one.ann.submit()).text
    await one.ann.close(everything=True)
    await one.ann.invite(one.channel)
    invited = await one.ann.command("/flaskquiz", "settings time 10:00", one.channel)

    assert "Saved. 1 thing to look at first." in alone
    assert "type /invite @FlaskQuiz there" in alone
    assert "to look at" not in invited.text


@pytest.mark.usefixtures("in_time")
async def test_a_slack_that_does_not_tell_keeps_no_settings_waiting(one: Team):
    await one.ann.invite(one.channel)
    await one.ann.command("/flaskquiz", "settings", one.channel)
    one.slack.fault("conversations.info", times=9, delay=3.2)

    seen = await one.ann.submit()

    assert seen.failed is None
    assert "Saved." in seen.text


async def test_a_private_channels_name_is_asked_for(one: Team):
    one.channel.private = True
    one.channel.members.add(one.workspace.bot_user_id)

    seen = await one.ann.command("/flaskquiz", "settings", one.channel)

    assert seen.view is not None
    assert "The quiz in #flask" in read(seen.view.blocks)


# --- when something is slow or broken


async def test_a_broken_store_is_apologised_for_and_logged_once(
    one: Team, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    card = await one.set_up()

    async def broken(*_: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(Store, "situation", broken)
    seen = await one.bob.press(card, "Answer")

    assert "Something broke on my side" in seen.text
    assert [r.getMessage() for r in caplog.records if "disk" in r.getMessage()] == [
        "A member could not be answered: The disk is full."
    ]


async def test_a_bug_is_apologised_for_and_logged_with_its_traceback(
    one: Team, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Store, "profile", broken)
    seen = await one.bob.command("/flaskquiz", "me", one.channel)

    assert "Something broke on my side" in seen.text
    assert "ZeroDivisionError" in caplog.text


async def test_a_trigger_that_has_expired_is_apologised_for(one: Team):
    card = await one.set_up()
    one.slack.fault("views.open", error="expired_trigger_id")

    seen = await one.bob.press(card, "Answer")

    assert seen.failed is None
    assert "try again" in seen.ephemerals[-1].words


@pytest.mark.usefixtures("in_time")
async def test_a_slow_slack_does_not_delay_the_acknowledgement(team: Team):
    card = await team.set_up()
    team.slack.fault("views.open", delay=5)

    started = asyncio.get_running_loop().time()
    seen = await team.bob.press(card, "Answer")

    assert seen.failed is None
    assert asyncio.get_running_loop().time() - started < 3


@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("what", ["a press", "a form", "a command"])
async def test_a_slack_that_is_slow_in_everything_is_acknowledged_in_time(one: Team, what: str):
    card = await one.set_up()
    await one.cid.press(card, "Answer")
    await one.bot.restart()  # and knows nobody any more
    one.slack.fault("*", times=50, delay=3.2)

    match what:
        case "a press":
            seen = await one.bob.press(card, "Answer")
        case "a form":
            seen = await one.cid.submit(values={"words": "x", "confidence": "sure"})
        case _:
            seen = await one.ann.command("/flaskquiz", "settings", one.channel)

    assert seen.failed is None


async def test_many_at_once_are_all_acknowledged_in_time(team: Team):
    """
    By the processor's time, in which a machine that others keep busy is as fast as one of our own:
    all of it, Slack's and the members' parts too, is spent in this process.
    """
    card = await team.set_up()
    people = [team.workspace.user(f"U5{n}", f"p{n}") for n in range(60)]
    spent = []

    for act in (
        lambda who: who.press(card, "Answer"),
        lambda who: who.submit(values={"words": "x", "confidence": "sure"}),
        lambda who: who.submit(values={"grade": "got_it"}),
    ):
        before = time.process_time()
        seen = await asyncio.gather(*map(act, people))
        spent.append(time.process_time() - before)
        assert all(one.failed is None for one in seen)

    assert max(spent) < 3
    await team.bot.tick()
    assert "60 tried, 60 got it" in team.card().words


# --- Home


async def test_home_shows_what_is_open_and_is_refreshed_after_what_is_done_from_it(one: Team):
    await one.set_up()
    await one.cid.press(one.card(), "Answer")
    await one.cid.submit(values={"words": "x", "confidence": "sure"})
    await one.cid.submit(values={"grade": "got_it"})
    await one.cid.open_home()
    assert one.cid.home is not None
    assert "1st of 1" in read(one.cid.home.blocks)

    seen = await one.cid.press(one.cid.home, "Hide my name")

    assert "off the leaderboards" in seen.text
    assert "Show my name" in one.cid.home.buttons
    await one.cid.close()
    await one.cid.press(one.cid.home, "Practise one more")
    await one.cid.press(one.cid.view, "Answer")  # type: ignore[arg-type]
    await one.cid.submit(values={"words": "x", "confidence": "sure"})
    shown = await one.cid.submit(values={"grade": "missed"})
    assert shown.home is not None


@pytest.mark.parametrize("words", ["a dict per request", "got it"])
async def test_an_answer_in_a_direct_message_is_told_in_short_where_answers_go(
    one: Team, words: str
):
    await one.bob.say(one.bob.dm(), "practice")

    seen = await one.bob.say(one.bob.dm(), words)

    (told,) = [m for m in seen.messages if m.bot_id]
    assert "To answer a question, press Answer on it" in told.words
    assert "do not know" not in told.words
    assert "What you can type" not in told.words


async def test_a_slip_in_a_direct_message_gives_the_closest_command(one: Team):
    seen = await one.bob.say(one.bob.dm(), "pratice")

    (told,) = [m for m in seen.messages if m.bot_id]
    assert "Did you mean practice?" in " ".join(told.words.split()).replace(" ?", "?")


async def test_a_direct_message_is_practice_in_words(one: Team):
    seen = await one.bob.say(one.bob.dm(), "practice")
    (card,) = seen.messages
    assert "Practice" in card.words
    await one.bob.press(card, "Answer")
    await one.bob.submit(values={"words": "x", "confidence": "sure"})
    assert "Got it." in (await one.bob.submit(values={"grade": "got_it"})).text

    for words in ("hello bot", "settings", "export"):
        assert (await one.bob.say(one.bob.dm(), words)).messages


async def test_words_in_a_thread_of_the_direct_messages_are_answered_there(one: Team):
    card = (await one.bob.say(one.bob.dm(), "practice")).messages[-1]

    seen = await one.bob.say(one.bob.dm(), "got it", card)

    (told,) = [m for m in seen.messages if m.bot_id]
    assert told.thread_ts == card.ts


async def test_a_direct_message_brought_again_is_answered_once(one: Team):
    await one.bob.say(one.bob.dm(), "help")

    await one.slack.redeliver(one.slack.deliveries("message")[-1])

    assert len([m for m in one.bob.dm().messages if m.bot_id]) == 1
