"""The dialogue that an app opens on one person's screen."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.discord import components
from tests.fakes.discord.errors import Json
from tests.fakes.discord.seen import Seen

if TYPE_CHECKING:
    from tests.fakes.discord.interactions import Interaction


@dataclass(eq=False, slots=True)
class Modal(Seen):
    """An open modal; `source` is the interaction that was answered with it."""

    custom_id: str
    title: str
    components: list[Json]
    source: "Interaction"

    def as_modal(self) -> "Modal":
        """Return this modal."""
        return self

    @property
    def inputs(self) -> list[Json]:
        """Everything in it that takes an answer, in order."""
        return list(components.walk(self.components, *components.INPUTS))

    @property
    def labels(self) -> list[str]:
        """What its labels say, in order."""
        return [str(label["label"]) for label in components.walk(self.components, 18)]

    @property
    def texts(self) -> list[str]:
        """Its words: title, texts, labels and their descriptions, options."""
        words = [self.title]
        for part in components.walk(self.components):
            words += [
                str(part[key]) for key in ("content", "label", "description") if part.get(key)
            ]
            words += [str(option["label"]) for option in part.get("options", [])]
        return words
