"""Cards and forms to Slack's messages, modals and Home: escaped, and clamped to its limits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic_core import to_json

from bot.adapters.slack.blocks import Files, render_blocks
from bot.adapters.slack.inputs import render_input
from bot.adapters.slack.rich import Json, plain
from bot.adapters.slack.text import clip_escaped, one_line, size
from bot.core.errors import StaleKeyError
from bot.core.parts import Card, Form

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MESSAGE_LETTERS, VIEW_LETTERS = 12_000, 60_000
"""Characters of all blocks; Slack only says that there is a limit (``msg_blocks_too_long``)."""
SUMMARY_MAX = 300
TITLE_MAX = 24
NAME = "FlaskQuiz"


@dataclass(frozen=True, slots=True)
class Message:
    """A card as ``chat.postMessage`` takes it."""

    text: str
    """Shown in notifications; read as mrkdwn, so it is escaped."""
    blocks: list[Json]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a view was opened from: Slack tells it for messages, but not for what a view sends."""

    channel: str = ""
    name: str = ""
    is_home: bool = False

    def __str__(self) -> str:
        return json.dumps([self.channel, self.name, self.is_home])

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read a view's private metadata; raises StaleKeyError for what is not ours."""
        try:
            channel, name, is_home = json.loads(text)
        except (ValueError, TypeError):
            raise StaleKeyError("a view without its place") from None
        return cls(str(channel), str(name)[:100], is_home is True)


def render_message(card: Card, files: Files | None = None) -> Message:
    """Render a card as a message."""
    blocks = render_blocks(card.blocks, files)
    text = clip_escaped(one_line(card.summary), SUMMARY_MAX) or NAME
    return Message(text, fitted(blocks, MESSAGE_BLOCKS, MESSAGE_LETTERS))


def render_card(card: Card, place: Place) -> Json:
    """Render a card as a modal that only shows something."""
    blocks = fitted(render_blocks(card.blocks), VIEW_BLOCKS, VIEW_LETTERS)
    return {
        "type": "modal",
        "title": plain(NAME, TITLE_MAX),
        "close": plain("Done", TITLE_MAX),
        "private_metadata": _metadata(place),
        "blocks": blocks,
    }


def render_form(form: Form, place: Place) -> Json:
    """Render a form as a modal."""
    inputs = [render_input(field, form.action) for field in form.inputs]
    room = VIEW_BLOCKS - len(inputs)
    blocks = fitted(render_blocks(form.blocks), room, VIEW_LETTERS)
    return {
        "type": "modal",
        "callback_id": str(form.action),
        "title": plain(form.title, TITLE_MAX),
        "submit": plain(form.submit, TITLE_MAX),
        "close": plain("Later" if form.level else "Cancel", TITLE_MAX),
        "private_metadata": _metadata(place),
        "blocks": [*blocks, *inputs],
    }


def render_view(answer: Card | Form, place: Place) -> Json:
    """Render whatever the quiz answered as a modal."""
    return render_form(answer, place) if isinstance(answer, Form) else render_card(answer, place)


def render_home(card: Card) -> Json:
    """Render a member's own page."""
    blocks = fitted(render_blocks(card.blocks), VIEW_BLOCKS, VIEW_LETTERS)
    return {"type": "home", "blocks": blocks}


def _metadata(place: Place) -> str:
    return str(replace(place, name=place.name[:100]))


def fitted(blocks: Sequence[Json], most: int, letters: int) -> list[Json]:
    """As many blocks as Slack takes: what is too much goes from the end, but no button does."""
    kept = list(blocks)
    if len(kept) <= most and _is_short(kept, letters):
        return kept
    sizes = [size(json.dumps(block, ensure_ascii=False)) for block in kept]
    while len(kept) > most or sum(sizes) > letters:
        last = max((i for i, block in enumerate(kept) if block["type"] != "actions"), default=-1)
        del kept[last], sizes[last]
    return kept


def _is_short(blocks: Sequence[Json], letters: int) -> bool:
    """Whether *blocks* are short however one counts: most are, and this is quickly found out."""
    try:
        return len(to_json(blocks)) <= letters  # in bytes, never fewer than `size` counts
    except ValueError:  # half an emoji
        return False
