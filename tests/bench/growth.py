"""Ten times the data: what a lookup takes then, and how much memory a web process needs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from bench import peers
from bench.cube import Cube, cube
from bench.load import Side, compare, drive, in_turn, median, p50, request
from bench.machine import family
from bench.queries import POINT, ask_ours, text
from bench.table import Plan, Row

SMALL, LARGE = "1m", "10m"
VISITED = 7000
"""Resources that a server is asked for before its memory is compared."""


def measure(plan: Plan) -> Iterator[Row]:
    """The rows of the table; whichever cube the run is on, this part needs both."""
    cubes = {size: cube(size, plan.folder) for size in (SMALL, LARGE)}
    for data in cubes.values():
        _read(data)
    with peers.ours(cubes[SMALL], workers=2) as small, peers.ours(cubes[LARGE], workers=2) as large:
        servers = {SMALL: small, LARGE: large}
        for name, bar in (("SPARQL point lookup", 1.3), ("description in Turtle", 1.3)):
            sides = [
                Side(size, server.port, (server.root,), _requests(cubes[size], name), connections=1)
                for size, server in servers.items()
            ]
            found = in_turn(sides, plan.turns, plan.seconds)
            figure = compare(found[LARGE], found[SMALL], p50)
            yield Row(f"{name}, p50 at {LARGE} against {SMALL}", f"{median(found[LARGE], p50):.2f} ms",
                      f"{median(found[SMALL], p50):.2f} ms", figure.value, bar, note=figure.doubt)
    memory = {size: _memory(found) for size, found in cubes.items()}
    yield Row(f"memory of a web process at {LARGE} against {SMALL}", f"{memory[LARGE][0]:.0f} MB",
              f"{memory[SMALL][0]:.0f} MB", memory[LARGE][0] / memory[SMALL][0], 1.1,
              note=f"its own; with mapped files {memory[LARGE][1]:.0f} and {memory[SMALL][1]:.0f} MB resident")


def _read(data: Cube) -> None:
    """Have the operating system hold a release's files in memory, as it has where a server ran for some time."""
    for file in data.release.rglob("*"):
        if file.is_file():
            with file.open("rb") as opened:
                while opened.read(1 << 24):
                    pass


def _requests(data: Cube, name: str) -> Iterator[bytes]:
    if name.startswith("SPARQL"):
        return itertools.cycle([ask_ours(text(POINT, cell)) for cell in data.some(60_000)])
    return itertools.cycle([request(f"/doc/statistic/{cell.slug}", "text/turtle") for cell in data.some(60_000)])


def _memory(data: Cube) -> tuple[float, float]:
    """Own and resident megabytes of a web process that answered as much as another on another cube."""
    visits = (request(f"/doc/statistic/{cell.slug}", accept)
              for cell in data.some(VISITED, whole=True) for accept in ("text/turtle", "text/html"))
    with peers.ours(data, workers=1) as server:
        drive(Side(data.size, server.port, (server.root,), visits, connections=4), seconds=600)
        return max(_resident(process) for process in family([server.root]) if _is_web(process, server.root))


def _is_web(process: int, root: int) -> bool:
    """Whether a process is one of granian's: neither the first one, nor the keeper or a child of it."""
    command = Path(f"/proc/{process}/cmdline").read_bytes()
    return process != root and b"delmaal.keeper" not in command and b"resource_tracker" not in command


def _resident(process: int) -> tuple[float, float]:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    found = {name: float(value.split()[0]) / 1024 for name, _, value in (line.partition(":") for line in lines)
             if name in ("RssAnon", "VmRSS")}
    return found["RssAnon"], found["VmRSS"]
