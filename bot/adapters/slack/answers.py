"""How an answer reaches the member: in the modal, privately in the channel, on their page."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.adapters.slack.api import CALL_ERRORS, Api, code_of, reason_of
from bot.adapters.slack.patience import left
from bot.adapters.slack.render import Place, render_home, render_message, render_view
from bot.adapters.slack.workspaces import Workspace
from bot.core.cards import people
from bot.core.cards.refusals import apology
from bot.core.models import Caller
from bot.core.parts import Card, File, Form

logger = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds for what may still arrive after the acknowledgement."""
FILE = 1.2
"""Seconds for a file, so that enough of the three are left for the answer that tells of it."""
Body = dict[str, Any]
_DONE_ALREADY = "exchanged_trigger_id"
"""The very same press was brought before, and its modal is open."""
_NOBODY_LOOKS = ("hash_conflict", "not_found", "view_not_found", "expired_trigger_id")
"""A second click came first, or the member closed the modal."""


class Answers:
    """Shows answers through Slack's Web API."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._sending: set[asyncio.Task[None]] = set()

    async def to_command(
        self, ack: AsyncAck, body: Body, workspace: Workspace, caller: Caller, answer: Card | Form
    ) -> None:
        """A form opens as a modal; a card is shown to the member alone."""
        place = Place(caller.channel or "", caller.channel_name)
        if isinstance(answer, Form):
            await self.open(workspace, body, place, answer)
            return
        message = render_message(answer)
        await ack(text=message.text, blocks=message.blocks)

    async def to_press(
        self, workspace: Workspace, body: Body, place: Place, answer: Card | Form
    ) -> None:
        """In a modal in that modal; on what only the member sees in its place; else in a modal."""
        container: Body = body.get("container") or {}
        if container.get("type") == "view" and body["view"]["type"] == "modal":
            await self._update(workspace, body["view"], place, answer)
        elif container.get("is_ephemeral") and isinstance(answer, Card):
            await self._respond(body, answer, replace=True)
        else:
            await self.open(workspace, body, place, answer)

    async def open(
        self, workspace: Workspace, body: Body, place: Place, answer: Card | Form
    ) -> None:
        """Open a modal; where that fails, the member is told what they can be told."""
        client = self._api.of(workspace)
        call = client.views_open(trigger_id=body["trigger_id"], view=render_view(answer, place))
        if not await self._tried("open a modal", call):
            await self._respond(body, apology(), replace=False)

    async def publish(self, workspace: Workspace, member: str, card: Card) -> None:
        """Show a member's own page."""
        call = self._api.of(workspace).views_publish(user_id=member, view=render_home(card))
        await self._tried("show a Home", call)

    async def with_file(
        self, workspace: Workspace, body: Body, caller: Caller, answer: Card | Form
    ) -> Card | Form:
        """
        Send a card's file by direct message: neither modals nor private words can carry one.

        It is there before the acknowledgement, unless Slack is slow: then it goes on after it.
        """
        file = next((block for block in answer.blocks if isinstance(block, File)), None)
        if file is None:
            return answer
        sending = self._begin(self._send(workspace, body, caller, file))
        await asyncio.wait({sending}, timeout=left(FILE))
        return people.sent_apart(file.name)

    async def finish(self) -> None:
        """Wait for what is on its way."""
        while self._sending:
            await asyncio.gather(*self._sending)

    def _begin(self, sending: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(sending)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return task

    async def _send(self, workspace: Workspace, body: Body, caller: Caller, file: File) -> None:
        client = self._api.of(workspace)
        try:
            opened = await client.conversations_open(users=caller.member)
            await client.files_upload_v2(
                channel=opened["channel"]["id"],
                filename=file.name,
                content=file.data,
                title=file.name,
            )
        except CALL_ERRORS as error:
            logger.warning("Slack did not take a file: %s", reason_of(error))
            card = people.not_sent(file.name)
            if body.get("response_url"):
                await self._respond(body, card, replace=False)
            else:  # from Home, a modal or a direct message no way leads back
                await self._write(workspace, caller, card)

    async def _write(self, workspace: Workspace, caller: Caller, card: Card) -> None:
        """Say something to a member by direct message."""
        message = render_message(card)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._api.of(workspace).chat_postMessage(
                    channel=caller.member, text=message.text, blocks=message.blocks
                )
        except CALL_ERRORS as error:
            logger.warning("A member could not be answered: %s", reason_of(error))

    async def _update(
        self, workspace: Workspace, view: Body, place: Place, answer: Card | Form
    ) -> None:
        call = self._api.of(workspace).views_update(
            view_id=view["id"], hash=view["hash"], view=render_view(answer, place)
        )
        await self._tried("update a modal", call)

    async def _respond(self, body: Body, card: Card, *, replace: bool) -> None:
        """Answer where something was pressed; what takes longer goes on after the ack."""
        if url := body.get("response_url"):
            sending = self._begin(self._say(str(url), card, replace=replace))
            await asyncio.wait({sending}, timeout=left())

    async def _say(self, url: str, card: Card, *, replace: bool) -> None:
        message = render_message(card)
        said = {
            "response_type": "ephemeral",
            "replace_original": replace,
            "text": message.text,
            "blocks": message.blocks,
        }
        try:
            async with (
                asyncio.timeout(PATIENCE),
                self._api.session.post(url, json=said) as response,
            ):
                if response.status >= 400:
                    logger.warning("Slack refused an answer with status %s", response.status)
        except CALL_ERRORS as error:
            logger.warning("A member could not be answered: %s", reason_of(error))

    async def _tried(self, what: str, call: Awaitable[Any]) -> bool:
        """Await *call*; False, and a line in the log, when Slack did not do it."""
        try:
            async with asyncio.timeout(left()):
                await call
        except CALL_ERRORS as error:
            if code_of(error) not in (*_NOBODY_LOOKS, _DONE_ALREADY):
                logger.warning("Slack did not %s: %s", what, reason_of(error))
            return code_of(error) == _DONE_ALREADY
        return True
