"""What to offer while somebody types a topic or a setting."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.choosing import zone_names
from bot.core.deck import Deck
from bot.core.models import Level
from bot.core.parts import Option

MOST = 25
_LISTS = ("levels", "topics")
_OFFERS = {
    "time": ("08:00", "09:00", "09:30", "10:00", "12:00", "14:00", "16:00"),
    "days": ("mon-fri", "every day", "mon, wed, fri", "weekend"),
    "levels": ("all", *map(str, Level)),
    "open": ("next", "4h", "8h", "1d", "2d", "7d"),
    "digest": ("mon 09:00", "fri 15:00", "fri 16:00", "sun 18:00"),
}


def complete(name: str, typed: str, deck: Deck) -> tuple[Option, ...]:
    """
    Options for the input *name*: what begins as *typed* comes first, then what holds it.

    Where several may be chosen, the word after the last comma is completed.
    """
    head, comma, last = typed.rpartition(",") if name in _LISTS else ("", "", typed)
    chosen = {word.strip().casefold() for word in head.split(",")} if comma else set()
    kept = f"{head.strip()}, " if comma else ""
    sought = last.strip().casefold().replace(" ", "_" if name == "zone" else " ")
    fitting = [
        Option(f"{kept}{offer.value}", f"{kept}{offer.label}")
        for offer in sorted(
            _offers(name, deck), key=lambda offer: not offer.label.casefold().startswith(sought)
        )
        if sought in offer.label.casefold()
        and not chosen & {offer.value, offer.label.casefold()}
        and not (comma and offer.value == "all")
    ]
    return tuple(fitting[:MOST])


def _offers(name: str, deck: Deck) -> Iterable[Option]:
    topics = [Option(topic, label) for topic, label in sorted(deck.topics.items())]
    match name:
        case "topic":
            return topics
        case "topics":
            return [Option("all", "all"), *topics]
        case "zone":
            return [Option(zone, zone) for zone in zone_names()]
        case _:
            return [Option(word, word) for word in _OFFERS.get(name, ())]
