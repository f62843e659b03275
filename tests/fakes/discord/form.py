"""Collects what is wrong with a request body, and says it in Discord's nested shape."""

from collections.abc import Collection
from typing import Any

from tests.fakes.discord.errors import ApiError, Json, Refusal

Path = tuple[str | int, ...]


class Form:
    """The faults of one body; `refuse` raises 50035 if there are any."""

    def __init__(self) -> None:
        self.faults: list[tuple[Path, str, str]] = []

    def fault(self, path: Path, code: str, message: str) -> None:
        """Note one fault at *path*."""
        self.faults.append((path, code, message))

    def refuse(self) -> None:
        """Raise ApiError 50035 with every fault, or return if there is none."""
        if self.faults:
            raise ApiError(Refusal.INVALID_FORM_BODY, nested(self.faults))

    def text(
        self, path: Path, value: Any, low: int, high: int, *, required: bool = False
    ) -> str | None:
        """Check a string of *low* to *high* characters; None may be left out unless required."""
        if value is None:
            if required:
                self.required(path)
            return None
        if not isinstance(value, str):
            self.fault(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return None
        if not low <= len(value) <= high:
            self._bad_length(path, low, high)
        return value

    def items(
        self, path: Path, value: Any, low: int, high: int, *, required: bool = False
    ) -> list[Any]:
        """Check a list of *low* to *high* things; returns what there is."""
        if value is None:
            if required:
                self.required(path)
            return []
        if not isinstance(value, list):
            self.fault(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if not low <= len(value) <= high:
            self._bad_length(path, low, high)
        return value

    def integer(self, path: Path, value: Any, low: int, high: int) -> int | None:
        """Check an optional number from *low* to *high*."""
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            self.fault(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return None
        if value < low:
            message = f"int value should be greater than or equal to {low}."
            self.fault(path, "NUMBER_TYPE_MIN", message)
        if value > high:
            message = f"int value should be less than or equal to {high}."
            self.fault(path, "NUMBER_TYPE_MAX", message)
        return value

    def choice(self, path: Path, value: Any, choices: Collection[Any]) -> bool:
        """Check that *value* is one of *choices*."""
        if isinstance(value, bool) or value not in choices:
            listed = ", ".join(map(str, sorted(choices)))
            self.fault(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
            return False
        return True

    def union(self, path: Path, value: Any, choices: tuple[int, ...]) -> bool:
        """Check that *value* is a component or option whose `type` is one of *choices*."""
        if not isinstance(value, dict):
            self.fault(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            return False
        if value.get("type") not in choices:
            listed = ", ".join(map(str, choices)) + ("," if len(choices) == 1 else "")
            message = f'Value of field "type" must be one of ({listed}).'
            self.fault(path, "UNION_TYPE_CHOICES", message)
            return False
        return True

    def required(self, path: Path) -> None:
        """Note that something is missing at *path*."""
        self.fault(path, "BASE_TYPE_REQUIRED", "This field is required")

    def _bad_length(self, path: Path, low: int, high: int) -> None:
        if low == 0:
            self.fault(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        else:
            message = f"Must be between {low} and {high} in length."
            self.fault(path, "BASE_TYPE_BAD_LENGTH", message)


def nested(faults: list[tuple[Path, str, str]]) -> Json:
    """Return *faults* as Discord nests them: one object per step, a list of `_errors` at the end.

    A node has either deeper faults or `_errors`: where both were found, the deeper ones stay.
    """
    errors: Json = {}
    for path, code, message in sorted(faults, key=lambda fault: len(fault[0]), reverse=True):
        node = errors
        for step in path:
            node = node.setdefault(str(step), {})
        if not node or "_errors" in node:
            node.setdefault("_errors", []).append({"code": code, "message": message})
    return errors
