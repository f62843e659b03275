"""Where Discord is: discord.py keeps its addresses on two classes, for the whole process."""

from __future__ import annotations

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route


def point_at(api_url: str | None, gateway_url: str | None) -> None:
    """Talk to another Discord, such as a proxy; None leaves an address as it is."""
    if api_url is not None:
        Route.BASE = api_url.rstrip("/")
    if gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
