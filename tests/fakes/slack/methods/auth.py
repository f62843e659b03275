"""auth.*, apps.*, oauth.*: who the app is, and how it connects."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack.methods.registry import Caller, method

Json = dict[str, Any]


@method("auth.test", tier=None)
async def test(caller: Caller) -> Json:
    """Say whose token this is."""
    team = caller.team
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "team_id": team.id,
        "user": team.users[team.bot_user_id].name,
        "user_id": team.bot_user_id,
        "bot_id": team.bot_id,
        "is_enterprise_install": False,
    }


@method("auth.revoke", "test:bool", tier=3)
async def revoke(caller: Caller) -> Json:
    """Revoke the token that is used."""
    if not caller.args.get("test"):
        caller.slack.world.uninstall(caller.team, "token_revoked")
    return {"revoked": not caller.args.get("test")}


@method("apps.uninstall", "client_id! client_secret!", tier=1)
async def uninstall(caller: Caller) -> Json:
    """Uninstall the app from the token's workspace."""
    caller.slack.oauth.check_client(caller.args["client_id"], caller.args["client_secret"])
    caller.slack.world.uninstall(caller.team)
    caller.slack.events.uninstalled(caller.team)
    return {}


@method("apps.connections.open", auth="app", tier=1)
async def open_connection(caller: Caller) -> Json:
    """Give a ticket for a Socket Mode connection."""
    return {"url": caller.slack.sockets.new_ticket()}


@method(
    "oauth.v2.access",
    "client_id client_secret code redirect_uri grant_type refresh_token",
    auth="client",
    tier=4,
)
async def access(caller: Caller) -> Json:
    """Exchange a code, once, for the workspace's token."""
    return caller.slack.oauth.exchange(caller.args)
