"""What the others refer to: areas, breakdowns, agents, units, and the periods, ages and places that were used."""

from __future__ import annotations

from pyoxigraph import NamedNode

from delmaal import codes
from delmaal.build.sources import add_sources
from delmaal.build.statistics import unit_of
from delmaal.errors import Mark
from delmaal.records import Area, Marks, Text
from delmaal.statements import Statements
from delmaal.terms import concept, shared, text, typed

_AREA = {
    "label": "skos:prefLabel rdfs:label", "type": "dct:type", "called": "delmaal:called", "same-as": "owl:sameAs",
    "see-also": "rdfs:seeAlso", "validity": "delmaal:validity", "replaced-by": "dct:isReplacedBy",
    "part-of": "dct:isPartOf",
}
_AGENT = {"name": "foaf:name rdfs:label", "see-also": "rdfs:seeAlso"}
_BREAKDOWN = {"label": "skos:prefLabel", "see-also": "rdfs:seeAlso"}
_UNIT = {"label": "rdfs:label skos:prefLabel", "symbol": "qudt:symbol"}


def add_concepts(out: Statements) -> None:
    """Describe every area, breakdown, agent, unit, period, age and place in the source."""
    for area in out.publication.areas:
        _area(out, area)
    _breakdowns(out)
    for agent in out.publication.agents:
        node, marks = out.iri.thing("agent", agent.slug), agent.marks
        out.types("concepts", node, marks.record, "delmaal:Survey" if agent.type == "survey" else "foaf:Agent")
        out.text("concepts", node, ("foaf:name", "rdfs:label"), agent.label, marks.texts("name"))
        _see_also(out, node, agent.see_also, marks)
        out.fields(node, marks, _AGENT)
    used = {record.unit for records in (out.publication.indicators, out.publication.statistics) for record in records}
    for unit in out.publication.units:
        found, marks = unit_of(out, unit), unit.marks
        if unit.slug not in used or found is None:
            continue
        node = found
        out.types("concepts", node, marks.record, "qudt:Unit")
        out.text("concepts", node, ("rdfs:label", "skos:prefLabel"), unit.label, marks.texts("label"))
        if unit.symbol:
            out.add("concepts", node, "qudt:symbol", text(unit.symbol), marks.at("symbol"))
        out.fields(node, marks, _UNIT)
    for code, mark in sorted(out.periods.items()):
        _period(out, code, mark)
    for code, mark in sorted(out.ages.items()):
        node = shared("age", code)
        out.types("concepts", node, mark, "delmaal:AgeGroup", "skos:Concept")
        out.text("concepts", node, ("skos:prefLabel", "rdfs:label"), Text.of(codes.age(code)), mark)
        out.add("concepts", node, "dct:identifier", text(code), mark)
    add_sources(out)


def _see_also(out: Statements, node: NamedNode, addresses: tuple[str, ...], marks: Marks) -> None:
    for index, address in enumerate(addresses):
        out.add("concepts", node, "rdfs:seeAlso", NamedNode(address), marks.at(f"see-also.{index}"))


def _area(out: Statements, area: Area) -> None:
    node, marks = out.iri.thing("area", area.slug), area.marks
    out.types("concepts", node, marks.record, "dct:Location")
    out.text("concepts", node, ("skos:prefLabel", "rdfs:label"), area.label, marks.texts("label"))
    if area.type:
        out.add("concepts", node, "dct:type", concept("area-type", area.type), marks.at("type"))
    if area.called:
        out.text("concepts", node, "delmaal:called", area.called, marks.texts("called"))
    for index, address in enumerate(area.same_as):
        out.add("concepts", node, "owl:sameAs", NamedNode(address), marks.at(f"same-as.{index}"))
    _see_also(out, node, area.see_also, marks)
    out.period("concepts", node, "delmaal:validity", area.validity, marks.at("validity"))
    for predicate, slug, name in (("dct:isReplacedBy", area.replaced_by, "replaced-by"),
                                  ("dct:isPartOf", area.part_of, "part-of")):
        out.reference("concepts", node, predicate, "area", slug, marks, name)
    out.fields(node, marks, _AREA)


def _breakdowns(out: Statements) -> None:
    """The code list of breakdowns; its total is shared, so that publications join on it."""
    head = out.publication.marks.record
    scheme = out.iri.thing("scheme", "breakdowns")
    out.types("concepts", scheme, head, "skos:ConceptScheme")
    named = out.publication.title
    title = Text(f"Inndelinger i {named.nb}", f"Breakdowns of {named.en}")
    out.text("concepts", scheme, ("dct:title", "skos:prefLabel", "rdfs:label"), title, head)
    total = Text("ikke inndelt", "not broken down")
    nodes = [(shared("breakdown", codes.TOTAL), total, {"nb": head, "en": head}, head)]
    for item in out.publication.breakdowns:
        nodes.append((out.iri.thing("breakdown", item.slug), item.label, item.marks.texts("label"), item.marks.record))
    for node, label, texts, mark in nodes:
        out.types("concepts", node, mark, "delmaal:Breakdown", "skos:Concept")
        out.text("concepts", node, ("skos:prefLabel", "rdfs:label"), label, texts)
        out.add("concepts", node, "skos:inScheme", scheme, mark)
        out.add("concepts", node, "skos:topConceptOf", scheme, mark)
        out.add("concepts", scheme, "skos:hasTopConcept", node, mark)
    for item in out.publication.breakdowns:
        node = out.iri.thing("breakdown", item.slug)
        _see_also(out, node, item.see_also, item.marks)
        out.fields(node, item.marks, _BREAKDOWN)


def _period(out: Statements, code: str, mark: Mark) -> None:
    period, node = codes.period(code), shared("period", code)
    out.types("concepts", node, mark, "dct:PeriodOfTime")
    out.text("concepts", node, ("skos:prefLabel", "rdfs:label"), Text.of(period.labels), mark)
    out.add("concepts", node, "dct:identifier", text(code), mark)
    if period.start:
        out.add("concepts", node, "dcat:startDate", typed(period.start, "xsd:date"), mark)
    if period.end:
        out.add("concepts", node, "dcat:endDate", typed(period.end, "xsd:date"), mark)
    if period.year is not None:
        out.add("concepts", node, "delmaal:year", typed(str(period.year), "xsd:integer"), mark)
