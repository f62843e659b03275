"""Plain replies under a card, taken as attempts and grades; answered with a reaction at most."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

import aiohttp
import discord

from bot.adapters.discord.callers import author_of, holds_posts
from bot.adapters.discord.recent import Recent
from bot.core.errors import QuizError, StoreError
from bot.core.models import MessageRef
from bot.core.quiz import Quiz
from bot.core.wording import LOOK_FIRST, NOTED

logger = logging.getLogger(__name__)

WRITTEN = (discord.MessageType.default, discord.MessageType.reply)


class Replies:
    """
    Listens to messages of members.

    A message counts as it was first sent: one edited later is not read again, and one deleted
    later stays what the member said. Bots and webhooks are never listened to.
    """

    def __init__(self, quiz: Quiz, recent: Recent) -> None:
        self._quiz = quiz
        self._recent = recent

    async def on_message(self, message: discord.Message) -> None:
        """Take a reply to a card, or a message in its thread."""
        card = _card_of(message)
        if card is None or not self._recent.first(message.id):
            return
        me = str(message.guild.me.id if message.guild else "")
        names = {str(user.id): user.display_name for user in message.mentions}
        text = words_in(message.content, me, names)
        if not text:
            return
        try:
            reply = await self._quiz.reply(author_of(message), card, text)
        except QuizError:
            return  # closed just now, say: there is nobody to tell it to in private
        except StoreError as error:
            logger.error("A reply found no database: %s", error)  # noqa: TRY400  # it says why
            return
        if reply.noted:
            await _react(message, NOTED)
        elif reply.note is not None:
            # A private note is shown only to an interaction, and a direct message would be more
            # than anybody asked for.
            await _react(message, LOOK_FIRST)


def _card_of(message: discord.Message) -> MessageRef | None:
    """The card a message may be about: the one it replies to, or whose thread it is in."""
    if message.guild is None or message.author.bot or message.webhook_id is not None:
        return None
    if message.type not in WRITTEN:
        return None
    channel = message.channel
    if isinstance(channel, discord.Thread) and not holds_posts(channel.parent):
        return MessageRef(str(channel.id))
    reference = message.reference
    if reference is None or reference.message_id is None:
        return None
    quoted = reference.resolved
    if isinstance(quoted, discord.Message) and quoted.author != message.guild.me:
        return None
    return MessageRef(str(reference.message_id))


def words_in(content: str, me: str, names: Mapping[str, str]) -> str:
    """What was written, without the mention of *me* that lets us read it; others by *names*."""

    def shown(found: re.Match[str]) -> str:
        return "" if found[1] == me else f"@{names.get(found[1], 'somebody')}"

    return re.sub(r"<@!?(\d+)>", shown, content).strip()


async def _react(message: discord.Message, emoji: str) -> None:
    try:
        await message.add_reaction(emoji)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        logger.info("A reaction did not arrive: %s", type(error).__name__)
