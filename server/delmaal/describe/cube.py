"""What StatDCAT-AP asks of a statistical dataset, read from the cube's own statements.

Only names leave here: a catalogue may name a dimension, and must not describe it, or a harvester takes the cube along.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, Triple

from delmaal.records import Text
from delmaal.terms import term


@dataclass(frozen=True, slots=True)
class Cube:
    """The dimensions and attributes, the units in use, the number of series, and the first and last day covered by the
    dataset's figures, be they observations or not.

    A dimension that a publication minted for its own code list is given as the ontology's, of which it is a part.
    """

    dimensions: tuple[str, ...]
    attributes: tuple[str, ...]
    units: tuple[tuple[str, Text], ...]
    series: int
    first_day: str
    last_day: str


def read_cube(triples: Iterable[Triple]) -> Cube | None:
    """The cube in the statements of a dataset, None where it holds no observation.

    A series is a combination of values of all dimensions but time.
    """
    said = _Statements(triples)
    observations = {row for row, kind in said["rdf:type"] if kind == term("qb:Observation").value}
    if not observations:
        return None
    dimensions, attributes = ({name for _, name in said[role]} for role in ("qb:dimension", "qb:attribute"))
    public = dict(said["rdfs:subPropertyOf"])
    time = term("sdmx-dimension:refPeriod").value
    columns = [dict(said.rows(name)) for name in sorted(dimensions - {time})]
    periods = {period for _, period in said.rows(time)}
    units = {unit for row, unit in said["sdmx-attribute:unitMeasure"] if row in observations}
    return Cube(
        dimensions=tuple(sorted(public.get(name, name) for name in dimensions)),
        attributes=tuple(sorted(public.get(name, name) for name in attributes)),
        units=tuple((unit, said.label(unit)) for unit in sorted(units)),
        series=len({tuple(column.get(row, "") for column in columns) for row in observations}),
        first_day=min((day for period, day in said["dcat:startDate"] if period in periods), default=""),
        last_day=max((day for period, day in said["dcat:endDate"] if period in periods), default=""),
    )


class _Statements:
    """The statements by predicate, as pairs of subject and object."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._by_predicate: dict[str, list[Triple]] = defaultdict(list)
        for triple in triples:
            self._by_predicate[triple.predicate.value].append(triple)

    def __getitem__(self, predicate: str) -> Iterator[tuple[str, str]]:
        return self.rows(term(predicate).value)

    def rows(self, predicate: str) -> Iterator[tuple[str, str]]:
        for triple in self._by_predicate.get(predicate, ()):
            yield triple.subject.value, triple.object.value  # type: ignore[union-attr]  # no blank nodes

    def label(self, iri: str) -> Text:
        words = {
            triple.object.language: triple.object.value for triple in self._by_predicate[term("skos:prefLabel").value]
            if isinstance(triple.object, Literal) and triple.subject.value == iri  # type: ignore[union-attr]
        }
        return Text(words.get("nb", ""), words.get("en", ""))
