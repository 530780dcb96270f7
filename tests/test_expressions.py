"""Regular expressions that see a client's text take time that grows with its length and no faster.

Every expression of the packages that serve is a row here: with texts that are the worst for it, or with the reason why
no client's text comes to it. A new one without a row fails. What reads a whole query or header is measured as a whole.
"""

from __future__ import annotations

import ast
import contextlib
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import delmaal
from delmaal.engine import clauses
from delmaal.errors import DelmaalError
from delmaal.http import asked, negotiate
from delmaal.http.urls.iris import iri_of, path_of
from delmaal.keeper import evaluation, tokens
from delmaal.protocols.reconcile.candidates import code_in
from delmaal.protocols.sparql import operation, snippets
from delmaal.search import words
from delmaal.terms import compact

QUERY = 100_000
"""Bytes of the longest query that is read (`query-limit`)."""

HEADER, ADDRESS = 32 * 1024, 64 * 1024
SHORT = 400

SECONDS = 0.25
"""Processor time of a reader on its longest text. On a machine at rest, a fifth of it or less."""

FACTOR = 3.2
"""What twice the length may cost: 2 where it grows with the length, 4 where it grows with its square."""

MEASURABLE = 0.02

PUMPS = ("a", "A", "é", "0", "_", ".", "-", ":", "/", "\\", "'", '"', "<", ">", " ", "\t", "\n", "{", "(", "@", "%",
         "#", ",", ";", "=", "*", "?", "~", "&", "'a", '"a',
         "'\\", '"\\', "\\'", "\\'''", '\\"""', "''\\", "a.", "a:", "a ",
         "a,", "a;", "a=", "a/", ". ", ", ", "0.", "0 ", "0,", "123 ", "<a", "<!", "\\u0061", "\\u006", "PREFIX a:<b>",
         "W/", '"",', "iri=", "&a=", "bytes=", "0-1,", "-1,", "q=", "1.a", "·", "\u0301", "\u00a0", "\ufeff", "service")
"""What a long text is made of by repetition."""


class Reader(NamedTuple):
    """What reads a client's text, and how long that can be; `before` stands at its beginning in every case."""

    read: Callable[[str], Any]
    longest: int
    before: tuple[str, ...] = ("",)
    after: tuple[str, ...] = ("", " ! }")


class Safe(NamedTuple):
    """Why an expression sees no text of a client."""

    why: str


def finds(pattern: str) -> Callable[[str], Any]:
    """Reads a text with an expression of a module, everywhere in the text."""
    module, _, name = pattern.partition(":")
    found: Any = getattr(import_module(f"delmaal.{module}"), name)
    return lambda text: sum(1 for _ in found.finditer(text))


def matches(pattern: str) -> Callable[[str], Any]:
    """Reads the beginning of a text with an expression of a module."""
    module, _, name = pattern.partition(":")
    found: Any = getattr(import_module(f"delmaal.{module}"), name)
    reading: Callable[[str], Any] = found.match
    return reading


def query(read: Callable[[str], Any]) -> Reader:
    """What reads a query."""
    return Reader(read, QUERY, ("", "SELECT * { ?s ?p ", "SELECT * { ?s ?p '''", "SELECT * { ?s ?p <"))


DATA = Safe("reads what a release holds, which its publisher wrote")
STORE = Safe("reads the answer of the publisher's own store")

EXPRESSIONS: dict[str, Reader | Safe] = {
    "http.origin:_HOST": Reader(matches("http.origin:_HOST"), HEADER, ("", "[", "a:")),
    "http.cors:_NAMES": Reader(matches("http.cors:_NAMES"), HEADER),
    "site.vocabulary.problems:_CODE": Safe("reads the documentation"),
    "site.vocabulary.problems:_LINK": Safe("reads the documentation"),
    "site.vocabulary.problems:_PROSE": Safe("reads the documentation"),
    "site.vocabulary.problems:_read": Safe("reads the documentation"),
    "site.vocabulary.shapes:_ESCAPED": DATA,
    **{f"reading.appearance:{name}": DATA for name in ("_COLOUR", "_LOGO", "_MAIL", "_REPORTS")},
    "protocols.history.feed:_NAME": Reader(matches("protocols.history.feed:_NAME"), ADDRESS, ("", "1-")),
    "http.gone:_RELEASE": Reader(matches("http.gone:_RELEASE"), ADDRESS, ("", "id/release/")),
    "http.past:NAME": Reader(matches("http.past:NAME"), ADDRESS, ("", "a" * 64 + "~")),
    "protocols.history.view:_FULL": Reader(matches("protocols.history.view:_FULL"), ADDRESS, ("", "a" * 64 + "~")),
    "protocols.discovery.citation:_TEX_SIGN": DATA,
    "reading.offers:_DEGREES": DATA,
    "http.urls.base:_CLEAN": Reader(matches("http.urls.base:_CLEAN"), ADDRESS, ("", "a/")),
    "http.urls.base:PLAIN": Reader(matches("http.urls.base:PLAIN"), ADDRESS, ("", "a/")),
    "http.urls.iris:_ESCAPED": Reader(finds("http.urls.iris:_ESCAPED"), ADDRESS),
    "http.urls.iris:_WEB": Reader(matches("http.urls.iris:_WEB"), ADDRESS),
    "http.urls.iris:_SUFFIX": Reader(finds("http.urls.iris:_SUFFIX"), ADDRESS, ("", ".ab", ".ab-1"), ("", "!", ".1")),
    "http.urls.suffixes:_SUFFIX": Reader(
        finds("http.urls.suffixes:_SUFFIX"), ADDRESS, ("", ".ab", ".ab-1"), ("", ".html", ".2.html", ".html!")),
    "http.urls.suffixes:_INDEX": Reader(matches("http.urls.suffixes:_INDEX"), ADDRESS, ("", "/release/")),
    "http.urls.iris:_BYTE": Reader(iri_of, ADDRESS, ("", "a/", "a/~")),
    "http.description:_PLAIN_IRI": Reader(matches("http.description:_PLAIN_IRI"), ADDRESS),
    "site.descriptions.shown:_SPECIAL": Reader(finds("site.descriptions.shown:_SPECIAL"), ADDRESS),
    "reading.rows:_SDG_CODE": Reader(matches("reading.rows:_SDG_CODE"), ADDRESS),
    "site.descriptions.generic:_CUT": Safe("reads a template of ours"),
    "serving.front.head:_HOST": Reader(matches("serving.front.head:_HOST"), HEADER, ("", "[", "a:")),
    "site.pages.cube:sparql_of": Safe("looks for the prefixes that are ours in lines that are ours"),
    "serving.front.access:_REQUEST_ID": Reader(matches("serving.front.access:_REQUEST_ID"), HEADER),
    "http.negotiate:_QUOTED": Reader(finds("http.negotiate:_QUOTED"), HEADER, ("", '"')),
    "protocols.reconcile.candidates:_CODED": Reader(
        matches("protocols.reconcile.candidates:_CODED"), SHORT, ("", "sdg", "fns mål")),
    "protocols.reconcile.candidates:_LEADING": Reader(
        matches("protocols.reconcile.candidates:_LEADING"), SHORT, ("", "3.4")),
    "protocols.sparql.snippets:_SKIPPED": Safe("reads the shipped example queries"),
    "protocols.sparql.snippets:_FORM": Safe("reads the shipped example queries"),
    "protocols.sparql.snippets:fill": Safe("reads a template of ours"),
    "protocols.sparql.examples:read_example": Safe("reads the shipped example queries"),
    "protocols.sparql.examples:_used": Safe("reads the shipped example queries"),
    "engine.clauses:_TOKEN": query(lambda text: clauses.read_clauses(text, "https://example.org/sparql")),
    "engine.clauses:_CODEPOINT": query(finds("engine.clauses:_CODEPOINT")),
    "engine.clauses:_SCHEME": query(matches("engine.clauses:_SCHEME")),
    "engine.clauses:_LOCAL_ESCAPE": query(finds("engine.clauses:_LOCAL_ESCAPE")),
    "engine.replies:_MORE": STORE,
    "engine.replies:_SLOW": STORE,
    "engine.replies:_TAG": STORE,
    "engine.replies:_GAVE_UP": STORE,
    "engine.replies:_BLANK": STORE,
    "engine.replies:_TYPED": STORE,
    "engine.replies:without_login": STORE,
    "engine.login:_DIGEST": STORE,
    "engine.rewrites:_INTEGER": STORE,
    "engine.rewrites:_DECIMAL": STORE,
    "engine.rewrites:_FLOAT": STORE,
    "engine.rewrites:_TIME": STORE,
    "engine.rewrites:_WKT_NUMBER": STORE,
    "engine.rewrites:_WKT_SPACE": STORE,
    "search.words:_WORD": Reader(finds("search.words:_WORD"), QUERY),
    "search.words:_THOUSANDS": Reader(finds("search.words:_THOUSANDS"), QUERY),
    "search.words:_PAIRS": Reader(finds("search.words:_PAIRS"), SHORT),
    "keeper.evaluation:_POSITION": Reader(matches("keeper.evaluation:_POSITION"), QUERY, ("", "error at 1:1: ")),
    "keeper.evaluation:_SAID": Reader(finds("keeper.evaluation:_SAID"), 500),
    "keeper.tokens:_TOKEN": query(lambda text: tokens.read(text, 256)),
    "keeper.tokens:_GLUED": query(matches("keeper.tokens:_GLUED")),
    "keeper.tokens:_ESCAPE": query(finds("keeper.tokens:_ESCAPE")),
    "keeper.tokens:_BEGINS": query(matches("keeper.tokens:_BEGINS")),
    "terms:SLUG": Reader(matches("terms:SLUG"), ADDRESS),
    "terms:_UNRESERVED": Reader(matches("terms:_UNRESERVED"), ADDRESS),
    "terms:compact": Reader(compact, QUERY, ("http://www.w3.org/ns/dcat#",)),
    "turtle:_SHORT": DATA,
    "turtle:_LOCAL": Reader(lambda text: _local(text.encode()), ADDRESS, ("", "a")),
    "ntriples:_ESCAPE": DATA,
    "codes:_POINT": Reader(matches("codes:_POINT"), ADDRESS),
    "codes:_AGE": Reader(matches("codes:_AGE"), ADDRESS),
    "codes:_TARGET": Reader(matches("codes:_TARGET"), ADDRESS),
    "codes:_SPELLING": Reader(matches("codes:_SPELLING"), ADDRESS, ("", "3", "3.4")),
    "codes:_INDICATOR": Reader(matches("codes:_INDICATOR"), ADDRESS),
    "codes:_LINES": Reader(matches("codes:_LINES"), ADDRESS),
}


def _local(text: bytes) -> object:
    from delmaal.turtle import _LOCAL

    return _LOCAL.match(text)


def _malformed(text: str) -> None:
    """What is said of a query that the parser gave up at its end, as after `a.a.a.`, and at its beginning."""
    lines = text.count("\n") + 1
    evaluation._malformed(f"error at {lines}:{len(text) - text.rfind(chr(10))}: expected Prefix not found", text)
    evaluation._malformed("error at 1:1: expected OPTIONAL", text)


READERS: dict[str, Reader] = {
    "the sentence on a malformed query": query(_malformed),
    "a query that is checked": query(lambda text: tokens.check(text, 256)),
    "what leaves the page": query(lambda text: snippets.declared(text, {"a": "x"})),
    "an undeclared prefix": query(lambda text: tokens.find_undeclared(text, len(text), ())),
    "a sign that no editor shows": query(lambda text: tokens.find_unseen(text + "\u00a0")),
    "a query in an address": Reader(
        lambda text: operation.read_get(f"query={text}", "", QUERY), ADDRESS, ("", "%", "&")),
    "a body of a query": Reader(
        lambda text: operation.read_post(operation.FORM, "", text.encode(), "", QUERY), 3 * QUERY),
    "a type of a body": Reader(
        lambda text: operation.read_post(text, "", b"", "", QUERY), HEADER, ("", "a/b; charset=")),
    "Accept": Reader(lambda text: negotiate.choose(text, operation._READABLE), HEADER),
    "Accept-Language": Reader(lambda text: negotiate.language(text, None, ("nb", "en")), HEADER),
    "Accept-Encoding": Reader(negotiate.coding, HEADER),
    "If-None-Match": Reader(lambda text: asked.names(text, '"a"'), HEADER),
    "If-Match": Reader(lambda text: asked.is_strongly(text, '"a"'), HEADER),
    "Range": Reader(asked.one_range, HEADER, ("", "bytes=")),
    "a date": Reader(asked.date, HEADER, ("", "Tue, 24 Nov ")),
    "a number": Reader(lambda text: asked.whole(text, 0, 9), ADDRESS),
    "a name as it is compared": Reader(words.name, 10_000),
    "words that are searched for": Reader(words.asked_words, SHORT),
    "a code": Reader(code_in, SHORT),
    "an IRI as a path": Reader(path_of, ADDRESS, ("", "http://a/", "http://a/.")),
}


def measured(reader: Reader, text: str) -> float:
    start = time.thread_time()
    with contextlib.suppress(DelmaalError):
        reader.read(text)
    return time.thread_time() - start


def check(name: str, reader: Reader) -> None:
    """Of all texts made of PUMPS, those that take longest at an eighth of the length take no longer at the whole than
    that accounts for."""
    found = []
    for before in reader.before:
        for pump in PUMPS:
            for after in reader.after:
                text = partial(repeated, before, pump, after)
                found.append((measured(reader, text(reader.longest // 8)), text))
    for _, text in sorted(found, key=lambda each: -each[0])[:3]:
        whole = min(measured(reader, text(reader.longest)) for _ in range(2))
        half = min(measured(reader, text(reader.longest // 2)) for _ in range(2))
        for _ in range(5):  # other work may have had the caches
            if whole < MEASURABLE or whole < min(SECONDS, FACTOR * half):
                break
            whole = min(whole, measured(reader, text(reader.longest)))
        assert whole < SECONDS, (name, text.args, whole)
        assert whole < MEASURABLE or whole < FACTOR * half, (name, text.args, half, whole)


def repeated(before: str, pump: str, after: str, length: int) -> str:
    return before + pump * ((length - len(before) - len(after)) // len(pump)) + after


@pytest.mark.parametrize("name", [name for name, row in EXPRESSIONS.items() if isinstance(row, Reader)])
def test_an_expression_takes_no_more_than_its_text_is_long(name: str) -> None:
    row = EXPRESSIONS[name]
    assert isinstance(row, Reader)
    check(name, row)


@pytest.mark.parametrize("name", READERS)
def test_a_reader_takes_no_more_than_its_text_is_long(name: str) -> None:
    check(name, READERS[name])


def test_what_took_half_a_minute_takes_no_time() -> None:
    text = "SELECT * { ?s ?p " + "a." * 49_000 + " ! }"
    assert min(measured(READERS["the sentence on a malformed query"], text) for _ in range(3)) < SECONDS


SERVING = ("reading", "http", "site", "protocols", "serving", "keeper", "engine", "search", "terms.py", "turtle.py",
           "ntriples.py", "codes.py", "lookup.py", "formats.py", "outside.py", "release/history.py",
           "release/log.py", "errors.py")
"""What answers requests."""


def expressions() -> Iterator[str]:
    """Every expression of SERVING: `module:name` where it has one, else `module:function` that it stands in."""
    root = Path(delmaal.__file__).parent
    for part in SERVING:
        for path in sorted((root / part).rglob("*.py")) if (root / part).is_dir() else [root / part]:
            module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
            for top in ast.parse(path.read_text(encoding="utf-8")).body:
                if any(isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                       and isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
                       and node.func.attr not in ("escape", "purge") for node in ast.walk(top)):
                    yield f"{module}:{_named(top)}"


def _named(top: ast.stmt) -> str:
    if isinstance(top, ast.FunctionDef | ast.ClassDef):
        return top.name
    target = top.targets[0] if isinstance(top, ast.Assign) else top.target if isinstance(top, ast.AnnAssign) else None
    return target.id if isinstance(target, ast.Name) else ast.unparse(top)[:60]


def test_every_expression_of_what_serves_has_a_row() -> None:
    found = set(expressions())
    assert found - set(EXPRESSIONS) == set(), "write the worst text for it, or why no client's text comes to it"
    assert set(EXPRESSIONS) - found == set(), "these are gone"
