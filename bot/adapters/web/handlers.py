"""What the page answers: each handler reads, asks for one thing, renders."""

from __future__ import annotations

from aiohttp import web

from bot.adapters.web.addresses import url_of
from bot.adapters.web.badges import Badge
from bot.adapters.web.completion import suggestions
from bot.adapters.web.door import Door
from bot.adapters.web.feed import Feed
from bot.adapters.web.filling import read_filled
from bot.adapters.web.guard import PageError, read_fields
from bot.adapters.web.panels import Panels
from bot.adapters.web.render import JoinPanel, Pages, Panel
from bot.adapters.web.visits import Guard, Visit, give, take_back
from bot.core.cards.refusals import refusal
from bot.core.deck import Deck
from bot.core.errors import FormError, QuizError
from bot.core.parts import Verb

ADDRESS = "X-Address"
"""Tells our script under which address it finds a panel again."""

AGAIN = "X-Again"
"""Tells it that what was sent was not taken, so that drafts and the box are kept."""


class Handlers:
    """The page's handlers for what members see and do."""

    def __init__(
        self, deck: Deck, door: Door, guard: Guard, feed: Feed, panels: Panels, pages: Pages
    ) -> None:
        self._deck = deck
        self._door = door
        self._guard = guard
        self._feed = feed
        self._panels = panels
        self._pages = pages

    async def on_page(self, visit: Visit) -> web.Response:
        """``GET /``: the page, with the panel that ``?show=`` names."""
        show = visit.request.query.get("show", "")
        panel = await self._panels.shown(visit.badge, show) if show else None
        return await self._page(visit.badge, panel)

    async def on_panel(self, visit: Visit) -> web.Response:
        """``GET /panel?show=``: the panel alone."""
        show = visit.request.query.get("show", "")
        return self._fragment(await self._panels.shown(visit.badge, show))

    async def on_feed(self, visit: Visit) -> web.Response:
        """``GET /feed``: the feed alone."""
        feed, admin = await self._feed.read(), await self._is_admin(visit.badge)
        return _html(self._pages.feed(feed, visit.badge, admin=admin))

    async def on_export(self, visit: Visit) -> web.Response:
        """``GET /export``: everything kept about the member, as a download."""
        if visit.badge is None:
            raise PageError(403, "There is nothing to export: this browser has not joined.")
        file = await self._panels.exported(visit.badge)
        disposition = f'attachment; filename="{file.name}"'
        return web.Response(
            body=file.data,
            content_type=file.media_type,
            headers={"Content-Disposition": disposition},
        )

    async def on_join(self, visit: Visit) -> web.Response:
        """``POST /join``: a guest picks a name, or a member another one."""
        fields = dict(await read_fields(visit.request))
        name, show = fields.get("name", ""), fields.get("show", "")
        self._guard.join(visit.request)
        try:
            badge = await self._door.join(name, visit.badge)
        except FormError as error:
            problem, renames = error.problems["name"], visit.badge is not None
            panel = JoinPanel(show, name[:200], problem, renames=renames)
            return await self._page(visit.badge, panel, status=422)
        response = web.Response(status=303, headers={"Location": url_of(show)})
        give(response, self._door.write(badge), visit.request)
        return response

    async def on_do(self, visit: Visit) -> web.Response:
        """``POST /do``: a button, a form, or a tick."""
        fields = await read_fields(visit.request)
        if visit.badge is None:
            return await self._answer(visit, JoinPanel())
        try:
            filled = read_filled(fields)
            if filled.action.verb is Verb.TICK:
                await self._panels.ticked(visit.badge, filled)
                return web.Response(status=204)
        except QuizError as error:
            return await self._answer(visit, Panel(refusal(error)))
        if filled.action.verb is Verb.FORGET_CONFIRMED:
            response = await self._page(None, await self._panels.forgotten(visit.badge))
            take_back(response)
            return response
        return await self._answer(visit, await self._panels.done(visit.badge, filled))

    async def on_say(self, visit: Visit) -> web.Response:
        """``POST /say``: a command, or a reply to the open question."""
        text = dict(await read_fields(visit.request)).get("text", "").strip()
        if visit.badge is None:
            return await self._answer(visit, JoinPanel())
        return await self._answer(visit, await self._panels.said(visit.badge, text))

    async def on_form_address(self, _visit: Visit) -> web.Response:
        """``GET`` where a form went, such as Enter in the address bar: the page."""
        return web.Response(status=303, headers={"Location": url_of("")})

    async def on_nowhere(self, _visit: Visit) -> web.Response:
        """``GET`` of an address that is none."""
        raise PageError(404, "There is no such page here.")

    async def _answer(self, visit: Visit, panel: Panel | JoinPanel) -> web.Response:
        """
        A panel after a write: a fragment for our script. A browser alone is sent on to the panel's
        address, so that a refresh repeats nothing; a panel without one comes at once.
        """
        if visit.by_script:
            return self._fragment(panel)
        lasting = isinstance(panel, Panel) and panel.show and not panel.problems
        if lasting:
            return web.Response(status=303, headers={"Location": url_of(panel.show)})
        return await self._page(visit.badge, panel, status=_status(panel))

    def _fragment(self, panel: Panel | JoinPanel) -> web.Response:
        # Not 422 for a form to mend: browsers write that into their console as an error.
        response = _html(self._pages.panel(panel))
        response.headers[ADDRESS] = url_of(panel.show)
        if isinstance(panel, JoinPanel) or not panel.taken or _status(panel) != 200:
            response.headers[AGAIN] = "1"
        return response

    async def _page(
        self, badge: Badge | None, panel: Panel | JoinPanel | None, status: int = 200
    ) -> web.Response:
        admin = await self._is_admin(badge)
        offers = suggestions(self._deck, admin=admin) if badge else ()
        feed = await self._feed.read()
        return _html(self._pages.page(feed, badge, panel, admin=admin, offers=offers), status)

    async def _is_admin(self, badge: Badge | None) -> bool:
        return badge is not None and (await self._door.caller(badge)).is_admin


def _status(panel: Panel | JoinPanel) -> int:
    return 422 if isinstance(panel, Panel) and panel.problems else 200


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html")
