"""What a light client waits for while others ask for much: a query, and a page.

Fifty clients, each with an address of its own, ask for something heavy and, once that is answered or stopped, for the
next; a fifty-first asks `ASK {}` again and again, from the moment of their arrival on. Then the same for a page that
nobody has asked for, while twelve clients reconcile batches of the largest size.
"""

from __future__ import annotations

import itertools
import json
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from bench import peers
from bench.latency import precedence
from bench.load import Connection, percentile, request
from bench.pages import TRONDHEIM
from bench.queries import ask_ours
from bench.table import Plan, Row
from delmaal.publish import publish

CLIENTS, BATCHES = 50, 12
BAR_SECONDS, BAR_PAGES = 0.5, 2.0
_PAUSE = 0.01
HEAVY = ("SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i "
         "FILTER(STR(?a) = STR(?f) && STR(?c) = STR(?i) && ?a != {number}) }}")
STOPPED = frozenset({200, 504})
"""What a heavy query may end with: its answer, or that it took its time."""

LARGEST = {str(number): {"query": f"helse og velferd for alle {number}", "properties": [
    {"pid": "dct:identifier", "v": [f"{number}.{value}" for value in range(20)]}]} for number in range(50)}


def measure(plan: Plan) -> Iterator[Row]:
    """The rows of the table."""
    release = publish(TRONDHEIM, plan.folder / "pages").release
    seconds = plan.turns * plan.seconds * 3
    port = peers.free_port()
    running = peers.Running("delmaal", [sys.executable, "-c", peers.SERVE, str(release.folder.parent.parent)], port,
                            request("/ready"), DELMAAL_PORT=str(port), DELMAAL_WORKERS="2")
    with running as server, precedence():
        heavy = (ask_ours(HEAVY.format(number=number)) for number in itertools.count())
        with _in_flight(server.port, CLIENTS, heavy, STOPPED) as refused:
            times = _times(server.port, lambda _: ask_ours("ASK {}"), seconds)
        yield Row("ASK {} beside 50 heavy clients, p99", f"{percentile(times, 0.99) * 1000:.1f} ms", "",
                  percentile(times, 0.99), BAR_SECONDS, unit="s",
                  note=f"median {percentile(times, 0.5) * 1000:.1f} ms, longest {max(times):.2f} s of {len(times)}")
        yield Row("refused meanwhile, of all", str(sum(refused.values())), "", float(sum(refused.values())), 0, unit="",
                  note=", ".join(f"{number} x {status}" for status, number in refused.items()))
        numbers = itertools.count()

        def pages(_: int) -> bytes:
            return request(f"/matrix?n={next(numbers)}", "text/html")

        _times(server.port, pages, 2)
        idle = _times(server.port, pages, seconds)
        batches = itertools.repeat(_batch())
        with _in_flight(server.port, BATCHES, batches, frozenset({200})) as refused:
            time.sleep(1)
            loaded = _times(server.port, pages, seconds)
        before, after = percentile(idle, 0.99), percentile(loaded, 0.99)
        yield Row("/matrix beside 12 batches, p99 against idle", f"{after * 1000:.1f} ms", f"{before * 1000:.1f} ms",
                  after / before, BAR_PAGES,
                  note=f"median {percentile(loaded, 0.5) / percentile(idle, 0.5):.2f}x")


def _batch() -> bytes:
    body = urlencode({"queries": json.dumps(LARGEST)}).encode()
    return (b"POST /reconcile/nb HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)) + body


def _times(port: int, message: Callable[[int], bytes], seconds: float) -> list[float]:
    """What each request took, one after another.

    Raises SystemExit where one is refused.
    """
    connection = Connection(port)
    found: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        if connection.ask(message(len(found))) != 200:
            raise SystemExit(f"the light client was answered {connection.answer[0][:200]!r}")
        found.append(time.perf_counter() - connection.sent_at)
        time.sleep(_PAUSE)
    connection.socket.close()
    return found


@contextmanager
def _in_flight(port: int, clients: int, messages: Iterator[bytes], fine: frozenset[int]) -> Iterator[Counter[int]]:
    """So many clients that ask all the time, for as long as the block lasts; how often which was refused."""
    over, lock = threading.Event(), threading.Lock()
    refused: Counter[int] = Counter()
    connections = [_from(port, f"127.0.5.{number + 1}") for number in range(clients)]

    def keep_asking(connection: Connection) -> None:
        while not over.is_set():
            with lock:
                message = next(messages)
            try:
                status = connection.ask(message)
            except (OSError, ValueError):
                return
            if status not in fine and not over.is_set():
                refused[status] += 1

    threads = [threading.Thread(target=keep_asking, args=(connection,)) for connection in connections]
    for thread in threads:
        thread.start()
    try:
        yield refused
    finally:
        over.set()
        for connection in connections:
            connection.hang_up()
        for thread in threads:
            thread.join()
        time.sleep(1)


def _from(port: int, source: str) -> Connection:
    """A connection from an address of this machine."""
    connection = Connection(port)
    connection.socket.close()
    connection.socket = socket.create_connection(("127.0.0.1", port), timeout=300, source_address=(source, 0))
    return connection
