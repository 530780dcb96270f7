"""Where a figure, a link or a document comes from: a source, and the places in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from delmaal.codes import day_called
from delmaal.reading.rows import Value
from delmaal.reading.things import Text, Things
from delmaal.terms import term


class Cited(NamedTuple):
    """A source with places in it. `transcribed` is the publication's one text, which pages call the plan; another
    source is called by its title."""

    source: Value
    transcribed: bool
    places: list[Value]
    quotes: list[Text]
    publisher: Text | None
    url: str
    accessed: str


def citations_of(things: Things, places: Iterable[str], language: str) -> list[Cited]:
    """The sources that places are in, each with its places in the order of the lines; a source itself is no place."""
    grouped: dict[str, list[str]] = {}
    for iri in sorted(places):
        source, _, place = iri.partition("#")
        grouped.setdefault(source, [])
        if place:
            grouped[source].append(iri)
    return [_cited(things, source, found, language) for source, found in grouped.items()]


def _cited(things: Things, iri: str, places: list[str], language: str) -> Cited:
    source = things.thing(iri)
    texts = things.keep("texts", lambda: things.linking(term("dct:BibliographicResource").value, "rdf:type"))
    accessed = source.plain("delmaal:accessed")
    quotes = [Text(words) for place in places if (words := things.thing(place).plain("delmaal:quotation"))]
    return Cited(
        source=things.label(iri, language), transcribed=texts == [iri],
        places=things.places(places, language), quotes=quotes, publisher=source.text("dc:publisher", language),
        url=source.iri_of("foaf:page"), accessed=day_called(accessed, language) if accessed else "",
    )
