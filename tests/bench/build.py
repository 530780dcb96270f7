"""What a build costs: whole processes, children included, against pyshacl alone on the same graph."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.table import Plan, Row

ROOT = Path(__file__).resolve().parents[2]

PYSHACL_ALONE = """
import sys
from rdflib import Graph
import pyshacl
data, shapes = Graph().parse(sys.argv[1], format="nt"), Graph().parse(sys.argv[2], format="nt")
conforms, _, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True, allow_warnings=True)
assert conforms
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process cost: CPU and elapsed seconds, peak memory in MB."""

    cpu: float
    wall: float
    memory: float


def cost(command: list[str], runs: int) -> Cost:
    """The cost of a command, its children included; the median of the runs by CPU."""
    found = sorted((_once(command) for _ in range(runs)), key=lambda each: each.cpu)
    return found[len(found) // 2]


def _once(command: list[str]) -> Cost:
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    if os.waitstatus_to_exitcode(status):
        message = process.stderr.read().decode() if process.stderr else ""
        raise SystemExit(f"{' '.join(command[:4])} failed: {message}")
    unit = 1024 if sys.platform == "linux" else 1024 * 1024
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / unit)


def measure(plan: Plan) -> Iterator[Row]:
    """The rows of the table."""
    work = Path(tempfile.mkdtemp(prefix="delmaal-bench-"))
    runs = min(3, plan.turns)
    try:
        delmaal = [sys.executable, "-m", "delmaal"]
        out = work / "out"
        fresh = ["sh", "-c", f'rm -rf "{out}" && exec "$@"', "sh", *delmaal, "build", "--out", str(out)]
        whole = cost(fresh, runs)
        again = cost([*delmaal, "build", "--out", str(out)], runs)
        release = (out / "trondheim" / "current").resolve()
        data, shapes = split(release, work)
        alone = cost([sys.executable, "-c", PYSHACL_ALONE, str(data), str(shapes)], runs)
    finally:
        shutil.rmtree(work)
    yield Row("build from nothing against pyshacl alone, CPU", f"{whole.cpu:.2f} s", f"{alone.cpu:.2f} s",
              whole.cpu / alone.cpu, 1.5, note=f"{whole.wall:.1f} s elapsed")
    yield Row("build with sources unchanged, elapsed", f"{again.wall:.2f} s", "", again.wall, 1.0, unit="s")
    yield Row("memory of a build", f"{whole.memory:.0f} MB", f"{alone.memory:.0f} MB", whole.memory, 400, unit="MB")


def split(release: Path, work: Path) -> tuple[Path, Path]:
    """The data and the shapes of a release as N-Triples, as the validation sees them."""
    shapes, data = work / "shapes.nt", work / "data.nt"
    of_shapes = {
        line[: line[:-3].rindex(b" ")] + b" .\n"
        for line in (release / "data/graphs.nq").read_bytes().splitlines(keepends=True)
        if line[:-3].endswith(b"/graph/shapes>")
    }
    everything = (release / "data/all.nt").read_bytes().splitlines(keepends=True)
    shapes.write_bytes(b"".join(sorted(of_shapes)))
    data.write_bytes(b"".join(line for line in everything if line not in of_shapes))
    return data, shapes
