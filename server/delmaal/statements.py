"""Collects statements with their Marks while a publication is built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from delmaal.errors import Mark
from delmaal.records import At, Citation, Lines, Marks, Publication, Text
from delmaal.terms import Minter, shared, term

Term = NamedNode | Literal


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a release: its title, whether it can be read as a named graph, whether it is about the release."""

    name: str
    title: Text
    named: bool = True
    metadata: bool = False


PARTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        Part("ontology", Text("Ontologi", "Ontology")),
        Part("sdg", Text("FNs bærekraftsmål og delmål", "UN Sustainable Development Goals and targets")),
        Part("themes", Text("Temaer", "Themes")),
        Part("links", Text("Koblinger fra tema til delmål", "Links from themes to targets")),
        Part("documents", Text("Styringsdokumenter", "Governing documents")),
        Part("concepts", Text("Indikatorer, områder, perioder og enheter", "Indicators, areas, periods and units")),
        Part("statistics", Text("Statistikk", "Statistics"), named=False),
        Part("shapes", Text("SHACL-former", "SHACL shapes")),
        Part("catalogue", Text("Katalog", "Catalogue"), metadata=True),
        Part("void", Text("VoID-beskrivelse", "VoID description"), metadata=True),
        Part("service", Text("Tjenestebeskrivelse", "Service description"), metadata=True),
        Part("provenance", Text("Proveniens", "Provenance"), metadata=True),
        Part("report", Text("Valideringsrapport", "Validation report"), metadata=True),
    )
}


@dataclass(slots=True)
class Positions:
    """Where each statement was said: of the statement, else of the property, else of the resource."""

    statements: dict[tuple[str, str, str], Mark] = field(default_factory=dict)
    properties: dict[tuple[str, str], Mark] = field(default_factory=dict)
    resources: dict[str, Mark] = field(default_factory=dict)
    unknown: set[tuple[str, str]] = field(default_factory=set)
    """Properties of resources that are not known, since the reader refused what would have said them."""

    def note(self, triple: Triple, mark: Mark) -> None:
        """Keep the first Mark of a statement, its property and its resource."""
        subject, predicate, obj = triple.subject.value, triple.predicate.value, str(triple.object)  # type: ignore[union-attr]  # no blank nodes
        self.statements.setdefault((subject, predicate, obj), mark)
        self.properties.setdefault((subject, predicate), mark)
        self.resources.setdefault(subject, mark)

    def find(self, subject: str, predicate: str = "", obj: str = "") -> Mark | None:
        """The nearest Mark: of the value, else of the property, else of the resource."""
        return (
            self.statements.get((subject, predicate, obj))
            or self.properties.get((subject, predicate))
            or self.resources.get(subject)
        )


@dataclass(frozen=True, slots=True)
class Built:
    """Statements by part, without repetition, and their positions."""

    parts: Mapping[str, tuple[Triple, ...]]
    positions: Positions

    def triples(self, *names: str) -> list[Triple]:
        """The statements of some parts, or of all, each once."""
        return list(dict.fromkeys(t for name in names or self.parts for t in self.parts[name]))


class Statements:
    """Collects statements; remembers which periods, ages and places were used, for `add_concepts` to describe."""

    def __init__(self, publication: Publication) -> None:
        self.publication = publication
        self.iri = Minter(publication.base)
        self.transcribed = publication.source.slug if publication.source else ""
        self._parts: dict[str, dict[Triple, None]] = {name: {} for name, part in PARTS.items() if not part.metadata}
        self._positions = Positions()
        self.periods: dict[str, Mark] = {}
        self.ages: dict[str, Mark] = {}
        self.places: dict[tuple[str, int, int], Mark] = {}
        self.located: dict[tuple[str, At], Mark] = {}
        self._claims: dict[tuple[str, str], int] = {}

    def built(self) -> Built:
        """All that was collected."""
        return Built({name: tuple(triples) for name, triples in self._parts.items()}, self._positions)

    def add(self, part: str, subject: NamedNode, predicate: str, obj: Term, mark: Mark) -> None:
        """One statement; the predicate as a prefixed name."""
        self.add_triple(part, Triple(subject, term(predicate), obj), mark)

    def add_node(self, part: str, subject: NamedNode, predicate: NamedNode, obj: Term, mark: Mark) -> None:
        """One statement whose predicate is the publication's own."""
        self.add_triple(part, Triple(subject, predicate, obj), mark)

    def add_triple(self, part: str, triple: Triple, mark: Mark) -> None:
        """One statement as a whole."""
        self._parts[part][triple] = None
        self._positions.note(triple, mark)

    def types(self, part: str, subject: NamedNode, mark: Mark, *classes: str) -> None:
        """The classes of a resource."""
        for name in classes:
            self.add(part, subject, "rdf:type", term(name), mark)

    def fields(self, subject: NamedNode, marks: Marks, feeds: Mapping[str, str]) -> None:
        """Note which fields the properties of a record come from, after its statements have noted their own Marks.

        So a property that has no value is found at its field if there is one, and is unknown where it was refused.
        """
        for name, predicates in feeds.items():
            for predicate in predicates.split():
                if name in marks.fields:
                    key = subject.value, term(predicate).value
                    self._positions.properties.setdefault(key, marks.at(name))
                if marks.lacks(name):
                    self.doubt(subject, predicate)

    def doubt(self, subject: NamedNode, predicate: str) -> None:
        """Note that a property of a resource is not known."""
        self._positions.unknown.add((subject.value, term(predicate).value))

    def fresh(self, kind: str, slug: str) -> NamedNode:
        """The IRI of a thing whose slug is composed: numbered from the second thing on that lays claim to it."""
        node, claims = self.iri.thing(kind, slug), self._claims
        while node.value in self._positions.resources:
            claims[kind, slug] = claims.get((kind, slug), 1) + 1
            node = self.iri.thing(kind, f"{slug}-{claims[kind, slug]}")
        return node

    def reference(self, part: str, subject: NamedNode, predicate: str, kind: str, slug: str, marks: Marks,
                  name: str) -> None:
        """What another record is to this one; a slug that is empty or leads nowhere says nothing."""
        if slug and not marks.lacks(name):
            self.add(part, subject, predicate, self.iri.thing(kind, slug), marks.at(name))

    def text(self, part: str, subject: NamedNode, predicates: str | Iterable[str], value: Text,
             marks: Mark | Mapping[str, Mark]) -> None:
        """A text in both languages under one or more properties; an empty one is left out."""
        for predicate in [predicates] if isinstance(predicates, str) else predicates:
            for language, words in value.items():
                if words:
                    mark = marks if isinstance(marks, Mark) else marks[language]
                    self.add(part, subject, predicate, Literal(words, language=language), mark)

    def period(self, part: str, subject: NamedNode, predicate: str, code: str, mark: Mark) -> None:
        """A period by its code; an empty code says nothing."""
        if code:
            self.periods.setdefault(code, mark)
            self.add(part, subject, predicate, shared("period", code), mark)

    def age(self, part: str, subject: NamedNode, code: str, mark: Mark) -> None:
        """An age by its code."""
        self.ages.setdefault(code, mark)
        self.add(part, subject, "sdmx-dimension:age", shared("age", code), mark)

    def derived(self, part: str, subject: NamedNode, lines: Lines, mark: Mark, text: str = "") -> None:
        """The lines of a text that a statement about `subject` comes from; of the publication's where it names none."""
        source = text or self.transcribed
        if lines and not source:  # which is said of the lines
            self.doubt(subject, "prov:wasDerivedFrom")
            return
        for first, last in lines:
            self.places.setdefault((source, first, last), mark)
            self.add(part, subject, "prov:wasDerivedFrom", self.iri.place(source, first, last), mark)

    def cited(self, part: str, subject: NamedNode, cited: Citation, marks: Marks) -> None:
        """The source that a statement about `subject` comes from, at its place where that is told."""
        source = self.source_of(cited, marks)
        if source is None:
            return
        if cited.at and not marks.lacks("at"):
            self.located.setdefault((cited.source, cited.at), marks.at("at"))
            source = self.iri.located(cited.source, cited.at)
        if cited.lines:
            self.derived(part, subject, cited.lines, marks.at("at"), cited.source)
        else:
            self.add(part, subject, "prov:wasDerivedFrom", source, marks.at("source"))

    def source_of(self, cited: Citation, marks: Marks) -> NamedNode | None:
        """The source that a record cites; None where it cites none that is known."""
        return self.iri.thing("source", cited.source) if cited.source and not marks.lacks("source") else None

