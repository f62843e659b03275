"""The app as Slack's settings page knows it: keys, scopes, commands, events, addresses."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

SCOPES = (
    "app_mentions:read,channels:history,channels:read,chat:write,commands,files:write,"
    "groups:history,groups:read,im:history,im:read,im:write,reactions:write,reactions:read,"
    "team:read,users:read"
)


@dataclass(slots=True)
class App:
    """
    The one app of this Slack.

    Where `commands`, `shortcuts` or `events` is None everything is allowed; after
    `configure(manifest)` only what the manifest names.
    """

    id: str = "A0FAKE"
    name: str = "FlaskQuiz"
    client_id: str = "11111.22222"
    client_secret: str = "client-secret-of-the-fake"
    signing_secret: str = "signing-secret-of-the-fake"
    verification_token: str = "verification-token-of-the-fake"
    token: str = "xapp-1-A0FAKE-33333-app-level-token"
    scopes: frozenset[str] = field(default_factory=lambda: frozenset(SCOPES.split(",")))
    commands: frozenset[str] | None = None
    shortcuts: dict[str, str] | None = None
    events: frozenset[str] | None = None
    interactive: bool = True
    home: bool = True
    messages_tab: bool = True
    redirect_urls: tuple[str, ...] | None = None
    socket_mode: bool = True
    events_url: str | None = None
    interactivity_url: str | None = None
    commands_url: str | None = None
    processes: Iterator[str] | None = None

    def configure(self, manifest: Json) -> None:
        """Take the settings from a manifest, as "create an app from a manifest" does."""
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        oauth = manifest.get("oauth_config", {})
        subscriptions = settings.get("event_subscriptions", {})
        interactivity = settings.get("interactivity", {})
        commands = features.get("slash_commands", [])
        self.name = manifest["display_information"]["name"]
        self.scopes = frozenset(oauth.get("scopes", {}).get("bot", []))
        self.redirect_urls = tuple(oauth.get("redirect_urls", []))
        self.commands = frozenset(command["command"] for command in commands)
        self.shortcuts = {s["callback_id"]: s["type"] for s in features.get("shortcuts", [])}
        self.events = frozenset(subscriptions.get("bot_events", []))
        self.interactive = bool(interactivity.get("is_enabled"))
        tabs = features.get("app_home", {})
        self.home = bool(tabs.get("home_tab_enabled"))
        self.messages_tab = tabs.get("messages_tab_enabled", True) and not tabs.get(
            "messages_tab_read_only_enabled", False
        )
        self.socket_mode = bool(settings.get("socket_mode_enabled"))
        self.events_url = subscriptions.get("request_url")
        self.interactivity_url = interactivity.get("request_url")
        self.commands_url = next((c["url"] for c in commands if c.get("url")), None)

    def listen_at(self, *urls: str) -> None:
        """Send everything to one address over HTTP (to several processes in turn)."""
        self.socket_mode = False
        self.events_url = self.interactivity_url = self.commands_url = urls[0]
        self.processes = itertools.cycle(urls)
