"""What the bot says when it joins a channel."""

from __future__ import annotations

from bot.core.cards.channel import RESUME, SET_UP, asked_words
from bot.core.deck import Deck
from bot.core.models import Channel, ChannelState
from bot.core.parts import Action, Button, Buttons, Card, Code, Heading, Paragraph, Quiet, Verb
from bot.core.wording import counted


def greeting(channel: Channel, deck: Deck) -> Card:
    """What the bot says when it joins a channel: for the first time, or again."""
    return back(channel) if channel.state is ChannelState.PAUSED else hello(deck)


def back(channel: Channel) -> Card:
    """What the bot says where it was before: its settings are kept, and nothing runs by itself."""
    return Card(
        summary="I am back, and paused.",
        blocks=(
            Heading(("I am back.",)),
            Paragraph((f"My settings are as they were: {asked_words(channel.settings)}.",)),
            Paragraph(("I am paused: nothing is asked until an admin resumes.",)),
            Buttons((RESUME, Button("Settings", Action(Verb.SETTINGS)))),
        ),
    )


def hello(deck: Deck) -> Card:
    """What the bot says once when it joins a channel."""
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
            Buttons((SET_UP,)),
            Quiet(
                (
                    f"I know {counted(len(deck), 'question')}. An admin picks the time and days: "
                    "here with the button, in another channel with ",
                    Code("/flaskquiz settings"),
                    ".",
                )
            ),
        ),
    )
