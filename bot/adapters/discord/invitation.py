"""The link with which an admin invites the bot to a server."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import urlencode

from bot.adapters.discord.permissions import needed

SCOPES = ("bot", "applications.commands")
AUTHORIZE = "https://discord.com/oauth2/authorize"
GUILD_INSTALL = "0"


def invitation(application: str | None, token: str | None) -> str:
    """
    The link for an application's id, or for the one that a token names in its first part.

    Raises ValueError with a sentence where neither says which application it is.
    """
    query = {
        "client_id": _checked(application) if application else _named_by(token),
        "permissions": str(needed().value),
        "integration_type": GUILD_INSTALL,
        "scope": " ".join(SCOPES),
    }
    return f"{AUTHORIZE}?{urlencode(query)}"


def _checked(application: str) -> str:
    if not (application.isascii() and application.isdigit() and 15 <= len(application) <= 20):
        raise ValueError(
            f"{application[:30]!r} is no application id: it is a number, on the application's "
            "page at Discord under General Information."
        )
    return application


def _named_by(token: str | None) -> str:
    if not token:
        raise ValueError("Set DISCORD_TOKEN, or give the application's id with --application.")
    first = token.partition(".")[0]
    try:
        decoded = base64.b64decode(first + "=" * (-len(first) % 4), altchars=b"-_", validate=True)
        return _checked(decoded.decode("ascii"))
    except (binascii.Error, ValueError):
        raise ValueError(
            "DISCORD_TOKEN names no application: copy it anew, or give the id with --application."
        ) from None
