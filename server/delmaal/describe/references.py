"""References to what others answer for: each comes with its type, its scheme and its labels."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode

from delmaal.describe import authorities
from delmaal.describe.authorities import AUTHORITIES, SCHEMES, STANDARDS, Authority
from delmaal.describe.sheet import Sheet
from delmaal.records import Place, Text
from delmaal.terms import typed


class References(Sheet):
    """A sheet that says what it refers to."""

    def refer(self, node: NamedNode, predicate: str, iri: str) -> None:
        """Refer to a concept of AUTHORITIES."""
        self.add(node, predicate, self.concept(AUTHORITIES[iri]))

    def conforms(self, node: NamedNode, standards: Iterable[str]) -> None:
        """Name standards of STANDARDS that a node conforms to; the portal's parser wants a label of some, a title of
        others."""
        for iri in standards:
            standard = NamedNode(iri)
            self.add(node, "dct:conformsTo", standard)
            self.types(standard, "dct:Standard")
            self.both(standard, "dct:title", STANDARDS[iri])
            self.both(standard, "skos:prefLabel", STANDARDS[iri])

    def concept(self, row: Authority, scheme_title: Text | None = None) -> NamedNode:
        """Say what an authority's concept is."""
        node = NamedNode(row.iri)
        self.types(node, *([row.kind] if row.kind else []), "skos:Concept")
        self.add(node, "skos:inScheme", self.scheme(row.scheme, scheme_title))
        self.both(node, "skos:prefLabel", row.label)
        if row.code:
            self.plain(node, "dct:identifier" if row.kind == "dct:Location" else "dc:identifier", row.code)
        if row.type:
            self.refer(node, "dct:type", row.type)
        return node

    def scheme(self, iri: str, title: Text | None = None) -> NamedNode:
        """Say what a scheme is; its title is in SCHEMES where it is not given."""
        node = NamedNode(iri)
        self.types(node, "skos:ConceptScheme")
        self.both(node, "dct:title", title or SCHEMES[iri])
        return node

    def place(self, place: Place) -> NamedNode:
        """Say what a place is called and where it lies; the portal's parser reads dct:title and dct:identifier."""
        node = self.concept(*authorities.place(place))
        self.both(node, "dct:title", place.label)
        if place.bbox:
            west, south, east, north = place.bbox
            corners = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
            self.add(node, "dcat:bbox", typed(f"POLYGON(({corners}))", "geosparql:wktLiteral"))
        if place.centroid:
            self.add(node, "dcat:centroid", typed(f"POINT({' '.join(place.centroid)})", "geosparql:wktLiteral"))
        return node
