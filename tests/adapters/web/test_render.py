from datetime import UTC, datetime
from typing import get_args

from bot.adapters.web.assets import load_assets
from bot.adapters.web.badges import Badge
from bot.adapters.web.feed import Channelled, Entry
from bot.adapters.web.gallery import Gallery
from bot.adapters.web.render import JoinPanel, Pages, Panel, spans
from bot.core.cards import rounds
from bot.core.deck import load
from bot.core.models import (
    Address,
    Channel,
    ChannelId,
    ChannelState,
    DeliveryId,
    Kind,
    Level,
    Platform,
)
from bot.core.parts import (
    Action,
    Block,
    Button,
    Buttons,
    Card,
    Choice,
    Code,
    CodeBlock,
    Divider,
    Facts,
    File,
    Form,
    Heading,
    Input,
    Link,
    Mention,
    Numbered,
    Option,
    Paragraph,
    Picks,
    Picture,
    Quiet,
    Quote,
    Strong,
    Table,
    Ticks,
    Verb,
    Words,
)
from bot.core.ports import Chart
from bot.settings import shipped_deck
from tests.adapters.web.running import a_png
from tests.adapters.web.visiting import Parsed
from tests.builders import some_settings

EVIL = '<img src=x onerror="alert(1)">\'&"</script>'
KEY = Action(Verb.ANSWER, "r1")
PAGES = Pages(load_assets(), lambda _picture: "/picture/abc.png")


def every_block(text: str) -> tuple[Block, ...]:
    """One of each, with *text* wherever text may stand."""
    return (
        Heading((text, Code(text), Strong(text), Mention(text, text))),
        Paragraph((text, Link(text, "https://flask.palletsprojects.com/"))),
        Quiet((text,)),
        CodeBlock(text),
        CodeBlock(text, "text"),
        CodeBlock(text, "no such language"),
        Quote(text),
        Numbered(((text,), (text,))),
        Facts(((text, (text,)),)),
        Table((text, "", text), ((text, text, text),), frozenset({2}), own=0),
        Picture("p.png", text, a_png()),
        File(text, "application/json", b"{}"),
        Divider(),
        Buttons((Button(text, KEY), Button(text, Action(Verb.PRACTICE, "routing")))),
    )


def every_input(text: str) -> tuple[Input, ...]:
    options = (Option("a", text), Option("b", text))
    return (
        Words("one", text, text, text, text, suggestions=(text,)),
        Words("two", text, text, text, text, lines=4),
        Choice("three", text, options, "a", text, none=text),
        Choice("four", text, options, required=True),
        Ticks("five", text, options, frozenset({"a"}), text),
        Picks("six", text, options, frozenset({"b"}), text),
    )


def test_every_kind_of_block_and_input_has_a_look():
    assert {type(block) for block in every_block("x")} == set(get_args(Block))
    assert {type(each) for each in every_input("x")} == set(get_args(Input))

    card = PAGES.panel(Panel(Card("A card", every_block("Seen"))))
    form = PAGES.panel(Panel(Form("A form", (), every_input("Seen"), "Go", KEY)))

    assert card.count("Seen") >= 20
    assert form.count("Seen") >= 15


def test_no_text_of_anybody_becomes_markup():
    panel = Panel(Card(EVIL, every_block(EVIL), Level.BEGINNER))
    form = Form(EVIL, every_block(EVIL), every_input(EVIL), EVIL, KEY)
    problems = dict.fromkeys(("one", "two", "three", "five"), EVIL)

    for html in (
        PAGES.panel(panel),
        PAGES.panel(Panel(form, EVIL, problems)),
        PAGES.panel(JoinPanel(EVIL, EVIL, EVIL)),
        PAGES.error(400, EVIL),
        page(EVIL),
    ):
        elements = Parsed.of(html).elements
        assert "<img src=x" not in html
        assert not [given for _, given in elements if any(n.startswith("on") for n in given)]
        assert not [given for tag, given in elements if tag == "img" and given["src"] == "x"]
        assert "</script>'" not in html


def page(text: str) -> str:
    feed = Channelled(a_channel(text), (an_entry(text),), datetime(2026, 11, 23, tzinfo=UTC))
    panel = Panel(Card(text, every_block(text)))
    return PAGES.page(feed, Badge("m", text), panel, admin=True, offers=[text])


def a_channel(name: str = "#flask") -> Channel:
    address = Address(Platform.WEB, "web", "flask")
    return Channel(ChannelId(1), address, name, ChannelState.ACTIVE, some_settings())


def an_entry(text: str, only_for: str = "") -> Entry:
    return Entry(
        id=DeliveryId(1),
        kind=Kind.DAILY,
        sent_at=datetime(2026, 11, 22, tzinfo=UTC),
        card=Card(text, every_block(text), Level.ADVANCED),
        answer=Card(text, every_block(text)),
        only_for=only_for,
    )


def test_a_page_has_every_id_once_and_every_reference_leads_somewhere():
    for html in (page("Seen"), PAGES.panel(Panel(Form("F", (), every_input("x"), "Go", KEY)))):
        parsed = Parsed.of(html)
        ids = parsed.ids()
        assert len(ids) == len(set(ids))
        for _, given in parsed.elements:
            for name in ("for", "list", "aria-labelledby", "aria-describedby"):
                assert set(given.get(name, "").split()) <= set(ids)


def test_nothing_is_inline_and_nothing_comes_from_elsewhere():
    elements = Parsed.of(page("Seen")).elements

    for tag, given in elements:
        assert "style" not in given
        assert given.get("src", "/").startswith("/")
        assert tag != "style"
        assert tag != "script" or given["src"].startswith("/static/")
        assert tag != "link" or given["href"].startswith("/static/")


def test_every_input_has_a_label():
    parsed = Parsed.of(PAGES.panel(Panel(Form("F", (), every_input("x"), "Go", KEY))))
    labelled = {given["for"] for tag, given in parsed.elements if tag == "label" and "for" in given}

    for tag, given in parsed.elements:
        if tag == "textarea" or (tag == "input" and given["type"] == "text"):
            assert given["id"] in labelled


def test_a_form_to_mend_says_where_and_what():
    html = PAGES.panel(
        Panel(Form("F", (), every_input("x"), "Go", KEY), "", {"one": "Give a time."})
    )
    one = next(given for _, given in Parsed.of(html).elements if given.get("id") == "in-one")

    assert one["aria-invalid"] == "true"
    assert "in-one-problem" in one["aria-describedby"]
    assert "Not saved yet: one thing is marked above." in html


def test_only_https_addresses_become_links():
    assert "href" in spans((Link("docs", "https://example.org/"),))
    for url in ("javascript:alert(1)", "http://example.org/", "data:text/html,x"):
        assert spans((Link("docs", url),)) == "docs"


def test_a_button_that_reads_is_a_link_and_one_that_writes_posts():
    row = Buttons((Button("Answer", KEY), Button("Pause", Action(Verb.PAUSE))))

    reads, writes = Parsed.of(PAGES.panel(Panel(Card("c", (row,))))).forms

    assert (reads.method, reads.fields) == ("get", [("show", "answer:r1")])
    assert (writes.method, writes.fields) == ("post", [("action", "fq:1:pause:")])


def test_code_is_coloured_and_every_character_of_it_kept():
    code = "x = {'a': 1}  # <b>\n\n\nif x < 2 and y > 1:\n\tprint(\"&amp;\")"
    html = PAGES.panel(Panel(Card("c", (CodeBlock(code),))))

    assert '<span class="k">if</span>' in html
    assert Parsed.of(html).elements.count(("b", {})) == 0
    assert "&amp;amp;" in html


def test_every_question_of_the_deck_renders():
    for question in load(shipped_deck()):
        blocks = (*rounds.asked(question), *rounds.answer(question))

        html = PAGES.panel(Panel(Card("A question", (*blocks, Quiet(rounds.source(question))))))

        assert html.count("<pre") == html.count("</pre>") >= 1


def test_a_notice_is_for_its_admin_alone():
    notice = an_entry("Secret trouble", only_for="m1")
    feed = Channelled(a_channel(), (notice,), datetime(2026, 11, 23, tzinfo=UTC))

    assert "Secret trouble" in PAGES.feed(feed, Badge("m1", "Ann"), admin=True)
    assert "Secret trouble" not in PAGES.feed(feed, Badge("m2", "Ben"), admin=True)
    assert "Secret trouble" not in PAGES.feed(feed, None, admin=False)


async def test_a_picture_is_drawn_when_it_is_asked_for_and_once():
    drawn: list[Chart] = []

    async def painter(chart: Chart) -> bytes:
        drawn.append(chart)
        return a_png()

    gallery = Gallery(painter)
    name = (await gallery.promise(Chart("Week 47", ()))).decode()

    assert drawn == []
    assert gallery.url(Picture("p", "alt", name.encode())) == f"/picture/{name}.png"
    assert await gallery.draw(name) == await gallery.draw(name) == a_png()
    assert len(drawn) == 1
    assert await gallery.draw("never promised") is None
