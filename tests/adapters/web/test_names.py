import pytest

from bot.adapters.web.names import NAME_MAX, name_key, read_name
from bot.core.errors import FormError


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ann", "Ann"),
        ("  Ann \t Lee\n", "Ann Lee"),
        (" " * 9_999 + "x", "x"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("مريم", "مريم"),
        ("Zoe\u0308", "Zoë"),
        ("👩‍💻", "👩‍💻"),
        ("a\u202eb\u2066c\u200bd\x00e", "abcde"),
        ("\u200dAnn\u200d", "Ann"),
        ("Z" + "\u0335" * 30 + "algo", "Z" + "\u0335" * 3 + "algo"),
    ],
)
def test_a_name_is_kept_as_people_write_it(typed: str, name: str):
    assert read_name(typed) == name


@pytest.mark.parametrize(
    "typed", ["", "   ", "\u200d", "\u202e\u202d", "\u0301", "\x00", "\u3164 "]
)
def test_a_name_that_nobody_can_see_is_refused(typed: str):
    with pytest.raises(FormError, match="Type a name"):
        read_name(typed)


@pytest.mark.parametrize("typed", ["x" * (NAME_MAX + 1), "x" * 10_000, "🙂" * 41])
def test_a_long_name_is_refused_with_the_limit(typed: str):
    with pytest.raises(FormError, match="at most 40 characters"):
        read_name(typed)


def test_names_that_look_alike_share_a_key():
    assert name_key("Ann") == name_key("ANN") == name_key("Ａnn")
    assert name_key("Ann") != name_key("Anna")


def test_a_key_says_nothing_of_the_name_and_fits_the_table():
    assert "ann" not in name_key("Annabelle").casefold()
    assert len(name_key("x" * NAME_MAX)) <= 80
