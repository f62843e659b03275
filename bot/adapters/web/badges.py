"""The signed cookie that says who a browser belongs to."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe

COOKIE = "flaskquiz"
DAYS = 400
"""As long as browsers keep a cookie at most."""
_VERSION = "1"
_LENGTH_MAX = 600


@dataclass(frozen=True, slots=True)
class Badge:
    """Who somebody is on this page: an id of our own making and the name they picked."""

    member: str
    name: str


def new_member() -> str:
    """Make an id that nobody can guess."""
    return token_urlsafe(15)


def write_badge(badge: Badge, secret: bytes) -> str:
    """Sign *badge* for a cookie."""
    name = urlsafe_b64encode(badge.name.encode()).decode().rstrip("=")
    text = f"{_VERSION}.{badge.member}.{name}"
    return f"{text}.{_signature(text, secret)}"


def read_badge(cookie: str, secret: bytes) -> Badge | None:
    """Read a badge back; None for anything that *secret* did not sign."""
    text, _, signature = cookie.rpartition(".")
    parts = text.split(".")
    if len(cookie) > _LENGTH_MAX or not cookie.isascii() or len(parts) != 3:
        return None
    if not hmac.compare_digest(signature, _signature(text, secret)) or parts[0] != _VERSION:
        return None
    try:
        name = urlsafe_b64decode(parts[2] + "=" * (-len(parts[2]) % 4)).decode()
    except (Base64Error, UnicodeDecodeError):
        return None
    return Badge(parts[1], name)


def _signature(text: str, secret: bytes) -> str:
    digest = hmac.new(secret, f"flaskquiz badge {text}".encode(), sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")
