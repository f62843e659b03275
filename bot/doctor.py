"""What `flaskquiz doctor` looks at: settings, deck, database, channels."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from shlex import quote

from bot.adapters.web.server import address_of
from bot.core.cards.channel import NOTHING_TO_ASK, next_words
from bot.core.cards.doctor import CLOCK_TOLERANCE, delivery_words, has_nothing_to_ask
from bot.core.deck import Deck, load
from bot.core.errors import InvalidDeckError, StoreError
from bot.core.models import Caller, Channel, ChannelState
from bot.core.ports import Store as StorePort
from bot.core.wording import counted
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrate import check
from bot.store.store import Store
from bot.store.url import is_sqlite, read_url, shown

CHANNELS_MAX = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    good: bool
    words: str
    to_do: str = ""

    def __str__(self) -> str:
        mark = "ok   " if self.good else "WRONG"
        return f"{mark}  {self.words}{f' {self.to_do}' if self.to_do else ''}"


def examine(settings: Settings) -> list[Finding]:
    """Look at everything that can be seen from here; changes nothing."""
    deck, about_deck = _deck(settings)
    findings = [*_faces(settings), about_deck]
    database = _database(settings)
    findings.append(database)
    if database.good and not check(settings.database_url).is_needed:
        findings += asyncio.run(_channels(settings, deck))
    return findings


def _faces(settings: Settings) -> Iterator[Finding]:
    if settings.slack_by_socket:
        yield Finding(True, "Slack: one workspace over Socket Mode.")
    if settings.slack_by_http:
        here = address_of(settings.host, settings.port)
        many = "any number of workspaces" if settings.slack_client_id else "one workspace"
        yield Finding(True, f"Slack: {many} over HTTP at {here}.")
        if settings.slack_client_id and not settings.public_url:
            yield Finding(False, "Slack: nobody can install it.", "Set PUBLIC_URL.")
    if settings.discord_token:
        yield Finding(True, "Discord: a token is set.")
    if not settings.has_platform:
        page = f"the page at {address_of(settings.host, settings.port)}"
        yield Finding(True, f"No Slack or Discord token: {page} alone.")


def _deck(settings: Settings) -> tuple[Deck | None, Finding]:
    try:
        deck = load(settings.deck_path)
    except InvalidDeckError as error:
        to_do = f"Run `flaskquiz questions check {quote(str(settings.deck_path))}`."
        return None, Finding(False, f"Deck: {error.summary}.", to_do)
    words = f"Deck: {counted(len(deck), 'question')} in {settings.deck_path}."
    return deck, Finding(True, words)


def _database(settings: Settings) -> Finding:
    try:
        url = read_url(settings.database_url)
        migration = check(settings.database_url)
    except StoreError as error:
        return Finding(False, f"Database: {error}")
    if migration.is_needed:
        is_new, is_file = migration.before is None, is_sqlite(url)
        by_itself = (
            "It is made at the first start." if is_new else "It is migrated at the next start."
        )
        words = f"Database: {shown(url)} is {'empty' if is_new else 'old'}."
        return Finding(is_file, words, by_itself if is_file else "Run `flaskquiz migrate`.")
    return Finding(True, f"Database: {shown(url)}, schema {migration.after}.")


async def _channels(settings: Settings, deck: Deck | None) -> list[Finding]:
    database = Database(settings.database_url)
    try:
        store, now = Store(database), datetime.now(UTC)
        offset = await store.now() - datetime.now(UTC)  # not *now*: to connect may take long
        findings = [_clock(offset.total_seconds())]
        channels = await store.list_channels(CHANNELS_MAX + 1)
        if not channels:
            findings.append(Finding(True, "Channels: none yet."))
        for channel in channels[:CHANNELS_MAX]:
            findings += await _channel(store, channel, deck, now)
        if len(channels) > CHANNELS_MAX:
            words = f"Channels: only {CHANNELS_MAX} are shown, those that fail first."
            findings.append(Finding(True, words))
        return findings
    except StoreError as error:
        return [Finding(False, f"Database: {error}")]
    finally:
        await database.close()


def _clock(seconds: float) -> Finding:
    if abs(seconds) <= CLOCK_TOLERANCE.total_seconds():
        return Finding(True, f"Clock: {seconds:+.1f} s from the database's.")
    to_do = "Set both clocks by NTP."
    return Finding(False, f"Clock: {seconds:+.1f} s from the database's.", to_do)


async def _channel(
    store: StorePort, channel: Channel, deck: Deck | None, now: datetime
) -> list[Finding]:
    to = channel.address
    name = f"{to.platform.title()} {channel.name or to.channel}"
    well = channel.failing_since is None
    findings = [Finding(well, f"{name}: {next_words(channel, now)}")]
    if not well:
        findings.append(Finding(False, f"{name}: posting fails: {channel.failing_reason}"))
    if deck and has_nothing_to_ask(channel, deck):
        findings.append(Finding(False, f"{name}: {NOTHING_TO_ASK}"))
    if channel.state in (ChannelState.ACTIVE, ChannelState.PAUSED):
        reader = Caller(to.platform, to.workspace, member="", name="", channel=to.channel)
        for delivery in reversed(await store.last_deliveries(reader)):
            label, words = delivery_words(delivery, now)
            findings.append(Finding(True, f"  {label}: {words}"))
    return findings
