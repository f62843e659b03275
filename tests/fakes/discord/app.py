"""The one application that the fake Discord knows."""

from dataclasses import dataclass, field

from tests.fakes.discord.users import User

GUILD_MEMBERS_FLAG = 1 << 15
PRESENCE_FLAG = 1 << 13
MESSAGE_CONTENT_FLAG = 1 << 19


@dataclass(slots=True)
class Portal:
    """The privileged intents switched on in the developer portal."""

    members: bool = False
    presence: bool = False
    message_content: bool = False


@dataclass(slots=True)
class App:
    """The application, its bot account and its token."""

    id: int
    user: User
    owner: User
    token: str
    name: str
    portal: Portal = field(default_factory=Portal)

    @property
    def flags(self) -> int:
        """Application flags, as the portal's toggles set them for an app below the review limit."""
        portal = self.portal
        return (
            GUILD_MEMBERS_FLAG * portal.members
            | PRESENCE_FLAG * portal.presence
            | MESSAGE_CONTENT_FLAG * portal.message_content
        )
