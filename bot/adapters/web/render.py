"""Cards, forms and the page to HTML; every word is escaped, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import assert_never
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.adapters.web.addresses import HOME, JOIN, show_of, url_of
from bot.adapters.web.assets import Asset
from bot.adapters.web.badges import Badge
from bot.adapters.web.door import CHANNEL_NAME
from bot.adapters.web.feed import Channelled, Entry
from bot.adapters.web.filling import ACTION, MANY
from bot.adapters.web.highlight import coloured
from bot.adapters.web.names import NAME_MAX
from bot.core.cards import channel as channel_cards
from bot.core.models import WORDS_MAX
from bot.core.parts import (
    Action,
    Card,
    Code,
    Form,
    Link,
    Mention,
    Picture,
    Strong,
    Text,
    Verb,
    Words,
)
from bot.core.wording import moment

TEMPLATES = Path(__file__).parent / "templates"
EXPORT_URL = "/export"


@dataclass(frozen=True, slots=True)
class Panel:
    """What one member sees in private."""

    answer: Card | Form
    show: str = ""
    """What comes after ``?show=`` when it is asked for again."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """A sentence for each input that has to be mended."""
    taken: bool = True
    """Whether what was typed in the box led anywhere."""


@dataclass(frozen=True, slots=True)
class JoinPanel:
    """Asks a guest for a name."""

    show: str = ""
    """The panel to open afterwards."""
    name: str = ""
    problem: str = ""
    renames: bool = False


class Pages:
    """Renders whole pages and the fragments that scripts swap in."""

    def __init__(self, assets: Mapping[str, Asset], picture_url: Callable[[Picture], str]) -> None:
        self._own = {
            "asset": {name: asset.url for name, asset in assets.items()},
            "picture_url": picture_url,
        }

    def page(
        self,
        feed: Channelled,
        badge: Badge | None,
        panel: Panel | JoinPanel | None,
        *,
        admin: bool,
        offers: Sequence[str],
    ) -> str:
        """The whole page."""
        title = _title(panel.answer) if isinstance(panel, Panel) else ""
        return self._render(
            "page.html",
            badge=badge,
            admin=admin,
            offers=offers,
            title=title,
            feed=Markup(self.feed(feed, badge, admin=admin)),  # noqa: S704  # rendered just now
            panel=Markup(self.panel(panel)) if panel else None,  # noqa: S704  # rendered just now
        )

    def panel(self, panel: Panel | JoinPanel) -> str:
        """What goes into the dialogue."""
        if isinstance(panel, JoinPanel):
            return self._render("join.html", join=panel)
        if isinstance(panel.answer, Form):
            return self._render(
                "form.html",
                form=panel.answer,
                problems=panel.problems,
                tick=_tick(panel.answer),
                first=_first(panel.answer),
            )
        return self._render("card.html", card=panel.answer, show=panel.show)

    def feed(self, feed: Channelled, badge: Badge | None, *, admin: bool) -> str:
        """The feed as one member, or a guest, sees it."""
        entries = feed.seen_by(badge.member if badge else "")
        return self._render(
            "feed.html",
            entries=entries,
            version=self.version(feed),
            waiting=None if feed.open else _waiting(feed, admin=admin),
            when=lambda entry: _when(entry, feed),
        )

    def version(self, feed: Channelled) -> str:
        """A short word that changes with what the feed shows to anybody."""
        shown = self._render(
            "feed.html",
            entries=feed.entries,
            version="",
            waiting=None if feed.open else _waiting(feed, admin=True),
            when=lambda entry: _when(entry, feed),
        )
        return sha256(shown.encode()).hexdigest()[:16]

    def error(self, status: int, sentence: str) -> str:
        """A page that says why there is none."""
        return self._render("error.html", status=status, sentence=sentence)

    def _render(self, name: str, **values: object) -> str:
        return _environment().get_template(name).render(self._own, **values)


@cache  # the templates are compiled once a process, at the first page
def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        spans=spans,
        kind=lambda part: type(part).__name__,
        show=show_of,
        url=url_of,
        coloured=coloured,
        unknown=_unknown,
    )
    env.globals.update(
        Verb=Verb,
        HOME=HOME,
        JOIN=JOIN,
        EXPORT_URL=EXPORT_URL,
        ACTION=ACTION,
        MANY=MANY,
        NAME_MAX=NAME_MAX,
        WORDS_MAX=WORDS_MAX,
        channel_name=CHANNEL_NAME,
    )
    return env


def spans(text: Text) -> Markup:
    """A line of text with its emphasis."""
    return Markup("").join(_span(span) for span in text)


def _span(span: str | Code | Strong | Mention | Link) -> Markup:
    match span:
        case str():
            return escape(span)
        case Code():
            return Markup("<code>{}</code>").format(span.text)
        case Strong():
            return Markup("<strong>{}</strong>").format(span.text)
        case Mention():
            return Markup('<bdi class="mention">{}</bdi>').format(span.name)
        case Link():
            if urlsplit(span.url).scheme != "https":
                return escape(span.text)
            link = '<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>'
            return Markup(link).format(span.url, span.text)  # noqa: S704  # ours
    assert_never(span)


def _unknown(what: str) -> Markup:
    """A part that no template knows: a bug that must not pass in silence."""
    raise TypeError(what)


def _tick(form: Form) -> str:
    """The action that keeps ticks before the grade, where a form has any."""
    if form.action.verb is not Verb.GRADE:
        return ""
    return str(Action(Verb.TICK, form.action.value))


def _first(form: Form) -> str:
    """The input that a member most likely wants to type in at once."""
    first = form.inputs[0] if form.inputs else None
    return first.name if isinstance(first, Words) and first.lines > 1 else ""


def _title(answer: Card | Form) -> str:
    return answer.title if isinstance(answer, Form) else answer.summary


def _when(entry: Entry, feed: Channelled) -> str:
    assert feed.channel is not None  # it has deliveries
    return moment(entry.sent_at, feed.read_at, feed.channel.zone)


def _waiting(feed: Channelled, *, admin: bool) -> Card | None:
    if feed.channel is None:
        return None
    return channel_cards.waiting(feed.channel, feed.read_at, may_ask=admin)
