"""A member who does what members do in a Slack client, and nothing else."""

from __future__ import annotations

import asyncio
import html
from typing import TYPE_CHECKING, Any

from tests.fakes.slack import forms
from tests.fakes.slack.browser import Page, visit
from tests.fakes.slack.errors import NotPossibleError
from tests.fakes.slack.interactions import Interactions
from tests.fakes.slack.message import Message
from tests.fakes.slack.records import Delivery
from tests.fakes.slack.replies import Replies
from tests.fakes.slack.seen import Seen
from tests.fakes.slack.sight import Place, Sight
from tests.fakes.slack.state import Channel, Team, User
from tests.fakes.slack.view import View

if TYPE_CHECKING:
    from tests.fakes.slack.server import Slack

Json = dict[str, Any]


class Person:
    """One member. Everything impossible in a client raises NotPossibleError."""

    def __init__(self, slack: Slack, team: Team, user: User) -> None:
        self._slack = slack
        self._team = team
        self._payloads = Interactions(slack, team, user)
        self._replies = Replies(slack, team, user)
        self._sight = Sight(team, user)
        self._options: dict[str, list[Json]] = {}
        self.user = user

    @property
    def id(self) -> str:
        """The member's id."""
        return self.user.id

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
        known = self._slack.app.commands
        if known is not None and command not in known:
            raise NotPossibleError(f"{command} is not a valid command")
        place = self._sight.readable(channel) if channel else self.dm()
        seen = self._look()
        payload = self._payloads.command(command, text, place)
        delivery = await self._send(seen, "slash_commands", payload)
        self._replies.command(seen, delivery, str(payload["response_url"]))
        return await self._settled(seen)

    async def press(self, where: Message | View, what: str, *, times: int = 1) -> Seen:
        """Press a button, found by its words, its action_id or the start of it; *times* at once."""
        block, button = self._sight.find(where, what, ("button",))
        action = {
            key: button[key] for key in ("action_id", "text", "value", "style") if key in button
        }
        return await self._act(where, block, action | {"type": "button"}, times)

    async def choose(self, where: Message | View, what: str, value: Any) -> Seen:
        """Choose in a menu, radio buttons or checkboxes that stand outside a form's inputs."""
        block, element = self._sight.find(where, what, None)
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise NotPossibleError("a choice in a form is sent with the form")
        action = forms.choose(element, value, self._options.get(element["action_id"]))
        return await self._act(where, block, action, 1)

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
        """Send the form on top, with *values* by block_id, action_id or label."""
        shown = self._sight.on_top(view)
        if "submit" not in shown.body:
            raise NotPossibleError("this view has no submit button")
        state = forms.fill(shown.blocks, values or {}, self._options)
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
        seen = self._look()
        self._slack.events.home_opened(self._team, self.id, self.dm().id, tab)
        return await self._settled(seen)

    async def say(
        self, channel: Place, text: str, thread: Message | str | None = None,
        *, broadcast: bool = False, raw: bool = False,
    ) -> Seen:  # fmt: skip
        """
        Say something in a channel or a thread.

        What is typed is escaped as clients do it; *raw* is for text with real mentions in
        it, such as "<@U1>", which a member picks from a list.
        """
        place = self._sight.writable(channel)
        seen = self._look()
        ts = thread.ts if isinstance(thread, Message) else thread
        if ts and ts not in place.log:
            raise NotPossibleError("there is no such thread")
        message = Message(
            ts=self._slack.world.new_ts(),
            channel_id=place.id,
            team_id=self._team.id,
            user_id=self.id,
            text=text if raw else html.escape(text, quote=False),
            thread_ts=ts,
            broadcast=broadcast,
            subtype="thread_broadcast" if ts and broadcast else None,
        )
        place.log[message.ts] = seen.said = message
        self._team.log.append(message)
        self._slack.events.message(self._team, message)
        return await self._settled(seen)

    async def edit(self, message: Message, text: str, *, raw: bool = False) -> Seen:
        """Change something the member said."""
        self._sight.check_own(message)
        seen, before = self._look(), message.json()
        message.versions.append((message.text, message.blocks))
        message.text = text if raw else html.escape(text, quote=False)
        message.edited_at = self._slack.world.new_ts()
        self._slack.events.message_changed(self._team, message, before)
        return await self._settled(seen)

    async def delete(self, message: Message) -> Seen:
        """Delete something the member said (an admin may delete anything)."""
        if not self.user.admin:
            self._sight.check_own(message)
        seen = self._look()
        message.deleted = True
        self._slack.events.message_deleted(self._team, message)
        return await self._settled(seen)

    async def react(self, message: Message, name: str) -> Seen:
        """Put a reaction on a message."""
        self._sight.check_visible(message)
        seen = self._look()
        message.reactions.setdefault(name, []).append(self.id)
        self._slack.events.reaction(self._team, message, self.id, name, added=True)
        return await self._settled(seen)

    async def invite(self, channel: Place, who: Person | None = None) -> Seen:
        """Add the bot (or somebody else) to a channel."""
        place, seen = self._sight.readable(channel), self._look()
        user_id = who.id if who else self._team.bot_user_id
        if self._team.token is None and who is None:
            raise NotPossibleError("the app is not installed")
        place.members.add(user_id)
        self._slack.events.joined(self._team, place, user_id, self.id)
        return await self._settled(seen)

    async def kick(self, channel: Place, who: Person | None = None) -> Seen:
        """Remove the bot (or somebody else) from a channel."""
        place, seen = self._sight.readable(channel), self._look()
        place.members.discard(who.id if who else self._team.bot_user_id)
        if who is None:
            self._slack.events.channel(self._team, place, "left", self.id)
        return await self._settled(seen)

    async def archive(self, channel: Place, *, undo: bool = False) -> Seen:
        """Archive a channel, or take it back."""
        place, seen = self._sight.channel(channel), self._look()
        place.archived = not undo
        what = "unarchive" if undo else "archive"
        self._slack.events.channel(self._team, place, what, self.id)
        return await self._settled(seen)

    async def rename(self, channel: Place, name: str) -> Seen:
        """Give a channel another name."""
        place, seen = self._sight.channel(channel), self._look()
        place.name = name
        self._slack.events.channel(self._team, place, "rename", self.id)
        return await self._settled(seen)

    async def delete_channel(self, channel: Place) -> Seen:
        """Delete a channel with all that is in it."""
        place, seen = self._sight.channel(channel), self._look()
        self._slack.events.channel(self._team, place, "deleted", self.id)
        del self._team.channels[place.id]
        self._team.log[:] = [m for m in self._team.log if m.channel_id != place.id]
        seen = self._look()
        return await self._settled(seen)

    async def uninstall(self) -> Seen:
        """Remove the app from the workspace."""
        seen = self._look()
        self._slack.world.uninstall(self._team)
        self._slack.events.uninstalled(self._team)
        return await self._settled(seen)

    async def install(self, url: str, *, allow: bool = True) -> Page:
        """Open the app's install page in a browser and allow (or cancel) the installation."""
        self._slack.oauth.visitor, self._slack.oauth.allow = (self._team, self.id), allow
        return await visit(url)

    def dm(self) -> Channel:
        """Return the direct message with the app."""
        return self._slack.world.open_im(self._team, self.id)

    async def _act(self, where: Message | View, block: Json, action: Json, times: int) -> Seen:
        if not self._slack.app.interactive:
            raise NotPossibleError("interactivity is switched off for this app")
        seen = self._look()
        state = self._state(where)
        payloads = [self._payloads.block_actions(where, block, action, state) for _ in range(times)]
        await asyncio.gather(*(self._send(seen, "interactive", p) for p in payloads))
        return await self._settled(seen)

    async def _send(self, seen: Seen, kind: str, payload: Json) -> Delivery:
        delivery = await self._slack.courier.send(kind, payload, self._team.id)
        seen.deliveries.append(delivery)
        if not delivery.ok:
            seen.failed = delivery.error or f"http_{delivery.status}"
        return delivery

    async def _settled(self, seen: Seen) -> Seen:
        await self._slack.courier.settle()
        return seen

    def _look(self) -> Seen:
        return Seen(self._slack, self._team, self.user)

    def _state(self, where: Message | View) -> Json:
        optional = [{**block, "optional": True} for block in where.blocks]
        return forms.fill(optional, {}, self._options)
