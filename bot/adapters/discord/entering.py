"""Entering Discord: logging in, what can be wrong with that, and registering the commands."""

from __future__ import annotations

import logging
from typing import Any, cast

import aiohttp
import discord

from bot.adapters.discord.commands import fingerprint, payload
from bot.adapters.discord.options import DiscordOptions
from bot.core.ports import Store

logger = logging.getLogger(__name__)

AWAY = (aiohttp.ClientError, OSError, discord.GatewayNotFound, discord.DiscordServerError)
"""Discord is away: that heals."""
LASTING = (discord.LoginFailure, discord.PrivilegedIntentsRequired, discord.ConnectionClosed)
"""Somebody has to do something."""
BAD_TOKEN = "DISCORD_TOKEN is not accepted by Discord: copy it anew from the bot's page there."  # noqa: S105  # a sentence
NO_TOGGLE = (
    "DISCORD_MESSAGE_CONTENT needs the Message Content Intent: switch it on at Discord, on the "
    "application's page, under Bot, Privileged Gateway Intents."
)
CLOSED = {
    4004: BAD_TOKEN,
    4010: "DISCORD_SHARD_IDS names a shard that Discord does not know.",
    4011: "The bot is in too many servers for so few shards: raise DISCORD_SHARD_COUNT.",
}


def reason(error: Exception) -> str:
    """Why the bot cannot be in Discord, in a sentence for the host."""
    match error:
        case discord.LoginFailure():
            return BAD_TOKEN
        case discord.PrivilegedIntentsRequired():
            return NO_TOGGLE
        case discord.ConnectionClosed():
            return CLOSED.get(error.code, f"Discord closed the connection for good ({error.code}).")
        case _:
            return f"Discord: {type(error).__name__}."


async def enter(client: discord.AutoShardedClient, options: DiscordOptions) -> None:
    """
    Log in, and learn how many shards there are where nobody has said so.

    With a number given, the library connects to the address it was given too; otherwise to the one
    that Discord names, past a proxy. Raises an error of `AWAY` or `LASTING`.
    """
    await client.login(options.token)
    if client.shard_count is None:
        client.shard_count, *_ = await client.http.get_bot_gateway()
    flags = client.application_flags
    if options.message_content and not (
        flags.gateway_message_content or flags.gateway_message_content_limited
    ):
        raise discord.PrivilegedIntentsRequired(None)


async def sync_commands(client: discord.Client, store: Store) -> bool:
    """
    Register the commands when they are not those registered last; False to try again later.

    Discord counts every new command, two hundred a day: hence never on every start.
    """
    application = client.application_id
    assert application is not None  # known since the login
    commands = payload()
    name, wanted = f"discord:commands:{application}", fingerprint(commands)
    if await store.recall(name) == wanted:
        return True
    try:
        await client.http.bulk_upsert_global_commands(application, cast("Any", commands))
    except discord.HTTPException as error:
        logger.error("The commands could not be registered: %s", error)  # noqa: TRY400  # it says why
        return not isinstance(error, discord.DiscordServerError)
    await store.keep(name, wanted)
    logger.info("The commands are registered")
    return True
