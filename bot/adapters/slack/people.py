"""Who is who in Slack: names, time zones and admins, asked for once in a while."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.adapters.slack import patience
from bot.adapters.slack.api import CALL_ERRORS, Api, reason_of
from bot.adapters.slack.workspaces import Workspace
from bot.core.ports import Clock

logger = logging.getLogger(__name__)

REMEMBERED = timedelta(hours=1)
ADMIN_REMEMBERED = timedelta(minutes=1)
AGAIN = timedelta(minutes=1)
"""After a lookup that failed, how long the payload's own name is used without another."""
_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Person:
    """What Slack says of a member."""

    name: str = ""
    zone: str = ""
    is_admin: bool = False
    """An admin or owner of the very workspace."""
    at: datetime | None = None
    """When Slack said so; None when it could not be asked."""


@dataclass(frozen=True, slots=True)
class Room:
    """What Slack says of a channel."""

    name: str = ""
    creator: str = ""
    is_member: bool = False
    is_archived: bool = False


class People:
    """Looks members and channels up; without an answer a member has no name, zone or power."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[Person, datetime]] = OrderedDict()

    async def person(
        self, workspace: Workspace, member: str, *, within: timedelta = REMEMBERED
    ) -> Person:
        """A member as Slack knew them at most *within* ago."""
        if not member:
            return Person()
        key, now = (workspace.id, member), self._clock()
        known = self._known.get(key)
        if known is not None and now < known[1] and _is_fresh(known[0], now, within):
            return known[0]
        person = await self._ask(workspace, member)
        if person is None:
            person = replace(known[0], is_admin=False, at=None) if known else Person()
            self._remember(key, person, now + AGAIN)
        else:
            self._remember(key, person, now + REMEMBERED)
        return person

    async def room(self, workspace: Workspace, channel: str) -> Room:
        """A channel; an empty one when Slack does not tell."""
        return await self.find_room(workspace, channel) or Room()

    async def find_room(self, workspace: Workspace, channel: str) -> Room | None:
        """A channel; None when Slack does not tell."""
        try:
            async with asyncio.timeout(patience.left(patience.LOOKUP)):
                answer = await self._api.of(workspace).conversations_info(channel=channel)
        except CALL_ERRORS as error:
            logger.info("A channel could not be looked up: %s", reason_of(error))
            return None
        found: dict[str, Any] = answer["channel"]
        return Room(
            name=f"#{found.get('name') or ''}".rstrip("#"),
            creator=str(found.get("creator") or ""),
            is_member=bool(found.get("is_member")),
            is_archived=bool(found.get("is_archived")),
        )

    async def _ask(self, workspace: Workspace, member: str) -> Person | None:
        try:
            async with asyncio.timeout(patience.left(patience.LOOKUP)):
                answer = await self._api.of(workspace).users_info(user=member)
        except CALL_ERRORS as error:
            logger.info("A member could not be looked up: %s", reason_of(error))
            return None
        user: dict[str, Any] = answer["user"]
        profile: dict[str, Any] = user.get("profile") or {}
        names = (profile.get("display_name"), profile.get("real_name"), user.get("name"))
        # In a channel shared between organisations the admins of others are guests.
        is_ours = user.get("team_id") == workspace.id and not user.get("is_stranger")
        return Person(
            name=next((str(name) for name in names if name), ""),
            zone=str(user.get("tz") or ""),
            is_admin=is_ours and bool(user.get("is_admin") or user.get("is_owner")),
            at=self._clock(),
        )

    def _remember(self, key: tuple[str, str], person: Person, until: datetime) -> None:
        self._known[key] = person, until
        self._known.move_to_end(key)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)


def _is_fresh(person: Person, now: datetime, within: timedelta) -> bool:
    """Whether Slack said so lately; one that could not be asked for will do for a name alone."""
    if person.at is None:
        return within >= REMEMBERED
    return now < person.at + within
