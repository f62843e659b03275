"""What every request of the page passes: whose name it calls, who sent it, how often."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104  # compared with, not bound to
BODY_MAX = 64 * 1024
"""Bytes of a form; the longest answer is 2,000 characters."""
FIELDS_MAX = 400
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: with it a browser without scripts posts forms as `Origin: null`.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class PageError(Exception):
    """A request the page does not answer: a status and one sentence."""

    def __init__(self, status: int, sentence: str, wait: int = 0) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.wait = wait
        """Seconds after which it may be tried again; 0 where that would not help."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names under which the page may be asked."""

    bound: str = "127.0.0.1"
    """The address it listens on."""
    allowed: Collection[str] = field(default_factory=frozenset)
    """More names, as people type them."""

    @property
    def private(self) -> bool:
        """Whether only this machine can reach the page."""
        return not self.public

    @property
    def public(self) -> list[str]:
        """
        Where others than this machine can reach the page: the address it listens on, and the names
        that a proxy or a tunnel on this machine asks it under.
        """
        names = (self.bound, *self.allowed)
        return [each for each in names if not is_loopback(host_name(each) or each)]

    def refuse(self, request: web.Request) -> None:
        """
        Raise PageError for a name that is not ours: another site's name that leads here (DNS
        rebinding) would let that site read the page. An address in digits cannot be rebound.
        """
        name = host_name(request.host)
        if self._is_ours(name) or (self.bound in EVERYWHERE and _is_address(name)):
            return
        shown = f"{name[:80]} " if name else "this name "
        raise PageError(421, f"FlaskQuiz does not answer to {shown}here: add it to ALLOWED_HOSTS.")

    def refuse_foreign(self, request: web.Request) -> None:
        """Raise PageError for a write that another site made the browser send."""
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        if site is None and origin is None:
            raise PageError(403, "That did not say which page it came from, so nothing was done.")
        if site not in (None, "same-origin") or not self._is_same(request, origin):
            raise PageError(403, "That came from another site, so nothing was done.")

    def _is_same(self, request: web.Request, origin: str | None) -> bool:
        if origin is None or urlsplit(origin).netloc.casefold() == request.host.casefold():
            return True
        # A proxy may ask for us under another name than people do.
        return host_name(origin) in {host_name(each) for each in self.allowed}

    def _is_ours(self, name: str) -> bool:
        named = {host_name(each) for each in (self.bound, *self.allowed)}
        return name in LOOPBACK or (name != "" and name in named)


def is_loopback(host: str) -> bool:
    """Whether *host* is this machine alone."""
    if host.casefold() in LOOPBACK:
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def host_name(host: str) -> str:
    """The name in a Host header or an address such as https://quiz.example:8000."""
    try:
        parts = urlsplit(host.strip() if "://" in host else f"//{host.strip()}")
        return (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def read_fields(request: web.Request) -> list[tuple[str, str]]:
    """Read a small form, text only; raises PageError for anything else."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise PageError(415, "FlaskQuiz reads forms of text only.")
    if (request.content_length or 0) > BODY_MAX:
        raise PageError(413, f"That is too long: at most {BODY_MAX // 1024} kB.")
    body = bytearray()
    async for chunk in request.content.iter_chunked(16_384):
        body += chunk
        if len(body) > BODY_MAX:
            raise PageError(413, f"That is too long: at most {BODY_MAX // 1024} kB.")
    try:
        return parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX
        )
    except ValueError:
        raise PageError(400, "That form could not be read.") from None
