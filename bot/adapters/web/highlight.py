"""Code to HTML with classes for colours, on the server."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

_NAMES = {"dockerfile": "docker", "shell": "bash"}


@lru_cache(maxsize=512)
def coloured(code: str, language: str) -> Markup:
    """Escape *code* and mark its words; a language nobody knows stays plain."""
    if language == "text":
        return escape(code)
    try:
        lexer = get_lexer_by_name(_NAMES.get(language, language), stripnl=False)
    except ClassNotFound:
        return escape(code)
    html = highlight(code, lexer, HtmlFormatter(nowrap=True)).rstrip("\n")
    return Markup(html)  # noqa: S704  # the formatter has escaped every word of it
