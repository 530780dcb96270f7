"""The SPARQL 1.1 Protocol, reading only: https://www.w3.org/TR/sparql11-protocol/.

The text of a query never reaches a parser in this process: a child of the keeper parses and evaluates it, and can be
stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.datastructures import MultiDict

from delmaal import formats
from delmaal.engine.remote import remote_of
from delmaal.errors import EngineError, QueryError
from delmaal.formats import BY_NAME, Format
from delmaal.keeper import Answer, Request, ask
from delmaal.keeper.tokens import check
from delmaal.web.answers import answer, opened, unmodified
from delmaal.web.dumps import metadata
from delmaal.web.failures import problem
from delmaal.web.negotiate import HTML, choose, language

routes = Blueprint("sparql", __name__)

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"


class Asked(NamedTuple):
    """A query with the dataset that the protocol gives it."""

    text: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


@routes.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """Query by GET, by a form, or by the text itself (sections 2.1.1 to 2.1.3)."""
    if request.method == "GET":
        if not request.args.keys() & {"query", "update"}:
            return _front()
        return _asked(request.args, request.args.getlist("query"))
    kind = request.mimetype
    if kind == FORM:
        given = MultiDict([*request.args.items(multi=True), *request.form.items(multi=True)])
        return _asked(given, given.getlist("query"))
    if kind == DIRECT:
        return _direct()
    if kind == "application/sparql-update":
        return _read_only()
    response = problem(415, "body-type", f"send the query as {FORM} or {DIRECT}, not {kind[:80] or 'without a type'}")
    response.headers["Accept-Post"] = f"{FORM}, {DIRECT}"
    return response


def _direct() -> Response:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        return problem(415, "body-charset", f"send the query in UTF-8, not {charset[:40]}")
    try:
        text = request.get_data(cache=False).decode("utf-8")
    except UnicodeDecodeError:
        return problem(400, "query-not-utf8", "the query is not UTF-8")
    if "query" in request.args:
        return problem(400, "query-count", "the query stands in the body and in the address; give one")
    return _asked(request.args, [text])


def _read_only() -> Response:
    return problem(403, "update-refused", "this endpoint is read-only: a release never changes")


def _front() -> Response:
    """Without a query: the form for a browser, the service description for a program."""
    row = choose(request.headers.get("Accept", ""), (*formats.RDF_FORMATS, HTML))
    if row is None:
        return problem(406, "format-unacceptable", "the service description is had as RDF, the form as HTML")
    if row is HTML:
        spoken = language(request.headers.get("Accept-Language", ""), request.args.get("lang"))
        release = opened().release
        return answer(
            lambda: render_template("sparql.html", lang=spoken, release=release, here="/sparql").encode(),
            HTML.content_type,
            "html",
            spoken,
        )
    return metadata("service", row)


def _asked(given: MultiDict[str, str], texts: list[str]) -> Response:
    if "update" in given:
        return _read_only()
    if len(texts) != 1:
        return problem(400, "query-count", f"give one query, not {len(texts)}")
    limit = current_app.config["SETTINGS"].query_limit
    if len(texts[0].encode("utf-8", "replace")) > limit:
        return problem(413, "query-too-long", f"a query may have {limit:,} bytes")
    graphs = [tuple(given.getlist(name)) for name in ("default-graph-uri", "named-graph-uri")]
    for iri in (*graphs[0], *graphs[1]):
        if not _is_absolute(iri):
            return problem(400, "graph-iri", f"{iri[:200]!r} is no absolute IRI")
    return _evaluate(Asked(texts[0], *graphs), given.get("format", ""))


def _is_absolute(iri: str) -> bool:
    scheme, colon, _ = iri.partition(":")
    return bool(colon) and scheme.isascii() and scheme.isalnum() and not any(sign in iri for sign in ' <>"{}|\\^`\n')


def _evaluate(asked: Asked, wanted: str) -> Response:
    accept = request.headers.get("Accept", "")
    results = _row(wanted, accept, formats.RESULT_FORMATS)
    graph = _row(wanted, accept, formats.RDF_FORMATS)
    if results is None and graph is None:
        return _unacceptable((*formats.RESULT_FORMATS, *formats.RDF_FORMATS))
    variant = (
        results.name if results else "",
        graph.name if graph else "",
        *asked.default_graphs,
        "",
        *asked.named_graphs,
        "",
        asked.text,
    )
    known = unmodified(*variant, vary="Accept")
    if known is not None:
        return known
    query = Request(
        release=str(opened().release.folder.resolve()),
        query=asked.text,
        base=f"{opened().release.base}sparql",
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
        results=(results or formats.RESULT_FORMATS[0]).name,
        graph=(graph or formats.RDF_FORMATS[0]).name,
    )
    try:
        found = _ask(query, request.environ.get("delmaal.gone"))
    except (QueryError, EngineError) as error:
        counters = current_app.config.get("COUNTERS")
        if counters is not None:
            counters.stopped(error.code)
        raise
    row = BY_NAME[found.format]
    if (results is None and row.results is not None) or (graph is None and row.rdf is not None):
        return _unacceptable(formats.RESULT_FORMATS if row.results is not None else formats.RDF_FORMATS)
    return answer(lambda: found.body, row.content_type, *variant, vary="Accept")


def _ask(query: Request, gone: Callable[[], bool] | None) -> Answer:
    """The answer of the engine that the settings name: the keeper's children, or a remote store."""
    settings = current_app.config["SETTINGS"]
    if not settings.engine_url:
        return ask(Path(current_app.config["KEEPER"]), query, gone)
    check(query.query, settings.query_depth)  # a remote store would fetch what SERVICE names
    remote = remote_of(Path(query.release), settings)
    name, body = remote.ask(query.query, query.default_graphs, query.named_graphs, query.results, query.graph, gone,
                            query.base)
    return Answer(name, body)


def _row(wanted: str, accept: str, rows: tuple[Format, ...]) -> Format | None:
    named = BY_NAME.get(wanted)
    return named if named in rows else choose(accept, rows)


def _unacceptable(rows: tuple[Format, ...]) -> Response:
    names = ", ".join(row.media_type for row in rows)
    return problem(406, "format-unacceptable", f"the answer to this query is had as {names}")
