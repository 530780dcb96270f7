"""What can be reconciled against: entities by their IRIs, their types, their properties.

An identifier is an IRI, so that a matched column is linked data as it stands; a type is the IRI of its class, a
property the IRI of its predicate. Where a client writes one, a prefixed name (`delmaal:Theme`) or the name of a kind
will do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from delmaal.protocols.search.results import best
from delmaal.reading.releases import Opened
from delmaal.search import Hit
from delmaal.terms import PREFIXES, compact, term

IDENTIFIER_SPACE = "http://www.ietf.org/rfc/rfc3986"
"""The identifiers are IRIs, as services over RDF say it."""

SCHEMA_SPACE = "http://www.w3.org/2000/01/rdf-schema#Resource"

CONCEPT = term("skos:Concept").value


@dataclass(frozen=True, slots=True)
class Type:
    """A type: the kind that is searched, the IRI of its class, its name, and what can be fetched of its entities."""

    kind: str
    iri: str
    nb: str
    en: str
    properties: tuple[str, ...]
    concept: bool = True

    def name(self, language: str) -> str:
        """What it is called."""
        return self.nb if language == "nb" else self.en

    def as_json(self, language: str, broader: bool = False) -> dict[str, object]:
        """The type as the service writes it."""
        found: dict[str, object] = {"id": self.iri, "name": self.name(language)}
        if broader and self.concept:
            found["broader"] = [concept(language)]
        return found


_COMMON = ("skos:prefLabel", "dct:description", "dct:identifier")

TYPES: tuple[Type, ...] = (
    Type("theme", term("delmaal:Theme").value, "Tema", "Theme",
         ("skos:prefLabel", "dct:description", "delmaal:addresses", "dct:subject", "skos:broadMatch",
          "schema:position")),
    Type("goal", term("sdgo:Goal").value, "Bærekraftsmål", "Goal",
         ("skos:prefLabel", "delmaal:shortLabel", "dct:identifier", "sdgo:hasTarget")),
    Type("target", term("sdgo:Target").value, "Delmål", "Target",
         ("skos:prefLabel", "delmaal:shortLabel", "dct:identifier", "sdgo:isTargetOf")),
    Type("indicator", term("delmaal:Indicator").value, "Indikator", "Indicator",
         ("skos:prefLabel", "skos:definition", "sdmx-attribute:unitMeasure", "skos:closeMatch", "skos:relatedMatch")),
    Type("document", term("delmaal:GoverningDocument").value, "Styringsdokument", "Governing document",
         ("dct:title", "dct:type", "delmaal:status", "delmaal:adopted", "delmaal:validity", "delmaal:horizon",
          "dct:isPartOf", "rdfs:seeAlso"), concept=False),
    Type("source", term("delmaal:CitedSource").value, "Omtalt kilde", "Cited source",
         ("dct:title", "dct:type", "dct:isPartOf", "rdfs:seeAlso"), concept=False),
    Type("area", term("dct:Location").value, "Område", "Area",
         ("skos:prefLabel", "dct:type", "dct:isPartOf", "owl:sameAs", "rdfs:seeAlso", "dct:isReplacedBy"),
         concept=False),
)

BY_KIND: Mapping[str, Type] = {each.kind: each for each in TYPES}
KINDS: tuple[str, ...] = tuple(BY_KIND)

NAMES: Mapping[str, tuple[str, str]] = {
    "skos:prefLabel": ("navn", "name"), "dct:description": ("beskrivelse", "description"),
    "dct:identifier": ("kode", "code"), "delmaal:addresses": ("tar opp delmålet", "addresses the target"),
    "dct:subject": ("emne", "subject"), "skos:broadMatch": ("videre begrep andre steder", "broader concept elsewhere"),
    "schema:position": ("nummer", "number"), "delmaal:shortLabel": ("kort navn", "short name"),
    "sdgo:hasTarget": ("har delmålet", "has target"), "sdgo:isTargetOf": ("er delmål under", "is target of"),
    "skos:definition": ("definisjon", "definition"), "sdmx-attribute:unitMeasure": ("måleenhet", "unit of measure"),
    "skos:closeMatch": ("nær FN-indikatoren", "close to the UN indicator"),
    "skos:relatedMatch": ("beslektet med FN-indikatoren", "related to the UN indicator"),
    "dct:title": ("tittel", "title"), "dct:type": ("type", "type"), "delmaal:status": ("status", "status"),
    "delmaal:adopted": ("vedtatt", "adopted"), "delmaal:validity": ("gyldighet", "validity"),
    "delmaal:horizon": ("tidshorisont", "horizon"), "dct:isPartOf": ("er del av", "is part of"),
    "rdfs:seeAlso": ("se også", "see also"), "owl:sameAs": ("samme som", "same as"),
    "dct:isReplacedBy": ("erstattet av", "replaced by"),
}
"""What each property that is proposed is called."""


def concept(language: str) -> dict[str, object]:
    """The type that themes, goals, targets and indicators have in common."""
    return {"id": CONCEPT, "name": "Begrep" if language == "nb" else "Concept"}


def kinds_of(name: str) -> tuple[str, ...]:
    """The kinds that a type stands for: its IRI, a prefixed name or the kind's own; none for an unknown one."""
    iri = expanded(name)
    if iri == CONCEPT:
        return tuple(each.kind for each in TYPES if each.concept)
    return tuple(each.kind for each in TYPES if iri == each.iri or name == each.kind)


def expanded(name: str) -> str:
    """The IRI of a prefixed name; anything else as it is."""
    prefix, colon, local = name.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else name


def property_name(opened: Opened, iri: str, language: str) -> str:
    """What a property is called: as we call it, else as its vocabulary does, else by its prefixed name."""
    short = compact(iri)
    if short in NAMES:
        return NAMES[short][0 if language == "nb" else 1]
    labels = opened.labels(iri)
    return labels.get(best(labels, language)) or short


def all_properties() -> list[str]:
    """Every property that is proposed, by its prefixed name, each once."""
    return list(dict.fromkeys((*_COMMON, *(name for each in TYPES for name in each.properties))))


def described(hit: Hit, language: str, limit: int = 160) -> str:
    """A line about an entity that tells it from namesakes: what it is, its code, the beginning of its summary."""
    about = hit.about.get(best(hit.about, language), "")
    short = about if len(about) <= limit else about[: limit - 1].rpartition(" ")[0] + "…"
    code = f" {hit.codes[0]}" if hit.codes else ""
    return f"{BY_KIND[hit.kind].name(language)}{code}" + (f": {short}" if short else "")
