"""Statistics, and the cube that holds those that are observations."""

from __future__ import annotations

from pyoxigraph import NamedNode

from delmaal import codes
from delmaal.build.mentions import MENTION, add_mention, add_places
from delmaal.build.properties import ATTRIBUTE, FEEDS, PRINTED, PROPERTIES, Said, say_all
from delmaal.errors import Mark
from delmaal.records import Indicator, Statistic, StatisticMention, Text, Unit
from delmaal.records.licences import LICENCES
from delmaal.statements import Statements
from delmaal.terms import EU, concept, sdg, term, typed

Names = dict[tuple[str, str], Text]
"""What the breakdowns and areas are called, by what they are and their slug."""

SEXES = {"M": Text("menn", "men"), "F": Text("kvinner", "women")}
KINDS = {
    "projection": Text("framskriving", "projection"),
    "target": Text("mål", "target"),
    "threshold": Text("terskel", "threshold"),
}
"""What a label says of a figure that is no plain observation and does not say so in its indicator."""

_OWN = {
    "indicator": ("indicators", "delmaal:Indicator", Text("indikator", "indicator")),
    "breakdown": ("breakdowns", "delmaal:Breakdown", Text("inndeling", "breakdown")),
}

_INDICATOR = {
    "label": "skos:prefLabel", "definition": "skos:definition", "unit": "sdmx-attribute:unitMeasure",
    "close-match": "skos:closeMatch", "related-match": "skos:relatedMatch",
    "may-be-negative": "delmaal:mayBeNegative", "source": "dct:source", "frequency": "dct:accrualPeriodicity",
    "owner": "delmaal:owner",
}
_MENTION = {
    **MENTION, "certainty": "delmaal:certainty", "area-basis": "delmaal:areaBasis", "source": "delmaal:statedSource",
}


def add_statistics(out: Statements) -> None:
    """The cube's structure, the indicators, each statistic with its mentions."""
    _structure(out)
    scheme, head = out.iri.thing("scheme", "indicators"), out.publication.marks.record
    out.types("concepts", scheme, head, "skos:ConceptScheme")
    out.text("concepts", scheme, ("dct:title", "skos:prefLabel", "rdfs:label"), _title(out), head)
    units = {unit.slug: node for unit in out.publication.units if (node := unit_of(out, unit)) is not None}
    indicators = {indicator.slug: indicator for indicator in out.publication.indicators}
    for indicator in out.publication.indicators:
        _indicator(out, indicator, scheme, units)
    names: Names = {("breakdown", row.slug): row.label for row in out.publication.breakdowns}
    names |= {("area", row.slug): row.label for row in out.publication.areas}
    for statistic in out.publication.statistics:
        indicator = indicators.get(statistic.indicator)  # type: ignore[assignment]  # none where unassigned
        _statistic(out, statistic, indicator, units, names)


def unit_of(out: Statements, unit: Unit) -> NamedNode | None:
    """The IRI of a unit: the one that it has, else one of the publication's; None where it is not known."""
    if unit.marks.lacks("iri"):
        return None
    return NamedNode(unit.iri) if unit.iri else out.iri.thing("unit", unit.slug)


def _title(out: Statements) -> Text:
    title = out.publication.title
    return Text(f"Indikatorer i {title.nb}", f"Indicators of {title.en}")


def _structure(out: Statements) -> None:
    mark = out.publication.marks.record
    dataset, structure = out.iri.thing("cube", "statistics"), out.iri.thing("structure", "statistics")
    title = Text(f"Statistikk i {out.publication.title.nb}", f"Statistics of {out.publication.title.en}")
    out.types("statistics", dataset, mark, "qb:DataSet")
    out.text("statistics", dataset, ("dct:title", "rdfs:label"), title, mark)
    out.add("statistics", dataset, "qb:structure", structure, mark)
    out.add("statistics", dataset, "dct:isPartOf", out.iri.thing("dataset", "statistics"), mark)
    licence = LICENCES.get(out.publication.licence)
    if licence is not None:  # else the source lacks it, which is said there
        out.add("statistics", dataset, "dct:license", NamedNode(licence.page), mark)
    out.types("statistics", structure, mark, "qb:DataStructureDefinition")
    label = Text("Oppbygning av statistikken", "Structure of the statistics")
    out.text("statistics", structure, "rdfs:label", label, mark)
    observed = [statistic for statistic in out.publication.statistics if statistic.observed]
    for order, row in enumerate((row for row in PROPERTIES if row.component), 1):
        name, node = row.component, out.iri.thing("component", row.component)
        property_node = _own_dimension(out, name, mark) if row.own else term(row.name)
        out.add("statistics", structure, "qb:component", node, mark)
        out.types("statistics", node, mark, "qb:ComponentSpecification")
        out.text("statistics", node, "rdfs:label", Text(f"komponent {name}", f"component {name}"), mark)
        out.add("statistics", node, row.role, property_node, mark)
        out.add("statistics", node, "qb:componentProperty", property_node, mark)
        out.add("statistics", node, "qb:order", typed(str(order), "xsd:integer"), mark)
        if row.role == ATTRIBUTE:
            # what a table gives has no printed form, and is an observation all the same
            always = row.required and not (row.name == PRINTED and any(each.themes for each in observed))
            required = typed(str(always).lower(), "xsd:boolean")
            out.add("statistics", node, "qb:componentRequired", required, mark)


def _own_dimension(out: Statements, name: str, mark: Mark) -> NamedNode:
    scheme, kind, label = _OWN[name]
    node = out.iri.thing("dimension", name)
    out.types("statistics", node, mark, "rdf:Property", "qb:DimensionProperty", "qb:CodedProperty")
    out.text("statistics", node, "rdfs:label", label, mark)
    out.add("statistics", node, "rdfs:subPropertyOf", term(f"delmaal:{name}"), mark)
    out.add("statistics", node, "rdfs:range", term(kind), mark)
    out.add("statistics", node, "qb:codeList", out.iri.thing("scheme", scheme), mark)
    return node


def _indicator(out: Statements, indicator: Indicator, scheme: NamedNode, units: dict[str, NamedNode]) -> None:
    node, marks = out.iri.thing("indicator", indicator.slug), indicator.marks
    out.types("concepts", node, marks.record, "delmaal:Indicator", "skos:Concept")
    out.text("concepts", node, ("skos:prefLabel", "rdfs:label"), indicator.label, marks.texts("label"))
    if indicator.definition:
        out.text("concepts", node, "skos:definition", indicator.definition, marks.texts("definition"))
    if indicator.unit in units:
        out.add("concepts", node, "sdmx-attribute:unitMeasure", units[indicator.unit], marks.at("unit"))
    for predicate, matches, name in (("skos:closeMatch", indicator.close_match, "close-match"),
                                     ("skos:relatedMatch", indicator.related_match, "related-match")):
        for index, code in enumerate(matches):
            out.add("concepts", node, predicate, sdg(code), marks.at(f"{name}.{index}"))
    if indicator.may_be_negative:
        out.add("concepts", node, "delmaal:mayBeNegative", typed("true", "xsd:boolean"), marks.at("may-be-negative"))
    source = out.source_of(indicator.cited, marks)
    if source is not None:
        out.add("concepts", node, "dct:source", source, marks.at("source"))
        out.cited("concepts", node, indicator.cited, marks)
    if indicator.frequency:
        frequency = NamedNode(f"{EU}frequency/{indicator.frequency}")
        out.add("concepts", node, "dct:accrualPeriodicity", frequency, marks.at("frequency"))
    if indicator.owner:
        out.text("concepts", node, "delmaal:owner", indicator.owner, marks.texts("owner"))
    out.add("concepts", node, "skos:inScheme", scheme, marks.record)
    out.add("concepts", node, "skos:topConceptOf", scheme, marks.record)
    out.add("concepts", scheme, "skos:hasTopConcept", node, marks.record)
    out.fields(node, marks, _INDICATOR)


def _statistic(out: Statements, item: Statistic, indicator: Indicator | None, units: dict[str, NamedNode],
               names: Names) -> None:
    node, marks = out.iri.thing("statistic", item.slug), item.marks
    out.types("statistics", node, marks.record, "delmaal:Statistic")
    if item.observed:
        out.types("statistics", node, marks.record, "qb:Observation")
        out.add("statistics", node, "qb:dataSet", out.iri.thing("cube", "statistics"), marks.record)
    label = _label(item, indicator, names)
    out.text("statistics", node, "rdfs:label", label, marks.record)
    say_all(out, Said(node, item, indicator, units.get(indicator.unit if indicator else item.unit)))
    if indicator is not None and indicator.marks.lacks("unit"):
        out.doubt(node, "sdmx-attribute:unitMeasure")
    add_places(out, "statistics", node, item, label)
    for number, mention in enumerate(item.mentions, 1):
        _mention(out, item, node, mention, number)
    out.fields(node, marks, FEEDS)


def _label(item: Statistic, indicator: Indicator | None, names: Names) -> Text:
    """What is measured, of whom, where and when; the printed value where the label is lost."""
    printed = item.mentions[0].printed if item.mentions else ""
    lost = Text(f"Verdi uten etikett: {printed}", f"Value without a label: {printed}")
    parts = [indicator.label if indicator else lost]
    parts += [label for slug, label in SEXES.items() if slug == item.sex]
    if item.age and item.age != codes.TOTAL:
        parts.append(Text.of(codes.age(item.age)))
    parts += [names[of] for of in (("breakdown", item.breakdown), ("area", item.area)) if of in names]
    if item.period and item.period != codes.UNKNOWN:
        parts.append(Text.of(codes.when(item.period, expected=item.kind in {"projection", "target"})))
    parts += [label for kind, label in KINDS.items() if kind == item.kind]
    return Text(", ".join(part.nb for part in parts), ", ".join(part.en for part in parts))


def _mention(out: Statements, item: Statistic, subject: NamedNode, mention: StatisticMention, number: int) -> None:
    label = Text(f"Omtale {number} av tallet {mention.printed}", f"Mention {number} of the figure {mention.printed}")
    node, marks = add_mention(out, "statistics", subject, f"{item.slug}-{number}", label, mention), mention.marks
    if mention.certainty:
        certainty = concept("certainty", mention.certainty)
        out.add("statistics", node, "delmaal:certainty", certainty, marks.at("certainty"))
    if mention.area_basis:
        basis = concept("area-basis", mention.area_basis)
        out.add("statistics", node, "delmaal:areaBasis", basis, marks.at("area-basis"))
    out.reference("statistics", node, "delmaal:statedSource", "agent", mention.source, marks, "source")
    out.fields(node, marks, _MENTION)
