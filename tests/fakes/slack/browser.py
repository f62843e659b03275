"""A browser just good enough to install an app: it follows redirects and keeps cookies."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import aiohttp
from yarl import URL

_LINK = re.compile(r'href="([^"]*/oauth/v2/authorize[^"]*)"')


@dataclass(frozen=True, slots=True)
class Page:
    """The page at which the browser ended up."""

    url: str
    status: int
    text: str


async def visit(url: str) -> Page:
    """Open an install page, press its button if it has one, and return where it ends."""
    origin = URL(url).origin()
    # Cookies marked Secure are sent to loopback too, as browsers do.
    jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=origin)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        page = await _get(session, url)
        link = _LINK.search(page.text)
        if link and page.status == 200:
            page = await _get(session, html.unescape(link[1]))
        return page


async def _get(session: aiohttp.ClientSession, url: str) -> Page:
    async with session.get(url) as response:
        return Page(str(response.url), response.status, await response.text())
