"""What every mention says, of a document or of a figure: in which theme, in which words, at which lines."""

from __future__ import annotations

from pyoxigraph import NamedNode

from delmaal.records import DocumentMention, StatisticMention, Text
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
    out.derived(part, node, mention.lines, marks.at("lines"))
    return node
