"""Slack's members as the quiz's callers."""

from __future__ import annotations

from collections.abc import Collection

from bot.adapters.slack.people import ADMIN_REMEMBERED, People
from bot.adapters.slack.render import Place
from bot.adapters.slack.workspaces import Workspace
from bot.core.models import Caller, Platform
from bot.core.parts import FOR_ADMINS, Verb


class Callers:
    """Says who asks; asks Slack for what payloads do not tell."""

    def __init__(self, people: People, admins: Collection[str]) -> None:
        self._people = people
        self._admins = frozenset(admins)

    async def caller(
        self, workspace: Workspace, member: str, name: str, place: Place, verb: Verb
    ) -> Caller:
        """The member, with what the quiz needs to know of them for *verb*."""
        if verb in FOR_ADMINS and place.channel:
            return await self._perhaps_admin(workspace, member, name, place)
        person = await self._people.person(workspace, member)
        return Caller(
            platform=Platform.SLACK,
            workspace=workspace.id,
            member=member,
            name=person.name or name,
            channel=place.channel or None,
            channel_name=place.name,
            zone=person.zone,
        )

    async def _perhaps_admin(
        self, workspace: Workspace, member: str, name: str, place: Place
    ) -> Caller:
        person = await self._people.person(workspace, member, within=ADMIN_REMEMBERED)
        is_admin = (
            person.is_admin or member in self._admins or member == (workspace.installed_by or None)
        )
        channel_name = place.name
        if not (is_admin and channel_name):
            room = await self._people.room(workspace, place.channel)
            channel_name = channel_name or room.name
            is_admin = is_admin or room.creator == member
        return Caller(
            platform=Platform.SLACK,
            workspace=workspace.id,
            member=member,
            name=person.name or name,
            channel=place.channel,
            channel_name=channel_name,
            is_admin=is_admin,
            zone=person.zone,
        )
