"""Which panels have an address of their own, so that a refresh brings them back."""

from __future__ import annotations

from urllib.parse import urlencode

from bot.core.errors import StaleKeyError
from bot.core.parts import Action, Button, Buttons, Card, Form, Verb

READS = frozenset(
    {
        Verb.ANSWER,
        Verb.REGRADE,
        Verb.LEADERBOARD,
        Verb.ME,
        Verb.TEAM,
        Verb.SETTINGS,
        Verb.DOCTOR,
        Verb.EXPORT,
        Verb.FORGET,
        Verb.HELP,
    }
)
"""What changes nothing, so that a link may ask for it."""
HOME = "home"
"""A member's own page; it has no verb, because no button leads there on other faces."""
JOIN = "join"
"""Asks for a name: a guest, or a member who wants another one."""
_AFTER = {
    Verb.PAUSE: Verb.DOCTOR,
    Verb.RESUME: Verb.DOCTOR,
    Verb.SAVE_SETTINGS: Verb.SETTINGS,
    Verb.SHARE: Verb.LEADERBOARD,
    Verb.NOW: None,
    Verb.FORGET_CONFIRMED: None,
}


def show_of(action: Action) -> str:
    """What comes after ``?show=`` for *action*; empty for one that writes."""
    if action.verb not in READS:
        return ""
    return f"{action.verb}:{action.value}" if action.value else str(action.verb)


def read_show(text: str) -> Action:
    """Read what came after ``?show=``; raises StaleKeyError for anything that may not be asked."""
    name, _, value = text.partition(":")
    if len(text) > 80 or name not in READS:
        raise StaleKeyError(text)
    return Action(Verb(name), value)


def url_of(show: str) -> str:
    """The page with a panel open."""
    return f"/?{urlencode({'show': show}, safe=':')}" if show else "/"


def lasting(asked: Action, answer: Card | Form) -> str:
    """Where a refresh finds *answer* again, as `show_of` gives it; empty where nowhere."""
    if show := show_of(asked):
        return show
    if isinstance(answer, Form):
        return _form_show(answer)
    if asked.verb is Verb.GRADE:
        return show_of(Action(Verb.ANSWER, asked.value))
    if asked.verb in (Verb.HIDE, Verb.SHOW):
        return HOME
    if asked.verb in _AFTER:
        after = _AFTER[asked.verb]
        return show_of(Action(after)) if after else ""
    return _answer_show(answer)


def _form_show(form: Form) -> str:
    if form.action.verb is Verb.SAVE_SETTINGS:
        return show_of(Action(Verb.SETTINGS))
    return show_of(Action(Verb.ANSWER, form.action.value))


def _answer_show(card: Card) -> str:
    """A card that asks something is found again by the key of its Answer button."""
    for button in _buttons(card):
        if button.action.verb is Verb.ANSWER:
            return show_of(button.action)
    return ""


def _buttons(card: Card) -> list[Button]:
    return [b for block in card if isinstance(block, Buttons) for b in block.buttons]
