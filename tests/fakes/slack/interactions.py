"""The payloads of what members do: commands, buttons, forms, shortcuts, menus that load."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tests.fakes.slack.message import Message
from tests.fakes.slack.state import Channel, Team, User
from tests.fakes.slack.view import View

if TYPE_CHECKING:
    from tests.fakes.slack.server import Slack

Json = dict[str, Any]


class Interactions:
    """Builds payloads for one member of one workspace."""

    def __init__(self, slack: Slack, team: Team, user: User) -> None:
        self._slack = slack
        self._team = team
        self._user = user

    def command(self, command: str, text: str, channel: Channel) -> Json:
        """Return the payload of a slash command."""
        app = self._slack.app
        return {
            "token": app.verification_token,
            "team_id": self._team.id,
            "team_domain": self._team.domain,
            "channel_id": channel.id,
            "channel_name": channel.name if channel.kind == "channels" else _veiled(channel),
            "user_id": self._user.id,
            "user_name": self._user.name,
            "command": command,
            "text": text,
            "api_app_id": app.id,
            "is_enterprise_install": "false",
            "response_url": self._slack.responses.issue(self._team, channel.id, self._user.id),
            "trigger_id": self._trigger(),
        }

    def block_actions(self, where: Message | View, block: Json, action: Json, values: Json) -> Json:
        """Return the payload of pressing or choosing something."""
        action = {
            **action,
            "block_id": block["block_id"],
            "action_ts": self._slack.world.new_ts(),
        }
        payload = self._common("block_actions") | {
            "trigger_id": self._trigger(),
            "actions": [action],
            "state": {"values": values},
        }
        if isinstance(where, View):
            return payload | {
                "container": {"type": "view", "view_id": where.id},
                "view": copy.deepcopy(where.json(values)),
            }
        return payload | self._in_message(where)

    def suggestion(self, where: Message | View, block: Json, action_id: str, typed: str) -> Json:
        """Return the payload of typing into a menu that loads its options."""
        payload = self._common("block_suggestion") | {
            "action_id": action_id,
            "block_id": block["block_id"],
            "value": typed,
        }
        if isinstance(where, View):
            container = {"type": "view", "view_id": where.id}
            return payload | {"container": container, "view": where.json()}
        found = self._in_message(where)
        del found["response_url"]
        return payload | found

    def submission(self, view: View, values: Json) -> Json:
        """Return the payload of sending a form."""
        return self._common("view_submission") | {
            "trigger_id": self._trigger(),
            "view": copy.deepcopy(view.json(values)),
            "response_urls": [],
        }

    def closing(self, view: View, *, cleared: bool) -> Json:
        """Return the payload of closing a view that asked to be told."""
        return self._common("view_closed") | {
            "view": copy.deepcopy(view.json()),
            "is_cleared": cleared,
        }

    def shortcut(self, callback_id: str, message: Message | None) -> Json:
        """Return the payload of a shortcut, on a message or from anywhere."""
        payload = self._common("message_action" if message else "shortcut") | {
            "callback_id": callback_id,
            "action_ts": self._slack.world.new_ts(),
            "trigger_id": self._trigger(),
        }
        if message is None:
            return payload
        found = self._in_message(message, original=False)
        del found["container"]
        return payload | found | {"message_ts": message.ts}

    def _common(self, kind: str) -> Json:
        return {
            "type": kind,
            "token": self._slack.app.verification_token,
            "api_app_id": self._slack.app.id,
            "team": {"id": self._team.id, "domain": self._team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {
                "id": self._user.id,
                "username": self._user.name,
                "name": self._user.name,
                "team_id": self._team.id,
            },
        }

    def _in_message(self, message: Message, *, original: bool = True) -> Json:
        channel = self._team.channels[message.channel_id]
        container: Json = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": bool(message.only_for),
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        found: Json = {
            "container": container,
            "channel": {"id": channel.id, "name": _veiled(channel)},
            "response_url": self._slack.responses.issue(
                self._team, channel.id, self._user.id, message if original else None
            ),
        }
        if not message.only_for:  # Slack keeps no copy of what one member sees
            found["message"] = copy.deepcopy(message.json(metadata=False))
        return found

    def _trigger(self) -> str:
        return self._slack.triggers.issue(self._team, self._user)


def _veiled(channel: Channel) -> str:
    return "privategroup" if channel.kind == "groups" else channel.name
