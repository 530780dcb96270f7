"""Reads `publication.yaml`: what the publication is, who answers for it, what it is transcribed from."""

from __future__ import annotations

import re

from delmaal import codes
from delmaal.errors import SourceError
from delmaal.marks import Node
from delmaal.records import Agent, Publication, Source, Text
from delmaal.sources.fields import Fields
from delmaal.sources.themes import eu_theme, web_address
from delmaal.terms import SLUG

LICENCES = {
    "CC BY 4.0": "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0",
    "CC0": "http://publications.europa.eu/resource/authority/licence/CC0",
    "NLOD 2.0": "http://publications.europa.eu/resource/authority/licence/NLOD_2_0",
}
FREQUENCIES = ("ANNUAL", "BIENNIAL", "QUARTERLY", "MONTHLY", "IRREG", "UNKNOWN", "NEVER")
PUBLISHER_TYPES = ("LocalAuthority", "RegionalAuthority", "NationalAuthority")

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")


def read_head(node: Node, errors: list[SourceError]) -> Publication:
    """The publication without its records."""
    fields = Fields(node, "the publication", errors)
    keywords = []
    for item in fields.sequence("keywords"):
        keyword = Fields(item, "a keyword", errors)
        keywords.append(Text(keyword.text("nb"), keyword.text("en")))
        keyword.done()
    publication = Publication(
        slug=fields.matching("slug", SLUG, "write lower-case letters, digits and hyphens"),
        base=fields.parsed("base", base_iri, "base-malformed"),
        title=fields.require_label("title"),
        description=fields.require_label("description"),
        keywords=tuple(keywords),
        publisher=_agent(fields, errors),
        licence=fields.choice("licence", LICENCES, "licence-unknown"),
        issued=fields.parsed("issued", _date, "date-malformed"),
        modified=fields.parsed("modified", _date, "date-malformed"),
        frequency=fields.choice("frequency", FREQUENCIES, "frequency-unknown"),
        eu_themes=fields.texts("eu-themes", eu_theme, "eu-theme-unknown", required=True),
        spatial=fields.texts("spatial", web_address, "address-malformed"),
        temporal=fields.parsed("temporal", codes.period, "period-malformed", required=False),
        source=_source(fields, errors),
        marks=fields.marks(),
    )
    fields.done()
    if publication.issued and publication.modified and publication.modified < publication.issued:
        sentence = f"modified {publication.modified} is before issued {publication.issued}; correct one of them"
        fields.refuse("date-order", fields.at("modified"), sentence)
    return publication


def base_iri(value: str) -> None:
    """Accept the base of a publication: an http(s) IRI that ends in a slash.

    Raises ValueError for anything else.
    """
    web_address(value)
    if not value.endswith("/") or "?" in value or "#" in value:
        raise ValueError("the base must end in a slash, without ? or #")


def _date(value: str) -> None:
    parsed = codes.period(value)
    if parsed.start != value:
        raise ValueError("write a date: 2020-05-19")


def _agent(fields: Fields, errors: list[SourceError]) -> Agent:
    empty = Text("", "")
    node, contact = fields.node("publisher", required=True), fields.node("contact", required=True)
    values: dict[str, str] = {}
    name = contact_name = empty
    marks = fields.marks()
    if node is not None:
        inner = Fields(node, "the publisher", errors)
        values["iri"] = inner.parsed("iri", web_address, "address-malformed")
        values["identifier"] = inner.text("identifier")
        values["type"] = inner.choice("type", PUBLISHER_TYPES, "publisher-type-unknown")
        values["homepage"] = inner.parsed("homepage", web_address, "address-malformed", required=False)
        name = inner.require_label("name")
        marks = inner.done()
    if contact is not None:
        inner = Fields(contact, "the contact", errors)
        contact_name = inner.require_label("name")
        values["url"] = inner.parsed("url", web_address, "address-malformed", required=False)
        values["email"] = inner.matching("email", _EMAIL, "write an e-mail address", required=False)
        inner.done()
        if not (inner.has("url") or inner.has("email")):
            inner.refuse("contact-unreachable", inner.mark, "the contact has neither url nor email; add one of them")
    return Agent(
        marks=marks, iri=values.get("iri", ""), name=name, identifier=values.get("identifier", ""),
        type=values.get("type", ""), homepage=values.get("homepage", ""), contact_name=contact_name,
        contact_url=values.get("url", ""), contact_email=values.get("email", ""),
    )


def _source(fields: Fields, errors: list[SourceError]) -> Source:
    node = fields.node("source", required=True)
    if node is None:
        return Source(fields.marks(), "", Text("", ""), "", 0)
    inner = Fields(node, "the source", errors)
    slug = inner.matching("slug", SLUG, "write lower-case letters, digits and hyphens")
    title = inner.require_label("title")
    sha256 = inner.matching("sha256", _SHA256, "write 64 hexadecimal digits in lower case")
    count = inner.integer("lines", 1, 10_000_000)
    return Source(marks=inner.done(), slug=slug, title=title, sha256=sha256, line_count=count)
