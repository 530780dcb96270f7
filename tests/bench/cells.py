"""What the cube of the benchmarks says, as N-Triples: its concepts, and the statements of each observation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.words import AREAS, COUNTIES, GROUPS, MEASURES, TERMS
from delmaal.terms import PREFIXES

BASE = "https://w3id.org/delmaal/bench/"
PRODUCT = "https://w3id.org/delmaal/"
YEARS = tuple(range(2014, 2024))
INDICATORS = {"1m": 50, "10m": 500}
"""The sizes, and how many indicators each has."""

DATA_SET = f"{BASE}id/cube/statistics"
_WHOLE = "andel-arbeidsledige"
_UNITS = {"PERCENT": ("prosent", "per cent"), "NUM": ("antall", "number")}


@dataclass(frozen=True, slots=True)
class Observation:
    """One cell of the cube: the numbers of its indicator, its area and its year."""

    indicator: int
    area: int
    year: int

    @property
    def slug(self) -> str:
        """The last segment of its IRI."""
        return f"{_indicator(self.indicator)[0]}-{AREAS[self.area][0]}-{YEARS[self.year]}"

    @property
    def iri(self) -> str:
        """Its IRI."""
        return f"{BASE}id/statistic/{self.slug}"

    @property
    def indicator_iri(self) -> str:
        """The IRI of its indicator."""
        return f"{BASE}id/indicator/{_indicator(self.indicator)[0]}"

    @property
    def area_iri(self) -> str:
        """The IRI of its area."""
        return f"{BASE}id/area/{AREAS[self.area][0]}"

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole statistic."""
        return MEASURES[self.indicator % len(MEASURES)][0] == _WHOLE

    @property
    def value(self) -> str:
        """Its number, as xsd:decimal is written canonically."""
        number = (self.indicator * 7919 + self.area * 104_729 + self.year * 1_299_709) % 9973
        return f"{number / 10:.1f}".removesuffix(".0")


def _iri(name: str) -> str:
    """A prefixed name as an N-Triples term; what begins with a scheme stays as it is."""
    prefix, _, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>" if prefix in PREFIXES else f"<{name}>"


def _line(subject: str, predicate: str, obj: str) -> str:
    return f"<{subject}> {_iri(predicate)} {obj} .\n"


def labelled(subject: str, texts: tuple[str, str], *predicates: str) -> Iterator[str]:
    """A text in both languages."""
    for predicate in predicates:
        for language, text in zip(("nb", "en"), texts, strict=True):
            yield _line(subject, predicate, f'"{text}"@{language}')


def _typed(subject: str, *classes: str) -> Iterator[str]:
    return (_line(subject, "rdf:type", _iri(name)) for name in classes)


def _indicator(number: int) -> tuple[str, tuple[str, str], str]:
    """The slug of an indicator, its label, its unit."""
    measure, group = MEASURES[number % len(MEASURES)], GROUPS[number // len(MEASURES)]
    return f"{measure[0]}-{group[0]}", (f"{measure[1]}, {group[1]}", f"{measure[2]}, {group[2]}"), measure[3]


def concepts(size: str) -> Iterator[str]:
    """Indicators, areas, periods, units, and the terms of the model with their labels."""
    for name, texts in TERMS.items():
        yield from labelled(_iri(name)[1:-1], texts, "rdfs:label")
    for code, texts in _UNITS.items():
        yield from _typed(f"http://qudt.org/vocab/unit/{code}", "qudt:Unit")
        yield from labelled(f"http://qudt.org/vocab/unit/{code}", texts, "rdfs:label")
    scheme = f"{BASE}id/scheme/indicators"
    yield from _typed(scheme, "skos:ConceptScheme")
    yield from labelled(scheme, ("Indikatorer", "Indicators"), "skos:prefLabel")
    for number in range(INDICATORS[size]):
        slug, texts, unit = _indicator(number)
        node = f"{BASE}id/indicator/{slug}"
        yield from _typed(node, "skos:Concept", "delmaal:Indicator")
        yield from labelled(node, texts, "skos:prefLabel")
        yield from labelled(node, (f"{texts[0]} ved årets slutt.", f"{texts[1]} at the end of the year."),
                             "skos:definition")
        yield _line(node, "sdmx-attribute:unitMeasure", f"<http://qudt.org/vocab/unit/{unit}>")
        yield _line(node, "skos:inScheme", f"<{scheme}>")
        yield _line(node, "skos:topConceptOf", f"<{scheme}>")
        yield _line(scheme, "skos:hasTopConcept", f"<{node}>")
    for number, (slug, texts) in enumerate((*COUNTIES, *AREAS)):
        node, county = f"{BASE}id/area/{slug}", number < len(COUNTIES)
        yield from _typed(node, "dct:Location")
        yield from labelled(node, texts, "rdfs:label", "skos:prefLabel")
        yield _line(node, "dct:type", _iri(f"delmaal:area-type-{'county' if county else 'municipality'}"))
        if not county:
            yield _line(node, "dct:isPartOf", f"<{BASE}id/area/{COUNTIES[number % len(COUNTIES)][0]}>")
    for year in YEARS:
        node = f"{PRODUCT}period/{year}"
        yield from _typed(node, "dct:PeriodOfTime")
        yield from labelled(node, (f"{year}", f"{year}"), "rdfs:label", "skos:prefLabel")
        yield _line(node, "dct:identifier", f'"{year}"')
        yield _line(node, "delmaal:year", f'"{year}"^^{_iri("xsd:integer")}')
        yield _line(node, "dcat:startDate", f'"{year}-01-01"^^{_iri("xsd:date")}')
        yield _line(node, "dcat:endDate", f'"{year}-12-31"^^{_iri("xsd:date")}')
    yield from _typed(DATA_SET, "qb:DataSet")
    yield from labelled(DATA_SET, ("Statistikk for kommunene", "Statistics of the municipalities"), "rdfs:label",
                         "dct:title")
    yield _line(DATA_SET, "qb:structure", f"<{BASE}id/structure/statistics>")
    yield from labelled(f"{BASE}id/structure/statistics", ("Oppbygning", "Structure"), "rdfs:label")


def cells(size: str) -> Iterator[Observation]:
    """Every observation."""
    return (Observation(indicator, area, year) for indicator in range(INDICATORS[size]) for area in range(len(AREAS))
            for year in range(len(YEARS)))


def series(indicator: int) -> Iterator[str]:
    """The statements of every observation of an indicator."""
    slug, texts, unit = _indicator(indicator)
    decimal = f"^^{_iri('xsd:decimal')}"
    every = [
        f" {_iri('rdf:type')} {_iri('qb:Observation')} .\n",
        f" {_iri('qb:dataSet')} <{DATA_SET}> .\n",
        f" <{BASE}id/dimension/indicator> <{BASE}id/indicator/{slug}> .\n",
    ]
    area_of, period_of, value_of = (
        f" {_iri(name)} " for name in ("sdmx-dimension:refArea", "sdmx-dimension:refPeriod", "sdmx-measure:obsValue"))
    periods = [f"{period_of}<{PRODUCT}period/{year}> .\n" for year in YEARS]
    for area, (name, _) in enumerate(AREAS):
        place = f"{area_of}<{BASE}id/area/{name}> .\n"
        for year in range(len(YEARS)):
            cell = Observation(indicator, area, year)
            node = f"<{cell.iri}>"
            for said in (*every, place, periods[year], f'{value_of}"{cell.value}"{decimal} .\n'):
                yield node + said
            if cell.is_whole:
                for said in _remainder(cell, texts, unit, slug):
                    yield node + said


def _remainder(cell: Observation, texts: tuple[str, str], unit: str, slug: str) -> list[str]:
    """What a whole statistic has beside the six statements of an observation."""
    labels = (f"{texts[number]}, {AREAS[cell.area][1][number]}, {YEARS[cell.year]}" for number in (0, 1))
    pairs = [
        ("rdf:type", _iri("delmaal:Statistic")),
        *(("rdfs:label", f'"{label}"@{language}') for label, language in zip(labels, ("nb", "en"), strict=True)),
        ("sdmx-attribute:unitMeasure", f"<http://qudt.org/vocab/unit/{unit}>"),
        ("sdmx-dimension:age", f"<{PRODUCT}age/total>"),
        ("sdmx-dimension:sex", _iri("sdmx-code:sex-T")),
        ("delmaal:breakdown", f"<{PRODUCT}breakdown/total>"),
        ("delmaal:indicator", f"<{BASE}id/indicator/{slug}>"),
        ("delmaal:kind", _iri("delmaal:kind-observation")),
        ("delmaal:printedValue", f'"{cell.value.replace(".", ",")}"'),
        (f"{BASE}id/dimension/breakdown", f"<{PRODUCT}breakdown/total>"),
    ]
    return [f" {_iri(predicate)} {obj} .\n" for predicate, obj in pairs]
