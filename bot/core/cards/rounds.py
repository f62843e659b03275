"""What everybody sees of a round: the question, its answer, how it went."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from bot.core.deck import Question
from bot.core.models import AttemptKey, Tally
from bot.core.parts import (
    Action,
    Block,
    Button,
    Buttons,
    Card,
    CodeBlock,
    Heading,
    Link,
    Numbered,
    Paragraph,
    Quiet,
    Span,
    Style,
    Text,
    Verb,
    inline,
    plain,
)
from bot.core.views import RoundView
from bot.core.wording import LEVELS, clipped, dots, flask_versions, moment

_DOCS = {
    "flask.palletsprojects.com": "Flask docs",
    "werkzeug.palletsprojects.com": "Werkzeug docs",
    "jinja.palletsprojects.com": "Jinja docs",
    "docs.python.org": "Python docs",
}
GROUP_MIN = 3
"""Fewer members than this are never shown as a group: it would be about persons."""
HOW = (
    "Press Answer, try first, then grade yourself: only you see it. "
    "A reply here counts too, and is as public as other replies."
)
HOW_IN_PRIVATE = (
    "Press Answer, try first, then grade yourself. "
    "A reply below counts too. Only you see what you write."
)
PRACTISE = Button("Practise one more", Action(Verb.PRACTICE))
PRACTISE_FIRST = Button("Practise", Action(Verb.PRACTICE))
BOARD = Button("Leaderboard", Action(Verb.LEADERBOARD))


def asked(question: Question) -> tuple[Block, ...]:
    """The question itself: one bold line, and code as code."""
    code = (CodeBlock("\n".join(question.code)),) if question.code else ()
    return Heading(inline(question.prompt)), *code


def daily(view: RoundView, question: Question, now: datetime) -> Card:
    """The card of a round, with its counter; without a button once it has closed."""
    key = AttemptKey(round_id=view.round.id)
    about = dots(["Flask question of the day", LEVELS[question.level], question.topic])
    return Card(
        summary=(
            f"Flask question of the day ({question.level}, {question.topic}): "
            f"{plain(inline(question.prompt))}"
        ),
        blocks=(
            Quiet((about,)),
            *asked(question),
            *_invitation(view, key, now),
        ),
        level=question.level,
    )


def in_private(card: Card) -> Card:
    """A round's card for a face on which nobody else sees a reply."""
    how, own = Quiet((HOW,)), Quiet((HOW_IN_PRIVATE,))
    return replace(card, blocks=tuple(own if block == how else block for block in card.blocks))


def _invitation(view: RoundView, key: AttemptKey, now: datetime) -> tuple[Block, ...]:
    if not view.round.is_open(now):
        tried = counter(view.tally) if view.tally.tried else "Nobody tried"
        return (Quiet((dots([tried, "closed, the answer is posted below"]),)),)
    until = f"open until {moment(view.round.closes_at, now, view.channel.zone)}"
    return (
        Buttons((Button("Answer", Action(Verb.ANSWER, str(key)), Style.PRIMARY),)),
        Quiet((dots([counter(view.tally), until]),)),
        Quiet((HOW,)),
    )


def counter(tally: Tally) -> str:
    """How many tried and got it; never who, and never who missed."""
    if not tally.tried:
        return "Nobody has tried yet"
    if tally.graded < GROUP_MIN:
        return f"{tally.tried} tried"
    return f"{tally.tried} tried, {tally.got_it} got it"


def answer(question: Question) -> tuple[Block, ...]:
    """The model answer and the example that proves it."""
    example = question.example
    prints = (
        (Quiet(("It prints",)), CodeBlock("\n".join(example.prints), "text"))
        if example.prints
        else ()
    )
    return (
        *(Paragraph(inline(paragraph)) for paragraph in question.answer),
        CodeBlock("\n".join(example.code), example.language),
        *prints,
    )


def source(question: Question) -> Text:
    """For which Flask the answer holds, and where to read on."""
    spans: list[Span] = [f"Holds for {flask_versions(question.flask)}"]
    names = [_DOCS.get(urlsplit(url).hostname or "", "More to read") for url in question.docs]
    for i, (name, url) in enumerate(zip(names, question.docs, strict=True)):
        again = names[:i].count(name)
        spans += [" · ", Link(f"{name} ({again + 1})" if again else name, url)]
    return tuple(spans)


def closed(view: RoundView, question: Question) -> Card:
    """The answer for everybody, with the spread and no names; it goes under the card."""
    return Card(
        summary="The round has closed: here is the answer.",
        blocks=(
            Heading(("The answer",)),
            *answer(question),
            Heading(("A good answer says",)),
            Numbered(tuple((point,) for point in question.key_points)),
            Paragraph((spread(view.tally, question),)),
            Quiet(source(question)),
        ),
        level=question.level,
    )


def spread(tally: Tally, question: Question) -> str:
    """How a round went in one or two sentences."""
    if not tally.tried:
        return "Nobody tried this one. It will come round again."
    if tally.graded < GROUP_MIN:
        few = "too few" if tally.tried < GROUP_MIN else "too few graded it"
        return f"{tally.tried} tried: {few} to say how it went without saying who."
    ungraded = tally.tried - tally.graded
    parts = [
        f"{tally.got_it} got it",
        f"{tally.partly} partly",
        f"{tally.missed} missed it",
        f"{ungraded} did not grade" if ungraded else "",
    ]
    words = f"{tally.tried} tried: {', '.join(part for part in parts if part)}."
    total = len(question.key_points)
    ticks = (*tally.ticks, *(0 for _ in range(total)))[:total]  # as many as the deck has now
    if min(ticks) < max(ticks):
        point = question.key_points[ticks.index(min(ticks))]
        words += f" Missed most: {clipped(point, 75)}."
    return words
