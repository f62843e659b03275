"""What admins do with a channel: set it up, pause it, look what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from bot.core import choosing, duties
from bot.core.cards import channel as cards
from bot.core.cards.doctor import doctor
from bot.core.deck import Deck
from bot.core.errors import (
    NoChannelError,
    NoQuestionError,
    NotAdminError,
    NothingToAskError,
    NotInChannelError,
    NotSetUpError,
)
from bot.core.models import Caller, Channel, ChannelState, Platform, Settings
from bot.core.parts import Card, Form, Values
from bot.core.picking import Picker
from bot.core.ports import Clock, Messenger, Store, Wake
from bot.core.views import Setup


async def get_channel(store: Store, caller: Caller) -> Channel:
    """The caller's channel; raises NoChannelError, or NotSetUpError where nobody set it up."""
    if caller.channel is None:
        raise NoChannelError
    channel = await store.find_channel(caller)
    if channel is None or channel.state is ChannelState.NEW:
        raise NotSetUpError
    return channel


class Desk:
    """The use cases of a channel's admins."""

    def __init__(
        self,
        deck: Deck,
        store: Store,
        clock: Clock,
        picker: Picker,
        messengers: Mapping[Platform, Messenger],
        wake: Wake,
    ) -> None:
        self._deck = deck
        self._store = store
        self._clock = clock
        self._picker = picker
        self._messengers = messengers
        self._wake = wake

    async def join(self, caller: Caller) -> Channel:
        """The bot was added to the caller's channel: add it and owe it a hello, once."""
        now = self._clock()
        channel = await self._store.join_channel(caller, self._proposal(caller), now)
        self._wake()
        return channel

    async def find_channel(self, caller: Caller) -> Channel | None:
        """The caller's channel, or None if the quiz has never been there."""
        return await self._store.find_channel(caller)

    async def settings(self, caller: Caller) -> Form:
        """The settings form, for admins."""
        channel = await self._store.find_channel(caller) if caller.channel else None
        self._refuse_others(caller, channel, "change the settings")
        settings = channel.settings if channel else self._proposal(caller)
        return cards.settings_form(settings, self._deck, caller.channel_name)

    async def save_settings(self, caller: Caller, values: Values) -> Card:
        """Keep what a form or words ask for, for admins; raises FormError."""
        now = self._clock()

        def rule(channel: Channel | None) -> Setup:
            self._refuse_others(caller, channel, "change the settings")
            current = channel.settings if channel else self._proposal(caller)
            settings = choosing.read_settings(values, current, self._deck)
            return duties.setup(settings, channel, now)

        kept = await self._store.keep_settings(caller, rule, now)
        return cards.settings_saved(kept, self._deck, now, await self._complaints(kept))

    async def pause_or_resume(self, caller: Caller, *, pause: bool) -> Card:
        """Stop posting in the caller's channel, or go on, for admins."""
        channel = await get_channel(self._store, caller)
        self._refuse_others(caller, channel, "pause or resume the quiz")
        _refuse_gone(channel)
        now = self._clock()
        if pause:
            await self._store.pause(caller)
            return cards.paused()
        resumed = await self._store.resume(
            caller, lambda channel: duties.going_on(channel.settings, channel, now)
        )
        return cards.resumed(resumed, now)

    async def now(self, caller: Caller) -> Card:
        """Ask today's question at once, for admins."""
        channel = await get_channel(self._store, caller)
        self._refuse_others(caller, channel, "ask a question now")
        _refuse_gone(channel)
        try:
            await self.post_now(caller)
        except NoQuestionError:
            raise NothingToAskError from None
        return cards.posting()

    async def post_now(self, caller: Caller) -> None:
        """Owe today's daily at once; raises as `Store.post_now` does."""
        await self._store.post_now(caller, duties.plan_now, self._picker.for_channel, self._clock())
        self._wake()

    async def doctor(self, caller: Caller) -> Card:
        """What happens next and what is wrong, for admins."""
        channel = await self._store.find_channel(caller) if caller.channel else None
        self._refuse_others(caller, channel, "see the doctor")
        if channel is None:
            raise NotSetUpError
        now = self._clock()
        offset = await self._store.now() - self._clock()  # not *now*: that may have taken long
        complaints = await self._complaints(channel)
        last = await self._store.last_deliveries(caller)
        return doctor(channel, self._deck, last, complaints, offset, now)

    async def _complaints(self, channel: Channel) -> Sequence[str]:
        """What keeps the bot from posting there, as far as its platform tells."""
        messenger = self._messengers.get(channel.address.platform)
        return await messenger.permissions(channel.address) if messenger else ()

    def _refuse_others(self, caller: Caller, channel: Channel | None, wish: str) -> None:
        """Let admins pass; raises NoChannelError or NotAdminError."""
        if caller.channel is None:
            raise NoChannelError
        if not caller.is_admin and not (channel and channel.admin == caller.member):
            raise NotAdminError(wish)

    def _proposal(self, caller: Caller) -> Settings:
        """What a new channel is offered, in the caller's own zone where it is known."""
        try:
            zone = choosing.read_zone(caller.zone or "UTC")
        except ValueError:
            zone = ZoneInfo("UTC")
        return choosing.default_settings(zone)


def _refuse_gone(channel: Channel) -> None:
    if channel.state is ChannelState.GONE:
        raise NotInChannelError
