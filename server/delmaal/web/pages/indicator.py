"""The pages of an indicator and of an area: what they are, and their figures."""

from __future__ import annotations

from urllib.parse import urlencode

from delmaal.web.descriptions.description import Page
from delmaal.web.descriptions.rows import Value
from delmaal.web.pages.cube import cube_of, token_of
from delmaal.web.pages.figures import Figure, figure_of
from delmaal.web.pages.home import cubes_of
from delmaal.web.pages.pictures import arrange
from delmaal.web.pages.reading import Things, things_of
from delmaal.web.pages.shell import home_step, own_path, thing_page
from delmaal.web.pages.statistic import alike
from delmaal.web.pages.words import say
from delmaal.web.releases import Opened

LISTED = 60
"""Figures on the page of an area; the page of the data set has all."""

MATCHES = ("skos:exactMatch", "skos:closeMatch", "skos:relatedMatch", "skos:broadMatch")


def indicator_page(opened: Opened, page: Page, language: str) -> bytes:
    """An indicator for people to read."""
    things = things_of(opened)
    thing = things.thing(page.iri)
    figures = [figure_of(things, iri, language) for iri in alike(things, page.iri)]
    unit = thing.iri_of("sdmx-attribute:unitMeasure")
    definition = thing.text("skos:definition", language)
    return thing_page(
        "indicator.html", things, page, language, [home_step(language, say("home", language))],
        definition.text if definition else "", definition=definition, figures=figures,
        unit=things.label(unit, language) if unit else None, arranged=arrange(figures, language),
        themes=_themes(things, figures, language),
        matches=[things.label(iri, language) for name in MATCHES for iri in thing.iris(name)],
        datasets=_datasets(things, page.iri, "indicator", language),
    )


def area_page(opened: Opened, page: Page, language: str) -> bytes:
    """An area for people to read."""
    things = things_of(opened)
    thing = things.thing(page.iri)
    found = things.links(page.iri, LISTED * 3)
    iris = sorted(set(found.get("sdmx-dimension:refArea", [])))
    figures = [figure_of(things, iri, language) for iri in iris[:LISTED]]
    figures.sort(key=lambda figure: (figure.worded, figure.name.text))

    def labels(name: str) -> list[Value]:
        return [things.label(iri, language) for iri in thing.iris(name)]

    return thing_page(
        "area.html", things, page, language, [home_step(language, say("home", language))], "", figures=figures,
        more=len(iris) > LISTED, kinds=labels("dct:type"), within=labels("dct:isPartOf"),
        replaced=labels("dct:isReplacedBy"), validity=labels("delmaal:validity"),
        parts_of=[things.label(iri, language) for iri in found.get("dct:isPartOf", []) if "#line=" not in iri],
        same=thing.iris("owl:sameAs"), seen=thing.iris("rdfs:seeAlso"),
        datasets=_datasets(things, page.iri, "refArea", language),
    )


def _themes(things: Things, figures: list[Figure], language: str) -> list[Value]:
    themes = {mention.theme for figure in figures for mention in figure.mentions if mention.theme}
    return sorted((things.label(theme, language) for theme in themes), key=lambda value: value.text)


def _datasets(things: Things, iri: str, dimension: str, language: str) -> list[tuple[Value, str]]:
    """The cubes that have observations of a value, each with the address of those."""
    found = []
    for cube in cubes_of(things):
        each = next((each for each in cube_of(things, cube).dimensions if each.name == dimension), None)
        if each and iri in each.values:
            query = urlencode({dimension: token_of(things.opened, iri), "lang": language})
            found.append((things.label(cube, language), f"{own_path(things.opened, cube)}?{query}"))
    return found
