"""Every refusal in words; the one place that does it, for all faces."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import replace

from bot.core.cards.channel import DOCTOR, NOTHING_TO_ASK, SET_UP
from bot.core.cards.rounds import PRACTISE
from bot.core.commands import SETTING_WORDS
from bot.core.errors import (
    AlreadyPostedError,
    AlreadySharedError,
    FormError,
    NoChannelError,
    NoQuestionError,
    NotAdminError,
    NotAQuestionError,
    NothingToAskError,
    NotInChannelError,
    NotPostedError,
    NotRevealedError,
    NotSetUpError,
    QuizError,
    RoundClosedError,
    StaleKeyError,
)
from bot.core.models import Level
from bot.core.parts import (
    Action,
    Block,
    Button,
    Buttons,
    Card,
    Facts,
    Form,
    Heading,
    Paragraph,
    Quote,
    Style,
    Verb,
)
from bot.core.wording import clipped, listed

SETTINGS = Button("Back to the settings", Action(Verb.SETTINGS), Style.PRIMARY)


def _card(sentence: str, *buttons: Button) -> Card:
    row: tuple[Block, ...] = (Buttons(buttons),) if buttons else ()
    return Card(summary=sentence, blocks=(Paragraph((sentence,)), *row))


async def told(answer: Awaitable[Card | Form]) -> Card | Form:
    """Await *answer*; a refusal becomes the card that tells it."""
    try:
        return await answer
    except QuizError as error:
        return refusal(error)


_PLAIN: dict[type[QuizError], Card] = {
    StaleKeyError: _card("That question is no longer here. Practise another one?", PRACTISE),
    NotAQuestionError: _card(
        "That is none of my questions. Use this on one of them, or on your own reply to one."
    ),
    NoChannelError: _card("That works in a channel where the quiz runs. Type it there."),
    NotSetUpError: _card("The quiz is not set up in this channel yet. An admin can do it.", SET_UP),
    NotInChannelError: _card(
        "I am no longer in this channel. Invite me back, then type /flaskquiz resume."
    ),
    AlreadyPostedError: _card(
        "Today's question is already here, or on its way. The next one comes on its day."
    ),
    NotPostedError: _card(
        "Today's question was not posted, and its round is over. The next one comes on its day.",
        DOCTOR,
    ),
    AlreadySharedError: _card(
        "The leaderboard was shared here today already. Once a day is enough."
    ),
    NothingToAskError: _card(NOTHING_TO_ASK, SETTINGS),
}
"""What is told in the same words whoever asks."""


def refusal(error: QuizError) -> Card:
    """What a member is told when the quiz refuses."""
    match error:
        case NotRevealedError():
            see = Button("See the answer", Action(Verb.ANSWER, str(error.key)), Style.PRIMARY)
            return _card("A grade counts once you have seen the answer.", see)
        case RoundClosedError():
            return _closed(error.words)
        case NotAdminError():
            return _card(f"Only an admin of this channel can {error.wish}. Ask one to do it.")
        case NoQuestionError():
            return _card(_nothing_fits(error), PRACTISE)
        case FormError():
            return _faults(error.problems)
        case _:
            other = _card("That did not work. Try again, or type /flaskquiz help.")
            return _PLAIN.get(type(error), other)


def _closed(words: str) -> Card:
    """The refusal of an attempt, with the words that it would have kept."""
    card = _card("This round has closed; its answer is posted. Practise instead?", PRACTISE)
    if not words:
        return card
    return replace(card, blocks=(*card, Heading(("You wrote",)), Quote(words)))


def _nothing_fits(error: NoQuestionError) -> str:
    if not error.topic:
        return "No question fits that now. Try another level or topic."
    levels = listed([str(level) for level in Level], "or")
    return (
        f"There is no topic “{clipped(error.topic, 40)}”. Try another level or topic: "
        f"{levels}; {clipped(listed(error.topics), 500)}."
    )


def too_slow(form: Form, again: Action) -> Card:
    """A form that came too late for a face to open it; *again* asks for it once more."""
    return _card("That took me a while. Go on?", Button(form.title, again, Style.PRIMARY))


def apology() -> Card:
    """What a member is told when something broke."""
    return _card("Something broke on my side. Please try again in a moment.")


def _faults(problems: Mapping[str, str]) -> Card:
    """What to mend, where a face cannot say it beside each input; settings can be opened again."""
    facts = Facts(tuple((name, (problem,)) for name, problem in problems.items()))
    row = (Buttons((SETTINGS,)),) if problems.keys() & set(SETTING_WORDS) else ()
    return Card(summary=" ".join(problems.values()), blocks=(facts, *row))
