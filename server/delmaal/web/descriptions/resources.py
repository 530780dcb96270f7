"""Dereferencing: `/id/x` answers 303 to `/doc/x`, which negotiates or takes a suffix."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from flask import Blueprint, Response, current_app, request

from delmaal.formats import Format, write
from delmaal.release.sorted_dump import SortedDump
from delmaal.terms import term
from delmaal.web.answers import CACHE, EVERYWHERE, answer, opened
from delmaal.web.descriptions.description import PLAIN, ROWS, Page, address_of, links_of, page_of, write_page
from delmaal.web.descriptions.generic import GenericPages
from delmaal.web.failures import problem
from delmaal.web.history.gone import departed
from delmaal.web.negotiate import HTML, by_suffix, choose, language
from delmaal.web.pages import KINDS
from delmaal.web.releases import Opened
from delmaal.web.vocabulary import ontology_page

ONTOLOGY = "https://w3id.org/delmaal/ns"
_CELL = f"{term('rdf:type')} {term('qb:Observation')}".encode()
_MENTION = f"{term('delmaal:mention')} ".encode()
_KINDS = {f"{term('rdf:type')} <{kind}>".encode(): make for kind, make in KINDS.items()}
_ADDRESSED = ("iri", "format", "page", "lang")
"""What a query says of which description is asked for, and how; the rest is for pages of a kind of their own."""

routes = Blueprint("resources", __name__)


@routes.get("/id/<path:path>")
def thing(path: str) -> Response:
    """A thing is no document: see other."""
    base = opened().release.base
    stem, row = by_suffix(path, ROWS)
    if not (_known(f"{base}id/{path}") or (row is not None and _known(f"{base}id/{stem}"))):
        return _unknown(f"{base}id/{path}")
    headers, body = see_other(path)
    return Response(body, 303, headers)


def see_other(path: str) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and body of what a thing answers: the address of its document, which a proxy may remember."""
    # relative to /id/…, so that no host is named and any mount point works
    location = "../" * (path.count("/") + 1) + "doc/" + quote(path, safe="/.~-_")
    note = f'<!doctype html>\n<html lang="en">\n<title>See other</title>\n<p>See <a href="{location}">{location}</a>.\n'
    headers = [*EVERYWHERE, ("Location", location), ("Cache-Control", CACHE), ("Content-Type", HTML.content_type)]
    return headers, note.encode()


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
    return _document(iri, row, *addresses_of(opened(), iri))


def addresses_of(opening: Opened, iri: str) -> tuple[str, str]:
    """The path of an IRI's document, and what a suffix is added to; a thing's own where the IRI names one."""
    local = iri.removeprefix(f"{opening.release.base}id/")
    if local != iri and PLAIN.match(f"/doc/{local}"):
        return f"doc/{local}", f"doc/{local}."
    escaped = quote(iri, safe="")
    return f"doc?iri={escaped}", f"doc?iri={escaped}&format="


@routes.get("/doc/<path:path>")
def document(path: str) -> Response:
    """The description of a thing of the publication."""
    base = opened().release.base
    stem, row = by_suffix(path, ROWS)
    if row is not None and _known(f"{base}id/{path}"):  # a thing whose own name ends so
        stem, row = path, None
    iri = f"{base}id/{stem}"
    return _document(iri, row, *addresses_of(opened(), iri))


@routes.get("/ns")
def ontology() -> Response:
    """The ontology: as data the whole of it, every term with it, as an editor of ontologies loads it; as a page."""
    row = choose(request.headers.get("Accept", ""), ROWS)
    if row is not None and row is not HTML:
        opening = opened()
        links = f'<{ONTOLOGY}>; rel="canonical", </void.ttl>; rel="describedby"'
        return answer(lambda: _terms(opening, row), row.content_type, headers=[("Link", links)])
    return _document(ONTOLOGY, None, "ns", f"doc?iri={quote(ONTOLOGY, safe='')}&format=")


def _terms(opening: Opened, row: Format) -> bytes:
    """The ontology and each of its terms."""
    dump = SortedDump(opening.release.folder / "data" / "all.nt")
    lines = dump.block(ONTOLOGY) + dump.beginning(f"{ONTOLOGY}#")
    return write(ox.parse(lines, format=ox.RdfFormat.N_TRIPLES), row, first=[ox.NamedNode(ONTOLOGY)])


def _suffixes() -> str:
    return ", ".join(row.suffix for row in ROWS)


def _known(iri: str) -> bool:
    return opened().lookup.knows(iri)


def _unknown(iri: str) -> Response:
    return departed(iri) or problem(404, "resource-unknown", f"nothing is said about {iri[:500]} in this release")


def _document(iri: str, row: Format | None, path: str, suffixed: str) -> Response:
    opening = opened()
    asked = request.args.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and 0 < int(asked[:9]) < 10**9):
        return problem(400, "page-malformed", "page is a whole number from 1 on")
    page = page_of(opening, iri, int(asked[:9]))
    if page is None:
        if int(asked[:9]) > 1 and _known(iri):
            return problem(404, "page-unknown", f"the description has fewer than {asked[:9]} pages")
        return _unknown(iri)
    explicit = row is not None
    row = row or choose(request.headers.get("Accept", ""), ROWS)
    if row is None:
        available = [{"mediaType": each.media_type, "href": f"/{suffixed}{each.suffix}"} for each in ROWS]
        return problem(406, "format-unacceptable", f"this resource is had as {_suffixes()}", available=available)
    asked_in = request.headers.get("Accept-Language", "")
    spoken = language(asked_in, request.args.get("lang")) if row is HTML else ""
    here = address_of(suffixed, row, page.number, spoken)
    links = "Link", links_of(opening, page, path, suffixed, row, spoken)
    if row is not HTML:
        return answer(lambda: write_page(opening, page, path, row), row.content_type,
                      vary="" if explicit else "Accept, Accept-Language", headers=[("Content-Location", here), links])
    more = urlencode([(name, value) for name, value in request.args.items(multi=True) if name not in _ADDRESSED])
    headers = [("Content-Location", f"{here}&{more}" if more else here), links, ("Content-Language", spoken)]
    return answer(lambda: _html(opening, page, path, suffixed, spoken), HTML.content_type, "html", spoken,
                  vary="Accept-Language" if explicit else "Accept, Accept-Language", headers=headers)


def _html(opening: Opened, page: Page, path: str, suffixed: str, spoken: str) -> bytes:
    if path == "ns":
        return ontology_page(opening, spoken)
    make = kind_of(page)
    if make is not None:
        return make(opening, page, spoken)
    generic: GenericPages = current_app.config["GENERIC"]
    return generic.write(opening, page, path, suffixed, spoken)


def kind_of(page: Page) -> Callable[[Opened, Page, str], bytes] | None:
    """What makes the page of a resource whose class has pages of its own; the pages after the first are generic.

    So is that of a cube's cell that no text mentions: it has nothing to show but its dimensions, and there may be
    millions; the picture is on the page of its indicator.
    """
    if page.number > 1:
        return None
    make = next((_KINDS[pair] for pair in page.pairs if pair in _KINDS), None)
    if make is not None and _CELL in page.pairs and not any(pair.startswith(_MENTION) for pair in page.pairs):
        return None
    return make
