"""The page in a real Chromium, as people use it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from bot.adapters.web.badges import Badge
from tests.adapters.web.chromium import (
    CHROMIUM,
    PATIENCE,
    Person,
    at_a_new_tab,
    chromium,
    person,
)
from tests.adapters.web.running import Running, running
from tests.adapters.web.test_round import SECRETS, one_question
from tests.adapters.web.visiting import visiting
from tests.adapters.web.wire import wired

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
    pytest.mark.asyncio(loop_scope="module"),
]
PHONE = {"viewport": {"width": 360, "height": 720}, "is_mobile": True, "has_touch": True}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests here."""
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def window(browser: Browser) -> BrowserContext:
    """A window for one person after the other: a new one costs half of what most tests do."""
    window = await browser.new_context()
    window.set_default_timeout(PATIENCE)
    return window


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def _leave(browser: Browser, window: BrowserContext) -> AsyncIterator[None]:
    """Close every other window when a test ends, and leave nothing in this one."""
    yield
    for context in browser.contexts:
        if context is not window:
            await context.close()
    for page in window.pages:
        await page.close()
    await window.clear_cookies()


@pytest_asyncio.fixture(loop_scope="module")
async def here(sqlite_url: str) -> AsyncIterator[Running]:
    """As everywhere, in the browser's loop."""
    async with running(sqlite_url) as process:
        await process.posted()
        yield process


@pytest_asyncio.fixture(loop_scope="module")
async def guest(window: BrowserContext) -> Person:
    """Somebody who has not come yet."""
    return await at_a_new_tab(window)


@pytest_asyncio.fixture(loop_scope="module")
async def ann(window: BrowserContext, here: Running) -> AsyncIterator[Person]:
    """Ann, who has joined; at the end her browser has nothing to complain of."""
    async with visiting(here.url) as door:
        await door.join("Ann")
        badge = next(iter(door.session.cookie_jar))
    await window.add_cookies([{"name": badge.key, "value": badge.value, "url": here.url}])
    ann = await at_a_new_tab(window)
    await ann.page.goto(here.url)
    await ann.page.wait_for_selector("#say")
    yield ann
    assert ann.complaints == []


async def test_two_people_play_a_round_to_the_leaderboard(browser: Browser, sqlite_url: str):
    async with (
        running(sqlite_url, deck=one_question()) as here,
        wired(here.server.port) as wire,
    ):
        await here.posted()
        ann, ben = await person(browser), await person(browser, color_scheme="dark")
        await ann.join(here.url, "Ann")
        await ben.join(wire.url, "Ben")

        await ann.try_it("a little", "Sure")
        await ann.page.get_by_label("The-first-key-point").check()
        await ann.press("Save grade")
        await ann.sees("Partly, 10 points.")
        await ben.sees("1 tried")  # live, without a reload
        for name in ("Leaderboard", "Me", "Team", "Doctor", "Help"):
            await ben.page.get_by_role("link", name=name, exact=True).click()
            await ben.page.get_by_role("link", name="Close").click()
        before = wire.text

        await ben.try_it("a lot")
        await ben.page.get_by_label("Got it", exact=True).check()
        await ben.press("Save grade")
        await ben.sees("Got it, 20 points.")
        await ben.press("Leaderboard")
        rows = ben.page.locator("#panel tbody tr")
        await expect(rows).to_have_count(2)
        standings = [" ".join(row.split()) for row in await rows.all_inner_texts()]
        await ann.sees("2 tried")
        assert ann.complaints == ben.complaints == []

    assert "text/event-stream" in before
    assert "1 tried" in before
    assert [secret for secret in SECRETS if secret in before] == []
    assert [secret for secret in SECRETS if secret not in wire.text] == []
    assert standings == ["1 Ben 20", "2 Ann 10"]


async def test_a_refresh_in_the_middle_loses_nothing(ann: Person):
    page = ann.page
    await ann.press("Answer")
    await page.fill("#in-words", "half a thought")
    await page.reload()
    await expect(page.locator("#in-words")).to_have_value("half a thought")

    await page.get_by_label("Just a guess").check()
    await ann.press("Show answer")
    await ann.sees("You wrote")
    async with page.expect_response("**/do") as kept:
        await page.get_by_label("It belongs to the app context").check()
    assert (await kept.value).status == 204
    await page.reload()
    await ann.sees("half a thought")
    await expect(page.get_by_label("It belongs to the app context")).to_be_checked()

    await ann.press("Save grade")
    await ann.sees("Partly, 10 points.")
    await page.reload()
    await ann.sees("You have done this one.")


async def test_a_restart_of_the_server_in_the_middle_loses_nothing(
    browser: Browser, sqlite_url: str
):
    ann, port = await person(browser), free_port()
    async with running(sqlite_url, port=port) as here:
        await here.posted()
        await ann.join(here.url, "Ann")
        await ann.try_it("before the restart")
    await ann.sees("Connection lost")
    await ann.press("Save grade")
    await ann.sees("FlaskQuiz does not answer. What you typed is still here")
    async with running(sqlite_url, port=port) as here:
        await expect(ann.page.locator("#lost")).to_be_empty(timeout=10_000)
        await ann.page.get_by_label("Got it", exact=True).check()
        await ann.press("Save grade")
        await ann.sees("Got it, 20 points.")
        await ann.page.reload()
        await ann.sees("You have done this one.")
        await ann.page.goto(here.url)
        await ann.sees("1 tried")

    assert all("Failed to load" in each or "ERR_" in each for each in ann.complaints)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_everything_can_be_done_by_keyboard_alone(guest: Person, here: Running):
    ann, page, keys = guest, guest.page, guest.page.keyboard
    await page.goto(here.url)
    await tab_to(ann, "#join-name")
    await keys.type("Ann")
    await keys.press("Enter")
    await page.wait_for_selector("#say")

    await keys.press("Tab")
    await expect(page.locator(":focus")).to_have_text("Skip to the box to type in")
    await tab_to(ann, "article.open .primary")
    await keys.press("Enter")
    await expect(page.locator("#in-words")).to_be_focused()
    await keys.type("by keyboard")
    await tab_to(ann, "[name=confidence]")
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await expect(page.locator("#panel-title")).to_be_focused()
    await tab_to(ann, "[name=ticks]")
    await keys.press("Space")
    await tab_to(ann, "[name=grade]")
    await tab_to(ann, ".foot .primary")
    await keys.press("Enter")
    await ann.sees("Partly, 10 points.")
    await tab_to(ann, "#panel-regrade-r1")
    await keys.press("Escape")

    await expect(page.locator("#panel")).to_be_hidden()
    await expect(page.locator("article.open .primary")).to_be_focused()
    await tab_to(ann, "#text")
    await keys.type("/flaskquiz leaderboard")
    await keys.press("Enter")
    await ann.sees("Leaderboard, week 48")
    await keys.press("Escape")
    await expect(page.locator("#text")).to_be_focused()
    assert ann.complaints == []


async def tab_to(somebody: Person, selector: str) -> None:
    """Press Tab until the focus is there, as somebody does who cannot point."""
    for _ in range(40):
        if await somebody.page.locator(f"{selector}:focus").count():
            return
        await somebody.page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {selector}")


async def test_the_dialogue_keeps_the_focus_and_has_a_name(ann: Person):
    await ann.page.get_by_role("link", name="Help").click()
    await ann.page.get_by_role("dialog", name="What you can type").wait_for()

    for _ in range(12):
        await ann.page.keyboard.press("Tab")
        outside = await ann.page.evaluate(
            "!document.querySelector('#panel').contains(document.activeElement)"
            " && document.activeElement !== document.body"
        )
        assert not outside
    await ann.page.keyboard.press("Escape")
    await expect(ann.page.get_by_role("link", name="Help")).to_be_focused()


async def test_back_and_forward_walk_through_the_panels(ann: Person):
    await ann.page.get_by_role("link", name="Me", exact=True).click()
    await ann.sees("You have not graded an answer yet.")
    await ann.page.get_by_role("link", name="Close").click()
    await expect(ann.page.locator("#panel")).to_be_hidden()
    await ann.page.wait_for_url(lambda url: "show=" not in url)  # a little later

    await ann.page.go_back()
    await ann.sees("You have not graded an answer yet.")
    await ann.page.go_back()
    await expect(ann.page.locator("#panel")).to_be_hidden()
    await ann.page.go_forward()
    await ann.sees("You have not graded an answer yet.")


async def test_faults_in_a_form_are_focused_and_described(ann: Person):
    page = ann.page
    await page.get_by_role("link", name="Settings").click()
    await page.fill("#in-zone", "Atlantis")
    await ann.press("Save")

    zone = page.locator("#in-zone")
    await expect(zone).to_be_focused()
    await expect(zone).to_have_attribute("aria-invalid", "true")
    await expect(zone).to_have_value("Atlantis")
    await page.fill("#in-zone", "Oslo")
    await ann.press("Save")
    await ann.sees("Europe/Oslo")


async def test_a_new_card_appears_live_is_announced_and_keeps_the_place(ann: Person, here: Running):
    await ann.page.focus("#text")
    await ann.page.keyboard.type("half a rep")
    here.clock.move(days=1)
    here.ticker.wake()

    await expect(ann.page.locator("#status")).to_contain_text("New: Flask question of the day")
    await ann.sees("The answer, and how it went")
    await expect(ann.page.locator("#text")).to_be_focused()
    await expect(ann.page.locator("#text")).to_have_value("half a rep")


async def test_an_answer_that_was_opened_stays_open_when_the_feed_changes(
    ann: Person, here: Running
):
    here.clock.move(days=1)
    here.ticker.wake()
    await ann.page.locator("summary").click()
    await ann.sees("It holds what one request puts there.")

    await ann.page.evaluate("document.querySelector('#feed').dataset.version = 'old'")
    here.clock.move(days=3)
    here.ticker.wake()

    await expect(ann.page.locator("article")).to_have_count(3)
    await expect(ann.page.locator("details[open]")).to_have_count(1)


async def test_words_stand_out_from_their_ground_in_light_and_dark(ann: Person):
    await ann.try_it("some words")
    for scheme in ("light", "dark"):
        await ann.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

        contrasts = await ann.page.evaluate(CONTRASTS)

        assert len(contrasts) > 20
        assert {words: ratio for words, ratio in contrasts if ratio < 4.5} == {}, scheme


CONTRASTS = """() => {
  const channel = (value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  const parse = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = parse(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const seen = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const words = walker.currentNode.textContent.trim();
    if (!words || !element.checkVisibility() || element.matches("option, script")) continue;
    const [ink, paper] = [parse(getComputedStyle(element).color), ground(element)].map(luminance);
    seen.push([words, (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05)]);
  }
  return seen;
}"""


async def test_a_phone_never_scrolls_sideways_and_a_finger_finds_every_button(
    browser: Browser, here: Running
):
    ann = await person(browser, **PHONE)
    await ann.join(here.url, "W" * 40)
    await here_is_no_overflow(ann)
    await ann.try_it("Donaudampfschifffahrtsgesellschaft" * 8)
    await here_is_no_overflow(ann)
    await ann.press("Save grade")
    await ann.sees("Missed it")
    for show in (
        "board:week",
        "me",
        "team",
        "settings",
        "doctor",
        "help",
        "home",
        "forget",
        "join",
    ):
        await ann.page.goto(f"{here.url}/?show={show}")
        await here_is_no_overflow(ann)
        assert await ann.page.evaluate(TOO_SMALL) == []
    assert ann.complaints == []


async def test_a_failure_is_told_where_its_reader_looks(browser: Browser, here: Running):
    ann = await person(browser, **PHONE)
    page = ann.page
    await ann.join(here.url, "Ann")
    await page.get_by_role("link", name="Leaderboard").click()
    await ann.sees("Nobody has points here yet.")
    await page.route("**/panel?*", lambda route: route.abort())

    await ann.press("All time")
    await expect(page.locator("#panel [role=alert]")).to_contain_text("does not answer")
    await expect(page.locator("#panel [role=alert]")).to_be_in_viewport(ratio=1)
    await page.get_by_role("link", name="Close").click()
    await page.get_by_role("link", name="Me", exact=True).click()

    await expect(page.locator("#say [role=alert]")).to_contain_text("does not answer")
    await page.unroute("**/panel?*")
    await page.get_by_role("link", name="Me", exact=True).click()
    await ann.sees("You have not graded an answer yet.")
    await expect(page.locator("#say [role=alert]")).to_be_empty()


TOO_SMALL = """() =>
  [...document.querySelectorAll('button, nav a, .button, .close, label:has(input)')]
    .filter((each) => each.checkVisibility())
    .map((each) => [each.textContent.trim(), each.getBoundingClientRect().height])
    .filter(([, height]) => height < 24)"""


async def test_a_phone_shows_every_command_and_the_points_of_a_wide_name(
    browser: Browser, here: Running
):
    ann = await person(browser, **PHONE)
    await ann.join(here.url, "W" * 40)
    await expect(ann.page.get_by_role("link", name="Help")).to_be_in_viewport(ratio=1)
    await ann.try_it("some words")
    await ann.page.get_by_label("Got it", exact=True).check()
    await ann.press("Save grade")
    await ann.press("Leaderboard")

    await expect(ann.page.get_by_role("columnheader", name="Points")).to_be_in_viewport(ratio=1)


async def here_is_no_overflow(somebody: Person) -> None:
    for selector in ("html", "#panel", "main"):
        wide = await somebody.page.evaluate(
            "name => { const at = document.querySelector(name);"
            " return at.scrollWidth - Math.min(at.clientWidth || innerWidth, innerWidth) }",
            selector,
        )
        assert wide <= 0, f"{selector} is {wide} px too wide at {somebody.page.url}"


async def test_no_name_runs_or_breaks_anything(browser: Browser, here: Running):
    names = ("<img src=x onerror=alert(1)>", "\u202eمحمد\u2066 <b>", "👩‍👩‍👧" + "a" * 35)
    for number, name in enumerate(names, 1):
        ann = await person(browser)
        ann.page.on("dialog", lambda dialog: ann.complaints.append(f"dialog: {dialog.message}"))  # noqa: B023  # closed below
        await ann.join(here.url, name)
        await ann.try_it(name)
        await ann.page.get_by_label("Got it", exact=True).check()
        await ann.press("Save grade")
        await ann.press("Leaderboard")

        await expect(ann.page.locator("#panel tbody tr")).to_have_count(number)
        assert await ann.page.locator("img[src=x], #panel b").count() == 0
        assert ann.complaints == []
        await ann.context.close()


async def test_without_scripts_a_round_can_be_played_too(browser: Browser, here: Running):
    ann = await person(browser, java_script_enabled=False)
    await ann.join(here.url, "Ann")
    await ann.try_it("no scripts here")
    await ann.page.get_by_label("Partly").check()
    await ann.press("Save grade")
    await ann.sees("Partly, 10 points.")
    await ann.page.get_by_role("link", name="Close").click()
    await ann.page.fill("#text", "/flaskquiz leaderboard")
    await ann.press("Send")

    await expect(ann.page.locator("#panel tbody tr")).to_have_count(1)


async def test_a_member_who_is_forgotten_is_a_guest_again(ann: Person, here: Running):
    await ann.page.goto(f"{here.url}/?show=forget")
    await ann.press("Delete it all")

    await ann.sees("I have deleted everything I knew about you here.")
    await ann.page.get_by_role("link", name="Close").click()
    await expect(ann.page.locator("#join-name")).to_be_visible()
    assert await ann.context.cookies() == []


async def test_an_export_is_saved_as_a_file(ann: Person, here: Running):
    await ann.page.goto(f"{here.url}/?show=export")
    async with ann.page.expect_download() as download:
        await ann.page.get_by_role("link", name="Download").click()

    assert (await download.value).suggested_filename == "flaskquiz-export.json"


async def test_a_reply_that_was_not_taken_stays_in_the_box(ann: Person, here: Running):
    box = ann.page.locator("#text")
    await box.fill("/flaskquiz pause")
    await ann.press("Send")
    await ann.sees("Paused.")
    await expect(box).to_have_value("")
    await ann.page.keyboard.press("Escape")
    here.clock.move(days=1)
    here.ticker.wake()
    await ann.sees("No question is open now.")

    await box.fill("It belongs to the app context, I think")
    await ann.press("Send")

    await ann.sees("No question is open now. Practise one?")
    await expect(box).to_have_value("It belongs to the app context, I think")


async def test_pressing_twice_is_pressing_once(ann: Person, here: Running):
    await ann.try_it("twice")
    await ann.page.get_by_label("Got it", exact=True).check()
    await ann.page.locator(".foot .primary").dblclick()
    await ann.sees("Got it, 20 points.")

    await ann.page.goto(here.url)
    await ann.sees("1 tried")


@pytest.mark.parametrize("status", [502, 200])  # 200: where a proxy wants people to sign in again
async def test_a_page_of_a_proxy_is_not_taken_for_an_answer(ann: Person, status: int):
    async def proxy(route: Route) -> None:
        await route.fulfill(status=status, content_type="text/html", body="<h1>nginx</h1>")

    await ann.page.route("**/panel?*", proxy)
    await ann.page.get_by_role("link", name="Help").click()

    alert = ann.page.locator("#say [role=alert]")
    await expect(alert).to_contain_text("FlaskQuiz does not answer.")
    await expect(alert).not_to_contain_text("nginx")
    await expect(ann.page.locator("#panel")).to_be_hidden()
    assert all("502" in each for each in ann.complaints)
    ann.complaints.clear()


async def test_the_panel_asked_for_last_stays_whatever_comes_later(ann: Person):
    page, held = ann.page, Held()
    await page.route("**/panel?show=me", held)

    async with page.expect_request("**/panel?show=me"):
        await page.get_by_role("link", name="Me", exact=True).click()
    await page.get_by_role("link", name="Team").click()
    await ann.sees("What this channel knows")
    await held.arrives(page)

    await expect(page.locator("#panel-title")).to_have_text("What this channel knows")
    assert page.url.endswith("?show=team")


async def test_a_panel_that_was_left_before_it_came_does_not_open(ann: Person, here: Running):
    page, held = ann.page, Held()
    await page.goto(f"{here.url}/?show=me")
    await page.get_by_role("link", name="Close").click()
    await page.wait_for_url(here.url + "/")
    await page.route("**/panel?show=me", held)

    async with page.expect_request("**/panel?show=me"):
        await page.evaluate("history.back()")
    await page.evaluate("history.forward()")
    await page.wait_for_url(here.url + "/")
    await held.arrives(page)

    await expect(page.locator("#panel")).to_be_hidden()


class Held:
    """A request on its way, until it is let go."""

    def __init__(self) -> None:
        self._routes: list[Route] = []

    async def __call__(self, route: Route) -> None:
        self._routes.append(route)

    async def arrives(self, page: Page) -> None:
        """Let it go, until the page has read its answer and one that was asked for later."""
        for route in self._routes:
            async with page.expect_response(route.request.url) as response:
                await route.continue_()
            await (await response.value).finished()
        await page.evaluate("fetch('/healthz').then((answer) => answer.text())")

    async def fail(self) -> None:
        for route in self._routes:
            await route.abort()


async def test_a_feed_that_could_not_be_read_is_asked_for_again(browser: Browser, here: Running):
    ann = await person(browser)
    await ann.page.clock.install()
    await ann.join(here.url, "Ann")
    await ann.page.route("**/feed", lambda route: route.abort())
    async with ann.page.expect_event("requestfailed"):
        here.clock.move(days=1)
        here.ticker.wake()
    await here.posted(3)
    await ann.page.unroute("**/feed")

    await ann.page.clock.run_for(6_000)

    await expect(ann.page.locator("article")).to_have_count(2)


async def test_a_guest_is_not_told_of_a_failure_that_is_over(guest: Person, here: Running):
    page = guest.page
    async with page.expect_response("**/live"):
        await page.goto(here.url)
    await page.route("**/panel?*", lambda route: route.abort())
    await guest.press("Answer")
    await expect(page.locator("#lost")).to_contain_text("does not answer")
    await page.unroute("**/panel?*")

    await guest.press("Answer")

    await expect(page.get_by_role("dialog", name="What is your name?")).to_be_visible()
    await expect(page.locator("#lost")).to_be_empty()


async def test_a_failure_is_told_to_who_has_left_the_form_too(ann: Person):
    page, held = ann.page, Held()
    await ann.try_it("some words")
    await page.route("**/do", held)
    async with page.expect_request("**/do"):
        await ann.press("Save grade")
    await page.keyboard.press("Escape")

    await held.fail()

    await expect(page.locator("#say [role=alert]")).to_contain_text("does not answer")
    assert all("ERR_FAILED" in each for each in ann.complaints)
    ann.complaints.clear()


async def test_words_wait_for_a_member_whose_cookie_was_lost(ann: Person):
    page = ann.page
    await ann.press("Answer")
    await page.fill("#in-words", "a long thought")
    await page.get_by_label("Sure").check()
    await ann.context.clear_cookies()
    await ann.press("Show answer")
    await page.fill("#in-name", "Ann")  # taken: by her as she was
    await ann.press("Join")
    await ann.sees("Somebody here is called Ann already")
    await page.fill("#in-name", "Ann B")
    await ann.press("Join")
    await page.wait_for_selector("#say")

    await ann.press("Answer")

    await expect(page.locator("#in-words")).to_have_value("a long thought")
    ann.complaints.clear()  # of the name that was taken


async def test_who_joins_after_somebody_was_forgotten_does_not_see_their_words(
    ann: Person, here: Running
):
    page = ann.page
    await ann.press("Answer")
    await page.fill("#in-words", "what only Ann may read")
    await page.goto(f"{here.url}/?show=forget")
    await ann.press("Delete it all")
    await ann.sees("I have deleted everything I knew about you here.")
    await ann.join(here.url, "Ben")

    await ann.press("Answer")

    await expect(page.locator("#in-words")).to_have_value("")


async def test_a_refresh_never_sends_a_form_again(ann: Person, here: Running):
    await ann.page.goto(f"{here.url}/?show=forget")
    await ann.press("Delete it all")
    await ann.sees("I have deleted everything I knew about you here.")

    assert ann.page.url == here.url + "/"
    async with ann.page.expect_request(here.url + "/") as asked:
        await ann.page.reload()

    assert (await asked.value).method == "GET"


async def test_what_a_reader_selected_or_scrolled_stays_when_somebody_answers(
    ann: Person, here: Running
):
    page = ann.page
    here.clock.move(days=1)
    here.ticker.wake()
    await here.posted(3)
    await expect(page.locator("article.open + article")).to_have_count(1)
    for card in (".open", ":not(.open)"):
        await page.evaluate(
            "card => getSelection().selectAllChildren(document.querySelector(`article${card} h2`))",
            card,
        )
        before = await page.evaluate("getSelection().toString()")

        async with visiting(here.url) as other:
            await other.join(f"Other {len(card)}")
            await other.answer()
            await expect(page.locator("article.open")).to_contain_text(
                "1 tried" if card == ".open" else "2 tried"
            )

        assert before.startswith("What does g hold")
        assert await page.evaluate("getSelection().toString()") == before


async def test_the_title_is_that_of_what_is_shown(ann: Person, here: Running):
    await ann.page.goto(f"{here.url}/?show=me")
    await expect(ann.page).to_have_title("Your page · FlaskQuiz")
    await ann.page.get_by_role("link", name="Close").click()
    await expect(ann.page).to_have_title("FlaskQuiz")
    await ann.page.get_by_role("link", name="Team").click()
    await expect(ann.page).to_have_title("What this channel knows · FlaskQuiz")


@pytest.mark.parametrize("height", [568, 256])  # 256: a window at four times the size
async def test_what_has_the_focus_is_never_behind_the_foot_of_the_panel(
    ann: Person, here: Running, height: int
):
    await ann.page.set_viewport_size({"width": 320, "height": height})
    hidden = []
    for show, stops in (("answer:r1", 6), ("settings", 40)):
        await ann.page.goto(f"{here.url}/?show={show}")
        await expect(ann.page.locator("#panel :focus")).to_have_count(1)
        for _ in range(stops):
            hidden += await ann.page.evaluate(BEHIND)
            await ann.page.keyboard.press("Tab")

    assert hidden == []


BEHIND = """() => {
  const focused = document.activeElement;
  const { left, right, top, bottom } = focused.getBoundingClientRect();
  const seen = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const outside = focused === document.body || focused.matches('dialog, h2');
  return outside || focused.contains(seen) ? [] : [`${focused.name} ${focused.value}`];
}"""


async def test_a_long_name_is_cut_at_its_own_end(guest: Person, here: Running):
    await guest.page.set_viewport_size({"width": 320, "height": 568})
    await guest.join(here.url, "محمد عبد الرحمن عبد الرحيم عبد الله")

    first = await guest.page.evaluate("""() => {
      const name = document.querySelector('#who bdi');
      const letter = document.createRange();
      letter.setStart(name.firstChild, 0);
      letter.setEnd(name.firstChild, 1);
      const [at, link] = [letter, document.querySelector('#who')]
        .map((each) => each.getBoundingClientRect());
      return at.left >= link.left - 1 && at.right <= link.right + 1;
    }""")

    assert first


async def test_who_waits_in_vain_is_told_and_may_try_again(browser: Browser, here: Running):
    ann = await person(browser)
    page, held = ann.page, Held()
    await page.clock.install()
    await ann.join(here.url, "Ann")
    await ann.try_it("some words")
    await page.route("**/do", held)
    async with page.expect_request("**/do"):
        await page.get_by_label("It is empty").check()
    await ann.press("Save grade")

    async with page.expect_request("**/do"):  # the grade's turn, after the tick
        await page.clock.run_for(21_000)
    await page.clock.run_for(21_000)

    await expect(page.locator("#panel [role=alert]")).to_contain_text("does not answer")
    await page.unroute("**/do")
    await ann.press("Save grade")
    await ann.sees("Partly, 10 points.")


async def test_a_guest_who_presses_enter_twice_joins_once(
    guest: Person, here: Running, monkeypatch: pytest.MonkeyPatch
):
    let_go, join = asyncio.Event(), here.page._door.join

    async def slow(typed: str, held: Badge | None) -> Badge:
        badge = await join(typed, held)
        await let_go.wait()
        return badge

    monkeypatch.setattr(here.page._door, "join", slow)
    page = guest.page
    await page.goto(here.url)
    await page.fill("#join-name", "Ann")
    async with page.expect_request("**/join"):
        await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    let_go.set()

    await expect(page.locator("#who")).to_contain_text("Ann")
    assert await page.get_by_text("Somebody here is called").count() == 0


async def test_selecting_words_beyond_the_edge_of_the_panel_does_not_close_it(ann: Person):
    page, mouse = ann.page, ann.page.mouse
    await ann.press("Answer")
    await page.fill("#in-words", "words to select")
    box = await page.locator("#in-words").bounding_box()
    assert box
    for begin, end in ((box["x"] + 90, 5), (5, box["x"] + 90)):
        await mouse.move(begin, box["y"] + 20)
        await mouse.down()
        await mouse.move(end, box["y"] + 20)
        await mouse.up()
        await expect(page.locator("#panel")).to_be_visible()

    await mouse.click(5, box["y"])

    await expect(page.locator("#panel")).to_be_hidden()
