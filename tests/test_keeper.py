"""The keeper: queries on a real store in real processes, stopped whatever they do, and nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

import delmaal
from delmaal import formats
from delmaal.engine import writing
from delmaal.errors import (
    KEPT,
    DelmaalError,
    KeeperUnreachable,
    KeptError,
    QueryAbandoned,
    QueryBusy,
    QueryMalformed,
    QueryTooBig,
    QueryTooDeep,
    QueryTooSlow,
    ReleaseError,
    ServerError,
    ServiceRefused,
    UpdateRefused,
)
from delmaal.keeper import BOARD, Answer, Keeper, Request, ask, evaluation, tokens, workload
from delmaal.keeper.asking import AsyncKeeper, _Asked
from delmaal.settings import load
from hostile_queries import DECLARED, SERVICES
from processes import cpu, memory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")

COUNT = 10_000
SECONDS = 2
WORKERS = 5
SLOW = 3
"""How many of them may have a slow query."""

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
LOOKUP = f"SELECT ?l WHERE {{ <https://ex.org/o/77> <{LABEL}> ?l }}"
A_WHILE = "SELECT (COUNT(*) AS ?n) { " + " ".join(
    f"VALUES ?v{n} {{ {' '.join(map(str, range(10)))} }}" for n in range(5)) + " }"
"""Takes long enough that as many at once as there are children are answered by all of them."""

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(?a != ?d && STR(?c) = STR(?f)) }"
DEAD = {"State:\tZ (zombie)", "State:\tX (dead)"}


def triples() -> Iterator[str]:
    """Five statements about each of COUNT observations."""
    for number in range(COUNT):
        subject = f"<https://ex.org/o/{number}>"
        yield f"{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://ex.org/Observation> .\n"
        yield f"{subject} <https://ex.org/area> <https://ex.org/area/{number % 356}> .\n"
        yield f'{subject} <{LABEL}> "Måling {number}"@nb .\n'
        yield f'{subject} <https://ex.org/value> "{number * 7 % 1000}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
        yield f"{subject} <https://ex.org/next> <https://ex.org/o/{(number * 31 + 1) % COUNT}> .\n"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with a store, as a release has it, and a named graph in it."""
    folder = tmp_path_factory.mktemp("release")
    store = ox.Store(str(folder / "store"))
    store.bulk_load(input="".join(triples()).encode(), format=ox.RdfFormat.N_TRIPLES)
    store.add(ox.Quad(ox.NamedNode("https://ex.org/a"), ox.NamedNode("https://ex.org/b"), ox.Literal("c"),
                      ox.NamedNode("https://ex.org/graph")))
    store.flush()
    return str(folder)


def keeper_in(folder: Path, **options: str) -> Keeper:
    """A keeper with short limits, not yet started."""
    limits = {"query_seconds": str(SECONDS), "query_memory_mb": "200", "query_result_mb": "2",
              "query_workers": str(WORKERS), **options}
    return Keeper(load(limits, {}), folder)


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeper]:
    """A keeper that most tests share."""
    running = keeper_in(tmp_path_factory.mktemp("run"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def query(keeper: Keeper, release: str) -> Callable[..., Answer]:
    """Ask the shared keeper about the release."""
    def ask_it(text: str, gone: Callable[[], bool] | None = None, **more: object) -> Answer:
        return ask(keeper.socket, Request(release, text, **more), gone)  # type: ignore[arg-type]

    return ask_it


def pid_of(keeper: Keeper) -> int:
    """The keeper's process."""
    assert keeper._process is not None
    return keeper._process.pid


def children(pid: int) -> set[int]:
    """The processes that a process of one thread started and that live."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return set()
    return {int(child) for child in found if lives(int(child))}


def lives(pid: int) -> bool:
    """Whether a process runs; one that only waits to be noticed does not."""
    try:
        return not DEAD & set(Path(f"/proc/{pid}/status").read_text("utf-8").splitlines())
    except OSError:
        return False


def until(true: Callable[[], bool], seconds: float = 30) -> float:
    """Wait until something is true; how long it took."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, "it did not happen"
        time.sleep(0.01)
    return time.monotonic() - begun


def spent_by(keeper: Keeper) -> dict[int, float]:
    """What each child has had of the processor."""
    return {pid: cpu(pid) for pid in children(pid_of(keeper))}


def at_work(keeper: Keeper, before: dict[int, float]) -> int:
    """The child that has worked most since `before`, as soon as it has worked for a tenth of a second."""
    found: list[tuple[float, int]] = []

    def look() -> bool:
        found[:] = sorted((spent - before.get(pid, 0), pid) for pid, spent in spent_by(keeper).items())
        return bool(found) and found[-1][0] > 0.1

    until(look)
    return found[-1][1]


def in_threads(count: int, work: Callable[[int], object]) -> list[object]:
    """What `work` returned or raised, called so many times at once."""
    results: list[object] = [None] * count

    def one(number: int) -> None:
        try:
            results[number] = work(number)
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


# What is answered


def test_point_lookup(query: Callable[..., Answer]) -> None:
    found = query(LOOKUP)
    solutions = ox.parse_query_results(found.body, format=ox.QueryResultsFormat.JSON)
    assert isinstance(solutions, ox.QuerySolutions)
    assert [row["l"] for row in solutions] == [ox.Literal("Måling 77", language="nb")]
    assert found.format == "sparql-json"


def test_point_lookup_costs_little(keeper: Keeper, release: str) -> None:
    request = Request(release, LOOKUP)
    family = {pid_of(keeper), *children(pid_of(keeper))}
    for _ in range(100):
        ask(keeper.socket, request)
    before, own = sum(map(cpu, family)), time.process_time()
    for _ in range(500):
        ask(keeper.socket, request)
    spent = time.process_time() - own + sum(map(cpu, family)) - before
    assert spent / 500 < 0.002, "seconds of processor; 0.0003 on a quiet machine"


@pytest.mark.parametrize("row", formats.RESULT_FORMATS, ids=lambda row: row.name)
def test_formats_of_results(query: Callable[..., Answer], row: formats.Format) -> None:
    text = f"SELECT ?l ?v {{ ?s <{LABEL}> ?l ; <https://ex.org/value> ?v }} ORDER BY ?l LIMIT 20"
    found = query(text, results=row.name)
    assert found.format == row.name
    boolean = query("ASK { ?s ?p ?o }", results=row.name).body
    if row.name in {"csv", "tsv"}:
        assert found.body.count(b"\n") == 21
        assert boolean == b"true\n"
        return
    solutions = ox.parse_query_results(found.body, format=row.results)
    assert isinstance(solutions, ox.QuerySolutions)
    assert len(list(solutions)) == 20
    assert bool(ox.parse_query_results(boolean, format=row.results))


@pytest.mark.parametrize("row", formats.RDF_FORMATS, ids=lambda row: row.name)
@pytest.mark.parametrize("big", [False, True], ids=["small", "big"])
def test_formats_of_graphs(query: Callable[..., Answer], row: formats.Format, big: bool,
                           monkeypatch: pytest.MonkeyPatch, release: str) -> None:
    """A small graph is sorted and has the prefixes that it uses; a big one is written as it comes, and is as whole."""
    if not big:
        found, expected = query("CONSTRUCT WHERE { <https://ex.org/o/5> ?p ?o }", graph=row.name), 5
    else:
        monkeypatch.setattr(writing, "PRETTY", 1_000)
        text = "CONSTRUCT { ?s rdfs:label ?l ; rdfs:comment ?l } WHERE { ?s rdfs:label ?l }"
        request = Request(release, text, graph=row.name)
        name, body = evaluation.evaluate(ox.Store.read_only(f"{release}/store"), request, 10**8)
        found, expected = Answer(name, bytes(body)), 2 * COUNT
    assert found.format == row.name
    quads = ox.parse(found.body, format=row.rdf)
    assert len({(quad.subject, quad.predicate, quad.object) for quad in quads}) == expected
    if row.name in {"turtle", "trig"}:
        assert b"@prefix rdfs:" in found.body


def test_describe(query: Callable[..., Answer]) -> None:
    found = query("DESCRIBE <https://ex.org/o/5>", graph="n-triples")
    assert found.body.count(b"\n") == 5


def test_prefixes_need_no_declaration(query: Callable[..., Answer]) -> None:
    assert query("ASK { ?s rdfs:label ?l }", results="csv").body == b"true\n"
    assert query("PREFIX rdfs: <https://other.org/> ASK { ?s rdfs:label ?l }", results="csv").body == b"false\n"


def test_relative_iris_are_resolved_against_the_base(query: Callable[..., Answer]) -> None:
    assert query("ASK { <o/77> ?p ?o }", base="https://ex.org/x", results="csv").body == b"true\n"
    with pytest.raises(QueryMalformed):
        query("ASK { <o/77> ?p ?o }")


def test_datasets(query: Callable[..., Answer]) -> None:
    anything = "ASK { ?s ?p ?o }"
    assert query(anything, results="csv").body == b"true\n"
    assert query(anything, results="csv", default_graphs=("https://ex.org/unknown",)).body == b"false\n"
    assert query(anything, results="csv", default_graphs=("https://ex.org/graph",)).body == b"true\n"
    assert query("ASK FROM <https://ex.org/unknown> { ?s ?p ?o }", results="csv").body == b"false\n"
    named = "ASK { GRAPH <https://ex.org/graph> { ?s ?p ?o } }"
    assert query(named, results="csv").body == b"true\n"
    assert query(named, results="csv", named_graphs=("https://ex.org/graph",)).body == b"true\n"
    assert query(named, results="csv", named_graphs=("https://ex.org/unknown",)).body == b"false\n"
    with pytest.raises(QueryMalformed, match="no absolute IRI"):
        query(anything, default_graphs=("not an IRI",))


# What is refused


@pytest.mark.parametrize(("text", "words"), [
    ("SELECT * WHERE {\n  ?s ?p ?o .\n  ?s ?p ?? }", r" 3:\d+: "),
    ("SELECT * WHERE {", " 1:17: "),
    ("", " 1:1: "),
    ("SELECT * { ?s nope:x ?o }", "the prefix nope: is not declared"),
    ("SELECT (COUNT(*) AS ?x) ?y { ?y ?p ?o }", "unbound"),
    ("SELECT * { ?s ?p '\ud800' }", "surrogate"),
    ("SELECT * { ?s ?p \"never closed }", r" 1:\d+: "),
])
def test_malformed(query: Callable[..., Answer], text: str, words: str) -> None:
    with pytest.raises(QueryMalformed, match=words) as caught:
        query(text)
    assert caught.value.code == "query-malformed"
    assert caught.value.retry_after is None


@pytest.mark.parametrize("text", [
    "INSERT DATA { <a:a> <a:b> <a:c> }", "delete where { ?s ?p ?o }", "PREFIX ex: <http://ex/>\n# comment\nCLEAR ALL",
    "LOAD <http://ex/>", "DROP GRAPH <a:a>", "WITH <a:a> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "BASE <http://ex/> CREATE GRAPH <g>", "ADD <a:a> TO <a:b>", "MOVE <a:a> TO <a:b>", "COPY <a:a> TO <a:b>",
])
def test_update(query: Callable[..., Answer], text: str) -> None:
    with pytest.raises(UpdateRefused, match="read-only"):
        query(text)


LOOKS_LIKE = [
    "?s ?p 'SERVICE <http://e/> { ?s ?p ?o }'",
    "?s ?p '''it's SERVICE <http://e/> {'''",
    '?s ?p """say "SERVICE <http://e/> {" """',
    "?s ?p ?o # SERVICE <http://e/> { ?s ?p ?o }\n",
    "?s ex:SERVICE ?service { ?service ?p ?o }",
    "?s service:x service:y . ?s ?p <http://e/SERVICE>",
    "GRAPH service:x { ?s ?p ?o }",
    "?s ex:a.SERVICE ?o . { ?s ?p _:SERVICE }",
    "?s ?p 'x'@service { ?s ?p ?o }",
    "?s a?service { ?s ?p ?o }",
    "?s <http://e/SERVICE#silent> ?o { ?s ?p ?o }",
    "?s ?p ?o FILTER(?o < 'x>' || ?o > 'SERVICE')",
]
@pytest.mark.parametrize("clause", SERVICES)
def test_service_in_disguise(query: Callable[..., Answer], clause: str) -> None:
    with pytest.raises(ServiceRefused):
        query(f"{DECLARED}{clause}}}")


@pytest.mark.parametrize("clause", LOOKS_LIKE)
def test_what_only_looks_like_service(query: Callable[..., Answer], clause: str) -> None:
    query(f"{DECLARED}{clause}}} LIMIT 1")


PIECES = [*SERVICES, *LOOKS_LIKE, "SELECT *", "ask", "PREFIX x: <http://x/>", "BASE<a:b>", "INSERT", "delete where",
          "{", "}", "((", "<<", "[", "#", "\n", "'", '"', "\\u0053ERVICE", "<a:b>", "?x", "CLEAR", " ", "prefix:",
          "x:SELECT", "WITH"]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join) | st.lists(st.sampled_from(PIECES)).map("".join))
def test_the_quick_look_at_a_query_agrees_with_reading_it(text: str) -> None:
    """What it lets pass, the tokenizer lets pass too; and that is what is usual."""
    if tokens.is_plain(text, 4):
        tokens.read(text, 4)
    usual = f"{text if tokens.is_plain(text, 64) else 'ASK {}'} "
    assert tokens.is_plain(usual, 64)


@pytest.mark.parametrize("text", [
    LOOKUP, CROSS, "PREFIX ex: <https://ex.org/>\nPREFIX : <https://ex.org/o/>\nselect ?with { :1 ex:load ?with }",
    "  BASE <https://ex.org/> describe <o/77>", "CONSTRUCT WHERE { ?s ?p 'insert' }",
])
def test_usual_queries_are_seen_at_a_glance(text: str) -> None:
    assert tokens.is_plain(text, 256)


def test_the_wall_behind_the_tokenizer(release: str) -> None:
    """Where a SERVICE reaches the engine all the same, there is no socket for it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        code = (
            "import sys, pyoxigraph; from delmaal.keeper.wall import build_wall\n"
            "store = pyoxigraph.Store.read_only(sys.argv[1] + '/store')\n"
            "assert sys.argv[3] == 'open' or build_wall()\n"
            "list(store.query(f'SELECT * {{ SERVICE SILENT <http://127.0.0.1:{sys.argv[2]}/> {{ ?s ?p ?o }} }}'))\n"
        )
        for wall, reached in (("open", True), ("wall", False)):
            command = [sys.executable, "-c", code, release, str(listener.getsockname()[1]), wall]
            process = subprocess.Popen(command, env=environment())
            came = False
            while not came and process.poll() is None:
                with contextlib.suppress(TimeoutError):
                    listener.accept()[0].close()
                    came = True
            assert process.wait(20) == 0
            assert came is reached


def environment() -> dict[str, str]:
    """The environment in which another Python finds the package."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(delmaal.__file__).parent.parent), *sys.path])}


# What is stopped

VALUES = " ".join(f"VALUES ?v{number} {{ {' '.join(map(str, range(200)))} }}" for number in range(6))
DOUBLING = " ".join(f"BIND(CONCAT(?x{number}, ?x{number}) AS ?x{number + 1})" for number in range(40))
STOPPED: dict[str, tuple[str, set[type[KeptError]]]] = {
    "cross join with filter": (CROSS, {QueryTooSlow}),
    "product of VALUES": (f"SELECT (COUNT(*) AS ?n) {{ {VALUES} FILTER(?v0 + ?v5 = -1) }}",
                          {QueryTooSlow, QueryTooBig}),
    "string doubling": (f"SELECT (STRLEN(?x40) AS ?n) {{ BIND('{'x' * 1000}' AS ?x0) {DOUBLING} }}",
                        {QueryTooBig, QueryTooSlow}),
    "unbounded path": ("SELECT (COUNT(*) AS ?n) { ?a (<https://ex.org/next>|^<https://ex.org/next>|!rdf:type)* ?b }",
                       {QueryTooSlow, QueryTooBig}),
    "CONSTRUCT of everything": ("CONSTRUCT WHERE { ?s ?p ?o }", {QueryTooBig, QueryTooSlow}),
    "SELECT of everything": ("SELECT * { ?s ?p ?o }", {QueryTooBig, QueryTooSlow}),
    "ORDER BY over everything": ("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c", {QueryTooBig, QueryTooSlow}),
    "groups in groups": (f"SELECT * {'{' * 5000} ?s ?p ?o {'}' * 5000}", {QueryTooDeep}),
    "brackets in brackets": (f"ASK {{ FILTER({'(' * 5000}1{')' * 5000}) }}", {QueryTooDeep}),
    "functions in functions": (f"ASK {{ FILTER({'STR(' * 5000}1{')' * 5000}) }}", {QueryTooDeep}),
    "lists in lists": (f"ASK {{ {'(' * 5000}1{')' * 5000} ?p ?o }}", {QueryTooDeep}),
    "a path of paths": (f"ASK {{ ?s {'(' * 5000}rdf:type{')*' * 5000} ?o }}", {QueryTooDeep}),
    "many negations": (f"ASK {{ FILTER({'!' * 20_000}true) }}", {QueryTooDeep}),
    "many alternatives": (f"ASK {{ FILTER(1 = 2{' || 1 = 2' * 20_000}) }}", {QueryTooDeep}),
    "a long path": (f"ASK {{ ?s rdf:type{'/rdf:type' * 20_000} ?o }}", {QueryTooDeep}),
    "what the tokenizer does not count": (f"DESCRIBE {' '.join(f'<a:{number}>' for number in range(60_000))}",
                                          {QueryTooDeep, QueryTooSlow, QueryTooBig}),
}


@pytest.mark.parametrize("name", STOPPED)
def test_stopped(query: Callable[..., Answer], keeper: Keeper, name: str) -> None:
    text, kinds = STOPPED[name]
    with pytest.raises(tuple(kinds)) as caught:
        query(text)
    assert caught.value.code in KEPT
    assert (caught.value.retry_after is None) == isinstance(caught.value, (QueryTooDeep, QueryTooBig))
    assert b"ling 77" in query(LOOKUP).body
    until(lambda: len(children(pid_of(keeper))) == WORKERS)


def test_memory_is_bounded(tmp_path: Path, release: str) -> None:
    """With time enough, what ends such a query is the limit on memory."""
    keeper = keeper_in(tmp_path, query_seconds="50", query_memory_mb="64")
    keeper.start()
    try:
        for name in ("string doubling", "ORDER BY over everything"):
            with pytest.raises(QueryTooBig, match="memory"):
                ask(keeper.socket, Request(release, STOPPED[name][0]))
    finally:
        keeper.stop()


@pytest.mark.parametrize(("text", "answers"), [
    (f"ASK {{ FILTER(STRLEN('{'a' * 5_000_000}') = 5000000) }}", True),
    (f"ASK {{ }} # {'{' * 5_000_000}", True),
    (f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {'<https://ex.org/o/77> ' * 220_000} }} }}", None),
    (f"SELECT * {{ {'a.' * 2_500_000} }}", False),
    (f"SELECT * {{ '{chr(92)}{chr(39)}' * 1_600_000 }}", False),
], ids=["literal", "comment", "values", "names", "quotes"])
def test_five_megabytes(query: Callable[..., Answer], release: str, tmp_path: Path, text: str,
                        answers: bool | None) -> None:
    """A text that long ends like any other: whole, or refused."""
    if answers:  # however slow the machine is
        patient = keeper_in(tmp_path, query_seconds="30")
        patient.start()
        try:
            assert ask(patient.socket, Request(release, text)).body
        finally:
            patient.stop()
        return
    with contextlib.suppress(KeptError):
        assert query(text).body
        assert answers is None


@pytest.mark.parametrize(("number", "kind"), [
    (signal.SIGKILL, KeeperUnreachable), (signal.SIGABRT, QueryTooBig), (signal.SIGSEGV, QueryTooDeep),
    (signal.SIGALRM, KeeperUnreachable), (signal.SIGTERM, KeeperUnreachable), (signal.SIGBUS, KeeperUnreachable),
])
def test_a_killed_child_is_replaced_and_the_client_is_told(query: Callable[..., Answer], keeper: Keeper,
                                                           number: signal.Signals, kind: type[KeptError]) -> None:
    query(LOOKUP)
    before = spent_by(keeper)
    killer = threading.Thread(target=lambda: os.kill(at_work(keeper, before), number))
    killer.start()
    with pytest.raises(kind):
        query(CROSS)
    killer.join()
    for pid in children(pid_of(keeper)):
        os.kill(pid, signal.SIGKILL)
    assert b"ling 77" in query(LOOKUP).body
    until(lambda: len(children(pid_of(keeper))) == WORKERS)


def test_a_release_that_cannot_be_opened(keeper: Keeper, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError) as caught:
        ask(keeper.socket, Request(str(tmp_path), LOOKUP))
    assert str(tmp_path) not in caught.value.sentence


def test_many_releases(keeper: Keeper, tmp_path: Path) -> None:
    """More releases than a child keeps open, in turn, by one child and by all."""
    for number in range(5):
        (tmp_path / str(number)).mkdir()
        store = ox.Store(str(tmp_path / str(number) / "store"))
        store.add(ox.Quad(ox.NamedNode("a:a"), ox.NamedNode("a:b"), ox.Literal(str(number))))
        store.flush()
    for turn in range(40):
        name = str(turn * 7 % 5)
        found = ask(keeper.socket, Request(str(tmp_path / name), "SELECT ?o { ?s ?p ?o }", results="csv"))
        assert found.body == f"o\r\n{name}\r\n".encode()


@pytest.mark.parametrize("text", [
    "SELECT * { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE <https://ex.org/o/77>",
])
@pytest.mark.parametrize("graph", ["turtle", "n-triples", "trig"])
def test_a_result_over_the_limit(release: str, text: str, graph: str) -> None:
    store = ox.Store.read_only(f"{release}/store")
    with pytest.raises(QueryTooBig, match="the result has more than"):
        evaluation.evaluate(store, Request(release, text, graph=graph), 100)


# Who leaves, and who waits


def test_hang_up_ends_the_query(query: Callable[..., Answer], keeper: Keeper) -> None:
    times = [1.0]
    while min(times) > 0.4 and len(times) <= 10:
        query(LOOKUP)
        left = threading.Event()
        before = children(pid_of(keeper))
        threading.Timer(0.6, left.set).start()
        with pytest.raises(QueryAbandoned):
            query(CROSS, left.is_set)
        hung_up = time.monotonic()
        until(lambda before=before: not before <= children(pid_of(keeper)))  # type: ignore[misc]
        times.append(time.monotonic() - hung_up)
    assert min(times) < 0.4, "at best; the client looks up every 0.1 s, so that all is within 0.5 s"


def test_a_dead_web_process_ends_its_queries(keeper: Keeper, release: str) -> None:
    code = ("import sys; from pathlib import Path; from delmaal.keeper import Request, ask\n"
            "ask(Path(sys.argv[1]), Request(sys.argv[2], sys.argv[3]))")
    ask(keeper.socket, Request(release, LOOKUP))
    before = spent_by(keeper)
    web = subprocess.Popen([sys.executable, "-c", code, str(keeper.socket), release, CROSS], env=environment(),
                           stderr=subprocess.DEVNULL)
    busy = at_work(keeper, before)
    web.kill()
    web.wait()
    until(lambda: not lives(busy), SECONDS)


def test_clients_that_left_while_they_waited_cost_nothing(keeper: Keeper, release: str) -> None:
    """A connection without a request, and one whose client is gone, hold no child up."""
    for _ in range(30):
        with socket.socket(socket.AF_UNIX) as hasty:
            hasty.connect(str(keeper.socket))
            hasty.send(b"\0\0")
    assert b"ling 77" in ask(keeper.socket, Request(release, LOOKUP)).body


def test_three_hundred_at_once(query: Callable[..., Answer]) -> None:
    found = in_threads(300, lambda _: query(LOOKUP))
    assert {getattr(answer, "body", answer) for answer in found} == {query(LOOKUP).body}


def test_heavy_queries_give_way(tmp_path: Path, release: str) -> None:
    """Three at work, the others wait for their turn and are answered too, and point lookups hardly notice."""
    keeper = keeper_in(tmp_path, query_seconds="5")
    keeper.start()
    try:
        def heavy(_: int) -> object:
            return ask(keeper.socket, Request(release, CROSS))

        def lookup() -> float:
            begun = time.monotonic()
            ask(keeper.socket, Request(release, LOOKUP))
            return time.monotonic() - begun

        lookup()
        found: list[object] = []
        crowd = threading.Thread(target=lambda: found.extend(in_threads(6, heavy)))
        crowd.start()

        def yields(pid: int) -> bool:
            """Whether a thread of the process goes behind all others."""
            try:
                threads = [int(path.name) for path in Path(f"/proc/{pid}/task").iterdir()]
                return any(os.getpriority(os.PRIO_PROCESS, one) == 19 for one in threads)
            except (ProcessLookupError, FileNotFoundError):  # it ended while it was looked at
                return False

        def behind() -> int:
            return sum(map(yields, children(pid_of(keeper))))

        until(lambda: behind() == SLOW)
        times = sorted(lookup() for _ in range(100))
        assert crowd.is_alive()
        crowd.join()
        assert [type(error) for error in found] == [QueryTooSlow] * 6
        assert times[90] < 0.1
    finally:
        keeper.stop()


@pytest.mark.parametrize(("seconds", "replaced"), [(0.8, False), (3.3, True)])
def test_an_honest_query_is_not_slow_on_a_crowded_machine(tmp_path: Path, release: str, seconds: float,
                                                          replaced: bool) -> None:
    """What counts is what a query used of the processor; one that only waits gives way after ten times as long."""
    numbers = " ".join(map(str, range(400)))
    honest = f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {numbers} }} VALUES ?y {{ {numbers} }} FILTER(?x + ?y = 7) }}"
    keeper = keeper_in(tmp_path, query_slow_ms="300", query_seconds="30")
    keeper.start()
    try:
        ask(keeper.socket, Request(release, LOOKUP))
        before = children(pid_of(keeper))
        board = keeper.socket.with_name(BOARD)
        for _ in range(50):  # until one is held within the query: it is over soon
            thread = threading.Thread(target=ask, args=(keeper.socket, Request(release, honest)))
            thread.start()
            until(lambda: workload(board)[1] == 1 or not thread.is_alive())  # noqa: B023  # at once
            for pid in before:
                os.kill(pid, signal.SIGSTOP)
            time.sleep(0.1)  # what was said before that has come
            if workload(board)[1] == 1:
                break
            for pid in before:
                os.kill(pid, signal.SIGCONT)
            thread.join()
        time.sleep(seconds - 0.1)
        assert workload(board)[1] == 1, "it was held within the query"
        for pid in before:
            os.kill(pid, signal.SIGCONT)
        thread.join()
        if replaced:
            until(lambda: children(pid_of(keeper)) != before)
        else:
            time.sleep(0.3)
            assert children(pid_of(keeper)) == before
    finally:
        keeper.stop()


# What is left behind: nothing


def test_nothing_is_left_of_heavy_queries(tmp_path: Path, release: str) -> None:
    keeper = keeper_in(tmp_path)
    keeper.start()
    try:
        root = pid_of(keeper)
        in_threads(WORKERS, lambda _: ask(keeper.socket, Request(release, A_WHILE)))
        before = sum(map(memory, children(root)))
        texts = [STOPPED[name][0] for name in ("cross join with filter", "string doubling", "ORDER BY over everything",
                                               "product of VALUES")]
        in_threads(4, lambda number: ask(keeper.socket, Request(release, texts[number])))
        until(lambda: len(children(root)) == WORKERS)
        in_threads(WORKERS, lambda _: ask(keeper.socket, Request(release, A_WHILE)))
        assert sum(map(memory, children(root))) < before * 1.1 + (2 << 20)
        family = {root, *children(root)}
        spent = sum(map(cpu, family))
        time.sleep(1.5)
        assert sum(map(cpu, family)) - spent < 0.1
        assert {os.getpriority(os.PRIO_PROCESS, pid) for pid in family} == {os.getpriority(os.PRIO_PROCESS, 0)}
    finally:
        keeper.stop()
    until(lambda: not any(map(lives, family)))


def test_stop_ends_all(tmp_path: Path, release: str) -> None:
    keeper = keeper_in(tmp_path)
    with pytest.raises(KeeperUnreachable):
        ask(keeper.socket, Request(release, LOOKUP))
    keeper.start()
    assert keeper.alive()
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    family = {pid_of(keeper), *children(pid_of(keeper))}
    keeper.stop()
    assert not keeper.alive()
    until(lambda: not any(map(lives, family)))
    with pytest.raises(KeeperUnreachable) as caught:
        ask(keeper.socket, Request(release, LOOKUP))
    assert caught.value.retry_after == 1


def test_a_killed_keeper_leaves_no_orphan_and_starts_again(tmp_path: Path, release: str) -> None:
    keeper = keeper_in(tmp_path)
    keeper.start()
    try:
        ask(keeper.socket, Request(release, LOOKUP))
        root = pid_of(keeper)
        family = children(root)
        assert len(family) == WORKERS
        heavy: list[object] = []
        before = spent_by(keeper)
        thread = threading.Thread(
            target=lambda: heavy.extend(in_threads(1, lambda _: ask(keeper.socket, Request(release, CROSS)))))
        thread.start()
        at_work(keeper, before)
        os.kill(root, signal.SIGKILL)
        until(lambda: not any(map(lives, family)))
        until(lambda: not keeper.alive())
        thread.join()
        assert isinstance(heavy[0], KeeperUnreachable)
        keeper.start()
        assert b"ling 77" in ask(keeper.socket, Request(release, LOOKUP)).body
    finally:
        keeper.stop()


def test_a_killed_server_leaves_no_orphan(tmp_path: Path, release: str) -> None:
    """The keeper was started from a thread that ended, and a process that was forked holds the pipe open."""
    code = (
        "import os, sys, threading, time; from pathlib import Path\n"
        "from delmaal.keeper import Keeper, Request, ask; from delmaal.settings import load\n"
        "keeper = Keeper(load({'query_workers': '5'}, {}), Path(sys.argv[1]))\n"
        "thread = threading.Thread(target=keeper.start); thread.start(); thread.join()\n"
        "ask(keeper.socket, Request(sys.argv[2], 'ASK {}'))\n"
        "print(keeper._process.pid, os.fork() or time.sleep(30), flush=True)\n"
        "time.sleep(60)\n"
    )
    server = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), release], env=environment(),
                              stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    root, forked = map(int, server.stdout.readline().split())
    family = {root, *children(root)}
    assert len(family) == WORKERS + 1
    server.kill()
    server.wait()
    server.stdout.close()
    try:
        until(lambda: not any(map(lives, family)))
    finally:
        os.kill(forked, signal.SIGKILL)


def test_an_address_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="too long"):
        keeper_in(tmp_path / ("x" * 120)).start()


class Watched:
    """What tells that a client left, as granian makes it: it holds who waits for it, also once it was cancelled, unseen
    by the garbage collector. A list that is held from outside stands for that here."""

    _asyncio_future_blocking = False

    def __init__(self) -> None:
        self.held: list[object] = []

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    def add_done_callback(self, call: object, **_: object) -> None:
        self.held.append(call)

    def cancel(self) -> bool:
        return True

    def __await__(self) -> Iterator[object]:
        yield self


def test_who_asked_and_was_answered_is_forgotten(keeper: Keeper, release: str) -> None:
    """Whether it was answered or refused: else each slow query that is refused costs some kilobytes for ever."""
    watched: list[Watched] = []

    def leave() -> Watched:
        watched.append(Watched())
        return watched[-1]

    async def ask_all() -> None:
        from_loop = AsyncKeeper(keeper.socket, patience=0.3)
        texts = (A_WHILE, CROSS, "ASK {", *[f"{CROSS} # {number}" for number in range(2 * WORKERS)])
        found = await asyncio.gather(*(
            from_loop.ask(Request(release, text), leave) for text in texts))  # type: ignore[arg-type]
        refused = [each for each in found if isinstance(each, DelmaalError)]
        assert {type(each) for each in refused} >= {QueryMalformed, QueryBusy}
        assert not any(each.__traceback__ for each in refused)

    gc.collect()
    others = sum(type(each) is _Asked for each in gc.get_objects())
    asyncio.run(ask_all())
    assert any(each.held for each in watched)
    gc.collect()
    assert sum(type(each) is _Asked and each._leaving is not None for each in gc.get_objects()) == 0
    for each in watched:
        each.held.clear()  # as what holds them goes with its connection
    gc.collect()
    assert sum(type(each) is _Asked for each in gc.get_objects()) == others
