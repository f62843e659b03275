"""Forms to modals, and what a submitted modal brings back to values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.adapters.discord.fitting import fit
from bot.adapters.discord.keys import Key
from bot.adapters.discord.markdown import cut, label, visible
from bot.adapters.discord.texts import piece
from bot.core.parts import (
    Buttons,
    Choice,
    Divider,
    File,
    Form,
    Heading,
    Input,
    Option,
    Paragraph,
    Picks,
    Picture,
    Quiet,
    Ticks,
    Values,
    Words,
    plain,
)

Json = dict[str, Any]

TEXT, LABEL, TEXT_INPUT, SELECT, RADIO, CHECKBOXES = 10, 18, 4, 3, 21, 22
ROWS_MAX = 5
TITLE_MAX, LABEL_MAX, HINT_MAX, OPTION_MAX, VALUE_MAX = 45, 45, 100, 100, 4_000
RADIOS_MIN, GROUP_MAX, SELECT_MAX = 2, 10, 25
NOTHING = "-"
"""The value of the option that stands for choosing nothing: Discord takes no empty one."""
SINGLE = ":one"
"""Ends the custom id of a menu of which one is chosen: a menu always brings a list."""
MORE = "More by /flaskquiz settings: "


def render_modal(form: Form) -> Json:
    """
    Draw *form* as a modal; inputs beyond the fifth are named, for the command to take.

    Where they leave no row for the text, it stands beneath the first label.
    """
    rows = [_label(each) for each in form.inputs[:ROWS_MAX]]
    left_out = form.inputs[ROWS_MAX:]
    if left_out:
        names = ", ".join(each.name for each in left_out)
        rows[-1]["description"] = _both(rows[-1].get("description", ""), f"{MORE}{names}.")
    if len(rows) == ROWS_MAX:
        if plainly := visible(" ".join(_sentences(form))).strip():
            rows[0]["description"] = _both(rows[0].get("description", ""), plainly)
    elif text := _text(form):
        rows.insert(0, {"type": TEXT, "content": text})
    return {
        "custom_id": str(Key(form.action)),
        "title": label(form.title, TITLE_MAX),
        "components": rows,
    }


def _text(form: Form) -> str:
    blocks = [
        block for block in form.blocks if not isinstance(block, Buttons | Divider | Picture | File)
    ]
    return "\n".join(text for text in fit([piece(block) for block in blocks]) if text.strip())


def _sentences(form: Form) -> Iterator[str]:
    for block in form.blocks:
        if isinstance(block, Heading | Paragraph | Quiet):
            yield plain(block.text)


def _both(hint: str, more: str) -> str:
    """A hint and what comes after it; where there is no room for both, the latter."""
    both = f"{hint} {more}".strip()
    return both if len(both) <= HINT_MAX else cut(more, HINT_MAX)


def _label(each: Input) -> Json:
    row: Json = {
        "type": LABEL,
        "label": label(each.label, LABEL_MAX),
        "component": _component(each),
    }
    if hint := cut(visible(each.hint).strip(), HINT_MAX):
        row["description"] = hint
    return row


def _component(each: Input) -> Json:
    match each:
        case Words():
            return _words(each)
        case Choice():
            return _choice(each)
        case Ticks() if len(each.options) <= GROUP_MAX:
            return _many(each, CHECKBOXES)
        case Ticks() | Picks() if len(each.options) <= SELECT_MAX:
            return _many(each, SELECT)
        case Ticks() | Picks():
            return _typed(each)


def _words(words: Words) -> Json:
    longest = min(words.max_length, VALUE_MAX)
    component: Json = {
        "type": TEXT_INPUT,
        "custom_id": words.name,
        "style": 2 if words.lines > 1 else 1,
        "required": words.required,
        "max_length": longest,
    }
    if words.value:
        component["value"] = cut(words.value, longest)
    if words.placeholder:
        component["placeholder"] = cut(visible(words.placeholder), HINT_MAX)
    return component


def _choice(choice: Choice) -> Json:
    options = [*choice.options]
    if choice.none and not choice.required:
        options.append(Option(NOTHING, choice.none))
    is_group = RADIOS_MIN <= len(options) <= GROUP_MAX
    return {
        "type": RADIO if is_group else SELECT,
        "custom_id": choice.name if is_group else choice.name + SINGLE,
        "required": choice.required,
        "options": _options(options, {choice.chosen}),
    }


def _many(each: Ticks | Picks, kind: int) -> Json:
    return {
        "type": kind,
        "custom_id": each.name,
        "required": False,
        "min_values": 0,
        "max_values": len(each.options),
        "options": _options(each.options, each.chosen),
    }


def _typed(picks: Ticks | Picks) -> Json:
    """Too many to choose from: their names, separated by commas."""
    chosen = ", ".join(option.label for option in picks.options if option.value in picks.chosen)
    example = ", ".join(option.label for option in picks.options[:3])
    return _words(Words(picks.name, picks.label, chosen, placeholder=example, lines=2))


def _options(options: Sequence[Option], chosen: frozenset[str] | set[str]) -> list[Json]:
    return [
        {
            "value": option.value,
            "label": label(option.label, OPTION_MAX),
            "default": option.value in chosen,
        }
        for option in options
    ]


# --- what comes back ------------------------------------------------------------------------------


def read_values(components: object) -> Values:
    """
    Read what a submitted modal brings, by input name.

    The payload comes from Discord, but a forged one of any shape reads as values too: the quiz
    checks each of them.
    """
    return dict(_values(components if isinstance(components, list) else ()))


def _values(components: Sequence[Any]) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for component in components:
        if not isinstance(component, dict):
            continue
        if "custom_id" in component:
            yield _value(str(component["custom_id"]), component)
        inside = component.get("component")
        rows = component.get("components")
        yield from _values([inside] if inside else rows if isinstance(rows, list) else [])


def _value(name: str, component: Json) -> tuple[str, str | tuple[str, ...]]:
    values = component.get("values")
    if not isinstance(values, list):
        value = component.get("value")
        return name, "" if value in (None, NOTHING) else str(value)
    many = tuple(value for value in map(str, values) if value != NOTHING)
    if name.endswith(SINGLE):
        return name.removesuffix(SINGLE), "".join(many[:1])
    return name, many
