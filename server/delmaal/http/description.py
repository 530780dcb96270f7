"""A description as bytes and headers, from a release alone: what the view answers, and what the front answers at once.

It knows nothing of Flask or of requests, so both may call it, and a test holds that both give the same answer.
"""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from delmaal import formats
from delmaal.formats import Format
from delmaal.http.negotiate import HTML
from delmaal.http.urls import Urls, document_iri, stem_of, turned
from delmaal.reading.releases import Opened
from delmaal.terms import term
from delmaal.turtle import iri_token, leading, paragraph, write_turtle

INCOMING_LIMIT = 25
"""Statements that lead to a resource on one page of its description."""

ROWS: tuple[Format, ...] = (*formats.RDF_FORMATS, HTML)

_ABOUT, _PART_OF, _TOPIC, _NEXT, _VIEW = (
    "".join(f"{term(name)} " for name in names.split()).encode() for names in
    ("rdf:type foaf:Document", "dct:isPartOf", "foaf:primaryTopic", "schema:nextItem", "hydra:next"))
_ABOUT = _ABOUT.rstrip()
_NEXT_SHORT, _NEXT_BIT = iri_token(_NEXT.rstrip())
_VIEW_SHORT, _VIEW_BIT = iri_token(_VIEW.rstrip())
_FOLLOWING = tuple(b" ;\n    " + name + b" " for name in (_NEXT_SHORT, _VIEW_SHORT))
"""Where the next page is, in schema.org's word and in Hydra's, which engines that follow links know."""

_NONE: list[bytes] = []


_PLAIN_IRI = re.compile(r"[A-Za-z0-9:/._~-]+\Z")
_ALTERNATES = [", <", *(f'{row.suffix}>; rel="alternate"; type="{row.media_type}", <' for row in ROWS)]
_ALTERNATES[-1] = _ALTERNATES[-1].removesuffix(", <")
"""What stands between the addresses of the forms in a Link header."""


class Page(NamedTuple):
    """A page of what is said about a resource: `predicate object` of each statement about it, `subject predicate` of
    each that leads to it, and whether more follow."""

    iri: str
    number: int
    pairs: list[bytes]
    heads: list[bytes]
    more: bool

    @property
    def own(self) -> list[bytes]:
        """The statements about the resource, as whole lines."""
        subject = b"<" + self.iri.encode() + b"> "
        return [subject + pair for pair in self.pairs]

    @property
    def incoming(self) -> list[bytes]:
        """The statements that lead to the resource, as whole lines."""
        obj = b" <" + self.iri.encode() + b">"
        return [head + obj for head in self.heads]


def page_of(opening: Opened, iri: str, number: int = 1) -> Page | None:
    """A page of a resource, counted from 1; None where nothing is said on it."""
    pairs, more_own, heads, more_incoming = opening.lookup.page(iri, number, INCOMING_LIMIT)
    if not (pairs or heads or more_own):
        return None
    return Page(iri, number, pairs, heads, more_own or more_incoming)


def links_of(opening: Opened, urls: Urls, page: Page, here: str, canonical: str, row: Format,
             licence: str) -> str:
    """The Link header of a page: every form of the document, what it describes, what describes its terms, its licence,
    the pages beside it. `here` is the document's address in no language, `urls` are in that of the page if it is one.
    """
    iri, number = page.iri, page.number
    quoted = iri if _PLAIN_IRI.match(iri) else quote(iri, safe=":/?#[]@!$&()*+,;=%~._-")
    # the public address may change: what to cite is the IRI (RFC 8574)
    cited = f'<{quoted}>; rel="cite-as", ' if opening.public and iri.startswith(opening.release.base) else ""
    links = (f'<{canonical}>; rel="canonical", <{quoted}>; rel="describes", {cited}'
             f'<{urls.void("ttl")}>; rel="describedby", <{licence}>; rel="license"{stem_of(here).join(_ALTERNATES)}')
    if number > 1:
        links += f', <{urls.form(here, row.suffix, number - 1)}>; rel="prev"'
    if page.more:
        links += f', <{urls.form(here, row.suffix, number + 1)}>; rel="next"'
    return links


def write_page(opening: Opened, page: Page, row: Format) -> bytes:
    """A page of a description in a format of RDF: Turtle and the line formats are written without parsing."""
    url = document_iri(opening.release.base, page.iri)
    if row.name in ("turtle", "trig"):
        return _turtle(opening, page, url.encode())
    body = b"".join([line + b" .\n" for line in _lines(opening, page, url.encode())])
    return body if row.name in ("n-triples", "n-quads") else formats.write(list(_triples(body)), row)


def _turtle(opening: Opened, page: Page, url: bytes) -> bytes:
    topic = b"<" + page.iri.encode() + b">"
    own, used, links = paragraph(topic, page.pairs)
    name, bit = iri_token(topic)
    sheet, bits = _sheet(opening.own, opening.licensed)
    following = b""
    if page.more:
        bits |= _NEXT_BIT | _VIEW_BIT
        onward = b"<" + turned(url.decode(), page.number + 1).encode() + b">"
        following = b"".join(name + onward for name in _FOLLOWING)
    document = b"".join((b"<", url, b">", sheet, name, following, b" .\n"))
    parts = [own, document] if own else [document]
    used |= bit | bits
    linked: dict[bytes, list[bytes]] = dict.fromkeys(links, _NONE)
    for head in page.heads:
        subject, _, predicate = head.partition(b" ")
        if linked.get(subject):
            linked[subject].append(predicate)
        else:
            linked[subject] = [predicate]
    linked.pop(topic, None)
    label_turtle = opening.label_turtle
    for token, predicates in linked.items():
        labels = label_turtle(token)
        if predicates:
            whole, bits = leading(labels, predicates, name)
            used |= bits
            parts.append(whole)
        elif labels[0]:
            used |= labels[3]
            parts.append(labels[0])
    return write_turtle(parts, used)


@lru_cache(maxsize=16)
def _sheet(release: bytes, licensed: bytes) -> tuple[bytes, int]:
    """What is said about every document, as Turtle up to the name of the topic, and the prefixes used."""
    whole, used, _ = paragraph(b"<>", [_ABOUT, _PART_OF + release, licensed, _TOPIC + b"<>"])
    return whole[len(b"<>") : -len(b"<> .\n")], used


def _lines(opening: Opened, page: Page, url: bytes) -> list[bytes]:
    topic, node = b"<" + page.iri.encode() + b">", b"<" + url + b"> "
    lines = page.own
    lines += [node + _ABOUT, node + _PART_OF + opening.own, node + opening.licensed, node + _TOPIC + topic]
    if page.more:
        onward = b"<" + turned(url.decode(), page.number + 1).encode() + b">"
        lines += [node + name + onward for name in (_NEXT, _VIEW)]
    objects = (pair[pair.index(b" ") + 1 :] for pair in page.pairs)
    linked = dict.fromkeys([obj for obj in objects if obj[:1] == b"<"])
    for head in page.heads:
        subject = head[: head.index(b" ")]
        linked[subject] = None
        if subject != topic:
            lines.append(head + b" " + topic)
    linked.pop(topic, None)
    for token in linked:
        lines += opening.label_lines(token[1:-1].decode())
    return lines


def _triples(lines: bytes) -> list[ox.Triple]:
    quads = ox.parse(io.BytesIO(lines), format=ox.RdfFormat.N_TRIPLES)
    return [ox.Triple(quad.subject, quad.predicate, quad.object) for quad in quads]
