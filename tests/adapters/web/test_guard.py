import pytest
from aiohttp.test_utils import make_mocked_request

from bot.adapters.web.guard import Hosts, PageError, host_name, is_loopback

LAN = Hosts("0.0.0.0")
PRIVATE = Hosts("127.0.0.1")
NAMED = Hosts("127.0.0.1", {"quiz.example", "https://flask.example:8443/"})


def asked(host: str, **headers: str):
    given = {"Host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return make_mocked_request("POST", "/do", headers=given)


@pytest.mark.parametrize(
    ("hosts", "host"),
    [
        (PRIVATE, "127.0.0.1:8000"),
        (PRIVATE, "localhost:8000"),
        (PRIVATE, "LOCALHOST"),
        (PRIVATE, "[::1]:8000"),
        (NAMED, "quiz.example"),
        (NAMED, "QUIZ.example:443"),
        (NAMED, "quiz.example."),
        (NAMED, "flask.example"),
        (LAN, "192.168.1.20:8000"),
        (LAN, "[fe80::1]:8000"),
        (LAN, "localhost:8000"),
        (Hosts("quiz.local"), "quiz.local:8000"),
    ],
)
def test_the_page_answers_to_its_own_names(hosts: Hosts, host: str):
    hosts.refuse(asked(host))


@pytest.mark.parametrize(
    ("hosts", "host"),
    [
        (PRIVATE, "evil.example"),
        (PRIVATE, "evil.example:8000"),
        (PRIVATE, "127.0.0.1.evil.example"),
        (PRIVATE, "localhost.evil.example"),
        (PRIVATE, "192.168.1.20"),
        (PRIVATE, ""),
        (PRIVATE, "["),
        (PRIVATE, "evil.example@127.0.0.1.x"),
        (LAN, "evil.example"),
        (LAN, ""),
        (NAMED, "notquiz.example"),
    ],
)
def test_it_answers_to_no_other_name(hosts: Hosts, host: str):
    with pytest.raises(PageError) as refused:
        hosts.refuse(asked(host))

    assert refused.value.status == 421
    assert "ALLOWED_HOSTS" in refused.value.sentence


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1:8000"},
        {"Origin": "http://127.0.0.1:8000", "Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "same-origin"},
        {"Origin": "https://flask.example:8443"},
    ],
)
def test_a_write_from_the_page_itself_passes(headers: dict[str, str]):
    NAMED.refuse_foreign(asked("127.0.0.1:8000", **headers))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "http://127.0.0.1:8000.evil.example"},
        {"Origin": "http://127.0.0.1:8000", "Sec_Fetch_Site": "cross-site"},
        {"Origin": "http://127.0.0.1:8000", "Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
    ],
)
def test_a_write_from_elsewhere_is_refused(headers: dict[str, str]):
    with pytest.raises(PageError) as refused:
        PRIVATE.refuse_foreign(asked("127.0.0.1:8000", **headers))

    assert refused.value.status == 403


def test_only_this_machine_is_private():
    assert all(map(is_loopback, ("127.0.0.1", "127.8.9.1", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "", "192.168.1.1", "quiz.example")))


def test_the_page_is_private_where_no_name_leads_to_it_from_outside():
    ours = ("http://localhost:8000", "127.0.0.1", "[::1]:8000")

    assert all(each.private for each in (PRIVATE, Hosts("::1"), Hosts("127.0.0.1", ours)))
    assert not any(each.private for each in (LAN, NAMED, Hosts("::"), Hosts("")))
    assert not Hosts("127.0.0.1", {"192.168.1.20"}).private
    assert not Hosts("127.0.0.1", {"[nonsense"}).private


def test_a_host_is_read_without_its_port():
    assert host_name("[::1]:80") == "::1"
    assert host_name("Quiz.Example:80") == "quiz.example"
    assert host_name("https://quiz.example:80/path") == "quiz.example"
    assert host_name("[nonsense") == ""
