"""Values along time: what was observed as a whole line, what is projected dashed, targets as marks."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from markupsafe import Markup

from delmaal.site.charts.drawing import DIAMOND, SERIES, Point, Series, frame, mark, rule, share_of, ticks, words

TOP, DEEP, FOOT = 16, 190, 26
LEFT, RIGHT = 4.0, 84.0
"""Where the first and the last point of time stand, in per cent; the numbers of the axis are at the right."""

LABELLED = 6
"""Points up to which each carries its value."""


def lines(name: str, title: str, desc: str, series: list[Series], write: Callable[[float], str]) -> Markup:
    """One line for each series, at most six; `write` puts a number of the axis into words.

    Each point needs `when`; a target is a mark without a line, and a line to a projection is dashed.
    """
    series = series[:SERIES]
    points = [point for each in series for point in each.points]
    levels = ticks(min(0.0, *(p.value for p in points)), max(0.0, *(p.value for p in points)))
    low, high = levels[0], levels[-1]
    first, last = min(p.when or 0 for p in points), max(p.when or 0 for p in points)

    def across(point: Point) -> float:
        return LEFT + share_of(point.when or 0, first, last) / 100 * (RIGHT - LEFT)

    def down(value: float) -> float:
        return TOP + DEEP - share_of(value, low, high) / 100 * DEEP

    parts = []
    for level in levels:
        parts.append(rule(0, down(level), 100, down(level), "axis" if level == 0 else "grid"))
        parts.append(words("100%", down(level) - 4, write(level), "tick", "end"))
    for year in _years(sorted({p.when or 0 for p in points})):
        x = LEFT + share_of(year, first, last) / 100 * (RIGHT - LEFT)
        parts.append(rule(x, TOP + DEEP, x, TOP + DEEP + 5, "axis"))
        parts.append(words(f"{x:.2f}%", TOP + DEEP + 19, f"{year:g}", "tick", "middle" if x > LEFT else "start"))
    for number, each in enumerate(series):
        drawn = sorted((p for p in each.points if p.kind not in ("target", "threshold")), key=lambda p: p.when or 0)
        for one, other in pairwise(drawn):
            dashed = " projection" if other.kind == "projection" else ""
            parts.append(rule(across(one), down(one.value), across(other), down(other.value),
                              f"line s{number}{dashed}"))
        for point in each.points:
            shape = DIAMOND if point.kind in ("target", "threshold") else number
            parts.append(mark(shape, across(point), down(point.value), f"point s{number} {point.kind}"))
            if len(points) <= LABELLED:
                end = "start" if across(point) <= LEFT else "middle"
                parts.append(words(f"{across(point):.2f}%", down(point.value) - 10, point.shown, "value", end))
    return frame(name, "lines", TOP + DEEP + FOOT, title, desc, parts)


def _years(years: list[float]) -> list[float]:
    """The years that stand below a time axis: those of the points where there is room for each, else round ones."""
    first, last = years[0], years[-1]
    if len(years) <= LABELLED and all(other - one >= (last - first) / LABELLED for one, other in pairwise(years)):
        return [float(int(year)) for year in years]
    found = [year for year in ticks(first, last, 5) if first <= year <= last and year == int(year)]
    return found if len(found) > 1 else [float(int(first)), float(int(last))]


def swatch(number: int) -> Markup:
    """The mark of a series, for a legend."""
    drawn = rule(0, 7, 100, 7, f"line s{number}") + mark(number, 50, 7, f"point s{number}")
    return Markup(  # noqa: S704  # made of numbers alone
        f'<svg class="chart swatch" width="28" height="14" aria-hidden="true">{drawn}</svg>')

