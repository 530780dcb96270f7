"""`make bench`: what a build costs, as ratios in one run.

Each row times whole processes (children included) and prints CPU seconds, elapsed seconds and peak memory; the bar
stands beside the ratio. Figures of one machine are not comparable with another's, ratios are.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNS = 3

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


def cost(command: list[str]) -> Cost:
    """The cost of a command, its children included; the median of the runs by CPU."""
    found = sorted((_once(command) for _ in range(RUNS)), key=lambda each: each.cpu)
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


def main() -> None:
    """Print the table; exit 1 where a bar is missed."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    work = Path(tempfile.mkdtemp(prefix="delmaal-bench-"))
    try:
        delmaal = [sys.executable, "-m", "delmaal"]
        out = work / "out"
        fresh = ["sh", "-c", f'rm -rf "{out}" && exec "$@"', "sh", *delmaal, "build", "--out", str(out)]
        whole = cost(fresh)
        again = cost([*delmaal, "build", "--out", str(out)])
        release = (out / "trondheim" / "current").resolve()
        data, shapes = split(release, work)
        alone = cost([sys.executable, "-c", PYSHACL_ALONE, str(data), str(shapes)])
    finally:
        shutil.rmtree(work)
    rows = [
        ("pyshacl alone on the same graph", alone, None, None),
        ("delmaal build from nothing", whole, whole.cpu / alone.cpu, 1.5),
        ("delmaal build, sources unchanged", again, again.wall, 1.0),
    ]
    print(f"{'':34}{'CPU s':>8}{'wall s':>8}{'MB':>7}  figure   bar")
    missed = whole.memory > 400
    for name, each, figure, bar in rows:
        line = f"{name:34}{each.cpu:8.2f}{each.wall:8.2f}{each.memory:7.0f}"
        if figure is not None and bar is not None:
            unit = "s" if bar == 1.0 else "x"
            line += f"  {figure:5.2f}{unit}  {bar:.1f}{unit}"
            missed = missed or figure > bar
        print(line)
    print(f"memory of a build: {whole.memory:.0f} MB of 400 MB")
    sys.exit(1 if missed else 0)


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


if __name__ == "__main__":
    main()
