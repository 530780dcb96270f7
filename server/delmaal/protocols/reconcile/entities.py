"""What can be reconciled against: entities by their IRIs, their types, their properties.

An identifier is an IRI, so that a matched column is linked data as it stands; a type is the IRI of its class, a
property the IRI of its predicate. Where a client writes one, a prefixed name (`delmaal:Theme`) or the name of a kind
will do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from delmaal.languages import Words, best
from delmaal.protocols.search.results import kind_name
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
    properties: tuple[str, ...]
    concept: bool = True

    def name(self, language: str) -> str:
        """What it is called."""
        return kind_name(self.kind, language)

    def as_json(self, language: str, broader: bool = False) -> dict[str, object]:
        """The type as the service writes it."""
        found: dict[str, object] = {"id": self.iri, "name": self.name(language)}
        if broader and self.concept:
            found["broader"] = [concept(language)]
        return found


_COMMON = ("skos:prefLabel", "dct:description", "dct:identifier")

TYPES: tuple[Type, ...] = (
    Type("theme", term("delmaal:Theme").value,
         ("skos:prefLabel", "dct:description", "delmaal:addresses", "dct:subject", "skos:broadMatch",
          "schema:position")),
    Type("goal", term("sdgo:Goal").value,
         ("skos:prefLabel", "delmaal:shortLabel", "dct:identifier", "sdgo:hasTarget")),
    Type("target", term("sdgo:Target").value,
         ("skos:prefLabel", "delmaal:shortLabel", "dct:identifier", "sdgo:isTargetOf")),
    Type("indicator", term("delmaal:Indicator").value,
         ("skos:prefLabel", "skos:definition", "sdmx-attribute:unitMeasure", "skos:closeMatch", "skos:relatedMatch")),
    Type("document", term("delmaal:GoverningDocument").value,
         ("dct:title", "dct:type", "delmaal:status", "delmaal:adopted", "delmaal:validity", "delmaal:horizon",
          "dct:isPartOf", "rdfs:seeAlso"), concept=False),
    Type("source", term("delmaal:CitedSource").value,
         ("dct:title", "dct:type", "dct:isPartOf", "rdfs:seeAlso"), concept=False),
    Type("area", term("dct:Location").value,
         ("skos:prefLabel", "dct:type", "dct:isPartOf", "owl:sameAs", "rdfs:seeAlso", "dct:isReplacedBy"),
         concept=False),
)

BY_KIND: Mapping[str, Type] = {each.kind: each for each in TYPES}
KINDS: tuple[str, ...] = tuple(BY_KIND)

NAMES = Words("property", {
    "skos:prefLabel": "name", "dct:description": "description",
    "dct:identifier": "code", "delmaal:addresses": "addresses the target",
    "dct:subject": "subject", "skos:broadMatch": "broader concept elsewhere",
    "schema:position": "number", "delmaal:shortLabel": "short name",
    "sdgo:hasTarget": "has target", "sdgo:isTargetOf": "is target of",
    "skos:definition": "definition", "sdmx-attribute:unitMeasure": "unit of measure",
    "skos:closeMatch": "close to the UN indicator",
    "skos:relatedMatch": "related to the UN indicator",
    "dct:title": "title", "dct:type": "type", "delmaal:status": "status",
    "delmaal:adopted": "adopted", "delmaal:validity": "validity",
    "delmaal:horizon": "horizon", "dct:isPartOf": "is part of",
    "rdfs:seeAlso": "see also", "owl:sameAs": "same as",
    "dct:isReplacedBy": "replaced by",
})
"""What each property that is proposed is called."""


def concept(language: str) -> dict[str, object]:
    """The type that themes, goals, targets and indicators have in common."""
    return {"id": CONCEPT, "name": kind_name("concept", language)}


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
        return NAMES.say(short, language)
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
