"""The pages of a goal and of a target of the UN: the themes that are linked, on what evidence, with which figures."""

from __future__ import annotations

from typing import NamedTuple

from delmaal.collation import collate
from delmaal.http.asked import Asked
from delmaal.http.description import Page
from delmaal.reading.figures import Figure
from delmaal.reading.releases import Opened
from delmaal.reading.rows import Value
from delmaal.reading.things import SDG, Things, code_of, natural, things_of
from delmaal.reading.trail import Step, home_step, step
from delmaal.reading.words import say
from delmaal.site.pages.evidence import Evidence, evidence_of
from delmaal.site.pages.shell import thing_page
from delmaal.site.pages.theme import figures_of

SHOWN = 6
"""Figures of a theme that stand on the page of a target; the theme's own page has all."""


FULL = 40
"""Themes that stand with evidence and figures on the page of a target; more are named."""


class Target(NamedTuple):
    """A target with the themes that are linked to it."""

    target: Value
    code: str
    links: list[Evidence]


class Addressing(NamedTuple):
    """A theme that is linked to a target: the link with its evidence, and the theme's figures."""

    link: Evidence
    figures: list[Figure]
    more: int


def goal_page(request: Asked, opened: Opened, page: Page, language: str) -> bytes:
    """A goal for people to read."""
    things = things_of(opened, request.urls)
    targets = [_target(things, iri, language) for iri in things.thing(page.iri).iris("sdgo:hasTarget")]
    targets.sort(key=lambda each: natural(each.code))
    themes: dict[str, tuple[Value, list[Evidence]]] = {}
    for target in targets:
        for link in target.links:
            themes.setdefault(link.theme.href, (link.theme, []))[1].append(link)
    ranked = sorted(themes.values(), key=lambda each: (-len(each[1]), collate(each[0].text, language)))
    label = things.label(page.iri, language)
    return thing_page(request,
        "goal.html", things, page, language, _trail(things, language), label.text, number=code_of(page.iri),
        linked=[target for target in targets if target.links], unlinked=[t for t in targets if not t.links],
        themes=ranked, links=sum(len(target.links) for target in targets), targets=len(targets),
    )


def target_page(request: Asked, opened: Opened, page: Page, language: str) -> bytes:
    """A target for people to read."""
    things = things_of(opened, request.urls)
    code = code_of(page.iri)
    goal = things.label(things.thing(page.iri).iri_of("sdgo:isTargetOf") or SDG + code.partition(".")[0], language)
    addressing = []
    links = _links(things, page.iri, language)
    for link in links[:FULL]:
        theme = things.thing(link.iri).iri_of("delmaal:linkTheme")
        figures = [figure for figure in figures_of(things, theme, language) if figure.reason != "unassigned"]
        figures.sort(key=lambda figure: figure.worded)
        addressing.append(Addressing(link, figures[:SHOWN], max(0, len(figures) - SHOWN)))
    return thing_page(request,
        "target.html", things, page, language, [*_trail(things, language), step(goal)], goal.text, code=code,
        number=code.partition(".")[0], goal=goal, addressing=addressing, named=links[FULL:],
    )


def _trail(things: Things, language: str) -> list[Step]:
    return [home_step(things.urls, language, say("home", language)),
            Step(say("goals-title", language), f"{things.urls.speaking(language).home()}#goals")]


def _target(things: Things, iri: str, language: str) -> Target:
    return Target(things.label(iri, language), code_of(iri), _links(things, iri, language))


def _links(things: Things, target: str, language: str) -> list[Evidence]:
    links = [evidence_of(things, link, language) for link in things.linking(target, "delmaal:linkTarget")]
    return sorted(links, key=lambda link: collate(link.theme.text, language))
