"""Three hundred of each heavy case at once, through the front door: each gets a whole answer, and nothing is left."""

from __future__ import annotations

import asyncio
import json
import re
import resource
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from conftest import TINY, serving

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
    "SERVICE": ("ASK { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }", 400),
    "5 MB": (f"ASK {{}} #{'x' * 5_000_000}", 413),
    "update": ("DROP ALL", 403),
}
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


def crowd(one: Callable[[], Awaitable[tuple[int, bytes]]], count: int = CROWD) -> Counter[int]:
    """How many got which status; a refusal is a whole problem document."""
    async def all_at_once() -> list[tuple[int, bytes]]:
        return await asyncio.wait_for(asyncio.gather(*(one() for _ in range(count))), 120)

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


def test_three_hundred_of_each_heavy_case(tmp_path: Path) -> None:
    server = serving(TINY, tmp_path, DELMAAL_QUERY_SECONDS="1", DELMAAL_BODY_SECONDS="5", DELMAAL_QUERY_MEMORY_MB="200")
    with server as client:
        port = client.base_url.port or 80
        for _ in range(3):  # as it is after some work, which is what memory is compared with
            assert crowd(lambda: answer(port, post("ASK {}"))) == {200: CROWD}
        before = own_memory(server.process.pid)

        for text, status in REFUSED.values():
            message = post(text)
            at_once = CROWD if len(message) < 100_000 else CROWD // 10  # a body has its time
            for _ in range(CROWD // at_once):
                found = crowd(lambda message=message: answer(port, message), at_once)  # type: ignore[misc]
                assert found == {status: at_once}

        numbers = iter(range(10**6))
        texts = list(SLOW.values())

        def heavy() -> Awaitable[tuple[int, bytes]]:
            number = next(numbers)
            return answer(port, post(f"{texts[number % len(texts)]} # {number}"))

        found = crowd(heavy, CROWD * len(SLOW))
        assert set(found) <= {503, 504}
        assert sum(found.values()) == CROWD * len(SLOW)

        trickle = post("ASK {}")[:-3]  # the rest never comes
        assert crowd(lambda: answer(port, trickle)) == {408: CROWD}

        async def leave_or_stall() -> None:
            """Half ask something heavy and leave at once; half ask for all there is, and read a byte."""
            target = f"/sparql?query={quote('CONSTRUCT WHERE { ?s ?p ?o }')}"
            everything = f"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode()
            stalled = []
            for number in range(CROWD):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(everything)
                stalled.append((reader, writer))
                _, leaving = await asyncio.open_connection("127.0.0.1", port)
                leaving.write(post(f"{texts[0]} # left {number}"))
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
        deadline = time.monotonic() + 15
        while (after := own_memory(server.process.pid)) > before * 1.1:
            assert time.monotonic() < deadline, f"{before >> 20} MB before, {after >> 20} MB after"
            time.sleep(0.5)
    assert "Traceback" not in server.printed
