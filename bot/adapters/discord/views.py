"""What discord.py wants to be given, round what we drew ourselves; it keeps nothing of it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import discord
from discord import ui

from bot.adapters.discord.render import Attachment, Json, Sheet


class Layout(ui.LayoutView):
    """A message's components; finished at once, so that no view store takes it in."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(timeout=None)
        self._drawn = sheet.components
        self.stop()

    def has_components_v2(self) -> bool:
        """Say that it replaces content and embeds."""
        return True

    def to_components(self) -> list[Json]:
        """Give the components as they were drawn."""
        return self._drawn


class Dialogue(ui.Modal):
    """A modal; finished at once, like a `Layout`."""

    def __init__(self, drawn: Json) -> None:
        super().__init__(title=drawn["title"], timeout=None, custom_id=drawn["custom_id"])
        self._drawn = drawn
        self.stop()

    def to_dict(self) -> dict[str, Any]:
        """Give the modal as it was drawn."""
        return self._drawn


def files_of(sheet: Sheet) -> list[discord.File]:
    """The files of a message; each can be sent once."""
    return [_file(attachment) for attachment in sheet.attachments]


def _file(attachment: Attachment) -> discord.File:
    alt = attachment.alt or None
    return discord.File(BytesIO(attachment.data), attachment.name, description=alt)
