"""What the page refuses, and what it sends along with every answer."""

from __future__ import annotations

import logging

import aiohttp
import pytest

from bot.adapters.web.badges import Badge, write_badge
from bot.adapters.web.guard import CSP, Hosts
from bot.adapters.web.limits import Limits, Rate
from bot.adapters.web.page import Page
from bot.adapters.web.server import serve
from bot.core.quiz import Quiz
from bot.store.database import Database
from bot.store.store import Store
from tests.adapters.web.running import DECK, Clock, Gallery, Running, running
from tests.adapters.web.visiting import Browser, visiting

EVIL = "<img src=x onerror=alert(1)>"


async def test_every_answer_is_hardened(ann: Browser):
    for path in (
        "/",
        "/feed",
        "/panel?show=me",
        "/export",
        "/static/nothing",
        "/picture/no.png",
        "/no",
    ):
        headers = (await ann.get(path)).headers

        assert headers["Content-Security-Policy"] == CSP, path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Server"] == "flaskquiz"


async def test_static_files_are_kept_for_ever_under_the_name_of_their_content(guest: Browser):
    elements = (await guest.get()).page.elements
    script = next(given["src"] for tag, given in elements if tag == "script")

    got = await guest.get(script)
    same = await guest.get(script, headers={"If-None-Match": got.headers["ETag"]})

    assert got.status == 200
    assert "immutable" in got.headers["Cache-Control"]
    assert same.status == 304
    assert same.text == ""


@pytest.mark.parametrize(
    "path", ["/static/../page.py", "/static/%2e%2e/page.py", "/static/page.css"]
)
async def test_no_other_file_is_served(guest: Browser, path: str):
    async with guest.session.get(aiohttp.client.URL(guest.url + path, encoded=True)) as response:
        assert response.status == 404


async def test_another_host_is_refused_before_anything_is_read(ann: Browser):
    evil = {"Host": "evil.example"}

    page = await ann.get("/", headers=evil)
    wrote = await ann.say("got it", headers=evil)

    assert page.status == wrote.status == 421
    assert "Ann" not in page.text
    assert "evil.example" in page.page.words


async def test_another_site_cannot_write(ann: Browser):
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        refused = await ann.say("/flaskquiz pause", headers=headers)

        assert refused.status == 403
        assert refused.text == "That came from another site, so nothing was done."
    assert "Paused" not in (await ann.show("doctor")).page.words


async def test_nobody_comes_in_before_the_secret_is_there(sqlite_url: str):
    forged = write_badge(Badge("anybody", "Ann"), b"")
    database = Database(sqlite_url)
    server = await serve("127.0.0.1", 0, a_page(Store(database)).routes())

    async with visiting(server.url) as guest:
        early = await guest.get("/?show=me", headers={"Cookie": f"flaskquiz={forged}"})
        joined = await guest.join("Ann")

    await server.close()
    await database.close()
    assert early.status == joined.status == 503
    assert "just starting" in early.page.words


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(guest: Browser):
    data = aiohttp.FormData({"name": "Ann"})
    headers = {"Origin": guest.origin, "X-Forwarded-Proto": "https"}

    async with guest.session.post(
        f"{guest.url}/join", data=data, headers=headers, allow_redirects=False
    ) as response:
        cookie = response.headers["Set-Cookie"]

    assert response.status == 303
    for part in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/"):
        assert part in cookie


@pytest.mark.parametrize("cookie", ["", "rubbish", "1.admin.QW5u.AAAA", "x" * 4000, "é"])
async def test_a_forged_cookie_is_a_guest(guest: Browser, cookie: str):
    page = await guest.get("/?show=settings", headers={"Cookie": f"flaskquiz={cookie}"})

    assert page.status == 200
    assert "What is your name?" in page.page.words


async def test_one_members_cookie_changed_by_a_letter_opens_nothing(ann: Browser):
    cookie = next(iter(ann.session.cookie_jar)).value
    forged = cookie[:5] + ("A" if cookie[5] != "A" else "B") + cookie[6:]

    async with visiting(ann.url) as other:
        page = await other.get("/?show=me", headers={"Cookie": f"flaskquiz={forged}"})

    assert "What is your name?" in page.page.words


@pytest.mark.parametrize(
    "name", [EVIL, "\u202eevil", "'; DROP TABLE members; --", "{{ 7*7 }}", "مريم", "<!--", "a\x00b"]
)
async def test_any_name_is_only_a_name(here: Running, guest: Browser, name: str):
    joined = await guest.join(name)
    await guest.grade(await guest.answer(name * 3), "got_it")
    board = await guest.show("board:all")

    assert joined.status == 200
    for html in (joined.text, board.text, (await guest.show("home")).text):
        assert "<img src=x" not in html
        assert "\u202e" not in html
    assert "20" in board.page.words


async def test_words_are_shown_as_they_were_typed(ann: Browser):
    words = f"{EVIL}\n  two  spaces & <b>\u202e𝄞"

    reveal = await ann.answer(words)

    assert "<img src=x" not in reveal.text
    assert "two  spaces & <b>\u202e𝄞" in reveal.page.words


async def test_ten_thousand_characters_are_cut_to_what_is_kept(ann: Browser):
    reveal = await ann.answer("ß" * 10_000)

    assert reveal.status == 200
    assert reveal.text.count("ß") == 2_000


async def test_ten_thousand_characters_in_the_box_and_in_a_name_do_no_harm(
    ann: Browser, guest: Browser
):
    said = await ann.say("x" * 10_000)
    command = await ann.say("/flaskquiz " + "y" * 10_000)
    refused = await guest.join("z" * 10_000)

    assert said.status == command.status == 200
    assert "at most 40 characters" in refused.page.words
    assert len(refused.text) < 20_000


async def test_a_tick_of_five_thousand_digits_is_no_tick(ann: Browser):
    reveal = await ann.answer()
    key = dict(reveal.page.form("Save grade").fields)["action"].rpartition(":")[2]
    ticks = [("_many", "ticks"), ("ticks", "9" * 5_000), ("ticks", "1")]

    kept = await ann.post("/do", [("action", f"fq:1:tick:{key}"), *ticks])

    assert kept.status == 204
    assert (await ann.show(f"answer:{key}")).text.count("checked") == 2  # and "By my ticks"


async def test_an_oversize_form_is_refused(ann: Browser):
    got = await ann.say("x" * 70_000)

    assert got.status == 413
    assert got.text == "That is too long: at most 64 kB."


async def test_an_oversize_form_without_a_length_is_refused_while_it_comes(ann: Browser):
    async def endless():
        for _ in range(1_000):
            yield b"text=" + b"x" * 1_000

    headers = {"Origin": ann.origin, "Content-Type": "application/x-www-form-urlencoded"}
    async with ann.session.post(f"{ann.url}/say", data=endless(), headers=headers) as response:
        assert response.status == 413


async def test_only_forms_of_text_are_read(ann: Browser):
    headers = {"Origin": ann.origin}
    for kwargs, status in (
        ({"json": {"text": "got it"}}, 415),
        ({"data": b"a=%ff", "headers": FORM}, 400),
        ({"data": b"\xff\xfe", "headers": FORM}, 400),
        ({"data": b"&".join([b"a=1"] * 500), "headers": FORM}, 400),
    ):
        given = {**headers, **kwargs.pop("headers", {})}
        async with ann.session.post(f"{ann.url}/say", headers=given, **kwargs) as response:
            assert response.status == status
            assert "Error" in await response.text()


def a_page(store: Store) -> Page:
    """A page that has not been started."""
    clock = Clock()
    quiz = Quiz(DECK, store, clock, {}, lambda: None)
    return Page(quiz, DECK, store, Gallery(), clock, hosts=Hosts())


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_a_file_cannot_be_uploaded(ann: Browser):
    data = aiohttp.FormData()
    data.add_field("text", b"got it", filename="x.txt")

    async with ann.session.post(
        f"{ann.url}/say", data=data, headers={"Origin": ann.origin}
    ) as response:
        assert response.status == 415


async def test_too_fast_is_a_clear_429_for_that_member_alone(sqlite_url: str):
    wide = Rate(1_000, 1_000)
    limits = Limits(wide, Rate(5, 0.5), wide, wide, wide)
    async with (
        running(sqlite_url, limits=limits) as here,
        visiting(here.url) as ann,
        visiting(here.url) as ben,
    ):
        await ann.join("Ann")
        await ben.join("Ben")
        got = [await ann.say("/flaskquiz help") for _ in range(7)]
        other = await ben.say("/flaskquiz help")
        page = await ann.post("/say", {"text": "/help"}, script=False)

    assert [each.status for each in got] == [200] * 5 + [429] * 2
    assert got[-1].text == "That was fast. Please try again in 2 seconds."
    assert got[-1].headers["Retry-After"] == "2"
    assert other.status == 200
    assert page.status == 429
    assert "That was fast." in page.page.words


async def test_a_team_behind_one_address_may_join_at_once(sqlite_url: str):
    async with running(sqlite_url, limits=Limits()) as here, visiting(here.url) as guest:
        statuses = []
        for number in range(100):
            guest.session.cookie_jar.clear()
            fields = {"name": f"Name {number}"}
            joined = await guest.post("/join", fields, script=False, allow_redirects=False)
            statuses.append(joined.status)

    assert statuses == [303] * 100


async def test_one_address_cannot_make_members_without_end(sqlite_url: str):
    wide = Rate(1_000, 1_000)
    limits = Limits(wide, wide, wide, wide, joins=Rate(3, 0.1))
    async with running(sqlite_url, limits=limits) as here, visiting(here.url) as guest:
        statuses = []
        for number in range(5):
            guest.session.cookie_jar.clear()
            statuses.append((await guest.join(f"Name {number}")).status)

    assert statuses == [200, 200, 200, 429, 429]


async def test_one_address_cannot_follow_without_end(sqlite_url: str):
    wide = Rate(1_000, 1_000)
    limits = Limits(wide, wide, wide, wide, wide, watching=2)
    async with running(sqlite_url, limits=limits) as here, visiting(here.url) as guest:
        streams = [await guest.session.get(f"{here.url}/live") for _ in range(3)]
        statuses = [stream.status for stream in streams]
        for stream in streams:
            stream.close()

    assert statuses == [200, 200, 429]


@pytest.mark.parametrize(
    ("hosts", "where"),
    [
        (Hosts("0.0.0.0"), "0.0.0.0"),
        (Hosts("127.0.0.1", ("127.0.0.1", "https://quiz.example")), "https://quiz.example"),
    ],
)
async def test_on_a_network_the_log_says_so_and_only_the_first_is_an_admin(
    sqlite_url: str, caplog: pytest.LogCaptureFixture, hosts: Hosts, where: str
):
    caplog.set_level(logging.WARNING, "bot.adapters.web")
    async with (
        running(sqlite_url, hosts=hosts) as here,
        visiting(here.url) as ann,
        visiting(here.url) as ben,
    ):
        await ann.join("Ann")
        await ben.join("Ben")
        first = await ann.say("/flaskquiz settings")
        second = await ben.say("/flaskquiz settings")
        page = await ben.get()

    assert f"The page is open at {where}: whoever reaches it can join." in caplog.text
    assert "Quiz settings" in first.page.words
    assert "Only an admin of this channel can change the settings." in second.page.words
    assert "Doctor" not in page.page.words
    assert "/flaskquiz doctor" not in page.text


async def test_on_this_machine_alone_nothing_is_said(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING, "bot.adapters.web")
    async with running(sqlite_url):
        pass

    assert "whoever reaches it" not in caplog.text


async def test_one_members_practice_is_closed_to_another(ann: Browser, ben: Browser):
    practice = await ann.say("/flaskquiz practice")
    key = practice.headers["X-Address"].rpartition("=")[2]

    stolen = await ben.show(key)

    assert "no longer here" in stolen.page.words


async def test_a_database_that_is_gone_is_told_and_nothing_breaks(ann: Browser, here: Running):
    await here.store._database.close()

    page = await ann.get()
    wrote = await ann.say("got it")

    assert page.status == wrote.status == 503
    assert wrote.text == "FlaskQuiz cannot reach its database. Please try again in a moment."
    assert (await ann.get("/healthz")).status == 503
    assert (await ann.get("/live")).status == 503


async def test_a_bug_is_logged_once_and_the_member_hears_an_apology(
    ann: Browser, here: Running, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    async def broken(*_args: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(here.quiz.standings, "me", broken)

    got = await ann.show("me")
    page = await ann.get("/?show=me")

    assert got.status == page.status == 500
    assert "Something broke on my side." in page.page.words
    assert "secret detail" not in page.text
    assert caplog.text.count("The page broke on GET /panel") == 1


async def test_the_stream_says_that_something_is_new_and_nothing_else(ann: Browser, here: Running):
    async with ann.session.get(f"{here.url}/live") as stream:
        first = await stream.content.readuntil(b"\n\n")
        here.clock.move(days=1)
        here.ticker.wake()
        second = await stream.content.readuntil(b"\n\n")
        while second == first:
            second = await stream.content.readuntil(b"\n\n")

    assert stream.headers["Content-Type"] == "text/event-stream"
    for event in (first, second):
        name, data, *rest = event.decode().split("\n")
        assert name == "event: feed"
        assert len(data) == len("data: ") + 16
        assert rest == ["", ""]
