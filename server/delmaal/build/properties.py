"""What is said of a statistic: a row for each property, by which the cube's structure, the statements and the Marks go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pyoxigraph import NamedNode

from delmaal import amounts, codes
from delmaal.records import Indicator, Statistic
from delmaal.statements import Statements
from delmaal.terms import concept, shared, term, text, typed

DIMENSION, MEASURE, ATTRIBUTE = "qb:dimension", "qb:measure", "qb:attribute"

PRINTED = "delmaal:printedValue"

CERTAINTIES = ("certain", "likely", "uncertain")
"""The printed value of a statistic is that of its most certain mention, the first where they are alike."""


class Said(NamedTuple):
    """A statistic with what it refers to; its indicator and its unit are None where they are not known."""

    node: NamedNode
    item: Statistic
    indicator: Indicator | None
    unit: NamedNode | None


@dataclass(frozen=True, slots=True)
class Property:
    """A property: the fields that make it up, the first of which is where it stands; how it is said; and its component
    of the cube, which is `own` where each publication mints it, since its code list is the publication's."""

    name: str
    fields: tuple[str, ...]
    say: Callable[[Statements, Property, Said], None] | None = None
    component: str = ""
    role: str = ""
    required: bool = False
    own: bool = False

    def value(self, item: Statistic) -> str:
        """What the first field holds."""
        found: str = getattr(item, self.fields[0].replace("-", "_"))
        return found


def _area(out: Statements, row: Property, said: Said) -> None:
    out.reference("statistics", said.node, row.name, "area", said.item.area, said.item.marks, "area")


def _period(out: Statements, row: Property, said: Said) -> None:
    out.period("statistics", said.node, row.name, row.value(said.item), said.item.marks.at(row.fields[0]))


def _twice(out: Statements, row: Property, said: Said, thing: NamedNode) -> None:
    """Under the property that all publications share, and under the publication's own dimension."""
    for predicate in (term(row.name), out.iri.thing("dimension", row.component)):
        out.add_node("statistics", said.node, predicate, thing, said.item.marks.at(row.fields[0]))


def _indicator(out: Statements, row: Property, said: Said) -> None:
    if said.indicator is not None:
        _twice(out, row, said, out.iri.thing("indicator", said.indicator.slug))


def _breakdown(out: Statements, row: Property, said: Said) -> None:
    item = said.item
    total = item.breakdown == codes.TOTAL or item.marks.lacks("breakdown")
    _twice(out, row, said, shared("breakdown", codes.TOTAL) if total else out.iri.thing("breakdown", item.breakdown))


def _concept(out: Statements, row: Property, said: Said) -> None:
    field, value = row.fields[0], row.value(said.item)
    if value:
        out.add("statistics", said.node, row.name, concept(field, value), said.item.marks.at(field))


def _sex(out: Statements, row: Property, said: Said) -> None:
    sex = term(f"sdmx-code:sex-{said.item.sex or 'T'}")
    out.add("statistics", said.node, row.name, sex, said.item.marks.at("sex"))


def _age(out: Statements, _: Property, said: Said) -> None:
    out.age("statistics", said.node, said.item.age, said.item.marks.at("age"))


def _number(out: Statements, row: Property, said: Said, value: str, kind: str) -> None:
    if value:
        out.add("statistics", said.node, row.name, typed(value, kind), said.item.marks.at(row.fields[0]))


def _decimal(out: Statements, row: Property, said: Said) -> None:
    _number(out, row, said, row.value(said.item), "xsd:decimal")


def _observed(out: Statements, row: Property, said: Said) -> None:
    _number(out, row, said, said.item.value if said.item.observed else "", "xsd:decimal")


def _integer(out: Statements, row: Property, said: Said) -> None:
    _number(out, row, said, row.value(said.item), "xsd:integer")


def _amount(out: Statements, row: Property, said: Said) -> None:
    value = row.value(said.item)
    if value and not said.item.marks.lacks("multiplier"):
        _number(out, row, said, amounts.in_unit(value, said.item.multiplier), "xsd:decimal")


def _unit(out: Statements, row: Property, said: Said) -> None:
    item, marks = said.item, said.item.marks
    if said.unit is not None and item.numbered:  # words alone have no unit
        out.add("statistics", said.node, row.name, said.unit, marks.at("unit" if item.unit else "indicator"))


def _multiplier(out: Statements, row: Property, said: Said) -> None:
    item = said.item
    if item.value or item.lower or item.multiplier:  # 0 is said too: a sum over the cube must not have to guess it
        _number(out, row, said, item.multiplier or "0", "xsd:integer")


def _printed(out: Statements, row: Property, said: Said) -> None:
    printed = [mention for mention in said.item.mentions if mention.printed]
    if printed:
        best = min(printed, key=lambda mention: CERTAINTIES.index(mention.certainty or "uncertain"))
        out.add("statistics", said.node, row.name, text(best.printed), best.marks.at("as"))


def _comparison(out: Statements, row: Property, said: Said) -> None:
    if said.item.comparison:
        out.text("statistics", said.node, row.name, said.item.comparison, said.item.marks.texts("comparison"))


PROPERTIES: tuple[Property, ...] = (
    Property("sdmx-dimension:refArea", ("area",), _area, "ref-area", DIMENSION),
    Property("sdmx-dimension:refPeriod", ("period",), _period, "ref-period", DIMENSION),
    Property("delmaal:indicator", ("indicator",), _indicator, "indicator", DIMENSION, own=True),
    Property("delmaal:kind", ("kind",), _concept, "kind", DIMENSION),
    Property("sdmx-dimension:sex", ("sex",), _sex, "sex", DIMENSION),
    Property("sdmx-dimension:age", ("age",), _age, "age", DIMENSION),
    Property("delmaal:breakdown", ("breakdown",), _breakdown, "breakdown", DIMENSION, own=True),
    Property("sdmx-measure:obsValue", ("value", "not-observed"), _observed, "obs-value", MEASURE),
    Property("delmaal:notObserved", ("not-observed",), _concept),
    Property("delmaal:lowerValue", ("lower",), _decimal),
    Property("delmaal:upperValue", ("upper",), _decimal),
    Property("sdmx-attribute:unitMeasure", ("indicator", "unit"), _unit, "unit-measure", ATTRIBUTE, required=True),
    Property("sdmx-attribute:unitMult", ("multiplier",), _multiplier, "unit-mult", ATTRIBUTE),
    Property("delmaal:qualifier", ("qualifier",), _concept, "qualifier", ATTRIBUTE),
    Property(PRINTED, ("mentions",), _printed, "printed-value", ATTRIBUTE, required=True),
    Property("delmaal:baseYear", ("base-year",), _period, "base-year", ATTRIBUTE),
    Property("delmaal:priceLevel", ("price-level",), _period, "price-level", ATTRIBUTE),
    Property("delmaal:comparisonGroup", ("comparison",), _comparison, "comparison-group", ATTRIBUTE),
    Property("delmaal:amount", ("value", "multiplier"), _amount, "amount", ATTRIBUTE, required=True),
    Property("delmaal:lowerAmount", ("lower", "multiplier"), _amount),
    Property("delmaal:upperAmount", ("upper", "multiplier"), _amount),
    Property("delmaal:roundedTo", ("rounded-to",), _integer, "rounded-to", ATTRIBUTE),
    Property("delmaal:mention", ("mentions", "themes", "note")),  # said with each mention
    Property("dct:source", ("source",)),  # said with the themes
    Property("rdf:type", ("area", "period", "indicator", "kind", "sex", "age", "breakdown", "value", "not-observed")),
)
"""The components stand in the order that the structure gives them. What is not wholly known is no observation: so its
type is made up of all that makes it one.

The amount is an attribute, not a second measure: what stands on an observation holds for all of its measures, so
that a multiplier of 9 would be said of the amount as well, and whoever adds up a cube's measures would count twice."""


def _feeds() -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for row in PROPERTIES:
        for name in row.fields:
            found.setdefault(name, []).append(row.name)
    return {name: " ".join(names) for name, names in found.items()}


FEEDS: Mapping[str, str] = _feeds()
"""Which properties each field makes up; where two make up one, the first comes first."""


def say_all(out: Statements, said: Said) -> None:
    """All that the rows say of a statistic."""
    for row in PROPERTIES:
        if row.say is not None:
            row.say(out, row, said)
