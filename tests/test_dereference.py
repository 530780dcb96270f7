"""Dereferencing over HTTP, against a server that runs."""

from __future__ import annotations

import gc
import gzip
import json
import re
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from random import Random
from statistics import median
from urllib.parse import quote, unquote, urljoin

import httpx
import pyoxigraph as ox
import pytest
import zstandard
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape
from rdflib import Graph
from rdflib.compare import isomorphic

from conftest import TRONDHEIM, serving
from delmaal import formats, lookup, turtle
from delmaal.http import negotiate
from delmaal.http.asked import Asked
from delmaal.http.description import ROWS, Page, page_of, write_page
from delmaal.http.fields import Fields
from delmaal.http.later import Later
from delmaal.http.publication import Publication
from delmaal.http.reply import Reply
from delmaal.lookup import Lookup
from delmaal.ntriples import read_term
from delmaal.reading import opened as opening
from delmaal.reading.releases import Releases
from delmaal.release import Release, Shelf
from delmaal.release.sorted_dump import Unindexed
from delmaal.serving.application import create_app
from delmaal.serving.dispatch import reply
from delmaal.serving.front.keys import key_of
from delmaal.settings import load
from delmaal.site.descriptions import generic, shown
from delmaal.site.descriptions.resources import kind_of
from delmaal.terms import PREFIXES
from delmaal.turtle import labelling, leading, paragraph, write_turtle
from processes import WAIT, until
from succession import CHANGED, Succession

BASE = "https://w3id.org/delmaal/trondheim/"
THEME = "/doc/theme/bedre-helse"
STATISTIC = "statistic/ensomhet-norge-2015"
RDFLIB = {"turtle": "turtle", "json-ld": "json-ld", "rdf-xml": "xml", "n-triples": "nt"}


def parsed(response: httpx.Response) -> set[ox.Triple]:
    """The statements of an answer, as the format that it says it is in."""
    kind = response.headers["content-type"].partition(";")[0]
    row = next(row for row in formats.RDF_FORMATS if row.media_type == kind)
    return {ox.Triple(q.subject, q.predicate, q.object) for q in ox.parse(response.content, format=row.rdf)}


def get(client: httpx.Client, path: str, accept: str | None = None, **headers: str) -> httpx.Response:
    """GET with exactly these headers."""
    given = {"Accept-Encoding": "identity", **{name.replace("_", "-"): value for name, value in headers.items()}}
    given["Accept"] = accept if accept is not None else "*/*"
    return client.get(path, headers=given)


def test_thing_redirects_to_document_without_naming_a_host(trondheim_server: httpx.Client) -> None:
    answer = get(trondheim_server, "/id/theme/bedre-helse", Host="evil.example")
    assert answer.status_code == 303
    assert "://" not in answer.headers["location"]
    assert not answer.headers["location"].startswith("//")
    assert urljoin("http://h/id/theme/bedre-helse", answer.headers["location"]) == "http://h" + THEME


def test_newcomers_curl_gives_turtle_that_rdflib_reads(trondheim_server: httpx.Client) -> None:
    with httpx.Client(base_url=trondheim_server.base_url, follow_redirects=True) as client:
        answer = client.get("/id/theme/bedre-helse", headers={"Accept": "text/turtle"})
    graph = Graph().parse(data=answer.text, format="turtle")
    found = graph.query("SELECT ?l { ?t a <https://w3id.org/delmaal/ns#Theme> ; "
                        "<http://www.w3.org/2004/02/skos/core#prefLabel> ?l }")
    assert {str(row[0]) for row in found} == {"Bedre helse", "Better health"}  # type: ignore[index]


@pytest.mark.parametrize("path", [
    "theme/bedre-helse", "statistic/ensomhet-norge-2015", "target-link/lokaldemokratiet-16.10",
    "document/kommuneplanens-samfunnsdel-2009-2020", "cube/statistics", "dataset/themes", "area/norge",
])
def test_every_format_is_the_same_graph(trondheim_server: httpx.Client, path: str) -> None:
    graphs = {}
    for row in formats.RDF_FORMATS:
        by_accept = get(trondheim_server, f"/doc/{path}", row.media_type)
        by_suffix = get(trondheim_server, f"/doc/{path}.{row.suffix}", "text/html")
        assert by_accept.status_code == by_suffix.status_code == 200
        assert by_accept.headers["content-type"] == row.content_type
        assert by_accept.headers["content-location"] == f"/doc/{path}.{row.suffix}"
        assert parsed(by_accept) == parsed(by_suffix)
        graphs[row.name] = parsed(by_accept)
    first = graphs["n-triples"]
    assert len(first) > 10
    assert all(graph == first for graph in graphs.values()), {name: len(g ^ first) for name, g in graphs.items()}


def test_rdflib_reads_what_pyoxigraph_reads(trondheim_server: httpx.Client) -> None:
    graphs = [
        Graph().parse(data=get(trondheim_server, THEME, formats.BY_NAME[name].media_type).text, format=reader)
        for name, reader in RDFLIB.items()
    ]
    assert all(isomorphic(graphs[0], graph) for graph in graphs[1:])


def test_description_holds_resource_document_labels_and_licence(trondheim_server: httpx.Client,
                                                               trondheim_release: Release) -> None:
    graph = Graph().parse(data=get(trondheim_server, THEME, "text/turtle").text, format="turtle")
    found = graph.query("""
        PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX dct: <http://purl.org/dc/terms/>
        SELECT ?doc ?licence ?release {
          ?doc foaf:primaryTopic ?topic ; dct:license ?licence ; dct:isPartOf ?release }""")
    rows = [tuple(str(value) for value in row) for row in found]  # type: ignore[union-attr]
    release = f"{BASE}id/release/{trondheim_release.id}"
    assert rows == [(f"{BASE}doc/theme/bedre-helse", "https://creativecommons.org/licenses/by/4.0/", release)]
    lookup = Lookup(trondheim_release.folder)
    own, _ = lookup.about(f"{BASE}id/theme/bedre-helse")
    for line in own:
        target = line.split(b" ", 2)[2]
        if target.startswith(b"<") and lookup.about(target[1:-1].decode())[0]:
            subject = ox.NamedNode(target[1:-1].decode())
            labelled = [t for t in parsed(get(trondheim_server, THEME, "text/turtle")) if t.subject == subject]
            assert any(isinstance(t.object, ox.Literal) for t in labelled), target


@pytest.mark.parametrize("iri", ["theme/bedre-helse", "area/trondheim", "cube/statistics",
                                 "http://metadata.un.org/sdg/11"])
def test_a_description_adds_nothing_to_the_thing(trondheim_server: httpx.Client, iri: str) -> None:
    """docs/descriptions.md: what is said of the thing is what a query finds of it; what is added has other subjects."""
    outside = iri.startswith("http")
    thing = ox.NamedNode(iri if outside else f"{BASE}id/{iri}")
    found = parsed(get(trondheim_server, f"/doc?iri={iri}" if outside else f"/doc/{iri}", "text/turtle"))
    query = f"CONSTRUCT {{ {thing} ?p ?o }} WHERE {{ {thing} ?p ?o }}"
    asked = trondheim_server.get("/sparql", params={"query": query}, headers={"Accept": "application/n-triples"})

    def same(triples: Iterable[ox.Triple]) -> set[str]:
        return {str(each).replace("nonNegativeInteger", "integer") for each in triples}

    assert same([each for each in found if each.subject == thing]) == same(parsed(asked))
    assert len(found) > len(parsed(asked)) > 3


def test_turtle_declares_only_prefixes_it_uses(trondheim_server: httpx.Client) -> None:
    text = get(trondheim_server, THEME, "text/turtle").text
    declared = re.findall(r"^@prefix ([\w-]+):", text, re.MULTILINE)
    body = re.sub(r"^@prefix.*$", "", text, flags=re.MULTILINE)
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|<[^>]*>', "", body)
    assert declared
    for prefix in declared:
        assert re.search(rf"(?<![\w-]){prefix}:", bare), f"{prefix} is declared and not used"


@pytest.mark.parametrize(("accept", "kind"), [
    ("text/turtle", "text/turtle"),
    ("*/*", "text/turtle"),
    ("application/rdf+xml;q=0.5, text/turtle;q=0.4", "application/rdf+xml"),
    ("text/*;q=0.3, application/ld+json;q=0.2", "text/turtle"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
    ("text/turtle;q=0, */*;q=0.1", "application/ld+json"),
    ("application/json", "application/json"),
    ("application/n-quads", "application/n-quads"),
    ("TEXT/TURTLE", "text/turtle"),
    ("text/turtle;charset=utf-8", "text/turtle"),
    ("application/ld+json;profile=\"http://www.w3.org/ns/json-ld#compacted\"", "application/ld+json"),
    ("nonsense, ;;;, text/turtle", "text/turtle"),
])
def test_accept_is_weighed(trondheim_server: httpx.Client, accept: str, kind: str) -> None:
    answer = get(trondheim_server, THEME, accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert {"Accept", "Accept-Language", "Accept-Encoding"} <= set(answer.headers["vary"].split(", "))


def test_no_acceptable_format_lists_what_there_is(trondheim_server: httpx.Client) -> None:
    answer = get(trondheim_server, THEME, "image/png")
    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"
    listed = {row["mediaType"] for row in answer.json()["available"]}
    assert {"text/turtle", "text/html", "application/ld+json"} <= listed


def test_links_lead_to_every_other_form(trondheim_server: httpx.Client) -> None:
    links = get(trondheim_server, THEME, "text/turtle").headers["link"]
    found = dict(re.findall(r'<([^>]+)>; rel="alternate"; type="([^"]+)"', links))
    assert set(found.values()) == {row.media_type for row in formats.RDF_FORMATS} | {"text/html"}
    for address, kind in found.items():
        answer = get(trondheim_server, address, "*/*")
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, kind)
    for relation in ("canonical", "describes", "describedby", "license"):
        assert f'rel="{relation}"' in links


@pytest.mark.parametrize(("path", "negotiated"), [
    (f"/doc/{STATISTIC}", True), (f"/doc/{STATISTIC}.ttl", False), ("/doc/cube/statistics?page=2", True),
    ("/doc?iri=http%3A%2F%2Fmetadata.un.org%2Fsdg%2F3.4", True), ("/doc/cube/statistics.nt?page=2", False),
])
def test_headers_of_a_description(trondheim_server: httpx.Client, trondheim_release: Release, path: str,
                                  negotiated: bool) -> None:
    answer = get(trondheim_server, path, "text/turtle")
    varying = set(answer.headers["vary"].split(", "))
    assert "Accept-Encoding" in varying
    assert ({"Accept", "Accept-Language"} <= varying) == negotiated
    since = Shelf(trondheim_release.folder.parent.parent).switched_at(trondheim_release)
    assert since is not None
    assert answer.headers["last-modified"] == format_datetime(since, usegmt=True)
    assert re.fullmatch(r"public, max-age=\d+, stale-while-revalidate=\d+", answer.headers["cache-control"])
    assert re.fullmatch(r'"[0-9a-f]{32}"', answer.headers["etag"])
    own = get(trondheim_server, answer.headers["content-location"], "text/html")
    assert own.content == answer.content, "Content-Location is where exactly this is had"
    links = dict(re.findall(r'<([^>]*)>; rel="(canonical|describes|describedby|license|prev|next)"',
                            answer.headers["link"]))
    by_relation = {relation: address for address, relation in links.items()}
    document = path.partition("?page")[0].removesuffix(".ttl").removesuffix(".nt")
    assert by_relation["canonical"] == BASE + document[1:]
    assert by_relation["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert get(trondheim_server, by_relation["describedby"]).headers["content-type"].startswith("text/turtle")
    topics = {t.object for t in parsed(answer) if t.predicate.value.endswith("/primaryTopic")}
    assert topics == {ox.NamedNode(by_relation["describes"])}
    assert ("prev" in by_relation) == ("page=2" in path)
    if "prev" in by_relation:
        assert get(trondheim_server, by_relation["prev"]).status_code == 200


def test_etags_tell_every_representation_apart(trondheim_server: httpx.Client) -> None:
    etags = [
        get(trondheim_server, f"/doc/{STATISTIC}", kind, Accept_Encoding=coding, Accept_Language=spoken).headers["etag"]
        for kind in (*(row.media_type for row in formats.RDF_FORMATS), "text/html")
        for coding in ("identity", "gzip", "zstd")
        for spoken in (("nb", "en") if kind == "text/html" else ("nb",))
    ]
    assert len(set(etags)) == len(etags) == 24


@pytest.mark.parametrize("headers", [
    {"Accept": "text/turtle, " * 900 + "*/*"}, {"Accept": ";q=;;=,/,*/"}, {"Accept": "text/turtle;q=nan, */*;q=inf"},
    {"Accept": "\x80\xff/\xfe"}, {"Accept-Encoding": "gzip;q=nan, zstd;q=1e999, br;q=x"}, {"Accept-Encoding": "*;q=0"},
    {"Accept-Language": "nb-;q=9, \xe6\xf8\xe5, *"}, {"If-None-Match": '"' + "x" * 8000}, {"If-None-Match": "W/,,\xff"},
    {"If-Modified-Since": "Thu, 99 Foo 99999 99:99:99 GMT"}, {"If-Modified-Since": "0"}, {"Host": "[::1"},
    {"X-Forwarded-For": "', ,::,\xff"}, {"X-Forwarded-Host": "evil.example"}, {"Range": "bytes=-1,0-,x"},
], ids="-".join)
def test_hostile_headers_do_no_harm(trondheim_server: httpx.Client, headers: dict[str, str]) -> None:
    given = {"Accept": "text/turtle", "Accept-Encoding": "identity", **headers}
    raw = [(name.encode(), value.encode("latin-1")) for name, value in given.items()]
    for path in (f"/doc/{STATISTIC}", f"/id/{STATISTIC}", "/doc/nothing", "/doc?iri=http://metadata.un.org/sdg/3.4"):
        answer = trondheim_server.get(path, headers=raw)
        refused = (400,) if "Host" in headers else ()  # what is no host is refused as such (RFC 9112, 3.2)
        assert answer.status_code in (200, 206, 303, 404, 406, 416, *refused), answer.text
        assert "Traceback" not in answer.text
        assert "evil.example" not in str(answer.headers)


def test_head_is_get_without_body(trondheim_server: httpx.Client) -> None:
    for path in (THEME, "/catalog", "/id/theme/bedre-helse", "/", "/data/themes.ttl"):
        asked = get(trondheim_server, path, "text/turtle")
        head = trondheim_server.head(path, headers={"Accept": "text/turtle", "Accept-Encoding": "identity"})
        assert head.status_code == asked.status_code
        assert head.content == b""
        for name in ("etag", "content-type", "vary", "link", "location", "content-location"):
            assert head.headers.get(name) == asked.headers.get(name), (path, name)


def test_conditional_requests(trondheim_server: httpx.Client) -> None:
    first = get(trondheim_server, THEME, "text/turtle")
    etag, modified = first.headers["etag"], first.headers["last-modified"]
    assert get(trondheim_server, THEME, "text/turtle", If_None_Match=etag).status_code == 304
    same = get(trondheim_server, THEME, "text/turtle", If_None_Match=f'"other", W/{etag}')
    assert same.status_code == 304
    assert same.content == b""
    assert same.headers["etag"] == etag
    assert {"vary", "cache-control"} <= set(same.headers)
    assert get(trondheim_server, THEME, "application/ld+json", If_None_Match=etag).status_code == 200
    assert get(trondheim_server, f"{THEME}?page=1", "text/turtle", If_Modified_Since=modified).status_code == 304
    both = get(trondheim_server, f"{THEME}?page=1", "text/turtle", If_Modified_Since=modified, If_None_Match='"x"')
    assert both.status_code == 200
    for _ in range(4):  # from the cache too
        assert get(trondheim_server, f"/doc/{STATISTIC}?page=1", "text/turtle").status_code == 200
        since = get(trondheim_server, f"/doc/{STATISTIC}?page=1", "text/turtle", If_Modified_Since=modified)
        assert since.status_code == 304
    assert "s-maxage" in first.headers["cache-control"] or "max-age" in first.headers["cache-control"]


def test_content_codings_only_when_asked_for(trondheim_server: httpx.Client) -> None:
    plain = get(trondheim_server, "/catalog", "text/turtle")
    assert "content-encoding" not in plain.headers
    etags = {plain.headers["etag"]}
    for name, decode in (("gzip", gzip.decompress), ("zstd", zstandard.ZstdDecompressor().decompress)):
        asked = {"Accept": "text/turtle", "Accept-Encoding": name}
        with trondheim_server.stream("GET", "/catalog", headers=asked) as got:
            raw = b"".join(got.iter_raw())
            assert got.headers["content-encoding"] == name
            etags.add(got.headers["etag"])
        assert decode(raw) == plain.content
    assert len(etags) == 3
    for name in ("gzip", "zstd"):
        coded = get(trondheim_server, f"/doc/{STATISTIC}", "text/turtle", Accept_Encoding=name)
        assert coded.headers["content-encoding"] == name
        assert coded.content == get(trondheim_server, f"/doc/{STATISTIC}", "text/turtle").content
    refused = get(trondheim_server, "/catalog", "text/turtle", Accept_Encoding="gzip;q=0, zstd;q=0")
    assert "content-encoding" not in refused.headers


@pytest.mark.parametrize("path", [
    "/doc/theme/finnes-ikke", "/id/theme/finnes-ikke", "/doc//theme/bedre-helse",
    "/doc/theme/b%C3%A6dre", "/doc/theme/%FF%FE", "/doc/../../etc/passwd", "/doc/%2e%2e/%2e%2e/etc/passwd", "/doc/x/",
    "/id//evil.example/", "/doc/theme/bedre-helse.exe", "/doc/" + "a" * 3000, "/doc?iri=http://example.org/nothing",
    "/doc?iri=javascript:alert(1)", "/doc?iri=%00", "/nowhere", "/data/../manifest.json", "/data/nope.ttl",
    "/doc/theme/bedre-helse%0d%0aSet-Cookie:%20x", "/doc?iri=not%20an%20iri",
])
def test_unknown_things_are_404(trondheim_server: httpx.Client, path: str) -> None:
    answer = get(trondheim_server, path, "application/ld+json")
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = json.loads(answer.text)
    assert body["status"] == 404
    assert "set-cookie" not in answer.headers
    assert "Traceback" not in answer.text
    page = get(trondheim_server, path, "text/html", Accept_Language="nb")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1>Finnes ikke</h1>" in page.text


@pytest.mark.parametrize(("method", "path", "status"), [
    ("DELETE", THEME, 405), ("PUT", "/catalog", 405), ("POST", "/", 405), ("PATCH", "/sparql", 405),
    ("GET", "/doc", 400), ("GET", "/doc?iri=http://metadata.un.org/sdg/3.4&format=exe", 400),
    ("GET", f"{THEME}?page=0", 400), ("GET", f"{THEME}?page=x", 400), ("GET", f"{THEME}?page=99", 404),
])
def test_wrong_requests(trondheim_server: httpx.Client, method: str, path: str, status: int) -> None:
    answer = trondheim_server.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    if status == 405:
        assert "GET" in answer.headers["allow"]


def test_cross_origin_scripts_may_read(trondheim_server: httpx.Client) -> None:
    for path in (THEME, "/doc/nothing", "/sparql", "/data/themes.ttl"):
        assert get(trondheim_server, path).headers["access-control-allow-origin"] == "*"
    for path in (THEME, "/id/theme/bedre-helse", "/doc?iri=http://metadata.un.org/sdg/3.4", "/ns"):
        asked = trondheim_server.options(path, headers={"Origin": "https://example.org"})
        assert asked.status_code == 200
        assert {"GET", "HEAD", "OPTIONS"} <= set(asked.headers["access-control-allow-methods"].split(", "))
        assert {"Accept", "If-None-Match"} <= set(asked.headers["access-control-allow-headers"].split(", "))
    exposed = get(trondheim_server, THEME).headers["access-control-expose-headers"].split(", ")
    assert {"Content-Location", "ETag", "Link", "Location"} <= set(exposed)


def test_outside_iris_have_a_description(trondheim_server: httpx.Client) -> None:
    iri = "http://metadata.un.org/sdg/3.4"
    answer = get(trondheim_server, f"/doc?iri={quote(iri, safe='')}", "text/turtle")
    assert answer.status_code == 200
    assert f"{BASE}id/theme/bedre-helse" in answer.text
    page = get(trondheim_server, f"/doc?iri={quote(iri, safe='')}&lang=nb", "text/html")
    assert "Bedre helse" in page.text


def test_a_thing_may_be_asked_for_by_its_iri(trondheim_server: httpx.Client) -> None:
    asked = get(trondheim_server, f"/doc?iri={quote(f'{BASE}id/{STATISTIC}', safe='')}", "text/turtle")
    assert asked.content == get(trondheim_server, f"/doc/{STATISTIC}", "text/turtle").content
    assert asked.headers["content-location"] == f"/doc/{STATISTIC}.ttl"
    for iri in ("http://qudt.org/vocab/unit/PERCENT", "https://w3id.org/delmaal/ns#Theme", "http://metadata.un.org/sdg/3"):
        answer = get(trondheim_server, f"/doc?iri={quote(iri, safe='')}", "text/turtle")
        page = get(trondheim_server, f"/doc?iri={quote(iri, safe='')}&lang=en", "text/html")
        assert (answer.status_code, page.status_code) == (200, 200)
        topics = {t.object.value for t in parsed(answer) if t.predicate.value.endswith("/primaryTopic")}  # type: ignore[union-attr]
        assert topics == {iri}


def test_many_statements_are_paged_and_complete(trondheim_release: Release, view: FlaskClient,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    """With pages of 700 bytes, a scheme's members come page by page, each once, and its label is on each page."""
    monkeypatch.setattr(lookup, "SPAN", 700)
    iri = f"{BASE}id/scheme/themes"
    expected, _ = Lookup(trondheim_release.folder).about(iri, 0, 10**6)
    assert len(expected) > 15
    found: list[bytes] = []
    path: str | None = "/doc/scheme/themes.nt"
    pages = 0
    while path:
        answer = view.get(path)
        assert answer.status_code == 200
        found += [line[:-2] for line in answer.data.splitlines() if line.startswith(b"<" + iri.encode() + b"> ")]
        page = view.get(path.replace(".nt", ""), headers={"Accept": "text/html", "Accept-Language": "en"}).text
        assert "Themes" in page[page.index("<h1") :][:200]
        following = re.search(r'<([^>]+)>; rel="next"', ", ".join(answer.headers.getlist("Link")))
        path = following[1] if following else None
        pages += 1
    assert [line for line in found if line not in expected] == []
    assert sorted(found) == sorted(expected)
    assert pages > 3
    assert view.get(f"/doc/scheme/themes.nt?page={pages + 1}").status_code == 404


def test_incoming_links_are_paged_and_complete(trondheim_server: httpx.Client, trondheim_release: Release) -> None:
    iri = f"{BASE}id/cube/statistics"
    expected = set()
    for line in (trondheim_release.folder / "data/all.nt").read_bytes().splitlines():
        if line.endswith(f" <{iri}> .".encode()):
            expected.add(line[: line.index(b"> ") + 1].decode())
    assert len(expected) > 50
    found: set[str] = set()
    path: str | None = "/doc/cube/statistics.nt"
    pages = 0
    while path:
        answer = get(trondheim_server, path)
        assert answer.status_code == 200
        found |= {line[: line.index("> ") + 1] for line in answer.text.splitlines() if line.endswith(f" <{iri}> .")
                  and "primaryTopic" not in line and "/hasPart> " not in line}  # of the document, of the catalogue
        following = re.search(r'<([^>]+)>; rel="next"', answer.headers["link"])
        path = following[1] if following else None
        pages += 1
    assert found == expected
    assert pages > 2


def test_pages_mark_the_language_of_a_fallback_and_escape(trondheim_server: httpx.Client) -> None:
    page = get(trondheim_server, THEME, "text/html", Accept_Language="en")
    assert '<html lang="en">' in page.text
    assert "Better health" in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    runs = r'<script(?! type="application/ld\+json">)(?![^>]* src="/static/[^>]*></script>)| on\w+=| style='
    assert not re.search(runs, page.text), "only data, and what comes from here"
    switched = get(trondheim_server, f"{THEME}?lang=nb", "text/html", Accept_Language="en")
    assert '<html lang="nb">' in switched.text


def test_index_finds_what_the_dump_holds(trondheim_release: Release) -> None:
    lookup = Lookup(trondheim_release.folder)
    lines = [line[:-2] for name in ("data/all.nt", "metadata/metadata.nt")
             for line in (trondheim_release.folder / name).read_bytes().splitlines()]
    about: dict[bytes, set[bytes]] = {}
    leads: dict[bytes, set[bytes]] = {}
    for line in lines:
        subject, _, obj = line.split(b" ", 2)
        about.setdefault(subject, set()).add(line)
        if obj.startswith(b"<"):
            leads.setdefault(obj, set()).add(line)
    for subject in list(about)[::7]:
        found, more = lookup.about(subject[1:-1].decode(), 0, 10**6)
        assert set(found) == about[subject]
        assert not more
    for obj in list(leads)[::7]:
        found, more = lookup.incoming(obj[1:-1].decode(), 0, 10**6)
        assert set(found) == leads[obj]
        assert len(found) == len(leads[obj])
        assert not more
    assert lookup.about("http://example.org/nothing") == ([], False)


TARGETS = (
    THEME, "/doc/cube/statistics", "/doc/cube/statistics?page=2", f"/doc/{STATISTIC}", f"/doc/{STATISTIC}.ttl",
    "/doc/area/norge.nq", "/doc/area/norge.html", "/doc/x/y", "/doc/area/norge?lang=nb", "/doc/area/norge?page=2",
    "/doc/target-link/lokaldemokratiet-16.10", "/doc/target-link/lokaldemokratiet-16.10.jsonld",
    "/doc/target-link/lokaldemokratiet-16.10?lang=en", "/doc?iri=http%3A%2F%2Fmetadata.un.org%2Fsdg%2F3.4",
    "/doc?iri=http://metadata.un.org/sdg/3.4&page=2", "/doc?iri=http://metadata.un.org/sdg/3.4&format=html&lang=en",
    "/doc?iri=https://example.org/nothing", "/doc?iri=http://metadata.un.org/sdg/3.4&format=trig",
    "/doc?iri=https%3A%2F%2Fw3id.org%2Fdelmaal%2Fns%23Theme&page=1", f"/doc?iri={BASE}id/{STATISTIC}&format=ttl",
    "/doc?iri=https%3A%2F%2Fw3id.org%2Fdelmaal%2Fns%23basis-both", f"/doc?iri={BASE}id/area/norge&page=2",
    f"/id/{STATISTIC}", "/id/target-link/lokaldemokratiet-16.10", "/id/theme/bedre-helse.ttl", "/id/x/y",
)


@pytest.fixture(scope="module")
def view(trondheim_release: Release) -> Iterator[FlaskClient]:
    """The application without the front."""
    app = create_app(load({}), Releases(Shelf(trondheim_release.folder.parent.parent)))
    with app.test_client() as client:
        yield client


@pytest.mark.parametrize("kind", [*(row.media_type for row in formats.RDF_FORMATS), "text/html"])
def test_the_front_answers_as_the_view_does(trondheim_server: httpx.Client, view: FlaskClient, kind: str) -> None:
    """The fast twin in the front against Flask's view: the same status, headers and bytes."""
    direct = 0
    for target in TARGETS:
        for coding in ("identity", "gzip", "zstd"):
            asked = {"Accept": kind, "Accept-Encoding": coding, "Accept-Language": "en, nb;q=0.5"}
            slow = view.get(target, headers=asked)
            with trondheim_server.stream("GET", target, headers=asked) as fast:
                body = b"".join(fast.iter_raw())
            assert (fast.status_code, body) == (slow.status_code, slow.data)
            assert same_headers(fast.headers.multi_items()) == same_headers(slow.headers.items()), target
            if slow.status_code == 200:
                direct += 1
                again = trondheim_server.get(target, headers={**asked, "If-None-Match": slow.headers["ETag"]})
                assert (again.status_code, again.headers["etag"]) == (304, slow.headers["ETag"])
                stale = trondheim_server.get(target, headers={**asked, "If-None-Match": '"stale"'})
                assert (stale.status_code, stale.headers["etag"]) == (200, slow.headers["ETag"])
    assert direct > 30


def at_once(publication: Publication, path: str, query: str, headers: dict[str, str]) -> Reply | None:
    """The answer that the front makes in its loop; None where it is made in a thread."""
    asked = Asked(publication, "GET", unquote(path), query, Fields(dict(headers)))
    asked.at_once, asked.opened = True, publication.releases.current()
    try:
        return reply(publication, asked)
    except Later:
        return None


@pytest.mark.parametrize("kind", ["text/turtle", "text/html", "application/n-triples"])
def test_plain_descriptions_are_made_at_once(view: FlaskClient, kind: str) -> None:
    """That the front is quick is no accident: it answers these in its loop."""
    publication = view.application.config["PUBLICATION"]
    for target in ("/doc/target-link/lokaldemokratiet-16.10", "/doc/cube/statistics?page=2", f"/id/{STATISTIC}",
                   "/doc?iri=https%3A%2F%2Fw3id.org%2Fdelmaal%2Fns%23basis-both"):
        path, _, query = target.partition("?")
        found = at_once(publication, path, query, {"accept": kind})
        assert found is not None, target
        assert found.status_code == (303 if path.startswith("/id/") else 200)
    pictured = at_once(publication, "/doc/theme/bedre-helse", "", {"accept": kind})
    assert (pictured is None) == (kind == "text/html"), "a page with pictures takes long"
    assert at_once(publication, "/doc/theme/nothing", "", {"accept": kind}) is None, "every release is looked into"


@pytest.mark.parametrize(("headers", "kept"), [
    ({}, True), ({"accept-datetime": "x"}, False), ({"if-modified-since": "x"}, False), ({"range": "x"}, False),
    ({"if-modified-since": "x", "if-none-match": "x"}, True),
])
def test_what_has_to_do_with_dates_and_ranges_is_not_kept(headers: dict[str, str], kept: bool) -> None:
    """Nor is it made in the front's loop; with an ETag a date counts for nothing."""
    assert (key_of("GET", "/doc/theme/x", "", headers, b"") is not None) == kept


def test_the_front_answers_no_address_otherwise_than_the_view(view: FlaskClient) -> None:
    """Addresses put together of parts that fit and that do not, glued and doubled: what is made at once in the front is
    what Flask answers, 304 too."""
    publication: Publication = view.application.config["PUBLICATION"]
    opened = publication.releases.current()
    chance = Random(20)
    iris = [*chance.sample(list(opened.lookup.subjects(0, 10**6)), 20), "http://metadata.un.org/sdg/C100101", "urn:x",
            f"{BASE}id/cube/statistics", f"{BASE}id/area/norge", "https://w3id.org/delmaal/ns", "javascript:alert(1)"]
    parts = (["", "format=ttl", "format=html", "format=exe"], ["", "page=1", "page=2", "page=0", "page=99", "page=01"],
             ["", "lang=nb", "lang=en", "lang=xx", "n=1"])
    answered = 0
    for _ in range(4000):
        iri = chance.choice(iris)
        said = [chance.choice(part) for part in parts]
        if chance.random() < 0.6:
            path, said = "/doc", [f"iri={quote(iri, safe=chance.choice(['', ':/']))}", *said]
        else:
            local = iri.removeprefix(f"{BASE}id/").partition("#")[0]
            path = f"/doc/{local}{chance.choice(['', '', '.ttl', '.html', '.exe', '/', '.', '.ttl.ttl'])}"
        query = chance.choice(["&", "&", "&", "&&", ""]).join(filter(None, said))
        headers = {"accept": chance.choice(["text/turtle", "text/html", "*/*", "application/n-triples"]),
                   "accept-encoding": chance.choice(["gzip", "zstd", ""]),
                   "accept-language": chance.choice(["nb", "en"])}
        for _ in range(2):
            fast = at_once(publication, path, query, headers)
            if fast is None:
                break
            slow = view.get(f"{path}?{query}" if query else path, headers=headers)
            assert (fast.status_code, fast.body) == (slow.status_code, slow.data), (path, query, headers)
            assert same_headers(fast.fields()) == same_headers(slow.headers.items()), (path, query, headers)
            answered += 1
            headers = {**headers, "if-none-match": fast.headers.get("ETag", "-")}
    assert answered > 300


def test_304_says_what_a_cache_may_renew(trondheim_server: httpx.Client) -> None:
    """RFC 9110, 15.4.5: all of these that the 200 has, and no Link, which would take the place of what is kept."""
    for path, accept in ((f"/doc/{STATISTIC}", "text/turtle"), (THEME, "text/html"),
                         ("/doc/area/norge?n=1", "text/html"),
                         ("/doc?iri=http://metadata.un.org/sdg/3.4&format=nt", "")):
        for _ in range(4):  # made, made and kept, from the cache
            whole = get(trondheim_server, path, accept)
            same = get(trondheim_server, path, accept, If_None_Match=whole.headers["etag"])
            assert (whole.status_code, same.status_code) == (200, 304)
            for name in ("content-location", "etag", "vary", "cache-control", "access-control-allow-origin"):
                assert same.headers.get_list(name) == whole.headers.get_list(name), (path, name)
            for name in ("link", "last-modified", "content-type", "content-language", "content-encoding"):
                assert name not in same.headers, (path, name)


@pytest.mark.parametrize("path", [
    THEME, "/doc/target-link/lokaldemokratiet-16.10", "/doc/cube/statistics?page=2", "/doc/area/norge",
    "/doc/cube/statistics?rows=10&x=a%26b", "/doc?iri=http://metadata.un.org/sdg/3.4", "/doc/dataset/themes",
    "/doc?iri=https%3A%2F%2Fw3id.org%2Fdelmaal%2Fns%23basis-both&format=html",
    f"/doc?iri={quote(f'{BASE}id/source/kunnskapsgrunnlag#line=1197,1199', safe='')}",
    "/doc/source/kunnskapsgrunnlag%23line=1197,1199",
])
def test_pages_say_where_exactly_they_are_had(trondheim_server: httpx.Client, path: str) -> None:
    """Content-Location names language and filters too: another reader who asks for it gets the same page."""
    for spoken, other in (("nb", "en"), ("en", "nb")):
        page = get(trondheim_server, path, "text/html", Accept_Language=spoken)
        assert (page.status_code, page.headers["content-language"]) == (200, spoken)
        assert f'<html lang="{spoken}">' in page.text
        again = get(trondheim_server, page.headers["content-location"], "text/turtle", Accept_Language=other)
        assert without_switch(again.text) == without_switch(page.text)
        for relation in ("prev", "next"):
            beside = re.search(rf'<([^>]+)>; rel="{relation}"', page.headers["link"])
            if beside:
                assert f'<html lang="{spoken}">' in get(trondheim_server, beside[1], "*/*", Accept_Language=other).text


def without_switch(page: str) -> str:
    """A page without the addresses that say which language they are in."""
    return re.sub(r'href="[^"]*lang=(nb|en)[^"]*"', "", page)


@pytest.mark.parametrize("header", [
    "text/turtle" + " " * 31_000 + "x", ";a=\"" * 8000, '"' + "\\" * 31_000, "a/b;" + " " * 31_000, ";" * 32_000,
    ", ".join(f"a/b{number}" for number in range(4000)), ("q" * 50 + "=;") * 600, "*/*;q=" + "1" * 31_000 + "x",
])
def test_no_header_takes_long_to_weigh(header: str) -> None:
    """A header of 32 kB once took ten seconds; the front weighs while nobody else is answered."""
    started = time.process_time()
    for weigh in (lambda: negotiate.choose(header, ROWS), lambda: negotiate.language(header, None, BOTH),
                  lambda: negotiate.coding(header)):
        weigh()
    assert time.process_time() - started < 0.2


def test_long_headers_are_not_remembered(view: FlaskClient) -> None:
    """A client that sends another Accept each time fills no memory."""
    for number in range(200):
        long = f"text/turtle, text/x{'y' * 10_000}{number}"
        assert view.get("/doc/area/norge", headers={"Accept": long, "Accept-Language": f"nb, {long}",
                                                    "Accept-Encoding": long}).status_code == 200
    kept = [each for each in gc.get_objects() if issubclass(type(each), tuple)  # a proxy of what is gone is not asked
            and len(each) == 2 and isinstance(each[0], str) and len(each[0]) > 5000 and "yyyy" in each[0]]
    assert not kept


BOTH = ("nb", "en")


@pytest.mark.parametrize(("header", "wanted"), [
    ("", "nb"), ("nb-NO", "nb"), ("nb_NO", "nb"), ("en-GB,nb;q=0.7", "en"), ("en, *", "en"), ("*", "nb"), ("de", "en"),
    ("de, nn;q=0.2", "nb"), ("en;q=0.1, *;q=0.5", "nb"), ("nb;q=0, *", "en"), ("sv, en;q=0.9", "nb"), ("en;q=0", "nb"),
    ("en,nb", "en"), ("nb,en", "nb"), ("en;q=x, nb;q=0.1", "nb"),
])
def test_language_is_weighed(header: str, wanted: str) -> None:
    assert negotiate.language(header, None, BOTH) == wanted
    assert negotiate.language(header, "en", BOTH) == "en"


@pytest.mark.parametrize(("header", "languages", "wanted"), [
    ("nb, en;q=0.9", ("nn", "en"), "nn"), ("nn", ("nb", "nn", "en"), "nn"), ("no", ("en", "nn"), "nn"),
    ("se, en;q=0.5", ("se", "nn", "en"), "se"), ("se", ("nn", "en"), "nn"), ("sv-FI", ("sv", "en"), "sv"),
    ("ar-EG, en;q=0.5", ("en", "ar"), "ar"), ("de, fr", ("ar", "en"), "en"), ("de", ("nn",), "nn"),
    ("zh-Hant-TW", ("zh-Hant", "zh"), "zh-Hant"), ("nn;q=0, *", ("nn", "en"), "en"), ("no;q=0, nb", ("nb", "en"), "nb"),
    ("*;q=0", ("nn", "en"), "en"), ("*", ("nn", "en"), "nn"), ("x" * 500, ("nn", "en"), "nn"),
])
def test_language_is_one_of_the_publication(header: str, languages: tuple[str, ...], wanted: str) -> None:
    """RFC 4647, section 3.4; who reads a Scandinavian language gets another before English."""
    assert negotiate.language(header, None, languages) == wanted
    assert negotiate.language(header, "xx", languages) == wanted
    assert negotiate.language(header, languages[-1], languages) == languages[-1]


def test_a_release_that_cannot_be_opened_leaves_no_answers_behind(releases: Succession, tmp_path: Path) -> None:
    """What was answered from the old release in its place is not taken for its own when it can be opened again."""
    served = releases.copy(tmp_path)
    path = f"/doc/{CHANGED.removeprefix('id/')}.nt"
    with serving(served.publication, tmp_path, DELMAAL_WORKERS="1") as client:
        old = client.get(path)
        index = served.second.folder / "index"
        index.rename(tmp_path / "index")
        served.shelf.switch(served.second)
        for _ in range(4):
            assert client.get(path).text == old.text
        until(lambda: client.get("/ready").status_code == 503, WAIT)  # it has been looked at
        assert client.get(path).text == old.text
        (tmp_path / "index").rename(index)
        until(lambda: client.get("/ready").status_code == 200, WAIT)
        answer = client.get(path)
        assert answer.headers["etag"] != old.headers["etag"]
        assert served.second.id in answer.text
        assert "Cleaner energy" in answer.text


def test_last_modified_of_a_release_that_is_current_again(releases: Succession, tmp_path: Path) -> None:
    """It is when the release became current the last time: who has the one between must not be told that it is new."""
    shelf = releases.copy(tmp_path).shelf
    served = Releases(shelf)
    before = served.current().since
    for release in (releases.second, releases.last):
        shelf.switch(release)
        until(lambda wanted=release.id: served.current().release.id == wanted, 20)  # type: ignore[misc]  # bound here
        opened = served.current()
        assert opened.since == shelf.switched_at(release)
        assert opened.since is not None
        assert opened.modified == format_datetime(opened.since, usegmt=True)
        assert before is not None
        assert opened.since > before


def test_last_modified_is_known_as_soon_as_the_switch_is_noted(releases: Succession, tmp_path: Path) -> None:
    """A worker may see the link before the log has the switch, of a release that is new or current again."""
    shelf = releases.copy(tmp_path).shelf
    served, link, log = Releases(shelf), shelf.folder / "current", shelf.folder / "switches.jsonl"
    assert served.current().since is not None
    for noted in ("", log.read_text("utf-8")):  # it is not in the log at all, or from long ago
        log.write_text(noted, "utf-8")
        link.unlink()
        link.symlink_to(Path("releases") / releases.first.id)
        ends = time.monotonic() + 20
        while served.current().release.id != releases.first.id and time.monotonic() < ends:
            time.sleep(0.05)  # it is opened meanwhile
        before = served.current()
        assert before.release.id == releases.first.id
        since, state = before.since, before.state
        assert since == shelf.switched_at(releases.first)
        shelf.note(releases.first)
        ends = time.monotonic() + 20
        while served.current().since == since and time.monotonic() < ends:
            time.sleep(0.05)
        assert served.current().since == shelf.switched_at(releases.first) != since
        assert served.current().state != state, "else the front would give answers from before"
        shelf.switch(releases.last)
        ends = time.monotonic() + 20
        while served.current().since != shelf.switched_at(releases.last) and time.monotonic() < ends:
            time.sleep(0.05)
        assert served.current().since == shelf.switched_at(releases.last)


def test_pages_that_take_long_do_not_hold_up_descriptions(trondheim_release: Release, shelves: Path) -> None:
    """With eight readers of a page with pictures on one worker, a description overtakes them."""
    assert trondheim_release.folder.is_dir()
    with serving(TRONDHEIM, shelves, DELMAAL_WORKERS="1") as client, ThreadPoolExecutor(8) as readers:
        done = threading.Event()

        pages: list[float] = []

        def read_pages(reader: int) -> None:
            with httpx.Client(base_url=client.base_url, headers={"Accept": "text/html"}, timeout=60) as own:
                for number in count():
                    if done.is_set():
                        return
                    pages.append(timed(own, f"/doc/cube/statistics?n={reader}-{number}"))

        found = [readers.submit(read_pages, reader) for reader in range(8)]
        asked: list[float] = []
        ends = time.monotonic() + 60
        while (len(pages) <= 32 or len(asked) <= 20) and time.monotonic() < ends:  # however fast the machine is
            asked.append(timed(client, f"/doc/{STATISTIC}.nt"))
            time.sleep(0.01)
        done.set()
        for each in found:
            each.result()
    assert median(asked) * 3 < median(pages)


def timed(client: httpx.Client, path: str) -> float:
    """How many seconds an answer takes."""
    started = time.perf_counter()
    assert client.get(path).status_code == 200
    return time.perf_counter() - started


def same_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers that an application sets, by lower-case name."""
    return sorted((k.lower(), v) for k, v in headers if k.lower() not in ("date", "server", "content-length"))


def test_pages_of_a_release_without_its_index_are_the_same(trondheim_release: Release) -> None:
    indexed, plain = Lookup(trondheim_release.folder), Unindexed(trondheim_release.folder)
    for path in ("cube/statistics", "scheme/themes", STATISTIC, "area/norge", "nothing"):
        for number in (1, 2, 3):
            iri = f"{BASE}id/{path}"
            assert plain.page(iri, number, 25) == indexed.page(iri, number, 25)


SAID = """<http://purl.org/dc/terms/x> "line\\nbreak \\"quoted\\" back\\\\slash"@nb
<http://purl.org/dc/terms/x> "^^<http://example.org/none>"
<http://www.w3.org/2004/02/skos/core#a.b> <http://purl.org/dc/terms/>
<http://www.w3.org/2004/02/skos/core#note> <http://www.w3.org/2004/02/skos/core#ends.>
<http://www.w3.org/2004/02/skos/core#note> <http://www.w3.org/2004/02/skos/core#-begins>
<http://www.w3.org/2004/02/skos/core#note> <http://www.w3.org/2004/02/skos/core#bl\u00e5b\u00e6r>
<http://www.w3.org/2004/02/skos/core#note> <http://www.w3.org/2004/02/skos/core#a/b>
<http://www.w3.org/2004/02/skos/core#note> <urn:uuid:1>
<http://schema.org/value> "01"^^<http://www.w3.org/2001/XMLSchema#integer>
<http://schema.org/value> "+1"^^<http://www.w3.org/2001/XMLSchema#integer>
<http://schema.org/value> "1."^^<http://www.w3.org/2001/XMLSchema#decimal>
<http://schema.org/value> ".5"^^<http://www.w3.org/2001/XMLSchema#decimal>
<http://schema.org/value> "-5.0"^^<http://www.w3.org/2001/XMLSchema#decimal>
<http://schema.org/value> "five"^^<http://www.w3.org/2001/XMLSchema#decimal>
<http://schema.org/value> "TRUE"^^<http://www.w3.org/2001/XMLSchema#boolean>
<http://schema.org/value> "true"^^<http://www.w3.org/2001/XMLSchema#boolean>
<http://schema.org/value> "2026-01-01"^^<http://www.w3.org/2001/XMLSchema#date>
<http://schema.org/value> "x"^^<http://example.org/type>
<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://purl.org/linked-data/cube#Observation>
<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://example.org/Class>
""".splitlines()


_XSD = PREFIXES["xsd"]
_IRIS = st.builds(str.__add__, st.sampled_from([PREFIXES["skos"], PREFIXES["dct"], PREFIXES["rdf"], _XSD, "urn:x:"]),
                  st.text(st.sampled_from("aZ09._~-:/?#()'&=+å😀"), max_size=8)).filter(lambda iri: iri.count("#") < 2)
_TEXTS = st.one_of(st.text(max_size=20),
                   st.text(st.sampled_from("\\\"\n\r\t\b\f'^@<> .;,_:\u0000\u007f\u202e😀å"), max_size=12))
_NUMBERS = st.sampled_from(["1", "-1", "+1", "01", "1.", ".5", "-.5", "1.0", "1e3", "", "true", "TRUE", "NaN", " 1"])
_DATATYPES = st.one_of(_IRIS, st.sampled_from([_XSD + name for name in ("integer", "decimal", "double", "boolean")]))
_LITERALS = st.one_of(
    st.builds(ox.Literal, _TEXTS),
    st.builds(lambda text, language: ox.Literal(text, language=language), _TEXTS,
              st.sampled_from(["nb", "en", "de-ch", "zh-hant-tw"])),
    st.builds(lambda text, kind: ox.Literal(text, datatype=ox.NamedNode(kind)), st.one_of(_NUMBERS, _TEXTS),
              _DATATYPES),
)


def read(text: bytes, form: ox.RdfFormat = ox.RdfFormat.TURTLE) -> set[ox.Triple]:
    """The statements of a text."""
    return {ox.Triple(quad.subject, quad.predicate, quad.object) for quad in ox.parse(text, format=form)}


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(_IRIS, st.one_of(_IRIS.map(ox.NamedNode), _LITERALS)), min_size=1, max_size=8), _IRIS)
def test_turtle_of_anything_is_what_was_said(said: list[tuple[str, ox.NamedNode | ox.Literal]],
                                             subject: str) -> None:
    """Whatever terms there are, both parsers read from the Turtle what stands in the lines, and terms are unescaped."""
    pairs = sorted({f"<{predicate}> {obj}".encode() for predicate, obj in said})
    topic = f"<{subject}>".encode()
    lines = b"".join(topic + b" " + pair + b" .\n" for pair in pairs)
    wanted = read(lines, ox.RdfFormat.N_TRIPLES)
    text, used, _ = paragraph(topic, pairs)
    written = write_turtle([text], used)
    assert read(written) == wanted
    verbs = [f"<{PREFIXES['dct']}subject>".encode(), f"<{PREFIXES['rdf']}type>".encode()]
    text, used = leading(labelling(topic, pairs), verbs, b"<urn:t>")
    led = b"".join(topic + b" " + verb + b" <urn:t> .\n" for verb in verbs)
    assert read(write_turtle([text], used)) == wanted | read(led, ox.RdfFormat.N_TRIPLES)
    assert len(Graph().parse(data=written, format="turtle")) == len(Graph().parse(data=lines, format="nt"))
    for pair in pairs:
        _, _, token = pair.partition(b" ")
        found = read(b"<urn:s> <urn:p> " + token + b" .", ox.RdfFormat.N_TRIPLES).pop().object
        assert read_term(token).value == found.value  # type: ignore[union-attr]  # no blank nodes, no triples


def test_turtle_is_what_the_lines_say() -> None:
    """Everything that could be abbreviated and must not be, and back through a parser: nothing is changed."""
    subject = b"<http://example.org/s>"
    pairs = [pair.encode() for pair in SAID]
    text, used, links = paragraph(subject, pairs)
    turtle = write_turtle([text], used)
    triples = {ox.Triple(q.subject, q.predicate, q.object) for q in ox.parse(turtle, format=ox.RdfFormat.TURTLE)}
    lines = b"".join(subject + b" " + pair + b" .\n" for pair in pairs)
    assert triples == {ox.Triple(q.subject, q.predicate, q.object)
                       for q in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)}
    assert Graph().parse(data=turtle, format="turtle")
    assert b"<http://example.org/s> a qb:Observation , <http://example.org/Class> ;" in turtle
    assert len(links) == 8


def test_generic_page_escapes_and_links_only_what_leads_somewhere(view: FlaskClient) -> None:
    """A description that nobody would publish, as a page."""
    app = view.application
    opened = app.config["PUBLICATION"].releases.current()
    label, note = (f"<{PREFIXES[name]}>".encode() for name in ("rdfs", "skos"))
    label, note = label[:-1] + b"label>", note[:-1] + b"note>"
    pairs = [
        label + b' "<script>alert(1)</script> & \\"more\\""@nb', label + b' "\\u003Cimg src=x\\u003E"@en',
        note + b" <javascript:alert(1)>", note + b" <http://example.org/?a='b'&c=\"d\">", note + b" <urn:x:y>",
        note + b" <http://metadata.un.org/sdg/3.10>", note + b" <http://metadata.un.org/sdg/3.4>",
        note + b' "text"@de', b"<javascript:x> <urn:x:z>", b'<urn:n> "6.40"^^<http://www.w3.org/2001/XMLSchema#decimal>',
    ]
    page = Page("http://example.org/<b>", 1, pairs, [b"<urn:x:from> " + note], False)
    asked = Asked(app.config["PUBLICATION"], "GET", "/doc", "iri=x")
    asked.opened = opened
    html = generic.generic_page(asked, page, "nb").decode()
    further = generic.generic_page(asked, page._replace(number=2, more=True), "nb").decode()
    assert not re.search(r"<script|<img src=x|<b>|href=.javascript", html)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;more&#34;" in html
    assert re.search(r"<li>javascript:alert\(1\)</li>", html)
    assert html.index(">3.4</span>") < html.index(">3.10</span>")
    assert '<span lang="de" dir="auto">text</span>' in html
    assert "<dd>6,40</dd>" in html
    at = "/doc?iri=http%3A%2F%2Fexample.org%2F%3Cb%3E&amp;"
    assert f'{at}format=ttl"' in html
    assert f'href="{at}page=3&amp;lang=nb" rel="next"' in further
    assert f'href="{at}lang=nb" rel="prev"' in further
    assert re.search(rf'href="{re.escape(at)}page=2&amp;lang=en"[^>]*>English', further), "the same page in English"
    assert "/doc?iri=urn%3Ax%3Afrom&amp;lang=nb" in html


def test_generic_page_says_all_that_is_said(trondheim_server: httpx.Client, trondheim_release: Release) -> None:
    found = Lookup(trondheim_release.folder)
    for path in ("target-link/lokaldemokratiet-16.10", "mention", "printed-code"):
        begins = f"<{BASE}id/{path}".encode()
        dump = (trondheim_release.folder / "data/all.nt").read_bytes().splitlines()
        iri = next(line[1 : line.index(b"> ")].decode() for line in dump if line.startswith(begins))
        page = get(trondheim_server, iri.removeprefix(BASE).replace("id/", "/doc/", 1), "text/html",
                   Accept_Language="nb").text
        for line in found.about(iri)[0]:
            _, predicate, token = line.split(b" ", 2)
            value = read_term(token)
            if value.is_iri:
                local = value.value.removeprefix(f"{BASE}id/")
                own = local != value.value and "#" not in local
                href = f"/doc/{local}" if own else f"/doc?iri={quote(value.value, safe='')}"
                assert href in page, line
            elif value.language in ("", "nb") and b"label" not in predicate.lower():
                assert escape({"true": "ja", "false": "nei"}.get(value.value, value.value)) in page, line


def test_pages_of_their_own_are_for_things_with_something_to_show(view: FlaskClient) -> None:
    opened = view.application.config["PUBLICATION"].releases.current()
    for path, own in (("theme/bedre-helse", True), (STATISTIC, True), ("target-link/lokaldemokratiet-16.10", False)):
        page = page_of(opened, f"{BASE}id/{path}")
        assert page is not None
        assert (kind_of(page) is not None) == own
    cell = Page(f"{BASE}id/x", 1, [f"<{PREFIXES['rdf']}type> <{PREFIXES['qb']}Observation>".encode()], [], False)
    assert kind_of(cell) is None, "a cell of a cube that no text mentions"
    assert kind_of(cell._replace(pairs=[*cell.pairs, f"<{PREFIXES['delmaal']}mention> <urn:x>".encode()])) is not None


def test_what_is_kept_for_speed_is_bounded(view: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory of a process does not grow with what is asked of it."""
    monkeypatch.setattr(opening, "LABELS_KEPT", 100)
    monkeypatch.setattr(turtle, "KEPT", 100)
    monkeypatch.setattr(shown, "KEPT", 100)
    app = view.application
    opened = Releases(app.config["PUBLICATION"].releases.shelf).current()
    asked = Asked(app.config["PUBLICATION"], "GET", "/doc")
    asked.opened = opened
    for number in range(1000):
        pairs = [f"<urn:p{number}> <urn:o{number}>".encode(), b'<urn:p> "text"']
        page = Page(f"urn:s{number}", 1, pairs, [], False)
        write_page(opened, page, formats.TURTLE)
        generic.generic_page(asked, page, "nb")
    # 1000 resources were shown; no collection that anything keeps has an entry for each
    sizes = [len(each) for each in gc.get_objects() if issubclass(type(each), dict) and len(each) >= 900
             and b"<urn:p950> <urn:o950>" in each]
    assert sizes == []
    assert len(turtle.KEPT_PAIRS) <= 100
    known = weakref.ref(opened)
    del opened, page, asked
    gc.collect()
    assert known() is None, "a release that is served no more leaves nothing behind"


def test_terms_are_unescaped() -> None:
    for value in ("plain", 'quote " back \\ tab \t line \n', "æøå 😀 \u200f", ""):
        for literal in (ox.Literal(value), ox.Literal(value, language="nb")):
            assert read_term(str(literal).encode()).value == value
