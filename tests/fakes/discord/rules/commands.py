"""What Discord refuses about application commands.

https://docs.discord.com/developers/interactions/application-commands
"""

import re
import unicodedata
from typing import Any

from tests.fakes.discord import commands as kinds
from tests.fakes.discord.errors import Json
from tests.fakes.discord.form import Form, Path

NAME = re.compile(r"[-_'\w]{1,32}")
VALUES = range(kinds.STRING, kinds.ATTACHMENT_OPTION + 1)
MAX_TEXT = 8000
MAX_OF = {kinds.CHAT_INPUT: 100, kinds.USER: 15, kinds.MESSAGE: 15}


def check_commands(body: list[Any]) -> None:
    """Raise ApiError for a bulk overwrite that Discord would refuse."""
    form = Form()
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(body):
        if not isinstance(command, dict):
            message = "Only dictionaries may be used in a ModelType"
            form.fault((index,), "MODEL_TYPE_CONVERT", message)
            continue
        _command(form, (index,), command)
        key = (command.get("type") or kinds.CHAT_INPUT, str(command.get("name")))
        if key in seen:
            message = "Application command names must be unique"
            form.fault((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add(key)
    form.refuse()


def _command(form: Form, path: Path, command: Json) -> None:
    kind = command.get("type") or kinds.CHAT_INPUT
    if not form.choice((*path, "type"), kind, (1, 2, 3)):
        return
    for field in ("contexts", "integration_types"):
        if command.get(field) is not None:
            form.items((*path, field), command[field], 1, 3)
    if kind != kinds.CHAT_INPUT:
        _menu(form, path, command)
        return
    _name(form, path, command)
    form.text((*path, "description"), command.get("description"), 1, 100, required=True)
    _options(form, path, command, level=0)
    if _length(command) > MAX_TEXT:
        message = f"Command exceeds maximum size ({MAX_TEXT})"
        form.fault(path, "APPLICATION_COMMAND_TOO_LARGE", message)


def _menu(form: Form, path: Path, command: Json) -> None:
    form.text((*path, "name"), command.get("name"), 1, 32, required=True)
    if command.get("description"):
        message = "Context menu commands cannot have description"
        form.fault((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message)
    if command.get("options"):
        message = "Context menu commands cannot have options"
        form.fault((*path, "options"), "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS", message)


def _name(form: Form, path: Path, thing: Json) -> None:
    here = (*path, "name")
    name = form.text(here, thing.get("name"), 1, 32, required=True)
    if name is not None and not (NAME.fullmatch(name) and _is_lower(name)):
        form.fault(here, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _is_lower(name: str) -> bool:
    return not any(unicodedata.category(sign) in ("Lu", "Lt") for sign in name)


def _options(form: Form, path: Path, holder: Json, *, level: int) -> None:
    path = (*path, "options")
    options = form.items(path, holder.get("options"), 0, 25)
    allowed = ((1, 2, *VALUES), (1,) if holder.get("type") == 2 else tuple(VALUES), tuple(VALUES))
    names: set[str] = set()
    optional_before = False
    for index, option in enumerate(options):
        here = (*path, index)
        if not form.union(here, option, allowed[min(level, 2)]):
            continue
        _option(form, here, option, level)
        if option.get("name") in names:
            message = "Option names must be unique"
            form.fault((*here, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED", message)
        names.add(str(option.get("name")))
        if option.get("required") and optional_before:
            message = "Required options must be placed before non-required options"
            form.fault(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_before = optional_before or not option.get("required")
    kinds_here = {option.get("type") in (1, 2) for option in options if isinstance(option, dict)}
    if len(kinds_here) > 1:
        message = "Sub-commands and groups are mutually exclusive to all other option types"
        form.fault(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)


def _option(form: Form, path: Path, option: Json, level: int) -> None:
    _name(form, path, option)
    form.text((*path, "description"), option.get("description"), 1, 100, required=True)
    if option["type"] in (kinds.SUB_COMMAND, kinds.SUB_COMMAND_GROUP):
        _options(form, path, option, level=level + 1)
        return
    choices = form.items((*path, "choices"), option.get("choices"), 0, 25)
    if choices and option.get("autocomplete"):
        message = "Autocomplete may not be set to true if choices are present"
        form.fault((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE", message)
    if option.get("autocomplete") and option["type"] not in (
        kinds.STRING,
        kinds.INTEGER,
        kinds.NUMBER,
    ):
        message = "Autocomplete is not allowed for this type"
        form.fault((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE", message)
    check_choices(form, (*path, "choices"), choices, option["type"])
    form.integer((*path, "min_length"), option.get("min_length"), 0, 6000)
    form.integer((*path, "max_length"), option.get("max_length"), 1, 6000)


def check_choices(form: Form, path: Path, choices: list[Any], kind: int) -> None:
    """Check the choices of an option, or those that autocompletion offers."""
    names: set[str] = set()
    for index, choice in enumerate(choices):
        here = (*path, index)
        name = form.text((*here, "name"), choice.get("name"), 1, 100, required=True)
        value = choice.get("value")
        if value is None:
            form.required((*here, "value"))
        elif kind == kinds.STRING:
            form.text((*here, "value"), value, 1, 100)
        elif not isinstance(value, int | float) or isinstance(value, bool):
            form.fault((*here, "value"), "NUMBER_TYPE_COERCE", f'Value "{value}" is not a number.')
        if name is not None and name in names:
            message = "Option choice names must be unique"
            form.fault(here, "APPLICATION_COMMAND_OPTIONS_CHOICES_NAME_DUPLICATED", message)
        names.add(name or "")


def _length(thing: Json) -> int:
    own = len(str(thing.get("name", ""))) + len(str(thing.get("description") or ""))
    for choice in thing.get("choices") or []:
        own += len(str(choice.get("name", ""))) + len(str(choice.get("value", "")))
    return own + sum(_length(option) for option in thing.get("options") or [])
