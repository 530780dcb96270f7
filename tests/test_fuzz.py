"""Twenty thousand hostile requests: none is answered 5xx by mistake, none hangs, none learns where files lie."""

from __future__ import annotations

import http.client
import re
from collections import Counter
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from conftest import ROOT, TINY, serving
from delmaal import formats

BATCH = 50
EXAMPLES = 420
REQUESTS = BATCH * EXAMPLES

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

printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)
header_value = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
accept = st.one_of(
    st.sampled_from([*TYPES, "text/html", "*/*", "image/png", "text/*;q=0.1", "a;q=x", ",,,", "*"]), header_value
)
path = st.builds(
    lambda a, b, c, d: a + b + c + d,
    st.sampled_from(PATHS),
    st.sampled_from(["", *THINGS]),
    st.sampled_from(SUFFIXES),
    st.one_of(st.just(""), printable.map(lambda t: t.replace("#", ""))),
)
query = st.builds(
    lambda q: f"/sparql?query={q}",
    st.one_of(st.sampled_from(QUERIES).map(lambda q: httpx.QueryParams({"q": q}).__str__()[2:]), printable),
)
headers = st.dictionaries(
    st.sampled_from(
        [
            "Accept-Language",
            "Accept-Encoding",
            "If-None-Match",
            "If-Modified-Since",
            "Range",
            "Host",
            "Origin",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "Content-Type",
            "Cookie",
            "Expect",
            "Forwarded",
        ]
    ),
    header_value,
    max_size=3,
)
requests = st.lists(
    st.tuples(
        st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "TRACE"]),
        st.one_of(path, path, query),
        accept,
        headers,
        st.binary(max_size=80),
    ),
    min_size=BATCH,
    max_size=BATCH,
)

LEAKS = re.compile(rb"Traceback|File \"|/releases/|" + re.escape(str(ROOT).encode()))


def test_nothing_hostile_gets_through(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sent = 0
    statuses: Counter[int] = Counter()
    with serving(TINY, tmp_path, DELMAAL_BODY_SECONDS="2") as client:
        port = client.base_url.port or 80
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(requests)
        def fuzz(batch: list[tuple[str, str, str, dict[str, str], bytes]]) -> None:
            nonlocal sent, connection
            for method, target, accepted, extra, body in batch:
                given_headers = {**extra, "Accept": accepted}
                if extra.get("Expect"):
                    given_headers.pop("Expect")
                content = body if method in ("POST", "PUT") else None
                try:
                    connection.putrequest(method, target, skip_host="Host" in given_headers, skip_accept_encoding=True)
                    for name, value in given_headers.items():
                        connection.putheader(name, value)
                    if content is not None:
                        connection.putheader("Content-Length", str(len(content)))
                    connection.endheaders(content)
                    answer = connection.getresponse()
                    text = answer.read()
                except (http.client.BadStatusLine, ConnectionError):
                    connection.close()  # the HTTP server itself gave up on the request: it must still be there
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                    continue
                finally:
                    sent += 1
                statuses[answer.status] += 1
                assert answer.status < 500, (method, target, given_headers, body, answer.status, text[:300])
                assert not LEAKS.search(text), (method, target, text[:300])
                location = answer.getheader("Location", "")
                assert "//" not in location, (target, location)
                assert "\n" not in location

        fuzz()
        answered = statuses.total()
        with capsys.disabled():
            print(f"\nfuzz: {sent:,} requests sent, {answered:,} answered: {dict(sorted(statuses.items()))}")
        assert answered >= 20_000
        assert client.get("/ready").status_code == 200
