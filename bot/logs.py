"""Logging: one line an event, as text or JSON, and never a secret in it."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

_NOISY = ("apscheduler", "aiohttp.access", "alembic", "slack_bolt", "slack_sdk", "discord")


class _Redacting(logging.Formatter):
    """Writes events without the secrets it was given, wherever they stand."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = sorted((secret for secret in secrets if secret), key=len, reverse=True)

    def redact(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


class _TextFormatter(_Redacting):
    """``2026-11-22 09:30:00 INFO bot.scheduler: posted ...``."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line = f"{at:%Y-%m-%d %H:%M:%S} {record.levelname} {record.name}: {record.getMessage()}"
        if record.exc_info:
            line += f"\n{self.formatException(record.exc_info)}"
        return self.redact(line)


class _JsonFormatter(_Redacting):
    """One JSON object a line, for a log collector."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        # Before JSON escapes anything, or a secret with a quote in it would not be found.
        redacted = {name: self.redact(value) for name, value in event.items()}
        return json.dumps(redacted, ensure_ascii=False)


def set_up(level: str, style: Literal["text", "json"], secrets: Iterable[str]) -> None:
    """Log to standard error at *level*; libraries only from warnings on, unless debugging."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter((_JsonFormatter if style == "json" else _TextFormatter)(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(level if level == "DEBUG" else "WARNING")
