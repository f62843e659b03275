"""What people read where Discord's markdown was sent."""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_FENCE = re.compile(r"```\w*\n(.*?)\n```", re.DOTALL)
_LINK = re.compile(r"(?<!\\)\[((?:\\.|[^\\\]])*)\]\(https://[^)\s]*\)")
_STARTS = re.compile(r"^(?:-# |#{1,3} |> )", re.MULTILINE)
_MARKS = re.compile(r"(?<!\\)(?:\*\*|`)")
_HELD = "\ue000{}\ue001"


def read(markdown: str) -> str:
    """The words as a client shows them: no marks, and what was escaped as it was typed."""
    held: list[str] = []

    def hold(found: re.Match[str]) -> str:
        held.append(found[1])
        return _HELD.format(len(held) - 1)

    text = _FENCE.sub(hold, markdown)
    text = _LINK.sub(r"\1", text)
    text = _MARKS.sub("", _STARTS.sub("", text))
    text = _ESCAPED.sub(r"\1", text)
    return re.sub("\ue000(\\d+)\ue001", lambda found: held[int(found[1])], text)
