"""A member and the app: commands, buttons, forms, shortcuts, the Home tab."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.fakes.slack import forms
from tests.fakes.slack.browser import Page, visit
from tests.fakes.slack.errors import NotPossibleError
from tests.fakes.slack.interactions import Interactions
from tests.fakes.slack.member import Member
from tests.fakes.slack.message import Message
from tests.fakes.slack.records import Delivery
from tests.fakes.slack.replies import Replies
from tests.fakes.slack.seen import Seen
from tests.fakes.slack.sight import Place
from tests.fakes.slack.state import Team, User
from tests.fakes.slack.view import View

if TYPE_CHECKING:
    from tests.fakes.slack.server import Slack

Json = dict[str, Any]


class Person(Member):
    """A member who uses the app. What no client allows raises NotPossibleError."""

    def __init__(self, slack: Slack, team: Team, user: User) -> None:
        super().__init__(slack, team, user)
        self._payloads = Interactions(slack, team, user)
        self._replies = Replies(slack, team, user)
        self._options: dict[str, list[Json]] = {}

    @property
    def view(self) -> View | None:
        """The modal the member has on top."""
        return self.user.stack[-1] if self.user.stack else None

    @property
    def home(self) -> View | None:
        """The member's Home tab."""
        return self.user.home

    def ephemerals(self, place: Place | None = None) -> list[Message]:
        """Everything shown to this member alone that is still there."""
        found = [m for m in self._team.ephemerals if m.only_for == self.id]
        return [m for m in found if place is None or m.channel_id == self._sight.channel(place).id]

    async def command(self, command: str, text: str = "", channel: Place | None = None) -> Seen:
        """Type a slash command (in the direct message with the app, if no channel is given)."""
        self._check_installed()
        known = self._slack.app.commands
        granted = self._team.token and "commands" in self._team.token.scopes
        if not granted or (known is not None and command not in known):
            raise NotPossibleError(f"{command} is not a valid command")
        place = self._sight.readable(channel) if channel else self.dm()
        seen = self._look()
        payload = self._payloads.command(command, text, place)
        delivery = await self._send(seen, "slash_commands", payload)
        self._replies.command(seen, delivery, str(payload["response_url"]))
        return await self._settled(seen)

    async def press(
        self, where: Message | View, what: str, *, values: Json | None = None, times: int = 1
    ) -> Seen:
        """
        Press a button, found by its words, its action_id or the start of it.

        *values* is what stands in the form around it; *times* presses are sent at once.
        """
        block, button = self._sight.find(where, what, ("button",))
        action = {
            key: button[key] for key in ("action_id", "text", "value", "style") if key in button
        }
        return await self._act(where, block, action | {"type": "button"}, values, times)

    async def choose(self, where: Message | View, what: str, value: Any) -> Seen:
        """Choose in a menu, radio buttons or checkboxes that tell the app at once."""
        block, element = self._sight.find(where, what, None)
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise NotPossibleError("a choice in a form is sent with the form")
        action = forms.choose(element, value, self._options.get(element["action_id"]))
        stays = element["type"] not in ("button", "overflow")
        values = {element["action_id"]: value} if stays else {}
        return await self._act(where, block, action, values, 1)

    async def suggest(self, where: Message | View, what: str, typed: str) -> list[str]:
        """Type into a menu that loads its options; returns their words."""
        block, element = self._sight.find(where, what, ("external_select", "multi_external_select"))
        seen = self._look()
        payload = self._payloads.suggestion(where, block, element["action_id"], typed)
        delivery = await self._send(seen, "interactive", payload)
        options = self._replies.options(seen, delivery)
        self._options[element["action_id"]] = options
        return [option["text"]["text"] for option in options]

    async def submit(
        self, view: View | None = None, values: Json | None = None, *, times: int = 1
    ) -> Seen:
        """
        Send the form on top, with *values* by block_id, action_id or label.

        What was entered before stays, as it does when the form comes back with errors or
        is updated to one with the same block_id and action_id.
        """
        shown = self._sight.on_top(view)
        if "submit" not in shown.body:
            raise NotPossibleError("this view has no submit button")
        state = forms.fill(shown.blocks, values or {}, self._options, shown.draft)
        shown.draft = state
        seen = self._look()
        payloads = [self._payloads.submission(shown, state) for _ in range(times)]
        sent = (self._send(seen, "interactive", payload) for payload in payloads)
        for delivery in await asyncio.gather(*sent):
            self._replies.submission(seen, delivery, shown)
        return await self._settled(seen)

    async def close(self, view: View | None = None, *, everything: bool = False) -> Seen:
        """Close the modal on top, or *everything* at once."""
        shown, seen = self._sight.on_top(view), self._look()
        closing = list(reversed(self.user.stack)) if everything else [shown]
        for closed in closing:
            self._slack.views.close(self.user)
            if closed.body.get("notify_on_close"):
                payload = self._payloads.closing(closed, cleared=everything)
                await self._send(seen, "interactive", payload)
        return await self._settled(seen)

    async def shortcut(self, callback_id: str, message: Message | None = None) -> Seen:
        """Use a shortcut, on a message or from anywhere."""
        self._check_installed()
        kind = "message" if message else "global"
        known = self._slack.app.shortcuts
        if known is not None and known.get(callback_id) != kind:
            raise NotPossibleError(f"there is no {kind} shortcut {callback_id}")
        if message is not None:
            self._sight.check_visible(message)
        if message is not None and message.only_for:
            raise NotPossibleError("an ephemeral message has no shortcuts")
        seen = self._look()
        await self._send(seen, "interactive", self._payloads.shortcut(callback_id, message))
        return await self._settled(seen)

    async def open_home(self, tab: str = "home") -> Seen:
        """Look at the app's Home tab (or "messages")."""
        self._check_installed()
        seen = self._look()
        self._slack.events.home_opened(self._team, self.id, self.dm().id, tab)
        return await self._settled(seen)

    async def install(self, url: str, *, allow: bool = True) -> Page:
        """Open the app's install page in a browser and allow (or cancel) the installation."""
        self._slack.oauth.visitor, self._slack.oauth.allow = (self._team, self.id), allow
        return await visit(url)

    async def uninstall(self) -> Seen:
        """Remove the app from the workspace."""
        self._check_installed()
        seen = self._look()
        self._slack.world.uninstall(self._team)
        self._slack.events.uninstalled(self._team)
        return await self._settled(seen)

    async def _act(
        self, where: Message | View, block: Json, action: Json, values: Json | None, times: int
    ) -> Seen:
        self._check_installed()
        if not self._slack.app.interactive:
            raise NotPossibleError("interactivity is switched off for this app")
        # A button may be pressed while required fields are still empty.
        blocks = [{**b, "optional": True} for b in where.blocks]
        draft = where.draft if isinstance(where, View) else {}
        state = forms.fill(blocks, values or {}, self._options, draft)
        if isinstance(where, View):
            where.draft = state
        seen = self._look()
        payloads = [self._payloads.block_actions(where, block, action, state) for _ in range(times)]
        await asyncio.gather(*(self._send(seen, "interactive", p) for p in payloads))
        return await self._settled(seen)

    async def _send(self, seen: Seen, kind: str, payload: Json) -> Delivery:
        delivery = await self._slack.courier.send(kind, payload, self._team.id)
        seen.deliveries.append(delivery)
        if not delivery.ok:
            seen.failed = delivery.error or f"http_{delivery.status}"
        return delivery
