"""A stretch of years: one bar or mark on a scale that a whole list shares."""

from __future__ import annotations

from math import ceil, floor
from typing import NamedTuple

from markupsafe import Markup

from delmaal.site.charts.drawing import DIAMOND, bar, mark, rule, share_of, words

HEIGHT = 16
INTERVALS = 7
STEPS = (1, 2, 5, 10, 20, 50, 100, 500)
"""Years from one that is written to the next."""


class Scale(NamedTuple):
    """The years that a time line spans: those that are written on it, in their order."""

    years: tuple[float, ...]

    @property
    def first(self) -> float:
        """The first year."""
        return self.years[0]

    @property
    def last(self) -> float:
        """The last year."""
        return self.years[-1]

    def at(self, year: float) -> float:
        """Where a year stands, in per cent."""
        return share_of(year, self.first, self.last)


class Stretch(NamedTuple):
    """From when to when something holds, each open where it is None; and the years that are marked on it."""

    start: float | None = None
    end: float | None = None
    marks: tuple[tuple[float, str], ...] = ()


def scale_of(stretches: list[Stretch]) -> Scale | None:
    """Whole years around all of them; None where none has a year."""
    years = [year for each in stretches for year in (each.start, each.end, *(when for when, _ in each.marks))
             if year is not None]
    if not years:
        return None
    first, last = floor(min(years)), ceil(max(years))
    step = next((step for step in STEPS if step * INTERVALS >= last - first), STEPS[-1])
    first -= first % step
    return Scale(tuple(float(year) for year in range(first, max(last, first + 1) + step, step)))


def axis(scale: Scale) -> Markup:
    """The years of the scale."""
    parts = []
    for place, year in enumerate(scale.years):
        anchor = "start" if place == 0 else "end" if place == len(scale.years) - 1 else "middle"
        parts.append(words(f"{scale.at(year):.2f}%", 12, f"{year:g}", "tick", anchor))
        parts.append(rule(scale.at(year), 16, scale.at(year), 22, "axis"))
    return _svg("axis-years", 22, parts)


def stretch(scale: Scale, one: Stretch) -> Markup:
    """A bar over the years that something holds, and a diamond on each year that is marked."""
    parts = [rule(scale.at(year), 0, scale.at(year), HEIGHT, "grid") for year in scale.years]
    if one.start is not None or one.end is not None:
        start = scale.at(one.start if one.start is not None else scale.first)
        end = scale.at(one.end if one.end is not None else scale.last)
        parts.append(bar(start, 3, max(end - start, 0.8), HEIGHT - 6, "bar observation"))
    parts += [mark(DIAMOND, scale.at(when), HEIGHT / 2, f"point {kind}") for when, kind in one.marks]
    return _svg("stretch", HEIGHT, parts)


def _svg(classes: str, height: int, parts: list[str]) -> Markup:
    """An image that says nothing that its text does not say."""
    return Markup(  # noqa: S704  # made of numbers alone
        f'<svg class="chart {classes}" width="100%" height="{height}" aria-hidden="true">{"".join(parts)}</svg>')
