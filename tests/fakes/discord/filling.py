"""Filling in what Discord's client asks for, with the checks it makes before sending."""

from typing import Any, cast

from tests.fakes.discord import commands as kinds
from tests.fakes.discord import components, shapes
from tests.fakes.discord.channels import Channel
from tests.fakes.discord.commands import Command
from tests.fakes.discord.errors import Json, NotOfferedError
from tests.fakes.discord.modals import Modal
from tests.fakes.discord.users import User

PYTHON_TYPES: dict[int, tuple[type, ...]] = {
    kinds.STRING: (str,),
    kinds.INTEGER: (int,),
    kinds.BOOLEAN: (bool,),
    kinds.NUMBER: (int, float),
}


def fill_command(command: Command, path: list[str], given: Json, resolved: Json) -> list[Json]:
    """Return the options of a command as sent, wrapped in its sub-commands."""
    holder = _descend(command, path)
    known = {option["name"]: option for option in holder.get("options") or []}
    _refuse_unknown(given, known)
    filled = []
    for name, option in known.items():
        if given.get(name) is not None:
            filled.append(_filled(option, given[name], resolved))
        elif option.get("required"):
            raise NotOfferedError(f"the option {name!r} is required")
    return _wrapped(command, path, filled)


def fill_typing(
    command: Command, path: list[str], focus: str, typed: str, given: Json
) -> list[Json]:
    """Return the options of a command while somebody types into the one called *focus*."""
    known = {option["name"]: option for option in _descend(command, path).get("options") or []}
    _refuse_unknown(given | {focus: typed}, known)
    if not known[focus].get("autocomplete"):
        raise NotOfferedError(f"the option {focus!r} offers nothing while typing")
    filled = [
        {"name": name, "type": known[name]["type"], "value": _half_typed(value)}
        for name, value in given.items()
    ]
    typing = {"name": focus, "type": known[focus]["type"], "value": typed, "focused": True}
    return _wrapped(command, path, [*filled, typing])


def _half_typed(value: Any) -> Any:
    """Numbers are words until a command is sent: nobody has checked them yet."""
    return value if isinstance(value, bool) else str(value)


def _descend(command: Command, path: list[str]) -> Json:
    holder = command.given
    for name in path:
        subs = [o for o in holder.get("options") or [] if o["type"] in (1, 2)]
        found = [option for option in subs if option["name"] == name]
        if not found:
            known = [option["name"] for option in subs]
            raise NotOfferedError(f"there is no sub-command {name!r}, only {known}")
        holder = found[0]
    if any(option["type"] in (1, 2) for option in holder.get("options") or []):
        raise NotOfferedError(f"{holder['name']!r} cannot be used without a sub-command")
    return holder


def _wrapped(command: Command, path: list[str], filled: list[Json]) -> list[Json]:
    holder, steps = command.given, []
    for name in path:
        holder = next(option for option in holder["options"] if option["name"] == name)
        steps.append({"name": name, "type": holder["type"]})
    for step in reversed(steps):
        filled = [step | {"options": filled}]
    return filled


def _refuse_unknown(given: Json, known: Json) -> None:
    if unknown := sorted(set(given) - set(known)):
        raise NotOfferedError(f"there are no options {unknown}, only {sorted(known)}")


def _filled(option: Json, value: Any, resolved: Json) -> Json:
    plain = option["type"] in PYTHON_TYPES
    sent = _plain(option, value) if plain else _entity(value, resolved)
    return {"name": option["name"], "type": option["type"], "value": sent}


def _plain(option: Json, value: Any) -> Any:
    choices = {str(c["name"]): c["value"] for c in option.get("choices") or []}
    if choices:
        value = choices.get(str(value), value)
        if value not in choices.values():
            raise NotOfferedError(f"{value!r} is none of the choices {sorted(choices)}")
    wanted = PYTHON_TYPES[option["type"]]
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        raise NotOfferedError(f"{value!r} is no value for the option {option['name']!r}")
    size = len(value) if isinstance(value, str) else value
    low, high = (
        ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
    )
    if option.get(low) is not None and size < option[low]:
        raise NotOfferedError(f"{value!r} is too little for {option['name']!r}")
    if option.get(high) is not None and size > option[high]:
        raise NotOfferedError(f"{value!r} is too much for {option['name']!r}")
    return value


def _entity(value: Any, resolved: Json) -> str:
    if isinstance(value, Channel):
        shown = shapes.channel(value)
        kept = {key: shown[key] for key in ("id", "name", "type", "flags") if key in shown}
        resolved.setdefault("channels", {})[str(value.id)] = kept | {"permissions": "0"}
        return str(value.id)
    user = value if isinstance(value, User) else getattr(value, "user", None)
    if not isinstance(user, User):
        raise NotOfferedError(f"{value!r} is neither a channel nor a person")
    resolved.setdefault("users", {})[str(user.id)] = shapes.user(user)
    return str(user.id)


def choose(menu: Json, wanted: list[str]) -> list[str]:
    """Return the values of a select menu, chosen by value or label."""
    values = [_value(menu, text) for text in wanted] if menu["type"] == 3 else list(wanted)
    _count(menu, values)
    return values


def fill_modal(modal: Modal, answers: dict[str, Any]) -> list[Json]:
    """Return a modal's components as sent."""
    names = {name for part in modal.components for name in _names(part)}
    if unknown := sorted(set(answers) - names):
        raise NotOfferedError(f"there are no inputs {unknown}, only {sorted(names)}")
    return [_answered(part, answers) for part in modal.components]


def _names(part: Json) -> list[str]:
    """Return what an input may be called: its custom id, and the label it is under."""
    held = list(components.walk([part], *components.INPUTS))
    return [str(h["custom_id"]) for h in held] + [
        str(p["label"]) for p in components.walk([part]) if p.get("label") and held
    ]


def _answered(part: Json, answers: dict[str, Any]) -> Json:
    sent: Json = {"type": part["type"], "id": part["id"]}
    if part["type"] == components.TEXT:
        return sent
    given = next((answers[name] for name in _names(part) if name in answers), None)
    if part["type"] == components.ROW:
        return sent | {"components": [_input(one, given) for one in part["components"]]}
    return sent | {"component": _input(part["component"], given)}


def _input(part: Json, given: Any) -> Json:
    sent: Json = {"type": part["type"], "id": part["id"], "custom_id": part["custom_id"]}
    match part["type"]:
        case components.TEXT_INPUT:
            return sent | {"value": _typed(part, given)}
        case components.RADIO_GROUP:
            return sent | {"value": _picked(part, given)}
        case components.CHECKBOX:
            return sent | {"value": bool(part.get("default") if given is None else given)}
        case components.CHECKBOX_GROUP | components.STRING_SELECT:
            return sent | {"values": _ticked(part, given)}
        case _:
            return sent | {"values": [str(value) for value in given or []]}


def _typed(part: Json, given: Any) -> str:
    text = str(part.get("value") or "") if given is None else str(given)
    if not text.strip():
        if part.get("required") is not False:
            raise NotOfferedError(f"{part['custom_id']!r} must be filled in")
        return ""
    if len(text) < (part.get("min_length") or 0):
        raise NotOfferedError(f"{part['custom_id']!r} wants more words")
    if len(text) > (part.get("max_length") or 4000):
        raise NotOfferedError(f"{part['custom_id']!r} takes no more words")
    return text


def _picked(part: Json, given: Any) -> str | None:
    defaults = [option["value"] for option in part["options"] if option.get("default")]
    if given is None:
        if not defaults and part.get("required") is not False:
            raise NotOfferedError(f"{part['custom_id']!r} must be picked")
        return cast("str", defaults[0]) if defaults else None
    return _value(part, str(given))


def _ticked(part: Json, given: Any) -> list[str]:
    if given is None:
        values = [str(option["value"]) for option in part["options"] if option.get("default")]
    else:
        wanted = [given] if isinstance(given, str) else list(given)
        values = [_value(part, text) for text in wanted]
    if values or part.get("required") is not False:
        _count(part, values)
    return values


def _value(part: Json, text: str) -> str:
    for option in part["options"]:
        if text in (option["value"], option["label"]):
            return str(option["value"])
    shown = [option["label"] for option in part["options"]]
    raise NotOfferedError(f"{text!r} is not among {shown}")


def _count(part: Json, values: list[str]) -> None:
    least = part.get("min_values")
    most = part.get("max_values") or len(part.get("options", [])) or 25
    least = 1 if least is None else least
    if len(set(values)) != len(values) or not least <= len(values) <= most:
        raise NotOfferedError(f"{part['custom_id']!r} takes {least} to {most} different choices")
