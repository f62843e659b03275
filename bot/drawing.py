"""Standings to a picture: bars with names. Imports matplotlib, so it runs in its own process."""

from __future__ import annotations

import io
import json
import struct
import sys
import unicodedata
from functools import lru_cache
from typing import Any, BinaryIO

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

from bot.core.leaderboard import Standing
from bot.core.ports import Chart
from bot.core.wording import clipped

NAME_MAX = 22
"""Characters of a name; the table beside the picture has the rest."""
NAME_ROOM = 0.6
"""How wide a name may be, measured in the widest bar: letters differ too much to be counted."""
NAMELESS = "(see the table)"
"""For a name that no font here can draw."""

# Readable on a light and a dark page: the picture brings its own quiet background.
PAPER, INK, FAINT = "#20242c", "#f2f4f8", "#a7b0c0"
BARS = {1: "#f2b84b", 2: "#c3cbd9", 3: "#d08a5b"}
BAR = "#5b8def"
WIDTH, ROW, FRAME = 7.2, 0.42, 1.0
DPI = 150
FONTS = ("DejaVu Sans", "Noto Sans CJK JP", "Noto Sans", "Noto Emoji", "Arial Unicode MS")
"""Those that are there are used in turn; matplotlib brings the first one itself."""


def draw(chart: Chart) -> bytes:
    """Draw *chart* to a PNG."""
    with rc_context({"font.family": _families(), "axes.unicode_minus": False}):
        figure = Figure(figsize=(WIDTH, FRAME + ROW * max(len(chart.standings), 1)), dpi=DPI)
        figure.set_facecolor(PAPER)
        axes = figure.add_axes(_frame(figure))
        _bars(axes, chart.standings)
        _labels(axes, chart.standings)
        figure.text(
            *(0.03, 1 - 0.36 / figure.get_figheight()),
            _shown(chart.title),
            **_text(INK, size=13, weight="bold", ha="left", va="center"),
        )
        png = io.BytesIO()
        figure.savefig(png, format="png", facecolor=PAPER, metadata={"Software": None})
    return png.getvalue()


def _frame(figure: Figure) -> tuple[float, float, float, float]:
    """Where the bars are: left of them the names, above them the title."""
    height = figure.get_figheight()
    return 0.37, 0.22 / height, 0.50, (height - 0.22 - 0.66) / height


def _bars(axes: Axes, standings: tuple[Standing, ...]) -> None:
    most = max((standing.points for standing in standings), default=0) or 1
    axes.barh(
        range(len(standings)),
        [max(standing.points / most, 0.004) for standing in standings],
        height=0.66,
        color=[BARS.get(standing.rank, BAR) for standing in standings],
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(max(len(standings), 1) - 0.5, -0.5)
    axes.set_axis_off()


def _labels(axes: Axes, standings: tuple[Standing, ...]) -> None:
    """Rank and name left of each bar, points right of it."""
    most = max((standing.points for standing in standings), default=0) or 1
    for row, standing in enumerate(standings):
        axes.text(-0.66, row, str(standing.rank), **_text(FAINT, ha="right", va="center"))
        _name(axes, row, _shown(standing.name))
        at = max(standing.points / most, 0.004) + 0.02
        axes.text(at, row, f"{standing.points:,}", **_text(INK, ha="left", va="center"))


def _name(axes: Axes, row: int, name: str) -> None:
    """Draw *name* left of its bar, clipped where it would run into the rank."""
    drawn = axes.text(-0.03, row, "", **_text(INK, ha="right", va="center"))
    room = NAME_ROOM * axes.get_window_extent().width
    for length in range(NAME_MAX, 0, -1):
        drawn.set_text(clipped(name, length))
        if drawn.get_window_extent().width <= room:
            break


def _text(color: str, **how: Any) -> dict[str, Any]:
    """How text is drawn: as it is, never read as mathematics."""
    return {"color": color, "size": 11, "parse_math": False} | how


def _shown(text: str) -> str:
    """*text* without what no font here can draw; isolated, so that it moves nothing around it."""
    kept = "".join(char for char in unicodedata.normalize("NFC", text) if _has_glyph(char))
    return " ".join(kept.split()) or NAMELESS


@lru_cache(maxsize=4096)
def _has_glyph(char: str) -> bool:
    if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Cn") or char in "\ufe0e\ufe0f":
        return False
    return any(
        get_font(findfont(FontProperties(family=family))).get_char_index(ord(char))
        for family in _families()
    )


@lru_cache(maxsize=1)
def _families() -> list[str]:
    there = {font.name for font in fontManager.ttflist}
    return [family for family in FONTS if family in there]


# --- the process's side of the pipe; charts.py has the other ---------------------------------


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Draw chart after chart until the pipe closes."""
    while head := requests.read(4):
        chart = _read(requests.read(struct.unpack("<I", head)[0]))
        try:
            drawn, answer = True, draw(chart)
        except Exception as error:  # noqa: BLE001  # an edge: told to whoever asked
            drawn, answer = False, f"{type(error).__name__}: {error}".encode()
        answers.write(struct.pack("<?I", drawn, len(answer)) + answer)
        answers.flush()


def _read(data: bytes) -> Chart:
    fields = json.loads(data)
    return Chart(fields["title"], tuple(Standing(**line) for line in fields["standings"]))


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
