"""Ranks, ties and movement."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.leaderboard import Score, Standing, movement, rank, rank_of

scores = st.lists(
    st.builds(
        Score,
        member_id=st.integers(1, 1000),
        name=st.text(max_size=4),
        points=st.integers(0, 5),
        attempts=st.integers(1, 9),
    ),
    unique_by=lambda score: score.member_id,
)


def a_score(points: int, name: str = "Ada", member_id: int = 1, attempts: int = 1) -> Score:
    return Score(member_id, name, points, attempts)


def test_more_points_stand_higher():
    ada, bob = a_score(10, "Ada"), a_score(30, "Bob", 2, attempts=3)

    assert rank([ada, bob]) == [Standing(1, 2, "Bob", 30, 3), Standing(2, 1, "Ada", 10, 1)]


def test_equal_points_share_a_rank_and_leave_a_gap():
    board = rank(a_score(points) for points in (30, 20, 20, 10))

    assert [standing.rank for standing in board] == [1, 2, 2, 4]


def test_everybody_equal_is_first():
    assert [standing.rank for standing in rank([a_score(10)] * 3)] == [1, 1, 1]


def test_inside_a_tie_names_go_by_the_alphabet_whatever_their_case_then_by_id():
    board = rank(
        [a_score(10, "bob", 4), a_score(10, "Eve", 3), a_score(10, "ada", 2), a_score(10, "Ada", 1)]
    )

    assert [standing.member_id for standing in board] == [1, 2, 4, 3]


def test_attempts_do_not_break_a_tie():
    board = rank([a_score(10, "Ada", 1, attempts=9), a_score(10, "Bob", 2, attempts=1)])

    assert [standing.rank for standing in board] == [1, 1]


def test_no_points_are_still_on_the_board():
    assert rank([a_score(0)]) == [Standing(1, 1, "Ada", 0, 1)]


def test_nobody_makes_an_empty_board():
    assert rank([]) == []


@pytest.mark.parametrize(
    ("now", "before", "moved"), [(1, 3, 2), (3, 1, -2), (2, 2, 0), (1, None, None)]
)
def test_movement_counts_the_places_gained(now: int, before: int | None, moved: int | None):
    assert movement(now, before) == moved


@settings(deadline=None)
@given(scores)
def test_a_rank_is_one_more_than_the_members_with_more_points(rows: list[Score]):
    for standing in rank(rows):
        better = sum(row.points > standing.points for row in rows)

        assert standing.rank == rank_of(better)


@settings(deadline=None)
@given(scores, st.randoms())
def test_the_order_of_the_rows_does_not_matter(rows: list[Score], random: object):
    shuffled = sorted(rows, key=lambda _: random.random())  # type: ignore[attr-defined]  # Random

    assert rank(shuffled) == rank(rows)


@settings(deadline=None)
@given(scores)
def test_nobody_is_lost_and_points_only_go_down(rows: list[Score]):
    board = rank(rows)

    assert sorted(s.member_id for s in board) == sorted(row.member_id for row in rows)
    assert all(a.points >= b.points and a.rank <= b.rank for a, b in pairwise(board))
