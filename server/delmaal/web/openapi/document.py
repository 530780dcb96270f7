"""`/openapi.json`: what there is, for programs (OpenAPI 3.1), made from the tables that the views read."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response

from delmaal import __version__, formats
from delmaal.formats import Format
from delmaal.search import BY_NAME
from delmaal.web.answers import answer, opened
from delmaal.web.failures import TITLES
from delmaal.web.negotiate import HTML
from delmaal.web.openapi.discovery import discovery_paths
from delmaal.web.openapi.examples import example_paths, page_parameters
from delmaal.web.openapi.history import history_paths
from delmaal.web.search import view as search

routes = Blueprint("openapi", __name__)

_TEXT = {"schema": {"type": "string"}}


@routes.get("/openapi.json")
def openapi() -> Response:
    """The description of this server."""
    return answer(lambda: json.dumps(_document(), ensure_ascii=False).encode(), "application/json", vary="")


def _document() -> dict[str, Any]:
    manifest, licence = opened().release.manifest, opened().licence
    metadata = tuple(row for row in formats.RDF_FORMATS if not row.quads)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": manifest["title"]["en"],
            "version": __version__,
            "description": "Linked open data: descriptions, a SPARQL endpoint, a catalogue, dumps. Read-only.",
            "license": {"name": f"{licence.name} (data)", "url": licence.page},
        },
        "paths": {
            "/": {"get": _operation("home", "The home page", (HTML,), 200)},
            "/matrix": {"get": _operation("matrix", "Themes by goals and targets", (HTML,), 200, 304,
                                          parameters=[_LANG])},
            **{
                f"/observations.{row.suffix}": {
                    "get": _operation(
                        f"observations{row.suffix.capitalize()}",
                        "The observations that the page of a data set shows; filters by the names of its dimensions",
                        (row,),
                        200,
                        304,
                        400,
                        404,
                        parameters=[_query("cube", {"type": "string"}, required=True),
                                    _query("after", {"type": "string"}),
                                    _query("rows", {"type": "integer", "minimum": 1, "maximum": 1000}), _LANG],
                    )
                }
                for row in (formats.BY_NAME["csv"], formats.BY_NAME["turtle"])
            },
            "/id/{path}": {
                "get": _operation(
                    "thing", "A thing: see its description", (), 303, 404, 410, parameters=[_path("theme/bedre-helse")]
                )
            },
            "/doc/{path}": {
                "get": _operation(
                    "document",
                    "The description of a thing",
                    (*formats.RDF_FORMATS, HTML),
                    200,
                    304,
                    400,
                    404,
                    406,
                    410,
                    parameters=[_path("theme/bedre-helse"), _PAGE, _LANG],
                )
            },
            "/doc": {
                "get": _operation(
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
                        _query("iri", {"type": "string"}, required=True),
                        _query("format", {"enum": [row.suffix for row in (*formats.RDF_FORMATS, HTML)]}),
                        _PAGE,
                        _LANG,
                    ],
                )
            },
            "/ns": {
                "get": _operation("ontology", "The ontology", (*formats.RDF_FORMATS, HTML), 200, 304, 400, 404, 406)
            },
            "/shapes": {
                "get": _operation("shapes", "All SHACL shapes", (*formats.RDF_FORMATS, HTML), 200, 304, 406,
                                  parameters=[_LANG])
            },
            "/shapes/{path}": {
                "get": _operation("shape", "A shape with its parts, which is the help page of its mistake",
                                  (*formats.RDF_FORMATS, HTML), 200, 304, 404, 406,
                                  parameters=[_path("theme-position"), _LANG])
            },
            "/problems": {"get": _operation("problems", "What the errors mean that are no shapes", (HTML,), 200, 304,
                                            parameters=[_LANG])},
            "/sparql": {
                "get": _operation(
                    "queryByGet",
                    "SPARQL 1.1 query; without a query, the service description",
                    (*formats.RESULT_FORMATS, *formats.RDF_FORMATS, HTML),
                    200,
                    304,
                    400,
                    403,
                    406,
                    413,
                    429,
                    502,
                    503,
                    504,
                    parameters=[*_SPARQL, *page_parameters()],
                ),
                "post": {
                    **_operation(
                        "queryByPost",
                        "SPARQL 1.1 query",
                        (*formats.RESULT_FORMATS, *formats.RDF_FORMATS),
                        200,
                        304,
                        400,
                        403,
                        406,
                        413,
                        415,
                        429,
                        502,
                        503,
                        504,
                        parameters=_SPARQL[1:],
                    ),
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/sparql-query": _TEXT,
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
            "/catalog": {"get": _operation("catalogue", "The DCAT catalogue", metadata, 200, 304, 406)},
            "/service-description": {
                "get": _operation("serviceDescription", "The SPARQL service description", metadata, 200, 304, 406)
            },
            "/.well-known/void": {"get": _operation("void", "The VoID description", metadata, 200, 304, 406)},
            "/data/{name}": {
                "get": _operation(
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
            **example_paths(_operation),
            **_reconcile_paths(),
            **history_paths(_operation),
            **discovery_paths(_operation),
            "/health": {"get": _operation("health", "The process lives", (), 200)},
            "/ready": {"get": _operation("ready", "A release is open and the engine answers", (), 200, 503)},
            "/metrics": {"get": _operation("metrics", "Counters for Prometheus", (), 200, 404)},
        },
    }


def _search_paths() -> dict[str, Any]:
    text = _query("q", {"type": "string", "maxLength": search.LONGEST})
    given = [text, _query("kind", {"enum": list(BY_NAME)}), _PAGE, _LANG]
    size = _query("size", {"type": "integer", "minimum": 1, "maximum": search.MOST})
    codes = (200, 304, 400, 404, 503)
    return {
        "/search": {"get": _operation("search", "Full-text search", (HTML, search.JSON), *codes, 406,
                                      parameters=given)},
        "/search.json": {"get": _operation("searchJson", "Full-text search, for programs", (search.JSON,), *codes,
                                           parameters=[{**text, "required": True}, *given[1:], size])},
        "/opensearch.xml": {"get": _operation("openSearch", "How a browser searches here", (search.OPENSEARCH,), 200,
                                              parameters=[_LANG])},
    }


def _reconcile_paths() -> dict[str, Any]:
    lang = {"name": "lang", "in": "path", "required": True, "schema": {"enum": ["nb", "en"]}}
    text, whole = {"type": "string"}, {"type": "integer", "minimum": 0, "maximum": 10_000}
    own, one = [_query("queries", text), _query("extend", text)], (search.JSON,)
    form = {"required": True, "content": {"application/x-www-form-urlencoded": {
        "schema": {"type": "object", "properties": {"queries": text, "extend": text}}}}}
    codes = (200, 304, 400, 413, 503)

    def service(name: str, first: list[dict[str, Any]]) -> dict[str, Any]:
        ask, send = f"reconcile{name}", f"reconcile{name}ByPost"
        return {"get": _operation(ask, "Reconciliation API 0.2: the manifest, or an answer", one, *codes,
                                  parameters=[*first, *own]),
                "post": {**_operation(send, "Reconciliation API 0.2: queries, or values of properties", one, *codes,
                                      415, parameters=first), "requestBody": form}}

    def read(name: str, summary: str, rows: tuple[Format, ...], *given: dict[str, Any]) -> dict[str, Any]:
        return {"get": _operation(name, summary, rows, 200, 304, 400, 404, 503, parameters=[lang, *given])}

    prefix = (_query("prefix", text), _query("cursor", whole))
    return {
        "/reconcile": service("", []),
        "/reconcile/{lang}": service("In", [lang]),
        "/reconcile/{lang}/suggest/entity": read("suggestEntity", "Completes entities", one, *prefix,
                                                 _query("type", text)),
        "/reconcile/{lang}/suggest/property": read("suggestProperty", "Completes properties", one, *prefix),
        "/reconcile/{lang}/suggest/type": read("suggestType", "Completes types", one, *prefix),
        "/reconcile/{lang}/properties": read("proposeProperties", "What can be fetched of a type", one,
                                             _query("type", text), _query("limit", whole)),
        "/reconcile/{lang}/preview": read("preview", "An entity in a frame", (HTML,), _query("id", text)),
    }


def _query(name: str, schema: dict[str, Any], required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _path(example: str) -> dict[str, Any]:
    return {"name": "path", "in": "path", "required": True, "schema": {"type": "string"}, "example": example}


_PAGE = _query("page", {"type": "integer", "minimum": 1, "maximum": 999999999})
_LANG = _query("lang", {"enum": ["nb", "en"]})
_SPARQL = [
    _query("query", {"type": "string"}),
    _query("default-graph-uri", {"type": "array", "items": {"type": "string"}}),
    _query("named-graph-uri", {"type": "array", "items": {"type": "string"}}),
    _query("format", {"enum": [row.name for row in (*formats.RESULT_FORMATS, *formats.RDF_FORMATS)]}),
]


def _operation(
    name: str, summary: str, rows: tuple[Format, ...], *statuses: int, parameters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": parameters or [],
        "responses": {str(status): _response(status, rows) for status in statuses},
    }


def _response(status: int, rows: tuple[Format, ...]) -> dict[str, Any]:
    words = {200: "OK", 206: "Partial content", 302: "Found", 303: "See other", 304: "Not modified"}
    description = words.get(status) or TITLES[status][1]
    if status == 200 and rows:
        return {"description": description, "content": {row.media_type: _TEXT for row in rows}}
    if status >= 400:
        return {
            "description": description,
            "content": {"application/problem+json": {"schema": {"type": "object"}}, "text/html": _TEXT},
        }
    return {"description": description}
