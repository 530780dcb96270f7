"""What a store's answer is worth: what its failures mean, and whether its results are what was asked for, and whole.

Of any store two formats are asked: SPARQL JSON and N-Triples. Both are read to their end before a byte is passed on,
so that what broke off, was cut or is something else is an error here and not an answer elsewhere.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from pyoxigraph import (
    Literal,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from delmaal.engine.client import Answer
from delmaal.engine.rewrites import BY_DATATYPE, shown
from delmaal.errors import (
    DelmaalError,
    EngineBroken,
    EngineCut,
    EngineTooSlow,
    EngineUnfilled,
    QueryBusy,
    QueryError,
    QueryMalformed,
    short,
)
from delmaal.formats import BY_NAME, Format

TABLE = BY_NAME["sparql-json"]
"""What a store is asked for when the query is a SELECT or ASK."""

GRAPH = BY_NAME["n-triples"]
"""What a store is asked for when the query is a CONSTRUCT or DESCRIBE."""

_PIECE = 1 << 20
_TAIL = 300
_SLOW = re.compile(r"time[- ]?limit|timed? ?out|time-out|been cancelled|execution time|interrupted", re.IGNORECASE)
_GAVE_UP = re.compile(rb"error|exception|cancel|time|limit|abort|interrupt|partial|truncat|incomplete", re.IGNORECASE)
_MORE = re.compile(r"\n\s+at |\bat java\.|Caused by:|SPARQL query:")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")

_TOO_SLOW = "the query took longer than the store lets it; ask for less, or take a dump"
_BROKE_OFF = "the store's answer broke off, or cannot be read; ask again, or otherwise"
_NO_USER = "the store refuses this server's user"
_PART = "the store gave up with a part of the answer; ask for less, or take a dump"
_MOVED = "the store sends this server elsewhere; its address must be mended"

_too_long = partial(QueryError, "query-too-long")

FAILURES: Mapping[int, tuple[Callable[[str], DelmaalError], str]] = {
    206: (EngineTooSlow, _PART),
    **dict.fromkeys((300, 301, 302, 303, 304, 305, 306, 307, 308), (EngineBroken, _MOVED)),
    401: (EngineBroken, _NO_USER),
    403: (EngineBroken, _NO_USER),
    404: (EngineUnfilled, "the store has no dataset for this release yet"),
    406: (EngineBroken, "the store gives neither SPARQL JSON nor N-Triples"),
    408: (EngineTooSlow, _TOO_SLOW),
    413: (_too_long, "the query is longer than the store takes"),
    414: (_too_long, "the query is longer than the store takes"),
    429: (QueryBusy, "the store is busy; try again later"),
    503: (QueryBusy, "the store is busy; try again later"),
    504: (EngineTooSlow, _TOO_SLOW),
}
"""What a status means to the client; any other is a store that is broken, and 400 a query that is."""

log = logging.getLogger("delmaal.engine")


def failure(answer: Answer, row: Format, url: str) -> DelmaalError:
    """What an answer with another status than 200 means.

    A client reads the store's words on a malformed query only; all others go to the log, with the store's `url`.
    """
    status, words = answer.status, answer.words()
    state = answer.headers.get("x-sql-state", "")
    if status == 400 and not state.startswith("S1T"):
        return QueryMalformed(f"the store says: {_said(words)}")
    target = answer.headers.get("location", "")
    log.warning("the store at %s answered %d to a query for %s: %s", url, status, row.media_type,
                short(f"go to {without_login(target)}" if target else words, 500))
    if status >= 400 and (state.startswith("S1T") or (status >= 500 and _SLOW.search(words))):
        return EngineTooSlow(_TOO_SLOW)
    kind, sentence = FAILURES.get(status, (EngineBroken, f"the store answered with status {status}"))
    return kind(sentence)


def without_login(url: str) -> str:
    """A URL as it may be shown: whoever sent it may have put a password in."""
    return re.sub(r"//[^/@]*@", "//", short(url, 200))


def _said(words: str) -> str:
    """A store's words on a query, without markup, Java's stack and the query itself."""
    return short(_MORE.split(_TAG.sub(" ", words))[0], 300) or "the query is malformed"


def check_head(answer: Answer, row: Format) -> None:
    """Refuse an answer whose head says that it is a part of one, or is in another format than `row`.

    Raises EngineTooSlow or EngineBroken.
    """
    state = answer.headers.get("x-sql-state", "")
    if state:  # Virtuoso's anytime answers come with 200 where HTTPAnytimeStatus is not set
        log.warning("the store answered with the state %s: %s", short(state, 20),
                    short(answer.headers.get("x-sql-message", ""), 300))
        raise EngineTooSlow(_PART)
    if "content-range" in answer.headers:
        raise EngineTooSlow(_PART)
    if answer.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        raise EngineBroken("the store packs its answer, which nobody asked for")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (row.media_type, *row.aliases):
        log.warning("the store answered %r where %s was asked for", short(kind, 100), row.media_type)
        raise EngineBroken(f"the store's answer is no {row.label}")


def table_of(body: bytes) -> QuerySolutions:
    """The rows of SPARQL JSON, literals as the embedded engine has them; errors in it come as the rows are read."""
    found = parse_query_results(_plain(body), format=QueryResultsFormat.JSON)
    if not isinstance(found, QuerySolutions):
        raise EngineBroken("the store's answer to SELECT is none")
    return found


def check_limit(answer: Answer, body: bytes) -> None:
    """Refuse rows that the store says it cut: as many as its limit, which may be all and may not.

    Raises EngineCut.
    """
    limit = answer.headers.get("x-sparql-maxrows", "").strip()
    if not limit:
        return
    rows = sum(1 for _ in table_of(body))
    if not (limit.isascii() and limit.isdigit()) or rows >= int(limit[:18]):
        raise cut(rows)


def cut(rows: int) -> EngineCut:
    """The error of an answer that a store cut after so many rows."""
    sentence = f"the store cuts its answers at {rows:,} rows"
    return EngineCut(f"{sentence}; ask for fewer with LIMIT and OFFSET, or take a dump")


def graph_of(body: bytes) -> Iterator[Triple]:
    """The statements of N-Triples, literals as the embedded engine has them; errors come as they are read.

    Raises EngineTooSlow or EngineBroken where the last line is no statement.
    """
    last = body.rstrip().rpartition(b"\n")[2]
    comment = last.startswith(b"#")  # Virtuoso's "# Empty NT" is one, and how other stores say that they gave up
    if _GAVE_UP.search(last) if comment else last and not last.endswith(b"."):
        raise broken_off(last)
    return (_shown(quad) for quad in parse(body, format=RdfFormat.N_TRIPLES))


def _shown(quad: Quad) -> Triple:
    term = quad.object
    if isinstance(term, Literal) and not term.language and term.datatype.value in BY_DATATYPE:
        term = Literal(shown(term.value, term.datatype.value), datatype=term.datatype)
    return Triple(quad.subject, quad.predicate, term)


def truth_of(body: bytes) -> QueryBoolean:
    """The answer to ASK. Virtuoso gives it as a table: one row, or none where it is no.

    Raises EngineBroken where it is none.
    """
    try:
        found = json.loads(body[:_PIECE])
        if "boolean" in found:
            value = found["boolean"]
        else:
            rows = found["results"]["bindings"]
            if found["head"]["vars"] != ["__ASK_RETVAL"] or len(rows) > 1:
                raise TypeError("another table")
            value = bool(rows) and rows[0]["__ASK_RETVAL"]["value"] in ("1", "true")
        if not isinstance(value, bool):
            raise TypeError("no boolean")
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise EngineBroken("the store's answer to ASK is none") from error
    plain = b'{"head":{},"boolean":%s}' % (b"true" if value else b"false")
    truth = parse_query_results(plain, format=QueryResultsFormat.JSON)
    assert isinstance(truth, QueryBoolean)
    return truth


def broken_off(tail: bytes) -> DelmaalError:
    """What an answer means that does not end as it must; its last words may say why."""
    tail = tail[-_TAIL:]
    log.warning("the store's answer is not whole; it ends with %r", tail)
    return EngineTooSlow(_TOO_SLOW) if _SLOW.search(tail.decode("utf-8", "replace")) else EngineBroken(_BROKE_OFF)


_MEMBER = rb'"type"\s{0,20}:\s{0,20}"[a-z-]{1,20}"\s{0,20},\s{0,20}'
_VALUE = rb'"value"\s{0,20}:\s{0,20}"([-+.0-9A-Za-z]{0,400})"'
_DATATYPE = rb'"datatype"\s{0,20}:\s{0,20}"(http://www\.w3\.org/2001/XMLSchema#[A-Za-z]{1,30})"'
_BETWEEN = rb'\s{0,20},\s{0,20}(?:' + _MEMBER + rb')?'
_TYPED = re.compile(_DATATYPE + _BETWEEN + _VALUE + rb"|" + _VALUE + _BETWEEN + _DATATYPE)
_BLANK = re.compile(rb'("type"\s{0,20}:\s{0,20}"bnode"\s{0,20},\s{0,20}"value"\s{0,20}:\s{0,20}")nodeID://')


def _plain(body: bytes) -> bytes:
    """SPARQL JSON with its literals as the embedded engine has them, and names for blank nodes that are some.

    The quotes of these members cannot stand within a string, where each has a backslash. What is matched has bounds and
    no brace, so that a body is read in pieces, between which other threads have their turn.
    """
    pieces, start = [], 0
    while start < len(body):
        end = body.find(b"}", start + _PIECE) + 1 or len(body)
        pieces.append(_BLANK.sub(rb"\1", _TYPED.sub(_shown_member, body[start:end])))
        start = end
    return b"".join(pieces)


def _shown_member(found: re.Match[bytes]) -> bytes:
    datatype, value = (found[1], found[2]) if found[1] else (found[4], found[3])
    text = shown(value.decode(), datatype.decode())
    return b'"datatype":"%s","value":"%s"' % (datatype, text.encode())
