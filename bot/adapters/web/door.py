"""Who may come in, under which name, and who of them is an admin."""

from __future__ import annotations

import logging
from base64 import urlsafe_b64decode
from dataclasses import replace
from secrets import token_urlsafe

from bot.adapters.web.badges import Badge, new_member, read_badge, write_badge
from bot.adapters.web.names import name_key, read_name
from bot.core.errors import FormError
from bot.core.models import Caller, Platform
from bot.core.ports import Store

logger = logging.getLogger(__name__)

WORKSPACE = "web"
CHANNEL = "flask"
CHANNEL_NAME = "#flask"
_SECRET = "web secret"  # noqa: S105  # the name under which it is kept
_ADMIN = "web admin"


class Door:
    """
    Gives out badges and reads them.

    Where the page is open to this machine alone (*private*), everybody is an admin; otherwise only
    the member who joined first.
    """

    def __init__(self, store: Store, *, private: bool) -> None:
        self._store = store
        self._private = private
        self._secret = b""

    @property
    def is_open(self) -> bool:
        """Whether it has its secret: without one it could not tell a badge from a forgery."""
        return bool(self._secret)

    async def start(self) -> None:
        """Take the secret that all processes share, made by whoever came first."""
        kept = await self._store.keep_first(_SECRET, token_urlsafe(32))
        self._secret = urlsafe_b64decode(kept + "=" * (-len(kept) % 4))

    def read(self, cookie: str) -> Badge | None:
        """The badge in a cookie; None for a guest, or for a cookie we did not write."""
        return read_badge(cookie, self._secret)

    def write(self, badge: Badge) -> str:
        """The cookie for a badge."""
        return write_badge(badge, self._secret)

    async def join(self, typed: str, held: Badge | None) -> Badge:
        """
        Give a badge with the name *typed*, to a guest or to a member who changes their name.

        Raises FormError for a name that is none, or that somebody else has.
        """
        name = read_name(typed)
        badge = replace(held, name=name) if held else Badge(new_member(), name)
        holder = await self._store.keep_first(name_key(name), badge.member)
        if holder != badge.member:
            taken = f"Somebody here is called {name} already. Add a letter or a surname."
            raise FormError({"name": taken})
        if held:
            # First, so that the old name is free for others only once no board shows it.
            await self._store.rename_member(replace(reader(), member=badge.member, name=name))
            if name_key(held.name) != name_key(name):
                await self._store.drop(name_key(held.name), held.member)
        await self._store.keep_first(_ADMIN, badge.member)
        return badge

    async def leave(self, badge: Badge) -> None:
        """Free the name of somebody who is to be forgotten; the next to join may be the admin."""
        await self._store.drop(name_key(badge.name), badge.member)
        await self._store.drop(_ADMIN, badge.member)

    async def caller(self, badge: Badge) -> Caller:
        """The member of *badge* in the one channel there is."""
        return replace(
            reader(),
            member=badge.member,
            name=badge.name,
            is_admin=self._private or await self._store.recall(_ADMIN) == badge.member,
        )


def reader() -> Caller:
    """Nobody in particular, reading the channel."""
    return Caller(Platform.WEB, WORKSPACE, "", "", channel=CHANNEL, channel_name=CHANNEL_NAME)
