"""Scripts of other origins: they may read every answer, failures too, send what they like, and see what is of use."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from conftest import TINY, serving
from delmaal.http.cors import CUSTOMARY, EXPOSED
from delmaal.http.failures import TITLES, title_of
from delmaal.release import Release

PROGRAM = "application/problem+json, application/json;q=0.9"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
FORWARDED = {"X-Forwarded-For": "203.0.113.7"}
SEEN_ANYWAY = {"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified",
               "pragma"}
"""Headers that every script sees (https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name)."""

FOR_THE_BROWSER = {"connection", "content-security-policy", "date", "keep-alive", "referrer-policy", "server",
                   "transfer-encoding", "x-content-type-options", "x-robots-tag"}
"""Headers that no script has use for."""


@pytest.fixture(scope="module")
def limited_server(tiny_release: Release, shelves: Path) -> Iterator[httpx.Client]:
    """A server that lets a client ask once a minute, if it comes through a proxy."""
    assert tiny_release.folder.is_relative_to(shelves)
    with serving(TINY, shelves, DELMAAL_CLIENT_LIMIT="1", DELMAAL_TRUSTED_HOPS="1", DELMAAL_BODY_SECONDS="1") as client:
        yield client


def over_the_limit(client: httpx.Client, headers: dict[str, str]) -> httpx.Response:
    """The answer to who has asked in this minute; a new one may begin at any moment, and its first question is free."""
    answers = (client.get("/doc/theme/god-helse", headers={**headers, **FORWARDED}) for _ in range(4))
    return next(answer for answer in answers if answer.status_code != 200)


Ask = Callable[[httpx.Client, dict[str, str]], httpx.Response]
FAILURES: dict[str, tuple[int, Ask]] = {
    "malformed page": (400, lambda client, headers: client.get("/doc/theme/god-helse?page=x", headers=headers)),
    "malformed host": (400, lambda client, headers: client.get("/", headers={**headers, "Host": "a b"})),
    "an update": (403, lambda client, headers: client.post("/sparql", headers=headers, data={"update": "CLEAR ALL"})),
    "nothing said": (404, lambda client, headers: client.get("/doc/theme/none", headers=headers)),
    "no such address": (404, lambda client, headers: client.get("/nowhere", headers=headers)),
    "no such asset": (404, lambda client, headers: client.get("/static/none.css", headers=headers)),
    "no such release": (404, lambda client, headers: client.get("/release/0123456789ab", headers=headers)),
    "another method": (405, lambda client, headers: client.delete("/doc/theme/god-helse", headers=headers)),
    "a long body": (413, lambda client, headers: client.post("/sparql", headers=headers, content=b"a" * 400_000)),
    "a declared body": (413, lambda client, headers: client.post(
        "/sparql", headers={**headers, "Connection": "close"}, content=b"a" * 17_000_000)),  # it is not read on
    "a long query": (413, lambda client, headers: client.post("/sparql", headers=headers,
                                                              data={"query": "a" * 100_001})),
    "a long address": (414, lambda client, headers: client.get(f"/{'a' * 60_000}", headers=headers)),
    "a type of body": (415, lambda client, headers: client.post("/sparql", content=b"x",
                                                                headers={**headers, "Content-Type": "text/x"})),
    "too many requests": (429, over_the_limit),
    "long headers": (431, lambda client, headers: client.get("/", headers={**headers, "X-Long": "a" * 33_000})),
    "a method unknown": (501, lambda client, headers: client.request("BREW", "/", headers=headers)),
}


@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_may_be_read_and_says_what_it_is(name: str, limited_server: httpx.Client) -> None:
    """Wherever it was refused: title, headers, and for a browser a page in its language."""
    status, ask = FAILURES[name]
    answer = ask(limited_server, {"Accept": PROGRAM, "Origin": "https://other.example"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["title"], problem["status"]) == (title_of(status, "en"), status)
    assert re.fullmatch(r"https://w3id\.org/delmaal/problems#[a-z0-9-]+", problem["type"])
    check(answer)
    for header, lang in (("nb-NO,nb;q=0.9", "nb"), ("en-GB,en;q=0.5", "en")):
        page = ask(limited_server, {"Accept": BROWSER, "Accept-Language": header, "Origin": "https://other.example"})
        assert page.status_code == status
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert f'<html lang="{lang}">' in page.text
        assert f"<title>{status} {title_of(status, lang)}" in page.text
        assert problem["type"].rpartition("#")[2] in page.text
        assert "content-security-policy" in page.headers
        check(page)


def check(answer: httpx.Response) -> None:
    """What every failure carries."""
    assert answer.headers["access-control-allow-origin"] == "*"
    assert set(answer.headers["access-control-expose-headers"].split(", ")) == set(EXPOSED)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert {"Accept", "Accept-Language"} <= set(answer.headers["vary"].split(", "))
    assert (answer.status_code == 429) == ("retry-after" in answer.headers)


def test_a_slow_body_is_refused_as_everything_is(limited_server: httpx.Client) -> None:
    with socket.create_connection(("127.0.0.1", limited_server.base_url.port or 80), timeout=30) as connection:
        connection.sendall(b"POST /sparql HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nquery")
        head, _, body = connection.recv(65536).decode().partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 408")
    assert "access-control-allow-origin: *" in head.lower()
    assert json.loads(body)["title"] == title_of(408, "en")


def test_every_status_has_its_title() -> None:
    known = {400, 403, 404, 405, 406, 408, 410, 412, 413, 414, 415, 416, 429, 431, 500, 501, 502, 503, 504}
    assert known <= set(map(int, TITLES))


ADDRESSES = ("/", "/doc/theme/god-helse", "/id/theme/god-helse", "/doc/theme/god-helse.ttl", "/data/all.nt", "/catalog",
             "/sparql?query=ASK%7B%7D", "/search.json?q=3.4", "/release", "/feed", "/timemap/link/doc/theme/god-helse",
             "/reconcile/nb", "/cite.bib", "/static/site.css", "/health", "/ready", "/metrics", "/robots.txt")


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_header_of_use_is_seen(path: str, tiny_server: httpx.Client) -> None:
    seen = {name.lower() for name in EXPOSED} | SEEN_ANYWAY | FOR_THE_BROWSER
    for headers in ({}, {"Range": "bytes=0-9"}, {"Accept-Datetime": "Thu, 01 Jan 2099 00:00:00 GMT"},
                    {"X-Request-Id": "one"}, {"Accept": "image/png"}):
        answer = tiny_server.get(path, headers=headers)
        sent = {name for name in answer.headers if not name.startswith("access-control-")}
        assert sent - seen == set()
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]
        assert len(answer.headers.get_list("access-control-expose-headers")) == 1


PREFLIGHTS = {
    "none": ("", CUSTOMARY),
    "one": ("x-requested-with", "x-requested-with"),
    "many": ("cache-control, range,if-modified-since , content-type",
             "cache-control, range, if-modified-since, content-type"),
    "twice": ("range, range", "range"),
    "a secret": ("authorization", "authorization"),
    "no names": ("a b, c\"d, <x>, æ, x:y", CUSTOMARY),
    "some names": ("x-y, a b", "x-y"),
    "too many": (", ".join(f"x-{number}" for number in range(3000)), None),
}


@pytest.mark.parametrize("path", ["/sparql", "/doc/theme/god-helse", "/reconcile/nb", "/data/all.nt", "/search.json"])
@pytest.mark.parametrize("name", PREFLIGHTS)
def test_a_preflight_allows_what_it_names(name: str, path: str, tiny_server: httpx.Client) -> None:
    requested, allowed = PREFLIGHTS[name]
    headers = [(b"Origin", b"https://other.example"), (b"Access-Control-Request-Method", b"GET")]
    if requested:
        headers.append((b"Access-Control-Request-Headers", requested.encode("latin-1")))
    answer = tiny_server.options(path, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert ("POST" in answer.headers["access-control-allow-methods"]) == (path in ("/sparql", "/reconcile/nb"))
    assert "Access-Control-Request-Headers" in answer.headers["vary"]
    found = answer.headers["access-control-allow-headers"]
    if allowed is None:
        assert len(found) < 5000
    else:
        assert found == allowed


class _Elsewhere(BaseHTTPRequestHandler):
    """A page of another origin, with nothing on it."""

    def do_GET(self) -> None:  # the name that http.server calls
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title>")

    def log_message(self, format: str, *args: object) -> None:  # the base class names it so
        """Say nothing."""


READ = """
async ([address, options]) => {
  const answer = await fetch(address, options);
  const headers = Object.fromEntries(answer.headers);
  return { status: answer.status, redirected: answer.redirected, headers, text: (await answer.text()).slice(0, 4000) };
}
"""


def test_a_page_of_another_origin_reads_all(limited_server: httpx.Client) -> None:
    """In a browser: redirects, failures, what asks for a preflight first, and the headers of use."""
    pytest.importorskip("playwright", reason="Playwright is not installed (make test installs it)")
    from playwright.sync_api import sync_playwright

    from browser.chromium import OPTIONS, find_browser

    if find_browser() is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium)")
    elsewhere = HTTPServer(("127.0.0.1", 0), _Elsewhere)
    threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
    base = str(limited_server.base_url).rstrip("/")
    data = {"Accept": "application/ld+json"}
    asked: list[tuple[str, dict[str, object], int]] = [
        ("/id/theme/god-helse", {"headers": data}, 200),
        ("/doc/theme/none", {"headers": data}, 404),
        ("/doc/theme/god-helse", {"headers": {"Accept": "image/png"}}, 406),
        ("/sparql", {"method": "POST", "body": "a" * 400_000,
                     "headers": {"Content-Type": "application/sparql-query"}}, 413),
        ("/doc/theme/god-helse", {"headers": {**data, **FORWARDED}}, 429),
        ("/doc/theme/god-helse", {"headers": {**data, "X-Requested-With": "x", "If-Modified-Since":
                                              "Thu, 01 Jan 1990 00:00:00 GMT"}, "cache": "no-cache"}, 200),
        ("/data/all.nt", {"headers": {"Range": "bytes=0-9", "Cache-Control": "no-store"}}, 206),
        ("/data/all.nt", {"headers": {"Range": "bytes=99999999999-"}}, 416),
        ("/sparql?query=ASK%7B%7D", {"headers": {"Accept": "application/sparql-results+json"}}, 200),
    ]
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=list(OPTIONS))
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{elsewhere.server_port}/")
            over_the_limit(limited_server, {})
            found = [page.evaluate(READ, [base + path, options]) for path, options, _ in asked]
            if found[4]["status"] == 200:  # a new minute has begun
                found[4] = page.evaluate(READ, [base + asked[4][0], asked[4][1]])
            browser.close()
    finally:
        elsewhere.shutdown()
        elsewhere.server_close()
    assert [each["status"] for each in found] == [status for *_, status in asked]
    assert found[0]["redirected"]
    for each in found:
        if each["status"] >= 400 and each["status"] != 416:
            assert json.loads(each["text"])["title"] == title_of(each["status"], "en")
    assert "link" in found[0]["headers"]
    assert int(found[4]["headers"]["retry-after"]) > 0
    assert found[6]["headers"]["content-range"].startswith("bytes 0-9/")
    assert {"accept-ranges", "repr-digest", "etag"} <= set(found[6]["headers"])
    assert re.fullmatch("[0-9a-f]{64}", found[8]["headers"]["delmaal-release"])
