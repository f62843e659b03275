"""What one member sees about the bot and about their own data: help, home, privacy."""

from __future__ import annotations

from datetime import datetime

from bot.core.cards.known import due_moments, strong_and_weak
from bot.core.cards.rounds import PRACTISE, PRACTISE_FIRST, asked
from bot.core.deck import Deck
from bot.core.models import AttemptKey
from bot.core.parts import (
    Action,
    Block,
    Button,
    Buttons,
    Card,
    Code,
    Divider,
    Facts,
    File,
    Heading,
    Paragraph,
    Quiet,
    Strong,
    Style,
    Text,
    Verb,
)
from bot.core.views import Profile
from bot.core.wording import (
    LEVELS,
    LOOK_FIRST,
    NOTED,
    counted,
    dots,
    listed,
    moment,
    ordinal,
)

HELP = (
    ("/flaskquiz start", "the channel's open question if you have not answered it, or practice"),
    ("/flaskquiz practice [level] [topic]", "one question in private: what is due, then new ones"),
    ("/flaskquiz leaderboard [week|month|all]", "the standings, only for you until you share them"),
    ("/flaskquiz me", "your points, streak, what is due, how well you judge yourself"),
    ("/flaskquiz team", "what this channel knows and forgets, without names"),
    ("/flaskquiz settings", "admins: time, days, levels, topics"),
    ("/flaskquiz pause, resume, now", "admins: stop, go on, ask today's question at once"),
    ("/flaskquiz doctor", "admins: what happens next, and what failed"),
    ("/flaskquiz hide-me, show-me", "take your name off the leaderboards, or put it back"),
    ("/flaskquiz export, forget-me", "your data as a file; delete it all"),
)


def help_card(unknown: str = "", closest: str = "") -> Card:
    """The commands; after an unknown word, the closest one first."""
    opening: tuple[Block, ...] = ()
    if unknown:
        meant: Text = (" Did you mean ", Code(f"/flaskquiz {closest}"), "?") if closest else ()
        opening = (Paragraph((f"I do not know “{unknown}”.", *meant)),)
    return Card(
        summary="What you can type",
        blocks=(
            *opening,
            Heading(("What you can type",)),
            Facts(tuple((command, (does,)) for command, does in HELP)),
            Quiet(
                (
                    "Under a channel's question you can also reply: ",
                    Code("got it"),
                    ", ",
                    Code("partly"),
                    ", ",
                    Code("missed"),
                    " or ",
                    Code("2/4"),
                    f". Where I react to it, {NOTED} says that it was taken, ",
                    f"{LOOK_FIRST} that the answer comes first.",
                )
            ),
        ),
    )


def only_commands(closest: str = "") -> Card:
    """Words where only commands are read, such as an answer; with the command that is closest."""
    meant: Text = (" Did you mean ", Code(closest), "?") if closest else ()
    words = "I read only commands here. To answer a question, press Answer on it."
    also: Text = (" Or type ", Code("practice"), " or ", Code("help"), ".")
    return Card(summary=words, blocks=(Paragraph((words, *also, *meant)),))


def home(profile: Profile, deck: Deck, now: datetime) -> Card:
    """A member's own page: what is open and due, where they stand, and their privacy."""
    blocks: list[Block] = [Heading(("Today",))]
    for situation in profile.open_rounds:
        question = deck.find(situation.question_id)
        if question is None or situation.round is None or situation.channel is None:
            continue
        zone, closes_at = situation.channel.zone, situation.round.closes_at
        key = str(AttemptKey(round_id=situation.round.id))
        done = situation.attempt is not None and situation.attempt.grade is not None
        label = "See what you did" if done else "Answer"
        style = Style.PLAIN if done else Style.PRIMARY
        about = [situation.channel.name, LEVELS[question.level], question.topic]
        blocks += [
            Quiet((dots([*about, f"open until {moment(closes_at, now, zone)}"]),)),
            *asked(question),
            Buttons((Button(label, Action(Verb.ANSWER, key), style),)),
        ]
    if len(blocks) == 1:
        played = profile.grades and profile.channel
        idle = "No question is open where you play. Practice is always open."
        begin = "Press Answer on the question in your channel, or practise here."
        blocks.append(Paragraph((idle if played else begin,)))
    due = sum(due_at <= now for due_at in due_moments(profile, deck))
    words = f"{counted(due, 'question')} due for review." if due else "No review is due."
    practise = PRACTISE if profile.memories else PRACTISE_FIRST
    blocks += [Divider(), Heading(("Practice",)), Paragraph((words,)), Buttons((practise,))]
    blocks += [Divider(), Heading(("You",)), *_standing(profile, deck)]
    blocks += [Divider(), Heading(("Privacy",)), *_privacy(profile)]
    return Card(summary="Your page", blocks=tuple(blocks))


def _standing(profile: Profile, deck: Deck) -> tuple[Block, ...]:
    if not profile.grades:
        return (Paragraph(("Grade your first answer, and your points and streak appear here.",)),)
    facts: list[tuple[str, Text]] = [("Points", (f"{profile.points:,}",))]
    if profile.streak is not None:
        facts.append(("Streak", (f"{counted(profile.streak.days, 'day')} in a row",)))
    if profile.standing is not None:
        rank = f"{ordinal(profile.standing.rank)} of {profile.players}"
        facts.append(("This week", (rank,)))
    _, weak = strong_and_weak(profile, deck)
    if weak:
        facts.append(("Worth another look", (listed(weak),)))
    return (Facts(tuple(facts)),)


def _privacy(profile: Profile) -> tuple[Block, ...]:
    name = (
        Button("Show my name", Action(Verb.SHOW))
        if profile.hidden
        else Button("Hide my name", Action(Verb.HIDE))
    )
    return (
        Paragraph(("Nobody but you sees your answers and grades.",)),
        Buttons(
            (
                name,
                Button("Export my data", Action(Verb.EXPORT)),
                Button("Forget me", Action(Verb.FORGET)),  # it asks once more
            )
        ),
    )


def hidden() -> Card:
    """The name is off the boards."""
    return Card(
        summary="Your name is hidden.",
        blocks=(
            Paragraph((Strong("Your name is off the leaderboards."), " Your points still count.")),
            Buttons((Button("Show my name", Action(Verb.SHOW)),)),
        ),
    )


def shown() -> Card:
    """The name is on the boards again."""
    return Card(
        summary="Your name is shown.",
        blocks=(
            Paragraph((Strong("Your name is on the leaderboards."),)),
            Buttons((Button("Hide my name", Action(Verb.HIDE)),)),
        ),
    )


def exported(data: bytes) -> Card:
    """Everything kept about the member, as a file."""
    return Card(
        summary="Your data",
        blocks=(
            Paragraph(("Here is everything I keep about you here.",)),
            File("flaskquiz-export.json", "application/json", data),
        ),
    )


def sent_apart(name: str) -> Card:
    """The file goes to the member by itself, where a face cannot show it in place."""
    return Card(
        summary="Your data",
        blocks=(Paragraph((Strong("On its way:"), f" {name} comes to you as a direct message.")),),
    )


def not_sent(name: str) -> Card:
    """The file could not be sent, and what helps."""
    words = f"I could not send you {name}. Try again later; if it stays so, tell an admin."
    return Card(summary=words, blocks=(Paragraph((words,)),))


def forget() -> Card:
    """Asks once more before everything is deleted."""
    sure = (
        "This deletes your answers, grades, points, streaks and memories here, "
        "at once and for good."
    )
    yes = Button("Delete it all", Action(Verb.FORGET_CONFIRMED), Style.DANGER)
    return Card("Delete everything?", (Paragraph((sure,)), Buttons((yes,))))


def forgotten() -> Card:
    """Everything is deleted."""
    return Card(
        "All is deleted.",
        (Paragraph((Strong("Done."), " I have deleted everything I knew about you here.")),),
    )
