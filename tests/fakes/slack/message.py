"""A message in a channel, or one that a single member sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack import blockwalk

Json = dict[str, Any]


@dataclass(slots=True, eq=False)
class File:
    """An uploaded file; it is shared once its upload is completed."""

    id: str
    team_id: str
    name: str
    length: int
    alt_text: str
    user_id: str
    title: str = ""
    content: bytes | None = None
    completed: bool = False
    shared_in: list[str] = field(default_factory=list)

    def json(self) -> Json:
        """Return the file as the API gives it (without shares: Slack adds them later)."""
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "alt_txt": self.alt_text,
            "user": self.user_id,
            "user_team": self.team_id,
            "size": self.length,
            "mode": "hosted",
            "channels": list(self.shared_in),
            "shares": {},
        }


@dataclass(slots=True, eq=False)
class Message:
    """
    One message; it stays the same object while it is edited.

    `only_for` names the one member who sees an ephemeral message. `versions` keeps what
    it said before each edit.
    """

    ts: str
    channel_id: str
    team_id: str
    user_id: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    files: list[File] = field(default_factory=list)
    bot_id: str | None = None
    app_id: str | None = None
    only_for: str | None = None
    broadcast: bool = False
    subtype: str | None = None
    edited_at: str | None = None
    deleted: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    versions: list[tuple[str, list[Json]]] = field(default_factory=list)

    @property
    def is_reply(self) -> bool:
        """Whether it is in a thread without being its root."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def words(self) -> str:
        """Everything a reader comes to see: notification text, blocks, files."""
        lines = [self.text, *blockwalk.words(self.blocks)]
        for file in self.files:
            lines += [file.title, file.alt_text, file.name]
        return "\n".join(line for line in lines if line)

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, in order."""
        found = blockwalk.elements(self.blocks)
        return [blockwalk.label(e) for _, e in found if e["type"] == "button"]

    @property
    def pings(self) -> list[str]:
        """Whoever it pings."""
        return blockwalk.pings(self.text, self.blocks)

    def json(self, *, metadata: bool = True) -> Json:
        """Return the message as the API and events give it."""
        body: Json = {
            "type": "message",
            "user": self.user_id,
            "ts": self.ts,
            "text": self.text,
            "team": self.team_id,
        }
        if self.subtype:
            body["subtype"] = self.subtype
        if self.bot_id:
            body |= {"bot_id": self.bot_id, "app_id": self.app_id}
        if self.blocks:
            body["blocks"] = self.blocks
        if self.thread_ts:
            body["thread_ts"] = self.thread_ts
        if self.files:
            body["files"] = [file.json() for file in self.files]
        if self.edited_at:
            body["edited"] = {"user": self.user_id, "ts": self.edited_at}
        if self.reactions:
            body["reactions"] = [
                {"name": name, "users": users, "count": len(users)}
                for name, users in self.reactions.items()
            ]
        if metadata and self.metadata:
            body["metadata"] = self.metadata
        return body
