"""One HTTP server for all that listens: the page, health, metrics, Slack's routes."""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.core.errors import StartError

BODY_MAX = 2**20
"""Bytes of a request's body; the page itself takes far less."""
GRACE = 2.0
"""Seconds in which requests under way may end when the server closes."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens."""

    host: str
    port: int
    _runner: web.AppRunner

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        return address_of(self.host, self.port)

    async def close(self) -> None:
        """Take no more requests, let those under way end, free the port."""
        await self._runner.cleanup()


def address_of(host: str, port: int) -> str:
    """Where a browser on this machine finds a server that listens on *host* and *port*."""
    name = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104  # read, not bound
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


async def serve(
    host: str,
    port: int,
    routes: Iterable[web.AbstractRouteDef],
    *,
    grace: float = GRACE,
) -> Server:
    """Listen on *host* and *port* (0: any free one) for *routes*; raises StartError."""
    app = web.Application(client_max_size=BODY_MAX)
    app.add_routes(routes)
    app.on_response_prepare.append(_harden)
    logging.getLogger("aiohttp.server").addFilter(_is_ours)
    # No access log: it would keep addresses of members.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=grace)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise StartError(_sentence(host, port, error)) from error
    return Server(host, int(runner.addresses[0][1]), runner)


def _is_ours(record: logging.LogRecord) -> bool:
    """Leave out requests that cannot be read: their lines would hold addresses and cookies."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


async def _harden(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = "flaskquiz"
    response.headers["X-Content-Type-Options"] = "nosniff"


def _sentence(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {port} on {host} is taken: stop what uses it, or set PORT to another number."
            )
        case errno.EACCES:
            return f"Port {port} may not be used without special rights: set PORT above 1023."
        case _:
            return f"HOST {host} is not an address of this machine: set HOST to one that is."
