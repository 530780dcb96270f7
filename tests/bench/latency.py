"""Four heavy queries in flight: what others wait for a description, and for a point query.

Requests come at a steady rate, some way below what the server can do. Idle and loaded spells follow one another. A
query that has just begun runs at full priority for a fifth of a second before it is slow; that is told for itself.
"""

from __future__ import annotations

import itertools
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench import peers
from bench.cube import cube
from bench.load import Connection, paced, percentile, request
from bench.queries import POINT, ask_ours, text
from bench.table import Plan, Row

IN_FLIGHT = 4
RATE = 200.0
POINTS_RATE = 50.0
HEAVY = ("SELECT (COUNT(*) AS ?count) {{ ?a <http://purl.org/linked-data/sdmx/2009/measure#obsValue> ?x . "
         "?b <http://purl.org/linked-data/sdmx/2009/measure#obsValue> ?y FILTER (?x + ?y = {number}.5) }}")


def measure(plan: Plan) -> Iterator[Row]:
    """The rows of the table."""
    data = cube(plan.size, plan.folder)
    cells = data.some(60_000)
    descriptions = itertools.cycle([request(f"/doc/statistic/{cell.slug}", "text/turtle") for cell in cells])
    points = itertools.cycle([ask_ours(text(POINT, cell)) for cell in cells])
    seconds = plan.seconds * 3
    idle: list[float] = []
    loaded: list[float] = []
    beginning: list[float] = []
    answered: list[float] = []
    with peers.ours(data, workers=2) as server:
        paced(server.port, descriptions, RATE, seconds)
        for _ in range(plan.turns):
            idle.append(percentile(paced(server.port, descriptions, RATE, seconds), 0.99))
            with _heavy(server.port):
                beginning += paced(server.port, descriptions, RATE, 0.5)
                loaded.append(percentile(paced(server.port, descriptions, RATE, seconds), 0.99))
                answered += paced(server.port, points, POINTS_RATE, seconds / 2)
    figure = statistics.median(loaded) / statistics.median(idle)
    yield Row("description, p99 loaded against idle", f"{statistics.median(loaded) * 1000:.2f} ms",
              f"{statistics.median(idle) * 1000:.2f} ms", figure, 2,
              note=f"idle from {min(idle) * 1000:.2f} to {max(idle) * 1000:.2f} ms, "
                   f"loaded from {min(loaded) * 1000:.2f} to {max(loaded) * 1000:.2f}")
    yield Row("description, p99 in the half second of their start", f"{percentile(beginning, 0.99) * 1000:.2f} ms", "",
              percentile(beginning, 0.99) / statistics.median(idle))
    yield Row("point query meanwhile, p99", f"{percentile(answered, 0.99) * 1000:.1f} ms", "",
              percentile(answered, 0.99) * 1000, 100, unit="ms", note=f"longest {max(answered) * 1000:.1f} ms")


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
