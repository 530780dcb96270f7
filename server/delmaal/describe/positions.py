"""Where in `publication.yaml` each thing that a catalogue says comes from, so that a shape's finding is said there."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode, Triple

from delmaal.records import Publication
from delmaal.statements import Positions
from delmaal.terms import PREFIXES, term

FIELDS: dict[str, str] = {
    "dct:title": "title",
    "dct:description": "description",
    "dct:publisher": "publisher",
    "dct:license": "licence",
    "dct:issued": "issued",
    "dct:modified": "modified",
    "dct:accrualPeriodicity": "frequency",
    "dct:spatial": "spatial",
    "dct:temporal": "temporal",
    "dcat:contactPoint": "contact",
    "dcat:keyword": "keywords",
    "dcat:theme": "eu-themes",
    "foaf:homepage": "publisher.homepage",
    "foaf:name": "publisher.name",
    "vcard:hasEmail": "contact",
    "vcard:hasURL": "contact",
    "vcard:fn": "contact",
}
"""The key of `publication.yaml` that a property of the catalogue comes from."""

FAMILIES = ("catalogue-", "dcat-ap-")
"""How the names of the shapes begin that are for a catalogue."""

_MESSAGE = term("sh:message")
_OF_SHAPES = f"{PREFIXES['delmaal'].removesuffix('ns#')}shapes#"


def catalogue_positions(publication: Publication, triples: Iterable[Triple]) -> Positions:
    """The Mark of every property of the catalogue's own nodes, said or not: of its key, else of the publication."""
    positions = Positions()
    nodes = {triple.subject.value for triple in triples if isinstance(triple.subject, NamedNode)}
    own = {publication.publisher.iri, *(iri for iri in nodes if iri.startswith(publication.base))}
    for node in sorted(own & nodes):
        positions.resources[node] = publication.marks.record
        for name, field in FIELDS.items():
            positions.properties[node, term(name).value] = publication.marks.at(field)
    publisher = publication.publisher
    positions.properties[publisher.iri, term("dct:identifier").value] = publisher.marks.at("identifier")
    return positions


def catalogue_shapes(triples: Iterable[Triple]) -> list[Triple]:
    """The shapes that are for a catalogue, with the parts that they are made of.

    The others are for the data: a concept of somebody else's, of which a catalogue has a stub, is no concept of ours.
    """
    shapes = list(triples)
    finding = {triple.subject for triple in shapes if triple.predicate == _MESSAGE}
    foreign = {node for node in finding
               if isinstance(node, NamedNode) and not node.value.removeprefix(_OF_SHAPES).startswith(FAMILIES)}
    return [triple for triple in shapes if triple.subject not in foreign]
