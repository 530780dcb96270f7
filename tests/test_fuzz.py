"""Twenty thousand hostile requests: none is answered 5xx by mistake, none hangs, none learns where files lie."""

from __future__ import annotations

import http.client
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple
from urllib.parse import quote

import pytest

from conftest import TINY, serving
from delmaal import formats
from leaks import LEAKS

REQUESTS = 21_000
SEED = 20_261_124
"""What the requests are made from: each run sends the same."""

PATHS = [
    "/",
    "/id/",
    "/doc/",
    "/doc",
    "/sparql",
    "/catalog",
    "/data/",
    "/ns",
    "/void",
    "/static/",
    "/openapi.json",
    "/service-description",
    "/.well-known/void",
    "/ready",
    "/health",
    "/metrics",
    "/report",
    "/provenance",
]
THINGS = ["theme/god-helse", "statistic/god-helse-kvinner", "target-link/god-helse-3.4", "all.nt", "themes.ttl"]
QUERIES = [
    "ASK {}",
    "SELECT * { ?s ?p ?o } LIMIT 3",
    "SELECT",
    "ASK { SERVICE <http://x/> {} }",
    "CLEAR ALL",
    "DESCRIBE <http://x/>",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 2",
    "((((",
    "SELECT (1/0 AS ?x) {}",
]
SUFFIXES = [
    "",
    "/",
    "//",
    ".ttl",
    ".html",
    ".exe",
    "..",
    "/..",
    "%2e%2e",
    "%00",
    "%0d%0aX:y",
    "%FF",
    "%c3%a6",
    "?",
    "#",
    ";",
    "?page=2",
    "?page=-1",
    "?page=" + "9" * 40,
    "?lang=xx",
    "?format=ttl",
    "?iri=http://metadata.un.org/sdg/3.4",
    "?iri=javascript:alert(1)",
    "?iri=%",
    "?iri=" + "a" * 900,
]
TYPES = [row.media_type for row in (*formats.RDF_FORMATS, *formats.RESULT_FORMATS)]

Maker = Callable[[Random], str]
"""Makes a text, another one each time."""


def made(part: str | Maker, by: Random) -> str:
    return part if isinstance(part, str) else part(by)


def one_of(*parts: str | Maker) -> Maker:
    """One of texts, or of what makes them."""
    return lambda by: made(by.choice(parts), by)


def form(pattern: str, *parts: str | Maker) -> Maker:
    """A text of parts."""
    return lambda by: pattern.format(*(made(part, by) for part in parts))


def several(most: int, part: Maker, *between: str) -> Maker:
    """None to `most` of a part, with the same text between all of them."""
    return lambda by: by.choice(between).join(part(by) for _ in range(by.randint(0, most)))


def signs(first: int, last: int, most: int) -> Maker:
    """Any signs of a range of code points."""
    return lambda by: "".join(chr(by.randint(first, last)) for _ in range(by.randint(0, most)))


def with_odd(pattern: str, *right: str) -> Maker:
    """A text of right parts, of which one to three are replaced by odd ones."""

    def make(by: Random) -> str:
        parts = list(right)
        for place in by.sample(range(len(parts)), by.randint(1, 3)):
            parts[place] = odd_part(by)
        return pattern.format(*parts)

    return make


printable = signs(33, 126, 40)
header_value = signs(32, 126, 60)
digits = one_of(
    lambda by: f"{by.randint(0, 99):02}",
    lambda by: str(by.randint(1900, 2100)),
    lambda by: str(by.randint(0, 10**20)),
    lambda by: by.choice("0123456789") * int(by.choice([9, 99, 999, 6000]) * by.random()),
    one_of("", "-1", "+1", "1.5", "1e9", "0x1", "\u00b2", "NaN"),
)
anything = one_of(header_value, header_value, signs(1, 255, 60), digits)
accept = one_of(*TYPES, "text/html", "*/*", "image/png", "text/*;q=0.1", "a;q=x", ",,,", "*", *[header_value] * 9)
path = form(
    "{}{}{}{}",
    one_of(*PATHS),
    one_of("", *THINGS),
    one_of(*SUFFIXES),
    one_of("", lambda by: printable(by).replace("#", "")),
)
query = form("/sparql?query={}", one_of(*(quote(text, safe="") for text in QUERIES), *[printable] * len(QUERIES)))

# What is nearly right for a header is what its reader breaks on; of all else the reader takes no notice. So most values
# of a header are made for it, with something odd in them.

words = one_of("Mon", "Sunday", "Feb", "December", "Xxx", "UTC", "EST", "+0100", "-2359", "+9999", "Z", "")
odd_part = one_of(digits, digits, words, header_value)
dates = one_of(
    with_odd("{}, {} {} {} {}:{}:{} {}", "Tue", "24", "Nov", "2026", "08", "00", "00", "GMT"),
    with_odd("{}, {}-{}-{} {}:{}:{} {}", "Tuesday", "24", "Nov", "26", "08", "00", "00", "GMT"),
    with_odd("{} {} {} {}:{}:{} {}", "Tue", "Nov", "24", "08", "00", "00", "2026"),
    digits,
)
ranges = one_of(
    with_odd("{}={}-{}", "bytes", "0", "9"),
    with_odd("{}={}-{},{}-{}", "bytes", "0", "1", "5", "6"),
    form(
        "{}{}",
        one_of("bytes=", "bytes=", "bytes = ", "items=", "", "bytes"),
        several(40, form("{}{}{}", digits, one_of("-", "-", "", "--"), digits), ",", ", ", ",,", ";"),
    ),
)
tags = several(
    20, form("{}{}{}", one_of('"', 'W/"', "W/", "w/", "", "*"), header_value, one_of('"', "")), ",", ", ", " "
)
weights = several(
    20,
    form(
        "{}{}{}",
        one_of("*", "*/*", "text/html", "gzip", "zstd", "nb", "en-GB", "", "a/b;c=d"),
        one_of(";q=", ";q=0.", "; q = ", ";", ";q"),
        digits,
    ),
    ", ",
)
hosts = form(
    "{}{}{}{}",
    one_of("", "", "http://", "https://", "for=", "host=", "//"),
    one_of("localhost", "[::1]", "[", "a" * 300, "\u00e6.no", "", "a b", "a,b", "a/b", "a@b", "evil.example"),
    one_of(":", ":", "", "://"),
    digits,
)
types = form(
    "{};{}={}",
    one_of("application/x-www-form-urlencoded", "application/sparql-query", "multipart/form-data", "text/plain", ""),
    one_of("charset", "boundary", "charset*", "charset*0", "a*99999999999", ""),
    one_of(header_value, digits),
)
KINDS: dict[str, Maker] = {
    **dict.fromkeys(("If-Modified-Since", "If-Unmodified-Since", "Accept-Datetime", "Date"), dates),
    **dict.fromkeys(("If-None-Match", "If-Match"), tags),
    "If-Range": one_of(dates, tags),
    "Range": ranges,
    **dict.fromkeys(("Accept-Language", "Accept-Encoding", "Accept-Charset", "TE", "Content-Encoding"), weights),
    **dict.fromkeys(("Access-Control-Request-Headers", "Cache-Control", "Prefer", "Expect"), weights),
    **dict.fromkeys(("Host", "X-Forwarded-Host", "X-Forwarded-For", "X-Forwarded-Proto", "Forwarded"), hosts),
    **dict.fromkeys(("Origin", "Referer"), hosts),
    "Content-Type": types,
    "Max-Forwards": digits,
    **dict.fromkeys(("Cookie", "Authorization", "X-Request-Id", "X-Forwarded-Prefix", "User-Agent"), anything),
}
ANSWERING = (
    "/",
    "/catalog",
    "/data/all.nt",
    "/static/mark.svg",
    "/doc/theme/god-helse",
    "/feed",
    "/sitemap.xml",
    "/sparql?query=ASK%7B%7D",
)
"""Addresses that answer 200: a header is only read where there is an answer that it could change."""


class Sent(NamedTuple):
    """A request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes | None


def odd_headers(by: Random, least: int, most: int) -> dict[str, str]:
    names = by.sample(sorted(KINDS), by.randint(least, most))
    return {name: one_of(KINDS[name], KINDS[name], anything)(by) for name in names}


def hostile(by: Random) -> Sent:
    """A request that is hostile in all that it says."""
    method = by.choice(["GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "TRACE"])
    body = by.randbytes(by.randint(0, 80)) if method in ("POST", "PUT") else None
    return Sent(method, one_of(path, path, query)(by), {**odd_headers(by, 0, 3), "Accept": accept(by)}, body)


def odd(by: Random) -> Sent:
    """A request that is hostile in a header or two alone."""
    return Sent(
        by.choice(["GET", "GET", "HEAD"]), by.choice(ANSWERING), {"Accept": "*/*", **odd_headers(by, 1, 2)}, None
    )


def requests() -> Iterator[Sent]:
    """As many of one sort as of the other: what is refused for one thing says nothing of the others."""
    by = Random(SEED)
    for _ in range(REQUESTS // 2):
        yield hostile(by)
        yield odd(by)


def sendable(value: str) -> bytes:
    """A value that an HTTP library sends: without the ends of lines, and no longer than a server reads."""
    return re.sub(r"[\r\n\0]", "", value).encode("latin-1", "replace")[:8000]


@pytest.mark.long
def test_nothing_hostile_gets_through(tiny_out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sent = 0
    statuses: Counter[int] = Counter()
    different: set[str] = set()
    with serving(TINY, tiny_out, DELMAAL_BODY_SECONDS="2") as client:
        assert [client.get(target).status_code for target in ANSWERING] == [200] * len(ANSWERING)
        port = client.base_url.port or 80
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for request in requests():
            sent += 1
            different.add(repr(request))
            try:
                connection.putrequest(
                    request.method, request.target, skip_host="Host" in request.headers, skip_accept_encoding=True
                )
                for name, value in request.headers.items():
                    connection.putheader(name, sendable(value))
                if request.body is not None:
                    connection.putheader("Content-Length", str(len(request.body)))
                connection.endheaders(request.body)
                answer = connection.getresponse()
                text = answer.read()
            except (http.client.BadStatusLine, ConnectionError):
                connection.close()  # the HTTP server itself gave up on the request: it must still be there
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                continue
            statuses[answer.status] += 1
            told = f"request {sent:,}: {request!r:.900}\nanswered {answer.status}: {text[:300]!r}"
            assert answer.status < 500, told
            assert not LEAKS.search(text), told
            location = answer.getheader("Location", "")
            assert "//" not in location.partition("?")[0], told  # the query names no host, whatever it holds
            assert "\n" not in location
        connection.close()

        answered = statuses.total()
        with capsys.disabled():
            print(f"\nfuzz: {sent:,} requests sent, {answered:,} answered: {dict(sorted(statuses.items()))}")
        assert answered >= 20_000
        assert len(different) > 0.97 * REQUESTS
        assert client.get("/ready").status_code == 200
