"""The page as it runs, and browsers to visit it with."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.adapters.web.running import Running, running
from tests.adapters.web.visiting import Browser, visiting


@pytest.fixture
async def here(sqlite_url: str) -> AsyncIterator[Running]:
    """A process that runs over a new database, with the first question posted."""
    async with running(sqlite_url) as process:
        await process.posted()
        yield process


@pytest.fixture
async def ann(here: Running) -> AsyncIterator[Browser]:
    """A browser whose owner joined first."""
    async with visiting(here.url) as browser:
        await browser.join("Ann")
        yield browser


@pytest.fixture
async def ben(here: Running) -> AsyncIterator[Browser]:
    """A browser of another member."""
    async with visiting(here.url) as browser:
        await browser.join("Ben")
        yield browser


@pytest.fixture
async def guest(here: Running) -> AsyncIterator[Browser]:
    """A browser whose owner has not joined."""
    async with visiting(here.url) as browser:
        yield browser
