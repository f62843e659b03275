"""What Discord answers to a post that does not arrive, in the words of the quiz."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import aiohttp
import discord

from bot.core.errors import (
    RefusedError,
    RetryLaterError,
    UndeliveredError,
    UnknownOutcomeError,
)

T = TypeVar("T")

UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MESSAGE = 10003, 10004, 10008
MISSING_ACCESS, MISSING_PERMISSIONS = 50001, 50013
THREAD_EXISTS = 160004
DOCTOR = "Run /flaskquiz doctor in the channel to see what it needs."
REASONS = {
    UNKNOWN_CHANNEL: ("the channel is gone", "Set the quiz up in another channel."),
    UNKNOWN_GUILD: ("the bot is not in the server any more", "Invite the bot again."),
    UNKNOWN_MESSAGE: ("the message was deleted", "Nothing: the next question comes on its day."),
    MISSING_ACCESS: (
        "the bot cannot see the channel",
        "Give the bot View Channel there, or invite it again.",
    ),
    MISSING_PERMISSIONS: ("the bot may not do that in the channel", DOCTOR),
    50007: ("the member takes no messages from the bot", "Nothing: they decide."),
    50008: ("the bot cannot write in a channel of this kind", "Choose a text channel."),
    50024: ("that cannot be done in a channel of this kind", "Choose a text channel."),
    50083: ("the thread is archived", "Open the thread again, or wait for the next question."),
    50278: ("the member shares no server with the bot", "Nothing: they left."),
    160005: ("the thread is locked", "Unlock the thread, or wait for the next question."),
}
"""https://docs.discord.com/developers/topics/opcodes-and-status-codes#json"""


async def told(call: Coroutine[Any, Any, T]) -> T:
    """
    Await a call to Discord; raises an UndeliveredError where it does not succeed.

    The call goes on when the caller does not wait any longer: a call that is cut off while the
    library sits out a rate limit would leave every later one waiting for ever.
    """
    task = asyncio.ensure_future(call)
    task.add_done_callback(_looked_at)
    try:
        return await asyncio.shield(task)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise undelivered(error) from error


def _looked_at(task: asyncio.Future[Any]) -> None:
    """Let nobody complain of an error that came after the caller had gone."""
    if not task.cancelled():
        task.exception()


def code_of(error: UndeliveredError) -> int:
    """Discord's own code for what it refused; 0 where it gave none."""
    cause = error.__cause__
    return cause.code if isinstance(cause, discord.HTTPException) else 0


def undelivered(error: Exception) -> UndeliveredError:
    """What an error of the library means for a post."""
    match error:
        case discord.RateLimited():
            return RetryLaterError("Discord is busy", timedelta(seconds=error.retry_after))
        case discord.HTTPException():
            return _answered(error)
        case aiohttp.ClientConnectorError():
            return RetryLaterError("Discord cannot be reached")
        case discord.DiscordException():
            return RetryLaterError(f"the connection is not ready ({type(error).__name__})")
        case _:
            return UnknownOutcomeError("the answer of Discord was lost")


def _answered(error: discord.HTTPException) -> UndeliveredError:
    if error.status == 429:
        return RetryLaterError("Discord is busy")
    if error.status >= 500:  # a 503 too: a gateway says it of what it has handed on
        return UnknownOutcomeError(f"Discord had an error of its own ({error.status})")
    if error.status == 401:
        return RefusedError("Discord does not accept the token", "Set DISCORD_TOKEN anew.")
    if error.code in REASONS:
        return RefusedError(*REASONS[error.code])
    return RefusedError(f"Discord refused it: {error.text[:150]} ({error.code})", DOCTOR)
