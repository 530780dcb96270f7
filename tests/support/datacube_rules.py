"""The integrity constraints of the RDF Data Cube Recommendation, asked of a graph by either of two engines.

The texts are in ``datacube/``::

    normalise-*.ru          the normalisation algorithm, one step a file, run in the order of their names
    ic-01.rq to ic-21.rq    the constraints, one ASK query each: true where the constraint is violated
    list-*-hierarchies.rq   the properties for which ic-20.rq and ic-21.rq are asked, since these two are templates

https://www.w3.org/TR/vocab-data-cube/, sections "Normalization algorithm" (#normalize-algorithm) and "Integrity
constraints" (#wf-rules).
"""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

import pyoxigraph
import rdflib
from rdflib.plugins.sparql import prepareQuery, prepareUpdate

FOLDER = Path(__file__).with_name("datacube")
STEPS = tuple(sorted(FOLDER.glob("normalise-*.ru")))
CONSTRAINTS = {f"IC-{number}": FOLDER / f"ic-{number:02}.rq" for number in range(1, 22)}
TEMPLATES = {"IC-20": FOLDER / "list-direct-hierarchies.rq", "IC-21": FOLDER / "list-inverse-hierarchies.rq"}
PLACEHOLDER = "<urn:template:property>"

EngineName = Literal["pyoxigraph", "rdflib"]


class Cubes(Protocol):
    """A graph in memory, held by an engine: all that the constraints need of one."""

    def update(self, text: str) -> None:
        """Run a SPARQL update."""

    def ask(self, text: str) -> bool:
        """Answer an ASK query."""

    def select(self, text: str) -> list[str]:
        """Answer a SELECT query of one column of IRIs, each written as N-Triples writes it."""


class OxigraphCubes:
    """The graph in a Store of pyoxigraph, which may rewrite numbers (6.40 to 6.4) but keeps their values."""

    def __init__(self, statements: bytes) -> None:
        self._store = pyoxigraph.Store()
        self._store.bulk_extend(
            pyoxigraph.Quad(quad.subject, quad.predicate, quad.object)
            for quad in pyoxigraph.parse(statements, pyoxigraph.RdfFormat.N_QUADS)
        )

    def update(self, text: str) -> None:
        self._store.update(text)

    def ask(self, text: str) -> bool:
        return bool(self._store.query(text))

    def select(self, text: str) -> list[str]:
        solutions = self._store.query(text)
        assert isinstance(solutions, pyoxigraph.QuerySolutions)
        return [str(solution[0]) for solution in solutions]


# For rdflib, reading a query takes longer than answering it over a small graph.
parsed_query = cache(prepareQuery)
parsed_update = cache(prepareUpdate)


class RdflibCubes:
    """The graph in a Graph of rdflib, whose parser and evaluator share nothing with the other engine's."""

    def __init__(self, statements: bytes) -> None:
        dataset = rdflib.Dataset()
        dataset.parse(data=statements, format="nquads")
        self._graph = rdflib.Graph()
        for subject, predicate, value, _ in dataset.quads():
            self._graph.add((subject, predicate, value))

    def update(self, text: str) -> None:
        self._graph.update(parsed_update(text))

    def ask(self, text: str) -> bool:
        return bool(self._graph.query(parsed_query(text)).askAnswer)

    def select(self, text: str) -> list[str]:
        result = self._graph.query(parsed_query(text))
        return [term.n3() for binding in result.bindings for term in binding.values()]


def load(nquads_or_ntriples: bytes, engine: EngineName = "pyoxigraph") -> Cubes:
    """Hold the statements in the engine, those of named graphs together with those of the default graph."""
    return OxigraphCubes(nquads_or_ntriples) if engine == "pyoxigraph" else RdflibCubes(nquads_or_ntriples)


def normalise(cubes: Cubes, steps: Iterable[Path] = STEPS) -> None:
    """Expand the abbreviated form (#normalize-algorithm): closure of types and properties, then the flattening."""
    for step in steps:
        cubes.update(step.read_text("utf-8"))


def violated(cubes: Cubes) -> list[str]:
    """Name the constraints (#wf-rules) that a normalised graph violates, in the order of their numbers."""
    return [name for name in CONSTRAINTS if any(cubes.ask(text) for text in queries(name, cubes))]


def queries(name: str, cubes: Cubes) -> Iterator[str]:
    """Give the ASK queries of a constraint: one, but for IC-20 and IC-21 one for each property of a hierarchy."""
    text = CONSTRAINTS[name].read_text("utf-8")
    if name not in TEMPLATES:
        yield text
        return
    for iri in cubes.select(TEMPLATES[name].read_text("utf-8")):
        yield text.replace(PLACEHOLDER, iri)


def violations(nquads_or_ntriples: bytes, engine: EngineName = "pyoxigraph") -> list[str]:
    """Name the constraints that the statements violate, "IC-1" to "IC-21"; a well-formed graph (#wf) has none.

    A graph without a cube violates nothing either: ask separately whether the cube is there.
    """
    cubes = load(nquads_or_ntriples, engine)
    normalise(cubes)
    return violated(cubes)
