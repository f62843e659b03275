"""What the bot says when it joins a channel."""

from __future__ import annotations

from bot.core.cards.channel import RESUME, SET_UP, SETTINGS, asked_words
from bot.core.deck import Deck
from bot.core.models import Channel, ChannelState, Settings
from bot.core.parts import (
    Buttons,
    Card,
    Code,
    Heading,
    Paragraph,
    Quiet,
    Text,
)
from bot.core.wording import counted


def greeting(channel: Channel, deck: Deck) -> Card:
    """What the bot says when it joins a channel: for the first time, or again."""
    if channel.state is ChannelState.PAUSED:
        return back(channel)
    return hello(deck, channel.settings if channel.state is ChannelState.ACTIVE else None)


def back(channel: Channel) -> Card:
    """What the bot says where it was before: its settings are kept, and nothing runs by itself."""
    return Card(
        summary="I am back, and paused.",
        blocks=(
            Heading(("I am back.",)),
            Paragraph((f"My settings are as they were: {asked_words(channel.settings)}.",)),
            Paragraph(("I am paused: nothing is asked until an admin resumes.",)),
            Buttons((RESUME, SETTINGS)),
        ),
    )


def hello(deck: Deck, settings: Settings | None = None) -> Card:
    """What the bot says once when it joins a channel; *settings* where it is set up already."""
    known = f"I know {counted(len(deck), 'question')}"
    if settings is None:
        pick = "An admin picks the time and days: here with the button, in another channel with "
        when: Text = (f"{known}. {pick}", Code("/flaskquiz settings"), ".")
    else:
        when = (f"{known} and ask one {asked_words(settings)}.",)
    about = (
        "Everyone tries before they look, sees the answer privately and grades themselves. "
        "I remember what each of you and the team is about to forget, and bring it back in time."
    )
    return Card(
        summary="Hello! I ask one Flask question a day.",
        blocks=(
            Heading(("Hello! I ask one Flask question a day.",)),
            Paragraph((about,)),
            Paragraph(
                (
                    "Anyone can begin now: ",
                    Code("/flaskquiz start"),
                    " asks you in private.",
                )
            ),
            Buttons((SET_UP if settings is None else SETTINGS,)),
            Quiet(when),
        ),
    )
