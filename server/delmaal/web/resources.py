"""Dereferencing: `/id/x` answers 303 to `/doc/x`, which negotiates or takes a suffix."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request
from pyoxigraph import Literal, NamedNode, Triple

from delmaal import formats
from delmaal.formats import Format
from delmaal.terms import term, text
from delmaal.web.answers import answer, opened
from delmaal.web.failures import problem
from delmaal.web.negotiate import HTML, by_suffix, choose, language
from delmaal.web.releases import LABELS, Opened
from delmaal.web.rows import Description, describe

INCOMING = 200
"""How many statements that lead to a resource its description shows."""

ROWS: tuple[Format, ...] = (*formats.RDF_FORMATS, HTML)
LICENCE = "https://creativecommons.org/licenses/by/4.0/"

routes = Blueprint("resources", __name__)


@routes.get("/id/<path:path>")
def thing(path: str) -> Response:
    """A thing is no document: see other."""
    _, row = by_suffix(path, ROWS)
    iri = opened().release.base + "id/" + path
    if row is None and not _known(opened(), iri):
        return _unknown(iri)
    # relative to /id/…, so that no host is named and any mount point works
    return redirect("../" * (path.count("/") + 1) + "doc/" + quote(path, safe="/.~-_"), 303, Response)  # type: ignore[return-value]  # of the class given


@routes.get("/doc")
def document_of_iri() -> Response:
    """The description of any IRI that something is said about: `?iri=…`, with `format` in place of a suffix."""
    iri = request.args.get("iri", "")
    if not iri:
        return problem(400, "iri-missing", "give the IRI in the query: /doc?iri=http://metadata.un.org/sdg/3.4")
    name = request.args.get("format")
    row = next((row for row in ROWS if row.suffix == name), None)
    if name and row is None:
        return problem(400, "format-unknown", f"format {name[:20]!r} is not known; take {_suffixes()}")
    return _document(iri, row, f"doc?iri={quote(iri, safe='')}", f"doc?iri={quote(iri, safe='')}&format=")


@routes.get("/doc/<path:path>")
def document(path: str) -> Response:
    """The description of a thing of the publication."""
    opening = opened()
    stem, row = by_suffix(path, ROWS)
    iri = f"{opening.release.base}id/{path}"
    if row is not None and not _known(opening, iri):
        iri = f"{opening.release.base}id/{stem}"
    else:
        stem, row = path, None
    return _document(iri, row, f"doc/{stem}", f"doc/{stem}.")


@routes.get("/ns")
def ontology() -> Response:
    """The ontology as a document."""
    iri = "https://w3id.org/delmaal/ns"
    return _document(iri, None, "ns", f"doc?iri={quote(iri, safe='')}&format=")


def _suffixes() -> str:
    return ", ".join(row.suffix for row in ROWS)


def _known(opening: Opened, iri: str) -> bool:
    try:
        node = NamedNode(iri)
    except ValueError:
        return False
    return bool(opening.engine.about(node)) or bool(opening.engine.incoming(node, 1))


def _unknown(iri: str) -> Response:
    return problem(404, "resource-unknown", f"nothing is said about {iri[:500]} in this release")


def _document(iri: str, row: Format | None, path: str, suffixed: str) -> Response:
    opening = opened()
    if not _known(opening, iri):
        return _unknown(iri)
    explicit = row is not None
    row = row or choose(request.accept_mimetypes, ROWS)
    if row is None:
        available = [{"mediaType": each.media_type, "href": f"/{suffixed}{each.suffix}"} for each in ROWS]
        return problem(406, "format-unacceptable", f"this resource is had as {_suffixes()}", available=available)
    spoken = language(request.accept_languages, request.args.get("lang"))
    node = NamedNode(iri)
    if row is HTML:
        response = answer(lambda: _page(opening, node, spoken, suffixed), HTML.content_type, spoken)
    else:
        response = answer(lambda: _data(opening, node, path, row), row.content_type)
    response.headers["Content-Location"] = f"/{suffixed}{row.suffix}"
    response.headers["Link"] = ", ".join(_links(iri, suffixed))
    if explicit:
        response.headers["Vary"] = "Accept-Language"
    return response


def _links(iri: str, suffixed: str) -> Iterable[str]:
    yield f'<{quote(iri, safe=":/?#[]@!$&()*+,;=%~._-")}>; rel="describes"'
    for row in ROWS:
        yield f'</{suffixed}{row.suffix}>; rel="alternate"; type="{row.media_type}"'
    yield f'<{LICENCE}>; rel="license"'


def _data(opening: Opened, node: NamedNode, path: str, row: Format) -> bytes:
    page = NamedNode(opening.release.base + quote(path, safe="/?=%.~-_"))
    return formats.write(_statements(opening, node, page), row, first=(node, page))


def _statements(opening: Opened, node: NamedNode, page: NamedNode) -> list[Triple]:
    """What is said about a resource and what leads to it, labels of what it links to, and what the document is."""
    about = [Triple(quad.subject, quad.predicate, quad.object) for quad in opening.engine.about(node)]
    incoming = [Triple(q.subject, q.predicate, q.object) for q in opening.engine.incoming(node, INCOMING)]
    out = dict.fromkeys((*about, *incoming))
    linked = {triple.object.value for triple in about if isinstance(triple.object, NamedNode)}
    linked |= {str(triple.subject)[1:-1] for triple in incoming}
    for iri in sorted(linked - {node.value}):
        out.update(dict.fromkeys(_labels(opening, NamedNode(iri))))
    release = opening.iri.thing("release", opening.release.id)
    out[Triple(page, term("rdf:type"), term("foaf:Document"))] = None
    out[Triple(page, term("foaf:primaryTopic"), node)] = None
    out[Triple(page, term("dct:license"), NamedNode(LICENCE))] = None
    out[Triple(page, term("dct:isPartOf"), release)] = None
    return list(out)


def _labels(opening: Opened, node: NamedNode) -> Iterable[Triple]:
    """The labels of a resource, one property for each language."""
    seen: set[str | None] = set()
    for predicate in LABELS:
        values = [value for value in opening.engine.objects(node, predicate) if isinstance(value, Literal)]
        fresh = [value for value in values if value.language not in seen]
        seen.update(value.language for value in fresh)
        yield from (Triple(node, predicate, text(value.value, value.language)) for value in fresh)


def _page(opening: Opened, node: NamedNode, spoken: str, suffixed: str) -> str:
    description: Description = describe(opening, node, spoken, INCOMING)
    alternates = [(row.label, f"/{suffixed}{row.suffix}") for row in formats.RDF_FORMATS]
    return render_template("resource.html", it=description, lang=spoken, alternates=alternates,
                           release=opening.release, here=request.path, iri=node.value)
