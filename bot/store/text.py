"""Text as every database takes it."""

from __future__ import annotations


def fit(text: str, limit: int) -> str:
    """
    Cut a text to what is kept.

    PostgreSQL refuses NUL, and neither database takes half a surrogate pair, which JSON can carry.
    """
    whole = text.encode("utf-8", "replace").decode()
    return whole.replace("\0", "")[:limit]
