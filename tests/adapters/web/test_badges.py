import pytest

from bot.adapters.web.badges import Badge, new_member, read_badge, write_badge

SECRET = b"a secret of thirty-two bytes or so"
ANN = Badge("m-1_x", "Ann")


def test_a_badge_reads_back_as_it_was_written():
    for name in ("Ann", "Zoë", "عمر", "🧑‍🚀", "a.b.c", "="):
        badge = Badge(new_member(), name)

        assert read_badge(write_badge(badge, SECRET), SECRET) == badge


def test_another_secret_opens_no_badge():
    assert read_badge(write_badge(ANN, b"another secret"), SECRET) is None


def test_a_changed_member_or_name_or_signature_is_no_badge():
    version, member, name, signature = write_badge(ANN, SECRET).split(".")

    for forged in (
        f"{version}.other.{name}.{signature}",
        f"{version}.{member}.QmVu.{signature}",
        f"2.{member}.{name}.{signature}",
        f"{version}.{member}.{name}.{signature[:-1]}",
        f"{version}.{member}.{name}.",
        f"{version}.{member}{name}.{signature}",
    ):
        assert read_badge(forged, SECRET) is None


@pytest.mark.parametrize(
    "cookie", ["", ".", "...", "a.b", "1.a.b.c", "é.é.é.é", "x" * 5000, "1.a.b.c.d"]
)
def test_rubbish_is_no_badge(cookie: str):
    assert read_badge(cookie, SECRET) is None


def test_members_have_ids_that_nobody_guesses():
    assert len({new_member() for _ in range(1000)}) == 1000
    assert all(len(new_member()) >= 20 for _ in range(10))
