"""Namespaces and the minting of IRIs; nobody else builds an IRI.

    {base}id/<class>/<slug>                 a thing of the publication
    {base}id/source/<slug>#page=12          a place in a source that is no text
    {base}id/source/<slug>#line=77,81       a place in its source (RFC 5147: between line 77 and line 81)
    https://w3id.org/delmaal/<class>/<code> periods, ages and totals, shared by all publications
    https://w3id.org/delmaal/ns#            the ontology
    http://metadata.un.org/sdg/3.4          the UN's own IRIs
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

PRODUCT = "https://w3id.org/delmaal/"

PREFIXES: dict[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "as": "https://www.w3.org/ns/activitystreams#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "delmaal": f"{PRODUCT}ns#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geosparql": "http://www.opengis.net/ont/geosparql#",
    "ldes": "https://w3id.org/ldes#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "odrs": "http://schema.theodi.org/odrs#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sdg": "http://metadata.un.org/sdg/",
    "sdgo": "http://metadata.un.org/sdg/ontology#",
    "sdmx-attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
    "sdmx-code": "http://purl.org/linked-data/sdmx/2009/code#",
    "sdmx-dimension": "http://purl.org/linked-data/sdmx/2009/dimension#",
    "sdmx-measure": "http://purl.org/linked-data/sdmx/2009/measure#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "stat": "http://data.europa.eu/s1n/",
    "tree": "https://w3id.org/tree#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

EU = "http://publications.europa.eu/resource/authority/"
SDG_SCHEME = NamedNode("http://metadata.un.org/sdg")
RELEASE_PLACEHOLDER = NamedNode("urn:delmaal:this-release")
"""Stands for the release in its own metadata while its identifier, a hash over them, is not known yet."""

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]+\Z")


@cache
def term(name: str) -> NamedNode:
    """The IRI of a prefixed name: `term("skos:prefLabel")`.

    Raises KeyError for an unknown prefix.
    """
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def compact(iri: str) -> str:
    """The prefixed name of an IRI where one exists, else the IRI itself."""
    for prefix, namespace in PREFIXES.items():
        local = iri.removeprefix(namespace)
        if local != iri and re.fullmatch(r"[\w.-]*\w", local):
            return f"{prefix}:{local}"
    return iri


def mint(base: str, *segments: str) -> NamedNode:
    """An IRI below `base`; refuses a segment with anything but RFC 3986's unreserved characters.

    Raises ValueError: a slug that could leave the IRI space is a mistake that the reader has to report first.
    """
    for segment in segments:
        if not _UNRESERVED.match(segment) or segment in {".", ".."}:
            raise ValueError(f"not a segment of an IRI: {segment!r}")
    return NamedNode(base + "/".join(segments))


class Minter:
    """Mints the IRIs of one publication, whose base ends in a slash."""

    def __init__(self, base: str) -> None:
        self.base = base

    def thing(self, kind: str, slug: str) -> NamedNode:
        """`{base}id/<kind>/<slug>`."""
        return mint(self.base, "id", kind, slug)

    def graph(self, part: str) -> NamedNode:
        """The named graph of a part of the release."""
        return mint(self.base, "graph", part)

    def place(self, source: str, first: int, last: int) -> NamedNode:
        """The lines `first` to `last` (from 1, inclusive) of a source, as RFC 5147 counts: positions between lines."""
        return NamedNode(f"{self.thing('source', source).value}#line={first - 1},{last}")

    def located(self, source: str, at: Iterable[tuple[str, str]]) -> NamedNode:
        """A place in a source that is no text, as in `…/source/<slug>#page=12&section=3.2`."""
        told = "&".join(f"{name}={quote(value, safe=':')}" for name, value in at)
        return NamedNode(f"{self.thing('source', source).value}#{told}")

    def document(self, path: str) -> NamedNode:
        """An address of the server's that is no thing: `catalog`, `sparql`, `data/all.nt.gz`."""
        return mint(self.base, *path.split("/"))


def shared(kind: str, code: str) -> NamedNode:
    """A resource that all publications share: a period, an age, a total."""
    return mint(PRODUCT, kind, code)


def sdg(code: str) -> NamedNode:
    """The UN's IRI of a goal, target, indicator or series."""
    return mint(PREFIXES["sdg"], code)


def concept(scheme: str, code: str) -> NamedNode:
    """A code of the ontology: `concept("kind", "target")` is `delmaal:kind-target`."""
    return term(f"delmaal:{scheme}-{code}")


def help_iri(code: str, shape: bool = False) -> str:
    """What an error is explained at: the IRI of the shape that found it, or its own among those that are no shapes."""
    return f"{PRODUCT}{'shapes' if shape else 'problems'}#{code}"


def text(value: str, language: str | None = None) -> Literal:
    """A literal, with its language if it has one."""
    return Literal(value, language=language) if language else Literal(value)


def typed(value: str, datatype: str) -> Literal:
    """A literal of a datatype given as a prefixed name."""
    return Literal(value, datatype=term(datatype))


def slug_problems(slugs: Iterable[str]) -> list[str]:
    """The slugs that are none: a slug is lower-case ASCII letters and digits in words joined by single hyphens."""
    return [slug for slug in slugs if not SLUG.match(slug)]

LABELS = ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "delmaal:shortLabel", "schema:name")
"""The properties that label a resource, the better first."""
