"""The words after /flaskquiz to a Command."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import pairwise

from bot.core.models import Level, Period
from bot.core.parts import Values, Verb

WORDS = {
    "start": Verb.START,
    "practice": Verb.PRACTICE,
    "leaderboard": Verb.LEADERBOARD,
    "me": Verb.ME,
    "team": Verb.TEAM,
    "settings": Verb.SETTINGS,
    "pause": Verb.PAUSE,
    "resume": Verb.RESUME,
    "now": Verb.NOW,
    "doctor": Verb.DOCTOR,
    "hide-me": Verb.HIDE,
    "show-me": Verb.SHOW,
    "export": Verb.EXPORT,
    "forget-me": Verb.FORGET,
    "help": Verb.HELP,
}
_ALSO = {
    "practise": "practice",
    "board": "leaderboard",
    "standings": "leaderboard",
    "setup": "settings",
    "set-up": "settings",
    "stats": "me",
    "hideme": "hide-me",
    "showme": "show-me",
    "forgetme": "forget-me",
    "?": "help",
}
_MEANT = {
    "score": "me",
    "points": "me",
    "rank": "leaderboard",
    "ranking": "leaderboard",
    "scores": "leaderboard",
    "answer": "start",
    "question": "start",
    "delete": "forget-me",
    "unhide": "show-me",
    "unpause": "resume",
    "stop": "pause",
    "post": "now",
    "review": "practice",
    "next": "practice",
    "streak": "me",
    "profile": "me",
    "data": "export",
    "status": "doctor",
    "time": "settings",
    "ask": "start",
    "name": "show-me",
    "freeze": "me",
    "freezes": "me",
    "streaks": "me",
    "remove": "forget-me",
    "delete-me": "forget-me",
}
"""What is likely meant, where the letters are closer to something else: a hint, never done."""
SETTING_WORDS = ("time", "zone", "days", "levels", "topics", "open", "digest")
_TEXT_MAX = 4_000


@dataclass(frozen=True, slots=True)
class Command:
    """What a member asked for, read but not yet checked against the deck."""

    verb: Verb
    level: Level | None = None
    topic: str = ""
    """As typed; the quiz finds the topic it means."""
    period: Period | None = None
    values: Values = field(default_factory=dict)
    """Settings given as words."""
    unknown: str = ""
    """The word that was not understood; the verb is then HELP."""
    closest: str = ""


def parse(text: str) -> Command:
    """Read the words after ``/flaskquiz``; never raises: unknown words give help."""
    words = text[:_TEXT_MAX].casefold().split()
    if words and words[0].lstrip("/") == "flaskquiz":
        words = words[1:]
    words = _shown(words)
    if not words:
        return Command(Verb.START)
    first, rest = words[0], words[1:]
    if len(rest) == 1 and f"{first}-{rest[0]}" in WORDS:
        first, rest = f"{first}-{rest[0]}", []
    first = _ALSO.get(first, first)
    if first not in WORDS:
        return _unknown(first, WORDS)
    match verb := WORDS[first]:
        case Verb.PRACTICE:
            return _practice(rest)
        case Verb.LEADERBOARD:
            return _leaderboard(rest)
        case Verb.SETTINGS:
            return _settings(text[:_TEXT_MAX].split()[-len(rest) :] if rest else [])
        case Verb.PAUSE | Verb.RESUME if rest:  # no day is kept to go on
            return _unknown(" ".join(rest), (), first)
        case _:
            return Command(verb)


def _shown(words: list[str]) -> list[str]:
    """What "show me the leaderboard" and "show my stats" want to see; "show me" is a command."""
    if words[:1] != ["show"] or words[1:] in ([], ["me"]):
        return words
    wanted = words[2:] if words[1] == "me" else words[1:]
    return wanted[1:] if wanted[0] in ("the", "my") and wanted[1:] else wanted


def _practice(words: list[str]) -> Command:
    levels = {name: level for level in Level for name in (str(level), f"{level}s")}
    level = next((levels[word] for word in words if word in levels), None)
    topic = " ".join(word for word in words if word not in levels)
    return Command(Verb.PRACTICE, level=level, topic=topic)


def _leaderboard(words: list[str]) -> Command:
    named = [word for word in words if word not in ("this", "of", "the", "time")]
    if not named:
        return Command(Verb.LEADERBOARD)
    if named[0] in set(Period):
        return Command(Verb.LEADERBOARD, period=Period(named[0]))
    return _unknown(named[0], Period, "leaderboard")


def _settings(words: list[str]) -> Command:
    """
    Read ``time 09:30 zone Europe/Berlin days mon-fri``: each word up to the next setting.

    A setting without a value opens the form, so that a bare name never sets anything back.
    """
    values: Values = {}
    name = ""
    for word, following in pairwise([*words, ""]):
        if (word.casefold(), following.casefold()) == ("time", "zone"):
            continue  # "time zone" is the zone
        if word.casefold() in SETTING_WORDS and word.casefold() not in values:
            name = word.casefold()
            values[name] = ""
        elif name:
            values[name] = f"{values[name]} {word}".strip()
        else:
            return _unknown(word.casefold(), SETTING_WORDS, "settings")
    values = {name: str(value).rstrip(", ") for name, value in values.items()}
    if not values or "" in values.values():
        return Command(Verb.SETTINGS)
    return Command(Verb.SAVE_SETTINGS, values=values)


def _unknown(word: str, known: Iterable[str], command: str = "") -> Command:
    """Help, with the closest of the *known* words after *command*, or *command* alone."""
    close = get_close_matches(_MEANT.get(word, word), map(str, known), 1, cutoff=0.5)
    return Command(Verb.HELP, unknown=word[:40], closest=" ".join([command, *close]).strip())
