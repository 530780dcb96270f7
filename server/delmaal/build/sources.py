"""What the facts are taken from, and each place in it from which something is derived."""

from __future__ import annotations

from pyoxigraph import NamedNode

from delmaal.codes import day_called
from delmaal.languages import Words
from delmaal.records import LICENCES, At, Source, Text
from delmaal.statements import Statements
from delmaal.terms import concept, text, typed

_SOURCE = {
    "title": "dct:title rdfs:label", "kind": "dct:type", "publisher": "dc:publisher", "url": "foaf:page",
    "accessed": "delmaal:accessed", "licence": "dct:license", "sha256": "delmaal:sha256", "file": "delmaal:sha256",
}
MAX_QUOTED = 12
"""Lines up to which a place is quoted: the sentence that is cited, not the chapter that a theme is of."""

PLACES = Words("places", {
    "page": "page {}",
    "section": "section {}",
    "cell": "cell {}",
    "row": "row {}",
    "query": "query {}",
    "entry": "entry {}",
    "case": "case {}",
    "question": "question {}",
    "on-page": "page {}",
})
"""What a place in a source is called, by what tells it."""


def add_sources(out: Statements) -> None:
    """Describe each source, and each place in one that was cited."""
    sources = {source.slug: source for source in out.publication.sources}
    for source in sources.values():
        _source(out, source)
    for slug, first, last in sorted(out.places):
        _lines(out, sources.get(slug), slug, first, last)
    for (slug, at), mark in sorted(out.located.items()):
        place = out.iri.located(slug, at)
        out.types("concepts", place, mark, "prov:Entity")
        out.text("concepts", place, "rdfs:label", told(at), mark)
        out.add("concepts", place, "dct:isPartOf", out.iri.thing("source", slug), mark)


def told(at: At) -> Text:
    """A place in a source that is no text, in words."""
    def within(language: str) -> str:
        return ", ".join(day_called(value, language) if name == "date" else PLACES.say(name, language, value)
                         for name, value in at)

    return Text(within("nb"), within("en"))


def _source(out: Statements, source: Source) -> None:
    node, marks = out.iri.thing("source", source.slug), source.marks
    out.types("concepts", node, marks.record, "prov:Entity", "delmaal:Source")
    if source.is_text:
        out.types("concepts", node, marks.record, "dct:BibliographicResource")
    if source.kind:
        out.add("concepts", node, "dct:type", concept("source", source.kind), marks.at("kind"))
    out.text("concepts", node, ("dct:title", "rdfs:label"), source.title, marks.texts("title"))
    if source.publisher:
        out.text("concepts", node, "dc:publisher", source.publisher, marks.texts("publisher"))
    if source.url:
        out.add("concepts", node, "foaf:page", NamedNode(source.url), marks.at("url"))
    if source.accessed:
        out.add("concepts", node, "delmaal:accessed", typed(source.accessed, "xsd:date"), marks.at("accessed"))
    if source.licence:
        listed = LICENCES.get(source.licence)
        page = NamedNode(listed.page if listed else source.licence)
        out.add("concepts", node, "dct:license", page, marks.at("licence"))
    if source.sha256:
        out.add("concepts", node, "delmaal:sha256", text(source.sha256), marks.at("sha256"))
    out.fields(node, marks, _SOURCE)


def _lines(out: Statements, source: Source | None, slug: str, first: int, last: int) -> None:
    """A run of lines of a text: on which page it stands, and what it says where that may be quoted and is short."""
    place, mark = out.iri.place(slug, first, last), out.places[slug, first, last]
    run = f"{first}" if first == last else f"{first}–{last}"
    nb, en = f"linje {run}", f"line {run}" if first == last else f"lines {run}"
    begins, ends = (source.page_of(first), source.page_of(last)) if source else ("", "")
    if begins:
        pages = begins if begins == ends else f"{begins}–{ends}"
        nb, en = (f"{PLACES.say('on-page', language, pages)}, {words}" for language, words in (("nb", nb), ("en", en)))
        out.add("concepts", place, "delmaal:page", text(pages), mark)
    out.types("concepts", place, mark, "prov:Entity")
    out.text("concepts", place, "rdfs:label", Text(nb, en), mark)
    out.add("concepts", place, "dct:isPartOf", out.iri.thing("source", slug), mark)
    if source and last - first < MAX_QUOTED and last <= len(source.quoted):
        words = " ".join(" ".join(source.quoted[first - 1 : last]).split())
        if words:
            out.add("concepts", place, "delmaal:quotation", text(words), mark)
