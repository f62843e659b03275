"""A round on the page, from the first visit to the leaderboard."""

from __future__ import annotations

from tests.adapters.web.visiting import Browser


async def test_a_newcomer_sees_an_open_question_on_the_first_visit(guest: Browser):
    page = await guest.get()

    assert page.status == 200
    assert "Flask question of the day" in page.page.words
    assert "Nobody has tried yet" in page.page.words


async def test_two_people_play_a_round_to_the_leaderboard(ann: Browser, ben: Browser):
    result = await ann.grade(await ann.answer(), "got_it")
    other = await ben.grade(await ben.answer(), "missed")
    board = await ann.press("Leaderboard", result)

    assert "Got it, 20 points." in result.page.words
    assert "Missed it, 0 points." in other.page.words
    assert "Ann" in board.page.words
    assert "Ben" in board.page.words
    assert "2 tried, 1 got it" in (await ben.get()).page.words
