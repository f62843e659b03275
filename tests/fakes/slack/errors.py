"""
What this Slack refuses, and whom it tells.

ApiError                 the app is told, as Slack would tell it
NotPossibleError         the test is told: nobody could do this in a Slack client
└── FieldsRefusedError   a form's own checks stop the submission before it is sent
"""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal of the Web API: a code from Slack's list, with what else the answer carries."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """Return the answer as Slack words it."""
        return {"ok": False, "error": self.code, **self.extra}


def invalid(code: str, problems: list[str]) -> ApiError:
    """Make a refusal that lists *problems*, in both places where Slack puts them."""
    messages = [f"[ERROR] {problem}" for problem in problems]
    return ApiError(code, errors=problems, response_metadata={"messages": messages})


class NotPossibleError(Exception):
    """No client lets a member do this: the button, form or channel is not there for them."""


class FieldsRefusedError(NotPossibleError):
    """A form refuses to be sent; names each field and why."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = fields
