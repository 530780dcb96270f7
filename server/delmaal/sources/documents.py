"""Reads a governing document, or another that is cited, with its mentions."""

from __future__ import annotations

from delmaal import codes
from delmaal.errors import SourceError
from delmaal.marks import Node
from delmaal.records import Document, DocumentMention
from delmaal.sources.addresses import web_address
from delmaal.sources.evidence import check_evidence, point, read_citation, read_themes
from delmaal.sources.fields import Fields

TYPES = ("plan", "strategy", "decision", "agreement", "law", "convention", "report", "body", "guide", "regulations",
         "budget", "bill", "map", "measure", "study")
ROLES = ("governing", "cited")
STATUSES = ("under-work", "final-consideration", "to-be-adopted", "adopted")


def read_document(node: Node, slug: str, errors: list[SourceError]) -> Document:
    """A document from `documents/<slug>.yaml`."""
    fields = Fields(node, f'document "{slug}"', errors)
    document = Document(
        slug=slug,
        title=fields.require_label("title"),
        type=fields.choice("type", TYPES, "document-type-unknown", required=fields.has("mentions")),
        role=fields.choice("role", ROLES, "role-unknown", required=False, default="governing"),
        validity=_period(fields, "validity"),
        adopted=_period(fields, "adopted"),
        horizon=_period(fields, "horizon"),
        status=fields.choice("status", STATUSES, "status-unknown", required=False),
        status_date=_period(fields, "status-date"),
        status_reason=fields.label("status-reason", required=False),
        part_of=fields.text("part-of", required=False),
        see_also=fields.texts("see-also", web_address, "address-malformed"),
        note=fields.label("note", required=False),
        mentions=fields.records("mentions", lambda item: _mention(item, slug, errors)),
        url=fields.parsed("url", web_address, "address-malformed", required=False),
        themes=read_themes(fields),
        cited=read_citation(fields),
        marks=fields.marks(),
    )
    fields.done()
    if not fields.has("url"):
        check_evidence(fields, "url, for a document that is known by its title and address; ")
    return document


def _period(fields: Fields, name: str) -> str:
    return fields.parsed(name, codes.period, "period-malformed", required=False)


def _mention(node: Node, slug: str, errors: list[SourceError]) -> DocumentMention:
    fields = Fields(node, f'a mention of document "{slug}"', errors)
    mention = DocumentMention(
        theme=fields.text("theme"),
        lines=fields.lines(),
        printed=fields.text("as"),
        status=fields.choice("status", STATUSES, "status-unknown", required=False),
        status_printed=fields.text("status-as", required=False),
        status_date=_period(fields, "status-date"),
        case_number=fields.text("case-number", required=False),
        printed_date=fields.parsed("printed-date", point, "period-malformed", required=False),
        note=fields.label("note", required=False),
        text=fields.text("text", required=False),
        marks=fields.marks(),
    )
    fields.done()
    return mention
