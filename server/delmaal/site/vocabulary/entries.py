"""A term of the ontology as a page shows it: its texts in both languages, its rows, its examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from delmaal.http.urls import Urls
from delmaal.languages import Words, best
from delmaal.ntriples import Term
from delmaal.reading.releases import Opened
from delmaal.reading.rows import labelled
from delmaal.site.vocabulary.examples import Statement
from delmaal.site.vocabulary.ontology import NS, PROPERTIES, Entry, Ontology, facts, text_of
from delmaal.site.vocabulary.shapes import SPACE, Shape
from delmaal.terms import PREFIXES, compact, term

LONGEST = 160
"""Characters of a text that an example shows."""
WEB = ("http://", "https://")

_LABELS = ("skos:prefLabel", "rdfs:label")
_SUPER = ("rdfs:subClassOf", "rdfs:subPropertyOf")
_COMPONENTS = ("qb:DimensionProperty", "qb:MeasureProperty", "qb:AttributeProperty")
_ALSO = ("rdfs:seeAlso", "skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:relatedMatch",
         "owl:equivalentClass", "owl:equivalentProperty", "owl:sameAs")


class Ref(NamedTuple):
    """Something that is referred to: its text, the language of it where it is not the page's, its short name, where it
    leads (nothing for what is no web address)."""

    text: str
    name: str = ""
    href: str = ""
    language: str = ""


class Row(NamedTuple):
    """What is said about a term: the key of the heading, and what it is said to be."""

    key: str
    refs: list[Ref]


class Example(NamedTuple):
    """A thing of the data, and the value that it has of the property, if the term is one."""

    thing: Ref
    value: Ref | None


@dataclass(frozen=True)
class Shown:
    """A term in the language of the page, with the texts of the other language beside it."""

    anchor: str
    iri: str
    name: str
    sort: str
    label: str
    definition: str
    note: str
    other: str
    other_label: str
    other_definition: str
    other_note: str
    notation: str
    reserved: bool
    used: int
    rows: list[Row]
    shapes: list[Ref]
    examples: list[Example]
    about: str


def other_than(language: str, languages: tuple[str, ...]) -> str:
    """The language of a publication that stands beside that of the page, where it has several; else the page's own."""
    return next((each for each in languages if each != language), language)


def refer(ontology: Ontology, iri: str, urls: Urls) -> Ref:
    """A term, wherever it is defined, in the language of `urls`: ours lead to their anchors, those of others to where
    they are defined."""
    language = urls.language
    name = compact(iri)
    entry = ontology.entries.get(iri)
    if entry is not None:
        return Ref(label_of(entry, language), name, urls.ontology(entry.name))
    if iri.startswith(SPACE):
        code = iri.removeprefix(SPACE)
        return Ref(code, "", urls.shape(code))
    if name in DATATYPES:
        return Ref(DATATYPES.say(name, language), name, iri)
    labels = ontology.opened.labels(iri)
    spoken = best(labels, language)
    text = labels.get(spoken, "") or name
    href = iri if iri.startswith(WEB) else ""
    return Ref(text, name if text != name else "", href, spoken if spoken not in ("", language) else "")


def thing_of(opened: Opened, iri: str, urls: Urls) -> Ref:
    """A thing of the data by its label, leading to its page."""
    value = labelled(opened, urls, iri, urls.language)
    text = f"{value.code} {value.text}" if value.code else value.text
    return Ref(text, "", value.href, value.language)


def value_of(ontology: Ontology, value: Term, urls: Urls) -> Ref:
    """A value of an example: a thing, or a text as long as is shown."""
    if value.is_iri:
        if value.value in ontology.entries or value.value.startswith(SPACE):
            return refer(ontology, value.value, urls)
        return thing_of(ontology.opened, value.value, urls)
    text = value.value if len(value.value) <= LONGEST else value.value[: LONGEST - 1].rstrip() + "…"
    return Ref(text, "", "", value.language if value.language != urls.language else "")


def label_of(entry: Entry, language: str) -> str:
    """The label of a term; its name where it has none."""
    values = next((entry.facts[name] for name in _LABELS if name in entry.facts), [])
    return text_of(values, language) or entry.name


def shape_refs(shapes: list[Shape], urls: Urls) -> list[Ref]:
    """Shapes, each leading to its own page."""
    return [Ref(shape.code, "", urls.shape(shape.code)) for shape in shapes]


def show(ontology: Ontology, entry: Entry, urls: Urls) -> Shown:
    """A term as the page shows it, in the language of `urls`."""
    language = urls.language
    other = other_than(language, ontology.opened.languages)
    shapes = ontology.shapes_of_class if entry.sort == "class" else ontology.shapes_of_property
    return Shown(
        anchor=entry.name, iri=entry.iri, name=compact(entry.iri), sort=entry.sort,
        label=label_of(entry, language), definition=entry.says("skos:definition", language),
        note=entry.says("skos:scopeNote", language),
        other=other, other_label=label_of(entry, other), other_definition=entry.says("skos:definition", other),
        other_note=entry.says("skos:scopeNote", other),
        notation=next((value.value for value in entry.facts.get("skos:notation", ())), ""),
        reserved=entry.reserved, used=ontology.used.get(entry.iri, 0),
        rows=[row for row in _rows(ontology, entry, urls) if row.refs],
        shapes=shape_refs(shapes.get(entry.iri, []), urls),
        examples=_examples(ontology, entry, urls),
        about=urls.document(entry.iri),
    )


def _rows(ontology: Ontology, entry: Entry, urls: Urls) -> list[Row]:
    def refs(iris: list[str]) -> list[Ref]:
        return [refer(ontology, iri, urls) for iri in iris]

    rows = [Row(name, refs(entry.iris(name))) for name in _SUPER]
    if entry.sort in PROPERTIES:
        stated = entry.iris("rdfs:domain")
        shown = ontology.classes_of_property.get(entry.iri) or sorted(ontology.sample.classes_of.get(entry.iri, ()))
        rows.append(Row("rdfs:domain", refs(stated)))
        if set(shown) != set(stated):
            rows.append(Row("domain-shown", refs(shown)))
        rows += [Row(name, refs(entry.iris(name))) for name in ("rdfs:range", "owl:inverseOf")]
        types = {compact(iri) for iri in entry.iris("rdf:type")}
        rows.append(Row("component", [refer(ontology, term(name).value, urls) for name in _COMPONENTS
                                      if name in types]))
        rows.append(Row("qb:codeList", refs(entry.iris("qb:codeList"))))
    if entry.sort == "class":
        carried = [iri for iri, _ in ontology.properties_of(entry.iri)]
        reaching = [each.iri for each in ontology.of_sort(*PROPERTIES) if entry.iri in each.iris("rdfs:range")]
        rows += [Row("carries", refs(carried)), Row("reached-by", refs(reaching))]
        listed = ontology.list_of_class.get(entry.iri)
        rows.append(Row("codes-of", refs([listed] if listed else [])))
        apart = [each.iri for each in ontology.of_sort("class") if entry.iri in each.iris("owl:disjointWith")]
        rows.append(Row("owl:disjointWith", refs(sorted({*entry.iris("owl:disjointWith"), *apart}))))
    lists = set(ontology.code_lists)
    rows.append(Row("rdfs:seeAlso", refs([iri for iri in entry.iris(*_ALSO) if iri not in lists])))
    return rows


def _examples(ontology: Ontology, entry: Entry, urls: Urls) -> list[Example]:
    if entry.sort == "class":
        codes = ontology.code_lists.get(ontology.list_of_class.get(entry.iri, ""), [])
        if codes:
            return [Example(refer(ontology, code, urls), None) for code in codes[:3]]
        return [Example(thing_of(ontology.opened, iri, urls), None)
                for iri in ontology.sample.things.get(entry.iri, ())]
    if entry.sort in PROPERTIES:
        return [Example(_subject(ontology, each, urls),
                        value_of(ontology, spoken_value(ontology, each, entry.iri, urls.language), urls))
                for each in ontology.sample.statements.get(entry.iri, ())]
    if entry.sort == "code":
        return [Example(thing_of(ontology.opened, iri, urls), None)
                for iri in ontology.sample.users_of(entry.iri)]
    return []


def spoken_value(ontology: Ontology, statement: Statement, name: str, language: str) -> Term:
    """The value of an example; where it is a text, the one in the language of the page if there is one."""
    if not statement.value.language or statement.value.language == language:
        return statement.value
    values = facts(ontology.opened, statement.subject).get(compact(name), [])
    return next((value for value in values if value.language == language), statement.value)


def _subject(ontology: Ontology, statement: Statement, urls: Urls) -> Ref:
    if statement.subject.startswith((NS, SPACE)):
        return refer(ontology, statement.subject, urls)
    return thing_of(ontology.opened, statement.subject, urls)


DATATYPES = Words("datatype", {
    "rdf:langString": "text in a language",
    "rdfs:Literal": "text or number",
    "xsd:anyURI": "address",
    "xsd:boolean": "true or false",
    "xsd:date": "date",
    "xsd:decimal": "decimal number",
    "xsd:integer": "whole number",
    "xsd:string": "text",
})
"""What the datatypes are called."""

VOCABULARIES = Words("prefix", {
    "dc": "Dublin Core elements",
    "dcat": "DCAT, data catalogues",
    "dct": "Dublin Core terms",
    "foaf": "FOAF, people and organisations",
    "owl": "OWL, ontologies",
    "prov": "PROV, provenance",
    "qb": "RDF Data Cube, statistics",
    "qudt": "QUDT, units of measure",
    "rdf": "RDF",
    "rdfs": "RDF Schema",
    "schema": "schema.org",
    "sdgo": "UN SDG ontology",
    "sdmx-attribute": "SDMX attributes",
    "sdmx-dimension": "SDMX dimensions",
    "sdmx-measure": "SDMX measures",
    "sh": "SHACL, shapes",
    "skos": "SKOS, concepts",
})
"""What the vocabularies are called whose terms the data use."""


def vocabulary_of(iri: str, language: str) -> str:
    """What the vocabulary of a term is called; its namespace where that is not known."""
    prefix = compact(iri).partition(":")[0]
    if prefix in VOCABULARIES and iri.startswith(PREFIXES[prefix]):
        return VOCABULARIES.say(prefix, language)
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
