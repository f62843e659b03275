"""A small Bolt app, as Bolt is meant to be used, for the tests of this Slack."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.samples import ANSWER, CARD, HOME, REVEAL, modal, options, section
from tests.fakes.slack.server import Slack
from tests.fakes.slack.workspace import Workspace

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SampleBot(AsyncApp):
    """Shows cards, forms and a Home tab, and keeps what it heard."""

    def __init__(self, slack: Slack, team: Workspace) -> None:
        super().__init__(
            client=AsyncWebClient(team.token, base_url=slack.api_url, retry_handlers=[]),
            signing_secret=slack.app.signing_secret,
            process_before_response=True,
        )
        self.heard: list[str] = []
        self.command("/flaskquiz")(on_command)
        self.action("fq:1:answer")(self.on_answer)
        self.action("level")(self.on_level)
        self.action("go")(on_practice)
        self.options("zone")(on_options)
        self.shortcut("answer_this")(on_shortcut)
        self.view("answer")(on_words)
        self.view("reveal")(self.on_reveal)
        self.view_closed("reveal")(self.on_closed)
        self.event("message")(self.on_message)
        self.event("app_home_opened")(on_home)
        self.event("member_joined_channel")(on_joined)
        for kind in (
            "app_mention", "app_uninstalled", "tokens_revoked", "channel_left", "channel_archive",
        ):  # fmt: skip
            self.event(kind)(self.on_event)

    async def on_answer(self, ack: Any, body: Json, client: AsyncWebClient) -> None:
        """Open the form."""
        self.heard.append("answer")
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=ANSWER)

    async def on_level(self, ack: Any, action: Json) -> None:
        """Take a choice."""
        self.heard.append(action["selected_option"]["value"])
        await ack()

    async def on_reveal(self, ack: Any, view: Json) -> None:
        """Take the ticks and let the form close."""
        ticks = view["state"]["values"]["ticks"]["ticks"]["selected_options"]
        self.heard.append(f"ticked {len(ticks)}")
        await ack()

    async def on_closed(self, ack: Any) -> None:
        """Learn that a form was closed."""
        self.heard.append("closed")
        await ack()

    async def on_message(self, event: Json, client: AsyncWebClient) -> None:
        """Listen, and react in threads; "crash" fails."""
        self.heard.append(event.get("subtype") or event["text"])
        if event.get("text") == "crash":
            raise RuntimeError("crash")
        if event.get("thread_ts") and "subtype" not in event:
            await client.reactions_add(channel=event["channel"], timestamp=event["ts"], name="eyes")

    async def on_event(self, event: Json) -> None:
        """Note an event."""
        self.heard.append(event["type"])


async def on_command(ack: Any, command: Json, respond: Any, client: AsyncWebClient) -> None:
    """Answer in the way the text asks for."""
    match command["text"]:
        case "open":
            await ack()
            await client.views_open(trigger_id=command["trigger_id"], view=ANSWER)
        case "later":
            await ack()
            for n in range(6):
                await respond(f"answer {n}")
        case "share":
            await ack({"response_type": "in_channel", "text": "Leaderboard"})
        case "bad":
            await ack(blocks=[section("x" * 3001)], text="x")
        case "crash":
            raise RuntimeError("crash")
        case text:
            await ack(text=f"You said {text}", blocks=CARD)


async def on_words(ack: Any, view: Json) -> None:
    """Reveal, or answer a form badly on request."""
    match view["state"]["values"]["words"]["words"]["value"]:
        case "???":
            await ack(response_action="errors", errors={"words": "Say more"})
        case "nonsense":
            await ack(response_action="errors", errors={"nowhere": "Say more"})
        case "long":
            await ack(response_action="update", view=modal(section("x" * 3001)))
        case _:
            await ack(response_action="update", view=REVEAL)


async def on_home(event: Json, client: AsyncWebClient) -> None:
    """Show a Home tab."""
    await client.views_publish(user_id=event["user"], view=HOME)


async def on_practice(ack: Any, body: Json, client: AsyncWebClient) -> None:
    """Show another Home tab, if nobody else did meanwhile."""
    await ack()
    view = {"type": "home", "blocks": [section("One is due")]}
    await client.views_publish(user_id=body["user"]["id"], view=view, hash=body["view"]["hash"])


async def on_joined(event: Json, context: Any, client: AsyncWebClient) -> None:
    """Say hello where the bot was invited."""
    if event["user"] == context["bot_user_id"]:
        await client.chat_postMessage(channel=event["channel"], text="Hello", blocks=CARD)


async def on_shortcut(ack: Any, shortcut: Json, client: AsyncWebClient) -> None:
    """Open the form for a message."""
    await ack()
    await client.views_open(trigger_id=shortcut["trigger_id"], view=ANSWER)


async def on_options(ack: Any, payload: Json) -> None:
    """Offer what was typed, and one more."""
    await ack(options=options(f"europe/{payload['value']}", "utc"))


@contextlib.asynccontextmanager
async def over_sockets(slack: Slack, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """Run an app over Socket Mode."""
    slack.app.socket_mode = True
    handler = AsyncSocketModeHandler(app, slack.app.token, ping_interval=0.1)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt has no type here
    await slack.sockets.wait()
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # nor here
        await handler.client.aiohttp_client_session.close()


@contextlib.asynccontextmanager
async def over_http(slack: Slack, app: AsyncApp) -> AsyncIterator[str]:
    """Run an app on an HTTP server of its own; gives the server's address."""
    routes: dict[str, Any] = {"/slack/events": app.async_dispatch}
    if app.oauth_flow:
        routes["/slack/install"] = app.oauth_flow.handle_installation
        routes["/slack/oauth_redirect"] = app.oauth_flow.handle_callback

    async def handle(request: web.Request) -> web.Response:
        answer = await routes[request.path](await to_bolt_request(request))
        return await to_aiohttp_response(answer)

    async with server_at(handle) as url:
        slack.app.listen_at(f"{url}/slack/events")
        yield url


@contextlib.asynccontextmanager
async def server_at(handle: Handler) -> AsyncIterator[str]:
    """Run an HTTP server that answers everything with one handler; gives its address."""
    server = web.Application()
    server.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
