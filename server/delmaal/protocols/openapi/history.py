"""The part of `/openapi.json` that is about releases over time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from delmaal import formats
from delmaal.formats import RDF_FORMATS, RESULT_FORMATS
from delmaal.http.negotiate import HTML
from delmaal.protocols.history.diffs import DIFFS, JSON
from delmaal.protocols.history.feed import PAGES
from delmaal.protocols.history.memento import LINK_FORMAT
from delmaal.protocols.history.view import LISTS

_ID = "0" * 12
_LINKS = formats.Format("link-format", "links", LINK_FORMAT, "link")


def history_paths(operation: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """The paths, made with the function that describes an operation."""
    release, other = _path("release", _ID), _path("other", f"{_ID}.json")
    path, lang = _path("path", "doc/theme/bedre-helse"), _query("lang", [])
    return {
        "/release": {"get": operation("releases", "Every release there is or was", LISTS, 200, 406, parameters=[lang])},
        "/release/{release}": {"get": operation(
            "release", "A release: its files, how to cite it", (HTML,), 200, 302, 303, 304, 404, 410,
            parameters=[release, lang])},
        "/release/{release}/": {"get": operation(
            "homeAsItWas", "The home page of a release", (HTML,), 200, 302, 304, 404, 410, parameters=[release, lang])},
        "/release/{release}/{path}": {"get": operation(
            "memento", "What the server answered at an address while this release was current", (), 200, 206, 302, 303,
            304, 400, 404, 406, 410, 416, parameters=[release, path, lang])},
        "/release/{release}/sparql": {"get": operation(
            "queryAsItWas", "A query on a release, while its store is kept", (*RESULT_FORMATS, *RDF_FORMATS), 200, 304,
            307, 400, 403, 404, 406, 410, 413, 502, 503, 504,
            parameters=[release, _text("query", "ASK { ?s ?p ?o }")])},
        "/release/{release}/manifest.json": {"get": operation(
            "manifest", "The manifest of a release", (JSON,), 200, 404, 410, parameters=[release])},
        "/release/{release}/signatures.json": {"get": operation(
            "signatures", "The signatures of a release", (JSON,), 200, 404, parameters=[release])},
        "/release/{release}/diff/{other}": {"get": operation(
            "diff", "What one release says that another does not", DIFFS, 200, 302, 304, 400, 404, 406, 410, 503,
            parameters=[release, other, _query("scope", ["data", "store"]), lang])},
        "/timemap/link/": {"get": operation("timemapOfHome", "The TimeMap of the home page", (_LINKS,), 200, 404, 406)},
        "/timemap/link/{path}": {"get": operation(
            "timemap", "The TimeMap of a resource (RFC 7089)", (_LINKS,), 200, 404, 406, parameters=[path])},
        "/timemap/json/": {"get": operation("timemapOfHomeAsJson", "The same as JSON", (JSON,), 200, 404, 406)},
        "/timemap/json/{path}": {"get": operation(
            "timemapAsJson", "The TimeMap of a resource as JSON", (JSON,), 200, 404, 406, parameters=[path])},
        "/feed": {"get": operation("feed", "The change feed, a Linked Data Event Stream", PAGES, 200, 303, 304, 406)},
        "/feed/{fragment}/{page}": {"get": operation(
            "feedPage", "A page of what a switch changed", PAGES, 200, 304, 404, 406, 410,
            parameters=[_path("fragment", "0"), _path("page", "1")])},
    }


def _path(name: str, example: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, "example": example}


def _text(name: str, example: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "example": example}


def _query(name: str, values: list[str]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": {"enum": values}}
