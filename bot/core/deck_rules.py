"""What text in a deck may look like: lengths, then plain words, one line, no markup."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo

from bot.core.models import KEY_POINTS_MAX

EXAMPLE_MAX = 1_600
"""Characters of an example with what it prints; a Discord message holds 4,000 in all."""
ANSWER_MAX = 1_400
REVEAL_MAX = 3_400
"""Characters of answer, example, key points and links: a reveal shows them all in one message."""
QUESTIONS_MAX = 20_000
CHOICES_MAX = 4
STARTING_TOPICS = 29
ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
VERSIONS = r"^(>=|<=|>|<|==|!=|~=)\d+(\.\d+){1,2}(,(>=|<=|>|<|==|!=|~=)\d+(\.\d+){1,2})*$"

_TAG = re.compile(
    r"</?(?:a|b|i|u|s|p|br|hr|div|span|img|script|style|iframe|object|embed|svg|h[1-6]|ul|ol|li"
    r"|table|t[rdh]|pre|code|em|strong|font|input|form|button|link|meta|video|audio)\b[^>]*>",
    re.IGNORECASE,
)
_UNSEEN = (
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
)
LINE = f"^[^{_UNSEEN}]*$"
"""One line of text that shows all it holds. Pydantic's core checks it: a deck has many lines."""


def slug(text: str) -> str:
    """*text* as people type it in a command: lower case, words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def broken_line(text: str) -> str:
    """Why *text* is not a LINE."""
    found = re.search(f"[{_UNSEEN}]", text)
    if found is None or found[0] in "\n\t":
        return "has a line break or tab: write one string a line or paragraph"
    return f"has a control or invisible character (U+{ord(found[0]):04X}): remove it"


def _prose(text: str) -> str:
    if text != text.strip():
        raise ValueError("begins or ends with a space: remove it")
    if text.count("`") % 2:
        raise ValueError("has an odd number of backticks: close the code span")
    if "<" in text and (found := _TAG.search(re.sub(r"`[^`]*`", "", text))):
        raise ValueError(f"has HTML ({found[0][:20]}): write plain text, code in backticks")
    return text


def _plain(text: str) -> str:
    if "`" in text:
        raise ValueError("has backticks: write plain words, people tick or type them")
    return _prose(text)


def _topic(text: str) -> str:
    if not slug(text):
        raise ValueError("has no letter a to z or digit: people type topics in commands")
    return _plain(text)


def _link(url: str) -> str:
    if re.search(r"[\s<>|\"'`()]", url) or not _leads_somewhere(url):
        raise ValueError("is not a plain https:// address: write it as a browser shows it")
    return url


def _leads_somewhere(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # such as a broken IPv6 address
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def _all_different(complaint: str) -> AfterValidator:
    def check(texts: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(texts)) != len(texts):
            raise ValueError(f"{complaint}: make each different")
        return texts

    return AfterValidator(check)


def _short_enough(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    if (size := len("\n\n".join(paragraphs))) > ANSWER_MAX:
        raise ValueError(f"has {size} characters: at most {ANSWER_MAX}")
    return paragraphs


def _is_there(right: int, info: ValidationInfo) -> int:
    # Choices that have a fault themselves are not among the data.
    if not 0 <= right < len(info.data.get("choices", range(CHOICES_MAX))):
        raise ValueError(f"is {right}: it counts the choices from 0")
    return right


# Lengths come before the rules: a rule reads the text with regular expressions.
def _text(least: int, most: int) -> StringConstraints:
    return StringConstraints(min_length=least, max_length=most, pattern=LINE)


Prompt = Annotated[str, _text(10, 250), AfterValidator(_prose)]
Ask = Annotated[str, _text(5, 250), AfterValidator(_prose)]
Prose = Annotated[str, _text(1, ANSWER_MAX), AfterValidator(_prose)]
Title = Annotated[str, _text(1, 60), AfterValidator(_plain)]
Topic = Annotated[str, _text(2, 24), AfterValidator(_topic)]
Label = Annotated[str, _text(1, 75), AfterValidator(_plain)]
Choice = Annotated[str, _text(1, 75)]
Code = tuple[Annotated[str, _text(0, 88)], ...]
Prints = tuple[Annotated[str, _text(0, 110)], ...]
Url = Annotated[str, _text(9, 300), AfterValidator(_link)]

# A rule stands at the field it is about: pydantic skips those of the whole after any other fault.
KeyPoints = Annotated[
    tuple[Label, ...],
    Field(min_length=2, max_length=KEY_POINTS_MAX),
    _all_different("has the same point twice"),
]
Answer = Annotated[
    tuple[Prose, ...],
    Field(min_length=1, max_length=6, description="One string a paragraph"),
    AfterValidator(_short_enough),
]
Choices = Annotated[
    tuple[Choice, ...],
    Field(min_length=3, max_length=CHOICES_MAX),
    _all_different("has two equal choices"),
]
Right = Annotated[
    int,
    Field(description="The index of the right choice, from 0"),
    AfterValidator(_is_there),
]
