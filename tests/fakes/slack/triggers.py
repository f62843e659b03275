"""Trigger ids: each opens one view, for three seconds."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.state import Team, User, World

LIFE = 3.0  # seconds, https://docs.slack.dev/interactivity/handling-user-interaction


@dataclass(slots=True)
class Trigger:
    """What one interaction allows."""

    team_id: str
    user: User
    issued_at: float
    used: bool = False


class Triggers:
    """The trigger ids given out."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._issued: dict[str, Trigger] = {}

    def issue(self, team: Team, user: User) -> str:
        """Give out a trigger for something *user* did."""
        number = self._world.new_id("1")
        trigger_id = f"{number}.{len(self._issued)}.{secrets.token_hex(8)}"
        self._issued[trigger_id] = Trigger(team.id, user, self._world.clock())
        return trigger_id

    def exchange(self, team: Team, trigger_id: str) -> User:
        """Return whose trigger this is; refuse an unknown, old or used one."""
        trigger = self._issued.get(trigger_id)
        if trigger is None or trigger.team_id != team.id:
            raise ApiError("invalid_trigger_id")
        if trigger.used:
            raise ApiError("exchanged_trigger_id")
        if self._world.clock() - trigger.issued_at > LIFE:
            raise ApiError("expired_trigger_id")
        trigger.used = True
        return trigger.user
