"""Custom ids: what a component or modal carries, so that any process can answer it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.errors import StaleKeyError
from bot.core.parts import Action

CUSTOM_ID_MAX = 100


@dataclass(frozen=True, slots=True)
class Key:
    """An action and, on a button that stands for one option of a form, which one."""

    action: Action
    option: str = ""

    def __str__(self) -> str:
        text = f"{self.action}:{self.option}" if self.option else str(self.action)
        if len(text) > CUSTOM_ID_MAX:
            raise ValueError(f"{text!r} is too long for a custom id")
        return text

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read a custom id back; raises StaleKeyError for one this version did not write."""
        whole = Action.parse(text)
        value, colon, option = whole.value.partition(":")
        if colon and not option:
            raise StaleKeyError(text)
        return cls(Action(whole.verb, value), option)
