"""Cards and forms to messages of Discord: components, and the files they show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.adapters.discord.fitting import fit
from bot.adapters.discord.keys import Key
from bot.adapters.discord.markdown import cut, label, visible
from bot.adapters.discord.texts import TextBlock, piece
from bot.core.models import Level
from bot.core.parts import (
    Action,
    Block,
    Button,
    Buttons,
    Card,
    Choice,
    CodeBlock,
    Divider,
    Facts,
    File,
    Form,
    Heading,
    Numbered,
    Paragraph,
    Picture,
    Style,
    Ticks,
    Verb,
)

Json = dict[str, Any]

ROW, BUTTON, SELECT, TEXT, GALLERY, FILE, DIVIDER, CONTAINER = 1, 2, 3, 10, 12, 13, 14, 17
STYLES = {Style.PRIMARY: 1, Style.PLAIN: 2, Style.DANGER: 4}
GOOD: Final = 3
"""The green style of a button."""
ACCENTS = {Level.BEGINNER: 0x2ECC71, Level.INTERMEDIATE: 0x3498DB, Level.ADVANCED: 0x9B59B6}
LABEL_MAX, OPTION_MAX, PLACEHOLDER_MAX, ALT_MAX = 80, 100, 150, 1_024
COMPONENTS_MAX, ATTACHMENTS_MAX = 40, 10
ROW_MAX, OPTIONS_MAX = 5, 25
SPACED = (Paragraph, Numbered, Facts)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message; *alt* says what a picture shows."""

    name: str
    data: bytes
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A message, ready for Discord."""

    components: list[Json]
    attachments: tuple[Attachment, ...] = ()


Part = TextBlock | Json
"""What a container is put together from: text still to be drawn, or a component."""


def render(answer: Card | Form, mark: int | None = None) -> Sheet:
    """
    Draw a card, or the form that is filled in on a message (the reveal).

    *mark* becomes the number of the container: Discord gives it back in a channel's history.
    """
    parts: list[Part] = []
    attachments: list[Attachment] = []
    for block in answer.blocks:
        parts += _parts(block, attachments)
    if isinstance(answer, Form):
        parts += _input_parts(answer)
    has_title = isinstance(answer, Card)
    container: Json = {"type": CONTAINER, "components": _joined(parts, has_title=has_title)}
    if mark is not None:
        container["id"] = mark
    if answer.level is not None:
        container["accent_color"] = ACCENTS[answer.level]
    return Sheet([container], tuple(attachments))


def _parts(block: Block, attachments: list[Attachment]) -> list[Part]:
    match block:
        case Buttons(buttons):
            return list(_rows([_button(each) for each in buttons]))
        case Divider():
            return [{"type": DIVIDER}]
        case Picture() | File() if len(attachments) == ATTACHMENTS_MAX:
            return []
        case Picture(name, alt, data):
            alt = cut(visible(alt), ALT_MAX)
            attachments.append(Attachment(name, data, alt))
            item = {"media": {"url": f"attachment://{name}"}, "description": alt}
            return [{"type": GALLERY, "items": [item]}]
        case File(name, _, data):
            attachments.append(Attachment(name, data))
            return [{"type": FILE, "file": {"url": f"attachment://{name}"}}]
        case _:
            return [block]


def _button(button: Button) -> Json:
    return _pressable(button.label, Key(button.action), STYLES[button.style])


def _pressable(text: str, key: Key, style: int) -> Json:
    return {
        "type": BUTTON,
        "style": style,
        "label": label(text, LABEL_MAX),
        "custom_id": str(key),
    }


def _rows(buttons: Sequence[Json]) -> Iterable[Json]:
    for start in range(0, len(buttons), ROW_MAX):
        yield {"type": ROW, "components": list(buttons[start : start + ROW_MAX])}


# --- the inputs of a form that is filled in on a message ----------------------------------------


def _input_parts(form: Form) -> list[Part]:
    parts: list[Part] = []
    is_ticked = False
    for each in form.inputs:
        match each:
            case Ticks():
                parts += _ticks(each, Action(Verb.TICK, form.action.value))
                is_ticked = is_ticked or bool(each.chosen)
            case Choice():
                parts += _rows(_choice(each, form.action, may_leave=is_ticked))
            case _:
                raise TypeError(f"a message holds no {type(each).__name__}")
    return parts


def _ticks(ticks: Ticks, action: Action) -> list[Part]:
    """The options to read, and a menu to tick them in: closed, it shows what is ticked."""
    heading, _, question = ticks.label.partition(": ")
    menu: Json = {
        "type": SELECT,
        "custom_id": str(Key(action)),
        "placeholder": cut(visible((question or heading).capitalize()), PLACEHOLDER_MAX),
        "min_values": 0,
        "max_values": len(ticks.options[:OPTIONS_MAX]),
        "options": [
            {
                "value": option.value,
                "label": label(option.label, OPTION_MAX),
                "default": option.value in ticks.chosen,
            }
            for option in ticks.options[:OPTIONS_MAX]
        ],
    }
    return [
        Heading((heading,)),
        Numbered(tuple((option.label,) for option in ticks.options)),
        {"type": ROW, "components": [menu]},
    ]


def _choice(choice: Choice, action: Action, *, may_leave: bool) -> list[Json]:
    """A button for each option, the best one green; once there are ticks, one to go by them."""
    best = "" if may_leave else choice.options[-1].value
    buttons = [
        _pressable(
            option.label,
            Key(action, option.value),
            GOOD if option.value == best else STYLES[Style.PLAIN],
        )
        for option in choice.options
    ]
    if may_leave and choice.none:
        buttons.append(_pressable(choice.none, Key(action), STYLES[Style.PRIMARY]))
    return buttons


# --- putting it together --------------------------------------------------------------------------


def _joined(parts: Sequence[Part], *, has_title: bool) -> list[Json]:
    """Draw the texts, together within Discord's limit, and join those that stand together."""
    headings = (i for i, part in enumerate(parts) if isinstance(part, Heading))
    title = next(headings, None) if has_title else None
    blocks = [(i, part) for i, part in enumerate(parts) if not isinstance(part, dict)]
    drawn = fit([piece(block, is_title=i == title) for i, block in blocks])
    texts = {i: text for (i, _), text in zip(blocks, drawn, strict=True)}
    components: list[Json] = []
    before: Part = {}
    for i, part in enumerate(parts):
        if isinstance(part, dict):
            components.append(part)
        elif not texts[i].strip():
            continue
        elif components and components[-1]["type"] == TEXT:
            components[-1]["content"] += _gap(before, part, is_title=i == title) + texts[i]
        else:
            components.append({"type": TEXT, "content": texts[i]})
        before = part
    return _few(components)


def _gap(above: Part, below: TextBlock, *, is_title: bool) -> str:
    """A blank line between paragraphs and above a heading, where nothing else parts them."""
    if isinstance(above, CodeBlock | Heading) or is_title:
        return "\n"
    wide = isinstance(below, Heading) or (isinstance(above, SPACED) and isinstance(below, SPACED))
    return "\n\n" if wide else "\n"


def _few(components: list[Json]) -> list[Json]:
    """Leave out what comes after Discord's largest number of components, the container counted."""
    kept, count = [], 1
    for component in components:
        count += 1 + len(component.get("components", ()))
        if count > COMPONENTS_MAX:
            break
        kept.append(component)
    return kept
