"""The engines behind one seam: the embedded one and a real remote store answer the same list of queries; a store that
fails, lies or dawdles; and `delmaal push`, stopped at any moment."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pyoxigraph as ox
import pytest
from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper

from conftest import ROOT, TINY, free_port
from delmaal import formats
from delmaal.engine import remote as remote_module
from delmaal.engine.clauses import read_clauses
from delmaal.engine.dump import content
from delmaal.engine.push import Push, store_of
from delmaal.engine.remote import Remote, remote_of
from delmaal.engine.replies import FAILURES
from delmaal.engine.store import GraphStore
from delmaal.engine.wire import address, fill
from delmaal.errors import (
    DelmaalError,
    EngineBroken,
    EngineError,
    EngineTooSlow,
    EngineUnfilled,
    EngineUnreachable,
    GraphUnknown,
    QueryAbandoned,
    QueryBusy,
    QueryError,
    QueryMalformed,
    QueryTooBig,
    StoreDiffers,
    StoreForeign,
    UpdateRefused,
)
from delmaal.keeper import Keeper, Request, ask
from delmaal.release import Release
from delmaal.settings import SETTINGS, Settings, load
from delmaal.terms import PREFIXES
from stores import Gate, Scripted, answering, oxigraph, sending

Ask = Callable[..., tuple[str, bytes]]

BASE = "https://example.org/lillevik/"
THEMES = f"{BASE}graph/themes"
EMPTY = b'{"head":{"vars":[]},"results":{"bindings":[]}}'
DEFAULT_GRAPH = "urn:delmaal:default"


def settings_for(store: str, **more: str) -> Settings:
    """Settings with the URLs of a store."""
    return load({"engine_url": f"{store}/query", "engine_store_url": f"{store}/store", **more}, {})


def push(release: Release, store: str, notes: Path, *, chunk: int = 1_000, replace: bool = False, **more: str) -> int:
    """Push a release; the number of statements that this run sent."""
    where = GraphStore(f"{store}/store", more.get("engine_default_graph", ""), waits=(0.01, 0.01))
    remote = remote_of(release.folder, settings_for(store, **more))
    return Push(release.folder, where, remote, notes, chunk=chunk, replace=replace, limit=1_000).run().sent


def size(release: Release) -> int:
    """The statements of a release, over all its graphs."""
    paths = ("data/all.nt", "data/graphs.nq", "metadata/metadata.nt", "metadata/metadata.nq")
    return sum((release.folder / path).read_bytes().count(b"\n") for path in paths)


@pytest.fixture(scope="module")
def filled(tiny_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A store that the tiny release was pushed to; read only."""
    folder = tmp_path_factory.mktemp("filled")
    with oxigraph("--location", str(folder / "store")) as store:
        assert push(tiny_release, store, folder / "notes") == size(tiny_release)
        yield store


@pytest.fixture(scope="module")
def apart(tiny_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A store that holds the tiny release's default graph as a named one, among others' data in its own."""
    folder = tmp_path_factory.mktemp("apart")
    with oxigraph() as store:
        for graph in ("", "urn:others"):
            GraphStore(f"{store}/store").replace(graph, b"<urn:a> <urn:b> <urn:c> .\n")
        push(tiny_release, store, folder / "notes", engine_default_graph=DEFAULT_GRAPH)
        yield store


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where a keeper listens."""
    running = Keeper(load({}, {"DELMAAL_QUERY_WORKERS": "5"}), tmp_path_factory.mktemp("keeper"))
    running.start()
    yield running.socket
    running.stop()


@pytest.fixture(params=["embedded", "remote", "remote-named"])
def engine(request: pytest.FixtureRequest, tiny_release: Release) -> Ask:
    """An engine's `ask` on the tiny release, as the endpoint calls it."""
    if request.param == "embedded":
        listener: Path = request.getfixturevalue("keeper")

        def embedded(query: str, default: tuple[str, ...] = (), named: tuple[str, ...] = (),
                     results: str = "sparql-json", graph: str = "turtle") -> tuple[str, bytes]:
            release = str(tiny_release.folder.resolve())
            answer = ask(listener, Request(release, query, f"{BASE}sparql", default, named, results, graph))
            return answer.format, answer.body

        return embedded
    more = {"engine_default_graph": DEFAULT_GRAPH} if request.param == "remote-named" else {}
    store: str = request.getfixturevalue("filled" if request.param == "remote" else "apart")
    found = remote_of(tiny_release.folder, settings_for(store, **more))

    def remote(query: str, default: tuple[str, ...] = (), named: tuple[str, ...] = (),
               results: str = "sparql-json", graph: str = "turtle") -> tuple[str, bytes]:
        return found.ask(query, default, named, results, graph, base=f"{BASE}sparql")

    return remote


def rows(body: bytes) -> Counter[tuple[str, ...]]:
    """The rows of a result in JSON, in no order."""
    found = json.loads(body)
    names, bindings = found["head"]["vars"], found["results"]["bindings"]
    return Counter(tuple(row[name]["value"] if name in row else "" for name in names) for row in bindings)


QUERIES = {
    "labels": 'SELECT ?l { ?t a delmaal:Theme ; skos:prefLabel ?l FILTER(lang(?l) = "en") }',
    "figures": "SELECT ?i ?v { ?o a qb:Observation ; delmaal:indicator ?i ; sdmx-measure:obsValue ?v }",
    "sums": "SELECT (SUM(?v) AS ?sum) (COUNT(*) AS ?n) { ?o a qb:Observation ; sdmx-measure:obsValue ?v }",
    "all": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "graphs": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "one graph": f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{THEMES}> {{ ?s ?p ?o }} }}",
    "from": f"SELECT (COUNT(*) AS ?n) FROM <{THEMES}> {{ ?s ?p ?o }}",
    "from twice": f"SELECT (COUNT(*) AS ?n) FROM <{THEMES}> FROM <{BASE}graph/links> {{ ?s ?p ?o }}",
    "from named": f"SELECT (COUNT(*) AS ?n) FROM NAMED <{THEMES}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "from named only": f"SELECT (COUNT(*) AS ?n) FROM NAMED <{THEMES}> {{ ?s ?p ?o }}",
    "from by prefix": f"PREFIX g: <{BASE}graph/> SELECT (COUNT(*) AS ?n) FROM g:themes {{ ?s ?p ?o }}",
    "relative": "SELECT ?l { <id/theme/ren-energi> skos:prefLabel ?l }",
    "from relative": "BASE <graph/> SELECT (COUNT(*) AS ?n) FROM <themes> { ?s ?p ?o }",
    "path": "SELECT DISTINCT ?c { ?l a delmaal:TargetLink ; delmaal:linkTarget/dct:identifier ?c }",
    "values": "SELECT ?x { VALUES ?x { 1 'ø' \"æ\"@nb } }",
    "unbound": "SELECT ?a ?b { VALUES (?a ?b) { (1 UNDEF) (UNDEF 2) } }",
    "escapes": r"SELECT ?x { BIND('FROM <urn:x> \u00e5 \' # INSERT' AS ?x) } # FROM <urn:y>",
    "comparison": "SELECT ?x { VALUES ?x { 1 2 3 } FILTER(?x<3&&?x>1) }",
    "union": "SELECT ?t { { ?t a delmaal:Theme } UNION { ?t a delmaal:GoverningDocument } }",
    "empty": "SELECT ?s { ?s a <urn:nothing> }",
    "declared anew": "PREFIX skos: <urn:other#> SELECT (COUNT(*) AS ?n) { ?s skos:prefLabel ?o }",
}
EXPECTED = {
    "labels": {("Clean energy",): 1, ("Good health",): 1},
    "figures": {(f"{BASE}id/indicator/god-helse-andel", "71.5"): 1, (f"{BASE}id/indicator/budsjett", "1.5"): 1},
    "sums": {("73", "2"): 1},
    "from named only": {("0",): 1},
    "relative": {("Clean energy",): 1, ("Ren energi",): 1},
    "values": {("1",): 1, ("ø",): 1, ("æ",): 1},
    "unbound": {("1", ""): 1, ("", "2"): 1},
    "escapes": {("FROM <urn:x> å ' # INSERT",): 1},
    "comparison": {("2",): 1},
    "empty": {},
    "declared anew": {("0",): 1},
}


@pytest.mark.parametrize("name", QUERIES)
def test_each_engine_gives_the_same_rows(engine: Ask, tiny_release: Release, name: str) -> None:
    kind, body = engine(QUERIES[name])
    assert kind == "sparql-json"
    if name in EXPECTED:
        assert rows(body) == EXPECTED[name]
    parts = tiny_release.manifest["parts"]
    counted = {"one graph": parts["themes"], "from": parts["themes"], "from named": parts["themes"],
               "from by prefix": parts["themes"], "from relative": parts["themes"],
               "from twice": parts["themes"] + parts["links"]}
    if name in counted:
        assert rows(body) == {(str(counted[name]),): 1}
    if name == "graphs":
        expected = {(f"{BASE}graph/{part}", str(number)): 1 for part, number in parts.items() if part != "statistics"}
        assert rows(body) == expected
    if name == "all":
        paths = [tiny_release.folder / "data/all.nt", tiny_release.folder / "metadata/metadata.nt"]
        assert rows(body) == {(str(sum(path.read_bytes().count(b"\n") for path in paths)),): 1}


@pytest.mark.parametrize(("default", "named", "query", "expected"), [
    ((THEMES,), (), "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "themes"),
    ((THEMES,), (), "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", ""),
    ((THEMES,), (f"{BASE}graph/links",), "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", "links"),
    ((), (f"{BASE}graph/links",), "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", "links"),
])
def test_each_engine_honours_the_protocols_graphs(
    engine: Ask, tiny_release: Release, default: tuple[str, ...], named: tuple[str, ...], query: str, expected: str,
) -> None:
    number = tiny_release.manifest["parts"][expected] if expected else 0
    assert rows(engine(query, default, named)[1]) == {(str(number),): 1}


@pytest.mark.parametrize("row", formats.RESULT_FORMATS, ids=lambda row: row.name)
def test_each_engine_writes_each_result_format(engine: Ask, row: formats.Format) -> None:
    kind, body = engine(QUERIES["labels"], results=row.name)
    assert kind == row.name
    if row.name == "csv":
        assert Counter(body.decode().split("\r\n")) == {"l": 1, "Clean energy": 1, "Good health": 1, "": 1}
    else:
        solutions = ox.parse_query_results(body, format=row.results)
        assert isinstance(solutions, ox.QuerySolutions)
        assert {str(solution["l"]) for solution in solutions} == {'"Clean energy"@en', '"Good health"@en'}
    for query, value in (("ASK { ?t a delmaal:Theme }", True), ("ASK { ?t a <urn:x> }", False)):
        kind, body = engine(query, results=row.name)
        assert kind == row.name
        if row.name in ("csv", "tsv"):
            assert body == f"{str(value).lower()}\n".encode()
        else:
            assert bool(ox.parse_query_results(body, format=row.results)) is value


@pytest.mark.parametrize("row", formats.RDF_FORMATS, ids=lambda row: row.name)
def test_each_engine_writes_each_graph_format(engine: Ask, tiny_release: Release, row: formats.Format) -> None:
    assert row.rdf is not None
    themes, described = {tiny_release.manifest["parts"]["themes"]}, range(5, 50)
    for query, expected in ((f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{THEMES}> {{ ?s ?p ?o }} }}", themes),
                            ("DESCRIBE <id/theme/ren-energi>", described),
                            ("CONSTRUCT { ?s ?p ?o } { ?s a <urn:x> ; ?p ?o }", range(1))):
        kind, body = engine(query, graph=row.name)
        assert kind == row.name
        found = {(quad.subject, quad.predicate, quad.object) for quad in ox.parse(body, format=row.rdf)}
        assert len(found) in expected


@pytest.mark.parametrize("query", [
    "", "   # nothing", "SELEC * {", "SELECT * { ?s ?p }", "SELECT * { ?s nope:x ?o }", "SELECT * { ?s ?p 'x }",
    "SELECT * { ?s ?p ?o", "SELECT (?x AS ?x) { ?x ?p ?o }", "PREFIX x <urn:x> ASK {}", "SELECT * FROM { ?s ?p ?o }",
])
def test_each_engine_refuses_what_is_malformed(engine: Ask, query: str) -> None:
    with pytest.raises(QueryError) as caught:
        engine(query)
    assert caught.value.code == "query-malformed"


@pytest.mark.parametrize("query", [
    "INSERT DATA { <urn:a> <urn:b> <urn:c> }", "DELETE WHERE { ?s ?p ?o }", "load <http://127.0.0.1/>", "CLEAR ALL",
    "PREFIX x: <urn:x> DROP ALL", "# \nWITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
])
def test_each_engine_refuses_updates(engine: Ask, query: str) -> None:
    with pytest.raises(UpdateRefused):
        engine(query)
    assert rows(engine(QUERIES["all"])[1]) != {("0",): 1}


# What never reaches a store


@pytest.mark.parametrize(("query", "kind"), [
    ("SELECT * { ?s ?p ?o } ; CLEAR ALL", UpdateRefused),
    ("SELECT * { ?s ?p ?o } INSERT { <urn:a> <urn:b> <urn:c> } WHERE {}", UpdateRefused),
    ("DEFINE get:soft 'soft' SELECT * { ?s ?p ?o }", QueryMalformed),
    ("EXPLAIN SELECT * { ?s ?p ?o }", QueryMalformed),
    ("SELECT * FROM <http://169.254.169.254/latest> { ?s ?p ?o }", GraphUnknown),
    ("SELECT * FROM NAMED <http://10.0.0.1/> { ?s ?p ?o }", GraphUnknown),
    ("SELECT * from<http://10.0.0.1/>{ ?s ?p ?o }", GraphUnknown),
    ("SELECT * FROM#\n#<x>\n NAMED <http://10.0.0.1/> { ?s ?p ?o }", GraphUnknown),
    ("PREFIX h: <http://10.0.0.1/> SELECT * FROM h:x { ?s ?p ?o }", GraphUnknown),
    ("PREFIX h: <http://10.0.0.1/> SELECT * FROM h:a\\-b { ?s ?p ?o }", GraphUnknown),
    ("BASE <http://10.0.0.1/> SELECT * FROM <x> { ?s ?p ?o }", GraphUnknown),
    ("SELECT * FROM <x> { ?s ?p ?o }", GraphUnknown),
    ("SELECT * FROM delmaal:x { ?s ?p ?o }", GraphUnknown),
    ("SELECT * FROM <http://10.0.0.\\u0031/> { ?s ?p ?o }", GraphUnknown),
    ("SELECT ('\\u0027 FROM <http://10.0.0.1/> {} # ' AS ?x) {}", GraphUnknown),
    ("SELECT * FR\\u004FM <http://10.0.0.1/> { ?s ?p ?o }", QueryMalformed),
    ("SELECT (?a<\"> FROM <http://10.0.0.1/> #\">?b AS ?c) {}", QueryMalformed),
    ("SELECT * { { SELECT * FROM <http://10.0.0.1/> { ?s ?p ?o } } }", GraphUnknown),
    ("DESCRIBE <urn:x> FROM <http://10.0.0.1/>", GraphUnknown),
])
def test_what_a_store_might_fetch_or_write_is_not_sent(query: str, kind: type[DelmaalError]) -> None:
    with Scripted(answering(EMPTY)) as server:
        with pytest.raises(kind):
            Remote(server.url, 5, [THEMES]).ask(query)
        assert server.connections == 0


def test_unknown_graphs_of_the_protocol_are_not_sent() -> None:
    with Scripted(answering(EMPTY)) as server:
        remote = Remote(server.url, 5, [THEMES])
        for default, named in ((["http://10.0.0.1/"], []), ([], [THEMES, "http://10.0.0.1/"])):
            with pytest.raises(GraphUnknown, match="graph/themes"):
                remote.ask("ASK {}", default, named)
        assert server.connections == 0
        remote.ask("SELECT * {}", [THEMES], [THEMES])
        assert server.connections == 1


@pytest.mark.parametrize("text", ["a." * 50_000, "<" * 100_000, '"""' * 33_000, "<a" * 50_000, '<"' * 50_000,
                                  "\\u0061" * 16_000, "a-" * 50_000, "(" * 100_000])
def test_reading_a_hostile_text_takes_no_time(text: str) -> None:
    started = time.thread_time()
    with pytest.raises((QueryMalformed, AssertionError)):  # noqa: PT012  # what can be read is no failure
        read_clauses("SELECT * {" + text)
        raise AssertionError("it could be read")
    assert time.thread_time() - started < 1


# What is sent


def test_a_query_is_sent_as_the_protocol_says() -> None:
    with Scripted(answering(EMPTY)) as server:
        where = server.url.replace("http://", "http://reader:s%40crt@") + "?timeout=9"
        remote = Remote(where, 5, [THEMES], default_graph=DEFAULT_GRAPH)
        remote.ask("SELECT *\n{ ?s skos:prefLabel <x> }", base=f"{BASE}sparql")
        head, _, body = server.requests[0].decode().partition("\r\n\r\n")
    lines = head.split("\r\n")
    assert lines[0] == "POST /sparql?timeout=9 HTTP/1.1"
    assert "Host: " + server.url.split("/")[2] in lines
    assert "Accept: application/sparql-results+json" in lines
    assert "Content-Type: application/x-www-form-urlencoded" in lines
    assert "Authorization: Basic cmVhZGVyOnNAY3J0" in lines
    assert parse_qsl(body) == [
        ("query", f"BASE <{BASE}sparql> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
                  "SELECT *\n{ ?s skos:prefLabel <x> }"),
        ("default-graph-uri", DEFAULT_GRAPH), ("named-graph-uri", THEMES),
    ]


def test_a_connection_is_kept_for_the_next_query_and_made_anew_when_the_store_closed_it() -> None:
    def close_after(connection: socket.socket) -> None:
        answering(EMPTY)(connection)
        raise OSError("closed without a word")

    with Scripted(close_after, answering(EMPTY)) as server:
        remote = Remote(server.url, 5)
        for _ in range(4):
            remote.ask("SELECT * {}")
            time.sleep(0.05)
        assert (server.connections, len(server.requests)) == (2, 4)


def test_addresses() -> None:
    assert fill("https://x/{short}/{release}?a=b", "0123456789abcdef") == "https://x/0123456789ab/0123456789abcdef?a=b"
    assert address("http://u:p%3Aw@h:8/x") == ("http://h:8/x", "u", "p:w")
    assert address("http://h/x") == ("http://h/x", "", "")


def test_each_release_has_its_own_dataset(tiny_release: Release) -> None:
    with Scripted(answering(b'{"head":{},"boolean":true}')) as server:
        remote = remote_of(tiny_release.folder, load({"engine_url": f"{server.url}/{{release}}"}, {}))
        remote.ask("ASK {}")
        remote.ask("ASK {}")
    sent = [request.split(b" ")[1].decode() for request in server.requests]
    assert sent == [f"/sparql/{tiny_release.id}"] * 3, "the first asks whether the dataset holds the release"


# A store that fails


def test_connection_refused() -> None:
    with pytest.raises(EngineUnreachable) as caught:
        Remote(f"http://127.0.0.1:{free_port()}/sparql", 5).ask("ASK {}")
    assert caught.value.code == "engine-unreachable"
    assert "127.0.0.1" not in caught.value.sentence


def test_connection_lost_before_the_answer_is_tried_once_more() -> None:
    with Scripted(sending(b""), answering(EMPTY)) as server:
        assert Remote(server.url, 5).ask("SELECT * {}") == ("sparql-json", EMPTY)
        assert server.connections == 2
    with Scripted(sending(b"")) as server:
        with pytest.raises(EngineUnreachable):
            Remote(server.url, 5).ask("SELECT * {}")
        assert server.connections == 2


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n"
CHUNK = b"%x\r\n%s\r\n"
CUT = EMPTY[:-9]


@pytest.mark.parametrize(("sent", "kind"), [
    (HEAD + b"Content-Length: 99\r\n\r\n" + EMPTY, EngineBroken),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK % (len(EMPTY), EMPTY), EngineBroken),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\n40\r\n" + EMPTY[:20], EngineBroken),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", EngineBroken),
    (HEAD + b"Content-Le", EngineBroken),
    (HEAD + b"\r\n" + CUT, EngineBroken),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK % (len(CUT), CUT) + b"0\r\n\r\n", EngineBroken),
    (HEAD + b"\r\n" + CUT + b"The SPARQL operation has been cancelled", EngineTooSlow),
    (HEAD + b"Content-Encoding: gzip\r\n\r\nxx", EngineBroken),
    (b"garbage\r\n\r\n", EngineBroken),
    (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", EngineBroken),
    (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>log in</p>", EngineBroken),
])
def test_an_answer_that_is_not_whole_is_no_answer_and_not_asked_again(sent: bytes, kind: type[EngineError]) -> None:
    with Scripted(sending(sent)) as server:
        with pytest.raises(kind) as caught:
            Remote(server.url, 5).ask("SELECT * {}")
        assert server.connections == 1
        assert "127.0.0.1" not in caught.value.sentence


def test_an_answer_until_the_connection_closes_is_whole_where_it_ends_as_it_must() -> None:
    with Scripted(sending(HEAD + b"\r\n" + EMPTY)) as server:
        assert Remote(server.url, 5).ask("SELECT * {}")[1] == EMPTY


TABLE = ('{ "head": { "link": [], "vars": ["a"] }, "results": { "distinct": false, "bindings": [ '
         '{ "a": { "type": "uri", "value": "urn:x" } }, { "a": { "type": "literal", "value": "å}" } } ] } }').encode()
GRAPH = "<urn:s> <urn:p> \"æ.\"@nb .\n<urn:s> <urn:p> <urn:o> .\n".encode()


@pytest.mark.parametrize("framed", [True, False], ids=["framed", "until it closes"])
def test_a_cut_is_seen_wherever_it_is(framed: bool) -> None:
    """But after a statement of N-Triples: there only the framing shows it."""
    statements = {GRAPH.index(b"\n") + shift for shift in (-1, 0, 1)}
    for query, body, kind in (("SELECT * {}", TABLE, "application/sparql-results+json"),
                              ("CONSTRUCT WHERE {}", GRAPH, "application/n-triples")):
        for at in range(1, len(body) - 1):
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n" + f"Content-Length: {len(body)}\r\n" * framed + "\r\n"
            if at in statements and body is GRAPH and not framed:
                continue
            with Scripted(sending(head.encode() + body[:at])) as server, pytest.raises(EngineBroken):
                Remote(server.url, 5).ask(query)


@pytest.mark.parametrize(("status", "code"), [
    (206, "engine-too-slow"), (400, "query-malformed"), (401, "engine-broken"), (403, "engine-broken"),
    (404, "engine-unfilled"), (406, "engine-broken"), (408, "engine-too-slow"), (413, "query-too-long"),
    (414, "query-too-long"), (418, "engine-broken"), (429, "query-busy"), (500, "engine-broken"),
    (502, "engine-broken"), (503, "query-busy"), (504, "engine-too-slow"),
])
def test_each_status_of_a_store(status: int, code: str) -> None:
    assert status in FAILURES or status in (400, 418, 500, 502)
    words = b"<b>no such thing:</b> x\n\tat java.lang.Thread.run(/opt/store/secret)\n"
    script = answering(words, "text/plain", f"{status} Whatever")
    with Scripted(script) as server, pytest.raises(DelmaalError) as caught:
        Remote(server.url, 5).ask("SELECT * {}")
    assert caught.value.code == code
    assert "java" not in caught.value.sentence
    assert ("no such thing: x" in caught.value.sentence) is (status == 400)


@pytest.mark.parametrize("words", ["TimeLimitExceededException", "Query timed out", "execution time exceeds limit"])
def test_a_store_that_gave_up_is_too_slow_whatever_its_status(words: str) -> None:
    with Scripted(answering(words.encode(), "text/plain", "500 Oops")) as server, pytest.raises(EngineTooSlow):
        Remote(server.url, 5).ask("SELECT * {}")


def test_another_format_than_was_asked_for() -> None:
    with Scripted(answering(b"a,b\n", "text/csv")) as server, pytest.raises(EngineBroken):
        Remote(server.url, 5).ask("SELECT * {}")


@pytest.mark.parametrize("body", [b"true", b"{}", b'{"boolean":"yes"}', b'{"boolean":tr}'])
def test_an_answer_to_ask_that_is_none(body: bytes) -> None:
    with Scripted(answering(body)) as server, pytest.raises(EngineBroken):
        Remote(server.url, 5).ask("ASK {}")


def test_no_answer_in_time() -> None:
    def dawdle(connection: socket.socket) -> None:
        for byte in HEAD + b"\r\n" + EMPTY:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    assert 0.05 * len(HEAD + b"\r\n" + EMPTY) > 5
    over = threading.Event()

    def silent(_: socket.socket) -> None:
        over.wait(20)

    for script in (silent, dawdle):
        with Scripted(script) as server:
            started = time.monotonic()
            with pytest.raises(EngineTooSlow) as caught:
                Remote(server.url, 0.5).ask("SELECT * {}")
            assert caught.value.code == "engine-too-slow"
            assert 0.4 < time.monotonic() - started < 5, "before the answer would have been whole"
            over.set()
            assert server.connections == 1


def test_a_client_that_left_takes_its_query_along() -> None:
    closed = threading.Event()

    def wait(connection: socket.socket) -> None:
        if connection.recv(1) == b"":
            closed.set()

    left = threading.Event()
    threading.Timer(0.3, left.set).start()
    with Scripted(wait) as server:
        started = time.monotonic()
        with pytest.raises(QueryAbandoned):
            Remote(server.url, 60).ask("SELECT * {}", gone=left.is_set)
        assert time.monotonic() - started < 20, "it was not waited for"
        assert closed.wait(20), "the connection was left open"


def test_a_result_that_is_too_big() -> None:
    endless = HEAD + b"\r\n" + b" " * (3 << 20)
    with Scripted(sending(endless)) as server, pytest.raises(QueryTooBig):
        Remote(server.url, 5, result_mb=2).ask("SELECT * {}")


def test_no_more_queries_are_under_way_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_module, "PARALLEL", 2)
    release = threading.Event()

    def wait(connection: socket.socket) -> None:
        release.wait(5)
        answering(EMPTY)(connection)

    with Scripted(wait) as server:
        remote = Remote(server.url, 5)
        threads = [threading.Thread(target=remote.ask, args=("SELECT * {}",)) for _ in range(2)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 5
        while len(server.requests) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        with pytest.raises(QueryBusy):
            remote.ask("SELECT * {}")
        release.set()
        for thread in threads:
            thread.join()
        remote.ask("SELECT * {}")


def test_a_real_stores_own_time_out_is_noticed(tmp_path: Path, tiny_release: Release) -> None:
    """It answers 200 and ends its broken body politely."""
    heavy = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c = ?f && ?f = ?i && ?a < ?d && ?d < ?g)"
    with oxigraph("--timeout-s", "1") as store:
        push(tiny_release, store, tmp_path / "notes", chunk=20_000)
        remote = Remote(f"{store}/query", 60)
        for query, name in ((f"SELECT (COUNT(*) AS ?n) {{ {heavy} }}", "sparql-json"),
                            (f"CONSTRUCT {{ ?a <urn:x> ?i }} WHERE {{ {heavy} }}", "turtle")):
            started = time.monotonic()
            with pytest.raises(EngineTooSlow):
                remote.ask(query, results=name, graph=name)
            assert time.monotonic() - started < 30, "and not our own"


def test_a_dataset_without_the_release_is_not_asked(tmp_path: Path, tiny_release: Release) -> None:
    with oxigraph() as store:
        remote = remote_of(tiny_release.folder, settings_for(store))
        with pytest.raises(EngineUnfilled):
            remote.ask("SELECT * { ?s ?p ?o }")
        push(tiny_release, store, tmp_path / "notes", chunk=20_000)
        assert rows(remote.ask(QUERIES["labels"])[1]) == EXPECTED["labels"]


# delmaal push


def run_push(store: str, out: Path, *options: str) -> subprocess.Popen[str]:
    """`delmaal push` of the tiny publication, as a process of its own."""
    environment = {**os.environ, "DELMAAL_ENGINE_URL": f"{store}/query", "DELMAAL_ENGINE_STORE_URL": f"{store}/store"}
    command = [sys.executable, "-m", "delmaal", "push", str(TINY), "--out", str(out), *options]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def store() -> Iterator[str]:
    """An empty store."""
    with oxigraph() as address:
        yield address


def stored(store: str) -> set[str]:
    """Everything that a store holds, as N-Quads."""
    return set(httpx.get(f"{store}/store", headers={"Accept": "application/n-quads"}).text.splitlines())


def test_a_push_that_was_killed_goes_on_where_it_was(
    store: str, shelves: Path, tiny_release: Release, tmp_path: Path,
) -> None:
    total = size(tiny_release)
    out = tmp_path / "out"
    (out / "tiny").mkdir(parents=True)
    for name in ("releases", "current"):
        (out / "tiny" / name).symlink_to((shelves / "tiny" / name).resolve())
    with Gate(store) as gate:
        for sign, code in ((signal.SIGKILL, -9), (signal.SIGINT, 130)):
            before = len(gate.seen)
            gate.rule = lambda _method, number, before=before: "stall" if number >= before + 5 else "pass"  # type: ignore[misc]
            process = run_push(gate.address, out)
            deadline = time.monotonic() + 60
            while len(gate.seen) < before + 5 and time.monotonic() < deadline:
                time.sleep(0.01)
            process.send_signal(sign)
            said = process.communicate(timeout=60)
            assert process.returncode == code, said
            assert "Traceback" not in said[1]
        with pytest.raises(EngineUnfilled):
            remote_of(tiny_release.folder, settings_for(store)).ask("ASK {}")
        gate.rule = lambda _method, _number: "pass"
        process = run_push(gate.address, out)
        said = process.communicate(timeout=60)
        assert process.returncode == 0, said
        assert f"{total:,} statements in the default graph and 12 named graphs" in said[0]
        sent = int(said[0].split("graphs, ")[1].split(" sent")[0].replace(",", ""))
        assert 0 < sent < total
        assert len(gate.seen) == len(set(gate.seen)) + 2, "only what was under way at the stop is sent twice"
        process = run_push(gate.address, out)
        assert "all of them were there" in process.communicate(timeout=60)[0]
    assert len(stored(store)) == total


def test_a_lost_answer_is_sent_again(store: str, tiny_release: Release, tmp_path: Path) -> None:
    with Gate(store) as gate:
        gate.rule = lambda _method, number: "lose" if number % 3 == 0 else "pass"
        assert push(tiny_release, gate.address, tmp_path) == size(tiny_release)


def test_a_store_that_lost_something_is_found_out_and_mended(store: str, tiny_release: Release, tmp_path: Path) -> None:
    total = size(tiny_release)
    assert push(tiny_release, store, tmp_path) == total
    whole = stored(store)
    writer = GraphStore(f"{store}/store")
    theme = (tiny_release.folder / "data/themes.nt").read_text("utf-8").splitlines()[0]
    concept = f"<{BASE}id/theme/ren-energi> a <{PREFIXES['skos']}Concept>"

    def update(text: str) -> None:
        assert httpx.post(f"{store}/update", data={"update": text}).status_code == 204

    parts = tiny_release.manifest["parts"]
    update(f"DELETE DATA {{ GRAPH <{THEMES}> {{ {concept} }} }}")
    default = total - sum(n for name, n in parts.items() if name != "statistics")
    assert push(tiny_release, store, tmp_path) == parts["themes"] + default, "the mark is away while it is mended"
    update(f"DELETE DATA {{ {theme} }} ; INSERT DATA {{ <urn:a> <urn:b> <urn:c> }}")
    assert push(tiny_release, store, tmp_path) == default
    writer.replace(f"{BASE}graph/left-over", b"<urn:a> <urn:b> <urn:c> .\n")
    assert push(tiny_release, store, tmp_path) == 0
    assert stored(store) == whole
    for graph in ("", *(f"{BASE}graph/{name}" for name in parts if name != "statistics")):
        writer.remove(graph)
    assert push(tiny_release, store, tmp_path) == total, "the note is not believed"
    assert push(tiny_release, store, tmp_path / "elsewhere") == 0, "another machine finds the release there"
    assert stored(store) == whole


def test_a_store_that_swallows_what_it_is_sent_is_found_out(store: str, tiny_release: Release, tmp_path: Path) -> None:
    with Gate(store) as gate:
        gate.rule = lambda _method, number: "swallow" if number == 3 else "pass"
        with pytest.raises(StoreDiffers, match=" were sent") as caught:
            push(tiny_release, gate.address, tmp_path)
        assert caught.value.code == "engine-differs"
        assert push(tiny_release, gate.address, tmp_path) > 0


def test_others_data_are_not_touched_unasked(store: str, shelves: Path, tiny_release: Release, tmp_path: Path) -> None:
    writer = GraphStore(f"{store}/store")
    for graph in ("", "urn:others"):
        writer.replace(graph, b"<urn:a> <urn:b> <urn:c> .\n")
        with pytest.raises(StoreForeign, match="--replace"):
            push(tiny_release, store, tmp_path)
        assert len(stored(store)) == 1
        process = run_push(store, shelves)
        said = process.communicate(timeout=60)
        assert process.returncode == 6
        assert "error engine-foreign:" in said[1]
        writer.remove(graph)
        writer.remove("")
    writer.replace("", b"<urn:a> <urn:b> <urn:c> .\n")
    writer.replace("urn:others", b"<urn:a> <urn:b> <urn:c> .\n")
    assert push(tiny_release, store, tmp_path, replace=True) == size(tiny_release)
    assert len(stored(store)) == size(tiny_release)


def test_a_newer_release_takes_the_place_of_an_older_one(
    store: str, tiny_release: Release, tmp_path: Path,
) -> None:
    """In a store that has one dataset; the older one is no longer answered for."""
    push(tiny_release, store, tmp_path)
    newer = Release(tmp_path / ("f" * 64), tiny_release.manifest)
    for path in ("manifest.json", "data/all.nt", "data/graphs.nq", "metadata/metadata.nt", "metadata/metadata.nq"):
        text = (tiny_release.folder / path).read_text("utf-8").replace(tiny_release.id, newer.id)
        (newer.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (newer.folder / path).write_text(text.replace("Clean energy", "Cleaner energy"), "utf-8")
    assert push(newer, store, tmp_path) == size(newer)
    assert len(stored(store)) == size(newer)
    labels = remote_of(newer.folder, settings_for(store)).ask(QUERIES["labels"])[1]
    assert rows(labels) == {("Cleaner energy",): 1, ("Good health",): 1}
    remote_of.cache_clear()
    with pytest.raises(EngineUnfilled):
        remote_of(tiny_release.folder, settings_for(store)).ask(QUERIES["labels"])


def test_two_urls_of_two_datasets_are_found_out(store: str, filled: str, tiny_release: Release, tmp_path: Path) -> None:
    settings = load({"engine_url": f"{store}/query", "engine_store_url": f"{filled}/store"}, {})
    where, remote = store_of(tiny_release.folder, settings), remote_of(tiny_release.folder, settings)
    with pytest.raises(StoreDiffers, match="let both URLs name one dataset"):
        Push(tiny_release.folder, where, remote, tmp_path).run()


def test_a_default_graph_that_is_a_union_is_found_out(tiny_release: Release, tmp_path: Path) -> None:
    with oxigraph() as store:
        settings = load({"engine_url": f"{store}/query?union-default-graph", "engine_store_url": f"{store}/store"}, {})
        where, remote = store_of(tiny_release.folder, settings), remote_of(tiny_release.folder, settings)
        with pytest.raises(StoreDiffers, match="engine_default_graph"):
            Push(tiny_release.folder, where, remote, tmp_path / "notes").run()


def test_what_is_missing_on_the_command_line_is_said(shelves: Path) -> None:
    command = [sys.executable, "-m", "delmaal", "push", str(TINY), "--out", str(shelves)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DELMAAL_ENGINE")}
    nowhere = "http://u:secret@127.0.0.1:1/"
    for given, code, words in (
        ((), 2, "--engine-url"), (("--engine-url", "http://x/"), 2, "--engine-store-url"),
        (("--engine-url", "http://u:secret@x y/"), 2, "setting-invalid"),
        (("--engine-url", nowhere, "--engine-store-url", nowhere), 6, "engine-unreachable"),
    ):
        done = subprocess.run([*command, *given], env=clean, capture_output=True, text=True, check=False)
        assert done.returncode == code, done
        assert words in done.stderr
        assert "secret" not in done.stdout + done.stderr


def test_a_store_that_asks_for_digest_gets_it() -> None:
    challenge = 'WWW-Authenticate: Digest realm="SPARQL", nonce="abc", qop="auth", algorithm="MD5"\r\n'
    refusal, done = answering(b"", status="401 No", headers=challenge), answering(b"", status="204 Done")
    turns = iter([refusal, done])

    def take_turns(connection: socket.socket) -> None:
        next(turns)(connection)

    with Scripted(take_turns) as server:
        GraphStore(server.url.replace("http://", "http://dba:pw@")).replace("urn:g", b"<urn:a> <urn:b> <urn:c> .\n")
    first, second = (request.decode() for request in server.requests)
    assert "PUT /sparql?graph=urn%3Ag HTTP/1.1" in first
    assert "Authorization: Basic" in first
    assert 'Authorization: Digest username="dba"' in second
    assert second.endswith("<urn:a> <urn:b> <urn:c> .\n")


def test_two_writings_of_one_graph_are_the_same_and_two_graphs_are_not() -> None:
    def total(turtle: str) -> object:
        text = f"@prefix xsd: <{PREFIXES['xsd']}> . {turtle}"
        return content(ox.parse(text, format=ox.RdfFormat.TURTLE), lambda: None)

    def one(value: str) -> object:
        return total(f"<urn:s> <urn:p> {value} .")

    assert one("'6'^^xsd:nonNegativeInteger") == one("'+06'^^xsd:integer") == one("'6'^^xsd:int")
    assert one("6.40") == one("'6.4'^^xsd:decimal") != one("6.41")
    assert one("true") == one("'1'^^xsd:boolean") != one("false")
    assert one("'x'@NB") == one("'x'@nb") != one("'x'@en")
    assert len({str(one(value)) for value in ("6", "6.0", "'6'", "<urn:6>", "6e0")}) == 5
    assert total("<urn:a> <urn:p> 1 . <urn:b> <urn:p> 2 .") == total("<urn:b> <urn:p> 2 . <urn:a> <urn:p> 1 .")
    assert total("<urn:a> <urn:p> 1 . <urn:b> <urn:p> 2 .") != total("<urn:a> <urn:p> 2 . <urn:b> <urn:p> 1 .")


def test_the_guide_names_every_setting_code_and_store() -> None:
    guide = (ROOT / "docs/engines.md").read_text("utf-8")
    for row in SETTINGS:
        assert not row.name.startswith("engine") or f"`{row.variable}`" in guide
    for kind in EngineError.__subclasses__():
        assert f"`{kind.name}`" in guide
    assert f"`{GraphUnknown('').code}`" in guide
    for name in ("GraphDB", "Virtuoso", "Stardog", "Fuseki", "Neptune", "oxigraph serve", "{release}", "{short}"):
        assert name in guide
    for url in re.findall(r"`(https?://[^`]*)`", guide):
        assert load({"engine_url": url}, {}).engine_url == url


# A real client


def wrapper_rows(url: str, query: str) -> Counter[tuple[str, ...]]:
    """What SPARQLWrapper gets from an endpoint by POST."""
    client = SPARQLWrapper(url)
    client.setMethod(POST)
    client.setReturnFormat(JSON)
    client.setQuery(query)
    found: Any = client.queryAndConvert()
    return rows(json.dumps(found).encode())


def test_sparqlwrapper_gets_the_same_from_the_store_and_from_us(filled: str, tiny_server: httpx.Client) -> None:
    query = f"PREFIX skos: <{PREFIXES['skos']}> SELECT ?s ?l {{ ?s skos:prefLabel ?l }}"
    ours = str(tiny_server.base_url).rstrip("/") + "/sparql"
    assert wrapper_rows(ours, query) == wrapper_rows(f"{filled}/query", query)
    client = SPARQLWrapper(f"{filled}/query")
    client.setReturnFormat(TURTLE)
    client.setQuery(f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{THEMES}> {{ ?s ?p ?o }} }}")
    found: Any = client.queryAndConvert()
    assert len(list(ox.parse(found, format=ox.RdfFormat.TURTLE))) > 10
