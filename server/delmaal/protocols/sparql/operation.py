"""The query operation of the SPARQL 1.1 Protocol, as a request says it: https://www.w3.org/TR/sparql11-protocol/.

    GET  ?query=…                               section 2.1.1
    POST application/x-www-form-urlencoded      section 2.1.2
    POST application/sparql-query               section 2.1.3

Reading only. The view and the front both read a request here, so that they agree about every one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from delmaal.formats import ASKED_WITH, BY_NAME, RDF_FORMATS, RESULT_FORMATS, Format, format_named, names_of
from delmaal.http.asked import media_type, parameter
from delmaal.http.negotiate import HTML, REMEMBERED, choose
from delmaal.keeper.protocol import Answer, Request
from delmaal.outside import taken

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"

VARY = "Accept, Accept-Datetime"
"""What answers of the endpoint of now depend on; those of an old release depend on Accept alone."""

_DEFAULT, _NAMED = "default-graph-uri", "named-graph-uri"
_READABLE = (*RESULT_FORMATS, *RDF_FORMATS, HTML)
"""A page comes last: it is for a client that weighs it above all that a program reads, as browsers do."""

_NO_IRI = frozenset(' <>"{}|\\^`\n\r\t')

Parameters = list[tuple[str, str]]


class Refusal(NamedTuple):
    """A request that is none: the status and code of the problem, and what is wrong."""

    status: int
    code: str
    detail: str
    headers: tuple[tuple[str, str], ...] = ()


class Operation(NamedTuple):
    """A query with the dataset that the protocol gives it, and the formats that its client takes.

    `results` is for SELECT and ASK, `graph` for CONSTRUCT and DESCRIBE: None where no format of that kind will do.
    `page` is for a client that reads pages: the answer is wanted as one, made from these formats (`editor.py`).
    """

    text: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    results: Format | None
    graph: Format | None
    page: bool = False

    @property
    def variant(self) -> tuple[str, ...]:
        """What tells its answer from others at the same address."""
        return (self.results.name if self.results else "", self.graph.name if self.graph else "",
                *self.default_graphs, "", *self.named_graphs, "", self.text)

    def request(self, release: str, base: str) -> Request:
        """What the keeper is asked: for the release in a folder, relative IRIs being resolved against `base`."""
        return Request(release, self.text, base, self.default_graphs, self.named_graphs,
                       (self.results or RESULT_FORMATS[0]).name, (self.graph or RDF_FORMATS[0]).name)

    def row(self, answer: Answer) -> Format | Refusal:
        """The format of an answer, if the client takes one of that kind."""
        row = BY_NAME[answer.format]
        if row.results is not None:
            return row if self.results is not None else _unacceptable(RESULT_FORMATS)
        return row if self.graph is not None else _unacceptable(RDF_FORMATS)


def read_get(address: str, accept: str, limit: int) -> Operation | Refusal | None:
    """The operation of a GET, `address` being its query string; None where it names none."""
    given = _parameters(address)
    if isinstance(given, Refusal):
        return given
    if not any(name in ("query", "update") for name, _ in given):
        return None
    return _operation(given, None, accept, limit, pages=True)


def read_post(  # noqa: PLR0911  # a return for each way to be none
        kind: str, address: str, body: bytes, accept: str, limit: int) -> Operation | Refusal:
    """The operation of a POST, `kind` being its Content-Type."""
    body_type, charset = media_type(kind), parameter(kind, "charset").lower() or "utf-8"
    if body_type == UPDATE:
        return _read_only()
    if body_type not in (FORM, DIRECT):
        found = body_type[:80] or "without a type"
        return Refusal(415, "body-type", f"send the query as {FORM} or {DIRECT}, not {found}",
                       (("Accept-Post", f"{FORM}, {DIRECT}"),))
    given = _parameters(address)
    if isinstance(given, Refusal):
        return given
    if body_type == DIRECT and charset not in ("utf-8", "utf8", "us-ascii"):
        return Refusal(415, "body-charset", f"send the query in UTF-8, not {charset[:40]}")
    try:
        text = taken(body.decode())
    except UnicodeDecodeError:
        return _not_utf8()
    if body_type == DIRECT:
        if any(name == "query" for name, _ in given):
            return Refusal(400, "query-count", "the query stands in the body and in the address; give one")
        return _operation(given, text, accept, limit)
    more = _parameters(text)
    return more if isinstance(more, Refusal) else _operation([*given, *more], None, accept, limit)


def _parameters(encoded: str) -> Parameters | Refusal:
    """The pairs of a query string or form (https://url.spec.whatwg.org/#urlencoded-parsing), decoded here, and once."""
    pairs = []
    try:
        for pair in encoded.split("&"):
            if pair:
                name, _, value = pair.partition("=")
                pairs.append((_decoded(name), _decoded(value)))
    except UnicodeDecodeError:
        return _not_utf8()
    return pairs


_ASCII = {f"{high}{low}": chr(int(high + low, 16)) for high in "01234567" for low in "0123456789abcdefABCDEF"}


def _decoded(text: str) -> str:
    """A name or value without its percent-encoding.

    Raises UnicodeDecodeError where its bytes are not UTF-8.
    """
    text = text.replace("+", " ")
    first, *rest = text.split("%")
    if not rest:
        return text
    try:
        return first + "".join([_ASCII[part[:2]] + part[2:] for part in rest])
    except KeyError:  # a byte beyond ASCII, or what is no encoding
        return unquote(text, errors="strict")


def _operation(  # noqa: PLR0911, PLR0912  # a branch for each parameter, a return for each way to be none
               given: Parameters, text: str | None, accept: str, limit: int,
               pages: bool = False) -> Operation | Refusal:
    texts = [text] if text is not None else []
    default_graphs: list[str] = []
    named_graphs: list[str] = []
    wanted = ""
    for name, value in given:
        if name == "query":
            texts.append(value)
        elif name == _DEFAULT:
            default_graphs.append(value)
        elif name == _NAMED:
            named_graphs.append(value)
        elif name == "update":
            return _read_only()
        elif name in ASKED_WITH:
            wanted = wanted or value
        elif name == "callback":
            return Refusal(400, "jsonp-unavailable", "JSONP is not offered: any origin may read every answer (CORS)")
    if len(texts) != 1:
        return Refusal(400, "query-count", f"give one query, not {len(texts)}")
    query = taken(texts[0])
    if len(query) > limit or (4 * len(query) > limit and len(query.encode("utf-8", "replace")) > limit):
        return Refusal(413, "query-too-long", f"a query may have {limit:,} bytes")
    for iri in (*default_graphs, *named_graphs):
        if not _is_absolute(iri):
            return Refusal(400, "graph-iri", f"{iri[:200]!r} is no absolute IRI")
    if wanted and format_named(wanted, _READABLE) in (None, HTML):
        if format_named(wanted, _READABLE) is None:
            known = names_of(_READABLE)
            return Refusal(400, "format-unknown", f"format {wanted[:40]!r} is not known; there are {known}")
        wanted, accept = "", HTML.media_type
    results, graph = _formats(wanted, accept)
    page = pages and not (wanted or default_graphs or named_graphs) and choose(accept, _READABLE) is HTML
    if page:
        results, graph = RESULT_FORMATS[0], RDF_FORMATS[0]
    if results is None and graph is None:
        return _unacceptable((*RESULT_FORMATS, *RDF_FORMATS))
    return Operation(query, tuple(default_graphs), tuple(named_graphs), results, graph, page)


def _formats(wanted: str, accept: str) -> tuple[Format | None, Format | None]:
    """The format of each kind: the one that is named, and none of the other kind; where none is named, by Accept."""
    short = len(wanted) + len(accept) <= REMEMBERED
    return _chosen(wanted, accept) if short else _chosen.__wrapped__(wanted, accept)


@lru_cache(maxsize=1024)
def _chosen(wanted: str, accept: str) -> tuple[Format | None, Format | None]:
    if not wanted:
        return choose(accept, RESULT_FORMATS), choose(accept, RDF_FORMATS)
    return format_named(wanted, RESULT_FORMATS), format_named(wanted, RDF_FORMATS)


def _is_absolute(iri: str) -> bool:
    scheme, colon, _ = iri.partition(":")
    return bool(colon) and scheme.isascii() and scheme[:1].isalpha() and not _NO_IRI & set(iri) and \
        all(sign.isalnum() or sign in "+-." for sign in scheme)


def _read_only() -> Refusal:
    return Refusal(403, "update-refused", "this endpoint is read-only: a release never changes")


def _not_utf8() -> Refusal:
    return Refusal(400, "query-not-utf8", "the query is not UTF-8")


def _unacceptable(rows: tuple[Format, ...]) -> Refusal:
    names = ", ".join(row.media_type for row in rows)
    return Refusal(406, "format-unacceptable", f"the answer to this query is had as {names}")
