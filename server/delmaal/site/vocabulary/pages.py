"""The pages themselves, from an open release and the language of the reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import shorten

from delmaal import formats
from delmaal.collation import Key, collate
from delmaal.http.asked import Asked
from delmaal.http.description import Page
from delmaal.http.urls import Urls
from delmaal.ntriples import Term
from delmaal.reading.releases import Opened
from delmaal.records.licences import OWN
from delmaal.site.vocabulary import problems
from delmaal.site.vocabulary.boxes import diagram_of
from delmaal.site.vocabulary.entries import (
    Ref,
    Shown,
    other_than,
    refer,
    shape_refs,
    show,
    spoken_value,
    thing_of,
    value_of,
    vocabulary_of,
)
from delmaal.site.vocabulary.examples import SHOWN
from delmaal.site.vocabulary.mistakes import mistake_of
from delmaal.site.vocabulary.ontology import NS, ONTOLOGY, SHAPES, Ontology, ontology_of, text_of
from delmaal.site.vocabulary.shapes import SPACE, Shape, class_key, turtle_of, with_parts
from delmaal.site.vocabulary.words import word
from delmaal.terms import compact

SECTIONS = ("s-classes", "s-code-classes", "s-object-properties", "s-datatype-properties", "s-annotation-properties")
"""The sections of terms, by their anchors."""

TITLE, SUMMARY = 110, 200
"""Characters of a title in the browser's tab, and of a summary on a card."""

SEVERITIES = ("Violation", "Warning", "Info")


def _render(request: Asked, template: str, opening: Opened, spoken: str, page: Callable[[Urls], str], title: str,
            summary: str = "", trail: Sequence[Ref] = (), **values: object) -> bytes:
    """A page from its template; `page` is its address, whichever addresses are asked for."""
    urls = request.urls
    steps = [Ref(word("home", spoken), "", urls.speaking(spoken).home()), *trail]
    return request.render(
        template, lang=spoken, here=page(urls).partition("?")[0], release=opening.release, word=word,
        title=title, tab=shorten(title, TITLE, placeholder="…"), summary=shorten(summary, SUMMARY, placeholder="…"),
        canonical=page(request.canonical), trail=steps, **values).encode()


def _alternates(request: Asked, here: str) -> list[tuple[str, str]]:
    """The forms of a document as data: name and address."""
    return [(row.label, request.urls.form(here, row.suffix)) for row in formats.RDF_FORMATS]


def ontology_page(request: Asked, opening: Opened, spoken: str) -> bytes:
    """The ontology: what it is, its diagram, every term, the terms of others that the data use."""
    ontology, urls = ontology_of(opening), request.urls.speaking(spoken)
    listed, classes = ontology.list_of_class, ontology.of_sort("class")
    groups = [
        [entry for entry in classes if entry.iri not in listed],
        [entry for entry in classes if entry.iri in listed],
        *(ontology.of_sort(sort) for sort in ("object-property", "datatype-property", "annotation-property")),
    ]

    def by_label(shown: Shown) -> tuple[Key, str]:
        return collate(shown.label, spoken), shown.name

    lists = [
        (show(ontology, ontology.entries[scheme], urls),
         sorted((show(ontology, ontology.entries[code], urls) for code in codes if code in ontology.entries),
                key=by_label))
        for scheme, codes in ontology.code_lists.items()
    ]
    namespaces = sorted({(vocabulary_of(iri, spoken), _namespace(iri)) for iri, _ in ontology.foreign},
                        key=lambda pair: (collate(pair[0], spoken), pair[1]))
    foreign = {namespace: [(refer(ontology, iri, urls), compact(iri), _is_class(ontology, iri), total)
                           for iri, total in ontology.foreign if _namespace(iri) == namespace]
               for _, namespace in namespaces}
    head, files = ontology.header, opening.release.manifest["files"]
    description = text_of(head.get("dct:description", ()), spoken)
    return _render(request,
        "ontology.html", opening, spoken, Urls.ontology, text_of(head.get("dct:title", ()), spoken) or ONTOLOGY,
        description, iri=ONTOLOGY, namespace=NS, description=description,
        version=text_of(head.get("owl:versionInfo", ()), ""),
        licence=next((value.value for value in head.get("dct:license", ()) if value.is_iri), OWN.page),
        builds_on=[value.value for value in head.get("rdfs:seeAlso", ()) if value.is_iri],
        sections=[(key, sorted((show(ontology, entry, urls) for entry in group), key=by_label))
                  for key, group in zip(SECTIONS, groups, strict=True)],
        lists=sorted(lists, key=lambda pair: by_label(pair[0])),
        namespaces=namespaces, foreign=foreign, diagram=diagram_of(ontology, urls),
        dumps=[(row.label, urls.data(f"vocabulary.{row.suffix}")) for row in formats.RDF_FORMATS
               if f"data/vocabulary.{row.suffix}" in files],
        alternates=_alternates(request, request.urls.document(ONTOLOGY)),
    )


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _is_class(ontology: Ontology, iri: str) -> bool:
    """Whether what VoID counts is a class, not a property: something is of it, or its name begins as a class's does."""
    return iri in ontology.sample.things or iri[len(_namespace(iri)) :][:1].isupper()


def term_page(request: Asked, opening: Opened, page: Page, spoken: str) -> bytes:
    """A term on a page of its own, with what leads to it."""
    ontology, urls = ontology_of(opening), request.urls.speaking(spoken)
    leading: dict[str, list[Ref]] = {}
    for head in page.heads:
        subject, _, predicate = head.partition(b" ")
        thing = subject[1:-1].decode()
        if thing.startswith(opening.release.base + "id/void/"):  # its count stands above
            continue
        ours = thing in ontology.entries or thing in ontology.shapes
        shown = refer(ontology, thing, urls) if ours else thing_of(opening, thing, urls)
        leading.setdefault(predicate[1:-1].decode(), []).append(shown)
    it = show(ontology, ontology.entry(page.iri), urls)
    title = text_of(ontology.header.get("dct:title", ()), spoken) or ONTOLOGY
    place = it.anchor if page.iri in ontology.entries else "s-foreign"
    return _render(request, "term.html", opening, spoken, lambda each: each.document(page.iri), it.label, it.definition,
                   [Ref(title, "", urls.ontology(place))], it=it,
                   leading=sorted(((refer(ontology, name, urls), things) for name, things in leading.items()),
                                  key=lambda pair: collate(pair[0].text, spoken)),
                   following=urls.document(page.iri, 2) if page.more else "",
                   alternates=_alternates(request, request.urls.document(page.iri)))


def document_page(request: Asked, opening: Opened, page: Page, spoken: str) -> bytes:
    """The ontology, or the shapes as a whole."""
    return shapes_page(request, opening, spoken) if page.iri == SHAPES else ontology_page(request, opening, spoken)


def found_shape_page(request: Asked, opening: Opened, page: Page, spoken: str) -> bytes:
    """A shape by its IRI."""
    return shape_page(request, opening, ontology_of(opening).shapes[page.iri], spoken)


def shapes_page(request: Asked, opening: Opened, spoken: str) -> bytes:
    """Every shape that finds something, by the class that it looks at."""
    ontology, urls = ontology_of(opening), request.urls.speaking(spoken)
    alone = {iri: [shape for shape in shapes if len(shape.classes) == 1]
             for iri, shapes in ontology.shapes_of_class.items()}
    groups = [(refer(ontology, iri, urls), f"c-{compact(iri).replace(':', '-')}", alone[iri])
              for iri in sorted(alone, key=class_key)]
    several = [shape for shape in ontology.findings if len(shape.classes) > 1]
    others = [shape for shape in ontology.findings if not shape.classes]
    groups += [(Ref(word("several-classes", spoken)), "c-several", several),
               (Ref(word("other-targets", spoken)), "c-other", others)]
    shown = [(heading, anchor, [(shape, text_of(shape.facts["sh:message"], spoken)) for shape in shapes])
             for heading, anchor, shapes in groups if shapes]
    head = ontology.header_of_shapes
    description = text_of(head.get("dct:description", ()), spoken)
    return _render(request, "shapes.html", opening, spoken, Urls.shapes,
                   text_of(head.get("dct:title", ()), spoken) or word("shapes", spoken), description,
                   groups=shown, description=description,
                   alternates=_alternates(request, request.urls.shapes()),
                   totals=[(severity, sum(shape.severity == severity for shape in ontology.findings))
                           for severity in SEVERITIES],
                   parts=shape_refs(sorted((shape for shape in ontology.shapes.values() if not shape.finds),
                                           key=lambda shape: shape.code), urls))


def shape_page(request: Asked, opening: Opened, shape: Shape, spoken: str) -> bytes:
    """A shape: what is wrong, why it matters, how to mend it; what it looks at; examples; its Turtle."""
    ontology, urls = ontology_of(opening), request.urls.speaking(spoken)
    other = other_than(spoken, opening.languages)

    def texts(name: str) -> tuple[str, str]:
        values = shape.facts.get(name, ())
        return text_of(values, spoken), text_of(values, other)

    return _render(request,
        "shape.html", opening, spoken, lambda each: each.shape(shape.code), shape.code, texts("delmaal:problem")[0],
        [Ref(word("all-shapes", spoken), "", urls.shapes(shape.code))], it=shape, other=other,
        label=text_of(shape.facts.get("rdfs:label", ()), spoken),
        message=texts("sh:message"), problem=texts("delmaal:problem"), why=texts("delmaal:why"),
        fix=texts("delmaal:fix"),
        targets=[(name, refer(ontology, iri, urls)) for name, iri in shape.targets],
        paths=[refer(ontology, iri, urls) for iri in shape.properties
               if iri not in {target for _, target in shape.targets}],
        constraints=[(name, words, _asked(ontology, value, urls))
                     for name, words, value in shape.constraints(spoken)],
        used_by=shape_refs([each for each in ontology.shapes.values() if shape.iri in each.parts], urls),
        mistake=mistake_of(shape.code) if shape.finds else None,
        live=_live(ontology, shape, urls),
        turtle=[turtle_of(part) for part in with_parts(ontology.shapes, shape.iri)],
        alternates=_alternates(request, request.urls.shape(shape.code)),
    )


def _asked(ontology: Ontology, value: Term, urls: Urls) -> Ref:
    """The value of a constraint."""
    if value.is_iri and value.value.startswith(SPACE):
        part = ontology.shapes.get(value.value)
        label = text_of(part.facts.get("rdfs:label", ()), urls.language) if part else ""
        code = value.value.removeprefix(SPACE)
        return Ref(label or code, code if label else "", urls.shape(code))
    return refer(ontology, value.value, urls) if value.is_iri else Ref(value.value)


def _live(ontology: Ontology, shape: Shape, urls: Urls) -> list[tuple[Ref, Ref, Ref]]:
    """Statements of the data that the shape looked at: thing, property, value.

    They are right, since a release has no violation; what breaks a shape of another severity may be released.
    """
    if shape.severity != "Violation":
        return []
    sample = ontology.sample
    paths = [value.value for value in shape.facts.get("sh:path", ())] or shape.properties
    found = [(each, iri) for iri in paths
             for each in ([one for kind in shape.classes for one in sample.of_class.get((kind, iri), ())]
                          if shape.classes else sample.statements.get(iri, ()))]
    return [(thing_of(ontology.opened, each.subject, urls), refer(ontology, iri, urls),
             value_of(ontology, spoken_value(ontology, each, iri, urls.language), urls)) for each, iri in found[:SHOWN]]


def problems_page(request: Asked, opening: Opened, spoken: str) -> bytes:
    """The errors that are no shapes."""
    told = problems.told_of_errors_in(spoken)
    return _render(request, "problems.html", opening, spoken, Urls.problems, word("problems", spoken),
                   word("problems-lead", spoken).replace("`", ""),
                   told=told, sections=problems.sections(told), homes=problems.homes(told), pieces=problems.pieces)



KINDS: dict[str, Callable[[Asked, Opened, Page, str], bytes]] = {
    "owl:Ontology": document_page,
    "owl:Class": term_page,
    "owl:ObjectProperty": term_page,
    "owl:DatatypeProperty": term_page,
    "owl:AnnotationProperty": term_page,
    "sh:NodeShape": found_shape_page,
    "sh:PropertyShape": found_shape_page,
    "sh:SPARQLConstraint": found_shape_page,
}
"""The page of a class of things, by the prefixed name of the class."""
