"""Themes, their links to targets, and the codes that are printed for them."""

from __future__ import annotations

from pyoxigraph import NamedNode

from delmaal.records import Choice, PrintedCode, TargetLink, Text, Theme
from delmaal.statements import Statements
from delmaal.terms import EU, concept, sdg, text, typed

GROUNDS = {"both", "text-only", "chosen"}
"""The bases on which a theme addresses a target: a printed code alone is no ground."""

_THEME = {
    "number": "schema:position", "title": "skos:prefLabel", "summary": "dct:description", "subjects": "dct:subject",
    "eu-themes": "skos:broadMatch", "targets": "delmaal:addresses", "lines": "prov:wasDerivedFrom",
    "source": "prov:wasDerivedFrom",
}
_LINK = {
    "code": "delmaal:linkTarget", "basis": "delmaal:basis", "note": "skos:note",
    "text": "delmaal:textForm delmaal:textOpening prov:wasDerivedFrom", "printed": "delmaal:conflict delmaal:supports",
    "source": "prov:wasDerivedFrom", "by": "delmaal:chosenBy delmaal:decision delmaal:chosenAt",
}
_PRINT = {
    "as": "delmaal:asPrinted delmaal:readAs", "line": "prov:wasDerivedFrom", "place": "delmaal:place",
    "certainty": "delmaal:certainty",
}


def add_themes(out: Statements) -> None:
    """The theme scheme, each theme, each link with its evidence."""
    scheme = out.iri.thing("scheme", "themes")
    head = out.publication.marks.record
    out.types("themes", scheme, head, "skos:ConceptScheme")
    title = Text(f"Temaer i {out.publication.title.nb}", f"Themes of {out.publication.title.en}")
    out.text("themes", scheme, ("dct:title", "skos:prefLabel", "rdfs:label"), title, head)
    for theme in out.publication.themes:
        _theme(out, theme, scheme)
    _topics(out)


def _topics(out: Statements) -> None:
    """What the topics of others are called that the themes are about, so that no reader of the data need ask them."""
    used = {iri for theme in out.publication.themes
            for iri in (*theme.subjects, *(f"{EU}data-theme/{code}" for code in theme.eu_themes))}
    for topic in out.publication.topics:
        if topic.iri in used:
            node = NamedNode(topic.iri)
            out.types("themes", node, topic.marks.record, "skos:Concept")
            out.text("themes", node, "skos:prefLabel", topic.label, topic.marks.texts("label"))


def _theme(out: Statements, theme: Theme, scheme: NamedNode) -> None:
    node, marks = out.iri.thing("theme", theme.slug), theme.marks
    out.types("themes", node, marks.record, "delmaal:Theme", "skos:Concept")
    out.text("themes", node, ("skos:prefLabel", "rdfs:label"), theme.title, marks.texts("title"))
    out.text("themes", node, "dct:description", theme.summary, marks.texts("summary"))
    if theme.number:
        out.add("themes", node, "schema:position", typed(str(theme.number), "xsd:integer"), marks.at("number"))
    out.add("themes", node, "skos:inScheme", scheme, marks.record)
    out.add("themes", node, "skos:topConceptOf", scheme, marks.record)
    out.add("themes", scheme, "skos:hasTopConcept", node, marks.record)
    for index, subject in enumerate(theme.subjects):
        out.add("themes", node, "dct:subject", NamedNode(subject), marks.at(f"subjects.{index}"))
    for index, code in enumerate(theme.eu_themes):
        out.add("themes", node, "skos:broadMatch", NamedNode(f"{EU}data-theme/{code}"), marks.at(f"eu-themes.{index}"))
    text = text_of(out, theme)
    out.derived("themes", node, theme.title_lines, marks.at("title-lines"), text)
    out.derived("themes", node, theme.lines, marks.at("lines"), text)
    if not text or theme.cited.at or theme.cited.lines:
        out.cited("themes", node, theme.cited, marks)
    out.fields(node, marks, _THEME)
    for link in theme.targets:
        if link.basis in GROUNDS and link.code:
            out.add("themes", node, "delmaal:addresses", sdg(link.code), link.marks.at("code"))
            out.add("themes", node, "dct:subject", sdg(link.code), link.marks.at("code"))
        _link(out, theme, node, link)


def text_of(out: Statements, theme: Theme) -> str:
    """The text that a theme's lines are of where it is not the publication's: the one that it cites."""
    texts = {source.slug for source in out.publication.sources if source.is_text}
    return theme.cited.source if theme.cited.source in texts else ""


def _link(out: Statements, theme: Theme, subject: NamedNode, link: TargetLink) -> None:
    node, marks = out.fresh("target-link", f"{theme.slug}-{link.code or 'unknown'}"), link.marks
    out.types("links", node, marks.record, "delmaal:TargetLink")
    title = theme.title
    label = Text(f"{title.nb}: delmål {link.code}", f"{title.en}: target {link.code}")
    out.text("links", node, "rdfs:label", label, marks.at("code"))
    out.add("links", node, "delmaal:linkTheme", subject, marks.record)
    if link.code:
        out.add("links", node, "delmaal:linkTarget", sdg(link.code), marks.at("code"))
    if link.basis:
        out.add("links", node, "delmaal:basis", concept("basis", link.basis), marks.at("basis"))
    out.add("links", node, "delmaal:conflict", typed(str(link.conflict).lower(), "xsd:boolean"), marks.at("printed"))
    if link.text_form:
        out.add("links", node, "delmaal:textForm", concept("text", link.text_form), marks.at("text"))
    if link.text_opening:
        out.add("links", node, "delmaal:textOpening", text(link.text_opening, "nb"), marks.at("text"))
    if link.note:
        out.text("links", node, "skos:note", link.note, marks.texts("note"))
    source = text_of(out, theme)
    if link.by is not None:
        _choice(out, node, link.by)
    out.derived("links", node, link.text_lines, marks.at("text"), source)
    out.cited("links", node, link.cited, marks)
    if not link.text_lines:  # a code without a text has its place where it is printed
        for printed in link.printed:
            if printed.line:
                out.derived("links", node, ((printed.line, printed.line),), printed.marks.at("line"), source)
    out.fields(node, marks, _LINK)
    for printed in link.printed:
        _print(out, theme, node, printed)


def _choice(out: Statements, link: NamedNode, choice: Choice) -> None:
    if choice.body:
        out.text("links", link, "delmaal:chosenBy", choice.body, choice.marks.texts("body"))
    if choice.decision:
        out.add("links", link, "delmaal:decision", text(choice.decision), choice.marks.at("decision"))
    out.period("links", link, "delmaal:chosenAt", choice.date, choice.marks.at("date"))


def _print(out: Statements, theme: Theme, link: NamedNode, printed: PrintedCode) -> None:
    slug = f"{theme.slug}-{printed.line}-{printed.reading or 'unknown'}"
    node, marks = out.fresh("printed-code", slug), printed.marks
    out.types("links", node, marks.record, "delmaal:PrintedCode")
    label = Text(f"«{printed.printed}» på linje {printed.line}", f"“{printed.printed}” on line {printed.line}")
    out.text("links", node, "rdfs:label", label, marks.at("as"))
    if printed.printed:
        out.add("links", node, "delmaal:asPrinted", text(printed.printed), marks.at("as"))
    if printed.reading:
        out.add("links", node, "delmaal:readAs", text(printed.reading), marks.at("as"))
    if printed.place:
        out.add("links", node, "delmaal:place", concept("place", printed.place), marks.at("place"))
    if printed.certainty:
        out.add("links", node, "delmaal:certainty", concept("certainty", printed.certainty), marks.at("certainty"))
    out.add("links", node, "delmaal:supports", link, marks.record)
    if printed.line:
        out.derived("links", node, ((printed.line, printed.line),), marks.at("line"), text_of(out, theme))
    out.fields(node, marks, _PRINT)
