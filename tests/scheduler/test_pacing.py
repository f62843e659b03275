"""Pacing: every limit is kept, nobody waits for another, and no time is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest

from bot.scheduler.pacing import ABREAST_WORKSPACE, SHARE, Line, Turn

Sent = tuple[float, str, str]


def run(
    line: Line[str],
    *,
    seconds: float = 1e9,
    takes: Callable[[Turn[str]], float | None] = lambda _: 0.0,
) -> list[Sent]:
    """Let everybody through by a clock that jumps; a send takes so long, or for ever (None)."""
    now, sent, under_way = 0.0, list[Sent](), list[tuple[float, Turn[str]]]()
    while now < seconds:
        for end in [each for each in under_way if each[0] <= now]:
            under_way.remove(end)
            line.done(end[1], end[0], is_well=True)
        turn = line.next(now)
        if isinstance(turn, Turn):
            sent.append((now, turn.workspace, turn.channel))
            long = takes(turn)
            under_way += [(now + long, turn)] if long is not None else []
            continue
        ends = [end for end, _ in under_way] + ([now + turn] if turn is not None else [])
        if not ends:
            break
        now = max(min(ends), now + 1e-6)
    return sent


def a_line(
    *waiting: tuple[str, str], per_second: float = 50, per_workspace: float = 50
) -> Line[str]:
    """A line in which workspaces and channels wait."""
    line: Line[str] = Line(per_second, per_workspace)
    for workspace, channel in waiting:
        line.add(workspace, channel, f"{workspace}/{channel}")
    return line


def most_within(span: float, times: Iterable[float]) -> int:
    """How many of *times* lie within the busiest span."""
    ordered = list(times)
    return max(
        sum(start <= at < start + span - 1e-9 for at in ordered[i : i + 500])
        for i, start in enumerate(ordered)
    )


def test_no_more_a_second_than_the_platform_allows_and_hardly_less():
    line = a_line(*((f"T{n % 100}", f"C{n}") for n in range(2_000)), per_second=50)

    times = [at for at, _, _ in run(line)]

    assert len(times) == 2_000
    assert most_within(1, times) <= 50 + 3
    assert times[-1] == pytest.approx(2_000 / 50, rel=0.01)


def test_no_more_a_second_in_one_workspace_than_it_allows():
    line = a_line(*(("T1", f"C{n}") for n in range(100)), per_workspace=5)

    times = [at for at, _, _ in run(line)]

    assert most_within(1, times) <= 5 + 1
    assert times[-1] == pytest.approx(100 / 5, rel=0.02)


def test_one_post_a_second_in_a_channel():
    line = a_line(*[("T1", "C1")] * 5)

    times = [at for at, _, _ in run(line)]

    assert len(times) == 5
    assert min(later - earlier for earlier, later in pairwise(times)) >= 1


def test_a_second_post_waits_for_the_first_and_another_channel_does_not():
    line = a_line(("T1", "C1"), ("T1", "C1"), ("T1", "C2"))

    sent = run(line, takes=lambda turn: 30 if turn.channel == "C1" else 0)

    assert [channel for _, _, channel in sent] == ["C1", "C2", "C1"]
    assert sent[-1][0] >= 31


def test_the_same_channel_in_two_workspaces_is_two_channels():
    line = a_line(("T1", "C1"), ("T2", "C1"))

    assert run(line)[-1][0] < 0.1


def test_workspaces_take_turns():
    line = a_line(*(("T1", f"C{n}") for n in range(100)), ("T2", "D1"), ("T3", "D2"), per_second=10)

    sent = run(line)

    assert {workspace for _, workspace, _ in sent[:3]} == {"T1", "T2", "T3"}


def test_a_workspace_that_never_answers_delays_nobody():
    line = a_line(*(("T1", f"C{n}") for n in range(100)), *((f"T{n}", "D") for n in range(2, 102)))

    sent = run(line, takes=lambda turn: None if turn.workspace == "T1" else 0.1)

    count = Counter(workspace == "T1" for _, workspace, _ in sent)
    assert count == {True: ABREAST_WORKSPACE, False: 100}
    assert max(at for at, workspace, _ in sent if workspace != "T1") < 2.5


def test_a_held_workspace_waits_and_the_others_go_on():
    line = a_line(("T1", "C1"), ("T2", "C2"))
    line.hold("T1", 30.0)

    sent = run(line)

    assert [(round(at), workspace) for at, workspace, _ in sent] == [(0, "T2"), (30, "T1")]


def test_who_waits_in_a_held_workspace_takes_no_room():
    line = a_line(("T1", "C1"), ("T1", "C2"), ("T2", "C1"))
    line.hold("T1", 30.0)

    assert [line.movable(now) for now in (0.0, 29.9, 30.0)] == [1, 1, 3]


def test_a_shorter_hold_does_not_end_a_longer_one():
    line = a_line(("T1", "C1"))

    line.hold("T1", 30.0)
    line.hold("T1", 5.0)

    assert line.held_for("T1", 0.0) == 30
    assert line.held_for("T2", 0.0) == 0


def test_a_workspace_in_which_channel_after_channel_fails_is_held_longer_and_longer():
    line = a_line(*(("T1", f"C{n}") for n in range(6)), per_workspace=1e6, per_second=1e6)
    turns = [turn for at in range(6) if isinstance(turn := line.next(at / 10), Turn)]

    stays = [line.done(turn, 1.0, is_well=False) for turn in turns]

    assert stays == [True, True, False, False, False, False]
    assert line.held_for("T1", 1.0) == 2**6


def test_one_channel_that_fails_again_and_again_holds_nobody():
    line = a_line()
    for at in range(10):
        line.add("T1", "C1", "x")
        turn = line.next(at * 10.0)
        assert isinstance(turn, Turn)
        assert line.done(turn, at * 10.0, is_well=False)


def test_an_ailing_workspace_is_well_again_with_the_first_success():
    line = a_line(*(("T1", f"C{n}") for n in range(4)), per_workspace=1e6, per_second=1e6)
    turns = [turn for at in range(4) if isinstance(turn := line.next(at / 10), Turn)]
    for turn in turns[:2]:
        line.done(turn, 1.0, is_well=False)

    line.done(turns[2], 1.0, is_well=True)

    assert line.done(turns[3], 1.0, is_well=False)
    assert line.held_for("T1", 1.0) == 0


def test_who_waits_can_be_taken_out():
    line = a_line(("T1", "C1"), ("T1", "C2"), ("T2", "C3"))

    assert line.take_out("T1") == ["T1/C1", "T1/C2"]
    assert len(line) == 1
    assert line.take_out() == ["T2/C3"]
    assert line.next(0.0) is None


def test_enough_in_one_workspace_makes_it_crowded():
    line = a_line(*(("T1", f"C{n}") for n in range(SHARE)), ("T2", "C"))

    assert line.crowded(0.0) == {"T1"}


def test_a_late_turn_is_made_up_but_not_in_a_burst():
    line = a_line(*((f"T{n}", "C") for n in range(100)), per_second=50)
    line.next(0.0)

    burst = 0
    while isinstance(line.next(10.0), Turn):
        burst += 1

    assert burst <= 4


def test_a_day_of_posts_leaves_nothing_behind():
    line = a_line(*((f"T{n % 100}", f"C{n}") for n in range(2_000)), per_second=1e6)
    run(line)

    assert line.next(1e9) is None
    assert not line._queues and not line._channels
