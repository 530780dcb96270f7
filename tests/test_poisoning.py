"""What a cache keeps for everybody depends on nothing that its key leaves out.

Every address, in every form, is asked with each header that a client can write, one after the other; then as anybody
asks. What differs for a header must be told apart by Vary, or be kept by nobody; and what is answered in the end is
what the application answers that was never asked anything else. The same through a real cache.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import httpx
import pytest

from conftest import free_port, serving
from delmaal.reading.releases import Releases
from delmaal.release import Shelf
from delmaal.serving.application import create_app
from delmaal.settings import load
from plain_wsgi import PlainWsgi
from proxies import Running, needs
from succession import Succession

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
EVIL = "evil.example"
ANYBODY = {"Host": "data.example.org", "Accept": "*/*", "Accept-Encoding": "gzip", "User-Agent": "anybody"}

FORGED: tuple[tuple[str, str], ...] = (
    ("Host", EVIL), ("Host", f"{EVIL}:8443"), ("Host", "[::1]:1"), ("X-Forwarded-Host", EVIL),
    ("X-Forwarded-Host", f"data.example.org, {EVIL}"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Proto", "ftp"),
    ("X-Forwarded-Port", "8443"), ("X-Forwarded-Prefix", "/evil"), ("X-Forwarded-For", "203.0.113.5"),
    ("X-Forwarded-Server", EVIL), ("X-Forwarded-Scheme", "https"), ("X-Forwarded-Ssl", "on"),
    ("X-Forwarded-Uri", "/evil"), ("Forwarded", f"for=1.2.3.4;host={EVIL};proto=https"), ("X-Original-URL", "/evil"),
    ("X-Original-Host", EVIL), ("X-Rewrite-URL", "/evil"), ("X-Host", EVIL), ("X-HTTP-Host-Override", EVIL),
    ("X-Script-Name", "/evil"), ("X-HTTP-Method-Override", "DELETE"), ("X-HTTP-Method", "POST"),
    ("X-Method-Override", "PUT"), ("Front-End-Https", "on"), ("Base-Url", EVIL), ("Request-Uri", "/evil"),
    ("Cookie", "lang=en; session=1"), ("Authorization", "Basic eDp5"), ("Origin", "https://evil.example"),
    ("Referer", "https://evil.example/?lang=en"), ("User-Agent", "Googlebot/2.1"), ("X-Requested-With", "x"),
    ("Range", "bytes=0-9"), ("Content-Type", "application/sparql-query"), ("Content-Language", "en"), ("Via", "1.1 x"),
    ("X-Real-IP", "203.0.113.5"), ("Cache-Control", "no-cache"), ("Pragma", "no-cache"), ("Prefer", "return=minimal"),
    ("Save-Data", "on"), ("Sec-Fetch-Mode", "navigate"), ("Accept-Charset", "utf-16"), ("TE", "trailers"),
    ("Want-Repr-Digest", "sha-256=9"), ("If-Match", '"none"'), ("If-Range", '"none"'), ("If-None-Match", '"none"'),
    ("If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"), ("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("Accept-Datetime", "Thu, 01 Jan 2099 00:00:00 GMT"), ("Accept-Datetime", "yesterday"),
    ("Accept", "text/turtle"), ("Accept", "TEXT/HTML ;q=1 ,text/turtle;q=0.5"), ("Accept", "text/html, text/turtle"),
    ("Accept", "text/turtle,text/html"), ("Accept", "application/json"), ("Accept", "image/png"), ("Accept", ""),
    ("Accept-Language", "en"), ("Accept-Language", "en;q=0.5, nb;q=0.4"), ("Accept-Language", "nb , en"),
    ("Accept-Language", "de"), ("Accept-Language", "*"), ("Accept-Encoding", "zstd"), ("Accept-Encoding", "identity"),
    ("Accept-Encoding", "gzip;q=0, zstd;q=0"),
)

QUERY = f"/sparql?query={quote('SELECT * { <https://example.org/lillevik/id/theme/god-helse> ?p ?o } ORDER BY ?p ?o')}"
SUFFIXES = {
    "/observations.<suffix>": ("csv", "ttl"), "/shapes.<suffix>": ("ttl", "html"),
    "/sparql/examples.<suffix>": ("ttl", "html"), "/cite.<suffix>": ("bib", "json"), "/catalog.<suffix>": ("ttl",),
    "/service-description.<suffix>": ("ttl", "nt"), "/void.<suffix>": ("ttl",), "/provenance.<suffix>": ("ttl",),
    "/report.<suffix>": ("ttl",),
}
QUERIES = {"/observations.<suffix>": "?cube=cube/statistics", "/search.json": "?q=3.4&kind=target",
           "/search": "?q=3.4&lang=nb", "/doc": "?iri=http://metadata.un.org/sdg/3.4"}
EXAMPLES: dict[str, tuple[str, ...]] = {
    "/id/<path:path>": ("/id/theme/god-helse",),
    "/iri/<path:path>": ("/iri/http/metadata.un.org/sdg/3.4", "/iri/http/metadata.un.org/sdg/3.4.ttl",
                         "/iri/http/metadata.un.org/sdg/3.4.en.html"),
    "/doc/<path:path>": ("/doc/theme/god-helse", "/doc/theme/god-helse.ttl", "/doc/theme/god-helse.html",
                         "/doc/theme/god-helse?lang=en", "/doc/cube/statistics?sex=sex-F&lang=nb", "/doc/none",
                         "/doc/target-link/ren-energi-7.2", "/doc/theme/god-helse?lang=nb&lang=en",
                         "/doc/theme/god-helse.en.html"),
    "/brand/<name>": ("/brand/colours.css", "/brand/none.svg"),
    "/shapes/<path:path>": ("/shapes/theme-position", "/shapes/theme-position.ttl"),
    "/sparql": ("/sparql", QUERY, f"{QUERY}&format=csv", "/sparql?example=list_themes&lang=en",
                "/sparql?query=nonsense"),
    "/sparql/examples/<name>": ("/sparql/examples/list_themes", "/sparql/examples/list_themes.rq"),
    "/static/<path:filename>": ("/static/site.css", "/static/card.png"),
    "/static/dist/<name>": ("/static/dist/manifest.json",),
    "/cite/<name>": ("/cite/themes", "/cite/themes.bib"),
    "/sitemap-<int:number>.xml": ("/sitemap-1.xml",),
    "/data/<name>": ("/data/all.nt", "/data/all.nt.gz"),
    "/release/<release>": ("/release/{first}", "/release/{first:.12}"),
    "/release/<release>/manifest.json": ("/release/{first}/manifest.json",),
    "/release/<release>/signatures.json": ("/release/{first}/signatures.json",),
    "/release/<release>/sparql": ("/release/{first}/sparql?query=ASK%7B%7D&format=json",),
    "/release/<release>/<path:path>": ("/release/{first}/doc/theme/god-helse", "/release/{first}/catalog.ttl",
                                       "/release/{first}/doc/theme/god-helse?lang=en"),
    "/release/<release>/": ("/release/{first}/",),
    "/release/<release>/diff/<other>": ("/release/{first}/diff/{last}", "/release/{first}/diff/{last}.json"),
    "/timemap/link/<path:path>": ("/timemap/link/doc/theme/god-helse",),
    "/timemap/link/": ("/timemap/link/",),
    "/timemap/json/<path:path>": ("/timemap/json/doc/theme/god-helse",),
    "/timemap/json/": ("/timemap/json/",),
    "/feed/<fragment>/<int:page>": ("/feed/1/1",),
    "/reconcile": ("/reconcile", "/reconcile?queries=%7B%22a%22%3A%7B%22query%22%3A%223.4%22%7D%7D"),
    "/reconcile/<lang>": ("/reconcile/nb",),
    "/reconcile/<lang>/suggest/entity": ("/reconcile/en/suggest/entity?prefix=3",),
    "/reconcile/<lang>/suggest/property": ("/reconcile/en/suggest/property?prefix=a",),
    "/reconcile/<lang>/suggest/type": ("/reconcile/en/suggest/type?prefix=t",),
    "/reconcile/<lang>/properties": ("/reconcile/en/properties?type=Theme",),
    "/reconcile/<lang>/preview": ("/reconcile/en/preview?id=http://metadata.un.org/sdg/3.4",),
}
COUNTED = ("/metrics",)
"""Answers that are another each time."""

COMPARED = ("cache-control", "content-disposition", "content-encoding", "content-language", "content-location",
            "content-type", "etag", "last-modified", "link", "location", "memento-datetime", "vary")


def rules() -> list[str]:
    """The routes of the application."""
    app = create_app(load({}, {}), Releases(Shelf(Path("none"))))
    return sorted({rule.rule for rule in app.url_map.iter_rules()})


def addresses(rule: str) -> tuple[str, ...]:
    """Addresses of a route; that one has none here is a mistake."""
    if rule in SUFFIXES:
        return tuple(rule.replace("<suffix>", each) + QUERIES.get(rule, "") for each in SUFFIXES[rule])
    assert rule in EXAMPLES or "<" not in rule, f"say in EXAMPLES how {rule} is asked for"
    return EXAMPLES.get(rule, (rule + QUERIES.get(rule, ""),))


class Two(NamedTuple):
    """A running server, and the application alone, which is asked nothing but what anybody asks."""

    server: httpx.Client
    plain: httpx.Client
    names: dict[str, str]


@pytest.fixture(scope="module", params=["", "https://data.example.org"], ids=["unnamed", "public"])
def two(request: pytest.FixtureRequest, releases: Succession,
        tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Both of the same releases, with a proxy in front that is trusted: the worst case."""
    folder = tmp_path_factory.mktemp("poisoned")
    shelf = releases.copy(folder / "served").shelf.folder
    names = {"first": releases.first.id, "last": releases.last.id}
    settings = {"DELMAAL_TRUSTED_HOPS": "1", "DELMAAL_PUBLIC_URL": request.param, "DELMAAL_WORKERS": "1"}
    options = {"trusted_hops": "1", "public_url": request.param}
    with (serving(releases.publication, shelf.parent, DELMAAL_NO_BUILD="1", **settings) as server,
          PlainWsgi(shelf, folder / "run", **options) as plain):
        yield Two(server, plain, names)


def varying(answer: httpx.Response) -> set[str]:
    return {name.strip().lower() for name in answer.headers.get("vary", "").split(",")}


def shown(answer: httpx.Response) -> tuple[int, dict[str, list[str]], bytes]:
    """What of an answer must not change, as it was sent."""
    headers = {name: sorted(answer.headers.get_list(name)) for name in COMPARED if name in answer.headers}
    return answer.status_code, headers, answer.content


def other_queries(address: str) -> Iterator[str]:
    """The same address with its query in another order, with parts twice, and with what nobody knows."""
    path, mark, query = address.partition("?")
    parts = query.split("&") if mark else []
    yield f"{path}?{'&'.join([*parts, 'utm_source=evil.example'])}"
    yield f"{path}?{'&'.join(['lang=en', *parts])}"
    yield f"{path}?{'&'.join(['_method=DELETE', *parts])}"
    yield f"{path}?{'&'.join(['callback=evil', *parts])}"
    if parts:
        yield f"{path}?{'&'.join(reversed(parts))}"
        yield f"{path}?{'&'.join([*parts, parts[0]])}"


@pytest.mark.parametrize("rule", rules())
def test_no_header_that_is_forged_stays_in_an_answer(rule: str, two: Two) -> None:
    for written in addresses(rule):
        address = written.format(**two.names)
        for accept in ("*/*", BROWSER):
            clean = {**ANYBODY, "Accept": accept}
            first = two.plain.get(address, headers=clean)
            if accept == BROWSER and "accept" not in varying(first):
                assert shown(two.server.get(address, headers=clean))[:2] == shown(first)[:2], address
                continue  # it is what was asked for with everything above
            for name, value in FORGED:
                for _ in range(2):  # from the second time on, an answer is kept
                    forged = two.server.get(address, headers={**clean, name: value})
                assert forged.status_code < 500
                kept_by_nobody = "no-store" in forged.headers.get("cache-control", "")
                if kept_by_nobody or name.lower() in varying(forged) or rule in COUNTED:
                    continue
                if forged.status_code in (206, 304, 412, 416):  # of a condition or a range: caches know these
                    continue
                assert EVIL not in forged.text + str(forged.headers), (address, name, value)
                assert shown(forged) == shown(first), (address, name, value)
            for other in other_queries(address):
                two.server.get(other, headers=clean)
            for _ in range(3):
                found = two.server.get(address, headers=clean)
                kept = found.headers.get("cache-control", "")
                assert kept or found.status_code == 303, f"{address} does not say how long it may be kept"
                if rule not in COUNTED and "/ready" not in rule:
                    assert shown(found)[:2] == shown(first)[:2], address
                    assert found.content == first.content or "no-store" in kept, address
                assert EVIL not in found.text


@pytest.mark.parametrize("rule", rules())
def test_vary_says_what_the_page_has(rule: str, two: Two) -> None:
    """An address that names its language is in one language for everybody; nothing varies by what is never read."""
    for written in addresses(rule):
        answer = two.server.get(written.format(**two.names), headers={**ANYBODY, "Accept": BROWSER})
        found = varying(answer)
        assert found <= {"", "accept", "accept-language", "accept-encoding", "accept-datetime"}, written
        if answer.status_code == 200 and re.search(r"[?&]lang=(nb|en)\b", written):
            assert "accept-language" not in found, written


VCL = """vcl 4.1;
backend default {{ .host = "127.0.0.1"; .port = "{port}"; }}
sub vcl_deliver {{ set resp.http.X-Hits = obj.hits; }}
"""


@contextmanager
def varnish(port: int, folder: Path) -> Iterator[httpx.Client]:
    """A cache before a server, as it comes: all that a client writes is let through."""
    own = free_port()
    text = folder / "default.vcl"
    text.write_text(VCL.format(port=port), "utf-8")
    command = ["varnishd", "-j", "none", "-F", "-n", str(folder / "work"), "-a", f"127.0.0.1:{own}", "-f", str(text)]
    with Running(command, folder, own), httpx.Client(base_url=f"http://127.0.0.1:{own}", timeout=30) as client:
        yield client


@needs("varnishd")
def test_a_cache_in_front_keeps_no_forged_address(two: Two, tmp_path: Path) -> None:
    """Whoever asks first writes what the others read, where a cache keeps what a header has put in."""
    asked = ["/robots.txt", "/sitemap.xml", "/opensearch.xml", "/reconcile/nb", "/.well-known/api-catalog", "/",
             "/search", "/doc/theme/god-helse", "/doc/theme/god-helse.ttl", "/id/theme/god-helse", "/catalog",
             "/openapi.json", "/feed", "/release", "/timemap/link/doc/theme/god-helse", "/search.json?q=3.4"]
    forged = [{"X-Forwarded-Host": EVIL}, {"X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "https"},
              {"Forwarded": f"host={EVIL}"}, {"X-Host": EVIL}, {"X-Original-URL": "/evil"}, {"Cookie": "lang=en"}]
    with varnish(two.server.base_url.port or 80, tmp_path) as cache:
        for address in asked:
            for headers in forged:
                cache.get(address, headers={**ANYBODY, **headers})
        hits = 0
        for address in asked:
            found = cache.get(address, headers=ANYBODY)
            assert found.status_code < 400
            assert EVIL not in found.text + str(found.headers), address
            direct = two.server.get(address, headers=ANYBODY)
            assert found.content == direct.content
            hits += found.headers["x-hits"] != "0"
            if direct.status_code == 200 and "no-store" not in direct.headers["cache-control"]:
                assert found.headers["x-hits"] != "0", f"{address} is kept"
        assert hits > 8
        time.sleep(0.1)
        assert cache.get("/ready", headers=ANYBODY).headers["x-hits"] == "0"
        assert cache.get("/ready", headers=ANYBODY).headers["x-hits"] == "0"
