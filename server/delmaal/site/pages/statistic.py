"""The page of a statistic: the value written large, what it is about, each mention, and figures to compare with."""

from __future__ import annotations

from delmaal.http.asked import Asked
from delmaal.http.description import Page
from delmaal.reading.figures import figure_of, in_order
from delmaal.reading.releases import Opened
from delmaal.reading.things import Things, things_of
from delmaal.reading.trail import Step, home_step, step
from delmaal.reading.words import say
from delmaal.site.pages.pictures import arrange
from delmaal.site.pages.shell import thing_page

COMPARED = 60
"""Figures of the same indicator that are looked at for a comparison."""


def statistic_page(request: Asked, opened: Opened, page: Page, language: str) -> bytes:
    """A statistic for people to read."""
    things = things_of(opened, request.urls)
    thing = things.thing(page.iri)
    figure = figure_of(things, page.iri, language)
    others, more = alike(things, figure.indicator_iri) if figure.indicator_iri else ([], False)
    together = in_order([figure_of(things, iri, language) for iri in others], language)
    arranged = arrange(together, language)
    picture = next((block.picture for block in arranged.blocks
                    if block.picture and any(each.iri == page.iri for each in block.picture.figures)), None)
    trail: list[Step] = [home_step(things.urls, language, say("home", language))]
    if figure.indicator:
        trail.append(step(figure.indicator))
    cube = thing.iri_of("qb:dataSet")
    return thing_page(request,
        "statistic.html", things, page, language, trail, f"{figure.shown}: {figure.name.text}", figure=figure,
        picture=picture, others=[each for each in together if each.iri != page.iri] if not picture else [],
        themes={mention.theme: things.label(mention.theme, language) for mention in figure.mentions if mention.theme},
        cube=things.label(cube, language) if cube else None, more=more,
    )


def alike(things: Things, indicator: str) -> tuple[list[str], bool]:
    """The statistics and observations of an indicator, at most COMPARED, and whether there are more."""
    own = f"{things.opened.release.base}id/dimension/indicator"
    links = things.links(indicator, COMPARED * 2)
    found = sorted({*links.by_property.get("delmaal:indicator", []), *links.by_property.get(own, [])})
    return found[:COMPARED], links.more or len(found) > COMPARED
