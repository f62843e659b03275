"""Brings deliveries to Slack once, and finds those whose answer was lost."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.api import CALL_ERRORS, Api, answer_of, code_of, reason_of, scopes_of
from bot.adapters.slack.manifest import SCOPES
from bot.adapters.slack.patience import left
from bot.adapters.slack.refused import ADVICE, DEAD_TOKEN, undelivered, unseen
from bot.adapters.slack.render import render_message
from bot.adapters.slack.workspaces import Workspace, Workspaces
from bot.core.errors import RefusedError, RetryLaterError, UndeliveredError
from bot.core.models import Address, DeliveryId, MessageRef, Platform
from bot.core.parts import Card, Picture
from bot.core.ports import Pace, Parcel

logger = logging.getLogger(__name__)
T = TypeVar("T")

EVENT_TYPE = "flaskquiz_delivery"
NAMESPACE = uuid.UUID("6ec8a4c1-6a5f-4e0a-9a53-6f1b0f4e1f0c")
SKEW = timedelta(minutes=10)
"""How far the clock of this process may be ahead of Slack's."""
PAGES = 10
"""Pages of history read at most for one delivery: some 2,000 messages since it was tried."""
PAGE = 200
_LEFT_OFF_MOST = 1_000
PICTURE_WAITS = (1.0, 2.0, 4.0)
"""Seconds to wait for an upload: Slack takes a moment until it can be shown."""


class SlackMessenger:
    """Implements core's `Messenger`."""

    platform = Platform.SLACK
    pace = Pace(per_second=50.0, per_workspace=5.0)
    """Slack says "several hundred messages a minute" in a workspace: 300."""

    def __init__(
        self,
        api: Api,
        workspaces: Workspaces,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = api
        self._workspaces = workspaces
        self._sleep = sleep
        self._left_off: OrderedDict[DeliveryId, tuple[int, str]] = OrderedDict()
        """At which try looking for a delivery had to end, and where it goes on."""

    async def post(self, parcel: Parcel) -> MessageRef:
        """Post once; its metadata holds nothing but the delivery's id."""
        client = await self._client(parcel.to)
        channel = await self._channel(client, parcel)
        files = await self._upload(client, parcel.card)
        try:
            answer = await self._send(client, parcel, channel, files)
        except CALL_ERRORS as error:
            raise await self._failed(error, parcel.to, client) from error
        return MessageRef(answer["ts"])

    async def find(self, parcel: Parcel) -> MessageRef | None:
        """
        Look for the delivery's id in the metadata of what we said since.

        Where Slack gives one page a minute, the next try goes on where this one had to end, unless
        somebody else tried in between: what is said meanwhile cannot be it.
        """
        workspace = await self._workspace(parcel.to)
        client = self._api.of(workspace)
        channel = await self._channel(client, parcel)
        oldest = f"{(parcel.since - SKEW).timestamp():.6f}"
        tries, cursor = self._left_off.pop(parcel.id, (0, ""))
        if tries + 1 != parcel.tries:
            cursor = ""
        for _ in range(PAGES):
            try:
                page = await self._page(client, channel, parcel.thread, oldest, cursor)
            except RetryLaterError as error:
                if error.after is not None:
                    self._leave_off(parcel, cursor)
                raise
            for message in page.get("messages") or ():
                if message.get("user") == workspace.bot_user_id and _is(message, parcel.id):
                    return MessageRef(message["ts"])
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None
        raise RetryLaterError("too much was said since to find out whether it was posted")

    def _leave_off(self, parcel: Parcel, cursor: str) -> None:
        self._left_off[parcel.id] = parcel.tries, cursor
        if len(self._left_off) > _LEFT_OFF_MOST:  # most of them another process has settled
            self._left_off.popitem(last=False)

    async def edit(self, to: Address, message: MessageRef, card: Card) -> None:
        """Show *card* in a message posted earlier."""
        client = await self._client(to)
        rendered = render_message(card)
        try:
            await client.chat_update(
                channel=to.channel, ts=message, text=rendered.text, blocks=rendered.blocks
            )
        except CALL_ERRORS as error:
            raise await self._failed(error, to, client) from error

    async def permissions(self, to: Address) -> list[str]:
        """What keeps the bot from posting here, and which scopes it lacks."""
        workspace = await self._workspaces.find(to.workspace)
        if workspace is None:
            return ["The Slack app is not installed in this workspace."]
        complaints, scopes = await self._look(workspace, to.channel)
        # A token stays the same where the app is installed again with more scopes.
        if lacking := sorted(SCOPES - (scopes or workspace.scopes)):
            words = ", ".join(lacking)
            complaints.append(f"The app lacks {words}: install it again from the manifest.")
        return complaints

    async def _look(self, workspace: Workspace, channel: str) -> tuple[list[str], frozenset[str]]:
        """What is wrong with a channel, and the scopes the token has now, as far as told."""
        try:
            async with asyncio.timeout(left()):  # an admin waits for it
                answer = await self._api.of(workspace).conversations_info(channel=channel)
        except CALL_ERRORS as error:
            told = ADVICE.get(code_of(error)) or f"Slack does not answer: {reason_of(error)}."
            return [told], scopes_of(getattr(error, "response", None))
        found, scopes = answer["channel"], scopes_of(answer)
        if found.get("is_archived"):
            return [ADVICE["is_archived"]], scopes
        return ([] if found.get("is_member") else [ADVICE["not_in_channel"]]), scopes

    async def _client(self, to: Address) -> AsyncWebClient:
        return self._api.of(await self._workspace(to))

    async def _workspace(self, to: Address) -> Workspace:
        try:
            workspace = await self._workspaces.find(to.workspace)
        except CALL_ERRORS as error:
            raise unseen(error) from error
        if workspace is None:
            raise RefusedError("the app is not installed", ADVICE["account_inactive"])
        return workspace

    async def _failed(
        self, error: Exception, to: Address, client: AsyncWebClient
    ) -> UndeliveredError:
        """What a failure is; a token that died may have been replaced by installing again."""
        if code_of(error) in DEAD_TOKEN:
            self._workspaces.recall(to.workspace)
            if (await self._client(to)).token != client.token:
                return RetryLaterError("the app was installed again meanwhile", timedelta(0))
        return undelivered(error)

    async def _channel(self, client: AsyncWebClient, parcel: Parcel) -> str:
        """Where the parcel goes: a notice to its member's direct messages."""
        if not parcel.member:
            return parcel.to.channel
        try:
            opened = await client.conversations_open(users=parcel.member)
        except CALL_ERRORS as error:
            raise unseen(error) from error
        return str(opened["channel"]["id"])

    async def _send(
        self, client: AsyncWebClient, parcel: Parcel, channel: str, files: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """Post, waiting for a fresh picture; at last without it, for the words say the same."""
        for wait in PICTURE_WAITS if files else ():
            try:
                return await self._post(client, parcel, channel, files)
            except SlackApiError as error:
                if not _is_about_picture(error):
                    raise
            await self._sleep(wait)
        if files:
            logger.warning("A picture was not ready in time: posting without it.")
        return await self._post(client, parcel, channel, {})

    async def _post(
        self, client: AsyncWebClient, parcel: Parcel, channel: str, files: Mapping[str, str]
    ) -> Mapping[str, Any]:
        message = render_message(parcel.card, files)
        answer = await client.chat_postMessage(
            channel=channel,
            text=message.text,
            blocks=message.blocks,
            thread_ts=parcel.thread,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"delivery": int(parcel.id)}},
            # Not documented, so nothing rests on it; where Slack heeds it, it helps.
            client_msg_id=str(uuid.uuid5(NAMESPACE, str(parcel.id))),
        )
        return {"ts": answer["ts"]}

    async def _upload(self, client: AsyncWebClient, card: Card) -> dict[str, str]:
        """Upload the card's pictures; one that fails is left out."""
        files: dict[str, str] = {}
        for picture in card:
            if not isinstance(picture, Picture):
                continue
            try:
                answer = await client.files_upload_v2(
                    filename=picture.name,
                    content=picture.data,
                    title=picture.name,
                    alt_txt=picture.alt[:1000],
                )
            except CALL_ERRORS as error:
                logger.warning("A picture could not be uploaded: %s", reason_of(error))
                continue
            files[picture.name] = str(answer["files"][0]["id"])
        return files

    async def _page(
        self,
        client: AsyncWebClient,
        channel: str,
        thread: MessageRef | None,
        oldest: str,
        cursor: str,
    ) -> Mapping[str, Any]:
        span: dict[str, Any] = {
            "channel": channel,
            "oldest": oldest,
            "limit": PAGE,
            "include_all_metadata": True,
            **({"cursor": cursor} if cursor else {}),
        }
        try:
            if thread:
                answer = await client.conversations_replies(ts=thread, **span)
            else:
                answer = await client.conversations_history(**span)
        except CALL_ERRORS as error:
            raise unseen(error) from error
        data = answer.data
        return data if isinstance(data, dict) else {}


def _is(message: Mapping[str, Any], delivery: DeliveryId) -> bool:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return metadata.get("event_type") == EVENT_TYPE and payload.get("delivery") == int(delivery)


def _is_about_picture(error: SlackApiError) -> bool:
    return code_of(error) == "invalid_blocks" and "slack file" in str(answer_of(error))
