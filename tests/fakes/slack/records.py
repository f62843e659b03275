"""Everything the app said to Slack, and everything Slack said to the app."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True, eq=False)
class Call:
    """One call of the Web API, of an upload URL or of a response_url."""

    method: str
    arguments: Json
    at: float
    team_id: str | None = None
    status: int | None = None
    answer: Json | str | None = None

    @property
    def ok(self) -> bool:
        """Whether Slack did what was asked (the app may not know: answers get lost)."""
        return isinstance(self.answer, dict) and bool(self.answer.get("ok"))

    @property
    def error(self) -> str | None:
        """Why Slack refused."""
        return self.answer.get("error") if isinstance(self.answer, dict) else None


@dataclass(slots=True, eq=False)
class Delivery:
    """
    One payload on its way to the app, and what came back.

    `kind` is events_api, interactive, slash_commands or url_verification. `status` is 200
    when it was acknowledged in time, None when no answer came at all.
    """

    kind: str
    payload: Json
    team_id: str
    attempt: int = 0
    reason: str = ""
    status: int | None = None
    answer: Json | str | None = None
    error: str | None = None
    elapsed: float | None = None
    late: bool = False
    no_retry: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def ok(self) -> bool:
        """Whether the app acknowledged it in time."""
        return self.status == 200 and not self.late and not self.error

    @property
    def event_type(self) -> str:
        """The type of the event inside, or of the interaction."""
        inner = self.payload.get("event", self.payload)
        return str(inner.get("type", inner.get("command", "")))


class Records:
    """The lists themselves, and a search through what the app sent out."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.deliveries: list[Delivery] = []
        self.advice: list[str] = []
        self.protocol_errors: list[str] = []

    def sent(self) -> Iterator[tuple[str, str]]:
        """Yield whatever left the app, each with where it went."""
        for call in self.calls:
            yield call.method, _text(call.arguments)
        for delivery in self.deliveries:
            yield f"ack of {delivery.kind} {delivery.event_type}", _text(delivery.answer)

    def leaks(self, secret: str) -> list[str]:
        """Return the places to which the app sent *secret*, outside its Authorization header."""
        return [where for where, text in self.sent() if secret in text]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
