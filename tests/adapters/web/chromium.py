"""A real Chromium, and people who use it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 5_000
"""Milliseconds in which anything expected has to appear."""


@dataclass
class Person:
    """Somebody at their own browser, and all that it complained of."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    async def join(self, url: str, name: str) -> None:
        """Come to the page for the first time and pick a name."""
        await self.page.goto(url)
        await self.page.fill("#join-name", name)
        await self.press("Join")
        await self.page.wait_for_selector("#say")

    async def press(self, label: str) -> None:
        """Press a button by its label, in the panel where one is open."""
        panel = self.page.locator("#panel[open]")
        where = panel if await panel.count() else self.page.locator("body")
        await where.get_by_role("button", name=label, exact=True).first.click()

    async def try_it(self, words: str, confidence: str = "I think so") -> None:
        """Answer the open question and see the reveal."""
        await self.press("Answer")
        await self.page.fill("#in-words", words)
        await self.page.get_by_label(confidence).check()
        await self.press("Show answer")
        await self.page.wait_for_selector("#panel [data-tick]")

    async def sees(self, words: str) -> None:
        """Wait until *words* can be read."""
        await self.page.get_by_text(words).first.wait_for(timeout=PATIENCE)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start the browser; people come to it with `person`."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        try:
            yield browser
        finally:
            await browser.close()


async def person(browser: Browser, **options: Any) -> Person:
    """Give somebody a browser of their own: cookies, size and colours."""
    context = await browser.new_context(**options)
    context.set_default_timeout(PATIENCE)
    return await at_a_new_tab(context)


async def at_a_new_tab(context: BrowserContext) -> Person:
    """Give somebody a tab, and with it storage and complaints of their own."""
    page = await context.new_page()
    somebody = Person(context, page)
    page.on("console", lambda said: somebody.complaints.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: somebody.complaints.append(f"error: {error}"))
    await page.add_init_script(
        "addEventListener('securitypolicyviolation',"
        "event => console.error('CSP', event.violatedDirective))"
    )
    return somebody
