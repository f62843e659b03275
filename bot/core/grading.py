"""A member's own verdict: the grades, and how ticks and plain replies become one."""

from enum import StrEnum


class Grade(StrEnum):
    """What members say of their own attempt, worst to best."""

    MISSED = "missed"
    PARTLY = "partly"
    GOT_IT = "got_it"


def grade_from_ticks(ticked: int, total: int) -> Grade:
    """Suggest a grade for *ticked* of *total* key points; raises ValueError if impossible."""
    if not 0 <= ticked <= total or total < 1:
        raise ValueError(f"nobody can tick {ticked} of {total} key points")
    if ticked == total:
        return Grade.GOT_IT
    return Grade.PARTLY if ticked else Grade.MISSED


def read_grade(text: str, key_points: int) -> Grade | None:
    """Read a self-graded reply; None when it is not one, and always when in doubt."""
    words = text.strip().lower().rstrip("!.")
    exact = {"missed": Grade.MISSED, "partly": Grade.PARTLY, "got it": Grade.GOT_IT}
    return exact.get(words)
