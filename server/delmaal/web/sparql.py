"""The SPARQL 1.1 Protocol, reading only."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template, request
from pyoxigraph import QueryBoolean, QueryTriples

from delmaal import formats
from delmaal.engine import Results
from delmaal.formats import BY_NAME, Format
from delmaal.web.answers import answer, opened
from delmaal.web.dumps import metadata
from delmaal.web.failures import problem
from delmaal.web.negotiate import HTML, choose, language

routes = Blueprint("sparql", __name__)

_NAMES = ("query", "update", "default-graph-uri", "named-graph-uri")


@routes.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """Query by GET, by a form, or by the text itself (SPARQL 1.1 Protocol, section 2.1)."""
    if request.method == "GET":
        texts, given = request.args.getlist("query"), request.args
        if not texts and "update" not in given:
            return _front()
    elif request.mimetype == "application/x-www-form-urlencoded":
        given = request.form
        texts = given.getlist("query")
    elif request.mimetype == "application/sparql-query":
        given = request.args
        texts = [request.get_data(cache=False).decode("utf-8")]
    elif request.mimetype == "application/sparql-update":
        return problem(403, "update-refused", "this endpoint is read-only; a release never changes")
    else:
        kinds = "application/x-www-form-urlencoded or application/sparql-query"
        return problem(415, "body-type", f"send the query as {kinds}, not {request.mimetype or 'nothing'}")
    if "update" in given:
        return problem(403, "update-refused", "this endpoint is read-only; a release never changes")
    if len(texts) != 1:
        return problem(400, "query-count", f"give one query, not {len(texts)}")
    return _evaluate(texts[0], given.getlist("default-graph-uri"), given.getlist("named-graph-uri"))


def _front() -> Response:
    """Without a query: the form for a browser, the service description for a program."""
    row = choose(request.accept_mimetypes, (HTML, *formats.RDF_FORMATS))
    if row is None:
        return problem(406, "format-unacceptable", "the service description is had as RDF, the form as HTML")
    if row is HTML:
        spoken = language(request.accept_languages, request.args.get("lang"))
        release = opened().release
        return answer(lambda: render_template("sparql.html", lang=spoken, release=release, here="/sparql"),
                      HTML.content_type, spoken)
    return metadata("service", row)


def _evaluate(text: str, default_graphs: list[str], named_graphs: list[str]) -> Response:
    if len(text.encode()) > _limit():
        return problem(413, "query-too-long", f"a query may have {_limit():,} bytes")
    for iri in (*default_graphs, *named_graphs):
        if ":" not in iri:
            return problem(400, "graph-iri", f"{iri[:200]!r} is no absolute IRI")
    results = opened().engine.query(text, default_graphs, named_graphs)
    row = _form(results)
    if row is None:
        rows = formats.RDF_FORMATS if isinstance(results, QueryTriples) else formats.RESULT_FORMATS
        names = ", ".join(each.media_type for each in rows)
        return problem(406, "format-unacceptable", f"this query's results are had as {names}")
    variant = (text, *default_graphs, *named_graphs)
    return answer(lambda: serialise(results, row), row.content_type, *variant, vary="Accept")


def _limit() -> int:
    limit: int = current_app.config["SETTINGS"].query_limit
    return limit


def _form(results: Results) -> Format | None:
    rows = formats.RDF_FORMATS if isinstance(results, QueryTriples) else formats.RESULT_FORMATS
    named = BY_NAME.get(request.values.get("format", ""))
    if named in rows:
        return named
    return choose(request.accept_mimetypes, rows)


def serialise(results: Results, row: Format) -> bytes:
    """Results in a format; ASK in CSV and TSV, which the W3C leaves open, is a line with `true` or `false`."""
    if isinstance(results, QueryTriples):
        return formats.write(results, row)
    if isinstance(results, QueryBoolean) and row.name in ("csv", "tsv"):
        return f"{str(bool(results)).lower()}\n".encode()
    body = results.serialize(format=row.results)
    assert body is not None, "serialize gives bytes where no file is named"
    return body
