"""Small decks for tests, built through the real schema."""

import json
from typing import Any

from bot.core.deck import Deck, Question


def a_question(id_: str = "a-question", **changes: Any) -> Question:
    """A valid question; *changes* replace what the test is about."""
    entry: dict[str, Any] = {
        "id": id_,
        "level": "intermediate",
        "topic": "Contexts",
        "prompt": f"What does `g` hold in the case of {id_}?",
        "key_points": ["It belongs to the app context", "It is empty for each request"],
        "answer": [
            "It holds what one request puts there.",
            "The next one begins with an empty `g`.",
        ],
        "example": {"language": "python", "code": ["print('hello')"], "prints": ["hello"]},
        "docs": ["https://flask.palletsprojects.com/en/stable/appcontext/"],
        "flask": ">=3.0,<3.2",
    }
    return Question.model_validate_json(_json(entry | changes))


def a_deck(*questions: Question, title: str = "A deck") -> Deck:
    """A deck of *questions*, or of six on three levels and topics."""
    return Deck(title, questions or six())


def six() -> tuple[Question, ...]:
    """Six questions: each level twice, each topic twice."""
    return tuple(
        a_question(f"{level}-{topic.lower()}", level=level, topic=topic)
        for level, topic in (
            ("beginner", "Contexts"),
            ("beginner", "Routing"),
            ("intermediate", "Routing"),
            ("intermediate", "Sessions"),
            ("advanced", "Sessions"),
            ("advanced", "Contexts"),
        )
    )


def _json(entry: dict[str, Any]) -> str:
    return json.dumps(entry)
