"""Accounts: people and the app's bot."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """One account."""

    id: int
    username: str
    global_name: str | None
    bot: bool = False

    @property
    def mention(self) -> str:
        """The words that mention this account in a message."""
        return f"<@{self.id}>"
