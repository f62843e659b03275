"""What the box offers while somebody types."""

from __future__ import annotations

from bot.core.commands import SETTING_WORDS, WORDS
from bot.core.deck import Deck
from bot.core.models import Level, Period
from bot.core.parts import Verb

ADMINS = frozenset({Verb.SETTINGS, Verb.PAUSE, Verb.RESUME, Verb.NOW, Verb.DOCTOR})
REPLIES = ("got it", "partly", "missed")


def suggestions(deck: Deck, *, admin: bool) -> list[str]:
    """Every command as typed, with levels, topics and periods; then replies."""
    lines = ["/flaskquiz"]
    for word, verb in WORDS.items():
        if verb is Verb.START or (verb in ADMINS and not admin):
            continue
        lines.append(f"/flaskquiz {word}")
        lines += [f"/flaskquiz {word} {more}" for more in _more(verb, deck)]
    return [*lines, *REPLIES]


def _more(verb: Verb, deck: Deck) -> list[str]:
    match verb:
        case Verb.PRACTICE:
            return [*map(str, Level), *deck.topics]
        case Verb.LEADERBOARD:
            return [str(period) for period in Period]
        case Verb.SETTINGS:
            return list(SETTING_WORDS)
        case _:
            return []
