"""Which classes and properties the diagram shows."""

from __future__ import annotations

from delmaal.http.urls import Urls
from delmaal.site.vocabulary.diagram import Box, Diagram, Field, draw
from delmaal.site.vocabulary.entries import label_of, refer
from delmaal.site.vocabulary.ontology import NS, Entry, Ontology
from delmaal.terms import PREFIXES, compact, term


def diagram_of(ontology: Ontology, urls: Urls) -> Diagram:
    """The diagram of an ontology in the language of `urls`: a box for each class, with those of others that a property
    leads to."""
    codes = [entry for entry in ontology.of_sort("class") if entry.iri in ontology.list_of_class]
    things = [entry.iri for entry in ontology.of_sort("class") if entry.iri not in ontology.list_of_class]
    fields = {iri: ontology.properties_of(iri) for iri in things}
    reached = {target for found in fields.values() for _, target in found}
    carrying = {iri for found in ontology.classes_of_property.values() for iri in found}
    others = sorted(iri for iri in reached | carrying if iri and iri not in ontology.entries and not _is_datatype(iri)
                    and iri not in (term("skos:Concept").value, term("prov:Entity").value))
    for iri in others:
        fields[iri] = ontology.properties_of(iri)
    boxes = []
    for iri in (*things, *others):
        shown = refer(ontology, iri, urls)
        entry = ontology.entries.get(iri)
        above = ", ".join(compact(each) for each in entry.iris("rdfs:subClassOf")) if entry else compact(iri)
        rows = [_field(ontology, name, target, set(fields), urls) for name, target in fields[iri]]
        boxes.append(Box(iri, shown.text, shown.href if entry else "", f"⊂ {above}" if entry and above else above,
                         rows, "own" if entry else "other"))
    lists = [_list(ontology, entry, urls) for entry in codes]
    return draw(boxes, lists)


def _is_datatype(iri: str) -> bool:
    return iri.startswith((PREFIXES["xsd"], PREFIXES["rdf"])) or iri == term("rdfs:Literal").value


def _field(ontology: Ontology, name: str, target: str, boxes: set[str], urls: Urls) -> Field:
    label = refer(ontology, name, urls).text
    if target in boxes:
        return Field(label, target, "link")
    listed = target in ontology.list_of_class or target == term("skos:Concept").value
    entry = ontology.entries.get(name)
    thing = entry is not None and entry.sort == "object-property"
    return Field(label, "", "code" if listed else "link" if thing else "text")


def _list(ontology: Ontology, entry: Entry, urls: Urls) -> Box:
    language = urls.language
    codes = ontology.code_lists[ontology.list_of_class[entry.iri]]
    rows = [Field(label_of(ontology.entries[iri], language), "", "code") for iri in codes if iri in ontology.entries]
    return Box(entry.iri, label_of(entry, language), urls.ontology(entry.iri.removeprefix(NS)), "", rows,
               "list")
