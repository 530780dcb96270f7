"""What every mention says, of a document or of a figure: in which theme, in which words, at which lines."""

from __future__ import annotations

from pyoxigraph import NamedNode

from delmaal.records import Document, DocumentMention, Statistic, StatisticMention, Text
from delmaal.statements import Statements
from delmaal.terms import text

MENTION = {
    "theme": "delmaal:inTheme", "as": "delmaal:asPrinted", "note": "skos:note", "lines": "prov:wasDerivedFrom",
}
"""Which properties the fields of every mention feed."""


def add_mention(out: Statements, part: str, subject: NamedNode, slug: str, label: Text,
                mention: DocumentMention | StatisticMention) -> NamedNode:
    """Add a mention of `subject`, and give its node; what is its own kind's is for the caller to add."""
    node, marks = out.iri.thing("mention", slug), mention.marks
    out.types(part, node, marks.record, "delmaal:Mention")
    out.text(part, node, "rdfs:label", label, marks.record)
    out.add(part, subject, "delmaal:mention", node, marks.record)
    out.add(part, node, "delmaal:mentionOf", subject, marks.record)
    out.reference(part, node, "delmaal:inTheme", "theme", mention.theme, marks, "theme")
    if mention.printed:
        out.add(part, node, "delmaal:asPrinted", text(mention.printed), marks.at("as"))
    if mention.note:
        out.text(part, node, "skos:note", mention.note, marks.texts("note"))
    out.derived(part, node, mention.lines, marks.at("lines"), "" if marks.lacks("text") else mention.text)
    return node


def add_places(out: Statements, part: str, subject: NamedNode, record: Statistic | Document, title: Text) -> None:
    """Where a record without mentions belongs and comes from: a mention in each of its themes, of the source that it
    cites; `title` is what the record is called."""
    marks, cited = record.marks, record.cited
    source = out.source_of(cited, marks)
    if source is not None:
        out.add(part, subject, "dct:source", source, marks.at("source"))
    titles = {theme.slug: theme.title for theme in out.publication.themes}
    for index, theme in enumerate(record.themes):
        field = f"themes.{index}"
        if marks.lacks(field):
            out.doubt(subject, "delmaal:mention")
            continue
        node, named, mark = out.fresh("mention", f"{record.slug}-{theme}"), titles[theme], marks.at(field)
        out.types(part, node, mark, "delmaal:Mention")
        out.text(part, node, "rdfs:label", Text(f"{title.nb}: {named.nb}", f"{title.en}: {named.en}"), mark)
        out.add(part, subject, "delmaal:mention", node, mark)
        out.add(part, node, "delmaal:mentionOf", subject, mark)
        out.reference(part, node, "delmaal:inTheme", "theme", theme, marks, field)
        out.cited(part, node, cited, marks)
        if source is None:
            out.doubt(node, "prov:wasDerivedFrom")
        if record.note:
            out.text(part, node, "skos:note", record.note, marks.texts("note"))
