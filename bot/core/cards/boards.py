"""Leaderboards: the top of a period and the reader's own standing."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.leaderboard import Standing
from bot.core.models import Period
from bot.core.parts import Action, Button, Buttons, Card, Heading, Paragraph, Quiet, Table, Verb
from bot.core.views import Board
from bot.core.wording import apart, clipped, counted, ordinal, period_name

NAME_MAX = 24
RIGHT = frozenset({0, 2})
_SHARE_LABEL = "Share in the channel"
NOBODY = Paragraph(("Nobody has points yet.",))


def leaderboard(board: Board, *, shareable: bool) -> Card:
    """The top of a period and the reader's own standing, for the reader alone."""
    title = f"Leaderboard, {period_name(board.period)}"
    others = tuple(
        Button(label, Action(Verb.LEADERBOARD, period))
        for period, label in (
            (Period.WEEK, "This week"),
            (Period.MONTH, "This month"),
            (Period.ALL, "All time"),
        )
    )
    if not board.standings:
        empty = "Nobody has points here yet. Answer today's question and you may be the first."
        return Card(title, (Heading((title,)), Paragraph((empty,)), Buttons(others)))
    share = Button(_SHARE_LABEL, Action(Verb.SHARE, board.period))
    return Card(
        summary=title,
        blocks=(
            Heading((title,)),
            _table(board.standings, own=board.own),
            Quiet((_own(board),)),
            Buttons((*others, *((share,) if shareable else ()))),
        ),
    )


def shared(board: Board) -> Card:
    """A leaderboard that a member shared with the channel."""
    title = f"Leaderboard, {period_name(board.period)}"
    return Card(
        summary=f"{title}: {top_words(board.standings)}",
        blocks=(
            Heading((title,)),
            _table(board.standings) if board.standings else NOBODY,
            Quiet((f"{board.players} played",)),
        ),
    )


def _own(board: Board) -> str:
    if board.own is None:
        return "You are not on this board yet."
    own = f"You are {ordinal(board.own.rank)} of {board.players}"
    shown = any(standing.member_id == board.own.member_id for standing in board.standings)
    return own if shown else f"{own} with {counted(board.own.points, 'point')}"


def _table(standings: Iterable[Standing], own: Standing | None = None) -> Table:
    listed_ = list(standings)
    return Table(
        head=("", "Name", "Points"),
        rows=tuple(
            (str(standing.rank), clipped(standing.name, NAME_MAX), str(standing.points))
            for standing in listed_
        ),
        right=RIGHT,
        own=next(
            (
                i
                for i, standing in enumerate(listed_)
                if own and standing.member_id == own.member_id
            ),
            None,
        ),
    )


def top_words(standings: Iterable[Standing]) -> str:
    """The first three in one line, for a notification."""
    top = list(standings)[:3]
    words = ", ".join(f"{s.rank}. {apart(clipped(s.name, NAME_MAX))} {s.points}" for s in top)
    return words or "nobody has points yet"
