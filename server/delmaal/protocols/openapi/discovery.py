"""The part of `/openapi.json` that is about citations and about what crawlers and other programs look for first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from delmaal.formats import Format
from delmaal.protocols.discovery import citation
from delmaal.protocols.discovery.interfaces import LINKSET

_LINKSET = Format("linkset", "links", LINKSET.partition(";")[0], "json")
_XML = Format("sitemap", "sitemap", "application/xml", "xml")
_TEXT = Format("robots", "robots.txt", "text/plain", "txt")
_LANG = {"name": "lang", "in": "query", "required": False, "schema": {"type": "string"}}


def discovery_paths(operation: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """The paths, made with the function that describes an operation."""
    return {
        "/cite": {"get": operation("cite", "How to cite the publication in this release", citation.ROWS, 200, 304, 406,
                                   parameters=[_LANG])},
        "/cite/{name}": {"get": operation("citeDataset", "How to cite a dataset in this release", citation.ROWS, 200,
                                          304, 404, 406, parameters=[_path("name", "string", "themes.bib"), _LANG])},
        "/.well-known/api-catalog": {"get": operation(
            "apiCatalog", "The interfaces and what describes them (RFC 9727)", (_LINKSET,), 200, 406)},
        "/robots.txt": {"get": operation("robots", "What crawlers may read", (_TEXT,), 200)},
        "/sitemap.xml": {"get": operation("sitemap", "The addresses, or the index of the pages that hold them", (_XML,),
                                          200, 304)},
        "/sitemap-{number}.xml": {"get": operation("sitemapPage", "A page of the sitemap", (_XML,), 200, 304, 404,
                                                   parameters=[_path("number", "integer", 1)])},
    }


def _path(name: str, kind: str, example: str | int) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind}, "example": example}
