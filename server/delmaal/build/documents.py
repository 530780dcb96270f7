"""Governing documents, others that are cited, and their mentions."""

from __future__ import annotations

from pyoxigraph import NamedNode

from delmaal.build.mentions import MENTION, add_mention, add_places
from delmaal.records import Document, DocumentMention, Text
from delmaal.statements import Statements
from delmaal.terms import concept, text

_DOCUMENT = {
    "title": "dct:title rdfs:label", "type": "dct:type", "validity": "delmaal:validity", "adopted": "delmaal:adopted",
    "horizon": "delmaal:horizon", "status": "delmaal:status", "status-date": "delmaal:statusDate",
    "status-reason": "delmaal:statusReason", "part-of": "dct:isPartOf", "see-also": "rdfs:seeAlso", "note": "skos:note",
    "mentions": "delmaal:mention", "themes": "delmaal:mention", "url": "foaf:page", "source": "dct:source",
}
_MENTION = {
    **MENTION, "status": "delmaal:status", "status-as": "delmaal:statusAsPrinted", "status-date": "delmaal:statusDate",
    "case-number": "delmaal:caseNumber", "printed-date": "delmaal:printedDate",
}


CLASSES = {"governing": "delmaal:GoverningDocument", "cited": "delmaal:CitedSource"}
"""The class of a document by its role."""


def add_documents(out: Statements) -> None:
    """Each document once, with one mention for each time that a theme prints it."""
    for document in out.publication.documents:
        _document(out, document)


def _document(out: Statements, document: Document) -> None:
    node, marks = out.iri.thing("document", document.slug), document.marks
    out.types("documents", node, marks.record, CLASSES.get(document.role, "delmaal:GoverningDocument"))
    out.text("documents", node, ("dct:title", "rdfs:label"), document.title, marks.texts("title"))
    if document.type:
        out.add("documents", node, "dct:type", concept("document", document.type), marks.at("type"))
    out.period("documents", node, "delmaal:validity", document.validity, marks.at("validity"))
    out.period("documents", node, "delmaal:adopted", document.adopted, marks.at("adopted"))
    out.period("documents", node, "delmaal:horizon", document.horizon, marks.at("horizon"))
    if document.status:
        out.add("documents", node, "delmaal:status", concept("status", document.status), marks.at("status"))
    out.period("documents", node, "delmaal:statusDate", document.status_date, marks.at("status-date"))
    if document.status_reason:
        out.text("documents", node, "delmaal:statusReason", document.status_reason, marks.texts("status-reason"))
    out.reference("documents", node, "dct:isPartOf", "document", document.part_of, marks, "part-of")
    for index, address in enumerate(document.see_also):
        out.add("documents", node, "rdfs:seeAlso", NamedNode(address), marks.at(f"see-also.{index}"))
    if document.note:
        out.text("documents", node, "skos:note", document.note, marks.texts("note"))
    if document.url:
        out.add("documents", node, "foaf:page", NamedNode(document.url), marks.at("url"))
    add_places(out, "documents", node, document, document.title)
    for number, mention in enumerate(document.mentions, 1):
        _mention(out, document, node, mention, number)
    out.fields(node, marks, _DOCUMENT)


def _mention(out: Statements, document: Document, subject: NamedNode, mention: DocumentMention, number: int) -> None:
    title = document.title
    label = Text(f"Omtale {number} av {title.nb}", f"Mention {number} of {title.en}")
    node, marks = add_mention(out, "documents", subject, f"{document.slug}-{number}", label, mention), mention.marks
    if mention.status:
        out.add("documents", node, "delmaal:status", concept("status", mention.status), marks.at("status"))
    if mention.status_printed:
        out.add("documents", node, "delmaal:statusAsPrinted", text(mention.status_printed), marks.at("status-as"))
    out.period("documents", node, "delmaal:statusDate", mention.status_date, marks.at("status-date"))
    for thing in (node, subject):
        out.period("documents", thing, "delmaal:printedDate", mention.printed_date, marks.at("printed-date"))
    if mention.case_number:
        out.add("documents", node, "delmaal:caseNumber", text(mention.case_number), marks.at("case-number"))
    out.fields(node, marks, _MENTION)
