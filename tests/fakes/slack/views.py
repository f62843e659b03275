"""The views members have open: a stack of modals and a Home tab each."""

from __future__ import annotations

import secrets
from typing import Any

from tests.fakes.slack import blockwalk, forms
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.state import Team, User, World
from tests.fakes.slack.validate import check_view
from tests.fakes.slack.view import STACK, View

Json = dict[str, Any]


class Views:
    """Opens, stacks, replaces and closes views."""

    def __init__(self, world: World) -> None:
        self._world = world

    def check(
        self, team: Team, body: Any, *, kind: str | None = None, replaces: View | None = None
    ) -> None:
        """Refuse a view Slack would not show; *kind* is modal unless it says or replaces one."""
        kind = kind or (replaces.body["type"] if replaces else "modal")
        check_view(body, (kind,))
        name = body.get("external_id")
        taken = (v for v in team.views.values() if v.body.get("external_id") == name)
        if name and any(v is not replaces and not v.closed for v in taken):
            raise ApiError("duplicate_external_id")

    def open(self, team: Team, user: User, body: Json) -> View:
        """Open a modal; whatever else was open is gone."""
        self.clear(user)
        return self._add(team, user, body)

    def push(self, team: Team, user: User, body: Json) -> View:
        """Put a modal on the stack, which holds three."""
        if not user.stack:
            raise ApiError("not_found")
        if len(user.stack) >= STACK:
            raise ApiError("push_limit_reached")
        return self._add(team, user, body)

    def replace(self, view: View, body: Json) -> None:
        """
        Show something else in the same view.

        What was entered stays in those inputs whose block_id and action_id stay.
        """
        view.body = self._kept(body)
        view.draft = forms.still_fitting(view.blocks, view.draft)
        view.hash = self._new_hash()

    def publish(self, team: Team, user: User, body: Json) -> View:
        """Show a Home tab."""
        if user.home is None:
            user.home = self._new(team, user, body)
            team.views[user.home.id] = user.home
        else:
            self.replace(user.home, body)
        return user.home

    def close(self, user: User) -> None:
        """Close the view on top; the one below it shows again."""
        if user.stack:
            user.stack.pop().closed = True

    def clear(self, user: User) -> None:
        """Close all of a member's modals."""
        while user.stack:
            self.close(user)

    def _add(self, team: Team, user: User, body: Json) -> View:
        view = self._new(team, user, body)
        if user.stack:
            view.root_view_id = user.stack[0].id
            view.previous_view_id = user.stack[-1].id
        user.stack.append(view)
        team.views[view.id] = view
        return view

    def _new(self, team: Team, user: User, body: Json) -> View:
        view_id = self._world.new_id("V")
        return View(
            id=view_id,
            team_id=team.id,
            user_id=user.id,
            app_id=self._world.app.id,
            bot_id=team.bot_id,
            body=self._kept(body),
            hash=self._new_hash(),
            root_view_id=view_id,
        )

    def _kept(self, body: Json) -> Json:
        return {**body, "blocks": blockwalk.with_ids(body["blocks"], self._world.new_id("b"))}

    def _new_hash(self) -> str:
        return f"{int(self._world.clock())}.{secrets.token_hex(4)}"
