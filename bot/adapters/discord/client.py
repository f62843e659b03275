"""The Discord face: its parts put together, started and stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.adapters.discord.addresses import point_at
from bot.adapters.discord.connection import Connection
from bot.adapters.discord.courier import Courier
from bot.adapters.discord.gateway import GatewayClient
from bot.adapters.discord.handlers import Handlers
from bot.adapters.discord.homes import Homes
from bot.adapters.discord.messenger import DiscordMessenger
from bot.adapters.discord.options import DiscordOptions
from bot.adapters.discord.places import Places
from bot.adapters.discord.recent import Recent
from bot.adapters.discord.replies import Replies
from bot.adapters.discord.silence import keep_silent
from bot.core.ports import Clock, Store
from bot.core.quiz import Quiz

__all__ = ["DiscordFace", "DiscordOptions"]


class DiscordFace:
    """
    The quiz in Discord.

    The messenger works as soon as the bot has logged in, and asks for patience before that.
    """

    def __init__(self, quiz: Quiz, store: Store, options: DiscordOptions, clock: Clock) -> None:
        self._options = options
        homes, recent, places = Homes(store), Recent(store, clock), Places(quiz, store)
        self._courier = Courier()
        handlers = Handlers(
            quiz, self._courier, homes, recent, frozenset(options.admins), self._find_channel
        )
        replies = Replies(quiz, recent)
        self.connection = Connection(
            lambda: GatewayClient(options, handlers, replies, places), options, store, clock
        )
        self.messenger = DiscordMessenger(
            lambda: self.connection.client, places.on_gone, options.share
        )

    def _find_channel(self, number: int) -> object:
        return self.connection.client.get_channel(number)

    def routes(self) -> Sequence[web.RouteDef]:
        """Nothing: Discord is reached through its gateway."""
        return ()

    async def start(self) -> None:
        """Connect; raises StartError when that can never work."""
        keep_silent()
        point_at(self._options.api_url, self._options.gateway_url)
        await self.connection.start()

    async def stop(self) -> None:
        """Finish what is under way, then leave."""
        await self.connection.stop()
        await self._courier.close()

    def health(self) -> dict[str, Any]:
        """How the connection is."""
        return self.connection.health()
