"""Accounts: people and the app's bot."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class User:
    """One account."""

    id: int
    username: str
    global_name: str | None
    bot: bool = False
    needed: set[str] = field(default_factory=set, compare=False, repr=False)
    """Every permission that something they did had to have."""

    @property
    def mention(self) -> str:
        """The words that mention this account in a message."""
        return f"<@{self.id}>"
