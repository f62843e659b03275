"""Plays dialogues: as they are, or with a restart between any two steps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from tests.dialogues.face import Face

Dialogue = Callable[[Face], AsyncIterator[str]]
"""Does something, looks what came of it, and yields a name for what is done, again and again."""


async def play(dialogue: Dialogue, face: Face, *, restarting: bool = False) -> list[str]:
    """Play a dialogue; *restarting* gives every step a new process, and changes nothing."""
    steps = []
    async for step in dialogue(face):
        steps.append(step)
        if restarting:
            await face.restart()
    return steps


async def play_together(dialogue: Dialogue, *faces: Face, restarting: bool = False) -> None:
    """Play the same dialogue in several places at once, a step here and a step there."""
    playing = [dialogue(face) for face in faces]
    while playing:
        for each in list(playing):
            if await anext(each, None) is None:
                playing.remove(each)
            elif restarting:
                await faces[0].restart()
