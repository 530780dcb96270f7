"""`/openapi.json`: what there is, for programs (OpenAPI 3.1), made from the tables that the views read."""

from __future__ import annotations

import json
from typing import Any

from delmaal import __version__, formats
from delmaal.formats import Format
from delmaal.http.answers import answer
from delmaal.http.asked import Asked
from delmaal.http.negotiate import HTML
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.languages import best
from delmaal.protocols.openapi.discovery import discovery_paths
from delmaal.protocols.openapi.examples import example_paths, page_parameters
from delmaal.protocols.openapi.history import history_paths
from delmaal.protocols.openapi.operations import TEXT, operation, path, query
from delmaal.protocols.openapi.prose import prose_paths
from delmaal.protocols.search import view as search
from delmaal.search import BY_NAME

routes = Routes("openapi")


@routes.get("/openapi.json")
def openapi(request: Asked) -> Reply:
    """The description of this server."""
    return answer(
        request, lambda: json.dumps(spoken(_document(request), request.opened.languages), ensure_ascii=False).encode(),
        "application/json", vary=""
    )


def spoken(part: Any, languages: tuple[str, ...]) -> Any:
    """A part of the description, in which every parameter `lang` takes the languages of the publication."""
    if isinstance(part, list):
        return [spoken(each, languages) for each in part]
    if not isinstance(part, dict):
        return part
    found = {key: spoken(value, languages) for key, value in part.items()}
    return {**found, "schema": {"enum": list(languages)}} if found.get("name") == "lang" else found


def _document(request: Asked) -> dict[str, Any]:
    manifest, licence = request.opened.release.manifest, request.opened.licence
    metadata = tuple(row for row in formats.RDF_FORMATS if not row.quads)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": manifest["title"][best(manifest["title"], "en")],
            "version": __version__,
            "description": "Linked open data: descriptions, a SPARQL endpoint, a catalogue, dumps. Read-only. Every "
                           "page is had without a query too: <page>.<language>.html, <page>.<language>.<number>.html.",
            "license": {"name": f"{licence.name} (data)", "url": licence.page},
        },
        **({"servers": [{"url": request.whole.mount}]} if request.whole.mount else {}),
        "paths": {
            "/": {"get": operation("home", "The home page; the catalogue for who wants data", (HTML,), 200, 303, 304,
                                   406)},
            **prose_paths(_LANG),
            "/matrix": {"get": operation("matrix", "Themes by goals and targets", (HTML,), 200, 304, 406,
                                         parameters=[_LANG])},
            **{
                f"/observations.{row.suffix}": {
                    "get": operation(
                        f"observations{row.suffix.capitalize()}",
                        "The observations that the page of a data set shows; filters by the names of its dimensions",
                        (row,),
                        200,
                        304,
                        400,
                        404,
                        parameters=[query("cube", {"type": "string"}, required=True),
                                    query("after", {"type": "string"}),
                                    query("rows", {"type": "integer", "minimum": 1, "maximum": 1000}), _LANG],
                    )
                }
                for row in (formats.BY_NAME["csv"], formats.BY_NAME["turtle"])
            },
            "/id/{path}": {
                "get": operation(
                    "thing", "A thing: see its description", (), 301, 303, 404, 410,
                    parameters=[path("theme/bedre-helse")]
                )
            },
            "/doc/{path}": {
                "get": operation(
                    "document",
                    "The description of a thing",
                    (*formats.RDF_FORMATS, HTML),
                    200,
                    301,
                    304,
                    400,
                    404,
                    406,
                    410,
                    parameters=[path("theme/bedre-helse"), _PAGE, _LANG],
                )
            },
            "/iri/{path}": {
                "get": operation(
                    "documentAt", "What is said about any IRI, written as a path", (*formats.RDF_FORMATS, HTML), 200,
                    304, 400, 404, 406, 410, parameters=[path("http/metadata.un.org/sdg/3.4"), _PAGE, _LANG]
                )
            },
            "/doc": {
                "get": operation(
                    "documentOfIri",
                    "What is said about any IRI",
                    (*formats.RDF_FORMATS, HTML),
                    200,
                    304,
                    400,
                    404,
                    406,
                    410,
                    parameters=[
                        query("iri", {"type": "string"}, required=True),
                        query("format", {"enum": [row.suffix for row in (*formats.RDF_FORMATS, HTML)]}),
                        _PAGE,
                        _LANG,
                    ],
                )
            },
            "/ns": {
                "get": operation("ontology", "The ontology", (*formats.RDF_FORMATS, HTML), 200, 304, 400, 404, 406)
            },
            "/shapes": {
                "get": operation("shapes", "All SHACL shapes", (*formats.RDF_FORMATS, HTML), 200, 304, 406,
                                 parameters=[_LANG])
            },
            "/shapes/{path}": {
                "get": operation("shape", "A shape with its parts, which is the help page of its mistake",
                                 (*formats.RDF_FORMATS, HTML), 200, 304, 404, 406,
                                 parameters=[path("theme-position"), _LANG])
            },
            "/problems": {"get": operation("problems", "What the errors mean that are no shapes", (HTML,), 200, 304,
                                           406, parameters=[_LANG])},
            "/sparql": {
                "get": _limited(request, operation(
                    "queryByGet",
                    "SPARQL 1.1 query; without a query, the service description",
                    (*formats.RESULT_FORMATS, *formats.RDF_FORMATS, HTML),
                    200,
                    302,
                    304,
                    400,
                    403,
                    406,
                    410,
                    413,
                    422,
                    429,
                    502,
                    503,
                    504,
                    parameters=[*_SPARQL, *page_parameters()],
                )),
                "post": {
                    **_limited(request, operation(
                        "queryByPost",
                        "SPARQL 1.1 query",
                        (*formats.RESULT_FORMATS, *formats.RDF_FORMATS),
                        200,
                        304,
                        307,
                        400,
                        403,
                        406,
                        410,
                        413,
                        415,
                        422,
                        429,
                        502,
                        503,
                        504,
                        parameters=_SPARQL[1:],
                    )),
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/sparql-query": TEXT,
                            "application/x-www-form-urlencoded": {
                                "schema": {
                                    "type": "object",
                                    "required": ["query"],
                                    "properties": {"query": {"type": "string"}},
                                }
                            },
                        },
                    },
                },
            },
            "/catalog": {"get": operation("catalogue", "The DCAT catalogue", metadata, 200, 303, 304, 400, 406)},
            "/service-description": {
                "get": operation("serviceDescription", "The SPARQL service description", metadata, 200, 303, 304, 400,
                                 406)
            },
            "/.well-known/void": {"get": operation("void", "The VoID description", metadata, 200, 303, 304, 400, 406)},
            "/data/{name}": {
                "get": operation(
                    "dump",
                    "A dump, or its gzip twin",
                    (),
                    200,
                    206,
                    304,
                    404,
                    416,
                    parameters=[
                        {
                            "name": "name",
                            "in": "path",
                            "required": True,
                            "schema": {"type": "string"},
                            "example": "all.nt.gz",
                        }
                    ],
                )
            },
            **_search_paths(),
            **example_paths(operation),
            **_reconcile_paths(),
            **history_paths(operation),
            **discovery_paths(operation),
            "/health": {"get": operation("health", "The process lives", (), 200)},
            "/ready": {"get": operation("ready", "A release is open and the engine answers", (), 200, 503)},
            "/metrics": {"get": operation("metrics", "Counters for Prometheus", (), 200, 404)},
        },
    }


def _search_paths() -> dict[str, Any]:
    text = query("q", {"type": "string", "maxLength": search.LONGEST})
    given = [text, query("kind", {"enum": list(BY_NAME)}), _PAGE, _LANG]
    size = query("size", {"type": "integer", "minimum": 1, "maximum": search.MOST})
    codes = (200, 304, 400, 404, 503)
    return {
        "/search": {"get": operation("search", "Full-text search", (HTML, search.JSON), *codes, 406,
                                     parameters=given)},
        "/search.json": {"get": operation("searchJson", "Full-text search, for programs", (search.JSON,), *codes,
                                          parameters=[{**text, "required": True}, *given[1:], size])},
        "/opensearch.xml": {"get": operation("openSearch", "How a browser searches here", (search.OPENSEARCH,), 200,
                                             parameters=[_LANG])},
    }


def _reconcile_paths() -> dict[str, Any]:
    lang = {"name": "lang", "in": "path", "required": True, "schema": {"type": "string"}}
    text, whole = {"type": "string"}, {"type": "integer", "minimum": 0, "maximum": 10_000}
    own, one = [query("queries", text), query("extend", text)], (search.JSON,)
    form = {"required": True, "content": {"application/x-www-form-urlencoded": {
        "schema": {"type": "object", "properties": {"queries": text, "extend": text}}}}}
    codes = (200, 304, 400, 413, 503)

    def service(name: str, first: list[dict[str, Any]]) -> dict[str, Any]:
        ask, send = f"reconcile{name}", f"reconcile{name}ByPost"
        return {"get": operation(ask, "Reconciliation API 0.2: the manifest, or an answer", one, *codes,
                                 parameters=[*first, *own]),
                "post": {**operation(send, "Reconciliation API 0.2: queries, or values of properties", one, *codes,
                                     415, parameters=first), "requestBody": form}}

    def read(name: str, summary: str, rows: tuple[Format, ...], *given: dict[str, Any]) -> dict[str, Any]:
        return {"get": operation(name, summary, rows, 200, 304, 400, 404, 503, parameters=[lang, *given])}

    prefix = (query("prefix", text), query("cursor", whole))
    return {
        "/reconcile": service("", []),
        "/reconcile/{lang}": service("In", [lang]),
        "/reconcile/{lang}/suggest/entity": read("suggestEntity", "Completes entities", one, *prefix,
                                                 query("type", text)),
        "/reconcile/{lang}/suggest/property": read("suggestProperty", "Completes properties", one, *prefix),
        "/reconcile/{lang}/suggest/type": read("suggestType", "Completes types", one, *prefix),
        "/reconcile/{lang}/properties": read("proposeProperties", "What can be fetched of a type", one,
                                             query("type", text), query("limit", whole)),
        "/reconcile/{lang}/preview": read("preview", "An entity in a frame", (HTML,), query("id", text)),
    }


def _limited(request: Asked, described: dict[str, Any]) -> dict[str, Any]:
    """An operation with the limits of a query that are the same on every machine that serves the publication."""
    settings = request.publication.settings
    return {**described, "x-limits": {
        "querySeconds": settings.query_seconds, "queryBytes": settings.query_limit,
        "queryDepth": settings.query_depth, "resultBytes": settings.query_result_mb << 20}}


_PAGE = query("page", {"type": "integer", "minimum": 1, "maximum": 999999999})
_LANG = query("lang", {"type": "string"})
_SPARQL = [
    query("query", {"type": "string"}),
    query("default-graph-uri", {"type": "array", "items": {"type": "string"}}),
    query("named-graph-uri", {"type": "array", "items": {"type": "string"}}),
    query("format", {"enum": [row.name for row in (*formats.RESULT_FORMATS, *formats.RDF_FORMATS)]}),
]
