"""What a store's answer is worth: what its failures mean, and whether its results are what was asked for, and whole."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from functools import partial
from http.client import HTTPResponse

from pyoxigraph import QueryResultsFormat, parse_query_results

from delmaal.errors import (
    DelmaalError,
    EngineBroken,
    EngineTooSlow,
    EngineUnfilled,
    QueryBusy,
    QueryError,
    QueryMalformed,
    short,
)
from delmaal.formats import BY_NAME, Format

_WORDS = 4096
_TAIL = 300
_SLOW = re.compile(r"time[- ]?limit|timed? ?out|time-out|been cancelled|execution time", re.IGNORECASE)
_STACK = re.compile(r"\n\s+at |\bat java\.|Caused by:")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")

_TOO_SLOW = "the query took longer than the store lets it; ask for less, or take a dump"
_BROKE_OFF = "the store's answer broke off; ask again"

_other_format = partial(QueryError, "format-unacceptable")
_too_long = partial(QueryError, "query-too-long")

FAILURES: Mapping[int, tuple[Callable[[str], DelmaalError], str]] = {
    206: (EngineTooSlow, "the store gave up with a part of the answer; ask for less, or take a dump"),
    401: (EngineBroken, "the store refuses this server's user"),
    403: (EngineBroken, "the store refuses this server's user"),
    404: (EngineUnfilled, "the store has no dataset for this release yet"),
    406: (_other_format, "the store does not give this answer in this format; ask for another"),
    408: (EngineTooSlow, _TOO_SLOW),
    413: (_too_long, "the query is longer than the store takes"),
    414: (_too_long, "the query is longer than the store takes"),
    429: (QueryBusy, "the store is busy; try again later"),
    503: (QueryBusy, "the store is busy; try again later"),
    504: (EngineTooSlow, _TOO_SLOW),
}
"""What a status means to the client; any other is a store that is broken, and 400 a query that is."""

ENDS: Mapping[str, re.Pattern[bytes]] = {
    "sparql-json": re.compile(rb"\}\s*\Z"),
    "sparql-xml": re.compile(rb"</(?:\w+:)?sparql>\s*\Z"),
    "csv": re.compile(rb"\n\Z"),
    "tsv": re.compile(rb"\n\Z"),
    "turtle": re.compile(rb"[.>]\s*\Z|\A\s*\Z"),
    "json-ld": re.compile(rb"[\]}]\s*\Z"),
    "rdf-xml": re.compile(rb"(?:</(?:\w+:)?RDF|<(?:\w+:)?RDF[^<]*/)>\s*\Z"),
    "n-triples": re.compile(rb"\.\s*\Z|\A\s*\Z"),
    "n-quads": re.compile(rb"\.\s*\Z|\A\s*\Z"),
    "trig": re.compile(rb"[.}>]\s*\Z|\A\s*\Z"),
}
"""How a whole answer ends in each format: a store that fails midway may end its body politely, after a 200."""

log = logging.getLogger("delmaal.engine")


def failure(response: HTTPResponse, row: Format, url: str) -> DelmaalError:
    """What an answer with another status than 200 means.

    A client reads the store's words on a malformed query only; all others go to the log, with the store's `url`.
    """
    status, words = response.status, response.read(_WORDS).decode("utf-8", "replace")
    if status == 400:
        return QueryMalformed(f"the store says: {_said(words)}")
    log.warning("the store at %s answered %d to a query for %s: %s", url, status, row.media_type, short(words, 500))
    if status >= 500 and _SLOW.search(words):
        return EngineTooSlow(_TOO_SLOW)
    kind, sentence = FAILURES.get(status, (EngineBroken, f"the store answered with status {status}"))
    return kind(sentence)


def _said(words: str) -> str:
    """A store's words on a query, without markup and Java's stack."""
    return short(_STACK.split(_TAG.sub(" ", words))[0], 300) or "the query is malformed"


def check_type(response: HTTPResponse, row: Format) -> None:
    """Refuse an answer in another format than the one that was asked for.

    Raises QueryError where it is another that we know, EngineBroken for all else.
    """
    kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
    if (response.getheader("Content-Encoding") or "identity").lower() != "identity":
        raise EngineBroken("the store packs its answer, which nobody asked for")
    if kind in (row.media_type, *row.aliases):
        return
    if any(kind in (known.media_type, *known.aliases) for known in BY_NAME.values()):
        raise _other_format(f"the store does not give {row.label} here; ask for another format")
    log.warning("the store answered %r where %s was asked for", kind, row.media_type)
    raise EngineBroken("the store's answer is neither RDF nor a result of SPARQL")


def check_whole(body: bytes, row: Format) -> None:
    """Refuse an answer that does not end as its format must.

    Raises EngineTooSlow where its last words say so, else EngineBroken.
    """
    tail = body[-_TAIL:]
    if ENDS[row.name].search(tail):
        return
    log.warning("the store's answer in %s ends with %r", row.media_type, tail)
    if _SLOW.search(tail.decode("utf-8", "replace")):
        raise EngineTooSlow(_TOO_SLOW)
    raise EngineBroken(_BROKE_OFF)


def boolean(body: bytes, row: Format) -> bytes:
    """An answer to ASK, from JSON, as the embedded engine writes it.

    Raises EngineBroken where it is none.
    """
    try:
        value = json.loads(body)["boolean"]
        if not isinstance(value, bool):
            raise TypeError("no boolean")
    except (ValueError, LookupError, TypeError) as error:
        raise EngineBroken("the store's answer to ASK is none") from error
    if row.name in ("csv", "tsv"):
        return b"true\n" if value else b"false\n"
    plain = b'{"head":{},"boolean":%s}' % (b"true" if value else b"false")
    return parse_query_results(plain, format=QueryResultsFormat.JSON).serialize(format=row.results) or b""
