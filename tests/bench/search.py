"""Search among figures: how long the first results take, and what the index costs.

Each row is a way of searching, asked over HTTP on one connection, never twice alike, so that no answer is a kept one.
The cube of 10m statements has 1,780,000 observations; the bar is for a million.
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from bench import peers
from bench.cells import Observation
from bench.cube import Cube, cube
from bench.growth import LARGE, SMALL
from bench.load import Sample, Side, cost, drive, in_turn, median, p50, percentile, request
from bench.machine import family
from bench.table import Plan, Row
from bench.words import AREAS, GROUPS, MEASURES
from delmaal.search import build_search

BAR = 20.0
"""Milliseconds until the first results."""


def _measure(cell: Observation) -> str:
    return MEASURES[cell.indicator % len(MEASURES)][1]


def _group(cell: Observation) -> str:
    return GROUPS[cell.indicator // len(MEASURES)][1]


def _area(cell: Observation) -> str:
    return AREAS[cell.area][1][0]


def _typo(word: str) -> str:
    return word[:3] + word[4:5] + word[3:4] + word[5:]


QUERIES: dict[str, Callable[[Observation], str]] = {
    "indicator, group, area and year": lambda cell: f"{_measure(cell)} {_group(cell)} {_area(cell)} {2014 + cell.year}",
    "an area": _area,
    "a value": lambda cell: cell.value.replace(".", ","),
    "a value in an area": lambda cell: f"{cell.value.replace('.', ',')} {_area(cell)}",
    "a word that most figures have": lambda _: "andel",
    "two words that most figures have": lambda _: "andel kommune",
    "the beginning of a word": lambda cell: _area(cell)[:4],
    "a mistyped word and an area": lambda cell: f"{_typo('innbyggere')} {_area(cell)}",
    "nothing that there is": lambda _: "xyzzyqq",
}


def measure(plan: Plan) -> Iterator[Row]:
    """The rows of the table; whichever cube the run is on, this part needs both."""
    cubes = {size: cube(size, plan.folder) for size in (SMALL, LARGE)}
    large = cubes[LARGE]
    with peers.ours(large, workers=1) as server:
        for name, make in QUERIES.items():
            side = Side(name, server.port, (server.root,), _requests(large, make), connections=1)
            samples = in_turn([side], plan.turns, plan.seconds)[name]
            slowest = max(percentile(sample.latencies, 0.95) for sample in samples) * 1000
            figure = median(samples, p50)
            note = f"CPU {median(samples, cost):.1f} ms, p95 {slowest:.1f} ms, others {_others(samples):.0%}"
            yield Row(f"{name}, p50", f"{figure:.1f} ms", "", figure, BAR, unit="ms", note=note)
    memory = {size: _memory(found) for size, found in cubes.items()}
    yield Row(f"memory of a web process at {LARGE} against {SMALL}", f"{memory[LARGE]:.0f} MB",
              f"{memory[SMALL]:.0f} MB", memory[LARGE] / memory[SMALL], 1.1, note="its own, after 400 searches")
    yield _building(cubes[SMALL])


def _others(samples: Sequence[Sample]) -> float:
    """The share of the machine that others used meanwhile: on a busy one, the CPU time tells more than the latency."""
    return statistics.median(sample.others for sample in samples)


def _requests(data: Cube, make: Callable[[Observation], str]) -> Iterator[bytes]:
    cells = itertools.cycle(data.some(5000))
    return (request(f"/search.json?q={quote(make(cell))}&turn={number}", "application/json")
            for number, cell in enumerate(cells))


def _memory(data: Cube) -> float:
    """Megabytes of its own that a web process has after searches of every kind."""
    asked = itertools.chain.from_iterable(
        itertools.islice(_requests(data, make), 400 // len(QUERIES)) for make in QUERIES.values())
    with peers.ours(data, workers=1) as server:
        drive(Side(data.size, server.port, (server.root,), asked, connections=1), seconds=600)
        return max(_own(process) for process in family([server.root]) if process != server.root)


def _own(process: int) -> float:
    command = Path(f"/proc/{process}/cmdline").read_bytes()
    if b"delmaal.keeper" in command or b"resource_tracker" in command:
        return 0.0
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon"))


def _building(data: Cube) -> Row:
    """What the index costs: CPU time and size for a million observations."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for part in ("data", "metadata"):
            (work / part).symlink_to(data.release / part)
        before = time.process_time()
        build_search(work)
        seconds = time.process_time() - before
        size = sum(path.stat().st_size for path in (work / "search").rglob("*") if path.is_file())
    million = 1e6 / sum(1 for _ in data.observations())
    return Row("the index of a million observations, CPU", f"{seconds * million:.0f} s", "", None,
               note=f"{size * million / 1e6:.0f} MB")
