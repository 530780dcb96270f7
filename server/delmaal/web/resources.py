"""Dereferencing: `/id/x` answers 303 to `/doc/x`, which negotiates or takes a suffix."""

from __future__ import annotations

import io
from urllib.parse import quote

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, render_template, request

from delmaal import formats
from delmaal.formats import Format
from delmaal.terms import term
from delmaal.turtle import block, write_turtle
from delmaal.web.answers import answer, opened
from delmaal.web.failures import problem
from delmaal.web.negotiate import HTML, by_suffix, choose, language
from delmaal.web.releases import Opened
from delmaal.web.rows import describe

OWN_LIMIT = 200
"""Statements about a resource on one page of its description."""

INCOMING_LIMIT = 25
"""Statements that lead to a resource on one page of its description."""

ROWS: tuple[Format, ...] = (*formats.RDF_FORMATS, HTML)
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
ONTOLOGY = "https://w3id.org/delmaal/ns"

_TYPE, _DOCUMENT, _TOPIC, _LICENCE_OF, _PART_OF, _NEXT = (
    str(term(name)).encode() for name in
    ("rdf:type", "foaf:Document", "foaf:primaryTopic", "dct:license", "dct:isPartOf", "schema:nextItem")
)

routes = Blueprint("resources", __name__)


@routes.get("/id/<path:path>")
def thing(path: str) -> Response:
    """A thing is no document: see other."""
    base = opened().release.base
    stem, row = by_suffix(path, ROWS)
    if not (_known(f"{base}id/{path}") or (row is not None and _known(f"{base}id/{stem}"))):
        return _unknown(f"{base}id/{path}")
    # relative to /id/…, so that no host is named and any mount point works
    location = "../" * (path.count("/") + 1) + "doc/" + quote(path, safe="/.~-_")
    return redirect(location, 303, Response)  # type: ignore[return-value]  # of the class given


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
    escaped = quote(iri, safe="")
    return _document(iri, row, f"doc?iri={escaped}", f"doc?iri={escaped}&format=")


@routes.get("/doc/<path:path>")
def document(path: str) -> Response:
    """The description of a thing of the publication."""
    base = opened().release.base
    stem, row = by_suffix(path, ROWS)
    if row is not None and _known(f"{base}id/{path}"):  # a thing whose own name ends so
        stem, row = path, None
    return _document(f"{base}id/{stem}", row, f"doc/{stem}", f"doc/{stem}.")


@routes.get("/ns")
def ontology() -> Response:
    """The ontology as a document."""
    return _document(ONTOLOGY, None, "ns", f"doc?iri={quote(ONTOLOGY, safe='')}&format=")


def _suffixes() -> str:
    return ", ".join(row.suffix for row in ROWS)


def _known(iri: str) -> bool:
    return opened().lookup.knows(iri)


def _unknown(iri: str) -> Response:
    return problem(404, "resource-unknown", f"nothing is said about {iri[:500]} in this release")


def _document(iri: str, row: Format | None, path: str, suffixed: str) -> Response:
    opening = opened()
    page = request.args.get("page", "1")
    if not (page.isascii() and page.isdigit() and 0 < int(page[:9]) < 10**9):
        return problem(400, "page-malformed", "page is a whole number from 1 on")
    number = int(page[:9])
    own, more_own = opening.lookup.about(iri, (number - 1) * OWN_LIMIT, OWN_LIMIT)
    incoming, more_incoming = opening.lookup.incoming(iri, (number - 1) * INCOMING_LIMIT, INCOMING_LIMIT)
    if not own and not incoming:
        if number > 1 and _known(iri):
            return problem(404, "page-unknown", f"the description has fewer than {number} pages")
        return _unknown(iri)
    explicit = row is not None
    row = row or choose(request.headers.get("Accept", ""), ROWS)
    if row is None:
        available = [{"mediaType": each.media_type, "href": f"/{suffixed}{each.suffix}"} for each in ROWS]
        return problem(406, "format-unacceptable", f"this resource is had as {_suffixes()}", available=available)
    further = _query(suffixed, number + 1) if more_own or more_incoming else ""
    here = f"{suffixed}{row.suffix}" + (_query(suffixed, number) if number > 1 else "")
    links = _links(opening, iri, path, suffixed)
    if further:
        links += f', </{suffixed}{row.suffix}{further}>; rel="next"'
    headers = [("Content-Location", f"/{here}"), ("Link", links)]
    if row is HTML:
        spoken = language(request.headers.get("Accept-Language", ""), request.args.get("lang"))
        vary = "Accept-Language" if explicit else "Accept, Accept-Language"

        def page_of() -> bytes:
            description = describe(opening, iri, own, incoming, spoken)
            alternates = [(each.label, f"/{suffixed}{each.suffix}") for each in formats.RDF_FORMATS]
            following = f"/{path}{_query(path, number + 1)}" if further else ""
            return render_template("resource.html", it=description, lang=spoken, alternates=alternates, iri=iri,
                                   release=opening.release, here=f"/{path}", following=following).encode()

        return answer(page_of, HTML.content_type, "html", spoken, vary=vary, headers=headers)
    url = f"{opening.release.base}{path}"
    chosen = row
    return answer(lambda: _write(opening, _parts(opening, iri, own, incoming, url, further), chosen), row.content_type,
                  vary="" if explicit else "Accept, Accept-Language", headers=headers)


def _query(path: str, number: int) -> str:
    return f"{'&' if '?' in path else '?'}page={number}"


def _links(opening: Opened, iri: str, path: str, suffixed: str) -> str:
    """The Link header: every other form of the document, what it describes, what describes its terms, its licence."""
    quoted = quote(iri, safe=":/?#[]@!$&()*+,;=%~._-")
    alternates = "".join(f', </{suffixed}{row.suffix}>; rel="alternate"; type="{row.media_type}"' for row in ROWS)
    return (f'<{opening.release.base}{path}>; rel="canonical", <{quoted}>; rel="describes", '
            f'</void.ttl>; rel="describedby", <{LICENCE}>; rel="license"{alternates}')


Parts = tuple[list[bytes], list[bytes], dict[str, list[bytes]]]


def _parts(opening: Opened, iri: str, own: list[bytes], incoming: list[bytes], url: str, further: str) -> Parts:
    """The statements of a description: about the resource, about the document, and, by the resources that it links to
    or that link to it, those that link to it."""
    page = b"<" + url.encode() + b">"
    about = [
        page + b" " + _TYPE + b" " + _DOCUMENT,
        page + b" " + _PART_OF + b" " + opening.own,
        page + b" " + _LICENCE_OF + b" <" + LICENCE.encode() + b">",
        page + b" " + _TOPIC + b" <" + iri.encode() + b">",
    ]
    if further:
        about.append(page + b" " + _NEXT + b" <" + url.encode() + further.encode() + b">")
    linked: dict[str, list[bytes]] = {}
    for line in own:
        obj = line.split(b" ", 2)[2]
        if obj[:1] == b"<":
            linked[obj[1:-1].decode()] = []
    for line in incoming:
        linked.setdefault(line[1 : line.index(b"> ")].decode(), []).append(line)
    linked.pop(iri, None)
    return own, about, linked


def _write(opening: Opened, parts: Parts, row: Format) -> bytes:
    """A description in a format; Turtle, TriG and the line formats are written without parsing."""
    own, about, linked = parts
    if row.name in ("turtle", "trig"):
        blocks = [block(own), block(about)]
        for name, lines in linked.items():
            blocks.append(block([*lines, *opening.label_lines(name)]) if lines else opening.label_block(name))
        return write_turtle(each for each in blocks if each[0])
    every = [*own, *about]
    for name, incoming in linked.items():
        every += incoming
        every += opening.label_lines(name)
    body = b"".join([line + b" .\n" for line in every])
    if row.name in ("n-triples", "n-quads"):
        return body
    return formats.write(list(_triples(body)), row)


def _triples(lines: bytes) -> list[ox.Triple]:
    quads = ox.parse(io.BytesIO(lines), format=ox.RdfFormat.N_TRIPLES)
    return [ox.Triple(quad.subject, quad.predicate, quad.object) for quad in quads]
