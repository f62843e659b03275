"""The Home tab: what is open and due, where a member stands, and their privacy."""

from __future__ import annotations

from tests.adapters.slack.conftest import Team
from tests.adapters.slack.reading import read
from tests.fakes.slack import Message, Person


async def home_of(person: Person) -> str:
    await person.open_home()
    assert person.home is not None
    return " ".join(read(person.home.blocks).split())


async def grade(person: Person, card: Message, grade: str) -> None:
    await person.press(card, "Answer")
    await person.submit(values={"words": "x", "confidence": "sure"})
    await person.submit(values={"grade": grade})
    await person.close(everything=True)


async def test_a_new_member_is_shown_where_to_begin(one: Team):
    await one.set_up()

    words = await home_of(one.bob)

    assert "Press Answer on the question in your channel, or practise here." in words
    assert "your points and streak appear here" in words
    assert one.bob.home is not None
    assert one.bob.home.buttons == ["Practise", "Hide my name", "Export my data", "Forget me"]


async def test_a_member_sees_what_is_open_and_due_their_standing_and_their_weak_topics(one: Team):
    card = await one.set_up()
    for number in range(12):
        for who in (one.bob, one.cid):
            await grade(who, card, "missed" if who is one.bob and number % 2 else "got_it")
        card = await one.next_card()

    words = await home_of(one.bob)

    assert "#flask" in words
    assert "due for review" in words
    assert "12 days in a row" in words
    assert "2nd of 2" in words
    assert "Worth another look" in words
    assert one.bob.home is not None
    assert one.bob.home.buttons[:2] == ["Answer", "Practise one more"]
    await grade(one.bob, one.card(), "got_it")
    await home_of(one.bob)
    assert one.bob.home.buttons[0] == "See what you did"


async def test_a_round_is_answered_from_home_and_home_shows_it(one: Team):
    card = await one.set_up()
    await grade(one.bob, card, "got_it")
    await one.next_card()
    await home_of(one.bob)
    assert one.bob.home is not None

    await one.bob.press(one.bob.home, "Answer")
    await one.bob.submit(values={"words": "x", "confidence": "sure"})
    await one.bob.submit(values={"grade": "got_it"})

    assert "See what you did" in one.bob.home.buttons


async def test_nothing_is_forgotten_from_home_before_it_is_asked_once_more(one: Team):
    await grade(one.bob, await one.set_up(), "got_it")
    await home_of(one.bob)

    seen = await one.bob.press(one.bob.home, "Forget me")  # type: ignore[arg-type]
    assert seen.view is not None
    assert (await one.bot.store.export(one.caller(one.bob)))["attempts"]
    await one.bob.press(seen.view, "Delete it all")

    assert not (await one.bot.store.export(one.caller(one.bob))).get("attempts")
    assert one.bob.home is not None
    assert "your points and streak appear here" in read(one.bob.home.blocks)
