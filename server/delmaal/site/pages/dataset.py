"""The page of a cube: its observations as a table with a filter on each dimension, and a chart that follows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlencode

from delmaal.collation import collate
from delmaal.http.asked import Asked
from delmaal.http.description import Page
from delmaal.reading.figures import UNKNOWN_PERIOD, Figure, figure_of, in_order, moment_of
from delmaal.reading.releases import Opened
from delmaal.reading.rows import Value
from delmaal.reading.things import Things, things_of
from delmaal.reading.trail import home_step
from delmaal.reading.words import say
from delmaal.site.pages.cube import (
    ROWS,
    Choice,
    Cube,
    Dimension,
    cube_of,
    find,
    key_of,
    read_query,
    sparql_of,
    token_of,
)
from delmaal.site.pages.pictures import Picture, draw
from delmaal.site.pages.selection import STEPS
from delmaal.site.pages.shell import thing_page

CHARTED = 500
"""Observations that a chart is made of: more than there are municipalities, so that these can be ranked."""

SHORT = 60
"""Observations behind the page that are looked at where no indicator is chosen: they make a chart if all are of one."""

FILES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("CSV", "csv", {}), ("CSV (Excel)", "csv", {"for": "excel"}), ("Turtle", "ttl", {}))
"""The files of a whole selection: name, suffix, and what else its address says."""

_OTHER = {"refArea", "refPeriod", "indicator", "kind"}
"""The dimensions that do not tell who or what is counted."""


class Option(NamedTuple):
    """A value that a filter offers."""

    token: str
    text: str
    chosen: bool


class Filter(NamedTuple):
    """A filter of the page."""

    name: str
    label: Value
    options: list[Option]
    more: bool


def dataset_page(request: Asked, opened: Opened, page: Page, language: str) -> bytes:
    """A cube for people to read."""
    things = things_of(opened, request.urls)
    cube = cube_of(things, page.iri)
    asked = read_query(opened, cube, request.args)
    found = find(opened, cube, asked, CHARTED if "indicator" in asked.chosen else SHORT)
    figures = figures_in(things, cube, found.page, language)
    charted = figures + figures_in(things, cube, found.following, language)
    if found.complete and not found.following and not asked.after:  # a page of several keeps the order of its pages
        figures = in_order(figures, language)
    filtered = bool(asked.chosen)
    total = found.matching if filtered else cube.size
    exact = found.complete or not filtered
    query = {name: token_of(opened, value) for name, value in asked.chosen.items()}
    path = request.urls.thing(page.iri)
    kept = {**query, **({"rows": str(asked.rows)} if asked.rows != ROWS else {}), "lang": language}
    onward = found.page[-1] if found.following else "" if found.complete else found.last
    whole = {"cube": token_of(opened, page.iri), **query, "lang": language}
    return thing_page(request,
        "dataset.html", things, page, language, [home_step(things.urls, language, say("home", language))],
        say("dataset-lead", language), cube=cube, filters=_filters(things, cube, asked, language), figures=figures,
        columns=[things.label(each.iri, language) for each in cube.dimensions],
        cells={figure.iri: [_cell(things, figure.iri, each, language) for each in cube.dimensions]
               for figure in figures},
        picture=_picture(charted, language, whole=exact and not asked.after and len(charted) == total),
        charted=len(charted), total=total,
        exact=exact, filtered=filtered, asked=asked, path=path,
        limit=STEPS,
        following=f"{path}?{urlencode({**kept, 'after': token_of(opened, onward)})}" if onward else "",
        first=f"{path}?{urlencode(kept)}" if asked.after else "",
        files=[(name, request.urls.observations(suffix, urlencode({**whole, **more}))) for name, suffix, more in FILES],
        sparql=request.urls.sparql(urlencode({"query": sparql_of(cube, asked, language), "lang": language})),
    )


def figures_in(things: Things, cube: Cube, iris: list[str], language: str) -> list[Figure]:
    """Observations as figures; what tells who is counted are the dimensions that are no place, time or measure."""
    parts = [key_of(each.iri) for each in cube.dimensions if each.name not in _OTHER]
    return [figure_of(things, iri, language, parts) for iri in iris]


def _filters(things: Things, cube: Cube, asked: Choice, language: str) -> list[Filter]:
    found = []
    for each in cube.dimensions:
        chosen = asked.chosen.get(each.name, "")
        values = each.values if not chosen or chosen in each.values else (*each.values, chosen)
        options = [Option(token_of(things.opened, value), things.label(value, language).text, value == chosen)
                   for value in _in_order(things, values, language)]
        if len(options) > 1 or chosen:
            found.append(Filter(each.name, things.label(each.iri, language), options, each.more))
    return found


def _in_order(things: Things, values: Iterable[str], language: str) -> list[str]:
    """The values of a dimension as a filter offers them: periods in time, all else by the reader's alphabet."""
    values = list(values)
    if any(things.thing(value).is_a("dct:PeriodOfTime") for value in values):
        return sorted(values, key=lambda value: moment_of(things, value))
    return sorted(values, key=lambda value: (collate(things.label(value, language).text, language), value))


def _picture(figures: list[Figure], language: str, whole: bool) -> Picture | None:
    """The chart of a selection of one indicator."""
    if len({figure.indicator_iri for figure in figures}) != 1:
        return None
    return draw(figures, language, "cube", whole)


def _cell(things: Things, iri: str, dimension: Dimension, language: str) -> Value | None:
    value = things.thing(iri).iri_of(key_of(dimension.iri))
    return things.label(value, language) if value and value != UNKNOWN_PERIOD else None
