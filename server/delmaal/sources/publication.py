"""Reads `publication.yaml`: what the publication is, who answers for it, what it draws on."""

from __future__ import annotations

import re
from operator import mul

from delmaal import codes
from delmaal.errors import SourceError, short
from delmaal.marks import Node, Refused
from delmaal.records import LICENCES, Agent, Place, Publication
from delmaal.sources.addresses import EMAIL, web_address
from delmaal.sources.branding import read_branding
from delmaal.sources.evidence import date, read_headline, read_sources
from delmaal.sources.fields import Fields
from delmaal.sources.statistics import FREQUENCIES
from delmaal.sources.themes import eu_theme
from delmaal.terms import SLUG

PUBLISHER_TYPES = ("LocalAuthority", "RegionalAuthority", "NationalAuthority")
LOS_THEMES = (
    "arbeid", "bygg-og-eiendom", "demokrati-og-innbyggerrettigheter", "familie-og-barn", "helse-og-omsorg",
    "kultur-idrett-og-fritid", "lov-og-rett", "naring", "natur-klima-og-miljo", "samfunnssikkerhet-og-beredskap",
    "skatt-og-avgift", "skole-og-utdanning", "sosiale-tjenester", "trafikk-og-transport",
)
"""The main themes of LOS, by which the Norwegian portal sorts datasets."""

_REGISTERED = re.compile(
    r"https?://(?:organization-catalog\.(?:fellesdatakatalog\.digdir|staging\.fellesdatakatalog\.digdir)\.no/organizations"
    r"|(?:www\.)?data\.norge\.no/(?:[a-z]{2}/)?organizations?|data\.brreg\.no/enhetsregisteret/(?:api/)?(?:under)?enheter)"
    r"/([^/?#]+)/?\Z"
)
"""The IRIs of organisations in Norway's registers, which end in the organisation's number."""
_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]+)?\Z")


def read_head(node: Node, errors: list[SourceError]) -> Publication:
    """The publication without its records; of a refused node, one of which nothing is known."""
    fields = Fields(node, "the publication", errors)
    publication = Publication(
        slug=fields.matching("slug", SLUG, "write lower-case letters, digits and hyphens"),
        base=fields.parsed("base", base_iri, "base-malformed"),
        title=fields.require_label("title"),
        description=fields.require_label("description"),
        keywords=fields.labels("keywords"),
        publisher=_agent(fields, errors),
        licence=fields.choice("licence", LICENCES, "licence-unknown"),
        issued=fields.parsed("issued", date, "date-malformed"),
        modified=fields.parsed("modified", date, "date-malformed"),
        frequency=fields.choice("frequency", FREQUENCIES, "frequency-unknown"),
        eu_themes=fields.texts("eu-themes", eu_theme, "eu-theme-unknown", required=True),
        los_themes=fields.texts("los-themes", los_theme, "los-theme-unknown"),
        spatial=fields.records("spatial", lambda item: _place(item, errors)),
        temporal=fields.parsed("temporal", codes.period, "period-malformed", required=False),
        sources=read_sources(fields, errors),
        branding=read_branding(fields),
        headline=read_headline(fields),
        marks=fields.marks(),
    )
    fields.done()
    if publication.issued and publication.modified and publication.modified < publication.issued:
        sentence = f"modified {publication.modified} is before issued {publication.issued}; correct one of them"
        fields.refuse("date-order", "modified", sentence)
    return publication


def base_iri(value: str) -> None:
    """Accept the base of a publication: an http(s) IRI that ends in a slash.

    Raises ValueError for anything else.
    """
    web_address(value)
    if not value.endswith("/") or "?" in value or "#" in value:
        raise ValueError("the base must end in a slash, without ? or #")


def los_theme(value: str) -> None:
    """Accept a main theme of LOS.

    Raises ValueError for anything else.
    """
    if value not in LOS_THEMES:
        raise ValueError(f"write one of {', '.join(LOS_THEMES)}")


def bounding_box(value: str) -> None:
    """Accept west, south, east and north in degrees: `10.05 63.15 10.73 63.46`.

    Raises ValueError for anything else.
    """
    sides = value.split()
    if len(sides) != 4 or not all(_DEGREES.match(side) for side in sides):
        raise ValueError("write west, south, east and north in degrees: 10.05 63.15 10.73 63.46")
    west, south, east, north = (float(side) for side in sides)
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError("write west, south, east and north in this order, in degrees within 180 and 90")


def point(value: str) -> None:
    """Accept a point east and north in degrees: `10.43 63.34`.

    Raises ValueError for anything else.
    """
    sides = value.split()
    if len(sides) != 2 or not all(_DEGREES.match(side) for side in sides):
        raise ValueError("write the point east and north in degrees: 10.43 63.34")
    if abs(float(sides[0])) > 180 or abs(float(sides[1])) > 90:
        raise ValueError("write the point east and north in this order, in degrees within 180 and 90")


def _place(node: Node, errors: list[SourceError]) -> Place:
    fields = Fields(node, "a place", errors)
    iri = fields.parsed("iri", web_address, "address-malformed")
    label = fields.require_label("label")
    bbox = fields.parsed("bbox", bounding_box, "bbox-malformed", required=False)
    centroid = fields.parsed("centroid", point, "centroid-malformed", required=False)
    place = Place(fields.done(), iri, label, tuple(bbox.split()), tuple(centroid.split()))
    if place.bbox and place.centroid:
        west, south, east, north, x, y = map(float, (*place.bbox, *place.centroid))
        if not (west <= x <= east and south <= y <= north):
            sentence = f'centroid "{centroid}" lies outside the bbox "{bbox}"; write east before north in both'
            fields.refuse("centroid-malformed", "centroid", sentence)
    return place


def _agent(fields: Fields, errors: list[SourceError]) -> Agent:
    inner = Fields(_record(fields, "publisher"), "the publisher", errors)
    contact = Fields(_record(fields, "contact"), "the contact", errors)
    agent = Agent(
        iri=inner.parsed("iri", web_address, "address-malformed"),
        name=inner.require_label("name"),
        identifier=inner.text("identifier"),
        type=inner.choice("type", PUBLISHER_TYPES, "publisher-type-unknown"),
        homepage=inner.parsed("homepage", web_address, "address-malformed", required=False),
        contact_name=contact.require_label("name"),
        contact_url=contact.parsed("url", web_address, "address-malformed", required=False),
        contact_email=contact.matching("email", EMAIL, "write an e-mail address: post@example.org", required=False),
        marks=inner.done(),
    )
    _check_identifier(inner, agent)
    if not (contact.done().lacks() or contact.has("url") or contact.has("email")):
        sentence = "the contact has neither url nor email; add one of them"
        contact.refuse("contact-unreachable", "url", sentence)
    return agent


def organisation_number(value: str) -> bool:
    """Whether a text is a Norwegian organisation number: nine digits, the last a check on the others (modulus 11)."""
    weights = (3, 2, 7, 6, 5, 4, 3, 2, 1)
    return bool(re.fullmatch("[0-9]{9}", value)) and not sum(map(mul, map(int, value), weights)) % 11


def _check_identifier(fields: Fields, agent: Agent) -> None:
    """A publisher that is named by its IRI in a Norwegian register has the number there, and a number that can be."""
    found = _REGISTERED.match(agent.iri)
    if not found or not agent.identifier:
        return
    number = found[1]
    if not organisation_number(number):
        wrong = f'iri ends in "{short(number)}", no organisation number: nine digits, the last a check on the others'
        fields.refuse("identifier-malformed", "iri", f"{wrong}; look it up in the register")
    elif agent.identifier != number:
        wrong = f'identifier is "{short(agent.identifier)}", and iri ends in {number}'
        fields.refuse("identifier-malformed", "identifier", f"{wrong}; write the right one in both")


def _record(fields: Fields, name: str) -> Node:
    """The node of a record that must be there."""
    return fields.node(name, required=True) or Refused(fields.mark)
