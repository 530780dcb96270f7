"""The VoID description: what the data are about, counted; the counts cover the data parts, not the metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pyoxigraph import Literal, NamedNode, Triple

from delmaal.describe.dumps import Dump
from delmaal.records import Publication
from delmaal.terms import EU, PREFIXES, Minter, term, text, typed

LINKSETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "un-sdg": ("UN Sustainable Development Goals", (PREFIXES["sdg"],)),
    "los": ("LOS", ("https://psi.norge.no/los/",)),
    "eu-tables": ("EU authority tables", (EU,)),
    "geonorge": ("Geonorge", ("https://data.geonorge.no/",)),
    "wikidata": ("Wikidata", ("http://www.wikidata.org/entity/",)),
}
_TYPE = PREFIXES["rdf"] + "type"


def void(publication: Publication, data: Sequence[Triple], dumps: Iterable[Dump]) -> list[Triple]:
    """The statements of the VoID description of `data`, each statement counted once."""
    iri = Minter(publication.base)
    node = iri.thing("void", "data")
    out: list[Triple] = [Triple(node, term("rdf:type"), term("void:Dataset"))]

    def add(subject: NamedNode, predicate: str, obj: NamedNode | Literal) -> None:
        out.append(Triple(subject, term(predicate), obj))

    def number(subject: NamedNode, predicate: str, value: int) -> None:
        add(subject, predicate, typed(str(value), "xsd:integer"))

    for language, title in publication.title.items():
        add(node, "dct:title", text(title, language))
    add(node, "void:sparqlEndpoint", iri.document("sparql"))
    add(node, "void:uriSpace", text(publication.base))
    for dump in dumps:
        if dump.group == "all":
            add(node, "void:dataDump", iri.document(f"data/{dump.name}"))
    classes = Counter(t.object.value for t in data if t.predicate.value == _TYPE)  # type: ignore[union-attr]  # no blank nodes
    predicates = Counter(t.predicate.value for t in data)
    subjects = {t.subject for t in data}
    number(node, "void:triples", len(data))
    number(node, "void:distinctSubjects", len(subjects))
    number(node, "void:distinctObjects", len({t.object for t in data}))
    number(node, "void:entities", len([s for s in subjects if str(s).startswith(f"<{publication.base}id/")]))
    number(node, "void:classes", len(classes))
    number(node, "void:properties", len(predicates))
    for kind, counter, link, name, count in (
        ("class", classes, "void:classPartition", "void:class", "void:entities"),
        ("property", predicates, "void:propertyPartition", "void:property", "void:triples"),
    ):
        for index, (value, total) in enumerate(sorted(counter.items()), 1):
            partition = iri.thing("void", f"{kind}-{index}")
            add(node, link, partition)
            add(partition, name, NamedNode(value))
            number(partition, count, total)
    for slug, (title, spaces) in LINKSETS.items():
        links = [t for t in data if isinstance(t.object, NamedNode) and t.object.value.startswith(spaces)
                 and str(t.subject).startswith(f"<{publication.base}")]
        if not links:
            continue
        linkset = iri.thing("void", f"linkset-{slug}")
        add(linkset, "rdf:type", term("void:Linkset"))
        add(linkset, "dct:title", text(title, "en"))
        add(node, "void:subset", linkset)
        add(linkset, "void:subjectsTarget", node)
        number(linkset, "void:triples", len(links))
        for space in spaces:
            add(linkset, "void:uriSpace", text(space))
    return out
