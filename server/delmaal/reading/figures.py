"""A statistic as a figure: its value in words, what it is about, when and where, and how sure the source lets us be."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from delmaal.codes import chronological
from delmaal.collation import collate
from delmaal.languages import scandinavian
from delmaal.reading.citations import Cited, citations_of
from delmaal.reading.numbers import SPELT, Unit, decimal_of, fraction, interval, quantity
from delmaal.reading.rows import Value
from delmaal.reading.things import Text, Thing, Things, line_of
from delmaal.reading.words import say

TOTALS = {
    "http://purl.org/linked-data/sdmx/2009/code#sex-T",
    "https://w3id.org/delmaal/age/total",
    "https://w3id.org/delmaal/breakdown/total",
}
UNKNOWN_PERIOD = "https://w3id.org/delmaal/period/unknown"
MISSING = ("missing", "not-applicable", "confidential")
"""Why a value is not there that its period would have."""
PARTS = ("sdmx-dimension:sex", "sdmx-dimension:age", "delmaal:breakdown")
"""The dimensions that tell who or what is counted; a total is not said."""


class Mention(NamedTuple):
    """One place of the source that gives a figure: in which theme, as printed, how certain, with which notes."""

    theme: str
    printed: str
    certainty: str
    certain: Value | None
    notes: list[Text]
    cited: list[Cited]
    source: Value | None
    implied: bool
    line: int

    @property
    def doubtful(self) -> bool:
        """Whether the source leaves it uncertain what the value measures."""
        return self.certainty not in ("", "certain")


Moment = tuple[bool, str, str, str]
"""What sorts figures in time."""


class Figure(NamedTuple):
    """A statistic as a page shows it; `number` is as it is printed, with its power of ten in `scale`, and `amount` what
    that comes to in the unit. Both are None where the source gives none that can be drawn."""

    iri: str
    href: str
    name: Value
    indicator: Value | None
    number: Decimal | None
    amount: Decimal | None
    scale: int
    unit: Unit
    unit_name: Value | None
    shown: str
    worded: bool
    qualifier: str
    printed: str
    area: Value | None
    area_iri: str
    period: Value | None
    period_iri: str
    when: float | None
    moment: Moment
    kind: str
    kind_name: Value | None
    parts: list[Value]
    part_iris: tuple[str, ...]
    reason: str
    reason_name: Value | None
    extras: list[tuple[str, Value]]
    mentions: list[Mention]
    indicator_iri: str

    def mention_in(self, theme: str) -> Mention | None:
        """The mention that a theme makes, else the first one."""
        return next((each for each in self.mentions if each.theme == theme), next(iter(self.mentions), None))

    @property
    def transcribed(self) -> bool:
        """Whether the publication's one text is all that it is taken from."""
        return all(it.transcribed for mention in self.mentions for it in mention.cited)

    @property
    def about(self) -> str:
        """Who or what is counted, where that is not everyone."""
        return ", ".join(part.text for part in self.parts)

    @property
    def spelt(self) -> bool:
        """Whether the source gives the number in words alone, `en tredel`, so that they are worth showing."""
        return self.number is not None and bool(self.printed) and not any(sign.isdigit() for sign in self.printed)

    @property
    def doubt(self) -> str:
        """How far it is uncertain what the value measures, by the least sure of its mentions; nothing where all are."""
        said = {mention.certainty for mention in self.mentions if mention.doubtful}
        return "" if not said else "likely" if said == {"likely"} else "uncertain"


def figure_of(things: Things, iri: str, language: str, dimensions: Iterable[str] = PARTS) -> Figure:
    """A statistic, or an observation of a cube, as a figure; `dimensions` tell who or what is counted."""
    dimensions = tuple(dimensions)
    return things.keep(("figure", iri, language, dimensions), lambda: _figure(things, iri, language, dimensions))


def _figure(things: Things, iri: str, language: str, dimensions: tuple[str, ...]) -> Figure:
    thing = things.thing(iri)
    unit_iri = thing.iri_of("sdmx-attribute:unitMeasure")
    unit = unit_of(things, unit_iri, language)
    scale = _scale(thing.plain("sdmx-attribute:unitMult"))
    number, amount = numbers_of(thing)
    lower, upper = (decimal_of(thing.plain(f"delmaal:{name}Value")) for name in ("lower", "upper"))
    kind_iri, reason_iri = thing.iri_of("delmaal:kind"), thing.iri_of("delmaal:notObserved")
    kind, printed = kind_iri.rpartition("kind-")[2], thing.plain("delmaal:printedValue")
    shown, worded = _shown(number, lower, upper, unit, scale, kind, printed, language,
                           unit_iri.endswith("/UNITLESS"))
    reason = reason_iri.rpartition("not-observed-")[2]
    if reason in MISSING:
        shown = things.label(reason_iri, language).text
    period, area = thing.iri_of("sdmx-dimension:refPeriod"), thing.iri_of("sdmx-dimension:refArea")
    qualifier = thing.iri_of("delmaal:qualifier")
    parts = [value for name in dimensions for value in thing.iris(name)[:1] if value not in TOTALS]
    indicator = thing.iri_of("delmaal:indicator") or thing.iri_of(f"{things.opened.release.base}id/dimension/indicator")
    return Figure(
        iri=iri, href=things.address(iri, language), name=things.label(iri, language),
        indicator=_label(things, indicator, language), number=number, amount=amount, scale=scale, unit=unit,
        unit_name=_label(things, unit_iri, language), shown=shown, worded=worded,
        qualifier=things.label(qualifier, language).text if qualifier else "", printed=printed,
        area=_label(things, area, language), area_iri=area,
        period=_label(things, period if period != UNKNOWN_PERIOD else "", language), period_iri=period,
        when=year_of(things, period), moment=moment_of(things, period),
        kind=kind, kind_name=_label(things, kind_iri, language),
        parts=[things.label(part, language) for part in parts], part_iris=tuple(parts),
        reason=reason, reason_name=_label(things, reason_iri, language),
        extras=_extras(things, thing, language), indicator_iri=indicator,
        mentions=[_mention(things, mention, language) for mention in thing.iris("delmaal:mention")],
    )


def numbers_of(thing: Thing) -> tuple[Decimal | None, Decimal | None]:
    """A figure's number as it is printed, and its amount in the unit; each is worked out of the other where it lacks.

    What is no observation has its amount alone; what an older release or another's cube says has the number alone.
    """
    scale = _scale(thing.plain("sdmx-attribute:unitMult"))
    number, amount = (decimal_of(thing.plain(name)) for name in ("sdmx-measure:obsValue", "delmaal:amount"))
    if amount is None:
        return number, None if number is None else number.scaleb(scale)
    if number is None:
        moved = amount.scaleb(-scale)
        number = moved.quantize(Decimal(1)) if moved == moved.to_integral_value() else moved.normalize()
    return number, amount


def in_order(figures: Iterable[Figure], language: str) -> list[Figure]:
    """Figures as a list has them: those with numbers first, by what they measure, of whom and where, then in time."""
    def key(figure: Figure) -> tuple[object, ...]:
        names = (figure.indicator.text if figure.indicator else figure.name.text, figure.about,
                 figure.area.text if figure.area else "")
        return figure.worded, *(collate(name, language) for name in names), figure.moment, figure.iri

    return sorted(figures, key=key)


def moment_of(things: Things, period: str) -> Moment:
    """The key that sorts a period among others; one that is unknown is the last."""
    thing = things.thing(period)
    return chronological(thing.plain("dcat:startDate"), thing.plain("dcat:endDate"), period)


def unit_of(things: Things, iri: str, language: str) -> Unit:
    """How a unit is written after a number: its symbol, else its name; a number of things has none."""
    if not iri or iri.endswith(("/NUM", "/UNITLESS")):
        return Unit()
    code = iri.rpartition("CCY_")[2] if "CCY_" in iri else ""
    symbol = things.thing(iri).plain("qudt:symbol")
    if not symbol or (symbol in SPELT and scandinavian(language)):
        symbol = things.label(iri, language).text
    return Unit(symbol, code)


def year_of(things: Things, period: str) -> float | None:
    """Where a period stands on an axis of years; None for one that is unknown or open to one side."""
    if not period or period == UNKNOWN_PERIOD:
        return None
    thing = things.thing(period)
    start, end = (_year(thing.plain(name)) for name in ("dcat:startDate", "dcat:endDate"))
    if start is None or end is None:
        year = thing.plain("delmaal:year")
        return float(year) if year.lstrip("-").isdigit() else None
    return start if end - start < 1 else (start + end) / 2


def span_of(things: Things, period: str) -> tuple[float | None, float | None]:
    """From where to where a period reaches on an axis of years; None for a side that is open or unknown."""
    thing = things.thing(period)
    start, end = (_year(thing.plain(name)) for name in ("dcat:startDate", "dcat:endDate"))
    return start, None if end is None else end + 1 / 366


def _year(date: str) -> float | None:
    """A date as a fraction of years."""
    year, _, rest = date.partition("-")
    if not (year.isdigit() and len(year) == 4):
        return None
    month, _, day = rest.partition("-")
    months = (int(month) - 1) if month.isdigit() else 0
    days = (int(day[:2]) - 1) if day[:2].isdigit() else 0
    return int(year) + months / 12 + days / 366


def _shown(number: Decimal | None, lower: Decimal | None, upper: Decimal | None, unit: Unit, scale: int, kind: str,
           printed: str, language: str, ratio: bool) -> tuple[str, bool]:
    """The value as it is written large, and whether that is in the source's own words."""
    if number is not None:
        if kind == "ranking":
            return say("rank", language).format(number), False
        if ratio:
            return fraction(number, language), False
        return quantity(number, unit, language, scale), False
    if lower is not None and upper is not None:
        return interval(lower, upper, unit, language, scale), False
    return (printed, True) if printed else (say("value-none", language), False)


def _scale(lexical: str) -> int:
    return int(lexical) if lexical.lstrip("-").isdigit() and len(lexical) < 4 else 0


def _label(things: Things, iri: str, language: str) -> Value | None:
    return things.label(iri, language) if iri else None


EXTRAS = (("base-year", "delmaal:baseYear"), ("price-level", "delmaal:priceLevel"),
          ("compared", "delmaal:comparisonGroup"))


def _extras(things: Things, thing: Thing, language: str) -> list[tuple[str, Value]]:
    found = []
    for word, name in EXTRAS:
        for value in thing.iris(name):
            found.append((say(word, language), things.label(value, language)))
        if not thing.iris(name):
            found += [(say(word, language), Value(each.text, each.language)) for each in thing.texts(name, language)]
    return found


def _mention(things: Things, iri: str, language: str) -> Mention:
    thing = things.thing(iri)
    certainty = thing.iri_of("delmaal:certainty")
    return Mention(
        theme=thing.iri_of("delmaal:inTheme"), printed=thing.plain("delmaal:asPrinted"),
        certainty=certainty.rpartition("certainty-")[2], certain=_label(things, certainty, language),
        notes=thing.texts("skos:note", language),
        cited=citations_of(things, thing.iris("prov:wasDerivedFrom"), language),
        source=_label(things, thing.iri_of("delmaal:statedSource"), language),
        implied=thing.iri_of("delmaal:areaBasis").endswith("area-basis-implied"),
        line=min((line_of(place) for place in thing.iris("prov:wasDerivedFrom")), default=0),
    )
