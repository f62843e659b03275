import pytest

from bot.adapters.web.addresses import READS, lasting, read_show, show_of, url_of
from bot.core.errors import StaleKeyError
from bot.core.parts import Action, Button, Buttons, Card, Form, Paragraph, Verb

PLAIN = Card("A card", (Paragraph(("Words",)),))


@pytest.mark.parametrize("verb", sorted(READS))
def test_what_reads_has_an_address_that_reads_back(verb: Verb):
    for value in ("", "r12"):
        assert read_show(show_of(Action(verb, value))) == Action(verb, value)


@pytest.mark.parametrize("verb", sorted(set(Verb) - READS))
def test_what_writes_has_none_and_cannot_be_asked_for(verb: Verb):
    assert show_of(Action(verb)) == ""
    with pytest.raises(StaleKeyError):
        read_show(f"{verb}:r12")


@pytest.mark.parametrize("text", ["", "nothing", "answer" + ":" + "x" * 100, ":r1"])
def test_an_address_we_did_not_write_is_stale(text: str):
    with pytest.raises(StaleKeyError):
        read_show(text)


def test_an_address_is_a_query_of_the_page():
    assert url_of("answer:r12") == "/?show=answer:r12"
    assert url_of("") == "/"
    assert url_of("a&b=c#d") == "/?show=a%26b%3Dc%23d"


def test_each_step_of_an_attempt_is_found_again_by_its_key():
    key = "r12"
    reveal = Form("How?", (), (), "Save", Action(Verb.GRADE, key))

    assert lasting(Action(Verb.REVEAL, key), reveal) == "answer:r12"
    assert lasting(Action(Verb.GRADE, key), PLAIN) == "answer:r12"
    assert lasting(Action(Verb.REGRADE, key), reveal) == "regrade:r12"


def test_a_practice_is_found_again_by_its_answer_button():
    row = Buttons((Button("Answer", Action(Verb.ANSWER, "p7")),))

    assert lasting(Action(Verb.PRACTICE), Card("Practice", (row,))) == "answer:p7"
    assert lasting(Action(Verb.PRACTICE), PLAIN) == ""


def test_what_was_done_once_leads_to_where_it_shows():
    assert lasting(Action(Verb.HIDE), PLAIN) == "home"
    assert lasting(Action(Verb.PAUSE), PLAIN) == "doctor"
    assert lasting(Action(Verb.SAVE_SETTINGS), PLAIN) == "settings"
    assert lasting(Action(Verb.NOW), PLAIN) == ""
    assert lasting(Action(Verb.FORGET_CONFIRMED), PLAIN) == ""
