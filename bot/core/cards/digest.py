"""The weekly leaderboard post: movement, newcomers, streaks, and the topics that need work."""

from __future__ import annotations

from datetime import datetime

from bot.core.cards.boards import NAME_MAX, NOBODY, RIGHT, top_words
from bot.core.cards.known import weak_topics
from bot.core.deck import Deck
from bot.core.leaderboard import Standing, movement
from bot.core.models import Channel, MemberId, Tally
from bot.core.parts import (
    Action,
    Block,
    Button,
    Buttons,
    Card,
    Heading,
    Paragraph,
    Picture,
    Quiet,
    Strong,
    Table,
    Verb,
)
from bot.core.views import Week
from bot.core.wording import clipped, counted, dots, moment, ordinal, period_name

STREAK_WORTH_A_MENTION = 5


def digest(week: Week, channel: Channel, deck: Deck, picture: bytes | None, now: datetime) -> Card:
    """The weekly leaderboard post: standings with movement, what needs work, and a picture."""
    title = f"Leaderboard, {period_name(week.period)}"
    weak = weak_topics(week.records, deck)
    buttons = [Button("My page", Action(Verb.ME))]
    if weak:
        topic = weak[0][0]
        label = f"Practise {deck.topics[topic]}"
        buttons.append(Button(clipped(label, 40), Action(Verb.PRACTICE, topic)))
    facts = [f"{week.players} played on {counted(week.posted_days, 'day')}"]
    if channel.next_daily_at is not None and channel.next_daily_at > now:
        facts.append(f"next question {moment(channel.next_daily_at, now, channel.zone)}")
    return Card(
        summary=f"{title}: {top_words(week.standings)}",
        blocks=(
            Heading((title,)),
            _week_table(week) if week.standings else NOBODY,
            *((Picture(f"{week.period}.png", alt(week), picture),) if picture else ()),
            *_newcomer(week),
            *_work(weak, deck),
            Buttons(tuple(buttons)),
            Quiet((dots(facts),)),
        ),
    )


def alt(week: Week) -> str:
    """The digest's picture in words."""
    lines = [
        f"{ordinal(s.rank)} {clipped(s.name, NAME_MAX)} {counted(s.points, 'point')}"
        for s in week.standings
    ]
    return f"Bar chart of the leaderboard, {period_name(week.period)}: {', '.join(lines)}."


def _week_table(week: Week) -> Table:
    return Table(
        head=("", "Name", "Points", "Move", ""),
        rows=tuple(
            (
                str(standing.rank),
                clipped(standing.name, NAME_MAX),
                str(standing.points),
                _move(week, standing),
                _run(week, standing),
            )
            for standing in week.standings
        ),
        right=RIGHT,
    )


def _move(week: Week, standing: Standing) -> str:
    member_id = MemberId(standing.member_id)
    places = movement(standing.rank, week.before.get(member_id))
    if places is None:
        return "new" if member_id in week.newcomers else "back"
    if places == 0:
        return "="
    return f"▲{places}" if places > 0 else f"▼{-places}"


def _run(week: Week, standing: Standing) -> str:
    streak = week.streaks.get(MemberId(standing.member_id))
    if streak is None or streak.days < STREAK_WORTH_A_MENTION:
        return ""
    return f"{streak.days} days in a row"


def _newcomer(week: Week) -> tuple[Block, ...]:
    """The best of those whose first week it is, unless everybody's is."""
    if len(week.newcomers) >= len(week.standings):
        return ()
    best = next((s for s in week.standings if s.member_id in week.newcomers and s.points), None)
    if best is None:
        return ()
    name = clipped(best.name, NAME_MAX)
    return (Paragraph((Strong("Best newcomer: "), f"{name}, {ordinal(best.rank)}")),)


def _work(weak: list[tuple[str, Tally]], deck: Deck) -> tuple[Block, ...]:
    if not weak:
        return ()
    topics = [f"{deck.topics[topic]} ({t.got_it} of {t.graded} got it)" for topic, t in weak[:2]]
    return (Paragraph((Strong("Worth another look: "), ", ".join(topics))),)
