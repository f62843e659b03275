"""Every link leads to the documentation of who makes the thing."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.core.deck import Deck

PALLETS = {"flask", "werkzeug", "jinja", "itsdangerous"}
FLASK_PAGES = {
    "", "api", "appcontext", "async-await", "blueprints", "changes", "cli", "config", "debugging",
    "deploying", "deploying/asgi", "deploying/gunicorn", "deploying/nginx", "deploying/proxy_fix",
    "design", "errorhandling", "extensiondev", "extensions", "installation", "lifecycle", "logging",
    "patterns/appfactories", "patterns/celery", "patterns/deferredcallbacks", "patterns/fileuploads",
    "patterns/javascript", "patterns/streaming", "patterns/viewdecorators", "patterns/wtforms",
    "quickstart", "reqcontext", "server", "shell", "signals", "templating", "testing",
    "tutorial/database", "tutorial/factory", "tutorial/views", "views", "web-security",
}  # fmt: skip
"""The pages of Flask 3.1's documentation that a question may send to."""
OTHERS = {
    "alembic.sqlalchemy.org": r"/en/latest/\w+\.html",
    "apiflask.com": r"/docs",
    "asgi.readthedocs.io": r"/",
    "blinker.readthedocs.io": r"/en/stable/",
    "corydolphin.github.io": r"/flask-cors/",
    "docs.docker.com": r"/reference/dockerfile/",
    "docs.python.org": r"/3/library/[\w.]+\.html",
    "docs.sqlalchemy.org": r"/en/21/(core|orm)/[\w/]+\.html",
    "flask-caching.readthedocs.io": r"/en/latest/(api\.html)?",
    "flask-dance.readthedocs.io": r"/en/latest/\w+\.html",
    "flask-jwt-extended.readthedocs.io": r"/en/stable/\w+\.html",
    "flask-limiter.readthedocs.io": r"/en/stable/",
    "flask-login.readthedocs.io": r"/en/latest/",
    "flask-migrate.readthedocs.io": r"/en/latest/",
    "flask-session.readthedocs.io": r"/en/latest/",
    "flask-smorest.readthedocs.io": r"/en/latest/\w+\.html",
    "flask-socketio.readthedocs.io": r"/en/latest/\w+\.html",
    "flask-sqlalchemy.readthedocs.io": r"/en/stable/[\w-]+/",
    "flask-wtf.readthedocs.io": r"/en/1\.2\.x/\w+/",
    "github.com": r"/(pallets/flask/issues/\d+|wntrblm/flask-talisman)",
    "gunicorn.org": r"/\w+/",
    "htmx.org": r"/docs/",
    "owasp.org": r"/API-Security/editions/2023/en/[\w-]+/",
    "pypi.org": r"/project/Flask-(RESTful|Sijax)/",
    "python-babel.github.io": r"/flask-babel/",
    "wtforms.readthedocs.io": r"/en/stable/\w+/",
}
"""Who else may be linked to, and how their pages are addressed."""


def is_official(url: str) -> bool:
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path
    if parts.query or parts.fragment or parts.scheme != "https":
        return False
    if host.removesuffix(".palletsprojects.com") in PALLETS:
        page = re.fullmatch(r"/en/stable/((?:[\w-]+/)*)", path)
        return bool(page) and (not host.startswith("flask.") or page[1].rstrip("/") in FLASK_PAGES)
    return host in OTHERS and re.fullmatch(OTHERS[host], path) is not None


def test_every_link_is_official_and_of_a_lasting_form(deck: Deck):
    odd = [(q.id, url) for q in deck for url in q.docs if not is_official(url)]

    assert odd == []


def test_no_question_links_twice_to_the_same_page(deck: Deck):
    assert [q.id for q in deck if len(set(q.docs)) != len(q.docs)] == []


def test_the_page_on_security_is_not_linked_for_how_files_are_cached(deck: Deck):
    """It speaks of headers, cookies and escaping, and never of `Cache-Control`."""
    linked = {q.id for q in deck if any(url.endswith("/web-security/") for url in q.docs)}
    caching = {q.id for q in deck if any("Cache-Control: no-cache" in k for k in q.key_points)}

    assert caching
    assert linked & caching == set()


def test_most_questions_link_to_pallets(deck: Deck):
    hosts = [{urlsplit(url).hostname or "" for url in question.docs} for question in deck]
    own = sum(any(host.endswith(".palletsprojects.com") for host in each) for each in hosts)

    assert own / len(deck) > 0.75


def test_what_is_not_official_is_seen():
    for url in (
        "https://flask.palletsprojects.com/en/3.0.x/config/",
        "https://flask.palletsprojects.com/en/stable/no-such-page/",
        "https://flask.palletsprojects.com/en/stable/config/#DEBUG",
        "http://flask.palletsprojects.com/en/stable/config/",
        "https://stackoverflow.com/questions/1",
        "https://flask.palletsprojects.com.evil.example/en/stable/config/",
    ):
        assert not is_official(url), url
