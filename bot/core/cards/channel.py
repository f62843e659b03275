"""What the admins of a channel see: settings, pause, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.cards.rounds import PRACTISE
from bot.core.choosing import digest_words, open_words, zone_names
from bot.core.deck import Deck
from bot.core.models import Channel, ChannelState, Settings
from bot.core.parts import (
    Action,
    Button,
    Buttons,
    Card,
    Facts,
    Form,
    Heading,
    Option,
    Paragraph,
    Picks,
    Quiet,
    Strong,
    Style,
    Text,
    Ticks,
    Verb,
    Words,
)
from bot.core.wording import (
    DAYS,
    LEVELS,
    clipped,
    counted,
    day_names,
    level_names,
    listed,
    moment,
    span,
)

SETTINGS = Button("Settings", Action(Verb.SETTINGS))
SET_UP = Button("Set up", Action(Verb.SETTINGS), Style.PRIMARY)
DOCTOR = Button("Doctor", Action(Verb.DOCTOR))
NOW = Button("Ask one now", Action(Verb.NOW))
NOTHING_TO_ASK = "No question has the levels and topics of this channel. Choose more of either."
RESUME = Button("Resume", Action(Verb.RESUME), Style.PRIMARY)


def settings_form(settings: Settings, deck: Deck, channel_name: str) -> Form:
    """All that can be set for a channel, the most important first."""
    schedule = settings.schedule
    where = f"The quiz in {channel_name}" if channel_name else "The quiz in this channel"
    return Form(
        title="Quiz settings",
        blocks=(Quiet((f"{where}: one question on each of these days, one answer, no more.",)),),
        inputs=(
            Words(
                "time", "Time of the question", f"{schedule.at:%H:%M}", required=True, max_length=10
            ),
            Words(
                "zone",
                "Time zone",
                schedule.zone.key,
                hint="Such as Europe/Berlin; a city alone will do.",
                required=True,
                max_length=64,
                suggestions=tuple(zone_names()),
            ),
            Ticks(
                "days",
                "Days",
                tuple(Option(str(i), name) for i, name in enumerate(DAYS)),
                frozenset(str(number) for number in schedule.days),
            ),
            Ticks(
                "levels",
                "Levels",
                tuple(Option(level, name) for level, name in LEVELS.items()),
                frozenset(settings.levels),
            ),
            Picks(
                "topics",
                "Topics",
                tuple(Option(topic, label) for topic, label in sorted(deck.topics.items())),
                settings.topics,
                hint="None chosen means all.",
            ),
            Words(
                "open",
                "How long a question stays open",
                open_words(settings.open_for),
                hint="next: until the next question. Or a time such as 8h or 2d.",
                max_length=20,
            ),
            Words(
                "digest",
                "Weekly leaderboard",
                digest_words(settings),
                hint="Day and time. Until Thursday it reports the week before, then its own.",
                max_length=20,
            ),
        ),
        submit="Save",
        action=Action(Verb.SAVE_SETTINGS),
    )


def settings_saved(
    channel: Channel, deck: Deck, now: datetime, complaints: Sequence[str] = ()
) -> Card:
    """What was kept, what happens next, and what stands in its way."""
    but = f" {counted(len(complaints), 'thing')} to look at first." if complaints else ""
    return Card(
        summary=f"Settings saved.{but}",
        blocks=(
            Heading((f"Saved.{but}",)),
            *(Paragraph((f"• {complaint}",)) for complaint in complaints),
            Facts(tuple(setting_facts(channel.settings, deck))),
            Quiet((next_words(channel, now),)),
            Buttons((RESUME if channel.state is ChannelState.PAUSED else NOW, DOCTOR)),
        ),
    )


def asked_words(settings: Settings) -> str:
    """When the question is asked."""
    schedule = settings.schedule
    return f"{day_names(schedule.days)} at {schedule.at:%H:%M} ({schedule.zone.key})"


def setting_facts(settings: Settings, deck: Deck) -> list[tuple[str, Text]]:
    """A channel's settings in words."""
    topics = [deck.topics.get(topic, topic) for topic in sorted(settings.topics)]
    stays = open_words(settings.open_for)
    digest = f"{DAYS[settings.digest_day]}s at {settings.digest_at:%H:%M}"
    chosen = len(deck.select(settings.levels, settings.topics))
    return [
        ("Question", (asked_words(settings),)),
        ("Stays open", ("until the next question" if stays == "next" else stays,)),
        ("Levels", (level_names(settings.levels),)),
        ("Topics", (clipped(listed(topics), 200) if topics else "all topics",)),
        ("Questions to ask", (f"{chosen} of {len(deck)}",)),
        ("Weekly leaderboard", (digest,)),
    ]


def next_words(channel: Channel, now: datetime) -> str:
    """When the next question comes, in the channel's own time and in how long."""
    match channel.state:
        case ChannelState.NEW:
            return "Not set up yet: no question will be posted."
        case ChannelState.PAUSED:
            return "Paused: no question will be posted until somebody resumes."
        case ChannelState.GONE:
            return "The bot is no longer in this channel."
    if channel.next_daily_at is None:
        return "No question is planned."
    if channel.next_daily_at <= now:
        return "The next question is due now."
    at = moment(channel.next_daily_at, now, channel.zone)
    return f"Next question {at}, in {span(channel.next_daily_at - now)}."


def waiting(channel: Channel, now: datetime, *, may_ask: bool) -> Card:
    """What to do while no question is open, where a face shows that."""
    return Card(
        summary="No question is open now.",
        blocks=(
            Heading(("No question is open now.",)),
            Paragraph((next_words(channel, now),)),
            Buttons((PRACTISE, *((NOW,) if may_ask else ()))),
        ),
    )


def paused() -> Card:
    """The quiz stands still in the channel."""
    return Card(
        summary="Paused.",
        blocks=(
            Paragraph((Strong("Paused."), " No question will be posted; practice goes on.")),
            Buttons((RESUME,)),
        ),
    )


def resumed(channel: Channel, now: datetime) -> Card:
    """The quiz goes on."""
    return Card(
        summary="Resumed.",
        blocks=(
            Paragraph((Strong("Resumed."), f" {next_words(channel, now)}")),
            Buttons((NOW,)),
        ),
    )


def posting() -> Card:
    """The daily is on its way."""
    return Card("On its way.", (Paragraph((Strong("On its way:"), " today's question.")),))


def sharing() -> Card:
    """The leaderboard is on its way."""
    return Card("On its way.", (Paragraph((Strong("On its way:"), " the leaderboard.")),))
