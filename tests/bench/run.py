"""`make bench`: what is promised of speed and memory, as ratios in one run; exit 1 where a bar is missed.

    make bench                                        every part
    make bench ARGS="dereference sparql --quick"      some parts, in shorter turns
    make bench ARGS="growth --folder /somewhere"      where the cubes lie, if not in var/bench

Figures of one machine are not comparable with another's, ratios are. A row marked noisy had something else running
beside it: run it again.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "support")]

from bench import build, dereference, fairness, growth, latency, pages, queries, search  # noqa: E402
from bench.cells import INDICATORS  # noqa: E402
from bench.table import Plan, show  # noqa: E402

PARTS = {
    "build": ("What a build costs", build.measure),
    "dereference": ("CPU time for a description", dereference.measure),
    "pages": ("CPU time for a page that people read", pages.measure),
    "sparql": ("SPARQL against oxigraph serve", queries.measure),
    "growth": ("Ten times the data", growth.measure),
    "latency": ("Four heavy queries in flight", latency.measure),
    "fairness": ("Fifty heavy clients, and twelve batches to reconcile", fairness.measure),
    "search": ("Search among 1,780,000 observations", search.measure),
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure against the bars.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; all where none is given")
    parser.add_argument("--size", choices=INDICATORS, default="1m", help="the cube that is served [default: 1m]")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter turns: rough figures")
    parser.add_argument("--folder", type=Path, default=ROOT / "var/bench", help="where cubes and Trifid are kept")
    given = parser.parse_args()
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    plan = Plan(given.size, given.folder, *((3, 0.5) if given.quick else (9, 1.0)))
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    print(f"cube of {plan.size} triples; {plan.turns} turns of {plan.seconds:g} s; load {load:.1f} on {cores} cores")
    missed = [show(title, measure(plan)) for name, (title, measure) in PARTS.items()
              if name in given.parts or not given.parts]
    sys.exit(1 if any(missed) else 0)


if __name__ == "__main__":
    main()
