"""One request, as the handlers see it and as the record keeps it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.discord.body import Upload
from tests.fakes.discord.errors import ApiError, Json, Refusal
from tests.fakes.discord.form import Form


@dataclass(eq=False, slots=True)
class Call:
    """A REST call: what was asked, and what was answered once it was."""

    method: str
    path: str
    template: str
    ids: dict[str, str]
    query: dict[str, str]
    body: Any
    files: list[Upload]
    at: datetime
    is_bot: bool
    status: int = 0
    answer: Any = None
    unknown_keys: list[str] = field(default_factory=list)
    """Keys of the body that Discord's OpenAPI does not know: typos, most likely."""
    second_opinion: Callable[[], None] | None = None
    """Asks the OpenAPI about the body; raises ApiError."""
    is_approved: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"

    def id(self, name: str) -> int:
        """Return a snowflake of the path; ApiError 50035 if it is none."""
        text = self.ids[name]
        if not text.isdigit():
            form = Form()
            form.fault((name,), "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
            form.refuse()
        return int(text)

    def approve(self) -> None:
        """Let the OpenAPI judge a body that passed our own rules, before anything changes."""
        self.is_approved = True
        if self.second_opinion is not None:
            self.second_opinion()

    def object(self) -> Json:
        """Return the body as an object; ApiError 50035 if it is something else."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise ApiError(Refusal.INVALID_FORM_BODY, {})
        return self.body


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body; None is no body."""

    status: int = 200
    body: Any = None


NO_CONTENT = Answer(204)
