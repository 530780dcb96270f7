"""Governing documents as a list: kind, status, the words that each mention prints, and where they stand in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup

from delmaal.collation import collate
from delmaal.reading.citations import Cited, citations_of
from delmaal.reading.figures import span_of
from delmaal.reading.rows import Value
from delmaal.reading.things import Text, Thing, Things, line_of
from delmaal.site import charts
from delmaal.site.charts import Stretch


class Said(NamedTuple):
    """What one mention says of a document."""

    theme: Value | None
    printed: str
    case: str
    status: Value | None
    status_printed: str
    status_date: Value | None
    cited: list[Cited]
    notes: list[Text]
    line: int


class Listed(NamedTuple):
    """A governing document in a list, or another source that is cited."""

    iri: str
    title: Value
    kind: Value | None
    status: Value | None
    status_code: str
    status_date: Value | None
    validity: Value | None
    adopted: Value | None
    horizon: Value | None
    printed_dates: list[Value]
    cited: bool
    stretch: Stretch
    mentions: list[Said]


class Listing(NamedTuple):
    """Documents with years, each with its stretch on a shared scale, and documents without."""

    axis: Markup | None
    timed: list[tuple[Listed, Markup]]
    untimed: list[Listed]

    def __len__(self) -> int:
        return len(self.timed) + len(self.untimed)


def documents_of(things: Things, mentions: Mapping[str, list[str]], language: str) -> list[Listed]:
    """Documents with some of their mentions each, in the order of the source."""
    found = [document_of(things, iri, said, language) for iri, said in mentions.items()]
    return sorted(found, key=lambda each: (min((said.line for said in each.mentions), default=0), each.iri))


def document_of(things: Things, iri: str, mentions: list[str], language: str) -> Listed:
    """A document with some of its mentions."""
    thing = things.thing(iri)
    status = thing.iri_of("delmaal:status")
    return Listed(
        iri=iri, title=things.label(iri, language), kind=_label(things, thing, "dct:type", language),
        status=_label(things, thing, "delmaal:status", language), status_code=status.rpartition("#status-")[2],
        status_date=_label(things, thing, "delmaal:statusDate", language),
        validity=_label(things, thing, "delmaal:validity", language),
        adopted=_label(things, thing, "delmaal:adopted", language),
        horizon=_label(things, thing, "delmaal:horizon", language),
        printed_dates=[things.label(date, language) for date in thing.iris("delmaal:printedDate")],
        cited=thing.is_a("delmaal:CitedSource"), stretch=_stretch(things, thing),
        mentions=[said_in(things, mention, language) for mention in mentions],
    )


def said_in(things: Things, iri: str, language: str) -> Said:
    """What a mention of a document says."""
    thing = things.thing(iri)
    places = thing.iris("prov:wasDerivedFrom")
    return Said(
        theme=_label(things, thing, "delmaal:inTheme", language), printed=thing.plain("delmaal:asPrinted"),
        case=thing.plain("delmaal:caseNumber"), status=_label(things, thing, "delmaal:status", language),
        status_printed=thing.plain("delmaal:statusAsPrinted"),
        status_date=_label(things, thing, "delmaal:statusDate", language),
        cited=citations_of(things, places, language), notes=thing.texts("skos:note", language),
        line=min((line_of(place) for place in places), default=0),
    )


def on_time_line(documents: list[Listed], language: str) -> Listing:
    """Documents with years by the year that they begin, and those without behind them."""
    timed = [each for each in documents if each.stretch != Stretch()]
    scale = charts.scale_of([each.stretch for each in timed])
    if scale is None:
        return Listing(None, [], documents)
    timed.sort(key=lambda each: (_begins(each.stretch), collate(each.title.text, language)))
    return Listing(charts.axis(scale), [(each, charts.stretch(scale, each.stretch)) for each in timed],
                   [each for each in documents if each.stretch == Stretch()])


def _begins(stretch: Stretch) -> float:
    years = [year for year in (stretch.start, stretch.end, *(when for when, _ in stretch.marks)) if year is not None]
    return min(years, default=0.0)


def _stretch(things: Things, thing: Thing) -> Stretch:
    validity = thing.iri_of("delmaal:validity")
    start, end = span_of(things, validity) if validity else (None, None)
    marks = []
    for name, kind in (("delmaal:adopted", "adopted"), ("delmaal:horizon", "target")):
        period = thing.iri_of(name)
        begins = span_of(things, period)[0] if period else None
        if begins is not None:
            marks.append((begins, kind))
    return Stretch(start, end, tuple(marks))


def _label(things: Things, thing: Thing, name: str, language: str) -> Value | None:
    iri = thing.iri_of(name)
    return things.label(iri, language) if iri else None
