"""What happens in Slack: replies, direct messages, channels that come and go, the Home tab."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.adapters.slack.answers import Answers
from bot.adapters.slack.api import CALL_ERRORS, Api, code_of, reason_of
from bot.adapters.slack.callers import Callers
from bot.adapters.slack.edge import AgainError, Once, answered
from bot.adapters.slack.patience import left
from bot.adapters.slack.payloads import channel_place, mentioned, typed
from bot.adapters.slack.people import People
from bot.adapters.slack.render import Place, render_message
from bot.adapters.slack.workspaces import Workspace, Workspaces
from bot.core.cards.people import only_commands
from bot.core.cards.refusals import refusal
from bot.core.commands import parse
from bot.core.errors import QuizError
from bot.core.models import Address, MessageRef, Platform
from bot.core.parts import Card, Form, Verb
from bot.core.ports import Store
from bot.core.quiz import Quiz

logger = logging.getLogger(__name__)

NOTED, LOOK_FIRST = "memo", "eyes"
"""Slack's names for those of `wording`: a reply was taken, whichever; or the answer comes first."""
REPLIES = (None, "thread_broadcast", "file_share")
"""
Subtypes that are something a member says. Edits and deletions are not: what was said first
counts, and a new reply replaces it. Bots say nothing that counts.
"""
NAMED_MOST = 5
"""Mentions in a reply that are looked up."""
_DONE_ALREADY = ("already_reacted", "message_not_found", "user_not_in_channel")
"""Somebody else did it, the reply was deleted meanwhile, or its author has left."""
Json = Mapping[str, Any]
Handle = Callable[[Workspace, Json], Awaitable[None]]


class Events:
    """Handles each kind of event; one that fails is brought again by Slack."""

    def __init__(
        self,
        quiz: Quiz,
        store: Store,
        api: Api,
        callers: Callers,
        people: People,
        answers: Answers,
        workspaces: Workspaces,
        once: Once,
    ) -> None:
        self._quiz = quiz
        self._store = store
        self._api = api
        self._callers = callers
        self._people = people
        self._answers = answers
        self._workspaces = workspaces
        self._once = once
        self._kinds: dict[str, Handle] = {
            "member_joined_channel": self._on_joined,
            "channel_rename": self._on_rename,
            "group_rename": self._on_rename,
            "channel_unarchive": self._on_unarchived,
            "group_unarchive": self._on_unarchived,
            "app_home_opened": self._on_home,
        }
        for family in ("channel", "group"):
            for what in ("left", "archive", "deleted"):
                self._kinds[f"{family}_{what}"] = self._on_gone

    async def on_event(self, body: Json, workspace: Workspace) -> None:
        """Do what an event asks for, once."""
        event: Json = body["event"]
        handle = self._handle(event)
        if handle is not None:
            await self._once.run(str(body["event_id"]), lambda: handle(workspace, event))

    def _handle(self, event: Json) -> Handle | None:
        """Whoever handles an event; None for the many that are nothing to us."""
        if event["type"] != "message":
            return self._kinds.get(event["type"])
        if event.get("subtype") not in REPLIES or event.get("bot_id") or not event.get("user"):
            return None
        if not str(event.get("text") or "").strip():
            return None
        if event.get("channel_type") == "im":
            return self._on_direct
        thread = event.get("thread_ts")
        return self._on_reply if thread and thread != event["ts"] else None

    async def on_removed(self, body: Json, team: str) -> None:
        """The app was uninstalled or its token revoked: forget the token, stop posting."""
        event: Json = body["event"]
        if event["type"] == "tokens_revoked" and not event.get("tokens", {}).get("bot"):
            return
        at = datetime.fromtimestamp(int(body.get("event_time") or 0) + 1, UTC)
        if await self._workspaces.forget(team, at):
            await self._store.leave_workspace(Platform.SLACK, team)
            logger.info("The app was removed from workspace %s.", team)

    async def _on_reply(self, workspace: Workspace, event: Json) -> None:
        """Take a reply under a card."""
        place = channel_place(event["channel"])
        caller = await self._callers.caller(workspace, event["user"], "", place, Verb.GRADE)
        card = MessageRef(event["thread_ts"])
        try:
            reply = await self._quiz.reply(caller, card, await self._typed(workspace, event))
        except QuizError as error:  # trying again would change nothing
            await self._tell(workspace, event, "", refusal(error))
            return
        # Slack may not show a note to who has looked away: a reaction stays.
        reaction = NOTED if reply.noted else LOOK_FIRST if reply.note else ""
        await self._tell(workspace, event, reaction, reply.note)

    async def _typed(self, workspace: Workspace, event: Json) -> str:
        """What was typed, with members by their names and without a mention of the bot."""
        others = [id_ for id_ in mentioned(event["text"]) if id_ != workspace.bot_user_id]
        members = list(dict.fromkeys(others))[:NAMED_MOST]
        people = await asyncio.gather(*(self._people.person(workspace, id_) for id_ in members))
        named = zip(members, (person.name for person in people), strict=True)
        names = {id_: name for id_, name in named if name}
        return typed(event["text"], names | {workspace.bot_user_id: ""})

    async def _tell(
        self, workspace: Workspace, event: Json, reaction: str, answer: Card | None
    ) -> None:
        """React for all to see, and note privately; the reply itself is kept already."""
        client, where = self._api.of(workspace), event["channel"]
        calls: list[Awaitable[Any]] = []
        if reaction:
            calls.append(client.reactions_add(channel=where, timestamp=event["ts"], name=reaction))
        if answer is not None:
            note = render_message(answer)
            calls.append(
                client.chat_postEphemeral(
                    channel=where,
                    user=event["user"],
                    thread_ts=event["thread_ts"],
                    text=note.text,
                    blocks=note.blocks,
                )
            )
        await asyncio.gather(*(_tried("answer a reply", call) for call in calls))

    async def _on_direct(self, workspace: Workspace, event: Json) -> None:
        """Take a direct message as the words of a command."""
        command = parse(typed(event["text"], {workspace.bot_user_id: ""}))
        answer: Card | Form = only_commands(command.closest)
        if not command.unknown:
            caller = await self._callers.caller(workspace, event["user"], "", Place(), command.verb)
            answer = await answered(self._quiz.run(caller, command))
            answer = await self._answers.with_file(workspace, {}, caller, answer)
        if not isinstance(answer, Card):
            return  # a form asks for a channel, and here is none
        message = render_message(answer)
        call = self._api.of(workspace).chat_postMessage(
            channel=event["channel"],
            thread_ts=event.get("thread_ts"),
            text=message.text,
            blocks=message.blocks,
            unfurl_links=False,
        )
        await _tried("answer a direct message", call)

    async def _on_joined(self, workspace: Workspace, event: Json) -> None:
        """Somebody joined a channel; it is ours to care when it was the bot."""
        if event["user"] != workspace.bot_user_id:
            return
        room = await self._people.room(workspace, event["channel"])
        place = channel_place(event["channel"], room.name)
        inviter = str(event.get("inviter") or "")
        caller = await self._callers.caller(workspace, inviter, "", place, Verb.ANSWER)
        await self._quiz.join(caller)

    async def _on_rename(self, workspace: Workspace, event: Json) -> None:
        """A channel has another name."""
        place = channel_place(event["channel"]["id"], event["channel"]["name"])
        to = Address(Platform.SLACK, workspace.id, place.channel)
        await self._store.rename_channel(to, place.name)

    async def _on_unarchived(self, workspace: Workspace, event: Json) -> None:
        """
        A channel is in use again; where the bot still is in it, nobody can invite it.

        Raises AgainError where Slack does not say whether it is.
        """
        place = channel_place(event["channel"])
        caller = await self._callers.caller(workspace, "", "", place, Verb.ANSWER)
        if await self._store.find_channel(caller) is None:
            return
        room = await self._people.find_room(workspace, event["channel"])
        if room is None:
            raise AgainError
        if room.is_member:
            await self._quiz.join(replace(caller, channel_name=room.name))

    async def _on_gone(self, workspace: Workspace, event: Json) -> None:
        """The bot has left a channel, or the channel is no more."""
        await self._store.leave_channel(Address(Platform.SLACK, workspace.id, event["channel"]))

    async def _on_home(self, workspace: Workspace, event: Json) -> None:
        """A member looks at their own page."""
        if event.get("tab") != "home":
            return
        caller = await self._callers.caller(workspace, event["user"], "", Place(), Verb.ME)
        card = await answered(self._quiz.home(caller))
        if isinstance(card, Card):
            await self._answers.publish(workspace, caller.member, card)


async def _tried(what: str, call: Awaitable[Any]) -> None:
    try:
        async with asyncio.timeout(left()):
            await call
    except CALL_ERRORS as error:
        if code_of(error) not in _DONE_ALREADY:
            logger.warning("Slack did not %s: %s", what, reason_of(error))
