"""What a description costs: against a bare Flask answer, the largest resource against an ordinary one, against Trifid.

Everything is CPU time for a request, with one web process on each side. *New* is an answer that no cache has: another
resource each time, of more than the cache holds (it is set to one megabyte for this). *Kept* is one that the front has.
HTML is the page of an observation; those of a kind of its own, which have charts, are told beside it and have no bar.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack

from bench import peers
from bench.cube import cube
from bench.load import Sample, Side, compare, cost, drive, in_turn, median, request
from bench.table import Plan, Row
from bench.words import AREAS

TURTLE, HTML = "text/turtle", "text/html"
KEPT = 40
PAGES = 280
"""Pages of the data set whose members are whole statistics; the first is that of a kind of its own."""

BARS = {"Turtle": 2, "HTML": 6, "304": 1.1}

Found = dict[str, list[Sample]]


def measure(plan: Plan) -> Iterator[Row]:
    """The rows of the table."""
    data = cube(plan.size, plan.folder)
    paths = [f"/doc/statistic/{found.slug}" for found in data.some(7000, whole=True)]
    pages = [f"/doc/cube/statistics?page={number}" for number in range(2, PAGES + 1)]
    areas = [f"/doc/area/{slug}" for slug, _ in AREAS]
    with ExitStack() as stack:
        server = stack.enter_context(peers.ours(data, workers=1, cache_mb=1))
        bare = stack.enter_context(peers.bare(workers=1))

        def side(name: str, requests: Iterable[bytes], status: int = 200) -> Side:
            return Side(name, server.port, (server.root,), itertools.cycle(list(requests)), status=status)

        new = {
            "Turtle": side("Turtle", (request(path, TURTLE) for path in paths)),
            "HTML": side("HTML", (request(path, HTML) for path in paths)),
            "304": side("304", _conditional(server, paths), 304),
            "largest, Turtle": side("largest, Turtle", (request(path, TURTLE) for path in pages)),
            "largest, HTML": side("largest, HTML", (request(path, HTML) for path in pages)),
            "303": side("303", (request(path.replace("/doc/", "/id/", 1)) for path in paths), 303),
            "area": side("area", (request(path, HTML) for path in areas)),
            "data set": side("data set", (request(f"/doc/cube/statistics?n={number}", HTML) for number in range(3000))),
        }
        kept = {
            "Turtle": side("kept Turtle", (request(path, TURTLE) for path in paths[:KEPT])),
            "HTML": side("kept HTML", (request(path, HTML) for path in paths[:KEPT])),
            "304": side("kept 304", _conditional(server, paths[:KEPT]), 304),
        }
        nothing = Side("bare", bare.port, (bare.root,), itertools.cycle([request("/")]))
        _check_cache(server, new.values(), kept.values())
        for title, sides in (("new", new), ("kept", kept)):
            found = in_turn([nothing, *sides.values()], plan.turns, plan.seconds)
            for name, bar in BARS.items():
                yield _against(f"{name}, {title}, against bare Flask", found, sides[name].name, "bare", bar)
            if sides is kept:
                continue
            for name, words in (("303", "303, new, against bare Flask"), ("area", "HTML of an area, with charts"),
                                ("data set", "HTML of the data set, with filters")):
                yield _against(words, found, name, "bare", None)
            for name in ("Turtle", "HTML"):
                yield _against(f"{name}, largest resource against an ordinary one", found, f"largest, {name}", name, 3)
        yield from _trifid(plan, stack, [new["Turtle"], new["HTML"]], paths[:500])


def _conditional(server: peers.Running, paths: Sequence[str]) -> list[bytes]:
    """Requests that are answered 304; the ETags are asked for with HEAD, which fills no cache."""
    found = []
    for path in paths:
        head, _ = server.ask(request(path, TURTLE).replace(b"GET", b"HEAD", 1))
        etag = next(line for line in head.split(b"\r\n") if line.startswith(b"etag: "))[6:].decode()
        found.append(request(path, TURTLE, If_None_Match=etag))
    return found


def _check_cache(server: peers.Running, new: Iterable[Side], kept: Iterable[Side]) -> None:
    """See that each side meets the cache as its name says.

    Raises SystemExit where it does not.
    """
    for wanted, sides in ((False, new), (True, kept)):
        for side in sides:
            drive(side, 0.5)
            before = server.counter("delmaal_cache_hits_total")
            count = drive(side, 0.5).count
            share = (server.counter("delmaal_cache_hits_total") - before) / count
            if share < 0.9 if wanted else share > 0.01:
                raise SystemExit(f"{side.name}: {share:.0%} came from the cache")


def _against(name: str, found: Found, ours: str, peer: str, bar: float | None, least: bool = False) -> Row:
    sides = (found[peer], found[ours]) if least else (found[ours], found[peer])
    figure = compare(*sides, cost)
    return Row(name, f"{median(found[ours], cost):.3f} ms", f"{median(found[peer], cost):.3f} ms", figure.value, bar,
               least, note=figure.doubt)


def _trifid(plan: Plan, stack: ExitStack, ours: Sequence[Side], paths: Sequence[str]) -> Iterator[Row]:
    names = {"Turtle": (TURTLE, 30), "HTML": (HTML, 20)}
    local = [path.replace("/doc/", "id/", 1) for path in paths]
    try:
        store = stack.enter_context(peers.oxigraph(cube(plan.size, plan.folder)))
        trifid = stack.enter_context(peers.trifid(store, plan.folder, local[0]))
    except peers.NotRunError as error:
        for name, (_, bar) in names.items():
            yield Row(f"{name}, new, against Trifid {peers.TRIFID}", "", "", None, bar, least=True, note=str(error))
        return
    sides = [
        Side(f"Trifid {name}", trifid.port, (trifid.root, store.root),
             itertools.cycle([peers.trifid_request(path, accept) for path in local]))
        for name, (accept, _) in names.items()
    ]
    found = in_turn([*ours, *sides], plan.turns, plan.seconds)
    for name, (_, bar) in names.items():
        yield _against(f"{name}, new, against Trifid {peers.TRIFID} and its store", found, name, f"Trifid {name}", bar,
                       least=True)
