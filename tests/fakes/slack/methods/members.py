"""users.*, team.*, bots.*: who is who."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.methods.registry import Caller, method

Json = dict[str, Any]


@method("users.info", "user! include_locale:bool", scope="users:read", tier=4)
async def info(caller: Caller) -> Json:
    """Describe a member."""
    user = caller.user()
    return {
        "user": user.json() | ({"locale": "en-GB"} if caller.args.get("include_locale") else {})
    }


@method("team.info", "team domain", scope="team:read")
async def team(caller: Caller) -> Json:
    """Describe the token's workspace."""
    found = caller.team
    if caller.args.get("team", found.id) != found.id:
        raise ApiError("team_not_found")
    return {"team": {"id": found.id, "name": found.name, "domain": found.domain}}


@method("bots.info", "bot", scope="users:read")
async def bot(caller: Caller) -> Json:
    """Describe the bot."""
    found = caller.team
    if caller.args.get("bot", found.bot_id) != found.bot_id:
        raise ApiError("bot_not_found")
    app = caller.slack.app
    return {
        "bot": {
            "id": found.bot_id,
            "app_id": app.id,
            "user_id": found.bot_user_id,
            "name": app.name,
            "deleted": False,
        }
    }
