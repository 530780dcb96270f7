"""The names in the cube of the benchmarks: areas, indicators, and the terms of the model, in nb and en."""

from __future__ import annotations

from itertools import islice, product

Texts = tuple[str, str]

_FIRST = ("Nord", "Sør", "Øst", "Vest", "Indre", "Ytre", "Midt", "Stor", "Lille", "Berg", "Bjørk", "Elve", "Furu",
          "Gran", "Hav", "Holm", "Lang", "Rogn", "Stein", "Å")
_LAST = ("dal", "vik", "nes", "fjord", "øy", "heim", "land", "stad", "berg", "bygd", "eid", "lund", "mo", "sand",
         "strand", "sund", "vang", "våg")


def _slug(text: str) -> str:
    return text.lower().replace("æ", "ae").replace("ø", "o").replace("å", "a")


AREAS: tuple[tuple[str, Texts], ...] = tuple(
    (_slug(first + last), (f"{first}{last} kommune", f"{first}{last} municipality"))
    for first, last in islice(product(_FIRST, _LAST), 356)
)
"""Slug and label of each municipality."""

COUNTIES: tuple[tuple[str, Texts], ...] = tuple(
    (f"fylke-{number:02}", (f"Fylke {number}", f"County {number}")) for number in range(1, 16)
)

MEASURES: tuple[tuple[str, str, str, str], ...] = (
    ("andel-av-befolkningen", "Andel av befolkningen", "Share of the population", "PERCENT"),
    ("andel-sysselsatte", "Andel sysselsatte", "Share in employment", "PERCENT"),
    ("andel-arbeidsledige", "Andel arbeidsledige", "Share out of work", "PERCENT"),
    ("andel-med-hoyere-utdanning", "Andel med høyere utdanning", "Share with higher education", "PERCENT"),
    ("andel-i-barnehage", "Andel i barnehage", "Share in kindergarten", "PERCENT"),
    ("andel-med-lav-inntekt", "Andel med vedvarende lav inntekt", "Share with lasting low income", "PERCENT"),
    ("andel-som-bor-trangt", "Andel som bor trangt", "Share living in crowded homes", "PERCENT"),
    ("andel-som-eier-bolig", "Andel som eier boligen", "Share owning their home", "PERCENT"),
    ("andel-fysisk-aktive", "Andel fysisk aktive", "Share physically active", "PERCENT"),
    ("andel-som-royker", "Andel som røyker daglig", "Share smoking daily", "PERCENT"),
    ("andel-ensomme", "Andel som er ensomme", "Share who are lonely", "PERCENT"),
    ("andel-som-stemte", "Andel som stemte ved kommunevalget", "Share who voted in the local election", "PERCENT"),
    ("andel-kollektivreiser", "Andel av reiser med kollektivtrafikk", "Share of trips by public transport", "PERCENT"),
    ("andel-sykkelreiser", "Andel av reiser på sykkel", "Share of trips by bicycle", "PERCENT"),
    ("andel-fornoyde", "Andel fornøyde med stedet de bor", "Share content with where they live", "PERCENT"),
    ("innbyggere", "Antall innbyggere", "Number of residents", "NUM"),
    ("husholdninger", "Antall husholdninger", "Number of households", "NUM"),
    ("innflyttinger", "Antall innflyttinger", "Number of people moving in", "NUM"),
    ("utflyttinger", "Antall utflyttinger", "Number of people moving out", "NUM"),
    ("fodte", "Antall fødte", "Number of births", "NUM"),
    ("sykehusinnleggelser", "Antall sykehusinnleggelser", "Number of hospital admissions", "NUM"),
    ("laerlinger", "Antall lærlinger", "Number of apprentices", "NUM"),
    ("frivillige", "Antall frivillige", "Number of volunteers", "NUM"),
    ("personskader-i-trafikken", "Antall personskader i trafikken", "Number of people hurt in traffic", "NUM"),
    ("nye-boliger", "Antall nye boliger", "Number of new homes", "NUM"),
)
"""What is counted: slug, label in nb and en, unit."""

GROUPS: tuple[tuple[str, str, str], ...] = (
    ("i-alt", "i alt", "in all"),
    ("kvinner", "kvinner", "women"),
    *((f"{low}-{low + 4}", f"{low}–{low + 4} år", f"{low} to {low + 4} years") for low in range(0, 90, 5)),
)
"""Of whom it is counted: 20 groups, so that there are 500 indicators."""

TERMS: dict[str, Texts] = {
    "rdf:type": ("er en", "is a"),
    "rdfs:label": ("navn", "label"),
    "dct:Location": ("sted", "location"),
    "dct:isPartOf": ("er del av", "is part of"),
    "dct:type": ("type", "type"),
    "qb:DataSet": ("datasett", "data set"),
    "qb:Observation": ("observasjon", "observation"),
    "qb:dataSet": ("datasett", "data set"),
    "sdmx-attribute:unitMeasure": ("måleenhet", "unit of measure"),
    "sdmx-code:sex-T": ("begge kjønn", "both sexes"),
    "sdmx-dimension:age": ("alder", "age"),
    "sdmx-dimension:refArea": ("område", "area"),
    "sdmx-dimension:refPeriod": ("periode", "period"),
    "sdmx-dimension:sex": ("kjønn", "sex"),
    "sdmx-measure:obsValue": ("verdi", "value"),
    "skos:Concept": ("begrep", "concept"),
    "skos:inScheme": ("i begrepssystem", "in scheme"),
    "delmaal:Indicator": ("indikator", "indicator"),
    "delmaal:Statistic": ("tall", "statistic"),
    "delmaal:area-type-county": ("fylke", "county"),
    "delmaal:area-type-municipality": ("kommune", "municipality"),
    "delmaal:breakdown": ("inndeling", "breakdown"),
    "delmaal:indicator": ("indikator", "indicator"),
    "delmaal:kind": ("slag tall", "kind of figure"),
    "delmaal:kind-observation": ("observasjon", "observation"),
    "delmaal:printedValue": ("verdi som trykt", "value as printed"),
    "https://w3id.org/delmaal/age/total": ("alle aldre", "all ages"),
    "https://w3id.org/delmaal/breakdown/total": ("ikke inndelt", "not broken down"),
}
"""The terms that observations use, with the labels that a page shows for them."""
