"""The pages of an indicator and of an area: what they are, and their figures."""

from __future__ import annotations

from urllib.parse import urlencode

from delmaal.collation import collate
from delmaal.http.asked import Asked
from delmaal.http.description import Page
from delmaal.reading.citations import citations_of
from delmaal.reading.figures import Figure, figure_of, in_order
from delmaal.reading.releases import Opened
from delmaal.reading.rows import Value, shortened
from delmaal.reading.things import Thing, Things, things_of
from delmaal.reading.trail import home_step
from delmaal.reading.words import say
from delmaal.site.pages.cube import cube_of, token_of
from delmaal.site.pages.home import cubes_of
from delmaal.site.pages.pictures import arrange
from delmaal.site.pages.shell import thing_page
from delmaal.site.pages.statistic import alike

LISTED = 60
"""Figures on the page of an area; the page of the data set has all."""

MATCHES = ("skos:exactMatch", "skos:closeMatch", "skos:relatedMatch", "skos:broadMatch")


def indicator_page(request: Asked, opened: Opened, page: Page, language: str) -> bytes:
    """An indicator for people to read."""
    things = things_of(opened, request.urls)
    thing = things.thing(page.iri)
    found, more = alike(things, page.iri)
    figures = in_order([figure_of(things, iri, language) for iri in found], language)
    unit = thing.iri_of("sdmx-attribute:unitMeasure")
    definition = thing.text("skos:definition", language)
    return thing_page(request,
        "indicator.html", things, page, language, [home_step(things.urls, language, say("home", language))],
        definition.text if definition else "", definition=definition, figures=figures, more=more,
        cited=citations_of(things, thing.iris("prov:wasDerivedFrom"), language),
        owner=thing.text("delmaal:owner", language),
        frequency=_named(things, thing.iris("dct:accrualPeriodicity"), language),
        unit=things.label(unit, language) if unit else None, arranged=arrange(figures, language),
        themes=_themes(things, figures, language),
        matches=[match for name in MATCHES for match in things.labels(thing.iris(name), language)],
        datasets=_datasets(things, page.iri, "indicator", language),
    )


def _named(things: Things, iris: list[str], language: str) -> list[Value]:
    """Others' terms by their labels; those that the release does not label are left out."""
    return [label for iri in iris if (label := things.label(iri, language)).text != shortened("", iri)]


def _kinds(things: Things, thing: Thing, language: str) -> list[Value]:
    """What the publisher calls an area of this sort; else its type."""
    called = thing.text("delmaal:called", language)
    return [Value(called.text, called.language)] if called else things.labels(thing.iris("dct:type"), language)


def area_page(request: Asked, opened: Opened, page: Page, language: str) -> bytes:
    """An area for people to read."""
    things = things_of(opened, request.urls)
    thing = things.thing(page.iri)
    found = things.links(page.iri, LISTED * 3)
    leading = found.by_property
    iris = sorted(set(leading.get("sdmx-dimension:refArea", [])))
    figures = in_order([figure_of(things, iri, language) for iri in iris[:LISTED]], language)

    def labels(name: str) -> list[Value]:
        return things.labels(thing.iris(name), language)

    return thing_page(request,
        "area.html", things, page, language, [home_step(things.urls, language, say("home", language))], "",
        figures=figures, more=found.more or len(iris) > LISTED, kinds=_kinds(things, thing, language),
        within=labels("dct:isPartOf"),
        replaced=labels("dct:isReplacedBy"), validity=labels("delmaal:validity"),
        parts_of=things.labels((iri for iri in leading.get("dct:isPartOf", []) if "#line=" not in iri), language),
        same=thing.iris("owl:sameAs"), seen=thing.iris("rdfs:seeAlso"),
        datasets=_datasets(things, page.iri, "refArea", language),
    )


def _themes(things: Things, figures: list[Figure], language: str) -> list[Value]:
    themes = {mention.theme for figure in figures for mention in figure.mentions if mention.theme}
    return things.labels(themes, language)


def _datasets(things: Things, iri: str, dimension: str, language: str) -> list[tuple[Value, str]]:
    """The cubes that have observations of a value, each with the address of those."""
    found = []
    for cube in cubes_of(things):
        each = next((each for each in cube_of(things, cube).dimensions if each.name == dimension), None)
        if each and iri in each.values:
            query = urlencode({dimension: token_of(things.opened, iri), "lang": language})
            found.append((things.label(cube, language), f"{things.urls.speaking('').thing(cube)}?{query}"))
    return sorted(found, key=lambda pair: collate(pair[0].text, language))
