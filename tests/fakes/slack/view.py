"""A modal that a member has open, or their Home tab."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack import blockwalk

Json = dict[str, Any]

STACK = 3  # views one above the other, https://docs.slack.dev/reference/methods/views.push


@dataclass(slots=True, eq=False)
class View:
    """
    One view; it stays the same object while it is updated.

    `draft` is what its reader has entered so far, in the shape of `state.values`.
    """

    id: str
    team_id: str
    user_id: str
    app_id: str
    bot_id: str
    body: Json
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    closed: bool = False
    draft: Json = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        """Its blocks, with the ids Slack gave them."""
        return list(self.body["blocks"])

    @property
    def title(self) -> str:
        """The words in its head (a Home tab has none)."""
        return str((self.body.get("title") or {}).get("text", ""))

    @property
    def words(self) -> str:
        """Everything its reader comes to see."""
        parts = {key: self.body.get(key) for key in ("title", "blocks", "submit", "close")}
        return "\n".join(line for line in blockwalk.words(parts) if line)

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, in order, without submit and close."""
        found = blockwalk.elements(self.blocks)
        return [blockwalk.label(e) for _, e in found if e["type"] == "button"]

    def json(self, values: Json | None = None) -> Json:
        """Return the view as the API and payloads give it, with *values* typed into it."""
        return {
            "title": None,
            "submit": None,
            "close": None,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            **self.body,
            "id": self.id,
            "team_id": self.team_id,
            "app_id": self.app_id,
            "app_installed_team_id": self.team_id,
            "bot_id": self.bot_id,
            "hash": self.hash,
            "root_view_id": self.root_view_id,
            "previous_view_id": self.previous_view_id,
            "state": {"values": self.draft if values is None else values},
        }
