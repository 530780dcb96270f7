"""Four heavy queries in flight: what others wait for a description, and for a point query.

Requests come at a steady rate, some way below what the server can do. Idle and loaded spells follow one another, and
each loaded spell has heavy queries of its own. A query that has just begun runs at full priority until it is slow; that
is told for itself. The client stands for another machine: where it may, it takes precedence, so that what it waits for
is the server alone, in idle and in loaded spells alike. With the ratio of each turn, whose median is held against the
bar, goes that of all turns' answers taken together.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from bench import peers
from bench.cube import cube
from bench.load import Connection, Sample, Side, compare, median, p99, paced, percentile, quietest, request
from bench.queries import POINT, ask_ours, text
from bench.table import Plan, Row

IN_FLIGHT = 4
RATE = 200.0
POINTS_RATE = 50.0
_BEGINNING = 1.0
HEAVY = ("SELECT (COUNT(*) AS ?count) {{ ?a <http://purl.org/linked-data/sdmx/2009/measure#obsValue> ?x . "
         "?b <http://purl.org/linked-data/sdmx/2009/measure#obsValue> ?y FILTER (?x + ?y = {number}.5) }}")


def measure(plan: Plan) -> Iterator[Row]:
    """The rows of the table."""
    data = cube(plan.size, plan.folder)
    cells = data.some(60_000)
    seconds = plan.seconds * 6
    idle: list[Sample] = []
    loaded: list[Sample] = []
    beginning: list[Sample] = []
    answered: list[Sample] = []
    with peers.ours(data, workers=2) as server:
        descriptions = Side("description", server.port, (server.root,), itertools.cycle(
            [request(f"/doc/statistic/{cell.slug}", "text/turtle") for cell in cells]))
        points = Side("point query", server.port, (server.root,), itertools.cycle(
            [ask_ours(text(POINT, cell)) for cell in cells]))

        def under_load(side: Side, rate: float, seconds: float) -> Sample:
            with _heavy(server.port):
                beginning.append(paced(descriptions, RATE, _BEGINNING))
                return paced(side, rate, seconds)

        with precedence():
            paced(descriptions, RATE, seconds)
            paced(points, POINTS_RATE, 1)
            for _ in range(plan.turns):
                idle.append(quietest(partial(paced, descriptions, RATE, seconds)))
                loaded.append(quietest(partial(under_load, descriptions, RATE, seconds)))
                answered.append(quietest(partial(under_load, points, POINTS_RATE, seconds / 2)))
    found = compare(loaded, idle, p99)
    together = percentile(_latencies(loaded), 0.99) / percentile(_latencies(idle), 0.99)
    yield Row("description, p99 loaded against idle", f"{median(loaded, p99):.2f} ms", f"{median(idle, p99):.2f} ms",
              found.value, 2, note=", ".join(filter(None, (f"all turns together {together:.2f}x", found.doubt))))
    yield Row("description, p99 in the second of their start", f"{median(beginning, p99):.2f} ms", "",
              median(beginning, p99) / median(idle, p99))
    longest = max(_latencies(answered)) * 1000
    yield Row("point query meanwhile, p99", f"{median(answered, p99):.1f} ms", "", median(answered, p99), 100,
              unit="ms", note=f"longest {longest:.1f} ms")


def _latencies(samples: Sequence[Sample]) -> list[float]:
    return [latency for sample in samples for latency in sample.latencies]


@contextmanager
def precedence() -> Iterator[None]:
    """This thread goes before all others, if this user may have that."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, -20)
        yield
    finally:
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, before)


@contextmanager
def _heavy(port: int) -> Iterator[None]:
    """Heavy queries in flight for as long as the block lasts: one that is stopped is asked again."""
    over = threading.Event()
    connections = [Connection(port) for _ in range(IN_FLIGHT)]
    numbers = itertools.count()

    def keep_asking(connection: Connection) -> None:
        while not over.is_set():
            try:
                connection.ask(ask_ours(HEAVY.format(number=next(numbers))))
            except OSError:
                return

    threads = [threading.Thread(target=keep_asking, args=(connection,)) for connection in connections]
    for thread in threads:
        thread.start()
    time.sleep(0.01)
    try:
        yield
    finally:
        over.set()
        for connection in connections:
            connection.hang_up()
        for thread in threads:
            thread.join()
        time.sleep(1)
