"""The SPARQL endpoint in the front is the view's twin: both give the same to every request."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from delmaal import formats
from delmaal.protocols.sparql.operation import Refusal, read_get
from delmaal.release import Release
from plain_wsgi import PlainWsgi

GRAPH = "https://example.org/lillevik/graph/"
SELECT = "SELECT ?s ?l { ?s a delmaal:Theme ; skos:prefLabel ?l } ORDER BY ?l"
CONSTRUCT = "CONSTRUCT { ?s skos:prefLabel ?l } WHERE { ?s a delmaal:Theme ; skos:prefLabel ?l }"
MANY = "SELECT * { ?s rdf:type ?type ; skos:prefLabel ?label } LIMIT 100"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
OF_A_CONNECTION = {"date", "server", "connection", "transfer-encoding"}


def get(query: str, accept: str = "*/*", **more: str) -> tuple[str, str, dict[str, str], bytes]:
    """A GET of a query; names of parameters are given with underscores."""
    parameters = {"query": query, **{name.replace("_", "-"): value for name, value in more.items()}}
    return "GET", f"/sparql?{urlencode(parameters)}", {"Accept": accept}, b""


REQUESTS: list[tuple[str, str, dict[str, str], bytes]] = [
    *(get(SELECT, row.media_type) for row in formats.RESULT_FORMATS),
    *(get(CONSTRUCT, row.media_type) for row in formats.RDF_FORMATS),
    *(get("ASK {}", "*/*", format=row.name) for row in (*formats.RESULT_FORMATS, *formats.RDF_FORMATS)),
    get(SELECT, "text/csv;q=0.5, application/sparql-results+xml;q=0.9"),
    get(SELECT, "text/turtle"),
    get(CONSTRUCT, "text/csv"),
    get(SELECT, "image/png"),
    get(SELECT, "application/json, text/turtle;q=0.2"),
    get("DESCRIBE <https://example.org/lillevik/id/theme/god-helse>"),
    get("ASK { GRAPH ?g { ?s ?p ?o } }", named_graph_uri=f"{GRAPH}themes"),
    get("ASK { ?s ?p ?o }", default_graph_uri=f"{GRAPH}themes"),
    get("ASK { ?s ?p ?o }", default_graph_uri="http://example.org/unknown"),
    get("ASK { ?s ?p ?o }", default_graph_uri="urn:x-of:unknown"),
    get("ASK { ?s ?p ?o }", default_graph_uri="relative"),
    get("ASK { ?s ?p ?o }", default_graph_uri="http://a b"),
    get('SELECT ("%41+æ%2B" AS ?x) {}'),
    get("SELECT * {\n ?s ?p ; }"),
    get("SELECT"),
    get(""),
    get("INSERT DATA {}"),
    get("ASK { SERVICE <http://127.0.0.1:1/> {} }"),
    get(f"ASK {'{' * 400}{'}' * 400}"),
    get("SELECT (1/0 AS ?x) {}"),
    get("ASK { ?s nope:p ?o }"),
    get("ASK { <relative> ?p ?o }"),
    ("POST", "/sparql", DIRECT, ("ASK {} #" + "æ" * 50_000).encode()),
    ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", {}, b""),
    ("GET", "/sparql?query=%FF", {}, b""),
    ("GET", "/sparql?query=ASK+%7B%7D&&x&=y&format=csv", {}, b""),
    ("GET", "/sparql?update=CLEAR%20ALL", {}, b""),
    ("GET", "/sparql", {"Accept": "text/turtle"}, b""),
    ("GET", "/sparql", {"Accept": "text/html"}, b""),
    ("GET", "/sparql?lang=en", {"Accept": "text/html"}, b""),
    ("GET", "/sparql", {"Accept": "image/png"}, b""),
    ("HEAD", get(SELECT)[1], {}, b""),
    ("HEAD", "/sparql", {}, b""),
    ("HEAD", "/sparql?query=SELECT", {}, b""),
    ("OPTIONS", "/sparql", {"Origin": "https://example.org"}, b""),
    ("PUT", "/sparql", FORM, b"query=ASK+%7B%7D"),
    ("DELETE", get(SELECT)[1], {}, b""),
    *(("GET", get(MANY)[1], {"Accept-Encoding": coding}, b"")
      for coding in ("gzip", "zstd", "br", "gzip;q=0, zstd", "*")),
    ("GET", get(SELECT)[1], {"If-None-Match": '"nothing"'}, b""),
    ("GET", get(SELECT)[1], {"If-None-Match": "*"}, b""),
    ("GET", get(SELECT)[1], {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}, b""),
    ("GET", get(SELECT)[1], {"Range": "bytes=0-3"}, b""),
    ("GET", "/sparql?query=SELECT", {"Accept": "text/html", "Accept-Language": "nb"}, b""),
    ("POST", "/sparql", FORM, urlencode({"query": SELECT}).encode()),
    ("POST", "/sparql?format=tsv", FORM, urlencode({"query": SELECT}).encode()),
    ("POST", "/sparql", {"Content-Type": f"{FORM['Content-Type']}; charset=utf-8"}, b"query=ASK+%7B%7D"),
    ("POST", "/sparql", FORM, urlencode({"query": "ASK { ?s ?p ?o }", "default-graph-uri": f"{GRAPH}links"}).encode()),
    ("POST", "/sparql", FORM, b"query=%FF"),
    ("POST", "/sparql", FORM, b"query=\xff"),
    ("POST", "/sparql", FORM, b""),
    ("POST", "/sparql", FORM, b"update=CLEAR+ALL"),
    ("POST", "/sparql", {**FORM, "If-None-Match": "*"}, urlencode({"query": SELECT}).encode()),
    ("POST", "/sparql", {**DIRECT, "Accept": "text/csv"}, SELECT.encode()),
    ("POST", f"/sparql?default-graph-uri={quote(GRAPH)}links", DIRECT, b"ASK { ?s ?p ?o }"),
    ("POST", "/sparql?query=ASK%7B%7D", DIRECT, b"ASK {}"),
    ("POST", "/sparql", {"Content-Type": f"{DIRECT['Content-Type']};charset=latin1"}, b"ASK {}"),
    ("POST", "/sparql", DIRECT, b"\xff"),
    ("POST", "/sparql", DIRECT, b"ASK {} #" + b"x" * 100_000),
    ("POST", "/sparql", {"Content-Type": "application/sparql-update"}, b"CLEAR ALL"),
    ("POST", "/sparql", {"Content-Type": "text/plain"}, b"ASK {}"),
    ("POST", "/sparql", {}, b"ASK {}"),
]


@pytest.fixture(scope="module")
def plain_server(tiny_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The same release without the front."""
    with PlainWsgi(tiny_release.folder.parent.parent, tmp_path_factory.mktemp("run")) as client:
        yield client


@pytest.mark.parametrize(("method", "target", "headers", "body"), REQUESTS,
                         ids=[f"{number}-{row[0]}" for number, row in enumerate(REQUESTS)])
def test_front_and_view_agree(tiny_server: httpx.Client, plain_server: httpx.Client, method: str, target: str,
                              headers: dict[str, str], body: bytes) -> None:
    found: list[tuple[int, list[tuple[str, str | list[str]]], bytes]] = []
    for client in (tiny_server, plain_server):
        request = client.build_request(method, target, headers={"Accept-Encoding": "identity", **headers},
                                       content=body or None)
        answer = client.send(request, stream=True)
        raw = b"".join(answer.iter_raw())
        answer.close()
        kept = sorted((name, sorted(value.split(", ")) if name.endswith(("allow", "methods")) else value)
                      for name, value in answer.headers.items() if name not in OF_A_CONNECTION)
        found.append((answer.status_code, kept, raw))
    assert found[0] == found[1]
    assert found[0][0] < 500


def test_a_conditional_request_costs_no_query(tiny_server: httpx.Client, plain_server: httpx.Client) -> None:
    _, target, headers, _ = get("SELECT (COUNT(*) AS ?count) { ?s ?p ?o } # once")
    etag = tiny_server.get(target, headers=headers).headers["etag"]
    for match in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        answers = [client.get(target, headers={**headers, "If-None-Match": match})
                   for client in (tiny_server, plain_server)]
        assert [answer.status_code for answer in answers] == [304, 304]
        first, second = ({name: value for name, value in answer.headers.items() if name not in OF_A_CONNECTION}
                         for answer in answers)
        assert first == second
        assert first["etag"] == etag


@given(st.text(st.sampled_from("ab%=&+;2C3dfFæ \0"), max_size=30))
def test_parameters_are_read_as_the_standard_library_reads_them(encoded: str) -> None:
    found = read_get(f"query=ASK&{encoded}", "*/*", 10_000)
    try:
        expected = parse_qsl(f"query=ASK&{encoded}", keep_blank_values=True, errors="strict", max_num_fields=None)
    except UnicodeDecodeError:
        assert isinstance(found, Refusal)
        return
    from delmaal.protocols.sparql.operation import _parameters

    assert _parameters(f"query=ASK&{encoded}") == expected


def column(client: httpx.Client, query: str) -> list[str]:
    """The only column of an answer, without its name."""
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    return answer.text.split("\r\n")[1:-1]


def test_order_is_by_code_point(tiny_server: httpx.Client) -> None:
    """As docs/sparql.md says: whatever the language, capitals before small letters, Å before Æ before Ø."""
    words = " ".join(f'"{word}"@nb' for word in ("alta", "Øks", "Ære", "Zoo", "Ås"))
    assert column(tiny_server, f"SELECT ?l {{ VALUES ?l {{ {words} }} }} ORDER BY ?l") == [
        "Zoo", "alta", "Ås", "Ære", "Øks"]


def test_a_query_without_graph_finds_all(tiny_server: httpx.Client) -> None:
    """As docs/sparql.md says: named graphs have nothing that the default graph lacks; the statistics are in none."""
    assert column(tiny_server, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } }") == [
        "0"]
    assert int(column(tiny_server, "SELECT (COUNT(*) AS ?n) { ?o a qb:Observation }")[0]) > 0
    assert column(tiny_server, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?o a qb:Observation } }") == ["0"]
    described = "SELECT ?name { ?named a sd:NamedGraph ; sd:name ?name } ORDER BY ?name"
    assert column(tiny_server, described) == column(
        tiny_server, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g")


def test_programs_are_told_the_limits(tiny_server: httpx.Client) -> None:
    """The limits that stand in docs/sparql.md in words, as numbers: a query past one is refused with its status."""
    paths = tiny_server.get("/openapi.json").json()["paths"]["/sparql"]
    limits = paths["get"]["x-limits"]
    assert limits == paths["post"]["x-limits"]
    assert all(value > 0 for value in limits.values())
    at, over = (f"ASK {{}} #{'x' * (limits['queryBytes'] - 8 + more)}" for more in (0, 1))
    assert tiny_server.post("/sparql", data={"query": at}).status_code == 200
    assert tiny_server.post("/sparql", data={"query": over}).status_code == 413
    deep = "{" * (limits["queryDepth"] + 1)
    assert tiny_server.post("/sparql", data={"query": f"ASK {deep}{deep.replace('{', '}')}"}).status_code == 400
    described = column(tiny_server, "SELECT ?d { ?g a sd:Graph ; dct:description ?d FILTER(LANG(?d) = 'en') }")
    assert any("/openapi.json" in text for text in described)
