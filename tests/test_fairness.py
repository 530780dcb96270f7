"""Fairness, through the front door: whoever asks for little is answered soon, whatever others ask for at the same time.

Clients are told apart by their addresses, and a machine has many of its own: 127.0.0.1 to 127.255.255.254.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from conftest import TINY, serving
from delmaal.release import Release
from processes import WAIT, alive, cpu, descendants, until, words

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the keeper is Linux's")

HEAVY = ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STR(?a) = STR(?f) && STR(?c) = STR(?i) "
         "&& ?a != %d) }")
SOON = 4
"""Seconds within which a light query is answered here, where other tests run beside this one. On a quiet machine it is
a tenth of one; what it must be there is held by the bench, `fairness`."""


def query(text: str) -> bytes:
    """A query as its request, on a connection that stays."""
    body = text.encode()
    return (b"POST /sparql HTTP/1.1\r\nHost: h\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)) + body


def asked(port: int, message: bytes, source: str = "127.0.0.1") -> socket.socket:
    """A connection from an address, on which a request is sent."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=60, source_address=(source, 0))
    connection.sendall(message)
    return connection


def status_of(connection: socket.socket) -> int:
    """The status of the answer that comes."""
    return int(connection.recv(1 << 16)[9:12])


def took(port: int, message: bytes, source: str) -> float:
    """Seconds until an answer began, which is 200."""
    begun = time.monotonic()
    with asked(port, message, source) as connection:
        assert status_of(connection) == 200
    return time.monotonic() - begun


@contextmanager
def in_flight(port: int, sources: list[str]) -> Iterator[list[socket.socket]]:
    """A heavy query from each address, all at once, for as long as the block lasts."""
    with ExitStack() as stack:
        yield [stack.enter_context(asked(port, query(HEAVY % number), source)) for number, source in enumerate(sources)]


def answered(connections: list[socket.socket]) -> list[bytes]:
    """What has been answered by now."""
    found = []
    for connection in connections:
        connection.setblocking(False)
        try:
            found.append(connection.recv(1 << 16))
        except BlockingIOError:
            continue
    return found


def metrics(client: httpx.Client) -> dict[str, float]:
    """What the server tells of itself."""
    lines = re.findall(r"^(delmaal_[^ ]+) (\S+)$", client.get("/metrics").text, re.MULTILINE)
    return {name: float(value) for name, value in lines}


def spent_in(server: serving, seconds: float) -> float:
    """Seconds of processor that all processes of a server have in so many seconds."""
    family = {server.process.pid, *descendants(server.process.pid)}
    before = sum(map(cpu, family))
    time.sleep(seconds)
    return sum(map(cpu, family)) - before


def idle(client: httpx.Client, seconds: float = WAIT) -> None:
    """Wait until no query runs or waits."""
    deadline = time.monotonic() + seconds
    while True:
        found = metrics(client)
        if not any(value for name, value in found.items()
                   if name.startswith("delmaal_waiting") or name == 'delmaal_workers{kind="query-busy"}'):
            return
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


@pytest.fixture(scope="module")
def server(tiny_release: Release, shelves: Path) -> Iterator[serving]:
    """A server of its own, since these tests keep it busy."""
    assert tiny_release.folder.is_relative_to(shelves)
    running = serving(TINY, shelves, DELMAAL_QUERY_SECONDS="15")
    with running:
        yield running


SOURCES = {"fifty clients": [f"127.0.1.{number}" for number in range(1, 51)],
           "one client on fifty connections": ["127.0.1.1"] * 50,
           "behind one proxy that is not known to be one": ["127.0.0.1"] * 50}


@pytest.mark.parametrize("sources", SOURCES.values(), ids=SOURCES.keys())
def test_a_light_client_is_answered_while_fifty_heavy_ones_are_in_flight(server: serving, sources: list[str]) -> None:
    light = query("ASK {}")
    with in_flight(server.port, sources) as heavy:
        first = took(server.port, light, "127.0.0.1")
        assert first < 5 * SOON, "in the moment of their arrival, on a machine that does much else"
        time.sleep(2)
        times = [took(server.port, light, "127.0.0.1") for _ in range(100)]
        assert sorted(times)[98] < SOON, max(times)
        assert all(answer.startswith(b"HTTP/1.1 504") for answer in answered(heavy)), "it waits for its turn"
        found = metrics(server.client)
        assert found['delmaal_waiting{kind="query-slow"}'] + found['delmaal_waiting{kind="query"}'] > 30
        assert found['delmaal_workers{kind="query-slow"}'] >= 1
    idle(server.client)


def test_what_waits_is_dropped_when_its_client_leaves(server: serving) -> None:
    """The processor is as idle soon after as it was before."""
    with in_flight(server.port, SOURCES["fifty clients"]):
        time.sleep(1.5)
    left = time.monotonic()
    idle(server.client)
    assert time.monotonic() - left < 10, "the queries of all fifty would take minutes"
    until(lambda: spent_in(server, 1.5) < 0.3, WAIT)  # who takes the place of those that were ended begins meanwhile


def test_a_client_cannot_take_over_by_opening_many_connections(server: serving) -> None:
    """A hundred and fifty heavy queries of one client: no more wait than one client may have waiting, and a heavy one
    of another goes before them all."""
    numbers = " ".join(map(str, range(500)))
    text = f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {numbers} }} VALUES ?y {{ {numbers} }} FILTER(?x + ?y = 7) }}"
    with ExitStack() as stack:
        greedy = [stack.enter_context(asked(server.port, query(HEAVY % number), "127.0.2.1")) for number in range(150)]
        times = [took(server.port, query("ASK {}"), "127.0.2.2") for _ in range(20)]
        assert statistics.median(times) < SOON
        took(server.port, query(text), "127.0.2.2")
        assert metrics(server.client)['delmaal_waiting{kind="query-slow"}'] <= 64
        assert all(b"query-busy" in answer or b"query-too-big" in answer for answer in answered(greedy))
    idle(server.client)


def test_a_web_process_that_is_killed_leaves_nothing_in_the_queue(server: serving) -> None:
    with in_flight(server.port, SOURCES["fifty clients"]):
        time.sleep(1)
        root = server.process.pid
        others = rb"delmaal\.keeper|resource_tracker|batches"
        web = [pid for pid in descendants(root) if not re.search(others, words(pid) or b"batches")]
        assert len(web) == 2
        for pid in web:
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + WAIT
        while True:
            try:
                assert took(server.port, query("ASK {}"), "127.0.0.1") < 10
                break
            except (OSError, ValueError):
                assert time.monotonic() < deadline
                time.sleep(0.1)
    idle(server.client)


def test_requests_of_threads_wait_in_the_same_queue(server: serving) -> None:
    """A page with an answer is made by the view, and not by the front; it is as fast."""
    page = {"Accept": "text/html"}
    with in_flight(server.port, SOURCES["fifty clients"]):
        time.sleep(2)
        begun = time.monotonic()
        with httpx.Client(base_url=server.address, timeout=60) as client:
            assert client.get("/sparql", params={"query": "ASK {}"}, headers=page).status_code == 200
        assert time.monotonic() - begun < SOON
    idle(server.client)



LARGEST = {str(number): {"query": f"helse og velferd for alle {number}", "properties": [
    {"pid": "dct:identifier", "v": [f"{number}.{value}" for value in range(20)]}]} for number in range(50)}
"""A batch at every limit."""


def batch(queries: object) -> bytes:
    """A batch to reconcile, as its request."""
    body = urlencode({"queries": json.dumps(queries)}).encode()
    return (b"POST /reconcile/nb HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)) + body


def page(number: int) -> bytes:
    """The matrix, as nobody has asked for it."""
    return b"GET /matrix?n=%d HTTP/1.1\r\nHost: h\r\n\r\n" % number


def test_pages_are_made_while_twelve_batches_are_in_flight(server: serving) -> None:
    """The batches are made by other processes, behind all others; what is not made yet is dropped with its client."""
    took(server.port, batch({"a": {"query": "3.4"}}), "127.0.0.1")
    idle_times = sorted(took(server.port, page(number), "127.0.3.1") for number in range(20))
    for attempt in range(1, 6):
        with ExitStack() as stack:
            for number in range(12):
                stack.enter_context(asked(server.port, batch(LARGEST), f"127.0.4.{number + 1}"))
            time.sleep(0.3)
            times = sorted(took(server.port, page(100 * attempt + number), "127.0.3.1") for number in range(20))
            assert times[-1] < SOON
        idle(server.client)
        if times[10] < max(3 * idle_times[10], 0.2):
            break
    assert times[10] < max(3 * idle_times[10], 0.2), "half of them, at best of five; the bench has the bar"
    until(lambda: spent_in(server, 1) < 0.2, WAIT)  # no batch goes on after its client left


def test_a_query_with_very_many_values_costs_little(server: serving) -> None:
    many = {"a": {"query": "helse", "properties": [{"pid": "dct:identifier", "v": list(map(str, range(2000)))}]}}
    family = [server.process.pid, *descendants(server.process.pid)]
    before = sum(map(cpu, family))
    assert took(server.port, batch(many), "127.0.0.1") < 2 * SOON
    assert sum(map(cpu, family)) - before < 1


def test_a_batch_process_that_is_killed_is_started_again(server: serving) -> None:
    small = batch({"a": {"query": "3.4"}})
    for _ in range(4):
        took(server.port, small, "127.0.0.1")
    beside = [pid for pid in descendants(server.process.pid) if b"batches" in words(pid)]
    assert beside
    for pid in beside:
        os.kill(pid, signal.SIGKILL)
    until(lambda: not any(map(alive, beside)), WAIT)  # which run, and so end, when nobody else does
    took(server.port, small, "127.0.0.1")
