"""The observations of a release as one CSV file, made from its statements.

`/observations.csv` writes the same rows from an open release (`web.pages.observations`); a test holds both alike.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from delmaal.formats import OBSERVATION_COLUMNS, SEVERAL
from delmaal.terms import LABELS, compact, term


def observations_csv(triples: Iterable[Triple], base: str, language: str) -> bytes:
    """Every observation as a row, in the order of their IRIs: its dimensions by IRI and label, then the others."""
    data = _Data(triples, base, language)
    dimensions = data.dimensions()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    names = [iri.rpartition("#")[2].rpartition("/")[2] for iri in dimensions]
    named = (column for name in names for column in (name, f"{name}_label"))
    writer.writerow(["observation", *named, *OBSERVATION_COLUMNS])
    for iri in sorted(data.typed("qb:Observation")):
        writer.writerow(data.row(iri, dimensions))
    return out.getvalue().encode("utf-8", "replace")


class _Data:
    """Statements by subject and property."""

    def __init__(self, triples: Iterable[Triple], base: str, language: str) -> None:
        self._base, self._language = base, language
        self._said: dict[str, dict[str, list[NamedNode | Literal]]] = {}
        for triple in triples:
            if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
                said = self._said.setdefault(triple.subject.value, {})
                said.setdefault(triple.predicate.value, []).append(triple.object)

    def typed(self, name: str) -> list[str]:
        """The resources of a class."""
        wanted, kind = term(name).value, term("rdf:type").value
        return [iri for iri, said in self._said.items() if any(each.value == wanted for each in said.get(kind, ()))]

    def dimensions(self) -> list[str]:
        """The dimensions of the cubes, in the order of their structure."""
        found = []
        for structure in sorted(self.typed("qb:DataStructureDefinition")):
            parts = [(int(self.plain(each, "qb:order") or 0), self.plain(each, "qb:dimension"))
                     for each in self.iris(structure, "qb:component")]
            found += [iri for _, iri in sorted(parts) if iri]
        return list(dict.fromkeys(found))

    def values(self, iri: str, name: str) -> list[NamedNode | Literal]:
        """The values of a property, in the order of the sorted dump."""
        prop = name if "://" in name else term(name).value
        return sorted(self._said.get(iri, {}).get(prop, ()), key=str)

    def iris(self, iri: str, name: str) -> list[str]:
        """The resources that a property leads to."""
        return [value.value for value in self.values(iri, name) if isinstance(value, NamedNode)]

    def plain(self, iri: str, name: str) -> str:
        """The first value of a property; nothing where there is none."""
        return next((value.value for value in self.values(iri, name)), "")

    def label(self, iri: str) -> str:
        """A resource by its label, else shortened; as no spreadsheet takes it for a formula."""
        if not iri:
            return ""
        texts: dict[str, str] = {}
        for name in LABELS:
            for value in self.values(iri, name):
                if isinstance(value, Literal):
                    texts.setdefault(value.language or "", value.value)
        for wanted in (self._language, "nb", "nn", "no", "en", ""):
            if wanted in texts:
                return _cell(texts[wanted])
        short = compact(iri)
        return next(iter(texts.values()), short if short != iri else iri.removeprefix(self._base))

    def row(self, iri: str, dimensions: list[str]) -> list[str]:
        """An observation."""
        row = [iri]
        for prop in dimensions:
            value = next(iter(self.iris(iri, prop)), "")
            row += [value, self.label(value)]
        period, unit = self.plain(iri, "sdmx-dimension:refPeriod"), self.plain(iri, "sdmx-attribute:unitMeasure")
        mentions = self.iris(iri, "delmaal:mention")

        def of_mentions(name: str) -> list[str]:
            return list(dict.fromkeys(value for each in mentions for value in self.iris(each, name)))

        places = sorted(set(of_mentions("prov:wasDerivedFrom")), key=_line)
        sources = list(dict.fromkeys(place.partition("#")[0] for place in places))
        places = [place for place in places if "#" in place]
        themes = of_mentions("delmaal:inTheme")
        amount = self.plain(iri, "delmaal:amount")
        row += [self.plain(period, "dcat:startDate"), self.plain(period, "dcat:endDate"),
                f"{Decimal(amount):f}" if amount else "", unit, self.label(unit),
                self.label(self.plain(iri, "delmaal:qualifier")),
                self._labels(of_mentions("delmaal:certainty")), self.plain(iri, "sdmx-measure:obsValue"),
                self.plain(iri, "sdmx-attribute:unitMult"), _cell(self.plain(iri, "delmaal:printedValue"))]
        return [*row, SEVERAL.join(sources), self._labels(sources), self._labels(places),
                self._labels(of_mentions("delmaal:statedSource")), SEVERAL.join(themes), self._labels(themes)]

    def _labels(self, iris: list[str]) -> str:
        return SEVERAL.join(self.label(iri) for iri in iris)


def _line(place: str) -> int:
    """The first line of a place in a source (RFC 5147); 0 where it says none."""
    first = place.partition("#line=")[2].partition(",")[0]
    return int(first) + 1 if first.isdigit() else 0


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
