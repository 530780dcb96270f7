"""Three hundred of each heavy case at once, through the front door: each gets a whole answer, and nothing is left."""

from __future__ import annotations

import asyncio
import json
import re
import resource
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from itertools import count, cycle
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from conftest import TINY, serving
from hostile_queries import DECLARED, SERVICES
from processes import cpu, descendants, memory

CROWD = 300
NUMBERS = " ".join(map(str, range(200)))
VALUES = " ".join(f"VALUES ?v{number} {{ {NUMBERS} }}" for number in range(5))
DOUBLING = " ".join(f"BIND(CONCAT(?x{number}, ?x{number}) AS ?x{number + 1})" for number in range(40))
SLOW = {
    "cross join with filter": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(?a != ?d && STR(?c) = STR(?f)) }",
    "product of VALUES": f"SELECT (COUNT(*) AS ?n) {{ {VALUES} FILTER(?v0 + ?v4 = -1) }}",
    "string doubling": f"SELECT (STRLEN(?x40) AS ?n) {{ BIND('{'x' * 1000}' AS ?x0) {DOUBLING} }}",
    "unbounded path": "SELECT (COUNT(*) AS ?n) { ?a (!rdf:nothing|^(!rdf:nothing))* ?b }",
    "ORDER BY over everything": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c",
}
REFUSED = {
    "5,000 deep": (f"ASK {'{' * 5000}{'}' * 5000}", 400),
    "5 MB": (f"ASK {{}} #{'x' * 5_000_000}", 413),
    "update": ("DROP ALL", 403),
}
TOO_BIG = f"CONSTRUCT {{ ?s ?p ?o, ?x }} {{ ?s ?p ?o VALUES ?v {{ {NUMBERS} }} BIND(CONCAT(STR(?o), STR(?v)) AS ?x) }}"
"""Everything, and more than the limit on one result."""

NUMBER = count()
"""Makes each query another one, so that none is answered from the cache."""

RUNNING = 'delmaal_workers{kind="query-busy"}'


def post(text: str) -> bytes:
    """A query as its request."""
    body = text.encode()
    return (b"POST /sparql HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)) + body


async def answer(port: int, message: bytes) -> tuple[int, bytes]:
    """Status and whole body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(message)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        assert length, head
        body = await reader.readexactly(int(length[1]))
        if head.startswith((b"HTTP/1.1 503", b"HTTP/1.1 504")):
            assert b"retry-after" in head.lower()
        return int(head[9:12]), body
    finally:
        writer.close()


def crowd(one: Callable[[], Awaitable[tuple[int, bytes]]], size: int = CROWD) -> Counter[int]:
    """How many got which status; a refusal is a whole problem document."""
    async def all_at_once() -> list[tuple[int, bytes]]:
        return await asyncio.wait_for(asyncio.gather(*(one() for _ in range(size))), 120)

    found = asyncio.run(all_at_once())
    for status, body in found:
        if status >= 400:
            assert json.loads(body)["status"] == status
    return Counter(status for status, _ in found)


@pytest.fixture(scope="module", autouse=True)
def _enough_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CROWD * len(SLOW)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"{wanted} open files are needed, {hard} may be had")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def metric(client: httpx.Client, name: str) -> float:
    """A figure of the server's."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert found, name
    return float(found[1])


def own_memory(pid: int) -> int:
    """Bytes that a process and all below it have of their own."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            text = path.read_text()
        except OSError:
            continue
        if pid in _line_of_descent(int(path.parent.name)):
            total += int(text.partition("RssAnon:")[2].split()[0] or 0) * 1024 if "RssAnon:" in text else 0
    return total


def _line_of_descent(pid: int) -> set[int]:
    found = set()
    while pid > 1 and pid not in found:
        found.add(pid)
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            break
    return found


def heavy_work(client: httpx.Client) -> None:
    """Every heavy case, in a crowd; afterwards no query runs."""
    port = client.base_url.port or 80
    for text, status in REFUSED.values():
        message = post(text)
        at_once = CROWD if len(message) < 100_000 else CROWD // 10  # a body has its time
        for _ in range(CROWD // at_once):
            found = crowd(lambda message=message: answer(port, message), at_once)  # type: ignore[misc]
            assert found == {status: at_once}

    disguises = cycle([post(f"{DECLARED}{clause}}}") for clause in SERVICES])
    assert crowd(lambda: answer(port, next(disguises))) == {400: CROWD}

    for _ in range(30):  # on a busy machine its second may be over before the limit is reached
        status, body = asyncio.run(answer(port, post(TOO_BIG)))
        if status == 422:
            break
    assert (status, json.loads(body)["type"].rpartition("#")[2]) == (422, "query-too-big")
    found = crowd(lambda: answer(port, post(f"{TOO_BIG} # {next(NUMBER)}")))
    assert set(found) <= {422, 503, 504}
    texts = list(SLOW.values())

    def heavy() -> Awaitable[tuple[int, bytes]]:
        number = next(NUMBER)
        return answer(port, post(f"{texts[number % len(texts)]} # {number}"))

    found = crowd(heavy, CROWD * len(SLOW))
    assert set(found) <= {422, 503, 504}
    assert sum(found.values()) == CROWD * len(SLOW)

    trickle = post("ASK {}")[:-3]  # the rest never comes
    assert crowd(lambda: answer(port, trickle)) == {408: CROWD}

    async def leave_or_stall() -> None:
        """Half ask something heavy and leave at once; half ask for all there is, and read a byte."""
        target = f"/sparql?query={quote('CONSTRUCT WHERE { ?s ?p ?o }')}"
        everything = f"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode()
        stalled = []
        for _ in range(CROWD):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(everything)
            stalled.append((reader, writer))
            _, leaving = await asyncio.open_connection("127.0.0.1", port)
            leaving.write(post(f"{texts[0]} # left {next(NUMBER)}"))
            leaving.close()
        for reader, _ in stalled[:50]:
            await asyncio.wait_for(reader.readexactly(1), 30)
        async with httpx.AsyncClient(base_url=client.base_url, timeout=10) as other:
            began = time.monotonic()
            assert (await other.get("/doc/theme/god-helse.ttl")).status_code == 200
            assert time.monotonic() - began < 5
        for _, writer in stalled:
            writer.close()

    asyncio.run(leave_or_stall())
    deadline = time.monotonic() + 30
    while metric(client, RUNNING):
        assert time.monotonic() < deadline, "queries go on"
        time.sleep(0.1)
    assert client.get("/ready").status_code == 200
    for _ in range(3):
        assert crowd(lambda: answer(port, post("ASK {}"))) == {200: CROWD}


@pytest.mark.long
def test_three_hundred_of_each_heavy_case(tiny_out: Path) -> None:
    """What a first round leaves behind is the allocator's and of caches; a second, of other queries, adds nothing."""
    server = serving(TINY, tiny_out, DELMAAL_QUERY_SECONDS="1", DELMAAL_BODY_SECONDS="5", DELMAAL_QUERY_MEMORY_MB="200",
                     DELMAAL_QUERY_RESULT_MB="2", DELMAAL_QUERY_WAIT_SECONDS="5")
    with server as client:
        heavy_work(client)
        before = own_memory(server.process.pid)
        heavy_work(client)
        deadline = time.monotonic() + 15
        while (after := own_memory(server.process.pid)) > before * 1.1:
            assert time.monotonic() < deadline, f"{before >> 20} MB after one round, {after >> 20} MB after two"
            time.sleep(0.5)
        family = {server.process.pid, *descendants(server.process.pid)}
        spent = sum(map(cpu, family))
        time.sleep(1.5)
        assert sum(map(cpu, family)) - spent < 0.15, "seconds of processor, of a server that nobody asks anything"
    assert "Traceback" not in server.printed


def web_memory(server: int) -> int:
    """Bytes that the web processes have of their own."""
    workers = [pid for pid in descendants(server)
               if not re.search(rb"delmaal\.keeper|resource_tracker", Path(f"/proc/{pid}/cmdline").read_bytes())]
    assert len(workers) == 2
    return sum(map(memory, workers))


def test_readers_that_stall_hold_no_memory(tiny_out: Path) -> None:
    """Each has asked for 20 MB, and reads a byte a second: the rest waits on the disk."""
    rows = " ".join(map(str, range(4000)))
    text = f"SELECT ?v ?x {{ VALUES ?v {{ {rows} }} BIND('{'x' * 5_000}' AS ?x) }}"
    expected = b"v,x\r\n" + b"".join(b"%d,%s\r\n" % (number, b"x" * 5_000) for number in range(4000))
    assert len(expected) > 20_000_000
    request = post(text).replace(b"Connection: close", b"Accept: text/csv", 1)
    server = serving(TINY, tiny_out)
    with server as client, ExitStack() as stack:
        assert asyncio.run(answer(client.base_url.port or 80, request)) == (200, expected)
        time.sleep(3)  # what it took to make that has been given back
        before = web_memory(server.process.pid)
        stalled = []
        for number in range(12):
            connection = stack.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(30)
            connection.connect(("127.0.0.1", client.base_url.port or 80))
            connection.sendall(request.replace(b"/sparql", b"/sparql?n=%d" % number, 1))  # no repeat
            assert connection.recv(1) == b"H"
            stalled.append(connection)
        for _ in range(3):
            time.sleep(1)
            assert all(connection.recv(1) for connection in stalled)
            assert client.get("/doc/theme/god-helse.ttl").status_code == 200  # while they stall
        grown = web_memory(server.process.pid) - before
        assert grown < 3 * len(expected), f"{grown >> 20} MB for {12 * len(expected) >> 20} MB under way"
        stalled[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        rest = bytearray()
        while not rest.endswith(expected[-5_006:]):  # the last row, with its number
            rest += stalled[0].recv(1 << 20)
        assert rest.endswith(expected), "who reads on gets it whole"
