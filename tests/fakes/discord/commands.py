"""Application commands as they were registered."""

from dataclasses import dataclass
from typing import Any

from tests.fakes.discord.errors import Json

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
SUB_COMMAND, SUB_COMMAND_GROUP, STRING, INTEGER, BOOLEAN = 1, 2, 3, 4, 5
USER_OPTION, CHANNEL_OPTION, ROLE_OPTION, MENTIONABLE_OPTION, NUMBER = 6, 7, 8, 9, 10
ATTACHMENT_OPTION = 11


@dataclass(frozen=True, slots=True)
class Command:
    """One registered command; `given` is the body that registered it."""

    id: int
    version: int
    given: Json

    @property
    def name(self) -> str:
        """What people type or click."""
        return str(self.given["name"])

    @property
    def type(self) -> int:
        """Chat input, user or message."""
        return int(self.given.get("type") or CHAT_INPUT)

    @property
    def permissions(self) -> int | None:
        """What a member needs to be offered it; None if nothing, 0 if only administrators."""
        wanted: Any = self.given.get("default_member_permissions")
        return None if wanted is None else int(wanted)

    def is_offered_in(self, context: int) -> bool:
        """Say whether it shows in a guild (0) or in the bot's direct messages (1)."""
        contexts: list[int] | None = self.given.get("contexts")
        if contexts is None:
            return context == 0 or self.given.get("dm_permission") is not False
        return context in contexts

    def is_for_guild_installs(self) -> bool:
        """Say whether it shows where the app is installed to a guild."""
        types: list[int] | None = self.given.get("integration_types")
        return types is None or 0 in types
