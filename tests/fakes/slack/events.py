"""The events the app is told: only those it subscribed to and has the scopes for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.slack.message import Message
from tests.fakes.slack.state import Channel, Team

if TYPE_CHECKING:
    from tests.fakes.slack.server import Slack

Json = dict[str, Any]

_TYPES = {"channels": "channel", "groups": "group", "im": "im"}
_SCOPES = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "member_joined_channel": "channels:read",
    "channel_left": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_rename": "channels:read",
    "channel_deleted": "channels:read",
    "group_left": "groups:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
    "group_rename": "groups:read",
}


class Events:
    """Builds events and hands them to the courier."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def send(self, team: Team, event: Json, subscription: str | None = None) -> None:
        """Tell the app of an event, if it asked for that kind and may know it."""
        kind = subscription or event["type"]
        app = self._slack.app
        if team.token is None or (app.events is not None and kind not in app.events):
            return
        if team.token.dead and kind not in ("app_uninstalled", "tokens_revoked"):
            return
        if kind in _SCOPES and _SCOPES[kind] not in team.token.scopes:
            return
        event.setdefault("event_ts", self._slack.world.new_ts())
        self._slack.courier.event(self.envelope(team, event), team.id)

    def envelope(self, team: Team, event: Json) -> Json:
        """Wrap an event as the Events API does."""
        event_id = self._slack.world.new_id("Ev")
        return {
            "token": self._slack.app.verification_token,
            "team_id": team.id,
            "context_team_id": team.id,
            "context_enterprise_id": None,
            "api_app_id": self._slack.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(self._slack.clock()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": team.id,
                    "user_id": team.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{event_id}",
        }

    def message(self, team: Team, message: Message) -> None:
        """Somebody (the bot itself too) said something."""
        channel = team.channels[message.channel_id]
        event = message.json(metadata=False)
        if message.is_reply:
            root = channel.log.get(str(message.thread_ts))
            event["parent_user_id"] = root.user_id if root else None
        self._tell(team, channel, event)
        mentioned = f"<@{team.bot_user_id}>" in message.text
        if mentioned and not message.bot_id and team.bot_user_id in channel.members:
            self.send(
                team,
                {**event, "type": "app_mention", "channel": channel.id, "event_ts": message.ts},
            )

    def message_changed(self, team: Team, message: Message, before: Json) -> None:
        """A message was edited."""
        after = message.json(metadata=False)
        event = {
            "type": "message",
            "subtype": "message_changed",
            "message": after,
            "previous_message": {k: v for k, v in before.items() if k != "metadata"},
            "hidden": True,
            "ts": self._slack.world.new_ts(),
        }
        self._tell(team, team.channels[message.channel_id], event)

    def message_deleted(self, team: Team, message: Message) -> None:
        """A message was deleted."""
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "previous_message": message.json(metadata=False),
            "deleted_ts": message.ts,
            "hidden": True,
            "ts": self._slack.world.new_ts(),
        }
        self._tell(team, team.channels[message.channel_id], event)

    def reaction(
        self, team: Team, message: Message, user_id: str, name: str, *, added: bool
    ) -> None:
        """Somebody reacted, or took it back."""
        if team.bot_user_id not in team.channels[message.channel_id].members:
            return
        event = {
            "type": "reaction_added" if added else "reaction_removed",
            "user": user_id,
            "reaction": name,
            "item_user": message.user_id,
            "item": {"type": "message", "channel": message.channel_id, "ts": message.ts},
        }
        self.send(team, event)

    def joined(self, team: Team, channel: Channel, user_id: str, inviter: str | None) -> None:
        """Somebody joined a channel the bot is in, perhaps the bot itself."""
        if team.bot_user_id in channel.members:
            event = {
                "type": "member_joined_channel",
                "user": user_id,
                "channel": channel.id,
                "channel_type": "G" if channel.private else "C",
                "team": team.id,
            }
            self.send(team, event | ({"inviter": inviter} if inviter else {}))

    def channel(self, team: Team, channel: Channel, what: str, actor: str) -> None:
        """Something happened to a channel: left, archive, unarchive, deleted, rename."""
        event: Json = {"type": f"{_TYPES[channel.kind]}_{what}", "channel": channel.id}
        match what:
            case "left":
                event["actor_id"] = actor
            case "rename":
                event["channel"] = {
                    "id": channel.id,
                    "name": channel.name,
                    "created": channel.created,
                }
            case _:
                event |= {"user": actor, "is_moved": 0}
        self.send(team, event)

    def home_opened(self, team: Team, user_id: str, channel_id: str, tab: str) -> None:
        """A member looks at the app's Home (or messages) tab."""
        home = team.users[user_id].home
        event: Json = {
            "type": "app_home_opened",
            "user": user_id,
            "channel": channel_id,
            "tab": tab,
        }
        self.send(team, event | ({"view": home.json()} if home and tab == "home" else {}))

    def uninstalled(self, team: Team) -> None:
        """The app was removed; in which order the app hears of it is not fixed."""
        tokens = {"oauth": [], "bot": [team.bot_user_id]}
        self.send(team, {"type": "tokens_revoked", "tokens": tokens})
        self.send(team, {"type": "app_uninstalled"})

    def _tell(self, team: Team, channel: Channel, event: Json) -> None:
        if team.bot_user_id in channel.members:
            kind = _TYPES[channel.kind]
            event |= {"channel": channel.id, "channel_type": kind, "event_ts": event["ts"]}
            self.send(team, event, f"message.{'channels' if kind == 'channel' else channel.kind}")
