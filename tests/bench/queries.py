"""Our SPARQL endpoint against `oxigraph serve`, on the same store: requests a second, and CPU time for a request.

Both answer JSON over HTTP to the same queries, with two web processes and five for queries on our side. A query is new
unless the row says otherwise. The client runs on the same cores, which draws ratios of throughput towards 1; those of
CPU time do not know it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from urllib.parse import quote

from bench import peers
from bench.cells import BASE, PRODUCT, YEARS, Observation
from bench.cube import Cube, cube
from bench.load import Side, compare, cost, in_turn, median, request, throughput
from bench.table import Plan, Row
from delmaal.terms import PREFIXES

JSON = "application/sparql-results+json"
_USED = ("dct", "delmaal", "sdmx-dimension", "sdmx-measure", "skos")
_HEAD = "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in _USED) + f"PREFIX own: <{BASE}id/dimension/> "

MEAN = """SELECT ?year (AVG(?value) AS ?mean) (COUNT(*) AS ?count) {{
  ?cell own:indicator <{indicator}> ; sdmx-dimension:refPeriod ?period ; sdmx-measure:obsValue ?value .
  ?period delmaal:year ?year }} GROUP BY ?year ORDER BY ?year"""
TOP = """SELECT ?name ?value {{
  ?cell own:indicator <{indicator}> ; sdmx-dimension:refPeriod <{period}> ; sdmx-dimension:refArea ?area ;
    sdmx-measure:obsValue ?value .
  ?area skos:prefLabel ?name FILTER (lang(?name) = "nb") }} ORDER BY DESC(?value) LIMIT 10"""
SERIES = """SELECT ?area ?period ?value {{
  ?cell own:indicator <{indicator}> ; sdmx-dimension:refArea ?area ; sdmx-dimension:refPeriod ?period ;
    sdmx-measure:obsValue ?value }}"""
AREAS = """SELECT ?area ?name ?within {{
  ?area dct:isPartOf ?county ; skos:prefLabel ?name . ?county skos:prefLabel ?within
  FILTER (lang(?name) = "nb" && lang(?within) = "nb") }} ORDER BY ?within ?name"""
YEARS_OF = """SELECT ?year ?value {{
  ?cell own:indicator <{indicator}> ; sdmx-dimension:refArea <{area}> ; sdmx-dimension:refPeriod ?period ;
    sdmx-measure:obsValue ?value .
  ?period delmaal:year ?year }} ORDER BY ?year"""
POINT = "SELECT ?value {{ <{cell}> sdmx-measure:obsValue ?value }}"

HEAVY = {"all areas": AREAS, "years of an area": YEARS_OF, "ten greatest of a year": TOP, "mean by year": MEAN,
         "a whole series": SERIES}
"""Queries of 5 ms and more."""

Ask = Callable[[str], bytes]


def text(template: str, cell: Observation) -> str:
    """A query about an observation, its indicator or its year."""
    return _HEAD + template.format(
        cell=cell.iri, indicator=cell.indicator_iri, area=cell.area_iri,
        period=f"{PRODUCT}period/{YEARS[cell.year]}")


def ask_ours(query: str) -> bytes:
    """A query to our endpoint."""
    return request(f"/sparql?query={quote(query)}", JSON)


def ask_oxigraph(query: str) -> bytes:
    """A query to the other."""
    return request(f"/query?query={quote(query)}", JSON)


def measure(plan: Plan) -> Iterator[Row]:
    """The rows of the table."""
    data = cube(plan.size, plan.folder)
    with peers.ours(data, workers=2) as ours, peers.oxigraph(data) as store:

        def sides(requests: Callable[[Ask], Iterator[bytes]], connections: int) -> tuple[Side, Side]:
            return (Side("ours", ours.port, (ours.root,), requests(ask_ours), connections),
                    Side("oxigraph serve", store.port, (store.root,), requests(ask_oxigraph), connections))

        for name, template in HEAVY.items():
            yield from _rows(name, sides(_numbered(data, template), 2), 0.95, plan)
        yield from _rows("point lookup", sides(_points(data, 60_000), 8), 0.2, plan)
        yield from _rows("point lookup, repeated", sides(_points(data, 20), 8), 1.2, plan)


def _numbered(data: Cube, template: str) -> Callable[[Ask], Iterator[bytes]]:
    """Queries that were never asked before: a comment tells apart those that ask the same."""
    cells = data.some(500)

    def requests(ask: Ask) -> Iterator[bytes]:
        return (ask(f"{text(template, cells[number % len(cells)])} # {number}") for number in itertools.count())

    return requests


def _points(data: Cube, count: int) -> Callable[[Ask], Iterator[bytes]]:
    cells = data.some(count)
    return lambda ask: itertools.cycle([ask(text(POINT, cell)) for cell in cells])


def _rows(name: str, sides: tuple[Side, Side], bar: float, plan: Plan) -> Iterator[Row]:
    found = in_turn(sides, plan.turns, plan.seconds * 2)
    mine, others = found["ours"], found["oxigraph serve"]
    speed, cpu = compare(mine, others, throughput), compare(mine, others, cost)
    yield Row(f"{name}, requests a second", f"{median(mine, throughput):.0f}/s", f"{median(others, throughput):.0f}/s",
              speed.value, bar, least=True, note=speed.doubt)
    yield Row(f"{name}, CPU", f"{median(mine, cost):.3f} ms", f"{median(others, cost):.3f} ms", cpu.value,
              round(1 / bar, 3), note=cpu.doubt)
