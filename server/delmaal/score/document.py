"""Reads a catalogue from an address or a file, page after page where it comes in pages."""

from __future__ import annotations

import gzip
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from delmaal.errors import CatalogueError, short
from delmaal.formats import RDF_FORMATS, Format
from delmaal.score.addresses import Mapped, opener

LIMIT = 75_000_000
"""Bytes of one document; the Norwegian portal reads no more either."""

PAGES = 1000
"""Pages of one catalogue: a chain of pages that leads in a circle, or has no end, ends here."""

ACCEPT = ", ".join(f"{row.media_type};q={1 - rank / 10:.1f}" for rank, row in enumerate(RDF_FORMATS))
_HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
_SUFFIXES = {"xml": "rdf", "json": "jsonld", "turtle": "ttl", "n3": "ttl"}


@dataclass(frozen=True, slots=True)
class Document:
    """A catalogue: its statements, and how many pages they came in."""

    graph: Graph
    pages: int


def read_catalogue(where: str, timeout: float, mapped: Mapped, page_read: Callable[[int], None]) -> Document:
    """The catalogue at an address or in a file, with the pages that follow it (hydra:next, hydra:nextPage).

    Raises CatalogueError where it cannot be had, is too big, or cannot be read as RDF.
    """
    graph = Graph(bind_namespaces="none")
    following, seen = where, set[str]()
    while following and following not in seen:
        if len(seen) == PAGES:
            sentence = f"{where} has more than {PAGES} pages; name a part of it"
            raise CatalogueError("catalogue-too-big", sentence)
        seen.add(following)
        content, row = _fetch(following, timeout, mapped) if _is_address(following) else _open(following)
        page = _parse(content, row, following)
        graph += page
        page_read(len(seen))
        following = next((str(node) for name in ("next", "nextPage") for node in page.objects(None, _HYDRA[name])), "")
        if not _is_address(where):
            following = ""  # a file leads nowhere: what it calls its next page is on the web
    return Document(graph, len(seen))


def _is_address(where: str) -> bool:
    return urlsplit(where).scheme in ("http", "https")


def _open(name: str) -> tuple[bytes, Format | None]:
    path = Path(name)
    try:
        content = path.read_bytes()
    except OSError as error:
        sentence = f"{name} cannot be read ({error.strerror}); name a file of RDF, or an address that begins with http"
        raise CatalogueError("catalogue-unreachable", sentence) from error
    if path.suffix == ".gz":
        path, content = path.with_suffix(""), _unpacked(content, name)
    return content, _by_suffix(path.name)


def _fetch(url: str, timeout: float, mapped: Mapped) -> tuple[bytes, Format | None]:
    request = urllib.request.Request(mapped(url), headers={"Accept": ACCEPT})  # noqa: S310  # http and https alone
    try:
        with opener().open(request, timeout=timeout) as answer:
            content = answer.read(LIMIT + 1)
            kind = answer.headers.get_content_type()
            if answer.headers.get("Content-Encoding", "").lower() == "gzip":
                content = _unpacked(content, url)
    except urllib.error.HTTPError as error:
        sentence = f"{url} answers {error.code} {error.reason}; name the address of a DCAT catalogue"
        raise CatalogueError("catalogue-unreachable", sentence) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        sentence = f"{url} does not answer ({short(str(getattr(error, 'reason', error)))}); is the server running?"
        raise CatalogueError("catalogue-unreachable", sentence) from error
    if len(content) > LIMIT:
        raise CatalogueError("catalogue-too-big", f"{url} is over {LIMIT:,} bytes, which no portal reads; divide it")
    row = next((row for row in RDF_FORMATS if kind in (row.media_type, *row.aliases) and kind != "text/plain"), None)
    return content, row or _by_suffix(urlsplit(url).path)


def _unpacked(content: bytes, name: str) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise CatalogueError("catalogue-unreadable", f"{name} is no gzip ({error}); fetch it anew") from error


def _by_suffix(name: str) -> Format | None:
    suffix = name.rpartition(".")[2].lower()
    return next((row for row in RDF_FORMATS if row.suffix == _SUFFIXES.get(suffix, suffix)), None)


def _parse(content: bytes, row: Format | None, where: str) -> Graph:
    if row is None:
        names = ", ".join(f".{each.suffix}" for each in RDF_FORMATS)
        sentence = f"{where} does not say which RDF it is; its media type or its suffix must ({names})"
        raise CatalogueError("catalogue-unreadable", sentence)
    base = where if _is_address(where) else Path(where).resolve().as_uri()
    graph = Graph(bind_namespaces="none")
    try:
        for quad in ox.parse(content, format=row.rdf, base_iri=base, rename_blank_nodes=True):
            graph.add((_term(quad.subject), URIRef(quad.predicate.value), _term(quad.object)))
    except (SyntaxError, ValueError) as error:
        sentence = f"{where} is no {row.label}: {short(str(error), 200)}"
        raise CatalogueError("catalogue-unreadable", sentence) from error
    return graph


def _term(node: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Node:
    if isinstance(node, ox.NamedNode):
        return URIRef(node.value)
    if isinstance(node, ox.BlankNode):
        return BNode(node.value)
    if isinstance(node, ox.Literal):
        plain = node.language or node.datatype.value.endswith("#string")
        return Literal(node.value, lang=node.language, datatype=None if plain else URIRef(node.datatype.value),
                       normalize=False)
    raise ValueError("statements about statements are not read")
