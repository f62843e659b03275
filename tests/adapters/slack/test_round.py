"""A round as members live it, over both transports."""

from __future__ import annotations

from tests.adapters.slack.conftest import Team


async def test_a_question_is_asked_answered_revealed_and_graded(team: Team):
    card = await team.set_up()

    assert "Nobody has tried yet" in card.words
    seen = await team.bob.press(card, "Answer")
    assert seen.view is not None and seen.view.title == "Try first"
    seen = await team.bob.submit(values={"words": "it is g", "confidence": "sure"})
    assert seen.view is not None and seen.view.title == "How did you do?"
    assert "it is g" in seen.view.words
    seen = await team.bob.submit(values={"ticks": ["0", "1"]})

    assert "Got it" in seen.text
    assert seen.view.buttons == ["Practise one more", "Leaderboard", "Change my grade"]
    assert team.slack.records.protocol_errors == []
