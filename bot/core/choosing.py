"""What an admin typed or ticked, to a channel's Settings; and back into words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import time, timedelta
from difflib import get_close_matches
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from bot.core.calendar import Schedule
from bot.core.deck import Deck, slug
from bot.core.errors import FormError
from bot.core.models import Level, Settings
from bot.core.parts import Values
from bot.core.wording import DAYS, listed

T = TypeVar("T")

OPEN_MIN, OPEN_MAX = timedelta(minutes=30), timedelta(days=7)
_DAY = {name[:3].casefold(): number for number, name in enumerate(DAYS)}
_DAY_SETS = {
    "weekdays": range(5),
    "weekday": range(5),
    "workdays": range(5),
    "weekend": (5, 6),
    "weekends": (5, 6),
    "daily": range(7),
    "all": range(7),
    "everyday": range(7),
}
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?")
_OFFSET = re.compile(r"(?:gmt|utc)_?[-+\u2212\u2013]_?\d.*")
_SPAN = re.compile(r"(\d{1,3})\s*(m|min|minutes?|h|hours?|d|days?)")


def default_settings(zone: ZoneInfo) -> Settings:
    """What a channel is offered first: weekdays at nine, digest on Mondays at nine."""
    return Settings(Schedule(time(9), zone, frozenset(range(5))), digest_day=0, digest_at=time(9))


def read_settings(values: Values, current: Settings, deck: Deck) -> Settings:
    """
    Change *current* by the *values* given: of a form (tuples) or typed as words (``mon-fri``).

    Raises FormError with a sentence for each value that cannot be kept.
    """
    problems: dict[str, str] = {}

    def read(name: str, reader: Callable[[str], T], unchanged: T) -> T:
        if name not in values:
            return unchanged
        value = values[name]
        try:
            return reader(value if isinstance(value, str) else _joined(name, value))
        except ValueError as error:
            problems[name] = str(error)
            return unchanged

    schedule = current.schedule
    at = read("time", read_time, schedule.at)
    zone = read("zone", read_zone, schedule.zone)
    days = read("days", read_days, schedule.days)
    digest_day, digest_at = read("digest", read_digest, (current.digest_day, current.digest_at))
    chosen = replace(
        current,
        levels=read("levels", read_levels, current.levels),
        topics=read("topics", lambda text: read_topics(text, deck), current.topics),
        open_for=read("open", read_open, current.open_for),
        digest_day=digest_day,
        digest_at=digest_at,
    )
    if not problems and not deck.select(chosen.levels, chosen.topics):
        problems["topics"] = "No question has these levels and topics. Choose more of either."
    if problems:
        raise FormError(problems)
    return replace(chosen, schedule=Schedule(at, zone, days))


def _joined(name: str, chosen: Iterable[str]) -> str:
    """What was ticked, as one types it; a form numbers the days."""
    named = {str(number): day for number, day in enumerate(DAYS)} if name == "days" else {}
    return ",".join(named.get(each, each) for each in chosen)


def read_time(text: str) -> time:
    """``9:30``, ``09.30``, ``9 am``; raises ValueError with what to type instead."""
    found = _TIME.fullmatch(text.strip().casefold())
    if found:
        hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "pm" else 0)
        elif half:
            hour = 24
        if hour < 24 and minute < 60 and (found[2] or half):
            return time(hour, minute)
    raise ValueError("Give a time such as 09:30 or 16:00.")


def read_zone(text: str) -> ZoneInfo:
    """An IANA zone by name, or by its city alone; raises ValueError with the closest names."""
    typed = text.strip().replace(" ", "_").casefold()
    known = _zones()
    if typed in known:
        return ZoneInfo(known[typed])
    if _OFFSET.fullmatch(typed):  # not Etc/GMT+2, which is two hours *behind*
        raise ValueError("Name a city instead of an offset, such as Europe/Berlin.")
    cities = sorted({name for key, name in known.items() if key.rpartition("/")[2] == typed})
    if cities:
        return ZoneInfo(min(cities, key=len))
    offered = [name.casefold() for name in zone_names()]  # not EST, which has no summer time
    close = get_close_matches(typed, offered, 3, cutoff=0.6)
    hint = f" Did you mean {listed([known[key] for key in close], 'or')}?" if close else ""
    raise ValueError(f"There is no time zone of that name.{hint} Try one like Europe/Berlin.")


@cache
def _zones() -> dict[str, str]:
    names = (name for name in available_timezones() if not name.startswith(("posix/", "right/")))
    return {name.casefold(): name for name in sorted(names) if name != "localtime"}


def zone_names() -> list[str]:
    """Every time zone there is to choose: the continents' first, then the rest."""
    return sorted(
        (name for name in _zones().values() if "/" in name or name == "UTC"),
        key=lambda name: (name.startswith("Etc/"), name),
    )


def read_days(text: str) -> frozenset[int]:
    """
    ``mon-fri``, ``mon, wed``, ``weekdays``; raises ValueError with what to type.

    A number is no day: Monday is the first of them for some, the second or none for others.
    """
    days: set[int] = set()
    for word in re.split(r"[,\s]+", re.sub(r"\s*-\s*", "-", _one_word(text))):
        if word in _DAY_SETS:
            days.update(_DAY_SETS[word])
        elif word not in ("", "and"):
            days.update(_day_range(word))
    if not days:
        raise ValueError("Choose at least one day, such as mon-fri.")
    return frozenset(days)


def _one_word(text: str) -> str:
    return text.strip().casefold().replace("every day", "everyday")


def _day_range(word: str) -> Iterable[int]:
    first, _, last = word.partition("-")
    start, end = _day(first), _day(last or first)
    if start is None or end is None:
        raise ValueError("Give days such as mon-fri or mon, wed, fri.")
    return {(start + i) % 7 for i in range((end - start) % 7 + 1)}


def _day(word: str) -> int | None:
    number = _DAY.get(word[:3])
    return number if number is not None and DAYS[number].casefold().startswith(word) else None


def read_levels(text: str) -> frozenset[Level]:
    """``beginner, advanced`` or ``all``; raises ValueError with the levels there are."""
    words = [word for word in re.split(r"[,\s]+", text.strip().casefold()) if word != "and"]
    if words in ([""], ["all"]):
        return frozenset(Level)
    unknown = [word for word in words if word and word not in set(Level)]
    if unknown:
        raise ValueError(f"Levels are {listed([str(level) for level in Level])}, or all.")
    return frozenset(Level(word) for word in words if word)


def read_topics(text: str, deck: Deck) -> frozenset[str]:
    """Topics by name, separated by commas; ``all`` or nothing means every one, kept as none."""
    if text.strip().casefold() in ("", "all"):
        return frozenset()
    found = {name: find_topic(name, deck) for name in text.split(",") if name.strip()}
    if missing := [name.strip() for name, topic in found.items() if topic is None]:
        raise ValueError(
            f"There is no topic {listed(missing, 'or')}. Topics: {', '.join(deck.topics)}."[:400]
        )
    return frozenset(topic for topic in found.values() if topic)


def find_topic(text: str, deck: Deck) -> str | None:
    """The slug of the topic that *text* means: its name, the beginning of one, or nearly one."""
    typed = slug(text)
    if not typed:
        return None
    if typed in deck.topics:
        return typed
    begins = [topic for topic in deck.topics if topic.startswith(typed)]
    if len(begins) == 1:
        return begins[0]
    close = get_close_matches(typed, deck.topics, 1, cutoff=0.8)  # forms for froms, not for orm
    return close[0] if close else None


def read_open(text: str) -> timedelta | None:
    """``8h``, ``2 days``, or ``next`` for until the next daily (None)."""
    typed = text.strip().casefold()
    if typed in ("", "next", "until next", "next daily"):
        return None
    found = _SPAN.fullmatch(typed)
    unit = {"m": "minutes", "h": "hours", "d": "days"}
    length = timedelta(**{unit[found[2][0]]: int(found[1])}) if found else timedelta(0)
    if not OPEN_MIN <= length <= OPEN_MAX:
        raise ValueError("Give how long it stays open, from 30m to 7d (such as 8h), or next.")
    return length


def read_digest(text: str) -> tuple[int, time]:
    """``mon 09:00``: the day and time of the weekly leaderboard."""
    first, _, rest = text.strip().partition(" ")
    number = _day(first.casefold().rstrip(","))
    if number is None or not rest:
        raise ValueError("Give a day and a time, such as mon 09:00.")
    return number, read_time(rest)


def open_words(open_for: timedelta | None) -> str:
    """*open_for* as `read_open` takes it."""
    if open_for is None:
        return "next"
    minutes = int(open_for.total_seconds() // 60)
    for size, unit in ((1440, "d"), (60, "h")):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


def digest_words(settings: Settings) -> str:
    """The digest's day and time as `read_digest` takes it."""
    return f"{DAYS[settings.digest_day][:3].casefold()} {settings.digest_at:%H:%M}"
