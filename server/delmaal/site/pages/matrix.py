"""The matrix: themes against goals, and targets against themes, as tables that keyboard and screen reader can walk."""

from __future__ import annotations

from typing import NamedTuple

from delmaal.http.answers import answer
from delmaal.http.asked import Asked
from delmaal.http.failures import page_alone
from delmaal.http.negotiate import HTML
from delmaal.http.reply import Reply
from delmaal.reading.releases import Opened
from delmaal.reading.rows import Value
from delmaal.reading.things import SDG, Things, code_of, natural, things_of
from delmaal.reading.trail import home_step, publication
from delmaal.reading.words import say
from delmaal.site.pages.home import GOALS, themes_of

COLUMNS = 40
"""Themes that fit as columns of the table of targets; with more, each target lists its themes instead."""


class Cell(NamedTuple):
    """A theme's link to a target, in a cell."""

    theme: Value
    target: Value
    code: str
    href: str
    basis: str
    basis_name: str
    conflict: bool


class ThemeRow(NamedTuple):
    """A theme against the goals: how many targets of each."""

    theme: Value
    counts: list[int]
    total: int


class TargetRow(NamedTuple):
    """A target against the themes: its link to each, or None; where there are many themes, only its links."""

    target: Value
    code: str
    cells: list[Cell | None]


class GoalGroup(NamedTuple):
    """The targets of a goal that any theme is linked to."""

    number: str
    goal: Value
    rows: list[TargetRow]


def matrix(request: Asked) -> Reply:
    """Themes by goals and targets."""
    spoken = request.language
    return page_alone(request) or answer(
        request, lambda: matrix_page(request, request.opened, spoken), HTML.content_type, "html", spoken
    )


def matrix_page(request: Asked, release: Opened, spoken: str) -> bytes:
    """The matrix in a language."""
    things = things_of(release, request.urls)
    themes = themes_of(things)
    links = things.keep(("cells", spoken), lambda: {theme: _cells(things, theme, spoken) for theme in themes})
    numbers = [str(number) for number in range(1, GOALS + 1)]
    rows = []
    for theme in themes:
        goals = [cell.code.partition(".")[0] for cell in links[theme].values()]
        rows.append(ThemeRow(things.label(theme, spoken), [goals.count(number) for number in numbers], len(goals)))
    wide = len(themes) > COLUMNS
    return request.render(
        "matrix.html", lang=spoken, tab=say("matrix", spoken), here=request.urls.matrix(), release=release.release,
        canonical=request.canonical.matrix(), publication=publication(release, spoken),
        summary=say("matrix-lead", spoken), trail=[home_step(things.urls, spoken, say("home", spoken))], wide=wide,
        goals=[(number, things.label(SDG + number, spoken)) for number in numbers], rows=rows,
        themes=[things.label(theme, spoken) for theme in themes],
        groups=_groups(things, links, themes, wide, spoken),
        totals=[sum(1 for row in rows if row.counts[index]) for index in range(GOALS)],
    ).encode("utf-8", "replace")


def _cells(things: Things, theme: str, spoken: str) -> dict[str, Cell]:
    """The links of a theme by target."""
    found = {}
    for link in things.things(things.linking(theme, "delmaal:linkTheme")):
        target, basis = link.iri_of("delmaal:linkTarget"), link.iri_of("delmaal:basis")
        found[target] = Cell(
            things.label(theme, spoken), things.label(target, spoken), code_of(target),
            things.address(link.iri, spoken), basis.rpartition("basis-")[2],
            things.label(basis, spoken).text if basis else "", link.plain("delmaal:conflict") == "true")
    return found


def _groups(things: Things, links: dict[str, dict[str, Cell]], themes: list[str], wide: bool,
            spoken: str) -> list[GoalGroup]:
    """The linked targets by goal, each against the themes."""
    targets = sorted({target for cells in links.values() for target in cells}, key=lambda iri: natural(code_of(iri)))
    groups: dict[str, list[TargetRow]] = {}
    for target in targets:
        cells = [links[theme].get(target) for theme in themes]
        kept = [cell for cell in cells if cell] if wide else cells
        code = code_of(target)
        groups.setdefault(code.partition(".")[0], []).append(
            TargetRow(things.label(target, spoken), code, list(kept)))
    return [GoalGroup(number, things.label(SDG + number, spoken), rows) for number, rows in groups.items()]
