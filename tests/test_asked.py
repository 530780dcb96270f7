"""No header, date, range, number or name in a request makes an answer of 5xx, or takes more time than it is worth.

The readers are tried by themselves, the application with all of its addresses, and a running server.
"""

from __future__ import annotations

import io
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.http import http_date

from delmaal.http.asked import date, is_strongly, media_type, names, one_range, parameter, whole
from delmaal.reading.releases import Releases
from delmaal.release import Release, Shelf
from delmaal.serving.application import create_app
from delmaal.settings import load

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
FAR = "Tue, 24 Nov 99999999999999 08:00:00 GMT"
SECONDS = 0.25
"""Processor time of an answer to what is odd; on a machine at rest a tenth of it."""

DATES = (
    FAR,
    "Tue, 24 Nov 2026 08:00:00 GMT",
    "Tuesday, 24-Nov-26 08:00:00 GMT",
    "Tue Nov 24 08:00:00 2026",
    "0",
    "-1",
    "now",
    "Tue, 24 Nov 2026 99:99:99 GMT",
    "Tue, 99 Nov 2026 08:00:00 GMT",
    "Mon, 01 Jan 0001 00:00:00 +2359",
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Tue, 24 Nov 2026 08:00:00 +99999999999",
    "Tue, 24 Nov \u00b2\u00b2 08:00:00 GMT",
    "Tue, 24 Nov -2026 08:00:00 GMT",
    "24 Nov",
    "Nov",
    ",",
    ":::",
    "Tue, 24 Nov 2026 08:00:" + "9" * 5000 + " GMT",
)
RANGES = (
    "bytes=0-1,5-6",
    "bytes=-0",
    "bytes=-5",
    "bytes=5-",
    "bytes=" + "9" * 5000 + "-",
    "bytes=-" + "9" * 5000,
    "bytes=5-2",
    "bytes=0-0," * 3000,
    "bytes=,,",
    "bytes",
    "bytes=",
    "items=0-1",
    "bytes=1-2,3-4,-1",
    "bytes=\u00b2-",
    "bytes=0x1-",
    "bytes= 0 - 1 , 2 - 3",
    "bytes=0-1;q=1",
    "none",
    "bytes=--1",
    "bytes=1-2-3",
)
TAGS = ("*", '"a"', 'W/"a"', '"', '""', "W/", "," * 9000, '"a' * 9000, "W/" * 9000, "a b", '"a", *', "\u00ff")
WEIGHTS = (
    "*",
    "*/*",
    "text/turtle;q=" + "1" * 5000,
    "text/turtle;q=nan",
    "text/turtle;q=-1",
    ";;;",
    "," * 9000,
    '"' * 9000,
    "text/" * 5000,
    "*/*;" * 5000,
    "nb;q=0.5_1",
    "\u00ff",
    'a/b;c="d,e',
    "gzip;q=1e999",
    "zstd;q=inf",
)
NAMES = (
    "\u00ff",
    "a" * 9000,
    "a:b:c",
    "[::1",
    "[" * 9000,
    "http://[",
    "evil.example:99999",
    "a, b",
    "9" * 5000,
    "-1",
    "%",
    "\t",
    "=" * 9000,
    "a=b; " * 3000,
    'for="[::1]:x"',
    "Basic " + "=" * 999,
    "application/x-www-form-urlencoded; charset=x",
    "multipart/form-data; boundary=" + "a" * 9000,
    "a/b; charset*0=" + "9" * 5000,
    "text/plain; charset*" + "9" * 5000 + "=a",
)
HEADERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("If-Modified-Since", "If-Unmodified-Since", "Accept-Datetime", "Date"), DATES),
    **dict.fromkeys(("If-None-Match", "If-Match"), TAGS),
    "If-Range": (*DATES, *TAGS),
    "Range": RANGES,
    **dict.fromkeys(("Accept", "Accept-Language", "Accept-Encoding", "Accept-Charset", "TE"), WEIGHTS),
    **dict.fromkeys(
        (
            "Host",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-Forwarded-For",
            "X-Forwarded-Prefix",
            "Forwarded",
            "Content-Type",
            "Content-Encoding",
            "Content-Length",
            "Expect",
            "Cookie",
            "Authorization",
            "Origin",
            "Referer",
            "User-Agent",
            "X-Request-Id",
            "Max-Forwards",
            "Prefer",
            "Access-Control-Request-Headers",
            "X-HTTP-Method-Override",
            "Cache-Control",
            "Upgrade",
            "Connection",
        ),
        NAMES,
    ),
}
NUMBERS = (
    "0",
    "1",
    "-1",
    "+1",
    " 1",
    "1.5",
    "1e9",
    "\u0661",
    "\u00b2",
    "0x10",
    "9" * 30,
    "9" * 5000,
    "1" * 60_000,
    "",
    "NaN",
    "1_0",
    "%31",
    "00000000000000000001",
)
TEXTS = (
    "%00",
    "%FF",
    "%",
    "%zz",
    "%ed%a0%80",
    "%F0%9F%98%80",
    "\u00ff",
    "a" * 60_000,
    "%C3%A6" * 5000,
    "/" * 30_000,
    "../" * 99,
    "'",
    '"',
    "<script>",
    "%0d%0aX:y",
    "*",
    "3.4",
    "javascript:alert(1)",
    "http://[",
    "urn:x",
    "nb",
    "%EF%BB%BF",
    "+",
    "&" * 9000,
)
PATHS = (
    "/",
    "/id/theme/god-helse",
    "/id/{}",
    "/doc/theme/god-helse",
    "/doc/theme/god-helse.{}",
    "/doc/{}",
    "/doc",
    "/ns",
    "/shapes",
    "/shapes/{}",
    "/problems",
    "/sparql/examples",
    "/sparql/examples/{}",
    "/sparql/completion.json",
    "/catalog",
    "/catalog.{}",
    "/service-description",
    "/.well-known/void",
    "/void.ttl",
    "/data/all.nt",
    "/data/{}",
    "/release",
    "/release/{}",
    "/release/{id}",
    "/release/{id}~{}",
    "/release/{id}/doc/theme/{}",
    "/release/{id}/{}",
    "/release/{id}/diff/{}",
    "/release/{}/diff/{id}",
    "/timemap/link/{}",
    "/timemap/json/doc/theme/god-helse",
    "/feed",
    "/feed/{}/1",
    "/feed/0/{}",
    "/feed/{}-{}/{}",
    "/cite",
    "/cite/{}",
    "/cite.{}",
    "/.well-known/api-catalog",
    "/robots.txt",
    "/sitemap.xml",
    "/search",
    "/search.json",
    "/opensearch.xml",
    "/reconcile",
    "/reconcile/{}",
    "/reconcile/nb/suggest/entity",
    "/reconcile/nb/suggest/property",
    "/reconcile/nb/properties",
    "/reconcile/nb/preview",
    "/openapi.json",
    "/health",
    "/metrics",
    "/static/{}",
    "/static/mark.svg",
    "/static/dist/{}",
    "/matrix",
    "/observations.csv",
    "/observations.{}",
    "/provenance.ttl",
    "/report.{}",
    "/{}",
    "/sparql",
    "/{}/{}",
)
PARAMETERS = (
    "page",
    "rows",
    "limit",
    "offset",
    "size",
    "cursor",
    "lang",
    "format",
    "iri",
    "q",
    "kind",
    "cube",
    "after",
    "scope",
    "type",
    "prefix",
    "id",
    "queries",
    "extend",
    "example",
    "callback",
    "query",
    "refArea",
    "refPeriod",
    "indicator",
)
DEEP = "[" * 50_000
JSONS = (
    "{}",
    "[]",
    "null",
    "1" * 5000,
    DEEP,
    '{"a":' * 5000,
    '{"q":{"query":1e999}}',
    '{"q":{"query":NaN}}',
    '{"q":{"query":"\\ud800"}}',
    '{"q":{"query":"a","limit":1e400}}',
    '{"q":{"query":"a","limit":' + "9" * 400 + "}}",
    '{"q":{"query":' + "9" * 4000 + "}}",
    '{"q":{"query":"a"},"q":{"query":"b"}}',
    '{"q":{"query":"a","type":{"id":1}}}',
    '{"q":{"query":"a","type":["' + "a" * 9000 + '"]}}',
    '{"q":{"query":"a","properties":[{"pid":"x","v":{"id":[1]}}]}}',
    '{"q":{"query":"a","properties":[{"pid":"x","v":1e400}]}}',
    '{"q":{"properties":[{"pid":"x","v":[{"id":null},' + "9" * 400 + "]}]}}",
    '{"ids":["a"],"properties":[{"id":"x"}]}',
    '{"ids":["\\udfff\\u0000"],"properties":[{"id":"\\u0000"}]}',
    '{"ids":[' + '"a",' * 400 + '"b"],"properties":[]}',
    "\ufeff{}",
)


@pytest.fixture(scope="module")
def app(tiny_release: Release, shelves: Path) -> Flask:
    """The application in this process, without a keeper."""
    made = create_app(load({}, {}), Releases(Shelf(shelves / "tiny")))
    made.config["ID"] = tiny_release.id
    for path in (
        "/",
        "/matrix",
        "/doc/theme/god-helse",
        "/search?q=a",
        "/problems",
        "/shapes",
        "/ns",
        "/sparql",
        "/cite",
    ):
        asked(made, "GET", path, {"Accept": "text/html"})  # what is made once is made before anything is measured
    return made


def asked(app: Flask, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, float]:
    """Status and processor time of an answer, from an application that raises what it cannot answer."""
    path, _, query = target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _path(path),
        "QUERY_STRING": _wsgi(query),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    found: list[int] = []

    def start(status: str, _headers: Any, _info: Any = None) -> Any:
        found.append(int(status[:3]))
        return lambda _: None

    begun = time.thread_time()
    chunks = app.wsgi_app(environ, start)
    for _ in chunks:
        pass
    if hasattr(chunks, "close"):
        chunks.close()
    return found[-1], time.thread_time() - begun


def _wsgi(text: str) -> str:
    """A text as WSGI has it; what is of Latin-1 alone stands for raw bytes, which need be no UTF-8."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass").decode("latin-1")
    return text


def _path(path: str) -> str:
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(_wsgi(path).encode("latin-1")).decode("latin-1")


def answered(app: Flask, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> None:
    """Assert what this file is about; a time that is too long is measured twice more: other work may be at fault."""
    status, spent = asked(app, method, target, headers, body)
    allowed = (503,) if target.startswith("/sparql") or target.startswith("/ready") else ()  # there is no keeper here
    assert status < 500 or status in allowed, (method, target[:200], headers, body[:200], status)
    if spent > SECONDS:
        spent = min(asked(app, method, target, headers, body)[1] for _ in range(2))
    assert spent < SECONDS, (method, target[:200], str(headers)[:200], body[:200], spent)


def filled(app: Flask, path: str, value: str) -> str:
    return path.replace("{id}", app.config["ID"]).replace("{}", value)


# the readers


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Tue, 24 Nov 2026 08:00:00 GMT", True),
        ("Tuesday, 24-Nov-26 08:00:00 GMT", True),
        ("Tue Nov 24 08:00:00 2026", True),
        ("Tue, 24 Nov 2026 09:00:00 +0100", True),
        (FAR, False),
        ("", False),
        ("yesterday", False),
        ("Tue, 24 Nov 2026", False),
    ],
)
def test_a_date_is_read_in_each_form_of_http(text: str, is_one: bool) -> None:
    assert date(text) == (AT if is_one else None) or (not is_one and date(text) != AT)


@given(st.one_of(st.text(max_size=80), st.sampled_from(DATES), st.text("0123456789 :,+-GMTNovTue", max_size=60)))
def test_no_text_is_a_date_that_cannot_be_written_again(text: str) -> None:
    found = date(text)
    if found is not None:
        assert date(http_date(found)) == found.replace(microsecond=0)
        assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("header", "made"),
    [
        ("bytes=0-1", "bytes=0-1"),
        ("bytes=0-1,2-6", "bytes=0-6"),
        ("bytes=4-9, 0-5", "bytes=0-9"),
        ("bytes=0-,5-6", "bytes=0-"),
        ("bytes=0-1,5-6", ""),
        ("bytes=-5", "bytes=-5"),
        ("bytes=-0", f"bytes={10**18}-"),
        ("bytes=5-", "bytes=5-"),
        ("BYTES = 0 - 1", "bytes=0-1"),
        ("bytes=,0-1,", "bytes=0-1"),
        ("bytes=0-" + "9" * 5000, "bytes=0-"),
        ("bytes=5-2", ""),
        ("bytes=0-1,-1", ""),
        ("bytes=x-1", ""),
        ("items=0-1", ""),
        ("bytes=-", ""),
        ("bytes=", ""),
        ("", ""),
        ("bytes=--1", ""),
        ("bytes=" + "0-0," * 65, ""),
        ("bytes=\u0661-", ""),
        ("bytes=0" + "0" * 5000 + "1-2", "bytes=1-2"),
    ],
)
def test_ranges_are_one_range_or_none(header: str, made: str) -> None:
    assert one_range(header) == made


@given(st.text(max_size=60), st.text("bytes=0123456789-, ", max_size=60))
def test_no_text_makes_a_reader_raise(text: str, ranges: str) -> None:
    for each in (text, ranges):
        assert isinstance(one_range(each), str)
        assert isinstance(names(each, '"a"'), bool)
        assert isinstance(is_strongly(each, '"a"'), bool)
        assert isinstance(media_type(each) + parameter(each, "charset"), str)
        number = whole(each, 0, 99)
        assert number is None or 0 <= number <= 99


@pytest.mark.parametrize(
    ("header", "is_named", "is_the_same"),
    [
        ('"a"', True, True),
        ('W/"a"', True, False),
        ('"b", "a"', True, True),
        ("*", True, True),
        ("a", True, False),
        ('"b"', False, False),
        ("", False, False),
        ('"ab"', False, False),
    ],
)
def test_entity_tags_are_compared(header: str, is_named: bool, is_the_same: bool) -> None:
    assert names(header, '"a"') is is_named
    assert is_strongly(header, '"a"') is is_the_same


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("99", 99),
        ("0", 0),
        ("007", 7),
        ("100", None),
        ("-1", None),
        ("+1", None),
        ("", None),
        ("1.0", None),
        (" 1", None),
        ("\u0661", None),
        ("\u00b2", None),
        ("1_0", None),
        ("9" * 5000, None),
        ("0" * 5000 + "1", 1),
    ],
)
def test_a_whole_number_is_of_ascii_digits(text: str, number: int | None) -> None:
    assert whole(text, 0, 99) == number


# the application


@pytest.mark.parametrize("name", HEADERS)
def test_no_header_makes_an_error(app: Flask, name: str) -> None:
    """Each odd value of each header at an address of each kind: a page, a file, a static file, a feed, a query."""
    for value in HEADERS[name]:
        beside = {"Range": "bytes=0-1"} if name == "If-Range" else {}
        for path in (
            "/",
            "/data/all.nt",
            "/static/mark.svg",
            "/feed",
            "/doc/theme/god-helse",
            "/sitemap.xml",
            "/sparql?query=ASK{}",
        ):
            answered(app, "GET", path, {**beside, name: value})


@pytest.mark.parametrize("path", PATHS)
def test_no_number_and_no_text_in_an_address_makes_an_error(app: Flask, path: str) -> None:
    for value in (*NUMBERS, *TEXTS) if "{}" in path else ("",):
        answered(app, "GET", filled(app, path, value), {})
    if "{}" not in path:
        for value in (*NUMBERS, *TEXTS):
            for names in (PARAMETERS,) if len(value) < 9000 else (("page", "iri"), ("q", "rows"), ("cube", "lang")):
                answered(app, "GET", filled(app, path, "") + "?" + "&".join(f"{name}={value}" for name in names), {})


@pytest.mark.parametrize("text", JSONS)
def test_no_json_makes_an_error(app: Flask, text: str) -> None:
    from urllib.parse import quote

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for field in ("queries", "extend"):
        body = f"{field}={quote(text.encode('utf-8', 'surrogatepass'), safe='')}".encode()
        answered(app, "POST", "/reconcile/nb", form, body)
        answered(app, "GET", f"/reconcile/nb?{body.decode()[:60_000]}", {})


odd_headers = st.dictionaries(
    st.sampled_from(sorted(HEADERS)),
    st.one_of(
        st.sampled_from(sorted({value for values in HEADERS.values() for value in values})),
        st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=60),
    ),
    max_size=4,
)
odd_value = st.one_of(st.sampled_from((*NUMBERS, *TEXTS)), st.text(max_size=40).map(lambda text: text.replace("?", "")))


@settings(
    max_examples=400, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(
    st.sampled_from(["GET", "GET", "HEAD", "POST", "OPTIONS", "PUT"]),
    st.sampled_from(PATHS),
    odd_value,
    st.dictionaries(st.sampled_from(PARAMETERS), odd_value, max_size=3),
    odd_headers,
    st.binary(max_size=80),
)
def test_nothing_odd_makes_an_error(
    app: Flask, method: str, path: str, value: str, parameters: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    query = "&".join(f"{name}={given}" for name, given in parameters.items())
    target = f"{filled(app, path, value)}?{query}"
    answered(app, method, target, headers, body if method in ("POST", "PUT") else b"")


# a running server


@pytest.mark.parametrize(
    ("header", "status", "length"),
    [
        ("bytes=0-1", 206, 2),
        ("bytes=0-1,2-6", 206, 7),
        ("bytes=0-1,5-6", 200, 0),
        ("bytes=-5", 206, 5),
        ("bytes=-0", 416, 0),
        ("bytes=0-" + "9" * 400, 206, 0),
        ("bytes=" + "9" * 400 + "-", 416, 0),
        ("bytes=5-2", 200, 0),
        ("bytes=x", 200, 0),
        ("bytes=" + "0-0," * 999, 200, 0),
        ("items=0-1", 200, 0),
    ],
)
def test_ranges_are_answered_as_rfc_9110_says(
    tiny_server: httpx.Client, header: str, status: int, length: int
) -> None:
    path = "/data/all.nt"
    answer = tiny_server.get(path, headers={"Range": header, "Accept-Encoding": "identity"})
    assert answer.status_code == status
    if length:
        assert len(answer.content) == length
    head = tiny_server.head(path, headers={"Range": header, "Accept-Encoding": "identity"})
    assert head.status_code == 200, "Range is for GET alone"


def test_a_range_counts_where_the_client_has_the_same_bytes(tiny_server: httpx.Client) -> None:
    etag = tiny_server.head("/data/all.nt", headers={"Accept-Encoding": "identity"}).headers["ETag"]
    for told, status in (
        (etag, 206),
        (f"W/{etag}", 200),
        ('"other"', 200),
        (FAR, 200),
        ("nonsense", 200),
        ("W/", 200),
        ('"', 200),
    ):
        headers = {"Range": "bytes=0-1", "If-Range": told, "Accept-Encoding": "identity"}
        assert tiny_server.get("/data/all.nt", headers=headers).status_code == status, told


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/doc/theme/god-helse",
        "/data/all.nt",
        "/static/mark.svg",
        "/feed",
        "/sitemap.xml",
        "/catalog",
        "/sparql?query=ASK%7B%7D",
        "/ready",
    ],
)
def test_a_date_that_is_none_counts_as_not_sent(tiny_server: httpx.Client, path: str) -> None:
    for name in ("If-Modified-Since", "If-Unmodified-Since", "If-Range", "Date"):
        assert tiny_server.get(path, headers={name: FAR}).status_code == 200
    assert tiny_server.get(path, headers={"Accept-Datetime": FAR}).status_code in (200, 400)


@settings(
    max_examples=150, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(st.sampled_from(PATHS), st.sampled_from([value for value in (*NUMBERS, *TEXTS) if value.isascii()]), odd_headers)
def test_a_server_answers_what_is_odd(
    tiny_server: httpx.Client, path: str, value: str, headers: dict[str, str]
) -> None:
    target = path.replace("{id}", "0" * 64).replace("{}", value[:8000]).replace(" ", "%20").replace('"', "%22")
    target = target.replace("<", "%3C").replace(">", "%3E")
    sent = [
        (name.encode(), each.encode("latin-1", "replace"))
        for name, each in headers.items()
        if name not in ("Content-Length", "Connection", "Upgrade", "TE", "Expect") and each.strip()
    ]
    request = tiny_server.build_request("GET", "/", headers=sent)
    request.url = request.url.copy_with(raw_path=target.encode())
    try:
        answer = tiny_server.send(request)
    except httpx.TransportError:  # the HTTP server itself gave up on the head of the request
        return
    assert answer.status_code < 500, (target[:200], headers, answer.status_code, answer.text[:300])
