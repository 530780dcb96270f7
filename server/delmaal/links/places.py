"""Where in a publication links stand, and where they may: one row of FIELDS for each field that holds them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from delmaal.errors import Mark
from delmaal.records import Area, Marks, Publication, Text
from delmaal.terms import EU, PREFIXES

LOS = "https://psi.norge.no/los/"
_GEONORGE = {"municipality": "kommune", "county": "fylke", "country": "nasjon"}


@dataclass(frozen=True, slots=True)
class Record:
    """A record that has links: what it is, its slug, its label and summary, and where its fields stand."""

    kind: str
    slug: str
    label: Text
    about: Text | None
    marks: Marks
    type: str = ""

    def __str__(self) -> str:
        return f'{self.kind} "{self.slug}"' if self.slug else f"the {self.kind}"


@dataclass(frozen=True, slots=True)
class Field:
    """A field that holds links: of which records, to which vocabularies links are proposed, how a value stands for an
    IRI, and what an IRI must look like; `same` where the link says that both are one and the same."""

    kind: str
    name: str
    proposes: tuple[str, ...]
    iri: Callable[[str], str] = str
    value: Callable[[str], str] = str
    right: Callable[[Record], str] = lambda _: ""
    same: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A link that stands in the sources."""

    record: Record
    field: Field
    iri: str
    value: str
    mark: Mark


def _last(prefix: str) -> Callable[[str], str]:
    return lambda iri: iri.removeprefix(prefix)


def _unit(record: Record) -> str:
    """The form of a Geonorge IRI for an area; links to anything else are not of its kind."""
    kind = _GEONORGE.get(record.type, "")
    return rf"(?!https://data\.geonorge\.no/administrativeEnheter/(?!{kind}/))" if kind else ""


FIELDS: tuple[Field, ...] = (
    Field("publication", "eu-themes", (), iri=f"{EU}data-theme/".__add__),
    Field("publication", "los-themes", (), iri=f"{LOS}tema/".__add__),
    Field("place", "iri", ()),
    Field("theme", "subjects", ("los",), right=lambda _: re.escape(LOS)),
    Field("theme", "eu-themes", ("data-theme",), iri=f"{EU}data-theme/".__add__, value=_last(f"{EU}data-theme/")),
    Field("theme", "targets", (), iri=PREFIXES["sdg"].__add__),
    Field("indicator", "close-match", (), iri=PREFIXES["sdg"].__add__, value=_last(PREFIXES["sdg"])),
    Field("indicator", "related-match", ("sdg",), iri=PREFIXES["sdg"].__add__, value=_last(PREFIXES["sdg"]),
          right=lambda _: re.escape(PREFIXES["sdg"]) + "C"),
    Field("area", "same-as", ("geonorge",), right=_unit, same=True),
    Field("area", "see-also", ("wikidata",), right=lambda _: ""),
    Field("agent", "see-also", ("organisations", "datasets", "wikidata", "eu")),
    Field("document", "see-also", ("datasets", "wikidata")),
    Field("breakdown", "see-also", ("wikidata",)),
)


def records_of(publication: Publication) -> Iterator[Record]:
    """Every record that has a field for links."""
    yield Record("publication", "", publication.title, publication.description, publication.marks)
    for place in publication.spatial:
        yield Record("place", "", place.label, None, place.marks)
    for theme in publication.themes:
        yield Record("theme", theme.slug, theme.title, theme.summary, theme.marks)
    for indicator in publication.indicators:
        yield Record("indicator", indicator.slug, indicator.label, indicator.definition, indicator.marks)
    for area in publication.areas:
        yield Record("area", area.slug, area.label, None, area.marks, _current(area))
    for agent in publication.agents:
        yield Record("agent", agent.slug, agent.label, None, agent.marks)
    for document in publication.documents:
        yield Record("document", document.slug, document.title, document.note, document.marks)
    for breakdown in publication.breakdowns:
        yield Record("breakdown", breakdown.slug, breakdown.label, None, breakdown.marks)


def links_of(publication: Publication) -> Iterator[Link]:
    """Every link in the sources, at its Mark."""
    for record, source in zip(records_of(publication), _sources(publication), strict=True):
        for field in (field for field in FIELDS if field.kind == record.kind):
            for value, name in _values(source, field.name):
                yield Link(record, field, field.iri(value), value, record.marks.at(name))


def _current(area: Area) -> str:
    """The type of an area as it is today: one that has been replaced has no counterpart among those of today."""
    return "" if area.replaced_by else area.type


def _sources(publication: Publication) -> Iterable[Any]:
    """The records in the order of `records_of`."""
    return (publication, *publication.spatial, *publication.themes, *publication.indicators, *publication.areas,
            *publication.agents, *publication.documents, *publication.breakdowns)


def _values(source: Any, name: str) -> Iterator[tuple[str, str]]:
    """The values of a field, and under which name their Marks are kept."""
    found = getattr(source, name.replace("-", "_"))
    if isinstance(found, str):
        yield found, name
    elif name == "targets":
        for number, link in enumerate(found):
            yield link.code, f"targets.{number}.code"
    else:
        for number, value in enumerate(found):
            yield value, f"{name}.{number}"
