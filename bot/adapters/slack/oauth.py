"""Installing the app by OAuth: a state that works once and in one browser, a token kept sealed."""

from __future__ import annotations

import hashlib
import hmac
import html
import logging
import secrets
from datetime import timedelta
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.slack.api import CALL_ERRORS, Api, code_of, reason_of
from bot.adapters.slack.installations import ManyWorkspaces, TokenKeys
from bot.adapters.slack.manifest import SCOPES
from bot.adapters.slack.options import INSTALL_PATH, REDIRECT_PATH, SlackOptions
from bot.adapters.slack.workspaces import Workspace
from bot.core.ports import Clock, Store

logger = logging.getLogger(__name__)

STATE_LASTS = timedelta(minutes=10)
COOKIE = "flaskquiz_slack_state"
_STALE = frozenset({"invalid_code", "code_already_used", "code_expired"})
"""Refusals of a visit that took too long, or came twice."""
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>FlaskQuiz</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:4em auto;padding:0 1em}}
</style><h1>{title}</h1><p>{words}</p></html>"""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class OAuth:
    """The page that starts an installation, and the one Slack sends the visitor back to."""

    def __init__(
        self,
        options: SlackOptions,
        api: Api,
        workspaces: ManyWorkspaces,
        keys: TokenKeys,
        store: Store,
        clock: Clock,
    ) -> None:
        self._options = options
        self._api = api
        self._workspaces = workspaces
        self._keys = keys
        self._store = store
        self._clock = clock

    @property
    def routes(self) -> list[web.RouteDef]:
        """Both pages."""
        return [
            web.get(INSTALL_PATH, self.install, allow_head=False),
            web.get(REDIRECT_PATH, self.redirect, allow_head=False),
        ]

    async def install(self, request: web.Request) -> web.Response:
        """Send the visitor to Slack, with a state that only their browser brings back."""
        state = self._keys.seal(secrets.token_hex(16), self._clock())
        query = {
            "client_id": self._options.client_id,
            "scope": ",".join(sorted(SCOPES)),
            "state": state,
        }
        if self._options.redirect_url:
            query["redirect_uri"] = self._options.redirect_url
        address = f"{self._options.authorize_url}?{urlencode(query)}"
        response = web.Response(status=302, headers={**_HEADERS, "Location": address})
        response.set_cookie(
            COOKIE,
            state,
            max_age=int(STATE_LASTS.total_seconds()),
            path=REDIRECT_PATH,
            httponly=True,
            samesite="Lax",
            secure=self._is_secure(request),
        )
        return response

    async def redirect(self, request: web.Request) -> web.Response:
        """Exchange the code for the workspace's token and keep it."""
        query = request.query
        if not await self._is_expected(query.get("state", ""), request.cookies.get(COOKIE, "")):
            return _page(401, "Please start again", _start_again("This link has been used or is"))
        if "error" in query or "code" not in query:
            return _page(200, "Not installed", "Nothing was installed. You can do it any time.")
        try:
            answer = await self._exchange(query["code"])
        except CALL_ERRORS as error:
            logger.warning("An installation failed: %s", reason_of(error))
            return _not_installed(code_of(error))
        workspace = _workspace(answer)
        if workspace is None:
            return _page(
                400,
                "Not installed",
                "Install FlaskQuiz in a workspace, not in a whole organisation.",
            )
        await self._workspaces.keep(workspace)
        logger.info("The app was installed in workspace %s.", workspace.id)
        team = html.escape(str((answer.get("team") or {}).get("name") or "your workspace"))
        return _page(
            200, "FlaskQuiz is installed", f"Now go to {team} and invite @FlaskQuiz to a channel."
        )

    async def _is_expected(self, state: str, cookie: str) -> bool:
        """Whether the state is ours, this browser's, fresh, and was not used before."""
        ours = state and state.isascii() and cookie.isascii()  # or they cannot be compared
        if not ours or not hmac.compare_digest(state, cookie):
            return False
        now = self._clock()
        if not self._keys.is_sealed(state, now, STATE_LASTS):
            return False
        digest = hashlib.sha256(state.encode()).hexdigest()
        return await self._store.first_time(f"slack:state:{digest}", now, 2 * STATE_LASTS)

    async def _exchange(self, code: str) -> AsyncSlackResponse:
        options, back = self._options, self._options.redirect_url
        # The SDK's own method uses what aiohttp has deprecated.
        login = aiohttp.encode_basic_auth(options.client_id, options.client_secret)
        return await self._api.client().api_call(
            "oauth.v2.access",
            data={"code": code, **({"redirect_uri": back} if back else {})},
            headers={"Authorization": login},
        )

    def _is_secure(self, request: web.Request) -> bool:
        public = self._options.public_url or str(request.url)
        return public.startswith("https:")


def _workspace(answer: AsyncSlackResponse) -> Workspace | None:
    """The workspace that installed the app; None for a whole organisation."""
    team = answer.get("team") or {}
    if answer.get("is_enterprise_install") or not team.get("id"):
        return None
    return Workspace(
        id=str(team["id"]),
        token=str(answer["access_token"]),
        bot_id=str(answer.get("bot_id") or ""),
        bot_user_id=str(answer["bot_user_id"]),
        installed_by=str((answer.get("authed_user") or {}).get("id") or ""),
        scopes=frozenset(filter(None, str(answer.get("scope") or "").split(","))),
    )


def _not_installed(code: str) -> web.Response:
    """What a visitor hears whose code was not exchanged; a new visit helps only a stale one."""
    if code in _STALE:
        words = _start_again("Slack did not accept this visit, it is")
        return _page(400, "Not installed", words)
    words = "Slack could not finish this; whoever hosts FlaskQuiz finds the reason in its log."
    return _page(502, "Not installed", words)


def _start_again(why: str) -> str:
    return f'{why} too old. <a href="{INSTALL_PATH}">Start again</a>.'


def _page(status: int, title: str, words: str) -> web.Response:
    """A small page; *words* are HTML."""
    body = _PAGE.format(title=html.escape(title), words=words)
    response = web.Response(status=status, text=body, content_type="text/html", headers=_HEADERS)
    response.del_cookie(COOKIE, path=REDIRECT_PATH)
    return response
