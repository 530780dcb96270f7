"""Statistics, and the cube that holds those that are observations."""

from __future__ import annotations

from pyoxigraph import NamedNode

from delmaal import codes
from delmaal.build.mentions import MENTION, add_mention
from delmaal.errors import Mark
from delmaal.records import Indicator, Statistic, StatisticMention, Text
from delmaal.statements import Statements
from delmaal.terms import concept, sdg, shared, term, text, typed

DIMENSIONS: tuple[tuple[str, str], ...] = (
    ("ref-area", "sdmx-dimension:refArea"),
    ("ref-period", "sdmx-dimension:refPeriod"),
    ("indicator", ""),  # minted for each publication, because its code list is the publication's
    ("kind", "delmaal:kind"),
    ("sex", "sdmx-dimension:sex"),
    ("age", "sdmx-dimension:age"),
    ("breakdown", ""),
)
ATTRIBUTES: tuple[tuple[str, str, bool], ...] = (
    ("unit-measure", "sdmx-attribute:unitMeasure", True),
    ("unit-mult", "sdmx-attribute:unitMult", False),
    ("qualifier", "delmaal:qualifier", False),
    ("printed-value", "delmaal:printedValue", True),
    ("base-year", "delmaal:baseYear", False),
    ("price-level", "delmaal:priceLevel", False),
    ("comparison-group", "delmaal:comparisonGroup", False),
)
CERTAINTIES = ("certain", "likely", "uncertain")
"""The printed value of a statistic is that of its most certain mention, the first where they are alike."""

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
}
_STATISTIC = {  # what is not wholly known is no observation
    "area": "sdmx-dimension:refArea rdf:type", "period": "sdmx-dimension:refPeriod rdf:type",
    "indicator": "delmaal:indicator sdmx-attribute:unitMeasure rdf:type", "kind": "delmaal:kind rdf:type",
    "sex": "sdmx-dimension:sex rdf:type", "age": "sdmx-dimension:age rdf:type",
    "breakdown": "delmaal:breakdown rdf:type", "value": "sdmx-measure:obsValue rdf:type",
    "not-observed": "delmaal:notObserved sdmx-measure:obsValue rdf:type", "lower": "delmaal:lowerValue",
    "upper": "delmaal:upperValue", "multiplier": "sdmx-attribute:unitMult", "qualifier": "delmaal:qualifier",
    "base-year": "delmaal:baseYear", "price-level": "delmaal:priceLevel", "comparison": "delmaal:comparisonGroup",
    "mentions": "delmaal:mention delmaal:printedValue",
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
    units = {unit.slug: NamedNode(unit.iri) for unit in out.publication.units if unit.iri}
    indicators = {indicator.slug: indicator for indicator in out.publication.indicators}
    for indicator in out.publication.indicators:
        _indicator(out, indicator, scheme, units)
    for statistic in out.publication.statistics:
        indicator = indicators.get(statistic.indicator)  # type: ignore[assignment]  # none where unassigned
        _statistic(out, statistic, indicator, units)


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
    out.types("statistics", structure, mark, "qb:DataStructureDefinition")
    label = Text("Oppbygning av statistikken", "Structure of the statistics")
    out.text("statistics", structure, "rdfs:label", label, mark)
    rows = [(name, predicate, "qb:dimension", True) for name, predicate in DIMENSIONS]
    rows.append(("obs-value", "sdmx-measure:obsValue", "qb:measure", True))
    rows += [(name, predicate, "qb:attribute", required) for name, predicate, required in ATTRIBUTES]
    for order, (name, predicate, role, required) in enumerate(rows, 1):
        node = out.iri.thing("component", name)
        property_node = term(predicate) if predicate else _own_dimension(out, name, mark)
        out.add("statistics", structure, "qb:component", node, mark)
        out.types("statistics", node, mark, "qb:ComponentSpecification")
        out.text("statistics", node, "rdfs:label", Text(f"komponent {name}", f"component {name}"), mark)
        out.add("statistics", node, role, property_node, mark)
        out.add("statistics", node, "qb:componentProperty", property_node, mark)
        out.add("statistics", node, "qb:order", typed(str(order), "xsd:integer"), mark)
        if role == "qb:attribute":
            out.add("statistics", node, "qb:componentRequired", typed(str(required).lower(), "xsd:boolean"), mark)


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
    out.add("concepts", node, "skos:inScheme", scheme, marks.record)
    out.add("concepts", node, "skos:topConceptOf", scheme, marks.record)
    out.add("concepts", scheme, "skos:hasTopConcept", node, marks.record)
    out.fields(node, marks, _INDICATOR)


def _statistic(out: Statements, item: Statistic, indicator: Indicator | None, units: dict[str, NamedNode]) -> None:
    node, marks = out.iri.thing("statistic", item.slug), item.marks
    out.types("statistics", node, marks.record, "delmaal:Statistic")
    if item.observed:
        out.types("statistics", node, marks.record, "qb:Observation")
        out.add("statistics", node, "qb:dataSet", out.iri.thing("cube", "statistics"), marks.record)
    out.text("statistics", node, "rdfs:label", _label(out, item, indicator), marks.record)
    out.reference("statistics", node, "sdmx-dimension:refArea", "area", item.area, marks, "area")
    out.period("statistics", node, "sdmx-dimension:refPeriod", item.period, marks.at("period"))
    if indicator is not None:
        target = out.iri.thing("indicator", indicator.slug)
        for predicate in (term("delmaal:indicator"), out.iri.thing("dimension", "indicator")):
            out.add_node("statistics", node, predicate, target, marks.at("indicator"))
    if item.kind:
        out.add("statistics", node, "delmaal:kind", concept("kind", item.kind), marks.at("kind"))
    out.add("statistics", node, "sdmx-dimension:sex", term(f"sdmx-code:sex-{item.sex or 'T'}"), marks.at("sex"))
    out.age("statistics", node, item.age, marks.at("age"))
    total = item.breakdown == codes.TOTAL or marks.lacks("breakdown")
    breakdown = shared("breakdown", codes.TOTAL) if total else out.iri.thing("breakdown", item.breakdown)
    for predicate in (term("delmaal:breakdown"), out.iri.thing("dimension", "breakdown")):
        out.add_node("statistics", node, predicate, breakdown, marks.at("breakdown"))
    _values(out, node, item, units.get(indicator.unit) if indicator else None)
    if indicator is not None and indicator.marks.lacks("unit"):
        out.doubt(node, "sdmx-attribute:unitMeasure")
    for number, mention in enumerate(item.mentions, 1):
        _mention(out, item, node, mention, number)
    out.fields(node, marks, _STATISTIC)


def _values(out: Statements, node: NamedNode, item: Statistic, unit: NamedNode | None) -> None:
    marks = item.marks
    for predicate, value, name in (("sdmx-measure:obsValue", item.value, "value"),
                                   ("delmaal:lowerValue", item.lower, "lower"),
                                   ("delmaal:upperValue", item.upper, "upper")):
        if value:
            out.add("statistics", node, predicate, typed(value, "xsd:decimal"), marks.at(name))
    if unit is not None:
        out.add("statistics", node, "sdmx-attribute:unitMeasure", unit, marks.at("indicator"))
    if item.value or item.lower or item.multiplier:  # 0 is said too: a sum over the cube must not have to guess it
        multiplier = typed(item.multiplier or "0", "xsd:integer")
        out.add("statistics", node, "sdmx-attribute:unitMult", multiplier, marks.at("multiplier"))
    if item.qualifier:
        out.add("statistics", node, "delmaal:qualifier", concept("qualifier", item.qualifier), marks.at("qualifier"))
    printed = [mention for mention in item.mentions if mention.printed]
    if printed:
        best = min(printed, key=lambda mention: CERTAINTIES.index(mention.certainty or "uncertain"))
        out.add("statistics", node, "delmaal:printedValue", text(best.printed), best.marks.at("as"))
    out.period("statistics", node, "delmaal:baseYear", item.base_year, marks.at("base-year"))
    out.period("statistics", node, "delmaal:priceLevel", item.price_level, marks.at("price-level"))
    if item.comparison:
        out.text("statistics", node, "delmaal:comparisonGroup", item.comparison, marks.texts("comparison"))
    if item.not_observed:
        reason = concept("not-observed", item.not_observed)
        out.add("statistics", node, "delmaal:notObserved", reason, marks.at("not-observed"))


def _label(out: Statements, item: Statistic, indicator: Indicator | None) -> Text:
    """What is measured, of whom, where and when; the printed value where the label is lost."""
    publication = out.publication
    printed = item.mentions[0].printed if item.mentions else ""
    lost = Text(f"Verdi uten etikett: {printed}", f"Value without a label: {printed}")
    parts = [indicator.label if indicator else lost]
    parts += [label for slug, label in SEXES.items() if slug == item.sex]
    if item.age and item.age != codes.TOTAL:
        parts.append(Text(*codes.age(item.age)))
    parts += [breakdown.label for breakdown in publication.breakdowns if breakdown.slug == item.breakdown]
    parts += [area.label for area in publication.areas if area.slug == item.area]
    if item.period and item.period != codes.UNKNOWN:
        period = codes.period(item.period)
        parts.append(Text(period.nb, period.en))
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
