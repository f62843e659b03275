"""What a browser sends back, to an action and values; and values back into a form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.errors import StaleKeyError
from bot.core.parts import Action, Choice, Form, Input, Picks, Ticks, Values, Words

MANY = "_many"
"""A hidden field that names an input with several values: a browser sends nothing for none."""
ACTION = "action"


@dataclass(frozen=True, slots=True)
class Filled:
    """A submitted form or a pressed button."""

    action: Action
    values: Values


def read_filled(fields: Sequence[tuple[str, str]]) -> Filled:
    """Read the fields of a form in their order; raises StaleKeyError for a faulty action."""
    many = {value for name, value in fields if name == MANY}
    values: Values = dict.fromkeys(many, ())
    action = ""
    for name, value in fields:
        if name == ACTION:
            action = value
        elif name in many:
            values[name] = (*_tuple(values[name]), value)
        elif name != MANY:
            values[name] = value.replace("\r\n", "\n")
    if not action:
        raise StaleKeyError("no action")
    return Filled(Action.parse(action), values)


def refilled(form: Form, values: Values) -> Form:
    """*form* as a member had filled it in, for one with faults to mend."""
    return replace(form, inputs=tuple(_refill(each, values) for each in form.inputs))


def _refill(each: Input, values: Values) -> Input:
    value = values.get(each.name)
    if value is None:
        return each
    match each:
        case Words():
            return replace(each, value=value if isinstance(value, str) else ", ".join(value))
        case Choice():
            return replace(each, chosen=value if isinstance(value, str) else "")
        case Ticks() | Picks():
            return replace(each, chosen=frozenset(_tuple(value)))


def _tuple(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
