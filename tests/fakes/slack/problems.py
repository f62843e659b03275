"""Problems found in a payload, worded as Slack words them, each with where it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]


class Problems(list[str]):
    """The problems found so far; every check adds to them and never raises."""

    def add(self, at: str, what: str) -> None:
        """Note a problem at a JSON pointer."""
        self.append(f"{what} [json-pointer:{at}]")

    def keys(self, value: Any, at: str, required: Iterable[str], allowed: Iterable[str]) -> bool:
        """Check that *value* is an object with these keys; False when it is no object."""
        if not isinstance(value, dict):
            self.add(at, "must be an object")
            return False
        required, allowed = set(required), set(allowed)
        for key in sorted(required - set(value)):
            self.add(at, f"missing required field: {key}")
        for key in sorted(set(value) - required - allowed):
            self.add(at, f"no more than the known fields are allowed: {key}")
        return True

    def string(self, value: Any, at: str, most: int, least: int = 1) -> None:
        """Check a string's length in characters."""
        if not isinstance(value, str):
            self.add(at, "must be a string")
        elif len(value) > most:
            self.add(at, f"must be less than {most + 1} characters")
        elif len(value) < least:
            self.add(at, f"must be more than {least - 1} characters")

    def strings(self, value: Json, at: str, /, **most: int) -> None:
        """Check those of the named strings that are there."""
        for key, limit in most.items():
            if key in value:
                self.string(value[key], f"{at}/{key}", limit)

    def booleans(self, value: Json, at: str, *keys: str) -> None:
        """Check those of the named flags that are there."""
        for key in keys:
            if key in value and not isinstance(value[key], bool):
                self.add(f"{at}/{key}", "must be a boolean")

    def integer(self, value: Json, at: str, key: str, least: int, most: int) -> None:
        """Check a number, if it is there."""
        number = value.get(key, least)
        if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
            self.add(f"{at}/{key}", f"must be an integer from {least} to {most}")

    def choice(self, value: Json, at: str, key: str, among: Iterable[str]) -> None:
        """Check a word from a list, if it is there."""
        among = sorted(among)
        if key in value and value[key] not in among:
            self.add(f"{at}/{key}", f"must be one of {', '.join(among)}")

    def items(self, value: Any, at: str, most: int, least: int = 1) -> list[Any]:
        """Check a list's length and return it (empty when it is no list)."""
        if not isinstance(value, list):
            self.add(at, "must be an array")
            return []
        if len(value) > most:
            self.add(at, f"no more than {most} items allowed")
        if len(value) < least:
            self.add(at, f"no fewer than {least} items allowed")
        return value

    def text(self, value: Any, at: str, most: int, *, plain: bool = True) -> None:
        """Check a text object; only plain_text when *plain*."""
        if not self.keys(value, at, ("type", "text"), ("emoji", "verbatim")):
            return
        kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        if value.get("type") not in kinds:
            self.add(f"{at}/type", f"must be one of {', '.join(kinds)}")
        if "emoji" in value and value.get("type") == "mrkdwn":
            self.add(f"{at}/emoji", "only plain_text has this field")
        if "verbatim" in value and value.get("type") == "plain_text":
            self.add(f"{at}/verbatim", "only mrkdwn has this field")
        self.booleans(value, at, "emoji", "verbatim")
        self.string(value.get("text", "-"), f"{at}/text", most)

    def texts(self, value: Json, at: str, /, **most: int) -> None:
        """Check those of the named plain text objects that are there."""
        for key, limit in most.items():
            if key in value:
                self.text(value[key], f"{at}/{key}", limit)

    def unique(self, ids: Iterable[Any], at: str, name: str) -> None:
        """Check that no id is used twice."""
        seen: set[Any] = set()
        for value in ids:
            if isinstance(value, str):
                if value in seen:
                    self.add(at, f"{name} must be unique: {value}")
                seen.add(value)
