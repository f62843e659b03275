"""What members do on the page, from the first visit to the leaderboard and after."""

from __future__ import annotations

import json
from datetime import timedelta

from bot.adapters.web.door import reader
from bot.core.calendar import local_date
from bot.core.deck import Deck
from bot.core.models import DeliveryState, Kind, Level
from tests.adapters.web.running import MONDAY, SATURDAY, Clock, Running, running
from tests.adapters.web.visiting import Browser, Got, visiting
from tests.decks import a_deck, a_question


async def test_a_newcomer_sees_an_open_question_on_the_first_visit(guest: Browser):
    page = await guest.get()

    assert page.status == 200
    assert "Flask question of the day" in page.page.words
    assert "Nobody has tried yet" in page.page.words


async def test_nobody_is_told_that_others_see_replies_which_they_do_not(ann: Browser, ben: Browser):
    await ann.say("It belongs to the app context, I think")

    page = await ben.get()

    assert "I think" not in page.text
    assert "A reply below counts too. Only you see what you write." in page.page.words
    assert "public" not in page.page.words


async def test_two_people_play_a_round_to_the_leaderboard(ann: Browser, ben: Browser):
    result = await ann.grade(await ann.answer(), "got_it")
    other = await ben.grade(await ben.answer(), "partly")
    board = await ann.press("Leaderboard", result)

    assert "Got it, 20 points." in result.page.words
    assert "Partly, 10 points." in other.page.words
    assert "Ann" in board.page.words
    assert "Ben" in board.page.words
    assert "2 tried" in (await ben.get()).page.words


async def test_a_guest_who_presses_answer_is_asked_for_a_name_and_goes_on(guest: Browser):
    asked = await guest.press("Answer")
    show = dict(asked.page.form("Join").fields)["show"]

    joined = await guest.post("/join", {"name": "Cleo", "show": show}, script=False)

    assert "What is your name?" in asked.page.words
    assert joined.url == f"/?show={show}"
    assert "What do you remember?" in joined.page.words


async def test_a_guest_who_writes_anything_is_asked_for_a_name(guest: Browser):
    for answer in (
        await guest.say("got it"),
        await guest.post("/do", {"action": "fq:1:practice:"}),
        await guest.show("me"),
        await guest.get("/?show=settings"),
    ):
        assert "What is your name?" in answer.page.words


async def test_ticks_alone_decide_the_grade_and_survive_a_refresh(ann: Browser, here: Running):
    reveal = await ann.answer()
    form = reveal.page.form("Save grade")
    key = dict(form.fields)["action"].rpartition(":")[2]
    ticks = [("_many", "ticks"), ("ticks", "1")]

    kept = await ann.post("/do", [("action", f"fq:1:tick:{key}"), *ticks])
    again = await ann.show(f"answer:{key}")
    result = await ann.grade(again, ticks=[1])

    assert kept.status == 204
    assert again.text.count("checked") == 2  # the tick, and "By my ticks"
    assert "Partly" in result.page.words
    assert "You had 1 of 2." in result.page.words


async def test_every_step_is_found_again_at_its_address(ann: Browser):
    form = await ann.press("Answer")
    address = form.headers["X-Address"]
    assert "What do you remember?" in (await ann.get(address)).page.words

    reveal = await ann.answer("my own words")
    assert reveal.headers["X-Address"] == address
    assert "my own words" in (await ann.get(address)).page.words

    result = await ann.grade(reveal, "partly")
    assert result.headers["X-Address"] == address
    assert "You have done this one." in (await ann.get(address)).page.words


async def test_without_scripts_each_form_leads_on_by_itself(ann: Browser):
    page = await ann.get("/?show=" + dict((await ann.get()).page.form("Answer").fields)["show"])
    reveal = await ann.send(
        page.page.form("Show answer"), [("words", "w"), ("confidence", "sure")], script=False
    )
    result = await ann.send(reveal.page.form("Save grade"), [("grade", "got_it")], script=False)
    said = await ann.say("/flaskquiz leaderboard all", script=False)

    assert reveal.url.startswith("/?show=answer:")
    assert "<!doctype html>" in reveal.text
    assert "Got it, 20 points." in result.page.words
    assert said.url == "/?show=board:all"


async def test_asking_for_the_address_of_a_form_leads_to_the_page(ann: Browser):
    for path in ("/join", "/do", "/say"):
        got = await ann.get(path)

        assert (got.status, got.url) == (200, "/"), path


async def test_an_address_that_is_none_leads_back_to_the_page(guest: Browser):
    for path in ("/nothing", "/join/now", "/%ff"):
        got = await guest.get(path)

        assert got.status == 404, path
        assert "There is no such page here." in got.page.words
        assert ("a", {"class": "button primary", "href": "/"}) in got.page.elements


async def test_a_form_without_confidence_comes_back_with_the_words_kept(ann: Browser):
    form = (await ann.press("Answer")).page.form("Show answer")

    again = await ann.send(form, [("words", "do not lose me"), ("confidence", "")])

    assert again.status == 200
    assert again.headers["X-Again"] == "1"
    assert "do not lose me" in again.text
    assert "Say how sure you are" in again.page.words


async def test_settings_with_faults_come_back_as_typed_and_nothing_is_kept(ann: Browser):
    form = (await ann.show("settings")).page.form("Save")
    faulty = [("time", "25:99"), ("zone", "Atlantis"), ("days", "0"), ("digest", "mon 09:00")]

    again = await ann.send(form, faulty)
    plain = await ann.send(form, faulty, script=False)

    assert "Not saved yet: 2 things are marked above." in again.page.words
    assert 'value="25:99"' in again.text
    assert plain.status == 422
    assert "Not saved yet" in plain.page.words
    assert 'value="09:00"' in (await ann.show("settings")).text


async def test_saved_settings_are_in_force(ann: Browser, here: Running):
    form = (await ann.show("settings")).page.form("Save")
    chosen = [
        ("time", "16:30"),
        ("zone", "tokyo"),
        ("levels", "intermediate"),
        ("digest", "fri 10:00"),
    ]

    saved = await ann.send(form, [*chosen, ("days", "1"), ("days", "3"), ("open", "8h")])

    channel = await here.store.find_channel(reader())
    assert channel is not None
    assert "Tue and Thu at 16:30 (Asia/Tokyo)" in saved.page.words
    assert channel.settings.levels == {Level.INTERMEDIATE}
    assert channel.settings.schedule.days == {1, 3}


async def test_replies_count_like_on_other_faces(ann: Browser, ben: Browser):
    wrote = await ann.say("it is about the context, I think")
    hasty = await ben.say("got it")
    reveal = await ann.answer("it is about the context, I think")
    graded = await ann.say("got it")
    talk = await ann.say("lunch?")
    page = (await ben.get()).page.words

    assert "I kept your words." in wrote.page.words
    assert "A grade counts once you have seen the answer." in hasty.page.words
    assert "it is about the context" in reveal.page.words
    assert "Got it, 20 points." in graded.page.words
    assert "That was no grade." in talk.page.words
    assert "about the context, I think" not in page
    assert "all can read" not in page


async def test_typed_commands_open_their_panel_with_its_address(ann: Browser):
    for typed, address, words in (
        ("/flaskquiz", "/?show=answer:r1", "What do you remember?"),
        ("/flaskquiz me", "/?show=me", "You"),
        ("/flaskquiz team", "/?show=team", "What this channel knows"),
        ("/flaskquiz leaderboard month", "/?show=board:month", "Leaderboard, November 2026"),
        ("/flaskquiz settings", "/?show=settings", "Quiz settings"),
        ("/flaskquiz doctor", "/?show=doctor", "Last deliveries"),
        ("/flaskquiz forget-me", "/?show=forget", "This deletes"),
        ("/flaskquiz practice contexts", "/?show=answer:p1", "Practice · Intermediate"),
        ("/doctor", "/?show=doctor", "Last deliveries"),
        ("/flaskquiz settings time 25", "/", "Give a time"),
    ):
        got = await ann.say(typed)

        assert words in got.page.words, typed
        assert got.headers["X-Address"] == address, typed


async def test_an_unknown_command_offers_the_closest(ann: Browser):
    for script in (True, False):
        got = await ann.say("/flaskquiz leaderbord", script=script)

        assert "Did you mean" in got.page.words
        assert "/flaskquiz leaderboard" in got.page.words


async def test_the_box_completes_commands_levels_and_topics(ann: Browser, here: Running):
    offered = {given["value"] for tag, given in (await ann.get()).page.elements if tag == "option"}

    assert {"/flaskquiz", "/flaskquiz practice advanced", "/flaskquiz doctor"} <= offered
    assert {f"/flaskquiz practice {topic}" for topic in here.deck.topics} <= offered


async def test_a_closed_round_shows_its_answer_to_all_under_its_card(ann: Browser, here: Running):
    question = here.deck[await the_question(here)]
    await ann.grade(await ann.answer(), "got_it")
    assert question.answer[0][:40].replace("`", "") not in (await ann.get()).page.words

    here.clock.move(days=1)
    here.ticker.wake()
    await here.posted(3)

    words = (await ann.get()).page.words
    assert "The answer, and how it went" in words
    assert "1 tried: too few" in words


async def the_question(here: Running) -> str:
    caller = reader()
    situation = await here.store.open_round(caller, here.clock())
    assert situation is not None
    return situation.question_id


async def test_on_a_weekend_there_is_a_question_and_later_the_page_says_when(sqlite_url: str):
    async with running(sqlite_url, clock=Clock(SATURDAY)) as here, visiting(here.url) as ann:
        await here.posted()
        await ann.join("Ann")
        first = await ann.get()
        form = (await ann.show("settings")).page.form("Save")
        weekdays = [("days", str(day)) for day in range(5)]
        await ann.send(form, [("time", "09:00"), ("zone", "UTC"), ("open", "4h"), *weekdays])
        here.clock.move(days=2, hours=-3)
        here.ticker.wake()
        await here.posted(2)
        here.clock.move(hours=6)
        later = await ann.get()

    assert "Flask question of the day" in first.page.words
    assert "No question is open now." not in first.page.words
    assert "No question is open now." in later.page.words
    assert "Next question" in later.page.words
    assert "Practise one more" in later.page.words
    assert "Ask one now" in later.page.words


async def test_a_second_start_asks_nothing_again(sqlite_url: str):
    clock = Clock()
    async with running(sqlite_url, clock=clock) as here:
        await here.posted()
    async with running(sqlite_url, clock=clock) as here:
        clock.move(minutes=1)
        here.ticker.wake()
        deliveries = await here.store.last_deliveries(reader())

    assert len(deliveries) == 1


async def test_a_later_start_on_a_free_day_asks_nothing(sqlite_url: str):
    async with running(sqlite_url, clock=Clock(MONDAY)) as here:
        await here.posted()
    async with running(sqlite_url, clock=Clock(SATURDAY + timedelta(days=7))) as here:
        deliveries = await here.store.last_deliveries(reader())

    assert [
        each.local_on
        for each in deliveries
        if each.kind is Kind.DAILY and each.state is not DeliveryState.SKIPPED
    ] == [MONDAY.date()]


async def test_the_channel_begins_in_the_zone_of_the_machine(sqlite_url: str):
    async with running(sqlite_url, zone="Asia/Tokyo") as here:
        channel = await here.store.find_channel(reader())

    assert channel is not None
    assert channel.zone.key == "Asia/Tokyo"
    assert channel.last_on == local_date(MONDAY, channel.zone)


async def test_an_export_is_a_download_of_everything(ann: Browser):
    await ann.grade(await ann.answer("my secret words"), "got_it")
    link = (await ann.show("export")).text

    export = await ann.get("/export")

    assert 'href="/export"' in link
    assert "attachment" in export.headers["Content-Disposition"]
    assert "my secret words" in json.dumps(json.loads(export.text))


async def test_a_guest_has_nothing_to_export(guest: Browser):
    assert (await guest.get("/export")).status == 403


async def test_who_is_forgotten_is_a_guest_again_and_the_name_is_free(ann: Browser, ben: Browser):
    await ann.grade(await ann.answer(), "got_it")
    sure = await ann.show("forget")

    done = await ann.send(sure.page.form("Delete it all"), script=False)

    assert "I have deleted everything" in done.page.words
    assert "Your name" in done.page.words
    assert "Ann" not in (await ben.show("board:all")).page.words
    assert "Somebody here is called" not in (await ben.join("Ann")).page.words


async def test_a_member_changes_their_name_on_their_own_page(ann: Browser):
    form = (await ann.show("join")).page.form("Save")

    changed = await ann.send(form, [("name", "Anna")], script=False)

    assert "Change your name" in (await ann.show("home")).page.words
    assert "Anna" in changed.page.words


async def test_words_that_came_after_the_round_had_closed_are_shown_once_more(
    ann: Browser, here: Running
):
    form = (await ann.press("Answer")).page.form("Show answer")
    here.clock.move(days=1)
    here.ticker.wake()
    await here.posted(3)

    late = await ann.send(form, [("words", "a long <b>thought</b>"), ("confidence", "sure")])

    assert "This round has closed" in late.page.words
    assert "You wrote a long <b>thought</b>" in late.page.words


async def test_who_has_only_practised_finds_the_open_question_on_their_own_page(ann: Browser):
    practice = await ann.press("Answer", await ann.say("/flaskquiz practice"))
    await ann.grade(await ann.send(practice.page.form("Show answer"), [("confidence", "sure")]))

    home = await ann.show("home")

    assert "No question is open" not in home.page.words
    assert ("show", "answer:r1") in home.page.form("Answer").fields


async def test_a_changed_name_is_on_the_board_at_once(ann: Browser, ben: Browser):
    await ann.grade(await ann.answer(), "got_it")

    await ann.join("Renamed")

    words = (await ben.show("board:week")).page.words
    assert "1 Renamed 20" in words
    assert "Ann" not in words


async def test_a_name_that_is_taken_is_refused_with_a_sentence(ann: Browser, guest: Browser):
    refused = await guest.join("ANN")

    assert refused.status == 422
    assert "Somebody here is called ANN already." in refused.page.words
    assert "ANN" in refused.text


async def test_an_old_button_is_answered_kindly(ann: Browser):
    for action in ("fq:1:answer:r999", "fq:1:reveal:p999", "rubbish", "fq:2:answer:r1"):
        got = await ann.post("/do", {"action": action, "confidence": "sure"})

        assert got.status == 200
        assert "no longer here" in got.page.words
    assert "no longer here" in (await ann.get("/?show=pause")).page.words


async def test_a_hidden_name_is_off_the_board_at_once(ann: Browser, ben: Browser):
    await ann.grade(await ann.answer(), "got_it")

    hidden = await ann.press("Hide my name", await ann.show("home"))

    assert "off the leaderboards" in hidden.page.words
    assert hidden.headers["X-Address"] == "/?show=home"
    assert "Ann" not in (await ben.show("board:week")).page.words


async def test_a_shared_leaderboard_appears_in_the_feed(ann: Browser, ben: Browser, here: Running):
    await ann.grade(await ann.answer(), "got_it")

    await ann.press("Share in the channel", await ann.show("board:week"))
    await here.posted(2)

    assert "Leaderboard, week 48" in (await ben.get()).page.words


async def test_the_weekly_leaderboard_comes_with_its_picture(ann: Browser, here: Running):
    await ann.grade(await ann.answer(), "got_it")
    here.clock.move(days=7)
    here.ticker.wake()
    await here.posted(4)  # the question, its answer, the next question, the digest

    labels = [
        given["aria-label"] for tag, given in (await ann.get()).page.elements if tag == "article"
    ]
    picture = next(
        given
        for tag, given in (await ann.get()).page.elements
        if given.get("src", "/static").startswith("/picture/")
    )
    got = await ann.get(picture["src"])

    assert labels[0].startswith("Flask question of the day")  # the open one is never below
    assert labels[1].startswith("Leaderboard, week 48: 1. Ann 20")
    assert "1st Ann 20 points" in picture["alt"]
    assert got.status == 200
    assert got.headers["Content-Type"] == "image/png"
    assert (await ann.get("/picture/unknown.png")).status == 404


async def test_a_question_that_left_the_deck_leaves_the_feed(sqlite_url: str):
    one, two = a_question("question-one"), a_question("question-two")
    async with running(sqlite_url, deck=a_deck(one)) as here:
        await here.posted()
    async with running(sqlite_url, deck=a_deck(two)) as here, visiting(here.url) as guest:
        page = await guest.get()

    assert page.status == 200
    assert "No question is open now." in page.page.words


async def test_no_answer_is_anywhere_before_the_own_reveal(sqlite_url: str):
    async with (
        running(sqlite_url, deck=one_question()) as here,
        visiting(here.url) as ann,
        visiting(here.url) as ben,
    ):
        await here.posted()
        await ann.join("Ann")
        await ben.join("Ben")
        await ann.grade(await ann.answer(), "partly", [0])
        await look_everywhere(ben)
        await look_everywhere(ben, script=False)
        seen = "\n".join(ben.seen)
        reveal = await ben.answer()

    assert not [secret for secret in SECRETS if secret in seen]
    assert all(secret in reveal.text for secret in SECRETS)


SECRETS = (
    "The-answer-sentence",
    "The-example-program",
    "The-printed-line",
    "The-first-key-point",
    "The-second-key-point",
    "docs/the-secret-page",
)


def one_question() -> Deck:
    return a_deck(
        a_question(
            "the-question",
            answer=["The-answer-sentence is here."],
            key_points=["The-first-key-point", "The-second-key-point"],
            example={
                "language": "python",
                "code": ["x = 'The-example-program'"],
                "prints": ["The-printed-line"],
            },
            docs=["https://flask.palletsprojects.com/docs/the-secret-page"],
        )
    )


async def look_everywhere(browser: Browser, *, script: bool = True) -> None:
    """Ask for whatever can be asked for before a reveal."""
    await browser.get()
    await browser.get("/feed")
    for show in ("answer:r1", "regrade:r1", "home", "me", "team", "board:week", "doctor", "export"):
        await browser.show(show)
        await browser.get(f"/?show={show}")
    await browser.get("/export")
    for text in (
        "got it",
        "2/2",
        "what is it?",
        "/flaskquiz",
        "/flaskquiz practice",
        "/flaskquiz help",
    ):
        await browser.say(text, script=script)
    await grade_without_reveal(browser, "r1", script=script)
    await browser.post("/do", {"action": "fq:1:reveal:r1", "words": "x"}, script=script)


async def grade_without_reveal(browser: Browser, key: str, *, script: bool) -> Got:
    fields = [
        ("action", f"fq:1:grade:{key}"),
        ("_many", "ticks"),
        ("ticks", "0"),
        ("grade", "got_it"),
    ]
    return await browser.post("/do", fields, script=script)


async def test_a_grade_before_the_reveal_counts_nothing(ann: Browser):
    got = await grade_without_reveal(ann, "r1", script=True)

    assert "A grade counts once you have seen the answer." in got.page.words
    assert "Nobody has points here yet" in (await ann.show("board:all")).page.words
