"""What the Slack face is told of its settings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

API_URL = "https://slack.com/api"

EVENTS_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"


@dataclass(frozen=True, slots=True)
class SlackOptions:
    """
    Keys and addresses; what is secret is never shown.

    With *app_token* by Socket Mode, else by HTTP; with *bot_token* for one workspace, else for
    any that installs the app by OAuth.
    """

    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token_keys: Sequence[str] = field(default=(), repr=False)
    """The first encrypts; all decrypt."""
    api_url: str = API_URL
    public_url: str = ""
    """Where Slack and browsers reach us."""
    admins: Collection[str] = ()
    """Members who may set up every channel."""

    @property
    def authorize_url(self) -> str:
        """The page that asks a visitor whether to install."""
        return f"{self.api_url.rstrip('/').removesuffix('/api')}/oauth/v2/authorize"

    @property
    def redirect_url(self) -> str | None:
        """Where Slack sends the visitor back to; None leaves it to the app's configuration."""
        return f"{self.public_url.rstrip('/')}{REDIRECT_PATH}" if self.public_url else None


@dataclass(frozen=True, slots=True)
class SocketPatience:
    """How long the Socket Mode connection waits, in seconds; tests bring shorter ones."""

    ping: float = 10.0
    connect: float = 10.0
    """For the first connection, before starting goes on without it."""
    look: float = 5.0
    """Between two looks whether it still is connected."""
    afresh: float = 60.0
    """After so long without a connection everything is made anew."""
    farewell: float = 5.0
    """For what is under way when the process is told to stop."""
