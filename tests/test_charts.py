"""The digest's picture: every name is drawn or left out, and no failure outlives its chart."""

import asyncio
import io
import struct
import sys
import zlib

import pytest
from matplotlib.image import imread

from bot.charts import Easel
from bot.core.errors import ChartError
from bot.core.leaderboard import Score, rank
from bot.core.ports import Chart
from bot.drawing import NAMELESS, _shown, draw

NAMES = (
    "Ana 🦊", "محمد العربي", "שרה כהן", "$x^2$ \\frac{1}{2} $", "A very long name that never ends " * 9,
    "王小明", "Ωμέγα", "Ünïcødé", "👩‍👩‍👧‍👦", "_a_ *b* {c} \\d",
)  # fmt: skip


def a_chart(*points: int, names: tuple[str, ...] = NAMES) -> Chart:
    """A board of as many members as there are points."""
    scores = (Score(i, names[i], earned, 1) for i, earned in enumerate(points))
    return Chart("Leaderboard, week 47", tuple(rank(scores)))


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG whose parts are all whole."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, kinds = 8, []
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        checked = png[at + 4 : at + 8 + length]
        assert (
            zlib.crc32(checked) == struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0]
        )
        kinds.append(kind)
        at += 12 + length
    assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND"
    return struct.unpack(">II", png[16:24])


@pytest.mark.parametrize("members", [1, 3, 10])
def test_the_picture_grows_with_the_board(members: int):
    width, height = size_of(draw(a_chart(*range(members * 10, 0, -10))))

    assert width == 1080
    assert height == pytest.approx(150 + 63 * members, abs=2)


@pytest.mark.parametrize("points", [(50,) * 10, (0, 0, 0), (10**9, 1), ()])
def test_ties_nothing_and_huge_points_are_drawn(points: tuple[int, ...]):
    assert size_of(draw(a_chart(*points)))


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_drawn_without_a_missing_glyph(name: str):
    draw(a_chart(10, names=(name,)))  # a missing glyph warns, and warnings fail tests


@pytest.mark.parametrize("name", ["W" * 40, "w" * 22, "MMMMMMMMM MMMMMMMMMMMMMMM", "😀" * 20])
def test_a_wide_name_is_clipped_before_it_reaches_the_rank(name: str):
    wide, narrow = draw(a_chart(10, names=(name,))), draw(a_chart(10, names=("i",)))

    assert ranks_in(wide) == ranks_in(narrow)


def ranks_in(png: bytes) -> bytes:
    """The left of a picture, where the ranks are and nothing else."""
    ranks: bytes = imread(io.BytesIO(png))[:, :60].tobytes()
    return ranks


def test_what_no_font_has_is_left_out():
    assert _shown("Ana 🦊") == "Ana"
    assert _shown("a\u202eb\u0000c\u200b") == "abc"
    assert _shown("\U0001f9d1\u200d\U0001f680") == NAMELESS


def test_right_to_left_names_are_joined_and_turned():
    assert draw(a_chart(10, names=("محمد",))) != draw(a_chart(10, names=("دمحم",)))


def test_two_boards_that_are_equal_give_the_same_picture():
    assert draw(a_chart(30, 20, 10)) == draw(a_chart(30, 20, 10))


async def test_the_picture_is_drawn_in_another_process():
    chart, easel = a_chart(30, 20, 10), Easel()

    assert await easel.paint(chart) == draw(chart)
    await easel.close()


def test_the_bot_does_not_import_matplotlib():
    code = "import sys, bot.charts; sys.exit('matplotlib' in sys.modules)"

    assert asyncio.run(_exit_status(code)) == 0


async def _exit_status(code: str) -> int:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    return await process.wait()


async def test_one_process_draws_one_chart_after_the_other_and_then_ends():
    easel = Easel(idle=0.2)

    pictures = await asyncio.gather(*(easel.paint(a_chart(points)) for points in (10, 20, 30)))
    process = easel._process
    assert process is not None
    status = await asyncio.wait_for(process.wait(), 10)

    assert all(map(size_of, pictures))
    assert status != 0  # it was told to end
    assert size_of(await easel.paint(a_chart(10)))
    await easel.close()


async def test_a_picture_that_takes_too_long_is_given_up():
    easel = Easel(timeout=0.01)

    with pytest.raises(ChartError, match="no picture within"):
        await easel.paint(a_chart(10))

    await easel.close()


async def test_a_killed_process_fails_one_picture_and_no_more():
    easel = Easel()
    await easel.paint(a_chart(10))
    assert easel._process is not None
    easel._process.kill()
    await easel._process.wait()

    with pytest.raises(ChartError):
        await easel.paint(a_chart(10))

    assert size_of(await easel.paint(a_chart(10)))
    await easel.close()


async def test_what_cannot_be_drawn_is_told():
    broken = Chart(title=None, standings=())  # type: ignore[arg-type]  # the process must refuse it
    easel = Easel()

    with pytest.raises(ChartError, match="TypeError"):
        await easel.paint(broken)

    assert size_of(await easel.paint(a_chart(10)))
    await easel.close()
