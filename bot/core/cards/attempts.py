"""A member's own round or practice: tried, revealed, graded."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.calendar import local_date, week_of
from bot.core.cards.rounds import BOARD, PRACTISE, answer, asked, source
from bot.core.deck import Question
from bot.core.grading import Grade, grade_from_ticks
from bot.core.models import WORDS_MAX, Attempt, AttemptKey, Confidence
from bot.core.parts import (
    Action,
    Block,
    Button,
    Buttons,
    Card,
    Choice,
    Divider,
    Form,
    Heading,
    Numbered,
    Option,
    Paragraph,
    Quiet,
    Quote,
    Strong,
    Style,
    Ticks,
    Verb,
    Words,
)
from bot.core.views import Graded, Situation
from bot.core.wording import LEVELS, counted, day, dots, ordinal, period_name

GRADES = {Grade.MISSED: "Missed it", Grade.PARTLY: "Partly", Grade.GOT_IT: "Got it"}
CONFIDENCES = {
    Confidence.GUESS: "Just a guess",
    Confidence.THINK: "I think so",
    Confidence.SURE: "Sure",
}


def try_first(situation: Situation, question: Question) -> Form:
    """The form to answer in, before anything is revealed."""
    words = situation.attempt.words if situation.attempt else ""
    return Form(
        title="Try first",
        blocks=asked(question),
        inputs=(
            Words(
                "words",
                "What do you remember?",
                value=words,
                hint="Only you see this. A few words are enough; leave it empty if you don't know.",
                placeholder="In your own words",
                lines=4,
                max_length=WORDS_MAX,
            ),
            Choice(
                "confidence",
                "How sure are you?",
                tuple(Option(value, label) for value, label in CONFIDENCES.items()),
                required=True,
            ),
        ),
        submit="Show answer",
        action=Action(Verb.REVEAL, _key(situation)),
        level=question.level,
    )


def practice(situation: Situation, question: Question, why: str) -> Card:
    """One question in private; *why* says why it is this one."""
    about = dots(["Practice", LEVELS[question.level], question.topic, why])
    answer = Button("Answer", Action(Verb.ANSWER, _key(situation)), Style.PRIMARY)
    return Card(
        summary=f"Practice ({question.level}, {question.topic})",
        blocks=(
            Quiet((about,)),
            *asked(question),
            Buttons((answer,)),
            Quiet(("Practice trains your memory. It never counts on the leaderboard.",)),
        ),
        level=question.level,
    )


def reveal(situation: Situation, question: Question) -> Form:
    """The member's words beside the answer, the key points to tick, and the grade."""
    attempt = situation.attempt
    words = attempt.words if attempt else ""
    chosen = attempt.ticked if attempt else frozenset()
    wrote: tuple[Block, ...] = (Heading(("You wrote",)), Quote(words), Divider()) if words else ()
    return Form(
        title="How did you do?",
        blocks=(*wrote, Heading(("Answer",)), *answer(question), Quiet(source(question))),
        inputs=(
            Ticks(
                "ticks",
                "A good answer says: which did you have?",
                tuple(Option(str(i), point) for i, point in enumerate(question.key_points)),
                chosen=frozenset(str(i) for i in chosen),
            ),
            Choice(
                "grade",
                "Your grade",
                tuple(Option(value, label) for value, label in GRADES.items()),
                chosen=_own_grade(attempt, len(question.key_points)),
                hint="Leave it empty to be graded by your ticks.",
                none="By my ticks",
            ),
        ),
        submit="Save grade",
        action=Action(Verb.GRADE, _key(situation)),
        level=question.level,
    )


def _own_grade(attempt: Attempt | None, total: int) -> str:
    """
    The grade a member gave themselves, empty where it is what their ticks say.

    What is chosen cannot be taken back on every face, and other ticks would no longer decide.
    """
    if attempt is None or attempt.grade is None:
        return ""
    by_ticks = grade_from_ticks(len(attempt.ticked), total) if attempt.ticked else None
    return "" if attempt.grade is by_ticks else attempt.grade


def result(
    graded: Graded,
    question: Question,
    now: datetime,
    *,
    again: bool = False,
    has_board: bool = True,
) -> Card:
    """What a grade earned, what is worth another look, and when it returns."""
    situation = graded.situation
    attempt, round_ = situation.attempt, situation.round
    assert attempt is not None and attempt.grade is not None  # it was just kept
    grade = GRADES[attempt.grade]
    earned = f"{grade}, {counted(attempt.points, 'point')}." if round_ else f"{grade}."
    had, total = len(attempt.ticked), len(question.key_points)
    agree = had and grade_from_ticks(had, total) is attempt.grade
    ticked = f" You had {had} of {total}." if agree else ""
    missing = [point for i, point in enumerate(question.key_points) if i not in attempt.ticked]
    look: tuple[Block, ...] = ()
    if had and missing:
        look = Quiet(("Worth another look",)), Numbered(tuple((point,) for point in missing))
    kept = "You have done this one. " if again else ""
    changeable = round_ is None or round_.is_open(now)
    regrade = Button("Change my grade", Action(Verb.REGRADE, _key(situation)))
    return Card(
        summary=f"Saved: {earned}",
        blocks=(
            Paragraph((kept, Strong(earned), ticked) if kept else (Strong(earned), ticked)),
            *look,
            Quiet((dots(_standing(graded, now)),)),
            Buttons(
                (
                    PRACTISE,
                    *((BOARD,) if has_board else ()),
                    *((regrade,) if changeable else ()),
                )
            ),
        ),
        level=question.level,
    )


def _standing(graded: Graded, now: datetime) -> list[str]:
    facts = []
    channel, round_ = graded.situation.channel, graded.situation.round
    zone = channel.zone if channel else ZoneInfo("UTC")
    today = local_date(now, zone)
    if graded.streak and graded.streak.days:
        facts.append(f"{counted(graded.streak.days, 'day')} in a row")
    if graded.standing and round_:
        week = week_of(round_.local_on)
        when = "this week" if week == week_of(today) else f"in {period_name(week)}"
        facts.append(f"{ordinal(graded.standing.rank)} of {graded.players} {when}")
    due_on = max(local_date(graded.due_at, zone), today)
    return [*facts, f"comes back to you {day(due_on, today)}"]


def look_first(situation: Situation) -> Card:
    """A grade or words came by reply before the reveal: here is the way to the answer."""
    show = Button("See the answer", Action(Verb.ANSWER, _key(situation)), Style.PRIMARY)
    wrote = bool(situation.attempt and situation.attempt.words)
    said = "I kept your words." if wrote else "A grade counts once you have seen the answer."
    return Card(
        summary="Now see the answer, then grade yourself.",
        blocks=(
            Paragraph((f"{said} Now see the answer, then grade yourself.",)),
            Buttons((show,)),
        ),
    )


def not_a_grade() -> Card:
    """Words under a card that were neither an attempt nor a grade."""
    sentence = "That was no grade. Reply got it, partly, missed or 2/4 to give or change yours."
    return Card(sentence, (Paragraph((sentence,)),))


def nothing_open() -> Card:
    """A reply, where no question is open."""
    sentence = "No question is open now. Practise one?"
    return Card(sentence, (Paragraph((sentence,)), Buttons((PRACTISE,))))


def _key(situation: Situation) -> str:
    if situation.round is not None:
        return str(AttemptKey(round_id=situation.round.id))
    assert situation.attempt is not None  # a practice is an attempt from its beginning
    return str(situation.attempt.key)
