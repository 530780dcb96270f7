"""A description as bytes and headers, from a release alone: what the view answers, and what the front answers at once.

It knows nothing of Flask or of requests, so both may call it, and a test holds that both give the same answer.
"""

from __future__ import annotations

import io
import re
from typing import NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from delmaal import formats
from delmaal.formats import Format
from delmaal.terms import term
from delmaal.turtle import block, write_turtle
from delmaal.web.negotiate import HTML
from delmaal.web.releases import Opened

OWN_LIMIT = 200
"""Statements about a resource on one page of its description."""

INCOMING_LIMIT = 25
"""Statements that lead to a resource on one page of its description."""

ROWS: tuple[Format, ...] = (*formats.RDF_FORMATS, HTML)
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
PLAIN = re.compile(r"/doc/[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*\Z")
"""A path that names a thing of the publication and needs no escaping."""

_TYPE, _DOCUMENT, _TOPIC, _LICENCE_OF, _PART_OF, _NEXT = (
    str(term(name)).encode() for name in
    ("rdf:type", "foaf:Document", "foaf:primaryTopic", "dct:license", "dct:isPartOf", "schema:nextItem")
)


class Page(NamedTuple):
    """A page of what is said about a resource: the lines about it, those that lead to it, and whether more follow."""

    iri: str
    number: int
    own: list[bytes]
    incoming: list[bytes]
    more: bool


def page_of(opening: Opened, iri: str, number: int = 1) -> Page | None:
    """A page of a resource, counted from 1; None where nothing is said on it."""
    own, more_own = opening.lookup.about(iri, (number - 1) * OWN_LIMIT, OWN_LIMIT)
    incoming, more_incoming = opening.lookup.incoming(iri, (number - 1) * INCOMING_LIMIT, INCOMING_LIMIT)
    return Page(iri, number, own, incoming, more_own or more_incoming) if own or incoming else None


def headers_of(opening: Opened, page: Page, path: str, suffixed: str, row: Format) -> list[tuple[str, str]]:
    """Content-Location and Link of a page in a format; `suffixed` is the address that a suffix is added to."""
    here = f"{suffixed}{row.suffix}" + (page_query(suffixed, page.number) if page.number > 1 else "")
    links = _links(opening, page.iri, path, suffixed)
    if page.more:
        links += f', </{suffixed}{row.suffix}{page_query(suffixed, page.number + 1)}>; rel="next"'
    return [("Content-Location", f"/{here}"), ("Link", links)]


def write_page(opening: Opened, page: Page, path: str, row: Format) -> bytes:
    """A page of a description in a format of RDF."""
    return _write(opening, _parts(opening, page, f"{opening.release.base}{path}"), row)


def page_query(path: str, number: int) -> str:
    """The page as it is added to an address."""
    return f"{'&' if '?' in path else '?'}page={number}"


def _links(opening: Opened, iri: str, path: str, suffixed: str) -> str:
    """The Link header: every other form of the document, what it describes, what describes its terms, its licence."""
    quoted = quote(iri, safe=":/?#[]@!$&()*+,;=%~._-")
    alternates = "".join(f', </{suffixed}{row.suffix}>; rel="alternate"; type="{row.media_type}"' for row in ROWS)
    return (f'<{opening.release.base}{path}>; rel="canonical", <{quoted}>; rel="describes", '
            f'</void.ttl>; rel="describedby", <{LICENCE}>; rel="license"{alternates}')


Parts = tuple[list[bytes], list[bytes], dict[str, list[bytes]]]


def _parts(opening: Opened, page: Page, url: str) -> Parts:
    """The statements of a description: about the resource, about the document, and, by the resources that it links to
    or that link to it, those that link to it."""
    own, incoming = page.own, page.incoming
    node = b"<" + url.encode() + b"> "
    about = [
        node + _TYPE + b" " + _DOCUMENT,
        node + _PART_OF + b" " + opening.own,
        node + _LICENCE_OF + b" <" + LICENCE.encode() + b">",
        node + _TOPIC + b" <" + page.iri.encode() + b">",
    ]
    if page.more:
        following = page_query(url, page.number + 1).encode()
        about.append(node + _NEXT + b" <" + url.encode() + following + b">")
    linked: dict[str, list[bytes]] = {}
    for line in own:
        obj = line.split(b" ", 2)[2]
        if obj[:1] == b"<":
            linked[obj[1:-1].decode()] = []
    for line in incoming:
        linked.setdefault(line[1 : line.index(b"> ")].decode(), []).append(line)
    linked.pop(page.iri, None)
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
