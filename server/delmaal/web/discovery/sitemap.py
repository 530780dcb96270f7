"""What search engines ask for first: `/robots.txt` and `/sitemap.xml`, an index and pages past 50,000 addresses.

    /robots.txt
    /sitemap.xml              the addresses, or an index of the pages that hold them (https://www.sitemaps.org)
    /sitemap-<n>.xml          a page, from 1

A sitemap names addresses of the server that it is fetched from, and no other counts; so neither is kept for whoever
asks at another address. The order is that of the release's index, the same wherever the release is served, so that a
page is found without reading those before it, and is written while it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import quote
from xml.sax.saxutils import escape

from flask import Blueprint, Response, current_app, request
from werkzeug.http import http_date

from delmaal.web.answers import opened
from delmaal.web.failures import problem
from delmaal.web.origin import origin
from delmaal.web.releases import Opened

PAGE = 50_000
"""Addresses of one sitemap; the protocol allows no more."""

PAGES = ("/", "/matrix", "/search", "/sparql", "/sparql/examples", "/ns", "/shapes", "/problems")
"""Pages that are of no one thing; those that this server has are named on the first page."""

INNER = ("activity", "checksum", "contact", "distribution", "file", "record", "report", "rights", "software",
         "temporal", "void")
"""Kinds of things that tell of the release's own files: whoever looks for the data looks for none of them."""

CLOSED = ("/sparql?", "/doc?", "/search?", "/reconcile", "/metrics")
"""Addresses that crawlers are asked to leave alone: there is no end to them, or nothing in them."""

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_KEPT = "public, max-age=3600"

routes = Blueprint("sitemap", __name__)


@routes.get("/robots.txt")
def robots() -> Response:
    """What crawlers may read, and where the sitemap is."""
    if not current_app.config["SETTINGS"].crawlers:
        return _kept(Response("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8"), opened())
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), "Allow: /", "",
             f"Sitemap: {origin()}/sitemap.xml", ""]
    return _kept(Response("\n".join(lines), content_type="text/plain; charset=utf-8"), opened())


@routes.get("/sitemap.xml")
def sitemap() -> Response:
    """The whole where it fits one page, else the index of its pages."""
    release = opened()
    count = _page_count(release)
    if count == 1:
        return _document("urlset", "url", _addresses(release, 1, _pages()), release)
    return _document("sitemapindex", "sitemap", (f"/sitemap-{number}.xml" for number in range(1, count + 1)), release)


@routes.get("/sitemap-<int:number>.xml")
def sitemap_page(number: int) -> Response:
    """A page of the sitemap."""
    release = opened()
    if not 1 <= number <= _page_count(release):
        return problem(404, "page-unknown", f"the sitemap has {_page_count(release)} pages")
    return _document("urlset", "url", _addresses(release, number, _pages()), release)


def _page_count(release: Opened) -> int:
    """How many pages; the addresses that are of no one thing take places on the first."""
    return max(1, -(-(release.lookup.subject_count + len(PAGES)) // PAGE))


def _pages() -> list[str]:
    """The pages of PAGES that this server has."""
    rules = {rule.rule for rule in current_app.url_map.iter_rules()}
    return [path for path in PAGES if path in rules]


def _addresses(release: Opened, number: int, pages: Iterable[str]) -> Iterator[str]:
    """The addresses of a page of the sitemap; `pages` are of no one thing, and stand on the first."""
    start = (number - 1) * PAGE - (len(PAGES) if number > 1 else 0)
    if number == 1:
        yield from pages
    things = f"{release.release.base}id/"
    inner = tuple(f"{things}{kind}/" for kind in INNER)
    last = ""
    for iri in release.lookup.subjects(start, PAGE - (len(PAGES) if number == 1 else 0)):
        if iri.startswith(things) and not iri.startswith(inner) and iri != last and "#" not in iri:
            yield f"/doc/{quote(iri.removeprefix(things), safe='/.~-_')}"
        last = iri


def _document(root: str, entry: str, paths: Iterable[str], release: Opened) -> Response:
    since = release.since.replace(microsecond=0) if release.since else None
    if since is not None and request.if_modified_since is not None and since <= request.if_modified_since:
        return _kept(Response(status=304), release)
    lines = _lines(root, entry, paths, origin(), since)
    return _kept(Response(lines, content_type="application/xml; charset=utf-8"), release)


def _lines(root: str, entry: str, paths: Iterable[str], here: str, since: datetime | None) -> Iterator[str]:
    changed = f"<lastmod>{since.isoformat()}</lastmod>" if since else ""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">\n'
    for path in paths:
        yield f"<{entry}><loc>{escape(here + path)}</loc>{changed}</{entry}>\n"
    yield f"</{root}>\n"


def _kept(response: Response, release: Opened) -> Response:
    """Caches keep it for an hour, each for its own address; without an ETag, this server keeps it for nobody."""
    response.headers["Cache-Control"] = _KEPT
    response.headers["Vary"] = "Host"
    if release.since is not None:
        response.headers["Last-Modified"] = http_date(release.since)
    return response
