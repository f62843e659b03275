"""How a channel is: what was delivered, what comes next, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.core.cards.channel import (
    NOTHING_TO_ASK,
    RESUME,
    SET_UP,
    SETTINGS,
    next_words,
    setting_facts,
)
from bot.core.deck import Deck
from bot.core.models import Channel, ChannelState, Delivery, DeliveryState, Kind
from bot.core.parts import (
    Block,
    Buttons,
    Card,
    Facts,
    Heading,
    Paragraph,
    Quiet,
    Text,
)
from bot.core.wording import MONTHS, counted, moment

_NEXT_STEP = {
    ChannelState.NEW: SET_UP,
    ChannelState.PAUSED: RESUME,
    ChannelState.ACTIVE: SETTINGS,
}
"""What an admin of a channel in that state most likely wants; nothing helps where it is gone."""
CLOCK_TOLERANCE = timedelta(seconds=2)
KINDS = {
    Kind.HELLO: "hello",
    Kind.DAILY: "question",
    Kind.ANSWER: "answer",
    Kind.DIGEST: "weekly leaderboard",
    Kind.SHARE: "shared leaderboard",
    Kind.NOTICE: "note to the admin",
}


def doctor(
    channel: Channel,
    deck: Deck,
    deliveries: Sequence[Delivery],
    complaints: Sequence[str],
    offset: timedelta,
    now: datetime,
) -> Card:
    """What happens next, what happened last, and what is wrong."""
    wrong = [*complaints]
    if has_nothing_to_ask(channel, deck):
        wrong.append(NOTHING_TO_ASK)
    if channel.failing_since is not None:
        since = moment(channel.failing_since, now, channel.zone)
        wrong.insert(0, f"Posting has failed since {since}: {channel.failing_reason}")
    if abs(offset) > CLOCK_TOLERANCE:
        wrong.append(
            f"This process's clock is {abs(offset).total_seconds():.0f} s away from the database's."
        )
    well = "All is well." if channel.state is ChannelState.ACTIVE else "Nothing will be posted."
    verdict = f"{counted(len(wrong), 'thing')} to look at." if wrong else well
    blocks: list[Block] = [
        Heading((verdict,)),
        *(Paragraph((f"• {complaint}",)) for complaint in wrong),
        Paragraph((next_words(channel, now),)),
        Facts(tuple(setting_facts(channel.settings, deck))),
    ]
    if deliveries:
        blocks.append(Heading(("Last deliveries",)))
        blocks.append(Facts(tuple(_delivery_fact(each, now) for each in deliveries)))
    if channel.state in _NEXT_STEP:
        blocks.append(Buttons((_NEXT_STEP[channel.state],)))
    return Card(summary=f"Doctor: {verdict}", blocks=tuple(blocks))


def has_nothing_to_ask(channel: Channel, deck: Deck) -> bool:
    """Whether a channel stays silent: the deck has lost all that its levels and topics chose."""
    settings = channel.settings
    fits = deck.select(settings.levels, settings.topics)
    return channel.state is ChannelState.ACTIVE and not fits


def _delivery_fact(delivery: Delivery, now: datetime) -> tuple[str, Text]:
    label, words = delivery_words(delivery, now)
    return label, (words,)


def delivery_words(delivery: Delivery, now: datetime) -> tuple[str, str]:
    """Which delivery it is, and what became of it."""
    on = delivery.local_on
    label = KINDS[delivery.kind]
    if delivery.kind is not Kind.HELLO:  # it is owed once, and not for any day
        label = f"{on.day} {MONTHS[on.month - 1][:3]} {label}"
    zone = delivery.channel.zone
    match delivery.state:
        case DeliveryState.SENT:
            tries = f" at try {delivery.tries}" if delivery.tries > 1 else ""
            at = moment(delivery.sent_at, now, zone) if delivery.sent_at else ""
            words = f"sent {at}{tries}"
        case DeliveryState.SKIPPED:
            words = f"skipped: {delivery.error or 'the bot was down that day'}"
        case DeliveryState.FAILED:
            after = f" after {counted(delivery.tries, 'try', 'tries')}" if delivery.tries else ""
            words = f"failed{after}: {delivery.error}"
        case _:
            words = "on its way"  # without an error the first try is under way, or was handed back
            if delivery.error:
                words += f" after {counted(delivery.tries, 'try', 'tries')}: {delivery.error}"
    return label, words


def notice(delivery: Delivery) -> Card:
    """Told to the admin once when a channel begins to fail."""
    name = delivery.channel.name or "your channel"
    return Card(
        summary=f"I could not post in {name}.",
        blocks=(
            Heading((f"I could not post in {name}.",)),
            Paragraph((delivery.detail or "Run /flaskquiz doctor there to see why.",)),
            Quiet(("All settings are kept. It heals by itself with the next post that works.",)),
        ),
    )
