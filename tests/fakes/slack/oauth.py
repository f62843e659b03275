"""Installing by OAuth: the page that asks, codes that work once, tokens in return."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

from tests.fakes.slack.errors import ApiError, NotPossibleError

if TYPE_CHECKING:
    from tests.fakes.slack.server import Slack
    from tests.fakes.slack.state import Team

Json = dict[str, Any]

CODE_LIFE = 600.0  # seconds, https://docs.slack.dev/authentication/installing-with-oauth


@dataclass(slots=True)
class Code:
    """What a temporary code stands for."""

    team: Team
    user_id: str
    scopes: frozenset[str]
    redirect_uri: str | None
    issued_at: float
    used: bool = False


class OAuth:
    """
    Slack's side of an installation.

    The authorize page asks nobody: `visitor` says whose browser it is and what they press.
    """

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._codes: dict[str, Code] = {}
        self.visitor: tuple[Team, str] | None = None
        self.allow = True

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Show the authorize page to a browser: it goes straight back to the app."""
        try:
            back = self.authorize(dict(request.query))
        except NotPossibleError as error:
            return web.Response(status=400, text=str(error))
        raise web.HTTPFound(back)

    def authorize(self, query: Json) -> str:
        """Return where the browser is sent back to after allowing (or cancelling)."""
        app = self._slack.app
        if query.get("client_id") != app.client_id:
            raise NotPossibleError("invalid_client_id")
        scopes = frozenset(filter(None, query.get("scope", "").split(",")))
        if not scopes:
            raise NotPossibleError("invalid_scope")
        back = query.get("redirect_uri")
        urls = app.redirect_urls
        if urls is not None and not (back and any(back.startswith(url) for url in urls)):
            back = urls[0] if urls and not back else None
        if not back:
            raise NotPossibleError("bad_redirect_uri")
        if self.visitor is None:
            raise NotPossibleError("nobody is signed in")
        answer = {"state": query["state"]} if query.get("state") else {}
        if not self.allow:
            return f"{back}?{urlencode({'error': 'access_denied', **answer})}"
        team, user_id = self.visitor
        code = f"{team.id}.{secrets.token_hex(16)}"
        self._codes[code] = Code(
            team, user_id, scopes, query.get("redirect_uri"), self._slack.clock()
        )
        return f"{back}?{urlencode({'code': code, **answer})}"

    def exchange(self, arguments: Json) -> Json:
        """Give a workspace's token for its code."""
        self.check_client(arguments.get("client_id", ""), arguments.get("client_secret", ""))
        code = self._codes.get(arguments.get("code", ""))
        if code is None or self._slack.clock() - code.issued_at > CODE_LIFE:
            raise ApiError("invalid_code")
        if code.used:
            raise ApiError("code_already_used")
        if code.redirect_uri != arguments.get("redirect_uri"):
            raise ApiError("bad_redirect_uri")
        code.used = True
        token = self._slack.world.install(code.team, code.scopes, code.user_id)
        return {
            "access_token": token.value,
            "token_type": "bot",
            "scope": ",".join(sorted(token.scopes)),
            "bot_user_id": code.team.bot_user_id,
            "app_id": self._slack.app.id,
            "team": {"id": code.team.id, "name": code.team.name},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": code.user_id},
        }

    def check_client(self, client_id: str, client_secret: str) -> None:
        """Refuse anybody but the app."""
        if client_id != self._slack.app.client_id:
            raise ApiError("invalid_client_id")
        if client_secret != self._slack.app.client_secret:
            raise ApiError("bad_client_secret")
