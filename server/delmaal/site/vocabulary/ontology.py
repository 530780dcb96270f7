"""The ontology as the release holds it: its terms, what each is, what the data do with it.

A term is found by `rdfs:isDefinedBy`; what is said about it is read from the release that is served, so that the page
describes what the data were made and validated with. How often a term is used comes from the VoID description.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from delmaal.collation import collate
from delmaal.languages import best
from delmaal.ntriples import Term, read_term
from delmaal.reading.releases import KEPT_OPEN, Opened
from delmaal.site.vocabulary.examples import Sample
from delmaal.site.vocabulary.shapes import SPACE, Shape, all_shapes
from delmaal.terms import PREFIXES, compact, term

ONTOLOGY = PREFIXES["delmaal"].removesuffix("#")
NS = PREFIXES["delmaal"]
SHAPES = SPACE.removesuffix("#")
Facts = dict[str, list[Term]]
"""What is said about a resource: the values by the prefixed name of the property."""

SORTS: dict[str, str] = {
    "owl:Class": "class",
    "owl:ObjectProperty": "object-property",
    "owl:DatatypeProperty": "datatype-property",
    "owl:AnnotationProperty": "annotation-property",
    "skos:ConceptScheme": "scheme",
    "skos:Concept": "code",
}
"""What a term is, by its type; the first that fits."""

_SDMX = ("sdmx-dimension", "sdmx-measure", "sdmx-attribute")

PROPERTIES = ("object-property", "datatype-property", "annotation-property")


def facts(opened: Opened, iri: str) -> Facts:
    """What is said about a resource."""
    found: Facts = {}
    for line in opened.lookup.whole(iri):
        _, predicate, obj = line.split(b" ", 2)
        found.setdefault(compact(predicate[1:-1].decode()), []).append(read_term(obj))
    return found


@dataclass(frozen=True)
class Entry:
    """A term of the ontology."""

    iri: str
    sort: str
    facts: Facts

    @property
    def name(self) -> str:
        """The name within the namespace, which is the anchor on the page."""
        return self.iri.removeprefix(NS)

    def iris(self, *names: str) -> list[str]:
        """The IRIs that some properties lead to, in the order of their names."""
        return [value.value for name in names for value in self.facts.get(name, ()) if value.is_iri]

    def says(self, name: str, language: str) -> str:
        """The text of a property in a language, else in the nearest."""
        return text_of(self.facts.get(name, ()), language)

    @property
    def reserved(self) -> bool:
        """Whether the term is defined but not used yet."""
        return any(value.value == "true" for value in self.facts.get("delmaal:reserved", ()))


def text_of(values: Iterable[Term], language: str) -> str:
    """A text in a language, else in the nearest; nothing where there is none."""
    texts = {value.language: value.value for value in values if not value.is_iri}
    return texts[best(texts, language)] if texts else ""


class Ontology:
    """Everything that the pages of the vocabulary say, in no language yet; read once for a release."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.header = facts(opened, ONTOLOGY)
        self.header_of_shapes = facts(opened, SHAPES)
        self.entries: dict[str, Entry] = {}
        for line in opened.lookup.whole_incoming(ONTOLOGY):
            subject, predicate, _ = line.split(b" ", 2)
            if predicate[1:-1].decode() == term("rdfs:isDefinedBy").value:
                self._add(subject[1:-1].decode())
        self.shapes: dict[str, Shape] = all_shapes(opened)
        self.used = self._used()

    def _add(self, iri: str) -> None:
        entry = self.entry(iri)
        if iri.startswith(NS) and entry.sort:
            self.entries[iri] = entry

    def entry(self, iri: str) -> Entry:
        """A term of ours, or one of others that the ontology declares."""
        if iri in self.entries:
            return self.entries[iri]
        said = facts(self.opened, iri)
        types = {compact(value.value) for value in said.get("rdf:type", ())}
        return Entry(iri, next((sort for kind, sort in SORTS.items() if kind in types), ""), said)

    def _used(self) -> dict[str, int]:
        """How many things a class has and how many statements a property, as VoID counts them."""
        counts: dict[str, int] = {}
        node = self.opened.iri.thing("void", "data").value
        for link, name, number in (("void:classPartition", "void:class", "void:entities"),
                                   ("void:propertyPartition", "void:property", "void:triples")):
            for partition in facts(self.opened, node).get(link, ()):
                said = facts(self.opened, partition.value)
                for value, total in zip(said.get(name, ()), said.get(number, ()), strict=False):
                    counts[value.value] = int(total.value)
        return counts

    def of_sort(self, *sorts: str) -> list[Entry]:
        """The terms of some sorts, in the order of their names."""
        found = [entry for entry in self.entries.values() if entry.sort in sorts]
        return sorted(found, key=lambda entry: (sorts.index(entry.sort), collate(entry.name, "en"), entry.name))

    @cached_property
    def code_lists(self) -> dict[str, list[str]]:
        """The codes of each list of the ontology, in the order of their names."""
        return {entry.iri: sorted(entry.iris("skos:hasTopConcept")) for entry in self.of_sort("scheme")}

    @cached_property
    def list_of_class(self) -> dict[str, str]:
        """From a class whose things are the codes of a list to that list."""
        return {entry.iri: scheme for entry in self.of_sort("class") for scheme in entry.iris("rdfs:seeAlso")
                if scheme in self.code_lists}

    @cached_property
    def shapes_of_class(self) -> dict[str, list[Shape]]:
        """The shapes that find something, by the class that they look at."""
        found: dict[str, list[Shape]] = {}
        for shape in self.findings:
            for target in shape.classes:
                found.setdefault(target, []).append(shape)
        return found

    @cached_property
    def shapes_of_property(self) -> dict[str, list[Shape]]:
        """The shapes that find something, by the properties that they look at."""
        found: dict[str, list[Shape]] = {}
        for shape in self.findings:
            for path in shape.properties:
                found.setdefault(path, []).append(shape)
        return found

    @cached_property
    def findings(self) -> list[Shape]:
        """The shapes that find something themselves, in the order of their codes."""
        return sorted((shape for shape in self.shapes.values() if shape.finds), key=lambda shape: shape.code)

    @cached_property
    def sample(self) -> Sample:
        """Examples from the data."""
        kinds = [entry.iri for entry in self.of_sort("class")]
        kinds += [iri for iri in self.used if iri not in self.entries]
        return Sample(self.opened, kinds)

    @cached_property
    def classes_of_property(self) -> dict[str, list[str]]:
        """The classes whose things carry a property: as the ontology says, else as the shapes and the data show."""
        found = {}
        for entry in self.of_sort(*PROPERTIES):
            stated = [iri for iri in entry.iris("rdfs:domain") if iri != term("prov:Entity").value]
            shown = [iri for shape in self.shapes_of_property.get(entry.iri, ()) for iri in shape.classes]
            shown += self.sample.classes_of.get(entry.iri, ())
            found[entry.iri] = stated or sorted({iri for iri in shown if iri != term("skos:Concept").value})
        return found

    def properties_of(self, kind: str) -> list[tuple[str, str]]:
        """The properties that things of a class carry, each with what it leads to (nothing where that is not said).

        Ours, but for what is only reserved, and the components of SDMX that the ontology declares.
        """
        own = [entry.iri for entry in self.of_sort(*PROPERTIES)
               if kind in self.classes_of_property[entry.iri] and not entry.reserved]
        own += [iri for iri, kinds in sorted(self.sample.classes_of.items())
                if kind in kinds and compact(iri).partition(":")[0] in _SDMX]
        ranges = (facts(self.opened, iri).get("rdfs:range", []) for iri in own)
        return [(iri, found[0].value if found else "") for iri, found in zip(own, ranges, strict=True)]

    @cached_property
    def foreign(self) -> list[tuple[str, int]]:
        """The classes and properties of others that the data use, with how often, in the order of their names."""
        base = self.opened.release.base
        rows = [(iri, count) for iri, count in self.used.items() if not iri.startswith((NS, base))]
        return sorted(rows, key=lambda row: collate(compact(row[0]), "en"))

    @cached_property
    def lines(self) -> list[bytes]:
        """Every statement about the shapes, their parts and the graph that they are, in order."""
        prefixes = {value.value for value in self.header_of_shapes.get("sh:declare", ())}
        nodes = sorted({SHAPES, *self.shapes, *prefixes})
        return [line for node in nodes for line in self.opened.lookup.whole(node)]


_read: OrderedDict[str, Ontology] = OrderedDict()
_lock = Lock()


def ontology_of(opened: Opened) -> Ontology:
    """The ontology of a release, read once."""
    name = opened.release.base + opened.release.id
    with _lock:
        found = _read.get(name)
        if found is None or found.opened is not opened:
            found = _read[name] = Ontology(opened)
            while len(_read) > KEPT_OPEN:
                _read.popitem(last=False)
        _read.move_to_end(name)
    return found
