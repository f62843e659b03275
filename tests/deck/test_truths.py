"""What circulates about Flask and is wrong today is not in the deck."""

from __future__ import annotations

import re
import sys

import pytest

from bot.core.deck import Deck, Question
from tests.deck.prose import prose_of, sentences_of

FALSE = {
    "sessions live in a cookie": r"session (?:data|values?) (?:is|are) (?:kept|stored) on the server",
    "the session is signed, not encrypted": r"session (?:cookie )?is encrypted",
    "g belongs to the app context": r"\bg`? (?:belongs to|is bound to|is tied to) (?:the|a|one) request\b",
    "contexts are context variables, not thread-local": r"Flask (?:uses|keeps|stores)[^.]*thread[- ]local",
    "Flask's own proxies are safe in threads": r"Flask is not thread[- ]safe",
    "debug is not switched on by FLASK_ENV": r"(?:set|use|with) `?FLASK_ENV",
    "app.run is ignored by flask run": r"`app\.run\(debug=True\)`[^.]*\b(?:turns|switches)[^.]*`flask run`",
    "there is no such package": r"Flask-AsyncIO",
    "async views do not make a worker serve more": r"async (?:views?|def)[^.]*\b(?:more requests at once|non-blocking)\b(?![^.]*\bneed)",
    "the limit is of the whole body": r"`?MAX_CONTENT_LENGTH`? (?:limits|is the limit of) (?:each|one|a single) file",
    "large files go to disk": r"(?:uploads|files) are (?:kept|held) in memory",
    "redirect answers 302 on 3.0 and 3.1": r"`?redirect\(\)`?[^.]*\b303\b[^.]*\bdefault",
    "SERVER_NAME restricts no host since 3.1": r"`?SERVER_NAME`? (?:rejects|refuses|restricts|protects)",
    "escaping does not stop javascript: links": r"[Aa]utoescaping (?:stops|prevents) (?:all )?XSS",
    "the header is the client's": r"[Rr]ead `?X-Forwarded-For`? (?:from|in) `?request\.headers",
    "no eventlet worker in gunicorn 27": r"(?:use|with) (?:the )?`?eventlet`? worker",
    "the import name says nothing about being run": r"import name tells Flask whether",
    "autogenerate does not see a rename": r"(?:detects|recognises) a renamed",
    "create_all alters nothing": r"`?create_all(?:\(\))?`? (?:adds|alters|changes) (?:the )?columns",
    "a uuid ranks no higher than a plain variable": r"narrower converter|Only when two rules are equal",
    "without an Accept header any type will do": r"`None`, which deserves a 406",
    "a handler for a status code comes before a blueprint's for a class": r"error is first offered to the child's handlers|If a blueprint handles the request, its handlers are asked first",
    "where subdomains count, a foreign host is not served as usual": r"Since 3\.1 it is served as usual:",
    "a session takes a datetime, bytes and a UUID too": r"[Ss]ession values must be serialisable as JSON",
    "a package's instance folder lies beside it": r"instance folder are found from",
    "what is logged at INFO shows in debug mode only": r"logs the places it searched, at level INFO\.",
    "merged contexts are of 3.2": r"(?:Flask|Since|since|In|in) 3\.2",
    "an event loop is of one async function": r"[Rr]equest (?:gets|has) its own event loop|loop made for this one request|[Rr]equest's event loop",
    "--sort match lists by endpoint": r"`--sort match`[^.]*\bin the order in which",
    "flask run --host is trusted too": r"LAN address[^.]*console is therefore off",
    "plain hashes are refused since Werkzeug 3": r"Old hashes keep working",
    "slashes go, names of folders stay": r"removes path parts",
    "one += happens to be whole today": r"Some hits get lost",
    "writing was access before 3.1.3, too": r"only reading a value.*\baccessed",
    "request.url shows U+2028 as it is": r"a line break stays percent-encoded",
    "flask db list-templates needs no init": r"every other command stops",
    "a handler must take lines of the level": r"looks for a handler on that logger or its parents\.",
    "cached goes by the path of the request": r"`cached` has no arguments in its key",
    "a hash lets a fixed script run as well": r"one inline script of your own template run, and no injected",
    "the context is gone after client.get": r"Run the view with few and with many rows",
    "Talisman adds a nonce only to what the policy names": r"^name the directive in `content_security",
    "Talisman reads X-Forwarded-Proto itself": r"must therefore learn the real scheme",
    "script code is a place too": r"[Ii]n which two places of an HTML template",
}
"""What is true, and how the false statement is usually put."""

REMOVED = {
    "before_first_request": r"before_first_request",
    "FLASK_ENV and app.env": r"FLASK_ENV|\bapp\.env\b",
    "settings of JSON": r"JSON_SORT_KEYS|JSON_AS_ASCII|JSONIFY_\w+",
    "json_encoder": r"json_(?:en|de)coder",
    "Markup and escape of flask": r"from flask import [^\n]*\b(?:Markup|escape)\b|flask\.(?:Markup|escape)",
    "context stacks": r"_(?:app|request)_ctx_stack",
    "localeselector": r"localeselector",
    "old names of send_file": r"attachment_filename|cache_timeout|add_etags",
    "flask.__version__": r"flask\.__version__",
    "Model.query": r"\b[A-Z]\w+\.query\b(?!_)",
    "set_cookie of old test clients": r"set_cookie\(\s*[\"']localhost[\"']\s*,",
    "Flask-Uploads and Flask-Sijax": r"flask_uploads|flask_sijax|Flask-Sijax",
    "Flask-RESTful": r"[Ff]lask[-_]?[Rr]est[Ff]ul",
}
"""What is gone or dead; a question may name it only to say so."""
SAYS_SO = re.compile(
    r"\b(?:removed|gone|no longer|not any more|does nothing|no effect|ignored|legacy|ended"
    r"|no release|last release|cannot be imported|fails at import|cannot even be imported)\b"
)


def reads_as_true(question: Question) -> str:
    return "\n".join(prose_of(question))


@pytest.mark.parametrize("pattern", FALSE.values(), ids=FALSE.keys())
def test_no_sentence_states_what_is_false(deck: Deck, pattern: str):
    found = [
        (question.id, sentence)
        for question in deck
        for sentence in sentences_of(question)
        if re.search(pattern, sentence)
    ]

    assert found == []


@pytest.mark.parametrize("pattern", REMOVED.values(), ids=REMOVED.keys())
def test_what_is_gone_is_only_named_to_say_so(deck: Deck, pattern: str):
    silent = []
    for question in deck:
        programs = [*question.example.code, *(question.check.code if question.check else ())]
        if not re.search(pattern, "\n".join([reads_as_true(question), *programs])):
            continue
        sentences = "\n".join(s for s in sentences_of(question))
        if not SAYS_SO.search(sentences):
            silent.append(question.id)

    assert silent == []


def test_statements_of_the_kind_that_circulates_are_seen():
    for sentence in (
        "By default session data is stored on the server.",
        "`g` belongs to the request.",
        "Flask uses thread-local storage for requests.",
        "`MAX_CONTENT_LENGTH` limits each file of a form.",
        "Read `X-Forwarded-For` from `request.headers`.",
        "Since 3.2 both contexts are one.",
    ):
        assert any(re.search(pattern, sentence) for pattern in FALSE.values()), sentence


def test_no_program_imports_what_is_not_pinned(deck: Deck):
    """The deck's own list of packages: what `flaskquiz[deck]` installs, and the standard library."""
    known = {
        "alembic", "apiflask", "asgiref", "authlib", "babel", "cachelib", "celery", "click",
        "flask", "flask_babel", "flask_caching", "flask_cors", "flask_dance", "flask_jwt_extended",
        "flask_limiter", "flask_login", "flask_migrate", "flask_session", "flask_smorest",
        "flask_socketio", "flask_sqlalchemy", "flask_talisman", "flask_wtf", "gunicorn",
        "itsdangerous", "jinja2", "markupsafe", "marshmallow", "oauthlib", "sqlalchemy",
        "werkzeug", "wtforms",
    }  # fmt: skip
    lines = [
        line
        for question in deck
        for line in (*question.example.code, *(question.check.code if question.check else ()))
    ]
    imported = {
        found[1] for line in lines if (found := re.match(r"\s*(?:from|import) (\w+)[ .]?", line))
    }

    assert imported - known - sys.stdlib_module_names == set()
