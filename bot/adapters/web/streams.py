"""What browsers fetch besides pages: the live stream, pictures, files."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import aclosing, suppress

from aiohttp import web

from bot.adapters.web.assets import Asset
from bot.adapters.web.gallery import Gallery
from bot.adapters.web.guard import PageError
from bot.adapters.web.limits import Limits
from bot.adapters.web.live import Live
from bot.adapters.web.visits import Visit, harden
from bot.core.errors import ChartError

logger = logging.getLogger(__name__)

FOREVER = "public, max-age=31536000, immutable"


class Streams:
    """Handlers for what is no page."""

    def __init__(
        self,
        live: Live,
        gallery: Gallery,
        assets: Mapping[str, Asset],
        limits: Limits,
    ) -> None:
        self._live = live
        self._gallery = gallery
        self._assets = {asset.url: asset for asset in assets.values()}
        self._limits = limits

    async def on_live(self, visit: Visit) -> web.StreamResponse:
        """``GET /live``: an event for each change of the feed; it says that, and nothing else."""
        address = visit.request.remote or ""
        if self._live.watching(address) >= self._limits.watching:
            raise PageError(429, "Too many pages are open from this address.", 30)
        async with aclosing(self._live.versions(address)) as versions:
            # Read before the headers go out, so that a store that fails can still be told.
            first = await anext(versions)
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            harden(response)
            # A browser that left is found out at the next word to it, a heartbeat later at most.
            with suppress(ConnectionResetError):
                await response.prepare(visit.request)
                await response.write(_event(first))
                async for version in versions:
                    await response.write(_event(version))
        return response

    async def on_picture(self, visit: Visit) -> web.Response:
        """``GET /picture/NAME.png``: a digest's picture, drawn now if it was not before."""
        try:
            data = await self._gallery.draw(visit.request.match_info["name"])
        except ChartError as error:
            logger.warning("A picture could not be drawn: %s", error)
            raise PageError(503, "The picture could not be drawn.", 30) from error
        if data is None:
            raise PageError(404, "There is no such picture.")
        headers = {"Cache-Control": "private, max-age=3600"}
        return web.Response(body=data, content_type="image/png", headers=headers)

    async def on_static(self, visit: Visit) -> web.Response:
        """``GET /static/NAME``: a file under the name of its content, kept for ever."""
        asset = self._assets.get(visit.request.path)
        if asset is None:
            raise PageError(404, "There is no such file.")
        headers = {"Cache-Control": FOREVER, "ETag": f'"{asset.tag}"'}
        if any(tag.value == asset.tag for tag in visit.request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = asset.media_type
        return web.Response(body=asset.data, headers=headers)


def _event(version: str) -> bytes:
    return f"event: feed\ndata: {version}\n\n".encode() if version else b": here\n\n"
