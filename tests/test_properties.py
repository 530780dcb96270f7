"""A row says all of a property of statistics: fields, statements and the cube's structure agree with the table."""

from __future__ import annotations

from dataclasses import fields

from conftest import TRONDHEIM
from delmaal import sources
from delmaal.build import build
from delmaal.build.properties import FEEDS, PROPERTIES
from delmaal.records import Statistic
from delmaal.terms import term

BESIDE = {"rdf:type", "rdfs:label", "qb:dataSet", "delmaal:mention"}
"""Said of every statistic, or with its mentions."""


def test_each_field_of_the_record_makes_up_a_property() -> None:
    keys = {"cited": "source"}  # the field `source` with its place, `at`
    record = {keys.get(field.name, field.name.replace("_", "-")) for field in fields(Statistic)}
    assert record - {"slug", "marks"} == FEEDS.keys()


def test_statements_and_structure_are_of_the_rows() -> None:
    publication = sources.read(TRONDHEIM).publication
    assert publication is not None
    built = build(publication)
    statistics = [triple for triple in built.parts["statistics"]
                  if triple.subject.value.startswith(f"{publication.base}id/statistic/")]  # type: ignore[union-attr]  # no blank nodes
    known = {term(name).value for name in BESIDE | {row.name for row in PROPERTIES}}
    own = {f"{publication.base}id/dimension/{row.component}" for row in PROPERTIES if row.own}
    said = {triple.predicate.value for triple in statistics}
    assert said <= known | own
    assert {term(row.name).value for row in PROPERTIES if row.role and row.required} | own <= said
    ordered = [triple.subject.value.rpartition("/")[2]  # type: ignore[union-attr]  # as above
               for triple in built.parts["statistics"] if triple.predicate == term("qb:order")]
    assert ordered == [row.component for row in PROPERTIES if row.component]
