"""What a page that people read costs, against a bare Flask answer: CPU time for a request, one web process each.

The pages are those of the themes of Trondheim's publication, in both languages. *New* is a page that the front's cache
does not have (it is set to one megabyte, and the pages come in turn, so that each was dropped before it is asked for
again); the process may know its parts. *Kept* is a page that the front has.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from contextlib import ExitStack

from bench import peers
from bench.dereference import HTML
from bench.load import Side, compare, cost, drive, in_turn, median, request
from bench.table import Plan, Row
from delmaal.publish import publish

TRONDHEIM = peers.TESTS.parent / "data" / "trondheim"
KEPT = 4
BARS = {"new": 40, "kept": 3}


def measure(plan: Plan) -> Iterator[Row]:
    """The rows of the table."""
    release = publish(TRONDHEIM, plan.folder / "pages").release
    slugs = sorted(path.stem for path in (TRONDHEIM / "themes").glob("*.yaml"))
    asked = [request(f"/doc/theme/{slug}?lang={lang}", HTML) for lang in ("nb", "en") for slug in slugs]
    port = peers.free_port()
    server = peers.Running(
        "delmaal", [sys.executable, "-c", peers.SERVE, str(release.folder.parent.parent)], port, request("/ready"),
        DELMAAL_PORT=str(port), DELMAAL_WORKERS="1", DELMAAL_CACHE_MB="1")
    with ExitStack() as stack:
        stack.enter_context(server)
        bare = stack.enter_context(peers.bare(workers=1))
        nothing = Side("bare", bare.port, (bare.root,), itertools.cycle([request("/")]))
        for name, bar in BARS.items():
            pages = asked if name == "new" else asked[:KEPT]
            side = Side(name, server.port, (server.root,), itertools.cycle(pages))
            _check_cache(server, side, wanted=name == "kept")
            found = in_turn([nothing, side], plan.turns, plan.seconds)
            figure = compare(found[name], found["bare"], cost)
            yield Row(f"theme page, {name}, against bare Flask", f"{median(found[name], cost):.3f} ms",
                      f"{median(found['bare'], cost):.3f} ms", figure.value, bar, note=figure.doubt)


def _check_cache(server: peers.Running, side: Side, wanted: bool) -> None:
    """See that a side meets the cache as its name says.

    Raises SystemExit where it does not.
    """
    drive(side, 0.5)
    before = server.counter("delmaal_cache_hits_total")
    count = drive(side, 0.5).count
    share = (server.counter("delmaal_cache_hits_total") - before) / count
    if share < 0.9 if wanted else share > 0.05:
        raise SystemExit(f"{side.name}: {share:.0%} came from the cache")
