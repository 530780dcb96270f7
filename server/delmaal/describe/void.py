"""The VoID description: what the data are about, counted; the counts cover the data parts, not the metadata.

    .well-known/void ─ void/data ┬ void/class-<n>, void/property-<n>          how many there are of each
                                 ├ void/<group>                               what a dataset of the catalogue holds
                                 └ void/linkset-<name> ─ void/target-<name>   the links to somebody else's data
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from delmaal.describe.authorities import format_iri
from delmaal.describe.dumps import Dump
from delmaal.describe.offers import DATASETS
from delmaal.describe.sheet import Sheet
from delmaal.formats import RDF_FORMATS
from delmaal.records import LICENCES, Publication, Text
from delmaal.terms import EU, PREFIXES, Minter, text

_TYPE = PREFIXES["rdf"] + "type"


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody else's data that ours link to: their name and the beginning of their IRIs."""

    title: Text
    space: str


LINKSETS: dict[str, Target] = {
    "un-sdg": Target(Text("FNs bærekraftsmål", "UN Sustainable Development Goals"), PREFIXES["sdg"]),
    "los": Target(Text("LOS", "LOS"), "https://psi.norge.no/los/"),
    "eu-tables": Target(Text("EUs autoritetstabeller", "EU authority tables"), EU),
    "geonorge": Target(Text("Geonorge", "Geonorge"), "https://data.geonorge.no/"),
    "wikidata": Target(Text("Wikidata", "Wikidata"), "http://www.wikidata.org/entity/"),
    "qudt": Target(Text("QUDT-enheter", "QUDT units"), "http://qudt.org/vocab/unit/"),
    "sdmx": Target(Text("SDMX-kodelister", "SDMX code lists"), PREFIXES["sdmx-code"]),
}


def void(publication: Publication, data: Sequence[Triple], dumps: Iterable[Dump]) -> list[Triple]:
    """The statements of the VoID description of `data`, each statement counted once."""
    return _Void(publication, data, list(dumps)).triples()


class _Void(Sheet):
    def __init__(self, publication: Publication, data: Sequence[Triple], dumps: list[Dump]) -> None:
        super().__init__()
        self.publication = publication
        self.iri = Minter(publication.base)
        self.node = self.iri.thing("void", "data")
        self._about(dumps)
        self._counts(data)
        self._groups(dumps)
        self._linksets(data)

    def _about(self, dumps: list[Dump]) -> None:
        publication, node = self.publication, self.node
        page = self.iri.document(".well-known/void")
        self.types(page, "void:DatasetDescription")
        of = Text(f"VoID-beskrivelse av {publication.title.nb}", f"VoID description of {publication.title.en}")
        self.both(page, "dct:title", of)
        self.add(page, "foaf:primaryTopic", node)
        self.types(node, "void:Dataset")
        self.both(node, "dct:title", publication.title)
        self.both(node, "dct:description", publication.description)
        self.add(node, "dct:publisher", NamedNode(publication.publisher.iri))
        self.add(node, "dct:license", NamedNode(LICENCES[publication.licence].authority))
        self.day(node, "dct:issued", publication.issued)
        self.day(node, "dct:modified", publication.modified)
        self.add(node, "foaf:homepage", NamedNode(publication.base))
        self.add(node, "void:sparqlEndpoint", self.iri.document("sparql"))
        self.add(node, "void:uriSpace", text(publication.base))
        for row in RDF_FORMATS:
            self.add(node, "void:feature", NamedNode(format_iri(row)))
        for theme in publication.themes[:1]:
            self.add(node, "void:exampleResource", self.iri.thing("theme", theme.slug))
        for dump in dumps:
            if dump.group == "all":
                self.add(node, "void:dataDump", self.iri.document(f"data/{dump.name}"))

    def _counts(self, data: Sequence[Triple]) -> None:
        node = self.node
        classes = Counter(t.object.value for t in data if t.predicate.value == _TYPE)  # type: ignore[union-attr]  # no blank nodes
        predicates = Counter(t.predicate.value for t in data)
        subjects = {t.subject.value for t in data}  # type: ignore[union-attr]
        self.count(node, "void:triples", len(data))
        self.count(node, "void:distinctSubjects", len(subjects))
        self.count(node, "void:distinctObjects", len({t.object for t in data}))
        things = f"{self.publication.base}id/"
        self.count(node, "void:entities", sum(iri.startswith(things) for iri in subjects))
        self.count(node, "void:classes", len(classes))
        self.count(node, "void:properties", len(predicates))
        for iri in sorted({_namespace(iri) for iri in (*classes, *predicates)}):
            if not iri.startswith(self.publication.base):
                self.add(node, "void:vocabulary", NamedNode(iri))
        for kind, counter, link, name, number in (
            ("class", classes, "void:classPartition", "void:class", "void:entities"),
            ("property", predicates, "void:propertyPartition", "void:property", "void:triples"),
        ):
            for index, (value, total) in enumerate(sorted(counter.items()), 1):
                partition = self.iri.thing("void", f"{kind}-{index}")
                self.add(node, link, partition)
                self.add(partition, name, NamedNode(value))
                self.count(partition, number, total)

    def _groups(self, dumps: list[Dump]) -> None:
        for group, offer in DATASETS.items():
            files = [dump for dump in dumps if dump.group == group and dump.format.rdf is not None]
            if not files:
                continue
            subset = self.iri.thing("void", group)
            self.add(self.node, "void:subset", subset)
            self.types(subset, "void:Dataset")
            self.both(subset, "dct:title", offer.title)
            self.count(subset, "void:triples", len(files[0].triples))
            if group == "statistics":  # the catalogue describes no cube, so the way back from the dataset stands here
                self.add(self.iri.thing("dataset", group), "dct:hasPart", self.iri.thing("cube", group))
            for dump in files:
                self.add(subset, "void:dataDump", self.iri.document(f"data/{dump.name}"))

    def _linksets(self, data: Sequence[Triple]) -> None:
        """Links are the statements from an IRI of the publication's to one of theirs, classes not among them."""
        counts: dict[str, Counter[str]] = {slug: Counter() for slug in LINKSETS}
        for triple in data:
            if not isinstance(triple.object, NamedNode) or triple.predicate.value == _TYPE:
                continue
            if not triple.subject.value.startswith(self.publication.base):  # type: ignore[union-attr]
                continue
            for slug, target in LINKSETS.items():
                if triple.object.value.startswith(target.space):
                    counts[slug][triple.predicate.value] += 1
        for slug, predicates in counts.items():
            if predicates:
                self._linkset(slug, predicates)

    def _linkset(self, slug: str, predicates: Counter[str]) -> None:
        target, theirs = LINKSETS[slug], self.iri.thing("void", f"target-{slug}")
        self.types(theirs, "void:Dataset")
        self.both(theirs, "dct:title", target.title)
        self.add(theirs, "void:uriSpace", text(target.space))
        linkset = self.iri.thing("void", f"linkset-{slug}")
        self.add(self.node, "void:subset", linkset)
        self.types(linkset, "void:Linkset")
        self.both(linkset, "dct:title", Text(f"Lenker til {target.title.nb}", f"Links to {target.title.en}"))
        self.add(linkset, "void:subjectsTarget", self.node)
        self.add(linkset, "void:objectsTarget", theirs)
        self.count(linkset, "void:triples", predicates.total())
        for index, (predicate, total) in enumerate(sorted(predicates.items()), 1):
            partition = self.iri.thing("void", f"linkset-{slug}-{index}")
            self.add(linkset, "void:linkPredicate", NamedNode(predicate))
            self.add(linkset, "void:propertyPartition", partition)
            self.add(partition, "void:property", NamedNode(predicate))
            self.count(partition, "void:triples", total)


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
