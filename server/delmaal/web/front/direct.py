"""Descriptions answered in the front, before Flask: the fast twin of the view in `resources.py`.

It answers what is asked most: descriptions of things and of other IRIs, page by page, in RDF and as the generic page.
Whatever is not a plain 200 or 304 it leaves to the view, and so the pages of the kinds that have their own. A test
holds that both give the same status, headers and bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from flask import Flask

from delmaal.formats import Format
from delmaal.web.answers import PAGE_HEADERS, SMALL, common_headers, compress, etag_of
from delmaal.web.descriptions.description import PLAIN, ROWS, address_of, links_of, page_of, write_page
from delmaal.web.descriptions.generic import GenericPages
from delmaal.web.descriptions.resources import addresses_of, kind_of, see_other
from delmaal.web.front.cache import Kept
from delmaal.web.negotiate import HTML, by_suffix, choose, coding, language
from delmaal.web.releases import Opened

_BY_SUFFIX = {row.suffix: row for row in ROWS}
_QUERY = re.compile(r"(?:iri=([A-Za-z0-9._~%:/-]+))?(?:(?:^|&)format=([a-z]+))?(?:(?:^|&)page=([1-9][0-9]{0,8}))?"
                    r"(?:(?:^|&)lang=(nb|en))?\Z")


class _Wanted(NamedTuple):
    """What a request asks for: the IRI, the path of its document, what a suffix is added to, the form if the address
    says it, the page, the language if the address says it."""

    iri: str
    path: str
    suffixed: str
    row: Format | None
    number: int
    language: str | None


class Direct:
    """Answers plain descriptions for one application in one process."""

    def __init__(self, app: Flask) -> None:
        self._build: str = app.config["BUILD"]
        self._generic: GenericPages = app.config["GENERIC"]

    def answer(self, opened: Opened, path: str, query: str, headers: Mapping[str, str]) -> Kept | None:
        """The answer to a GET or HEAD that the view would give, or its 304; None leaves the request to the view."""
        if path[:4] not in ("/doc", "/id/") or "accept-datetime" in headers or since_alone(headers):
            return None
        return _thing(opened, path) if path[1] == "i" else self._document(opened, path, query, headers.get)

    def _document(self, opened: Opened, path: str, query: str, get: Callable[[str], str | None]) -> Kept | None:
        wanted = _wanted(opened, path, query)
        row = None if wanted is None else wanted.row or choose(get("accept") or "", ROWS)
        if wanted is None or row is None:
            return None
        coded = coding(get("accept-encoding") or "")
        vary = "" if wanted.row is not None else "Accept, Accept-Language"
        spoken = ""
        if row is HTML:
            spoken = language(get("accept-language") or "", wanted.language)
            vary = vary or "Accept-Language"
        variant = ("html", spoken) if spoken else (row.content_type,)
        etag = etag_of(opened, self._build, f"{path}?{query}", variant, coded)
        lines = common_headers(opened, etag, vary, f"{path}?{query}" if query else path)
        lines.append(("Content-Location", address_of(wanted.suffixed, row, wanted.number, spoken)))
        match = get("if-none-match")
        if match is not None and matches(match, etag):  # `*` matches what is there, and the view looks whether it is
            return Kept(304, lines, b"", etag) if match.strip() != "*" else None
        return self._made(opened, wanted, row, spoken, coded, Kept(200, lines, b"", etag))

    def _made(self, opened: Opened, wanted: _Wanted, row: Format, spoken: str, coded: str, begun: Kept) -> Kept | None:
        """The answer with its body; None where the view has to make it."""
        page = page_of(opened, wanted.iri, wanted.number)
        if page is None or (row is HTML and kind_of(page) is not None):
            return None
        lines = begun.headers
        lines.append(("Link", links_of(opened, page, wanted.path, wanted.suffixed, row, spoken)))
        if row is HTML:
            body = self._generic.write(opened, page, wanted.path, wanted.suffixed, spoken)
            lines += (("Content-Language", spoken), *PAGE_HEADERS)
        else:
            body = write_page(opened, page, wanted.path, row)
        if coded and len(body) >= SMALL:
            body = compress(body, coded)
            lines.append(("Content-Encoding", coded))
        lines += (("Content-Type", row.content_type), ("Content-Length", str(len(body))))
        return Kept(200, lines, body, begun.etag)


def _thing(opened: Opened, path: str) -> Kept | None:
    """The answer of a thing, which is no document."""
    if not PLAIN.match(path) or not opened.lookup.knows(opened.release.base + path[1:]):
        return None
    headers, body = see_other(path[4:])
    return Kept(303, [*headers, *PAGE_HEADERS, ("Content-Length", str(len(body)))], body, "")


def _wanted(opened: Opened, path: str, query: str) -> _Wanted | None:
    """What an address asks for; None where it is no plain address of a description."""
    if query:
        found = _QUERY.match(query)
        if found is None:
            return None
        iri, suffix, number, spoken = found.groups()
    else:
        iri = suffix = number = spoken = None
    page = int(number) if number else 1
    if path == "/doc":
        row = _BY_SUFFIX.get(suffix) if suffix else None
        decoded = unquote(iri or "")
        if not decoded or (suffix and row is None) or "\ufffd" in decoded:
            return None
        return _Wanted(decoded, *addresses_of(opened, decoded), row, page, spoken)
    if iri or suffix or not PLAIN.match(path):
        return None
    base = f"{opened.release.base}id/"
    stem, row = by_suffix(path[5:], ROWS) if "." in path else (path[5:], None)
    if row is not None and opened.lookup.knows(base + path[5:]):  # a thing whose own name ends so
        return None
    return _Wanted(base + stem, f"doc/{stem}", f"doc/{stem}.", row, page, spoken)


def since_alone(headers: Mapping[str, str]) -> bool:
    """Whether only the date tells what a client has: with If-None-Match, which nearly all send, the date counts for
    nothing (RFC 9110, 13.2.2)."""
    return "if-modified-since" in headers and "if-none-match" not in headers


def matches(header: str, etag: str) -> bool:
    """Whether If-None-Match names an ETag, weakly compared (RFC 9110, 13.1.2)."""
    if header.strip() == "*":
        return True
    return any(part.strip().removeprefix("W/") == etag for part in header.split(","))
