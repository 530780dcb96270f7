"""What happened, counted over all processes: each has a file of counters in memory, `/metrics` adds them up.

The files lie in the server's run directory. A process that ended leaves its file behind, so that no count goes back.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Mapping
from pathlib import Path

from delmaal.http.shared import Shared

ROUTES = ("page", "doc", "id", "sparql", "catalog", "data", "static", "other")
CLASSES = ("2xx", "3xx", "4xx", "5xx")
BUCKETS = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0)
"""Upper bounds of the durations' buckets, in seconds."""

KILLED = ("query-too-slow", "query-too-big", "query-busy", "query-abandoned", "query-too-deep", "keeper-unreachable",
          "engine-unreachable", "engine-too-slow", "engine-broken", "engine-cut")
WAITING = ("query", "page", "batch")
"""What waits in a process for its turn: gauges, which count for as long as the process lives."""

SINGLE = ("cache_hits", "cache_misses", "not_modified", "limited", "duration_microseconds")

_NAMES = (
    *(f"requests:{route}:{status}" for route in ROUTES for status in CLASSES),
    *(f"bucket:{number}" for number in range(len(BUCKETS) + 1)),
    *(f"killed:{code}" for code in KILLED),
    *SINGLE,
    *(f"waiting:{kind}" for kind in WAITING),
)
_POSITION = {name: number for number, name in enumerate(_NAMES)}
_ROUTE_OF = {"": "page", "doc": "doc", "id": "id", "ns": "doc", "sparql": "sparql", "data": "data", "static": "static",
             "catalog": "catalog"}
_REQUESTS = {first: _POSITION[f"requests:{route}:2xx"] - 2 for first, route in _ROUTE_OF.items()}
"""Where the cells of a route begin, for the first digit of a status."""

_OTHER = _POSITION["requests:other:2xx"] - 2
_DURATION, _FIRST_BUCKET = _POSITION["duration_microseconds"], _POSITION["bucket:0"]


class Counters:
    """The counters of this process, and the sums over all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shared = Shared(folder / f"counters-{os.getpid()}-{os.urandom(4).hex()}", len(_NAMES))
        self._cells = self._shared.cells

    def look(self) -> None:
        """Have this process's file where the others look for it; called now and then.

        Raises OSError where that cannot be.
        """
        self._shared.look()
        self._cells = self._shared.cells

    def add(self, name: str, amount: int = 1) -> None:
        """Count."""
        self._cells[_POSITION[name]] += amount

    def put(self, name: str, value: int) -> None:
        """Set a gauge."""
        self._cells[_POSITION[name]] = value

    def stopped(self, code: str) -> None:
        """Count a query that was not answered, where its reason is one that operators watch."""
        if code in KILLED:
            self.add(f"killed:{code}")

    def request(self, path: str, status: int, seconds: float) -> None:
        """Count a request by its route, status and duration."""
        first = path[1:].partition("/")[0].partition(".")[0]
        cells = self._cells
        cells[_REQUESTS.get(first, _OTHER) + min(max(status // 100, 2), 5)] += 1
        cells[_DURATION] += int(seconds * 1e6)
        cells[_FIRST_BUCKET + bisect_left(BUCKETS, seconds)] += 1

    def processes(self) -> int:
        """How many processes that count are alive."""
        return len({name for path in self._folder.glob("counters-*") if _lives(name := path.name.split("-")[1])})

    def sums(self) -> dict[str, int]:
        """The counters of all processes, added up; the gauges of those that live."""
        totals = [0] * len(_NAMES)
        for path in self._folder.glob("counters-*"):
            try:
                data = path.read_bytes()
            except OSError:  # it is just being removed
                continue
            if len(data) == 8 * len(_NAMES):
                counted = _NAMES if _lives(path.name.split("-")[1]) else _NAMES[: -len(WAITING)]
                for number, value in enumerate(memoryview(data).cast("Q")[: len(counted)]):
                    totals[number] += value
        return dict(zip(_NAMES, totals, strict=True))


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except OSError:
        return False
    return True


def prometheus(sums: dict[str, int], release: str, trouble: bool, workers: Mapping[str, int] | None = None,
               slow: int = 0) -> str:
    """The sums in Prometheus' text format (version 0.0.4); `workers` counts processes by what they do, `slow` the
    slow queries that wait."""
    lines = ["# HELP delmaal_requests_total Requests answered, by route and class of status.",
             "# TYPE delmaal_requests_total counter"]
    for route in ROUTES:
        for status in CLASSES:
            labels = f'route="{route}",status="{status}"'
            lines.append(f"delmaal_requests_total{{{labels}}} {sums[f'requests:{route}:{status}']}")
    lines += ["# HELP delmaal_request_duration_seconds How long requests took.",
              "# TYPE delmaal_request_duration_seconds histogram"]
    running = 0
    for number, bound in enumerate((*BUCKETS, "+Inf")):
        running += sums[f"bucket:{number}"]
        lines.append(f'delmaal_request_duration_seconds_bucket{{le="{bound}"}} {running}')
    lines += [f"delmaal_request_duration_seconds_sum {sums['duration_microseconds'] / 1e6:.6f}",
              f"delmaal_request_duration_seconds_count {running}",
              "# HELP delmaal_queries_stopped_total Queries that were not answered, by reason.",
              "# TYPE delmaal_queries_stopped_total counter"]
    lines += [f'delmaal_queries_stopped_total{{reason="{code}"}} {sums[f"killed:{code}"]}' for code in KILLED]
    for name, words in (("cache_hits", "Answers given from the cache."),
                        ("cache_misses", "Answers that had to be made."),
                        ("not_modified", "Answers 304."), ("limited", "Requests refused by the limit for a client.")):
        lines += [f"# HELP delmaal_{name}_total {words}", f"# TYPE delmaal_{name}_total counter",
                  f"delmaal_{name}_total {sums[name]}"]
    lines += ["# HELP delmaal_workers Processes: for the web, for queries, and how many of the latter have one.",
              "# TYPE delmaal_workers gauge"]
    lines += [f'delmaal_workers{{kind="{kind}"}} {number}' for kind, number in (workers or {}).items()]
    lines += ["# HELP delmaal_waiting What waits for its turn: queries, slow ones among them told for themselves, "
              "pages, batches to reconcile.", "# TYPE delmaal_waiting gauge"]
    lines += [f'delmaal_waiting{{kind="{kind}"}} {sums[f"waiting:{kind}"]}' for kind in WAITING]
    lines.append(f'delmaal_waiting{{kind="query-slow"}} {slow}')
    lines += ["# HELP delmaal_release_info The release that is served.", "# TYPE delmaal_release_info gauge",
              f'delmaal_release_info{{release="{release}"}} 1',
              "# HELP delmaal_release_trouble Whether a newer release could not be opened.",
              "# TYPE delmaal_release_trouble gauge", f"delmaal_release_trouble {int(trouble)}"]
    return "\n".join(lines) + "\n"
