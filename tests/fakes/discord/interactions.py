"""One thing a person did with the app, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.discord.bell import Bell
from tests.fakes.discord.channels import Channel
from tests.fakes.discord.errors import Json
from tests.fakes.discord.messages import Message
from tests.fakes.discord.modals import Modal
from tests.fakes.discord.users import User

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5

TOKEN_LIFE = timedelta(minutes=15)


@dataclass(eq=False, slots=True, kw_only=True)
class Interaction:
    """An interaction; `callback` is the type of its first answer, None before that."""

    id: int
    type: int
    token: str
    user: User
    channel: Channel
    data: Json
    created_at: datetime
    answer_by: datetime
    message: Message | None = None
    source: "Interaction | None" = None
    """The interaction whose modal this one submits."""
    callback: int | None = None
    original: Message | None = None
    """What `@original` means: the response, or the message it updated."""
    modal: Modal | None = None
    choices: list[Json] | None = None
    followups: list[Message] = field(default_factory=list)
    updates: int = 0
    """How often `@original` was edited or updated after the first answer."""
    bell: Bell = field(default_factory=Bell)

    def is_too_late(self, now: datetime) -> bool:
        """Say whether a first answer at *now* would be refused."""
        return self.callback is None and now > self.answer_by

    def is_expired(self, now: datetime) -> bool:
        """Say whether its token has run out at *now*."""
        return now - self.created_at > TOKEN_LIFE
