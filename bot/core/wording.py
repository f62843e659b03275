"""Small pieces of English: counts, lists, days and moments as a team says them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.calendar import local_date
from bot.core.models import Level

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
NOTED, LOOK_FIRST = "📝", "👀"
"""Reactions to a reply: words or a grade were taken, whichever; or the answer comes first."""
LEVELS = {
    Level.BEGINNER: "Beginner",
    Level.INTERMEDIATE: "Intermediate",
    Level.ADVANCED: "Advanced",
}


def dots(parts: Iterable[str]) -> str:
    """Short facts in one line of small print; empty ones are left out."""
    return " · ".join(part for part in parts if part)


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 day``, ``2 days``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``11th``."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def day(on: date, today: date) -> str:
    """``today``, ``tomorrow``, ``on Saturday``, ``on 12 December``, ``on 3 January 2027``."""
    match (on - today).days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case -1:
            return "yesterday"
        case ahead if 1 < ahead < 7:
            return f"on {DAYS[on.weekday()]}"
    year = f" {on.year}" if on.year != today.year else ""
    return f"on {on.day} {MONTHS[on.month - 1]}{year}"


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment in the channel's own time: ``today 09:30``, ``Wed 09:30``, ``12 Dec 09:30``."""
    on, today = local_date(at, zone), local_date(now, zone)
    clock = f"{at.astimezone(zone):%H:%M}"
    ahead = (on - today).days
    if ahead in (0, 1, -1):
        return f"{day(on, today)} {clock}"
    if 1 < ahead < 7:
        return f"{DAYS[on.weekday()][:3]} {clock}"
    return f"{on.day} {MONTHS[on.month - 1][:3]} {clock}"


def span(length: timedelta) -> str:
    """How long something takes, in its two largest units: ``2 days 3 hours``, ``5 minutes``."""
    minutes = max(0, int(length.total_seconds() // 60))
    units = ((minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute"))
    parts = [counted(number, noun) for number, noun in units if number]
    return " ".join(parts[:2]) or "less than a minute"


def day_names(days: Iterable[int]) -> str:
    """Days of the week (Monday is 0): ``Monday to Friday``, ``every day``, ``Mon, Wed and Fri``."""
    ordered = sorted(days)
    if len(ordered) == 7:
        return "every day"
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{DAYS[ordered[0]]} to {DAYS[ordered[-1]]}"
    if len(ordered) == 1:
        return f"{DAYS[ordered[0]]}s"
    return listed([DAYS[number][:3] for number in ordered])


def level_names(levels: Iterable[Level]) -> str:
    """``all levels``, ``beginner and advanced``."""
    chosen = set(levels)
    if len(chosen) in (0, len(Level)):
        return "all levels"
    return listed([str(level) for level in Level if level in chosen])


def flask_versions(requirement: str) -> str:
    """``>=3.0,<3.2`` as people say it: ``Flask 3.0 to 3.1``."""
    found = re.fullmatch(r">=(\d+\.\d+(?:\.\d+)?),<(\d+)\.(\d+)", requirement)
    if not found or found[3] == "0":
        return f"Flask {requirement}"
    oldest, newest = found[1], f"{found[2]}.{int(found[3]) - 1}"
    if oldest.startswith(f"{newest}."):
        return f"Flask {newest} from {oldest} on"
    return f"Flask {oldest}" if oldest == newest else f"Flask {oldest} to {newest}"


def period_name(period: str) -> str:
    """``2026-W47`` is ``week 47``, ``2026-11`` is ``November 2026``, ``all`` is ``all time``."""
    if period == "all":
        return "all time"
    year, _, part = period.partition("-")
    if part.startswith("W"):
        return f"week {int(part[1:])}"
    return f"{MONTHS[int(part) - 1]} {year}"


def apart(name: str) -> str:
    """*name* with a mark after one written from right to left: figures beside it stay there."""
    is_reversed = any(unicodedata.bidirectional(sign) in ("R", "AL", "AN") for sign in name)
    return f"{name}\u200e" if is_reversed else name


def clipped(text: str, length: int) -> str:
    """*text* in at most *length* characters, cut at a word where that loses little."""
    text = text.strip()
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > length * 2 // 3 else cut).rstrip() + "…"
