"""What a server answers to thousands of addresses, recorded and compared: a change of the rooms changes no byte.

    python tests/support/recorded.py requests SHELF… -o requests.json     which addresses, drawn once from releases
    python tests/support/recorded.py record requests.json SHELF… -o before.json
    python tests/support/recorded.py compare before.json after.json

A shelf is the folder of a publication's releases. `record` serves each of them with the package that Python finds, by
the HTTP server with its front (or, with --plain, by Flask alone), so the checkout to be recorded stands in PYTHONPATH.
ETags, dates and request ids count by being there, all else byte for byte.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx

Request = tuple[str, str, dict[str, str], str]
"""Method, target, headers and body."""

SEED = 20
NUMBER = 2_200
"""Requests that are drawn for each shelf, beside those that are always asked."""

HOST = "delmaal.example"
"""What the server is asked as, so that it answers the same at every port."""

_OF_CONNECTION = frozenset(("server", "connection"))
_SETS = frozenset(("allow", "access-control-allow-methods"))
PRESENT = frozenset(("etag", "date", "x-request-id"))
_VARYING = re.compile(r"^/(metrics|health|ready)\b")
_HREF = re.compile(rb'(?:href|src|action)="([^"#]+)')
_ACCEPTS = ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/turtle", "*/*",
            "application/ld+json", "application/rdf+xml", "application/n-triples", "application/json", "text/csv",
            "image/png", "",
            "application/sparql-results+json", "text/html;q=0.2, text/turtle", "application/trig", "application/xml")
_LANGUAGES = ("", "nb", "en", "nn, en;q=0.5", "en-GB", "de", "se;q=0.9, nb;q=0.1", "*")
_SUFFIXES = ("", ".ttl", ".nt", ".jsonld", ".rdf", ".html", ".exe", ".json", ".csv", "/", ".ttl.ttl")
_QUERIES = ("", "lang=nb", "lang=en", "lang=xx", "page=2", "page=0", "page=x", "format=ttl", "format=html",
            "format=exe", "rows=10", "n=1", "lang=en&page=2", "%C3%A6=%F8", "callback=f", "q=helse", "iri=")
_METHODS = ("POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "PROPFIND")
_ALWAYS = (
    "/", "/id", "/doc", "/data", "/data/", "/id/", "/doc/", "/ns", "/ns.ttl", "/shapes", "/problems", "/sparql",
    "/catalog", "/catalog.ttl", "/catalog.rdf", "/catalog.jsonld", "/service-description", "/.well-known/void",
    "/void.ttl", "/release", "/feed", "/cite", "/cite/bibtex", "/robots.txt", "/sitemap.xml", "/opensearch.xml",
    "/search", "/search.json", "/search?q=helse", "/search.json?q=vann", "/reconcile", "/openapi.json", "/matrix",
    "/observations", "/observations.csv", "/observations.ttl", "/themes", "/nothing", "/nothing/at/all", "//", "/%00",
    "/doc/%F8", "/id/x%2Fy", "/doc?iri=http://metadata.un.org/sdg/3.4", "/doc?iri=urn:x", "/favicon.ico",
    "/static/nothing", "/.well-known/api-catalog", "/.well-known/nothing", "/timemap/link/", "/timemap/json/ns",
    "/index.nb.html", "/matrix.en.html", "/iri/http/metadata.un.org/sdg/3.4",
    "/iri/http/metadata.un.org/sdg/3.4.nb.html",
    "/sparql/examples", "/sparql/completion.json", "/health", "/ready", "/metrics", "/doc/theme", "/id/theme",
)
_SPARQL = (
    "ASK {}", "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 20", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "CONSTRUCT { ?s a ?t } WHERE { ?s a ?t } ORDER BY ?s ?t LIMIT 30", "SELECT ?x { ?x a ",
    "INSERT DATA { <a:a> <a:b> 1 }", "ASK { ?s ?p 3 }",
    "SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }",
    "SELECT ?g { GRAPH ?g { ?s a ?t } } GROUP BY ?g ORDER BY ?g",
    "SELECT * { ?s a skos:Concept } ORDER BY ?s LIMIT 3", "DESCRIBE <http://metadata.un.org/sdg/3.4>",
)
_DATES = ("Wed, 01 Jan 2020 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT", "x")
_RESULTS = ("", "application/sparql-results+json", "application/sparql-results+xml", "text/csv",
            "text/tab-separated-values", "text/turtle", "application/n-triples", "text/html", "image/png")


class Serving:
    """A server over one shelf, for as long as the block lasts."""

    def __init__(self, shelf: Path, plain: bool) -> None:
        self.shelf, self.plain, self.port = shelf, plain, 18_500 + os.getpid() % 1000
        self.address = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> str:
        environment = {**os.environ, "DELMAAL_CLIENT_LIMIT": "10000000", "DELMAAL_WORKERS": "1"}
        command = [sys.executable, __file__, "plain", str(self.shelf)] if self.plain else [
            sys.executable, "-m", "delmaal", "serve", str(self.shelf), "--no-build", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        if self.plain:
            assert self.process.stdout is not None, "a pipe was asked for"
            self.address = self.process.stdout.readline().strip()
        for _ in range(600):
            try:
                if httpx.get(f"{self.address}/ready", timeout=5).status_code == 200:
                    return self.address
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise SystemExit("the server did not start")

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)


def drawn(shelf: Path, address: str) -> list[Request]:
    """The requests for one shelf: what is always asked, what its pages lead to, and a seeded choice of everything."""
    chance = Random(SEED)
    with httpx.Client(base_url=address, timeout=60, headers={"accept-encoding": "identity"}) as client:
        crawled = list(crawl(client, 400))
        described = json.loads(client.get("/openapi.json").content)
        kept = [row["name"] for row in json.loads(client.get("/release").content) if row["kept"]]
    requests: list[Request] = [("GET", target, {"accept": accept}, "") for target in _ALWAYS
                               for accept in (_ACCEPTS[0], "text/turtle", "image/png")]
    requests += [("GET", target, {"accept": _ACCEPTS[0], "accept-language": chance.choice(_LANGUAGES)}, "")
                 for target in crawled]
    requests += [(method.upper(), path, {}, "") for path, item in described["paths"].items() if "{" not in path
                 for method in item if method in ("get", "post", "head", "options")]
    requests += sparql_requests()
    requests += [("GET", f"/release/{name}{target}", {"accept": accept}, "") for name in kept[-2:]
                 for target in crawled[:60] if not target.startswith(("/release", "/static"))
                 for accept in (_ACCEPTS[0], "text/turtle")]
    targets = [*_ALWAYS, *crawled, *subjects(shelf, chance)]
    while len(requests) < NUMBER:
        requests.append(one(chance, targets))
    return [(method, target, {**headers, "accept-encoding": headers.get("accept-encoding", "identity")}, body)
            for method, target, headers, body in requests]


def one(chance: Random, targets: list[str]) -> Request:
    """A request put together of parts that fit and that do not."""
    target = chance.choice(targets)
    path, mark, query = target.partition("?")
    if chance.random() < 0.3:
        path += chance.choice(_SUFFIXES)
    if chance.random() < 0.3:
        query = "&".join(filter(None, (query, chance.choice(_QUERIES))))
    target = f"{path}?{query}" if query or mark else path
    headers = {"accept": chance.choice(_ACCEPTS), "accept-language": chance.choice(_LANGUAGES)}
    if chance.random() < 0.1:
        headers["accept-encoding"] = chance.choice(("gzip", "zstd", "br", "gzip;q=0, *"))
    if chance.random() < 0.05:
        headers["if-none-match"] = chance.choice(("*", '"x"', "x", "{etag}"))
    if chance.random() < 0.05:
        headers["if-modified-since"] = chance.choice(_DATES)
    if chance.random() < 0.05:
        headers[chance.choice(("if-match", "if-range"))] = chance.choice(('"x"', "*", "{etag}", *_DATES))
    if chance.random() < 0.05:
        headers["if-unmodified-since"] = chance.choice(_DATES)
    if chance.random() < 0.05:
        headers["range"] = chance.choice(("bytes=0-9", "bytes=5-", "bytes=-3", "bytes=9999999-", "x"))
    if chance.random() < 0.08:
        headers["accept-datetime"] = chance.choice(("Tue, 01 Dec 2020 00:00:00 GMT", "Tue, 01 Dec 2026 00:28:50 GMT",
                                                    "Wed, 01 Dec 2126 00:00:00 GMT", "yesterday"))
    if chance.random() < 0.05:
        headers["origin"] = "https://elsewhere.example"
    method = chance.choice(_METHODS) if chance.random() < 0.12 else "GET"
    return method, target, headers, "q=1" if method in ("POST", "PUT", "PATCH") else ""


def sparql_requests() -> Iterator[Request]:
    """Queries in each way to ask them and each format of results."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    for query in _SPARQL:
        for results in _RESULTS:
            yield "GET", f"/sparql?query={quote(query)}", {"accept": results}, ""
        yield "POST", "/sparql", {**form, "accept": _RESULTS[1]}, f"query={quote(query)}"
        yield "POST", "/sparql", {**form, "accept": _ACCEPTS[0]}, f"query={quote(query)}"
        yield "POST", "/sparql", {"content-type": "application/sparql-query"}, query
        yield "POST", "/sparql", {"content-type": "text/plain"}, query
    for target in ("/sparql?query=", "/sparql?query=ASK%20%7B%7D&query=x", "/sparql?update=x", "/sparql?format=json",
                   "/sparql?query=ASK%20%7B%7D&format=csv", "/sparql?query=ASK%20%7B%7D&format=exe"):
        yield "GET", target, {"accept": "*/*"}, ""
    for queries in ({"q0": {"query": "helse"}}, {"q0": {"query": "vann", "limit": 3}, "q1": {"query": "3.4"}}, "x", {}):
        yield "POST", "/reconcile", form, f"queries={quote(json.dumps(queries))}"
    yield "POST", "/reconcile", form, f"extend={quote(json.dumps({'ids': ['theme/bedre-helse'], 'properties': []}))}"


def crawl(client: httpx.Client, number: int) -> Iterator[str]:
    """Addresses that pages lead to, breadth first, in both languages, some of each beginning."""
    waiting, seen, beginnings = ["/", "/?lang=en"], set[str](), Counter[str]()
    while waiting and len(seen) < number:
        target = waiting.pop(0)
        kind = "/".join(re.split(r"[/?]", target)[:3])
        if target in seen or beginnings[kind] >= 24:
            continue
        seen.add(target)
        beginnings[kind] += 1
        yield target
        answer = client.get(target, headers={"accept": _ACCEPTS[0]})
        if answer.headers.get("content-type", "").startswith("text/html"):
            for found in _HREF.findall(answer.content):
                whole = urlsplit(urljoin(str(answer.url), found.decode().replace("&amp;", "&")))
                if whole.netloc == answer.url.netloc.decode():
                    waiting.append(whole.path + (f"?{whole.query}" if whole.query else ""))


def subjects(shelf: Path, chance: Random) -> list[str]:
    """Addresses of what a release describes: some of each class, and others' IRIs."""
    base = json.loads((shelf / "current" / "manifest.json").read_text())["base"]
    lines = (shelf / "current" / "data" / "all.nt").read_text().splitlines()
    iris = sorted({line[1:line.index(">")] for line in lines})
    own = [iri.removeprefix(f"{base}id/") for iri in iris if iri.startswith(f"{base}id/")]
    by_class: dict[str, list[str]] = {}
    for local in own:
        by_class.setdefault(local.partition("/")[0], []).append(local)
    chosen = [local for locals_ in by_class.values() for local in chance.sample(locals_, min(12, len(locals_)))]
    others = [iri for iri in iris if not iri.startswith(base)]
    targets = [f"/{place}/{quote(local)}" for local in chosen for place in ("id", "doc", "doc")]
    return targets + [f"/doc?iri={quote(iri, safe=chance.choice(('', ':/')))}"
                      for iri in chance.sample(others, min(120, len(others)))]


async def ask(address: str, requests: list[Request]) -> list[dict[str, Any]]:
    """What the server says to each, one after the other."""
    answers = []
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        for method, target, headers, body in requests:
            given = dict(headers)
            for name in [name for name, value in given.items() if value == "{etag}"]:
                first = await client.request(method, target, headers={**headers, name: '"-"'}, content=body)
                given[name] = first.headers.get("etag", '"-"')
            answers.append(said(target, *await raw(client, method, target, given, body)))
    return answers


async def raw(client: httpx.AsyncClient, method: str, target: str, headers: dict[str, str],
              body: str) -> tuple[httpx.Response, bytes]:
    """The answer with its body as it was sent, in whatever coding."""
    url = client.base_url.copy_with(raw_path=target.encode())
    async with client.stream(method, url, headers={"host": HOST, **headers},
                             content=body.encode() or None) as answer:
        return answer, b"".join([chunk async for chunk in answer.aiter_raw()])


def said(target: str, answer: httpx.Response, body: bytes) -> dict[str, Any]:
    """One answer as it is compared."""
    headers = sorted({(name, counted(name, value)) for name, value in answer.headers.multi_items()
                      if name not in _OF_CONNECTION})
    if _VARYING.match(target):
        headers, body = [pair for pair in headers if pair[0] != "content-length"], re.sub(rb"[0-9.e+-]+", b"0", body)
    return {"status": answer.status_code, "headers": headers, "body": hashlib.sha256(body).hexdigest(),
            "size": len(body), "start": body[:200].decode("utf-8", "replace") if answer.status_code >= 400 else ""}


def counted(name: str, value: str) -> str:
    """A header's value as far as it is compared."""
    if name in PRESENT:
        return "there"
    return ", ".join(sorted(value.split(", "))) if name in _SETS else value


def compare(before: Path, after: Path, allowed: int) -> int:
    """Print what is not the same; how many answers are not."""
    one, other = json.loads(before.read_text()), json.loads(after.read_text())
    assert [row["request"] for row in one] == [row["request"] for row in other], "the same requests in both"
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    for a, b in differing[:allowed]:
        print(*a["request"][1:3], a["request"][3])
        for name in ("status", "size", "body", "start"):
            if a[name] != b[name]:
                print(f"   {name}: {a[name]!r} before, {b[name]!r} after")
        for sign, lines in (("-", [h for h in a["headers"] if h not in b["headers"]]),
                            ("+", [h for h in b["headers"] if h not in a["headers"]])):
            for line in lines:
                print(f"   {sign} {line[0]}: {line[1]}")
    statuses = dict(sorted(Counter(row["status"] for row in one).items()))
    print(f"{len(one):,} answers {statuses}: {len(one) - len(differing):,} the same, {len(differing):,} not")
    return len(differing)


def plain(shelf: Path) -> None:
    """Flask alone, with a keeper, by the tests' own server of the checkout that is recorded."""
    from plain_wsgi import PlainWsgi

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    with tempfile.TemporaryDirectory() as folder, PlainWsgi(shelf, Path(folder)) as client:
        print(client.base_url, flush=True)
        signal.sigwait({signal.SIGINT})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("act", choices=("requests", "record", "compare", "plain"))
    parser.add_argument("paths", nargs="+")
    parser.add_argument("-o", "--output", type=Path, default=Path("recorded.json"))
    parser.add_argument("--plain", action="store_true", help="Flask alone, without the front")
    parser.add_argument("--show", type=int, default=20, help="differing answers that are printed")
    given = parser.parse_args()
    if given.act == "plain":
        plain(Path(given.paths[0]))
    elif given.act == "compare":
        sys.exit(compare(Path(given.paths[0]), Path(given.paths[1]), given.show) > 0)
    elif given.act == "requests":
        found = []
        for shelf in map(Path, given.paths):
            with Serving(shelf, plain=False) as address:
                found.append((shelf.name, drawn(shelf, address)))
        given.output.write_text(json.dumps(found))
    else:
        rows = []
        by_name = dict(json.loads(Path(given.paths[0]).read_text()))
        for shelf in map(Path, given.paths[1:]):
            with Serving(shelf, given.plain) as address:
                answers = asyncio.run(ask(address, by_name[shelf.name]))
            rows += [{"request": [shelf.name, *request], **answer}
                     for request, answer in zip(by_name[shelf.name], answers, strict=True)]
        given.output.write_text(json.dumps(rows))
        print(f"{len(rows):,} answers in {given.output}")


if __name__ == "__main__":
    main()
