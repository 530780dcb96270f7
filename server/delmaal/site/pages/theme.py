"""The page of a theme: its figures, its targets with their evidence, its documents in time, its neighbours."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple
from urllib.parse import unquote

from delmaal.collation import collate
from delmaal.http.asked import Asked
from delmaal.http.description import Page
from delmaal.reading.appearance import appearance_of
from delmaal.reading.figures import Figure, figure_of
from delmaal.reading.releases import Opened
from delmaal.reading.rows import Value
from delmaal.reading.things import SDG, Things, alphabetical, code_of, natural, things_of
from delmaal.reading.trail import Step, home_step
from delmaal.reading.words import say
from delmaal.site.pages.documents import Listed, Listing, documents_of, on_time_line
from delmaal.site.pages.evidence import Goal, by_goal, evidence_of
from delmaal.site.pages.pictures import arrange
from delmaal.site.pages.shell import thing_page

NEIGHBOURS = 8
"""Themes with shared targets that a page names."""


class Neighbour(NamedTuple):
    """Another theme, and the targets that it shares with this one."""

    theme: Value
    codes: list[Value]


def theme_page(request: Asked, opened: Opened, page: Page, language: str) -> bytes:
    """A theme for people to read."""
    things = things_of(opened, request.urls)
    theme = things.thing(page.iri)
    goals = goals_of(things, page.iri, language)
    figures = figures_of(things, page.iri, language)
    lead = theme.text("dct:description", language)
    return thing_page(request,
        "theme.html", things, page, language, trail_of(things, language), lead.text if lead else "",
        headline=[figure_of(things, iri, language) for iri in appearance_of(opened).headline(page.iri)],
        lead=lead, position=theme.plain("schema:position"), goals=goals, figures=figures,
        arranged=things.keep(("arranged", page.iri, language), lambda: arrange(figures, language)),
        links=sum(len(goal.links) for goal in goals),
        documents=listing_of(things, page.iri, language), sources=sources_of(things, page.iri, language),
        neighbours=neighbours_of(things, page.iri, language),
        subjects=alphabetical((_subject(things, iri, language) for name in ("dct:subject", "skos:broadMatch")
                               for iri in theme.iris(name) if not iri.startswith(SDG)), language),
        conflicts=sum(link.conflict for goal in goals for link in goal.links),
        doubtful=sum(bool(mention and mention.doubtful) for mention in
                     (figure.mention_in(page.iri) for figure in figures)),
    )


def _subject(things: Things, iri: str, language: str) -> Value:
    """A subject of another's vocabulary; where we have no label of it, the last part of its IRI stands for one."""
    label = things.label(iri, language)
    if label.text != iri:
        return label
    return label._replace(text=unquote(iri.rstrip("/").rpartition("/")[2]).replace("-", " "))


def trail_of(things: Things, language: str) -> list[Step]:
    """The trail to a theme."""
    home = home_step(things.urls, language, say("home", language))
    return [home, Step(say("themes", language), f"{home.href}#themes")]


def goals_of(things: Things, theme: str, language: str) -> list[Goal]:
    """The targets that a theme is linked to, grouped by goal."""
    def make() -> list[Goal]:
        links = things.linking(theme, "delmaal:linkTheme")
        return by_goal(things, (evidence_of(things, link, language) for link in links), language)

    return things.keep(("goals", theme, language), make)


def figures_of(things: Things, theme: str, language: str) -> list[Figure]:
    """The statistics that a theme mentions, in the order of the source."""
    return things.keep(("figures", theme, language), lambda: _figures(things, theme, language))


def _figures(things: Things, theme: str, language: str) -> list[Figure]:
    found: dict[str, int] = {}
    for mention in mentions_of(things, theme):
        statistic = things.thing(mention).iri_of("delmaal:mentionOf")
        if statistic and things.thing(statistic).is_a("delmaal:Statistic"):
            found.setdefault(statistic, len(found))
    figures = [figure_of(things, iri, language) for iri in found]

    def place(figure: Figure) -> tuple[int, str]:
        mention = figure.mention_in(theme)
        return (mention.line if mention else 0, figure.iri)

    return sorted(figures, key=place)


def listing_of(things: Things, theme: str, language: str) -> Listing:
    """The governing documents that a theme mentions, on a time line where they have years."""
    return things.keep(("listing", theme, language),
                       lambda: on_time_line(_mentioned(things, theme, "delmaal:GoverningDocument", language), language))


def sources_of(things: Things, theme: str, language: str) -> list[Listed]:
    """What a theme refers to without its being a document that governs."""
    return things.keep(("sources", theme, language), lambda: _mentioned(things, theme, "delmaal:CitedSource", language))


def _mentioned(things: Things, theme: str, name: str, language: str) -> list[Listed]:
    """The documents of a class that a theme mentions."""
    found: dict[str, list[str]] = {}
    for mention in mentions_of(things, theme):
        document = things.thing(mention).iri_of("delmaal:mentionOf")
        if document and things.thing(document).is_a(name):
            found.setdefault(document, []).append(mention)
    return documents_of(things, found, language)


def mentions_of(things: Things, theme: str) -> list[str]:
    """The mentions that a theme makes."""
    return things.linking(theme, "delmaal:inTheme")


def neighbours_of(things: Things, theme: str, language: str) -> list[Neighbour]:
    """Themes that address some of the same targets, those with most in common first."""
    return things.keep(("neighbours", theme, language), lambda: _neighbours(things, theme, language))


def _neighbours(things: Things, theme: str, language: str) -> list[Neighbour]:
    shared: Counter[str] = Counter()
    codes: dict[str, list[str]] = {}
    for target in things.thing(theme).iris("delmaal:addresses"):
        for other in things.linking(target, "delmaal:addresses"):
            if other != theme:
                shared[other] += 1
                codes.setdefault(other, []).append(target)
    nearest = sorted(shared, key=lambda other: (-shared[other],
                                                    collate(things.label(other, language).text, language)))[:NEIGHBOURS]
    return [
        Neighbour(things.label(other, language), [
            things.label(target, language) for target in sorted(codes[other], key=lambda iri: natural(code_of(iri)))])
        for other in nearest
    ]
