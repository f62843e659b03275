"""The app manifest: exactly the scopes and events used, nothing more."""

from __future__ import annotations

import json
from typing import Any

import yaml

from bot.adapters.slack.options import EVENTS_PATH, REDIRECT_PATH

SHORTCUT = "fq:1:shortcut"
SCOPES = frozenset(
    {
        "channels:history",  # replies under a card; finding a post whose answer was lost
        "channels:read",  # the name and creator of a channel; joins, renames, archives
        "chat:write",  # cards, answers, leaderboards
        "commands",  # /flaskquiz and the shortcut
        "files:write",  # the leaderboard's picture, a member's export
        "groups:history",  # the same in private channels
        "groups:read",
        "im:history",  # practice in direct messages
        "im:write",  # a note to the admin, a member's export
        "reactions:write",  # a reply was taken
        "users:read",  # names, time zones, who is an admin
    }
)
EVENTS = (
    "app_home_opened",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_left",
    "channel_rename",
    "channel_unarchive",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "tokens_revoked",
)


def manifest(url: str | None) -> dict[str, Any]:
    """The manifest for HTTP at *url*, or for Socket Mode without one."""
    address = f"{url.rstrip('/')}{EVENTS_PATH}" if url else None
    reached = {"request_url": address} if address else {}
    command = {
        "command": "/flaskquiz",
        "description": "Today's Flask question, practice, leaderboard",
        "usage_hint": "[practice | leaderboard | me | settings | help]",
        "should_escape": False,
        **({"url": address} if address else {}),
    }
    oauth: dict[str, Any] = {"scopes": {"bot": sorted(SCOPES)}}
    if url:
        oauth["redirect_urls"] = [f"{url.rstrip('/')}{REDIRECT_PATH}"]
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "FlaskQuiz",
            "description": "Asks your team one Flask question a day",
            "background_color": "#1d4d4f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "FlaskQuiz", "always_online": True},
            "slash_commands": [command],
            "shortcuts": [
                {
                    "name": "Answer this question",
                    "type": "message",
                    "callback_id": SHORTCUT,
                    "description": "Answer the Flask question of this card",
                }
            ],
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": {**reached, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **reached},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def write_manifest(url: str | None, as_json: bool) -> str:
    """The manifest as text, to paste into Slack's page."""
    if as_json:
        return json.dumps(manifest(url), indent=2) + "\n"
    return yaml.safe_dump(manifest(url), sort_keys=False, width=100)
