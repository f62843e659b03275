"""The commands: what Discord offers, and what somebody chose."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from bot.core.commands import SETTING_WORDS, WORDS, Command, parse
from bot.core.models import Level, Period
from bot.core.parts import Values, Verb
from bot.core.wording import LEVELS

Json = dict[str, Any]

NAME = "flaskquiz"
ANSWER_THIS = "Answer this question"
CHAT_INPUT, MESSAGE = 1, 3
SUB_COMMAND, STRING = 1, 3
GUILD_INSTALL, IN_GUILDS, IN_BOT_DM = 0, 0, 1
TYPED_MAX = 200

DOES = {
    "start": "Today's question; once you have answered it, practice",
    "practice": "One question for you alone: what is due first, then new ones",
    "leaderboard": "Who has how many points here; only you see it until you share it",
    "me": "Your points, streak, what is due, and how well you judge yourself",
    "team": "What this channel knows and forgets, without names",
    "settings": "Admins: when questions come, and which; a form opens without options",
    "pause": "Admins: stop asking questions in this channel",
    "resume": "Admins: go on asking questions in this channel",
    "now": "Admins: ask today's question at once",
    "doctor": "Admins: what happens next here, and what went wrong",
    "hide-me": "Take your name off the leaderboards; your points still count",
    "show-me": "Put your name back on the leaderboards",
    "export": "Everything the bot keeps about you, as a file",
    "forget-me": "Delete everything the bot keeps about you here",
    "help": "What you can type, and how to reply to a question",
}
SETTINGS = {
    "time": "When the question comes, such as 09:30",
    "zone": "Your team's time zone, such as Europe/Berlin",
    "days": "On which days, such as mon-fri",
    "levels": "Which levels, such as beginner, intermediate",
    "topics": "Which topics, separated by commas; all of them if you like",
    "open": "How long a question stays open: next (until the next one), 8h or 2d",
    "digest": "Day and time of the weekly leaderboard, such as mon 09:00",
}
PERIODS = {Period.WEEK: "This week", Period.MONTH: "This month", Period.ALL: "All time"}


def payload() -> list[Json]:
    """Every command, as Discord registers them."""
    everywhere: Json = {
        "integration_types": [GUILD_INSTALL],
        "contexts": [IN_GUILDS, IN_BOT_DM],
        "default_member_permissions": None,
    }
    group: Json = {
        "type": CHAT_INPUT,
        "name": NAME,
        "description": "One Flask question a day: try first, then see the answer",
        "options": [_sub_command(word) for word in WORDS],
    }
    return [group | everywhere, {"type": MESSAGE, "name": ANSWER_THIS} | everywhere]


def fingerprint(commands: list[Json]) -> str:
    """A word that changes with the commands."""
    return hashlib.sha256(json.dumps(commands, sort_keys=True).encode()).hexdigest()


def _sub_command(word: str) -> Json:
    sub: Json = {"type": SUB_COMMAND, "name": word, "description": DOES[word]}
    match WORDS[word]:
        case Verb.PRACTICE:
            sub["options"] = [
                _option("level", "How hard it may be", LEVELS),
                _option("topic", "What it is about"),
            ]
        case Verb.LEADERBOARD:
            sub["options"] = [_option("period", "Which points count", PERIODS)]
        case Verb.SETTINGS:
            sub["options"] = [_option(name, SETTINGS[name]) for name in SETTING_WORDS]
    return sub


def _option(name: str, description: str, choices: Mapping[Any, str] | None = None) -> Json:
    """An option: one of a few choices, or words that are completed while they are typed."""
    option: Json = {
        "type": STRING,
        "name": name,
        "description": description,
        "required": False,
    }
    if choices is None:
        return option | {"autocomplete": True, "max_length": TYPED_MAX}
    return option | {"choices": [{"name": label, "value": str(v)} for v, label in choices.items()]}


# --- what somebody chose --------------------------------------------------------------------------


def read_command(data: Mapping[str, Any]) -> Command:
    """Read a slash command's payload; one that was forged or is outdated gives the help."""
    sub = _first(data)
    word, given = str(sub.get("name")), _given(sub)
    match verb := WORDS.get(word):
        case None:
            return parse(word)
        case Verb.PRACTICE:
            level = given.get("level", "")
            known = Level(level) if level in set(Level) else None
            return Command(verb, level=known, topic=given.get("topic", ""))
        case Verb.LEADERBOARD:
            period = given.get("period", "")
            return Command(verb, period=Period(period) if period in set(Period) else None)
        case Verb.SETTINGS if given and all(given.values()):
            values: Values = {name: given[name] for name in SETTING_WORDS if name in given}
            return Command(Verb.SAVE_SETTINGS, values=values)
        case _:
            return Command(verb)


def read_typing(data: Mapping[str, Any]) -> tuple[str, str]:
    """Which option somebody types into, and what stands there so far."""
    for option in _options(_first(data)):
        if option.get("focused"):
            return str(option.get("name")), str(option.get("value", ""))[:TYPED_MAX]
    return "", ""


def _options(holder: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    options = holder.get("options") or []
    return [option for option in options if isinstance(option, dict)]


def _first(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return next(iter(_options(data)), {})


def _given(sub: Mapping[str, Any]) -> dict[str, str]:
    return {str(o.get("name")): str(o.get("value", ""))[:TYPED_MAX].strip() for o in _options(sub)}
