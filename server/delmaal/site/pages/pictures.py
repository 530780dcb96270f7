"""Figures arranged for reading: what can be compared is drawn as a chart, what stands alone is written large."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup

from delmaal.reading.figures import MISSING, Figure
from delmaal.reading.numbers import tick
from delmaal.reading.rows import Value
from delmaal.reading.words import say
from delmaal.site import charts
from delmaal.site.charts import Point, Series

BARS = 24
"""Bars that one chart may have; more are told by the table."""


RANKED = 4
"""Places that make a ranking worth reading."""


class Picture(NamedTuple):
    """A chart with what it shows in common, and the figures behind it."""

    kind: str
    title: Value
    unit: str
    area: str
    period: str
    image: Markup
    legend: list[tuple[Markup, str]]
    figures: list[Figure]
    kinds: list[str]
    cut: int = 0
    name: str = ""


class Block(NamedTuple):
    """A chart, or a figure that stands alone."""

    picture: Picture | None
    figure: Figure | None


class Arranged(NamedTuple):
    """The figures of a page: charts and lone figures in the order of the source, those that the source says in words
    alone, and values that lost their label."""

    blocks: list[Block]
    worded: list[Figure]
    unassigned: list[Figure]


def arrange(figures: Iterable[Figure], language: str, name: str = "c") -> Arranged:
    """Group figures by what they measure and draw each group that carries a chart."""
    groups: dict[tuple[str, str], list[Figure]] = {}
    worded: list[Figure] = []
    unassigned: list[Figure] = []
    for figure in figures:
        if figure.reason == "unassigned" or figure.worded:
            (unassigned if figure.reason == "unassigned" else worded).append(figure)
            continue
        numbered = figure.number is not None or figure.reason in MISSING
        lone = not numbered or figure.kind == "ranking" or not figure.indicator_iri
        groups.setdefault((figure.iri if lone else figure.indicator_iri, figure.unit.symbol), []).append(figure)
    blocks = []
    for serial, group in enumerate(groups.values()):
        group.sort(key=lambda figure: figure.moment)
        picture = draw(group, language, f"{name}{serial}") if len(group) > 1 else None
        blocks += [Block(picture, None)] if picture else [Block(None, figure) for figure in group]
    return Arranged(blocks, worded, unassigned)


def draw(group: list[Figure], language: str, name: str, whole: bool = True) -> Picture | None:
    """The chart that some figures of one indicator carry: parts of a whole, values along time, a ranking, or bars.

    None where they carry none: fewer than two numbers, more than can be read, or more units than one. Where they are
    not the whole selection, nothing is drawn that would say so: neither a ranking nor the parts of a whole.
    """
    group = sorted(group, key=lambda figure: figure.moment)
    drawn = [figure for figure in group if figure.amount is not None and figure.kind != "ranking"]
    if len(drawn) < 2 or drawn[0].indicator is None or len({figure.unit_name for figure in drawn}) > 1:
        return None
    shared = _Shared(drawn)
    title = drawn[0].indicator
    heading = title.text if not shared.tail else f"{title.text}, {shared.tail}"
    points = [Point(shared.label(figure, language), float(figure.amount or 0), _worded(figure), figure.kind,
                    figure.when) for figure in drawn]
    desc = "; ".join(f"{point.label}: {point.shown}" for point in points[:BARS])
    legend: list[tuple[Markup, str]] = []
    series = _series(drawn, points, language)
    if whole and _is_share(drawn, shared):
        kind, image = "share", charts.share(name, heading, desc, points)
    elif series:
        kind, image = "lines", charts.lines(name, heading, desc, series, _writer(drawn, language))
        legend = [(charts.swatch(number), each.label) for number, each in enumerate(series)] if len(series) > 1 else []
    elif whole and shared.ranks and len(points) >= RANKED:
        points.sort(key=lambda point: -point.value)
        kind, image = "ranking", charts.bars(name, heading, desc, points[:BARS], ranked=True)
    elif len(points) <= BARS:
        kind, image = "bars", charts.bars(name, heading, desc, points)
    else:
        return None
    unit = drawn[0].unit_name
    kinds = sorted({figure.kind for figure in drawn} - {"observation"})
    return Picture(kind, title, unit.text if unit else "", shared.area, shared.period, image, legend, group, kinds,
                   BARS if kind == "ranking" and len(points) > BARS else 0, name)


class _Shared:
    """What a group of figures has in common, and what tells its members apart."""

    def __init__(self, group: list[Figure]) -> None:
        first = group[0]
        self.same_parts = len({figure.part_iris for figure in group}) == 1
        self.same_area = len({figure.area_iri for figure in group}) == 1
        self.same_period = len({figure.period_iri for figure in group}) == 1
        self.same_kind = len({figure.kind for figure in group}) == 1
        self.ranks = self.same_parts and self.same_period and self.same_kind and not self.same_area
        self.area = first.area.text if self.same_area and first.area else ""
        self.period = first.period.text if self.same_period and first.period else ""
        self.tail = first.about if self.same_parts else ""

    def label(self, figure: Figure, language: str) -> str:
        """What tells a figure from the others of its group."""
        parts = []
        if not self.same_parts:
            parts.append(figure.about or say("everyone", language))
        if not self.same_area and figure.area:
            parts.append(figure.area.text)
        if not self.same_period:
            parts.append(figure.period.text if figure.period else say("period-unknown", language))
        if figure.kind != "observation" and figure.kind_name and not (self.same_kind and parts):
            parts.append(figure.kind_name.text)
        if figure.doubt:
            parts.append(say(f"doubtful-{figure.doubt}", language).lower())
        text = ", ".join(parts) or figure.name.text
        return text[:1].upper() + text[1:]


def _is_share(group: list[Figure], shared: _Shared) -> bool:
    """Whether the figures are the parts of one whole: percentages of one place and time that make a hundred."""
    values = [figure.amount for figure in group if figure.amount is not None]
    return (group[0].unit.symbol == "%" and shared.same_area and shared.same_period and shared.same_kind
            and not shared.same_parts and charts.is_whole(values))


def _series(group: list[Figure], points: list[Point], language: str) -> list[Series]:
    """The figures as lines along time; none where fewer than two of one line have a place in time."""
    lines: dict[tuple[str, tuple[str, ...]], list[tuple[Figure, Point]]] = {}
    for figure, point in zip(group, points, strict=True):
        if point.when is None:
            return []
        lines.setdefault((figure.area_iri, figure.part_iris), []).append((figure, point))
    if not any(len({point.when for _, point in line}) > 1 for line in lines.values()) or len(lines) > 6:
        return []
    several = len({area for area, _ in lines}) > 1
    series = []
    for line in lines.values():
        figure = line[0][0]
        parts = [figure.area.text] if several and figure.area else []
        parts += [figure.about] if figure.about else []
        series.append(Series(", ".join(parts) or say("everyone", language), [point for _, point in line]))
    return series


def _worded(figure: Figure) -> str:
    return f"{figure.qualifier} {figure.shown}" if figure.qualifier else figure.shown


def _writer(group: list[Figure], language: str) -> Callable[[float], str]:
    """How the numbers of an axis are written: with the power of ten of the largest figure, and that in words."""
    largest = max(group, key=lambda figure: abs(figure.amount or Decimal(0)))

    def write(value: float) -> str:
        found = Decimal(repr(value)).scaleb(-largest.scale)
        short = found.quantize(Decimal(1)) if found == found.to_integral_value() else found.normalize()
        return tick(short, largest.unit, language, largest.scale)
    return write
