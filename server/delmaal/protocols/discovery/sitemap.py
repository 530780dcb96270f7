"""What search engines ask for first: `/robots.txt` and `/sitemap.xml`, an index and pages past 50,000 addresses.

    /robots.txt
    /sitemap.xml              the addresses, or an index of the pages that hold them (https://www.sitemaps.org)
    /sitemap-<n>.xml          a page, from 1

A sitemap names addresses of the server that it is fetched from, and no other counts. The order is that of the release's
index, the same wherever the release is served, so that a page is found without reading those before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from delmaal.http.answers import answer
from delmaal.http.asked import Asked
from delmaal.http.failures import problem
from delmaal.http.origin import naming
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.http.urls import Urls
from delmaal.reading.releases import Opened

PAGE = 50_000
"""Addresses of one sitemap; the protocol allows no more."""

PAGES: tuple[Callable[[Urls], str], ...] = (
    Urls.home, Urls.matrix, Urls.search, Urls.sparql, Urls.examples, Urls.ontology, Urls.shapes, Urls.problems)
"""Pages that are of no one thing; they are named on the first page."""

INNER = ("activity", "checksum", "contact", "distribution", "file", "record", "report", "rights", "software",
         "temporal", "void")
"""Kinds of things that tell of the release's own files: whoever looks for the data looks for none of them."""

CLOSED: tuple[Callable[[Urls], str], ...] = (
    lambda urls: f"{urls.sparql()}?", lambda urls: f"{urls.descriptions()}?", lambda urls: f"{urls.search()}?",
    Urls.reconcile, Urls.metrics)
"""Addresses that crawlers are asked to leave alone: there is no end to them, or nothing in them."""

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_ROBOTS = "text/plain; charset=utf-8"

routes = Routes("sitemap")


@routes.get("/robots.txt")
def robots(request: Asked) -> Reply:
    """What crawlers may read, and where the sitemap is."""
    if not request.publication.settings.crawlers:
        return answer(request, lambda: b"User-agent: *\nDisallow: /\n", _ROBOTS, vary="")
    urls = request.urls
    lines = ["User-agent: *", *(f"Disallow: {closed(urls)}" for closed in CLOSED), f"Allow: {urls.home()}", "",
             "Sitemap: "]
    return naming(request, lambda here: f"{chr(10).join(lines)}{here.sitemap()}\n".encode(), _ROBOTS, vary="")


@routes.get("/sitemap.xml")
def sitemap(request: Asked) -> Reply:
    """The whole where it fits one page, else the index of its pages."""
    release = request.opened
    count = _page_count(release)
    if count == 1:
        return _document(request, "urlset", "url", lambda here: _addresses(release, 1, here))
    return _document(request, "sitemapindex", "sitemap", lambda here: map(here.sitemap, range(1, count + 1)))


@routes.get("/sitemap-<int:number>.xml")
def sitemap_page(request: Asked, number: int) -> Reply:
    """A page of the sitemap."""
    release = request.opened
    if not 1 <= number <= _page_count(release):
        return problem(request, 404, "page-unknown", f"the sitemap has {_page_count(release)} pages")
    return _document(request, "urlset", "url", lambda here: _addresses(release, number, here))


def _page_count(release: Opened) -> int:
    """How many pages; the addresses that are of no one thing take places on the first."""
    return max(1, -(-(release.lookup.subject_count + len(PAGES)) // PAGE))


def _addresses(release: Opened, number: int, here: Urls) -> Iterator[str]:
    """The addresses of a page of the sitemap; PAGES stand on the first."""
    start = (number - 1) * PAGE - (len(PAGES) if number > 1 else 0)
    if number == 1:
        pages = (page(here) for page in PAGES)
        yield from (page for page in pages if page.startswith(f"{here.mount}/"))  # no sitemap tells of what is above it
    things = f"{release.release.base}id/"
    inner = tuple(f"{things}{kind}/" for kind in INNER)
    last = ""
    for iri in release.lookup.subjects(start, PAGE - (len(PAGES) if number == 1 else 0)):
        if iri.startswith(things) and not iri.startswith(inner) and iri != last and "#" not in iri:
            yield here.thing(iri)
        last = iri


def _document(request: Asked, root: str, entry: str, addresses: Callable[[Urls], Iterable[str]]) -> Reply:
    release = request.opened
    since = release.since.replace(microsecond=0) if release.since else None
    return naming(request, lambda here: "".join(_lines(root, entry, addresses(here), since)).encode(),
                  "application/xml; charset=utf-8", root, vary="")


def _lines(root: str, entry: str, addresses: Iterable[str], since: datetime | None) -> Iterator[str]:
    changed = f"<lastmod>{since.isoformat()}</lastmod>" if since else ""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">\n'
    for address in addresses:
        yield f"<{entry}><loc>{escape(address)}</loc>{changed}</{entry}>\n"
    yield f"</{root}>\n"
