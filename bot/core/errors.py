"""What the quiz can refuse.

QuizError                      the member is told why
├── StaleKeyError              a button or form that no longer leads anywhere
│   └── NotAQuestionError      a message that is none of our questions
├── RoundClosedError           the round has closed; practice is offered
├── NotRevealedError           a grade came before the answer was seen
├── NotAdminError
├── NoChannelError             the command needs a channel and there is none here
├── NotSetUpError              the channel has no schedule yet
├── NotInChannelError          the bot has left the channel
├── AlreadyPostedError         today's question is already there, or on its way
├── NotPostedError             today's question was not posted, and its round is over
├── AlreadySharedError         the leaderboard was shared today
├── NoQuestionError            no question fits the levels and topics asked for
├── NothingToAskError          no question fits the channel's levels and topics
└── FormError                  values that cannot be kept, by input
UndeliveredError               a post that did not arrive
├── RetryLaterError            may heal: try again after a pause
├── UnknownOutcomeError        the answer was lost: look before sending again
└── RefusedError               will not heal by itself: an admin has to act
ChartError                     a picture that could not be drawn; the words go without it
StoreError                     the database cannot keep or give anything now, and why
UnwellError                    the process runs and does not do its work
InvalidDeckError               the bot does not start; lists every fault
StartError                     the bot does not start; one sentence says why
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta


class QuizError(Exception):
    """A refusal the member is told about."""


class StaleKeyError(QuizError):
    """A button or form that no longer leads anywhere, or never did for this member."""

    def __init__(self, key: object) -> None:
        super().__init__(f"no round or practice for key {str(key)[:40]!r}")


class NotAQuestionError(StaleKeyError):
    """A message that is none of our questions, where one was to be answered."""


class RoundClosedError(QuizError):
    """The round closed before the member saw the answer; *words* came too late to be kept."""

    def __init__(self, question_id: str, words: str = "") -> None:
        super().__init__(f"the round on {question_id} has closed")
        self.question_id = question_id
        self.words = words


class NotRevealedError(QuizError):
    """A grade came before the answer was seen."""

    def __init__(self, key: object) -> None:
        super().__init__(f"{key} was graded before the reveal")
        self.key = key


class NotAdminError(QuizError):
    """Only an admin may do this."""

    def __init__(self, wish: str) -> None:
        super().__init__(f"only an admin may {wish}")
        self.wish = wish


class NoChannelError(QuizError):
    """The command needs a channel, and there is none here."""


class NotSetUpError(QuizError):
    """The channel has no schedule yet."""


class NotInChannelError(QuizError):
    """The bot has left the channel, or was removed from it."""


class AlreadyPostedError(QuizError):
    """Today's question is already in the channel, or on its way there."""

    def __init__(self, local_on: date) -> None:
        super().__init__(f"the question of {local_on} is already posted")
        self.local_on = local_on


class NotPostedError(QuizError):
    """Today's question was not posted while its round was open."""

    def __init__(self, local_on: date) -> None:
        super().__init__(f"the question of {local_on} was not posted in time")
        self.local_on = local_on


class AlreadySharedError(QuizError):
    """The leaderboard was shared in this channel today."""


class NoQuestionError(QuizError):
    """No question fits the levels and topics asked for; *topic* is one that there is not."""

    def __init__(self, topic: str = "", topics: Sequence[str] = ()) -> None:
        super().__init__(f"no topic {topic!r}" if topic else "no question fits")
        self.topic = topic
        self.topics = tuple(topics)
        """The topics there are."""


class NothingToAskError(QuizError):
    """No question fits the levels and topics of the channel."""


class FormError(QuizError):
    """Values that cannot be kept: a sentence for each input that is wrong."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems.items()))
        self.problems = dict(problems)


class UndeliveredError(Exception):
    """A post that did not arrive, with the reason in a few words for ``doctor``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RetryLaterError(UndeliveredError):
    """The platform is busy or down and has not taken the post: try again after a pause."""

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after
        """What the platform asked for (Retry-After), if it did."""


class UnknownOutcomeError(UndeliveredError):
    """The answer was lost: the post may be there. Look before sending again."""


class RefusedError(UndeliveredError):
    """Trying again will not help (channel gone, bot removed, no permission)."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.advice = advice
        """What an admin has to do, in one sentence."""


class ChartError(Exception):
    """A picture that could not be drawn, and why."""


class StoreError(Exception):
    """The database cannot keep or give anything now: a sentence for whoever hosts the bot."""


class InvalidDeckError(Exception):
    """A deck that cannot be used, with every fault found in it."""

    def __init__(self, path: str, faults: Sequence[str]) -> None:
        self.summary = f"{path}: {len(faults)} fault{'s' if len(faults) != 1 else ''}"
        super().__init__("\n".join([self.summary, *faults]))
        self.path = path
        self.faults = list(faults)


class UnwellError(Exception):
    """The process runs and does not do its work: a sentence for whoever hosts the bot."""


class StartError(Exception):
    """Something outside keeps the bot from starting; the message is a sentence for the host."""
