"""What StatDCAT-AP asks of a statistical dataset, read from the cube's own statements.

Only names leave here: a catalogue may name a dimension, and must not describe it, or a harvester takes the cube along.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, Triple

from delmaal.records import Text
from delmaal.terms import term


@dataclass(frozen=True, slots=True)
class Cube:
    """The dimensions and attributes, the units in use, the number of series, and the first and last day covered.

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
    observations = {triple.subject for triple in said["rdf:type"] if triple.object == term("qb:Observation")}
    if not observations:
        return None
    components = {role: {triple.object.value for triple in said[role]} for role in ("qb:dimension", "qb:attribute")}
    parents = {triple.subject.value: triple.object.value for triple in said["rdfs:subPropertyOf"]}
    time = term("sdmx-dimension:refPeriod").value
    columns = [said.column(name) for name in sorted(components["qb:dimension"] - {time})]
    series = {tuple(column.get(row, "") for column in columns) for row in observations}
    periods = {value for row, value in said.column(time).items() if row in observations}
    first = [triple.object.value for triple in said["dcat:startDate"] if str(triple.subject) in periods]
    last = [triple.object.value for triple in said["dcat:endDate"] if str(triple.subject) in periods]
    return Cube(
        *(tuple(sorted(parents.get(name, name) for name in names)) for names in components.values()),
        units=said.units(observations),
        series=len(series),
        first_day=min(first, default=""),
        last_day=max(last, default=""),
    )


class _Statements:
    """The statements by predicate; there are no blank nodes among them."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._by_predicate: dict[str, list[Triple]] = defaultdict(list)
        for triple in triples:
            self._by_predicate[triple.predicate.value].append(triple)

    def __getitem__(self, name: str) -> list[Triple]:
        return self._by_predicate.get(term(name).value, [])

    def column(self, predicate: str) -> dict[object, str]:
        return {triple.subject: str(triple.object) for triple in self._by_predicate.get(predicate, [])}

    def units(self, observations: set[object]) -> tuple[tuple[str, Text], ...]:
        used = {t.object.value for t in self["sdmx-attribute:unitMeasure"] if t.subject in observations}
        labels: dict[str, dict[str, str]] = {iri: {} for iri in used}
        for triple in self["skos:prefLabel"]:
            if triple.subject.value in used and isinstance(triple.object, Literal):
                labels[triple.subject.value][triple.object.language or ""] = triple.object.value
        return tuple((iri, Text(words.get("nb", ""), words.get("en", ""))) for iri, words in sorted(labels.items()))
