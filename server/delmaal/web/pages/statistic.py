"""The page of a statistic: the value written large, what it is about, each mention, and figures to compare with."""

from __future__ import annotations

from delmaal.web.descriptions.description import Page
from delmaal.web.pages.figures import figure_of
from delmaal.web.pages.pictures import arrange
from delmaal.web.pages.reading import Things, things_of
from delmaal.web.pages.shell import Step, home_step, step, thing_page
from delmaal.web.pages.words import say
from delmaal.web.releases import Opened

COMPARED = 60
"""Figures of the same indicator that are looked at for a comparison."""


def statistic_page(opened: Opened, page: Page, language: str) -> bytes:
    """A statistic for people to read."""
    things = things_of(opened)
    thing = things.thing(page.iri)
    figure = figure_of(things, page.iri, language)
    others = alike(things, figure.indicator_iri) if figure.indicator_iri else []
    together = [figure_of(things, iri, language) for iri in others]
    arranged = arrange(together, language)
    picture = next((block.picture for block in arranged.blocks
                    if block.picture and any(each.iri == page.iri for each in block.picture.figures)), None)
    trail: list[Step] = [home_step(language, say("home", language))]
    if figure.indicator:
        trail.append(step(figure.indicator))
    cube = thing.iri_of("qb:dataSet")
    return thing_page(
        "statistic.html", things, page, language, trail, f"{figure.shown}: {figure.name.text}", figure=figure,
        picture=picture, others=[each for each in together if each.iri != page.iri] if not picture else [],
        themes={mention.theme: things.label(mention.theme, language) for mention in figure.mentions if mention.theme},
        cube=things.label(cube, language) if cube else None,
    )


def alike(things: Things, indicator: str) -> list[str]:
    """The statistics and observations of an indicator, at most COMPARED."""
    own = f"{things.opened.release.base}id/dimension/indicator"
    links = things.links(indicator, COMPARED * 2)
    return sorted({*links.get("delmaal:indicator", []), *links.get(own, [])})[:COMPARED]
