"""response_urls: five answers to an interaction, within thirty minutes."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.slack import blockwalk
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.faults import cut
from tests.fakes.slack.message import Message
from tests.fakes.slack.records import Call
from tests.fakes.slack.validate import check_message

if TYPE_CHECKING:
    from tests.fakes.slack.server import Slack
    from tests.fakes.slack.state import Team

Json = dict[str, Any]

USES, LIFE = 5, 1800.0  # https://docs.slack.dev/interactivity/handling-user-interaction
_FIELDS = {
    "text", "blocks", "response_type", "replace_original", "delete_original", "thread_ts",
    "unfurl_links", "unfurl_media", "mrkdwn", "metadata",
}  # fmt: skip


@dataclass(slots=True)
class Ticket:
    """Where answers to one interaction go."""

    team: Team
    channel_id: str
    user_id: str
    original: Message | None
    issued_at: float
    uses: int = 0


class ResponseUrls:
    """The addresses given out with interactions."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._tickets: dict[str, Ticket] = {}

    def issue(
        self, team: Team, channel_id: str, user_id: str, original: Message | None = None
    ) -> str:
        """Give out an address for answers to something *user_id* did in a channel."""
        key = secrets.token_hex(12)
        self._tickets[key] = Ticket(team, channel_id, user_id, original, self._slack.clock())
        return f"{self._slack.url}/response/{team.id}/{key}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take one answer."""
        body = json.loads(await request.text())
        call = Call("response_url", body, self._slack.clock())
        self._slack.records.calls.append(call)
        fault = await self._slack.faults.take("response_url", body)
        if fault and fault.drop == "before":
            return cut(request)
        replaced = fault.answer() if fault else None
        if replaced:
            call.status = replaced.status
            return replaced
        try:
            self._take(request.match_info["key"], body, call)
        except ApiError as error:
            # No page says what comes back; the code as seen in public bug reports.
            call.status, call.answer = 404, error.body()
            return web.json_response(call.answer, status=404)
        call.status, call.answer = 200, {"ok": True}
        return cut(request) if fault and fault.drop == "after" else web.Response(text="ok")

    def _take(self, key: str, body: Json, call: Call) -> None:
        ticket = self._tickets.get(key)
        if ticket is None:
            raise ApiError("invalid_url")
        call.team_id = ticket.team.id
        if self._slack.clock() - ticket.issued_at > LIFE:
            raise ApiError("expired_url")
        if ticket.uses >= USES:
            raise ApiError("used_url")
        if set(body) - _FIELDS:
            raise ApiError("invalid_payload")
        if not body.get("delete_original"):
            self._slack.records.advice += check_message(
                body.get("text", ""), body.get("blocks"), body.get("metadata")
            )
        ticket.uses += 1
        self.respond(ticket, body)

    def respond(self, ticket: Ticket, body: Json) -> None:
        """Do what an answer says (an ack of a slash command is one, too)."""
        original = ticket.original
        if body.get("delete_original"):
            if original is not None:
                original.deleted = True
                self._tell(ticket.team, original, deleted=True)
            return
        text, blocks = body.get("text", ""), body.get("blocks") or []
        blocks = blockwalk.with_ids(blocks, self._slack.world.new_id("b"))
        if body.get("replace_original") and original is not None:
            before = original.json()
            original.versions.append((original.text, original.blocks))
            original.text, original.blocks = text, blocks
            self._tell(ticket.team, original, before=before)
            return
        public = body.get("response_type") == "in_channel"
        message = Message(
            ts=self._slack.world.new_ts(),
            channel_id=ticket.channel_id,
            team_id=ticket.team.id,
            user_id=ticket.team.bot_user_id,
            text=text,
            blocks=blocks,
            thread_ts=body.get("thread_ts"),
            metadata=body.get("metadata"),
            bot_id=ticket.team.bot_id,
            app_id=self._slack.app.id,
            only_for=None if public else ticket.user_id,
        )
        ticket.team.log.append(message)
        if public:
            ticket.team.channels[ticket.channel_id].log[message.ts] = message
            self._slack.events.message(ticket.team, message)

    def ticket(self, url: str) -> Ticket:
        """Return what an address stands for."""
        return self._tickets[url.rsplit("/", 1)[1]]

    def _tell(
        self, team: Team, message: Message, *, before: Json | None = None, deleted: bool = False
    ) -> None:
        if message.only_for:
            return  # nobody hears of changes to what one member sees
        if deleted:
            self._slack.events.message_deleted(team, message)
        elif before:
            self._slack.events.message_changed(team, message, before)
