"""`/openapi.json`: what there is, for programs (OpenAPI 3.1), made from the tables that the views read."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response

from delmaal import __version__, formats
from delmaal.formats import Format
from delmaal.web.answers import answer, opened
from delmaal.web.failures import TITLES
from delmaal.web.negotiate import HTML

routes = Blueprint("openapi", __name__)

_TEXT = {"schema": {"type": "string"}}


@routes.get("/openapi.json")
def openapi() -> Response:
    """The description of this server."""
    return answer(lambda: json.dumps(_document(), ensure_ascii=False).encode(), "application/json", vary="")


def _document() -> dict[str, Any]:
    manifest = opened().release.manifest
    metadata = tuple(row for row in formats.RDF_FORMATS if not row.quads)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": manifest["title"]["en"],
            "version": __version__,
            "description": "Linked open data: descriptions, a SPARQL endpoint, a catalogue, dumps. Read-only.",
            "license": {"name": "CC BY 4.0 (data)", "url": "https://creativecommons.org/licenses/by/4.0/"},
        },
        "paths": {
            "/": {"get": _operation("home", "The home page", (HTML,), 200)},
            "/id/{path}": {
                "get": _operation(
                    "thing", "A thing: see its description", (), 303, 404, parameters=[_path("theme/bedre-helse")]
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
                    parameters=_SPARQL,
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
            "/health": {"get": _operation("health", "The process lives", (), 200)},
            "/ready": {"get": _operation("ready", "A release is open and the engine answers", (), 200, 503)},
            "/metrics": {"get": _operation("metrics", "Counters for Prometheus", (), 200, 404)},
        },
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
    words = {200: "OK", 206: "Partial content", 303: "See other", 304: "Not modified"}
    description = words.get(status) or TITLES[status][1]
    if status == 200 and rows:
        return {"description": description, "content": {row.media_type: _TEXT for row in rows}}
    if status >= 400:
        return {
            "description": description,
            "content": {"application/problem+json": {"schema": {"type": "object"}}, "text/html": _TEXT},
        }
    return {"description": description}
