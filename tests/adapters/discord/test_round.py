"""A round in Discord: card, modal, reveal, grade, result."""

from __future__ import annotations

from tests.adapters.discord.conftest import Team


async def test_a_member_answers_sees_and_grades(team: Team):
    card = await team.set_up()

    modal = (await team.bob.press(card, "Answer")).as_modal()
    reveal = (
        await team.bob.submit(modal, {"words": "it *is* `g`", "confidence": "sure"})
    ).as_message()
    ticked = (await team.bob.select(reveal, "fq:1:tick", ["0"])).as_message()
    result = (await team.bob.press(ticked, "By my ticks")).as_message()

    assert modal.labels == ["What do you remember?", "How sure are you?"]
    assert reveal.is_ephemeral
    assert "It belongs to the app context" in reveal.text or result is reveal
    assert "Partly, " in result.text
