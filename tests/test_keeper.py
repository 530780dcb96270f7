"""Queries that can always be stopped: real children on a real store, each named heavy case, and every way to die."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from delmaal import formats
from delmaal.errors import (
    KeeperUnreachable,
    KeptError,
    QueryAbandoned,
    QueryBusy,
    QueryMalformed,
    QueryTooBig,
    QueryTooDeep,
    QueryTooSlow,
    ServiceRefused,
    UpdateRefused,
)
from delmaal.keeper import Keeper, Request, ask
from delmaal.keeper.tokens import check
from delmaal.settings import load

LIMITS = {"DELMAAL_QUERY_SECONDS": "2", "DELMAAL_QUERY_MEMORY_MB": "300", "DELMAAL_QUERY_RESULT_MB": "4",
          "DELMAAL_QUERY_WORKERS": "5", "DELMAAL_QUERY_SLOW_MS": "200"}
POINT = "SELECT ?o { <http://e/s7> <http://e/p1> ?o }"

CROSS_JOIN = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STRLEN(STR(?c)) + STRLEN(STR(?f)) = 7) }"
PRODUCT = "SELECT (COUNT(*) AS ?n) { " + " ".join(
    f"VALUES ?v{i} {{ {' '.join(str(n) for n in range(40))} }}" for i in range(8)) + " FILTER(?v0 + ?v7 = 7.5) }"
DOUBLING = "SELECT ?z { BIND('" + "x" * 1000 + "' AS ?a0) " + " ".join(
    f"BIND(CONCAT(?a{i}, ?a{i}) AS ?a{i + 1})" for i in range(24)) + " BIND(STRLEN(?a24) AS ?z) }"
PATHS = "SELECT (COUNT(*) AS ?n) { ?a (<http://e/next>|^<http://e/next>|<http://e/p1>)* ?b }"
EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o . ?x <http://e/p1> ?y }"
SORTED = "SELECT * { ?s ?p ?o . ?a <http://e/p1> ?b } ORDER BY DESC(STR(?o)) ?s"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with a store of 60,000 statements."""
    folder = tmp_path_factory.mktemp("heavy")
    lines = []
    for number in range(15_000):
        lines.append(f"<http://e/s{number}> <http://e/next> <http://e/s{(number * 7 + 1) % 15_000}> .")
        lines += [f'<http://e/s{number}> <http://e/p{i}> "value {number % 997} {i}" .' for i in range(1, 4)]
    store = Store(str(folder / "store"))
    store.bulk_load("\n".join(lines).encode(), format=RdfFormat.N_TRIPLES)
    store.flush()
    del store
    return str(folder)


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeper]:
    """A keeper with short limits."""
    kept = Keeper(load({}, LIMITS), tmp_path_factory.mktemp("run"))
    kept.start()
    yield kept
    kept.stop()


def timed(call: Callable[[], object]) -> tuple[object, float]:
    """What a call gives or raises, and how long it took."""
    started = time.monotonic()
    try:
        found: object = call()
    except KeptError as error:
        found = error
    return found, time.monotonic() - started


def children(keeper: Keeper) -> set[int]:
    """The process ids of a keeper's children."""
    assert keeper._process is not None
    pid = keeper._process.pid
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()}


def is_alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for a condition, and fail where it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def cpu(pids: set[int]) -> int:
    """Clock ticks that processes have used."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total


def memory(pids: set[int]) -> int:
    """Kilobytes resident in processes."""
    return sum(int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * 4 for pid in pids)


def test_point_lookup_in_each_format(keeper: Keeper, release: str) -> None:
    for row in formats.RESULT_FORMATS:
        answer = ask(keeper.socket, Request(release, POINT, results=row.name))
        assert (answer.format, b"value 7 1" in answer.body) == (row.name, True)
        truth = ask(keeper.socket, Request(release, "ASK {}", results=row.name))
        assert b"true" in truth.body
    for row in formats.RDF_FORMATS:
        answer = ask(keeper.socket, Request(release, "DESCRIBE <http://e/s7>", graph=row.name))
        assert (answer.format, b"value 7 1" in answer.body) == (row.name, True)


@pytest.mark.parametrize(("query", "kinds"), [
    (CROSS_JOIN, (QueryTooSlow,)),
    (PRODUCT, (QueryTooSlow, QueryTooBig)),
    (DOUBLING, (QueryTooBig, QueryTooSlow)),
    (PATHS, (QueryTooSlow, QueryTooBig)),
    (EVERYTHING, (QueryTooBig, QueryTooSlow)),
    (SORTED, (QueryTooBig, QueryTooSlow)),
], ids=["cross-join", "values-product", "string-doubling", "property-path", "construct-everything", "order-by"])
def test_heavy_cases_are_stopped_and_the_next_query_answered(keeper: Keeper, release: str, query: str,
                                                             kinds: tuple[type[KeptError], ...]) -> None:
    found, seconds = timed(lambda: ask(keeper.socket, Request(release, query)))
    assert isinstance(found, kinds), found
    assert seconds < 8
    assert ask(keeper.socket, Request(release, POINT)).body
    wait_until(lambda: len(children(keeper)) == 5)


DEEP = 5_000


@pytest.mark.parametrize("query", [
    "SELECT * " + "{" * DEEP + "}" * DEEP,
    "SELECT ((" + "(" * DEEP + "1" + ")" * DEEP + ") AS ?x) {}",
    "SELECT * { ?s " + "(" * DEEP + "<http://e/p1>" + ")" * DEEP + " ?o }",
    "SELECT * { ?s ?p " + "[ <http://e/p> " * DEEP + "1" + "]" * DEEP + " }",
    "SELECT * { FILTER(" + "!" * (DEEP * 4) + "true) }",
    "SELECT * { " + "OPTIONAL { ?s ?p ?o " * DEEP + "}" * DEEP + " }",
    "SELECT (1" + "+1" * 50_000 + " AS ?x) {}",
    "SELECT * { ?s " + "/".join(["<p>"] * 50_000) + " ?o }",
    "SELECT * { " + " UNION ".join(["{}"] * 20_000) + " }",
])
def test_nesting_kills_nothing(keeper: Keeper, release: str, query: str) -> None:
    found, seconds = timed(lambda: ask(keeper.socket, Request(release, query)))
    assert isinstance(found, QueryTooDeep), str(found)[:200]
    assert seconds < 3


def test_five_megabytes_are_parsed_or_refused(keeper: Keeper, release: str) -> None:
    comment = "ASK {} #" + "x" * 5_000_000
    assert b"true" in ask(keeper.socket, Request(release, comment)).body
    values = "SELECT * { VALUES ?x { " + "'abc' " * 800_000 + "} } LIMIT 1"
    found, seconds = timed(lambda: ask(keeper.socket, Request(release, values)))
    assert not isinstance(found, KeptError) or isinstance(found, QueryTooSlow | QueryTooBig | QueryTooDeep), found
    assert seconds < 8
    assert ask(keeper.socket, Request(release, POINT)).body


@pytest.mark.parametrize("query", [
    "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SELECT * { service <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SELECT * { SeRvIcE\tsilent\n<http://127.0.0.1:1/>{?s ?p ?o} }",
    "SELECT * { SERVICE ?where { ?s ?p ?o } VALUES ?where { <http://127.0.0.1:1/> } }",
    "PREFIX s: <http://127.0.0.1:1/> SELECT * { SERVICE s: { ?s ?p ?o } }",
    "SELECT * { SERVICE # a comment\n <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SELECT * { { SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } } } }",
    "ASK { FILTER EXISTS { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } } }",
    "CONSTRUCT WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "DESCRIBE ?s { '#' ?p ?s SERVICE<http://127.0.0.1:1/>{ ?s ?p ?o } }",
    "SELECT * { OPTIONAL { SERVICESILENT<http://127.0.0.1:1/>{ ?s ?p ?o } } }",
])
def test_service_is_refused_in_every_disguise(keeper: Keeper, release: str, query: str) -> None:
    with pytest.raises((ServiceRefused, QueryMalformed)) as caught:
        ask(keeper.socket, Request(release, query))
    if isinstance(caught.value, QueryMalformed):
        assert query.startswith(("CONSTRUCT WHERE", "DESCRIBE"))


@pytest.mark.parametrize("query", [
    "SELECT * { ?s <http://e/SERVICE> ?o }",
    "SELECT * { ?s ?p 'SERVICE <http://x/> { }' }",
    "SELECT * { ?s ?p ?o } LIMIT 1 # SERVICE <http://x/> { }",
    "PREFIX service: <http://e/> SELECT * { ?s service:p1 ?o } LIMIT 1",
    "SELECT ?service { ?service ?p ?o } LIMIT 1",
])
def test_what_merely_looks_like_service_passes(keeper: Keeper, release: str, query: str) -> None:
    assert ask(keeper.socket, Request(release, query)).body


def test_no_child_can_make_a_socket() -> None:
    """The wall behind the tokenizer: evaluated in a process like a child's, SERVICE fails before it connects."""
    script = (
        "import socket, pyoxigraph as ox\n"
        "from delmaal.keeper.wall import build_wall\n"
        "listening = socket.create_server(('127.0.0.1', 0)); listening.settimeout(1)\n"
        "port = listening.getsockname()[1]\n"
        "assert build_wall()\n"
        "try:\n"
        "    rows = list(ox.Store().query('SELECT * { SERVICE <http://127.0.0.1:%d/> { ?s ?p ?o } }' % port))\n"
        "    print('answered', rows)\n"
        "except Exception as error:\n"
        "    print('failed', error)\n"
        "try:\n"
        "    listening.accept(); print('connected')\n"
        "except OSError:\n"
        "    print('nobody came')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.startswith("failed"), done.stdout
    assert done.stdout.endswith("nobody came\n")


@pytest.mark.parametrize("query", [
    "INSERT DATA { <a:a> <a:b> 1 }", "# c\nPREFIX a: <b:> delete where { ?s ?p ?o }", "LOAD <http://x/>", "CLEAR ALL",
    "DROP ALL", "WITH <g:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "BASE <x:y> CREATE GRAPH <g:g>",
])
def test_updates_are_refused_in_plain_words(keeper: Keeper, release: str, query: str) -> None:
    with pytest.raises(UpdateRefused, match="read-only"):
        ask(keeper.socket, Request(release, query))


@pytest.mark.parametrize(("query", "position"), [
    ("SELECT * { ?s ?p ", "1:"), ("SELECT *\n{ ?s ?p ?o ;; ; }}", "2:"), ("", "1:1"), ("ASK { ?s å:b ?o }", "1:"),
])
def test_malformed_queries_say_where(keeper: Keeper, release: str, query: str, position: str) -> None:
    with pytest.raises(QueryMalformed) as caught:
        ask(keeper.socket, Request(release, query))
    assert caught.value.sentence.startswith(position)


def test_a_client_that_leaves_ends_its_query(keeper: Keeper, release: str) -> None:
    before = children(keeper)
    gone = threading.Event()
    threading.Timer(0.4, gone.set).start()
    found, seconds = timed(lambda: ask(keeper.socket, Request(release, CROSS_JOIN), gone.is_set))
    assert isinstance(found, QueryAbandoned)
    assert seconds < 0.9
    wait_until(lambda: len(before - children(keeper)) == 1 and len(children(keeper)) == 5, 1.0)


def test_four_heavy_queries_leave_the_fifth_child_for_quick_ones(keeper: Keeper, release: str) -> None:
    wait_until(lambda: len(children(keeper)) == 5)
    with ThreadPoolExecutor(5) as threads:
        heavy = [threads.submit(timed, lambda: ask(keeper.socket, Request(release, CROSS_JOIN))) for _ in range(4)]
        time.sleep(0.6)
        quick = [timed(lambda: ask(keeper.socket, Request(release, POINT)))[1] for _ in range(60)]
        fifth, _ = timed(lambda: ask(keeper.socket, Request(release, CROSS_JOIN)))
        assert all(isinstance(each.result()[0], QueryTooSlow | QueryBusy) for each in heavy)
    assert statistics.median(quick) < 0.1
    assert isinstance(fifth, QueryBusy | QueryTooSlow)


def test_three_hundred_at_once(keeper: Keeper, release: str) -> None:
    with ThreadPoolExecutor(64) as threads:
        answers = list(threads.map(lambda _: timed(lambda: ask(keeper.socket, Request(release, POINT)))[0], range(300)))
    refused = [each for each in answers if isinstance(each, KeptError)]
    assert not refused, refused[:3]


def test_three_hundred_heavy_ones_are_all_answered(keeper: Keeper, release: str) -> None:
    wait_until(lambda: len(children(keeper)) == 5)
    with ThreadPoolExecutor(300) as threads:
        found = list(threads.map(
            lambda _: timed(lambda: ask(keeper.socket, Request(release, CROSS_JOIN), lambda: False))[0], range(300)))
    assert all(isinstance(each, QueryTooSlow | QueryBusy | KeeperUnreachable) for each in found), \
        {type(each) for each in found}
    assert ask(keeper.socket, Request(release, POINT)).body


def test_afterwards_nothing_burns_and_memory_is_back(keeper: Keeper, release: str) -> None:
    wait_until(lambda: len(children(keeper)) == 5)
    for _ in range(40):
        ask(keeper.socket, Request(release, POINT))
    calm = memory(children(keeper))
    for query in (DOUBLING, SORTED, EVERYTHING):
        timed(lambda query=query: ask(keeper.socket, Request(release, query)))  # type: ignore[misc]
    wait_until(lambda: len(children(keeper)) == 5)
    for _ in range(40):
        ask(keeper.socket, Request(release, POINT))
    assert memory(children(keeper)) <= calm * 1.1 + 30_000  # a fresh child that has opened the store needs 5 to 9 MB
    pids = children(keeper)
    before = cpu(pids)
    time.sleep(1)
    assert cpu(pids) - before <= 5  # ticks of ten milliseconds, over five children


def test_a_killed_child_is_a_clean_failure_and_is_replaced(keeper: Keeper, release: str) -> None:
    wait_until(lambda: len(children(keeper)) == 5)
    before = children(keeper)

    def kill_the_busy_one() -> None:
        busy = max(before, key=lambda pid: cpu({pid}))
        os.kill(busy, signal.SIGKILL)

    threading.Timer(0.8, kill_the_busy_one).start()
    found, seconds = timed(lambda: ask(keeper.socket, Request(release, CROSS_JOIN)))
    assert isinstance(found, KeeperUnreachable | QueryTooSlow), found
    assert seconds < 6
    wait_until(lambda: len(children(keeper)) == 5 and children(keeper) != before)
    assert ask(keeper.socket, Request(release, POINT)).body


def test_a_killed_keeper_leaves_no_orphan(tmp_path: Path, release: str) -> None:
    kept = Keeper(load({}, LIMITS), tmp_path)
    kept.start()
    pids = children(kept)
    assert len(pids) == 5
    assert kept._process is not None
    os.kill(kept._process.pid, signal.SIGKILL)
    wait_until(lambda: not any(is_alive(pid) for pid in pids))
    wait_until(lambda: not kept.alive())
    with pytest.raises(KeeperUnreachable):
        ask(kept.socket, Request(release, POINT))
    kept.start()
    assert ask(kept.socket, Request(release, POINT)).body
    kept.stop()


def test_a_killed_parent_leaves_no_orphan(tmp_path: Path) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\n"
        "from delmaal.keeper import Keeper\nfrom delmaal.settings import load\n"
        "kept = Keeper(load({}), Path(sys.argv[1])); kept.start()\n"
        "print(kept._process.pid, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    pids = {pid, *(int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split())}
    assert len(pids) >= 6
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not any(is_alive(each) for each in pids))


def test_tokens_are_cheap() -> None:
    started = time.process_time()
    check("SELECT * { " + "?s ?p ?o . " * 8_000 + "}", 256)
    assert time.process_time() - started < 2
