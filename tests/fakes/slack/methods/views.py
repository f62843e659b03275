"""views.*: opening, stacking, changing and publishing views."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.methods.registry import Caller, method
from tests.fakes.slack.state import User
from tests.fakes.slack.view import View

Json = dict[str, Any]


@method("views.open", "trigger_id! view:json!", tier=4)
async def open_(caller: Caller) -> Json:
    """Open a modal for whoever's trigger this is."""
    view = caller.args["view"]
    caller.slack.views.check(caller.team, view)
    user = _triggered(caller)
    return {"view": caller.slack.views.open(caller.team, user, view).json()}


@method("views.push", "trigger_id! view:json!", tier=4)
async def push(caller: Caller) -> Json:
    """Put a modal above the one that is open."""
    view = caller.args["view"]
    caller.slack.views.check(caller.team, view)
    user = _triggered(caller)
    return {"view": caller.slack.views.push(caller.team, user, view).json()}


@method("views.update", "view:json! view_id external_id hash", tier=4)
async def update(caller: Caller) -> Json:
    """Replace what an open view (or a Home tab) shows."""
    body = caller.args["view"]
    view = _view(caller)
    if caller.args.get("hash", view.hash) != view.hash:
        raise ApiError("hash_conflict")
    caller.slack.views.check(caller.team, body, replaces=view)
    caller.slack.views.replace(view, body)
    return {"view": view.json()}


@method("views.publish", "user_id! view:json! hash", tier=4)
async def publish(caller: Caller) -> Json:
    """Show a Home tab to a member."""
    if not caller.slack.app.home:
        raise ApiError("not_enabled")
    user = caller.team.users.get(caller.args["user_id"])
    if user is None or user.bot:
        raise ApiError("invalid_arguments", response_metadata={"messages": ["invalid `user_id`"]})
    wanted = caller.args.get("hash")
    if wanted and (user.home is None or user.home.hash != wanted):
        raise ApiError("hash_conflict")
    body = caller.args["view"]
    caller.slack.views.check(caller.team, body, kind="home", replaces=user.home)
    return {"view": caller.slack.views.publish(caller.team, user, body).json()}


def _triggered(caller: Caller) -> User:
    return caller.slack.triggers.exchange(caller.team, caller.args["trigger_id"])


def _view(caller: Caller) -> View:
    args = caller.args
    for view in caller.team.views.values():
        by_id = args.get("view_id") == view.id
        by_name = args.get("external_id") and args["external_id"] == view.body.get("external_id")
        if not view.closed and (by_id or by_name):
            return view
    raise ApiError("not_found")
