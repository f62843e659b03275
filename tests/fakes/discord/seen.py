"""What a person sees after doing something: a message or a modal."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.discord.messages import Message
    from tests.fakes.discord.modals import Modal


class Seen:
    """Something on a person's screen; ask for the kind that was expected."""

    __slots__ = ()

    def as_message(self) -> "Message":
        """Return it as a message; AssertionError if it is something else."""
        raise AssertionError(f"expected a message, saw {self!r}")

    def as_modal(self) -> "Modal":
        """Return it as a modal; AssertionError if it is something else."""
        raise AssertionError(f"expected a modal, saw {self!r}")
