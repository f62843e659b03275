"""Brings cards to Discord: posts them once, finds them again, edits them."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import discord
from discord.http import HTTPClient, Route
from discord.utils import time_snowflake

from bot.adapters.discord import faults
from bot.adapters.discord.bodies import body_of, fields_of
from bot.adapters.discord.faults import code_of, told
from bot.adapters.discord.marks import bears, mark_of, nonce_of, place_of, ref_of
from bot.adapters.discord.permissions import Access
from bot.adapters.discord.render import Json, Sheet, render
from bot.core.errors import RefusedError, RetryLaterError, UndeliveredError
from bot.core.models import Address, Kind, MessageRef, Platform
from bot.core.parts import Card, Picture
from bot.core.ports import Pace, Parcel

PER_SECOND = 45.0
"""Discord takes 50 calls a second from a bot; the rest is for threads and reactions."""
PER_WORKSPACE = 5.0
EDITS_PER_WORKSPACE = 2.0
CLOCKS_APART = timedelta(minutes=1)
"""How far Discord's clock may be from ours when we look for a message."""
PAGE, PAGES_MAX = 100, 40
"""4,000 messages: a post is among the first ones since it was tried."""
THREAD_NAME = "The answer"
THREAD_MINUTES: Final = 1_440
NO_ADMIN = ("nobody is known who set the quiz up", "Run /flaskquiz settings in the channel.")
NO_HISTORY = (
    "the bot may not look whether it arrived",
    "Give the bot Read Message History in the channel.",
)

Gone = Callable[[Address, bool], Awaitable[None]]
"""Told that a channel is gone, or with it (True) the whole guild."""


class DiscordMessenger:
    """
    What the scheduler sends through; it needs the library's REST client and no gateway.

    A post carries its delivery's number twice: as a nonce, by which Discord knows a second try for
    some minutes, and as the number of its container, by which we find it in the channel's history.
    """

    platform = Platform.DISCORD

    def __init__(
        self, client: Callable[[], discord.Client], gone: Gone, share: float = 1.0
    ) -> None:
        """Take the *client* of now, whom to tell of lost channels, and our share of the calls."""
        self.pace = Pace(PER_SECOND * share, PER_WORKSPACE, EDITS_PER_WORKSPACE)
        self._client = client
        self._access = Access(client)
        self._gone = gone

    async def post(self, parcel: Parcel) -> MessageRef:
        """Send *parcel*; a second try within minutes changes nothing."""
        home = int(parcel.to.channel)
        if parcel.kind is Kind.NOTICE:
            return await self._send(await self._direct(parcel.member), parcel)
        if parcel.thread is not None:
            return await self._send_below(parcel, *place_of(parcel.thread, home))
        self._access.refuse_without(parcel.to)
        try:
            return await self._send(home, parcel)
        except RefusedError as error:
            await self._look_for(parcel.to, code_of(error))
            raise

    async def find(self, parcel: Parcel) -> MessageRef | None:
        """Look for *parcel* where it may be, by the number of its container."""
        home = int(parcel.to.channel)
        if parcel.kind is Kind.NOTICE:
            return await self._search(await self._direct(parcel.member), parcel)
        if not (await self._access.held(parcel.to)).read_message_history:
            raise RefusedError(*NO_HISTORY)
        if parcel.thread is not None:
            _, card = place_of(parcel.thread, home)
            if found := await self._search_thread(card, parcel):
                return found
        return await self._search(home, parcel)

    async def edit(self, to: Address, message: MessageRef, card: Card) -> None:
        """Replace a message; its number as a delivery has done its duty."""
        channel, number = place_of(message, int(to.channel))
        path = "/channels/{channel_id}/messages/{message_id}"
        route = Route("PATCH", path, channel_id=channel, message_id=number)
        sheet = render(card)
        await self._call(route, body_of(sheet), sheet)

    async def permissions(self, to: Address) -> list[str]:
        """Name what the bot may not do in a channel and should."""
        try:
            return await self._access.complaints(to)
        except UndeliveredError as error:
            return [f"I cannot look into this channel: {error.reason}."]

    # --- posting

    async def _send(self, channel: int, parcel: Parcel, reply_to: int | None = None) -> MessageRef:
        may_attach = self._access.may(parcel.to, "attach_files")
        card = parcel.card if may_attach else _without_pictures(parcel.card)
        sheet = render(card, mark_of(parcel.id))
        body = body_of(sheet, nonce=nonce_of(parcel.id), enforce_nonce=True)
        if reply_to is not None and self._access.may(parcel.to, "read_message_history"):
            body["message_reference"] = {"message_id": str(reply_to), "fail_if_not_exists": False}
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        sent = await self._call(route, body, sheet)
        return ref_of(int(sent["channel_id"]), int(sent["id"]), int(parcel.to.channel))

    async def _call(self, route: Route, body: Json, sheet: Sheet) -> Any:
        http = self._http()
        if sheet.attachments:
            return await told(http.request(route, form=fields_of(body, sheet)))
        return await told(http.request(route, json=body))

    async def _send_below(self, parcel: Parcel, channel: int, card: int) -> MessageRef:
        """Into the card's thread; where there can be none, as a reply to the card."""
        if self._access.may(parcel.to, "send_messages_in_threads"):  # or it would stay empty
            with contextlib.suppress(RefusedError):
                thread = await self._thread(channel, card)
                return await self._send(thread, parcel)
        return await self._send(channel, parcel, reply_to=card)

    async def _thread(self, channel: int, card: int) -> int:
        """Begin the thread of a card; it has the card's own number, whoever began it."""
        call = self._http().start_thread_with_message(
            channel, card, name=THREAD_NAME, auto_archive_duration=THREAD_MINUTES
        )
        try:
            await told(call)
        except RefusedError as error:
            if code_of(error) != faults.THREAD_EXISTS:
                raise
        return card

    async def _direct(self, member: str) -> int:
        """The channel of direct messages with a member."""
        if not member:
            raise RefusedError(*NO_ADMIN)
        opened = await told(self._http().start_private_message(int(member)))
        return int(opened["id"])

    # --- looking

    async def _search_thread(self, thread: int, parcel: Parcel) -> MessageRef | None:
        try:
            return await self._search(thread, parcel)
        except RefusedError as error:
            if code_of(error) in (faults.UNKNOWN_CHANNEL, faults.MISSING_ACCESS):
                return None
            raise

    async def _search(self, channel: int, parcel: Parcel) -> MessageRef | None:
        after = time_snowflake(parcel.since - CLOCKS_APART)
        mark, bot = mark_of(parcel.id), self._bot()
        for _ in range(PAGES_MAX):
            page: Any = await told(self._http().logs_from(channel, PAGE, after=after))
            for message in page:
                if bears(message, mark, bot):
                    return ref_of(channel, int(message["id"]), int(parcel.to.channel))
            if len(page) < PAGE:
                return None
            after = max(int(message["id"]) for message in page)
        return None

    async def _look_for(self, to: Address, code: int) -> None:
        """After a refusal: tell of a channel that is gone, or of a guild we are no longer in."""
        if code == faults.UNKNOWN_CHANNEL:
            await self._gone(to, False)
        elif code == faults.MISSING_ACCESS:
            try:
                await told(self._http().get_guild(int(to.workspace), with_counts=False))
            except RefusedError as error:
                if code_of(error) in (faults.UNKNOWN_GUILD, faults.MISSING_ACCESS):
                    await self._gone(to, True)

    def _http(self) -> HTTPClient:
        client = self._client()
        if client.user is None or client.is_closed():
            raise RetryLaterError("the bot is not connected to Discord yet")
        return client.http

    def _bot(self) -> int:
        me = self._client().user
        assert me is not None  # known from the login on, before any call
        return me.id


def _without_pictures(card: Card) -> Card:
    """The same card in words alone."""
    blocks = tuple(block for block in card.blocks if not isinstance(block, Picture))
    return replace(card, blocks=blocks)
