"""What a browser sends, without a browser: cookies, origins, forms as they were given out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import aiohttp

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Got:
    """An answer, read."""

    status: int
    text: str
    headers: Mapping[str, str]
    url: str

    @property
    def page(self) -> Parsed:
        return Parsed.of(self.text)


@dataclass
class Parsed(HTMLParser):
    """A page taken apart: its words, its elements, its forms."""

    words: str = ""
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> Parsed:
        parsed = cls()
        HTMLParser.__init__(parsed)
        parsed.feed(text)
        return parsed

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        if tag == "form":
            self.forms.append(Form(given.get("method", "get"), given.get("action", "/")))
        elif tag == "input" and self.forms and given.get("type") == "hidden":
            self.forms[-1].fields.append((given["name"], given["value"]))

    def handle_data(self, data: str) -> None:
        self.words = f"{self.words} {data.strip()}".strip()
        if self.forms and data.strip():
            self.forms[-1].words += data.strip() + " "

    def form(self, label: str) -> Form:
        """The form in which *label* can be read."""
        return next(form for form in self.forms if label in form.words)

    def ids(self) -> list[str]:
        return [given["id"] for _, given in self.elements if "id" in given]


@dataclass
class Form:
    """A form as given out: where it goes and its hidden fields."""

    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    words: str = ""


class Browser:
    """One person's browser."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session
        self.origin = url
        self.seen: list[str] = []

    async def get(self, path: str = "/", **kwargs: Any) -> Got:
        return await self._read(self.session.get(self.url + path, **kwargs))

    async def post(
        self, path: str, fields: Fields | dict[str, str], *, script: bool = True, **kwargs: Any
    ) -> Got:
        """Send a form, as our script does or as a browser without scripts."""
        headers = {"Origin": self.origin, **({"X-FlaskQuiz": "1"} if script else {})}
        headers |= kwargs.pop("headers", {})
        data = aiohttp.FormData(list(fields.items()) if isinstance(fields, dict) else list(fields))
        request = self.session.post(self.url + path, data=data, headers=headers, **kwargs)
        return await self._read(request)

    async def join(self, name: str) -> Got:
        return await self.post("/join", {"name": name}, script=False)

    async def press(self, label: str, on: Got | None = None, **more: str) -> Got:
        """Press the first button with *label* on a page, or on the page as it is."""
        form = (on or await self.get()).page.form(label)
        return await self.send(form, list(more.items()))

    async def send(self, form: Form, more: Fields = (), *, script: bool = True) -> Got:
        """Submit *form* with what its owner filled in."""
        fields = [*form.fields, *more]
        if form.method == "get":
            return await self.get(f"/panel?show={dict(fields)['show']}")
        return await self.post(form.action, fields, script=script)

    async def say(self, text: str, **kwargs: Any) -> Got:
        return await self.post("/say", {"text": text}, **kwargs)

    async def show(self, what: str) -> Got:
        return await self.get(f"/panel?show={what}")

    async def answer(self, words: str = "I remember a bit", confidence: str = "think") -> Got:
        """Answer the open question up to the reveal."""
        form = (await self.press("Answer")).page.form("Show answer")
        return await self.send(form, [("words", words), ("confidence", confidence)])

    async def grade(self, reveal: Got, grade: str = "", ticks: Sequence[int] = ()) -> Got:
        """Grade oneself on a reveal."""
        form = reveal.page.form("Save grade")
        more = [("ticks", str(tick)) for tick in ticks]
        return await self.send(form, [*more, ("grade", grade)])

    async def _read(self, request: Any) -> Got:
        async with asyncio.timeout(10), request as response:
            text = await response.text(errors="replace")
            self.seen.append(text)
            return Got(response.status, text, response.headers, str(response.url.path_qs))


@asynccontextmanager
async def visiting(url: str) -> AsyncIterator[Browser]:
    """A browser with a cookie jar of its own."""
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address in digits
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield Browser(url, session)
