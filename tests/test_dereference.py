"""Dereferencing over HTTP, against a server that runs."""

from __future__ import annotations

import gzip
import json
import re
from urllib.parse import quote, urljoin

import httpx
import pyoxigraph as ox
import pytest
import zstandard
from rdflib import Graph
from rdflib.compare import isomorphic

from delmaal import formats
from delmaal.lookup import Lookup
from delmaal.ntriples import read_term
from delmaal.release import Release, Shelf
from delmaal.settings import load
from delmaal.web import create_app
from delmaal.web.releases import Releases

BASE = "https://w3id.org/delmaal/trondheim/"
THEME = "/doc/theme/bedre-helse"
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
    ("application/json", "application/ld+json"),
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
    refused = get(trondheim_server, "/catalog", "text/turtle", Accept_Encoding="gzip;q=0, zstd;q=0")
    assert "content-encoding" not in refused.headers


@pytest.mark.parametrize("path", [
    "/doc/theme/finnes-ikke", "/id/theme/finnes-ikke", "/doc/theme/bedre-helse/", "/doc//theme/bedre-helse",
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
    asked = trondheim_server.options(THEME, headers={"Origin": "https://example.org"})
    assert asked.status_code == 200
    assert "GET" in asked.headers["access-control-allow-methods"]


def test_outside_iris_have_a_description(trondheim_server: httpx.Client) -> None:
    iri = "http://metadata.un.org/sdg/3.4"
    answer = get(trondheim_server, f"/doc?iri={quote(iri, safe='')}", "text/turtle")
    assert answer.status_code == 200
    assert f"{BASE}id/theme/bedre-helse" in answer.text
    page = get(trondheim_server, f"/doc?iri={quote(iri, safe='')}&lang=nb", "text/html")
    assert "Bedre helse" in page.text


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
                  and "primaryTopic" not in line}
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
    assert not re.search(r"<script|onclick=|style=", page.text)
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


@pytest.mark.parametrize("kind", [row.media_type for row in formats.RDF_FORMATS])
def test_the_front_answers_as_the_view_does(trondheim_server: httpx.Client, trondheim_release: Release,
                                            kind: str) -> None:
    """The fast twin in the front against Flask's view: the same status, headers and bytes."""
    view = create_app(load({}), Releases(Shelf(trondheim_release.folder.parent.parent))).test_client()
    for path in ("theme/bedre-helse", "cube/statistics", "statistic/ensomhet-norge-2015.ttl", "area/norge.nq", "x/y",
                 "target-link/lokaldemokratiet-16.10", "target-link/lokaldemokratiet-16.10.jsonld"):
        for coding in ("identity", "gzip", "zstd"):
            asked = {"Accept": kind, "Accept-Encoding": coding}
            slow = view.get(f"/doc/{path}", headers=asked)
            with trondheim_server.stream("GET", f"/doc/{path}", headers=asked) as fast:
                body = b"".join(fast.iter_raw())
            assert (fast.status_code, body) == (slow.status_code, slow.data)
            skipped = {"date", "server", "content-length"}
            assert {k.lower(): v for k, v in fast.headers.items() if k.lower() not in skipped} == \
                {k.lower(): v for k, v in slow.headers.items() if k.lower() not in skipped}
            if slow.status_code == 200:
                again = trondheim_server.get(f"/doc/{path}", headers={**asked, "If-None-Match": slow.headers["ETag"]})
                assert (again.status_code, again.headers["etag"]) == (304, slow.headers["ETag"])


def test_terms_are_unescaped() -> None:
    for value in ("plain", 'quote " back \\ tab \t line \n', "æøå 😀 \u200f", ""):
        for literal in (ox.Literal(value), ox.Literal(value, language="nb")):
            assert read_term(str(literal).encode()).value == value
