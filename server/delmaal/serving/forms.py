"""The forms that each address has, and what an address may say of the form that is wanted.

    ?format=ttl   ?output=json   ?_format=text/csv     a form by any of its names, in place of Accept
    ?callback=…                                        JSONP, which is not offered

A table, since every address has to agree: an unknown name is a 400 with those that there are, and a client whom no form
suits hears 406. The addresses of ONE_FORM have a single form and nothing to choose from; an address that ends in a
suffix has said what is wanted.
"""

from __future__ import annotations

from collections.abc import Mapping

from delmaal import formats
from delmaal.formats import ASKED_WITH, Format, format_named, names_of
from delmaal.http.asked import Asked
from delmaal.http.description import ROWS as DESCRIPTIONS
from delmaal.http.failures import problem
from delmaal.http.negotiate import HTML, by_suffix, choose
from delmaal.http.reply import Reply
from delmaal.protocols.discovery import citation
from delmaal.protocols.discovery.interfaces import LINKSET
from delmaal.protocols.history import diffs, feed, memento, view
from delmaal.protocols.sparql import examples

_JSON = Format("json", "JSON", "application/json", "json")
_PARTS = tuple(row for row in formats.RDF_FORMATS if not row.quads)
_PLAIN = Format("text", "text", "text/plain", "txt")
_XML = Format("xml", "XML", "application/xml", "xml", aliases=("text/xml",))

FORMS: Mapping[str, tuple[Format, ...]] = {
    "pages.home": (HTML, *_PARTS),
    "pages.matrix": (HTML,),
    "pages.about": (HTML,),
    "pages.accessibility": (HTML,),
    "pages.privacy": (HTML,),
    "pages.observations": (formats.BY_NAME["csv"], formats.TURTLE),
    "resources.document_of_iri": DESCRIPTIONS,
    "resources.document": DESCRIPTIONS,
    "resources.document_at": DESCRIPTIONS,
    "resources.ontology": DESCRIPTIONS,
    "vocabulary.shapes": DESCRIPTIONS,
    "vocabulary.shape": DESCRIPTIONS,
    "vocabulary.problems": (HTML,),
    "sparql.endpoint": (*formats.RDF_FORMATS, HTML),
    "examples.example_list": examples.LIST_ROWS,
    "examples.example": examples.ROWS,
    "completion.completion": (_JSON,),
    "citation.cite": citation.ROWS,
    "citation.cite_dataset": citation.ROWS,
    "discovery.api_catalogue": (Format("linkset", "linkset", LINKSET.partition(";")[0], "json",
                                       aliases=("application/json",)),),
    "sitemap.robots": (_PLAIN,),
    "dumps.catalogue": (*_PARTS, HTML),
    "dumps.service_description": (*_PARTS, HTML),
    "dumps.void": (*_PARTS, HTML),
    "dumps.provenance": _PARTS,
    "dumps.report": _PARTS,
    "openapi.openapi": (_JSON,),
    "history.releases": view.LISTS,
    "history.one_release": view.LISTS,
    "diffs.diff": diffs.DIFFS,
    "memento.timemap": (Format("link", "links", memento.LINK_FORMAT, "link"),),
    "memento.timemap_as_json": (_JSON,),
    "feed.root": feed.ROWS,
    "feed.page": feed.PAGES,
    "search.search": (HTML, _JSON),
    "search.search_json": (_JSON,),
    "dumps.dump": (*formats.RDF_FORMATS, formats.BY_NAME["csv"]),
    "history.manifest": (_JSON,),
    "history.signatures": (_JSON,),
    "reconcile.service": (_JSON,),
    "reconcile.preview": (HTML,),
    "reconcile.properties": (_JSON,),
    "reconcile.suggest_entity": (_JSON,),
    "reconcile.suggest_property": (_JSON,),
    "reconcile.suggest_type": (_JSON,),
    "search.opensearch": (Format("opensearch", "OpenSearch", "application/opensearchdescription+xml", "xml"),),
    "sitemap.sitemap": (_XML,),
    "sitemap.sitemap_page": (_XML,),
    "watch.health": (_PLAIN,),
    "watch.ready": (_PLAIN, _JSON),
    "watch.metrics": (_PLAIN,),
}
"""From a view to its forms, the one first that is sent to whom any form suits."""

ONE_FORM = frozenset({"pages.matrix", "pages.about", "pages.accessibility", "pages.privacy",
                      "vocabulary.problems", "memento.timemap", "memento.timemap_as_json",
                      "discovery.api_catalogue"})
"""Views that choose nothing themselves, and whose addresses do not end in a suffix."""


def named_in(given: Mapping[str, str]) -> str:
    """The form that the parameters of an address name; empty where they name none."""
    return next((given[name] for name in ASKED_WITH if given.get(name)), "")


def unanswerable(request: Asked) -> Reply | None:
    """What is against a request for what it asks as a form; None where there is nothing.

    A form that the address names takes the place of Accept, so that every view chooses it.
    """
    if request.query and "callback" in request.args and request.endpoint:
        return problem(
            request, 400, "jsonp-unavailable", "JSONP is not offered: any origin may read every answer (CORS)"
        )
    rows = FORMS.get(request.endpoint, ())
    name = named_in(request.args) if request.query else ""
    if rows and name and not _queried(request):
        wrong = _named(request, name, rows)
        if wrong is not None:
            return wrong
    if request.endpoint in ONE_FORM and choose(request.headers.get("Accept", ""), rows) is None:
        available = [row.media_type for row in rows]
        return problem(request, 406, "format-unacceptable", f"had as {', '.join(available)}", available=available)
    return None


def _queried(request: Asked) -> bool:
    """Whether it is a query, whose operation knows the names of its formats itself."""
    return request.endpoint == "sparql.endpoint" and (request.method == "POST" or "query" in request.args)


def _named(request: Asked, name: str, rows: tuple[Format, ...]) -> Reply | None:
    row = format_named(name, rows)
    if row is None:
        known = f"format {name[:40]!r} is not known; take {names_of(rows)}"
        return problem(request, 400, "format-unknown", known, available=[each.suffix for each in rows])
    said = request.values.get("suffix") or by_suffix(request.path, rows)[1]
    if said is not None and format_named(said if isinstance(said, str) else said.suffix, rows) is not row:
        return problem(
            request, 400, "format-unknown", f"this address has one format, and format= names another: {name[:40]!r}"
        )
    request.headers.by_name["accept"] = row.media_type
    return None
