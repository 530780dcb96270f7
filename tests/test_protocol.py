"""The SPARQL 1.1 Protocol: the read-only part of the W3C's suites, run against a server, and what they leave out."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from rdflib.term import Node
from SPARQLWrapper import CSV, GET, JSON, JSONLD, POST, RDFXML, TSV, TURTLE, XML, SPARQLWrapper

from conftest import REFERENCE, TINY, copy_of, needs_reference, serving
from delmaal import formats
from delmaal.publish import publish
from delmaal.release import CACHES, Release
from delmaal.release.identity import seal_of
from delmaal.release.seals import seal
from delmaal.validate import Report
from plain_wsgi import PlainWsgi

SUITE = REFERENCE / "w3c-sparql-protocol"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
SD = "http://www.w3.org/ns/sparql-service-description#"
DATA = "http://kasei.us/2009/09/sparql/data/"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def manifest() -> list[tuple[str, Node, Graph]]:
    """The protocol suite's tests that do not write: name, node, graph."""
    path = SUITE / "manifest.ttl"
    if not path.is_file():
        return []
    graph = Graph().parse(path, format="turtle")
    rows = []
    for node in graph.subjects(RDF.type, MF.ProtocolTest):
        name = str(node).rpartition("#")[2]
        if not name.startswith(("update", "bad_update", "bad_multiple_updates")):
            rows.append((name, node, graph))
    return sorted(rows, key=lambda row: row[0])


@pytest.fixture(scope="module")
def suite_shelf(tiny_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shelf whose release holds the suite's graphs beside the tiny publication."""
    out = tmp_path_factory.mktemp("suite")
    release = copy_of(tiny_release.folder.parent.parent, out)
    graphs = release.folder / "data" / "graphs.nq"
    lines = graphs.read_bytes()
    for number in (1, 2, 3):
        for triple in ox.parse(path=str(SUITE / f"data{number}.nt"), format=ox.RdfFormat.N_TRIPLES):
            lines += f"{triple.subject} {triple.predicate} {triple.object} <{DATA}data{number}.rdf> .\n".encode()
    graphs.write_bytes(lines)
    manifest = json.loads((release.folder / "manifest.json").read_bytes())
    manifest["files"]["data/graphs.nq"] |= {"size": len(lines), "sha256": hashlib.sha256(lines).hexdigest()}
    manifest["seal"] = seal_of(manifest)
    (release.folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")  # it is served only where it is whole
    for name, make in CACHES.items():
        shutil.rmtree(release.folder / name)
        make(release.folder)
        seal(release.folder / name)
    return out / "tiny"


@pytest.fixture(scope="module", params=["front", "Flask alone"])
def suite_server(request: pytest.FixtureRequest, suite_shelf: Path,
                 tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server on it, as `delmaal serve` runs it; and the application alone, under another WSGI server."""
    if request.param == "front":
        running: serving | PlainWsgi = serving(TINY, suite_shelf.parent, DELMAAL_NO_BUILD="1")
    else:
        running = PlainWsgi(suite_shelf, tmp_path_factory.mktemp("run"))
    with running as client:
        yield client


@needs_reference
def test_the_suite_is_whole() -> None:
    assert len(manifest()) == 20


@needs_reference
@pytest.mark.parametrize(("name", "node", "graph"), manifest(), ids=[row[0] for row in manifest()])
def test_w3c_protocol(suite_server: httpx.Client, name: str, node: Node, graph: Graph) -> None:
    action = graph.value(node, MF.action)
    listed = graph.value(action, HT.requests)
    assert listed is not None, name
    for request in Collection(graph, listed):
        expected = graph.value(request, HT.resp)
        answer = _send(suite_server, graph, request)
        statuses = {str(each).rpartition("StatusCode")[2] for each in graph.objects(expected, MF.expectedStatus)}
        assert f"{answer.status_code // 100}xx" in statuses, answer.text
        truth = graph.value(expected, MF.expectedBoolean)
        if truth is not None:
            assert answer.json()["boolean"] is truth.toPython()  # type: ignore[attr-defined]
        kinds = {str(each) for each in graph.objects(expected, MF.expectedFormat)}
        if "RDF" in kinds:
            row = next(row for row in formats.RDF_FORMATS if answer.headers["content-type"].startswith(row.media_type))
            assert list(ox.parse(answer.content, format=row.rdf)) or name.endswith(("construct", "describe"))
        elif kinds and truth is None:
            assert answer.headers["content-type"].partition(";")[0] in {r.media_type for r in formats.RESULT_FORMATS}


def _send(client: httpx.Client, graph: Graph, request: Node) -> httpx.Response:
    path = str(graph.value(request, HT.absolutePath)).replace("/sparql/", "/sparql", 1)
    headers = {}
    listed = graph.value(request, HT.headers)
    for header in Collection(graph, listed) if listed is not None else []:
        headers[str(graph.value(header, HT.fieldName))] = str(graph.value(header, HT.fieldValue))
    body = graph.value(request, HT.body)
    content = None
    if body is not None:
        content = str(graph.value(body, CNT.chars)).encode(str(graph.value(body, CNT.characterEncoding)))
    method = str(graph.value(request, HT.methodName))
    return client.request(method, path, headers=headers, content=content)


def test_w3c_service_description(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GET on the endpoint gives RDF, with an sd:endpoint of that address, in the vocabulary's own terms."""
    server = serving(TINY, tmp_path, DELMAAL_NO_BUILD="1")
    server.command += ["--base", f"{server.address}/"]
    monkeypatch.setattr("delmaal.validate.validate", lambda *_: Report(()))  # it takes long, and changes no description
    publish(TINY, tmp_path, f"{server.address}/")
    with server as client:
        for row in formats.RDF_FORMATS:
            answer = client.get("/sparql", headers={"Accept": row.media_type})
            assert answer.headers["content-type"] == row.content_type
            triples = [(q.subject.value, q.predicate.value, q.object) for q in ox.parse(answer.content, format=row.rdf)]
            services = {s for s, p, o in triples if o == ox.NamedNode(f"{SD}Service")}
            endpoints = {(s, str(o)) for s, p, o in triples if p == f"{SD}endpoint"}
            asked = {f"{server.address}/{name}" for name in ("sparql", "service-description")}
            assert endpoints == {(each, f"<{server.address}/sparql>") for each in services | asked}
            used = {p for _, p, _ in triples if p.startswith(SD)}
            assert {f"{SD}endpoint", f"{SD}supportedLanguage", f"{SD}resultFormat", f"{SD}defaultDataset"} <= used


QUERIES = {
    "select": ("SELECT ?s ?l { ?s a delmaal:Theme ; skos:prefLabel ?l } ORDER BY ?l", "results"),
    "ask": ("ASK { ?s a delmaal:Theme }", "results"),
    "construct": ("CONSTRUCT { ?s skos:prefLabel ?l } WHERE { ?s a delmaal:Theme ; skos:prefLabel ?l }", "graph"),
    "describe": ("DESCRIBE <https://example.org/lillevik/id/theme/god-helse>", "graph"),
}


@pytest.mark.parametrize("name", QUERIES)
def test_each_form_in_each_format(tiny_server: httpx.Client, name: str) -> None:
    text, kind = QUERIES[name]
    for row in formats.RESULT_FORMATS if kind == "results" else formats.RDF_FORMATS:
        answers = [
            tiny_server.get("/sparql", params={"query": text}, headers={"Accept": row.media_type}),
            tiny_server.get("/sparql", params={"query": text, "format": row.name}),
            tiny_server.post("/sparql", data={"query": text}, headers={"Accept": row.media_type}),
            tiny_server.post("/sparql", content=text, headers={"Accept": row.media_type,
                                                               "Content-Type": "application/sparql-query"}),
        ]
        for answer in answers:
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"] == row.content_type
            assert answer.content == answers[0].content
        if row.rdf is not None:
            assert len(list(ox.parse(answers[0].content, format=row.rdf))) >= 4
        elif row.name == "csv":  # pyoxigraph does not read it back
            assert len(answers[0].text.splitlines()) == (5 if name == "select" else 1)
        elif row.name != "tsv" or name == "select":
            found = ox.parse_query_results(answers[0].content, format=row.results)
            if name == "ask":
                assert bool(found) is True
            else:
                assert len(list(found)) == 4  # type: ignore[arg-type]


def test_result_formats_by_the_w3c_rules(tiny_server: httpx.Client) -> None:
    """CSV and TSV (section 3 and 4), JSON (3.2.2): unbound values, quotes, line ends, languages, datatypes."""
    text = 'SELECT * { VALUES (?a ?b) { ("x,\\"y\\"\\nz"@nb 1.5) (<http://e/> UNDEF) } }'
    csv = tiny_server.get("/sparql", params={"query": text}, headers={"Accept": "text/csv"})
    assert csv.text == 'a,b\r\n"x,""y""\nz",1.5\r\nhttp://e/,\r\n'
    tsv = tiny_server.get("/sparql", params={"query": text}, headers={"Accept": "text/tab-separated-values"})
    assert tsv.text == '?a\t?b\n"x,\\"y\\"\\nz"@nb\t1.5\n<http://e/>\t\n'
    js = tiny_server.get("/sparql", params={"query": text}).json()
    assert js["head"] == {"vars": ["a", "b"]}
    assert js["results"]["bindings"][0]["a"] == {"type": "literal", "value": 'x,"y"\nz', "xml:lang": "nb"}
    assert js["results"]["bindings"][1] == {"a": {"type": "uri", "value": "http://e/"}}


RESULTS = "{http://www.w3.org/2005/sparql-results#}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def ask_for(client: httpx.Client, query: str, kind: str) -> str:
    """The answer in a media type."""
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": kind})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_results_in_xml_by_the_w3c_rules(tiny_server: httpx.Client) -> None:
    """SPARQL Query Results XML Format, second edition, 2.2 and 2.3."""
    text = """SELECT ?a ?b ?c { { BIND("x < y & 'z'"@nb AS ?a) BIND(1.5 AS ?b) } UNION { BIND(<http://e/?a&b> AS ?a)
              BIND(BNODE() AS ?c) } UNION { BIND("plain" AS ?b) } }"""
    root = ElementTree.fromstring(ask_for(tiny_server, text, "application/sparql-results+xml"))
    assert root.tag == f"{RESULTS}sparql"
    assert [child.tag for child in root] == [f"{RESULTS}head", f"{RESULTS}results"]
    assert [each.attrib for each in root.iterfind(f"{RESULTS}head/{RESULTS}variable")] == \
        [{"name": "a"}, {"name": "b"}, {"name": "c"}]
    found = [{binding.get("name"): (binding[0].tag.removeprefix(RESULTS), binding[0].attrib, binding[0].text)
              for binding in result.iterfind(f"{RESULTS}binding")}
             for result in root.iterfind(f"{RESULTS}results/{RESULTS}result")]
    decimal = {"datatype": "http://www.w3.org/2001/XMLSchema#decimal"}
    kind, attributes, name = found[1].pop("c")
    assert (kind, attributes, bool(name)) == ("bnode", {}, True)
    assert found == [{"a": ("literal", {XML_LANG: "nb"}, "x < y & 'z'"), "b": ("literal", decimal, "1.5")},
                     {"a": ("uri", {}, "http://e/?a&b")},  # unbound has no binding
                     {"b": ("literal", {}, "plain")}]


def test_empty_results_and_booleans_by_the_w3c_rules(tiny_server: httpx.Client) -> None:
    nothing = "SELECT ?x ?y { FILTER(false) }"
    assert json.loads(ask_for(tiny_server, nothing, "application/sparql-results+json")) == \
        {"head": {"vars": ["x", "y"]}, "results": {"bindings": []}}
    assert ask_for(tiny_server, nothing, "text/csv") == "x,y\r\n"
    assert ask_for(tiny_server, nothing, "text/tab-separated-values") == "?x\t?y\n"
    root = ElementTree.fromstring(ask_for(tiny_server, nothing, "application/sparql-results+xml"))
    assert [each.get("name") for each in root.iter(f"{RESULTS}variable")] == ["x", "y"]
    assert [len(each) for each in root.iterfind(f"{RESULTS}results")] == [0]
    for query, truth in (("ASK {}", True), ("ASK { FILTER(false) }", False)):
        assert json.loads(ask_for(tiny_server, query, "application/sparql-results+json")) == \
            {"head": {}, "boolean": truth}
        root = ElementTree.fromstring(ask_for(tiny_server, query, "application/sparql-results+xml"))
        assert [(each.tag, each.text) for each in root if each.tag != f"{RESULTS}head"] == \
            [(f"{RESULTS}boolean", str(truth).lower())]


def test_percent_decoding_happens_once(tiny_server: httpx.Client) -> None:
    text = 'SELECT ("%41+æ%2B" AS ?x) {}'
    for answer in (tiny_server.get(f"/sparql?query={quote(text, safe='')}"),
                   tiny_server.post("/sparql", content=f"query={quote(text, safe='')}",
                                    headers={"Content-Type": "application/x-www-form-urlencoded"})):
        assert answer.json()["results"]["bindings"][0]["x"]["value"] == "%41+æ%2B"


def test_datasets(tiny_server: httpx.Client) -> None:
    def number(**parameters: Any) -> int:
        answer = tiny_server.get("/sparql", params={"query": COUNT, **parameters})
        assert answer.status_code == 200, answer.text
        return int(answer.json()["results"]["bindings"][0]["n"]["value"])

    graph = "https://example.org/lillevik/graph/"
    everything, themes, links = number(), number(**{"default-graph-uri": f"{graph}themes"}), \
        number(**{"default-graph-uri": f"{graph}links"})
    assert everything > themes + links > links > 0
    assert number(**{"default-graph-uri": [f"{graph}themes", f"{graph}links"]}) == themes + links
    assert number(**{"default-graph-uri": "http://example.org/unknown"}) == 0
    assert number(query=f"SELECT (COUNT(*) AS ?n) FROM <{graph}themes> {{ ?s ?p ?o }}") == themes
    inside = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert number(query=inside, **{"named-graph-uri": f"{graph}links"}) == links
    assert number(query=inside) > themes + links
    assert number(**{"named-graph-uri": f"{graph}links"}) == 0  # the default graph is empty then


@pytest.mark.parametrize(("method", "path", "headers", "body", "status", "words"), [
    ("GET", "/sparql?query=SELECT", {}, None, 400, "1:"),
    ("GET", "/sparql?query=SELECT%20*%20%7B%0A%20%20%3Fs%20%3Fp%20%3B%7D", {}, None, 400, "2:"),
    ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", {}, None, 400, "one query"),
    ("POST", "/sparql", {"Content-Type": "application/x-www-form-urlencoded"}, b"", 400, "one query"),
    ("POST", "/sparql", {"Content-Type": "text/plain"}, b"ASK{}", 415, "application/sparql-query"),
    ("POST", "/sparql", {"Content-Type": "application/sparql-query"}, b"\xff\xfe", 400, "UTF-8"),
    ("POST", "/sparql", {"Content-Type": "application/sparql-update"}, b"CLEAR ALL", 403, "read-only"),
    ("POST", "/sparql", {"Content-Type": "application/x-www-form-urlencoded"}, b"update=CLEAR+ALL", 403, "read-only"),
    ("GET", "/sparql?update=CLEAR%20ALL", {}, None, 403, "read-only"),
    ("GET", "/sparql?query=INSERT%20DATA%20%7B%7D", {}, None, 403, "read-only"),
    ("GET", "/sparql?query=ASK%7BSERVICE%20%3Chttp://127.0.0.1:1/%3E%7B%7D%7D", {}, None, 400, "SERVICE"),
    ("GET", "/sparql?query=ASK%7B%7D&default-graph-uri=relative", {}, None, 400, "absolute"),
    ("GET", "/sparql?query=ASK%7B%7D", {"Accept": "image/png"}, None, 406, "application/sparql-results+json"),
    ("GET", "/sparql?query=ASK%7B%7D", {"Accept": "text/turtle"}, None, 406, "application/sparql-results+json"),
    ("DELETE", "/sparql?query=ASK%7B%7D", {}, None, 405, ""),
])
def test_refusals(tiny_server: httpx.Client, method: str, path: str, headers: dict[str, str], body: bytes | None,
                  status: int, words: str) -> None:
    answer = tiny_server.request(method, path, headers=headers, content=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]
    assert "Traceback" not in answer.text
    assert "/releases/" not in answer.text


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("form", [False, True])
def test_one_byte_over_the_limit_is_refused_whole(tiny_server: httpx.Client, chunked: bool, form: bool) -> None:
    limit = 100_000
    text = "ASK {} #"
    for size, status in ((limit, 200), (limit + 1, 413), (limit * 4, 413)):
        query = text + "x" * (size - len(text))
        content = f"query={quote(query, safe='')}".encode() if form else query.encode()
        kind = "application/x-www-form-urlencoded" if form else "application/sparql-query"
        body: Any = iter([content[: len(content) // 2], content[len(content) // 2 :]]) if chunked else content
        answer = tiny_server.post("/sparql", content=body, headers={"Content-Type": kind})
        assert answer.status_code == status, (size, answer.text[:200])


def test_etag_and_304_without_evaluating(tiny_server: httpx.Client) -> None:
    first = tiny_server.get("/sparql", params={"query": COUNT})
    etag = first.headers["etag"]
    again = tiny_server.get("/sparql", params={"query": COUNT}, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    other = tiny_server.get("/sparql", params={"query": COUNT}, headers={"If-None-Match": etag, "Accept": "text/csv"})
    assert other.status_code == 200


def test_form_for_a_browser_description_for_a_program(tiny_server: httpx.Client) -> None:
    page = tiny_server.get("/sparql", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    assert "<textarea" in page.text
    assert tiny_server.get("/sparql").headers["content-type"].startswith("text/turtle")


WRAPPED = "SELECT ?t { ?t a <https://w3id.org/delmaal/ns#Theme> } ORDER BY ?t"
THEMES = [f"https://example.org/lillevik/id/theme/{name}" for name in ("god-helse", "ren-energi")]


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("kind", [JSON, XML, CSV, TSV])
def test_sparqlwrapper_reads_each_result_format(tiny_server: httpx.Client, kind: str, method: str) -> None:
    client = SPARQLWrapper(f"{tiny_server.base_url}/sparql")
    client.setMethod(method)
    client.setReturnFormat(kind)
    client.setQuery(WRAPPED)
    found: Any = client.queryAndConvert()
    if kind == JSON:
        assert [row["t"]["value"] for row in found["results"]["bindings"]] == THEMES
    elif kind == XML:
        assert [node.firstChild.data for node in found.getElementsByTagName("uri")] == THEMES
    else:
        head, quoted = ("t", "%s") if kind == CSV else ("?t", "<%s>")
        assert found.decode().splitlines() == [head, *(quoted % iri for iri in THEMES)]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # SPARQLWrapper makes one
@pytest.mark.parametrize("kind", [TURTLE, RDFXML, JSONLD])
def test_sparqlwrapper_reads_each_graph_format(tiny_server: httpx.Client, kind: str) -> None:
    client = SPARQLWrapper(f"{tiny_server.base_url}/sparql")
    client.setReturnFormat(kind)
    client.setQuery(QUERIES["construct"][0])
    found: Any = client.queryAndConvert()
    graph = found if isinstance(found, Graph) else Graph().parse(data=found, format=kind)
    expected = Graph().parse(data=ask_for(tiny_server, QUERIES["construct"][0], "application/n-triples"), format="nt")
    assert len(expected) == 4
    assert set(graph) == set(expected)


def test_sparqlwrapper_is_a_client(tiny_server: httpx.Client) -> None:
    for method in ("GET", POST):
        client = SPARQLWrapper(f"{tiny_server.base_url}/sparql")
        client.setMethod(method)
        client.setReturnFormat(JSON)
        client.setQuery("SELECT ?t { ?t a <https://w3id.org/delmaal/ns#Theme> }")
        answer: Any = client.queryAndConvert()
        rows = answer["results"]["bindings"]
        assert {row["t"]["value"].rpartition("/")[2] for row in rows} == {"god-helse", "ren-energi"}


def test_rdflibs_store_is_a_client(tiny_server: httpx.Client, tiny_release: Release) -> None:
    graph = Graph(SPARQLStore(f"{tiny_server.base_url}/sparql"))
    theme = URIRef("https://example.org/lillevik/id/theme/god-helse")
    labels = {str(value) for value in graph.objects(theme, URIRef("http://www.w3.org/2004/02/skos/core#prefLabel"))}
    assert labels == {"God helse", "Good health"}
    files = [(tiny_release.folder / name).read_bytes() for name in ("data/all.nt", "metadata/metadata.nt")]
    total = sum(content.count(b"\n") for content in files)
    assert len(graph) == total


def test_head_is_get_without_its_body(tiny_server: httpx.Client) -> None:
    for parameters in ({}, {"query": COUNT}, {"query": "SELECT"}):
        head, get = (tiny_server.request(method, "/sparql", params=parameters) for method in ("HEAD", "GET"))
        assert head.status_code == get.status_code
        assert head.content == b""
        assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


def test_openly_readable_problem(tiny_server: httpx.Client) -> None:
    answer = tiny_server.get("/sparql?query=SELECT", headers={"Accept": "text/html,*/*;q=0.5", "Accept-Language": "nb"})
    assert answer.status_code == 400
    assert "Ugyldig forespørsel" in answer.text
    assert json.loads(tiny_server.get("/sparql?query=SELECT").text)["title"] == "Bad request"
