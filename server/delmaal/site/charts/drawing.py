"""The parts that every chart is made of: a frame with title and description, texts that wrap, ticks of an axis.

Widths are per cent and heights are pixels, so that a chart fills whatever room it has and its letters keep their size.
Colours come from classes of the style sheet; nothing is coloured that is not told apart by shape or words as well.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup, escape

KINDS = ("observation", "projection", "target", "threshold", "ranking")
SERIES = 6
"""How many series the style sheet can tell apart."""

LINE = 18
"""Pixels from one line of text to the next."""

LABEL_WIDTH = 38
"""Letters of a label on one line: what the narrowest screen has room for beside a value."""

LABEL_LINES = 3


class Point(NamedTuple):
    """A value that a chart shows: what tells it from the others, its number, and how it is written with its unit."""

    label: str
    value: float
    shown: str
    kind: str = "observation"
    when: float | None = None


class Series(NamedTuple):
    """Values that belong together along time."""

    label: str
    points: list[Point]


def frame(name: str, classes: str, height: float, title: str, desc: str, parts: Iterable[str]) -> Markup:
    """A whole chart: an image with a title and a description, `name` being unique on the page."""
    return Markup(  # noqa: S704  # the parts are escaped where they are made
        f'<svg class="chart {classes}" width="100%" height="{_px(height)}" role="img" '
        f'aria-labelledby="{escape(name)}-t {escape(name)}-d">'
        f'<title id="{escape(name)}-t">{escape(title)}</title><desc id="{escape(name)}-d">{escape(desc)}</desc>'
        f'{"".join(parts)}</svg>'
    )


def wrapped(label: str, width: int = LABEL_WIDTH, lines: int = LABEL_LINES) -> list[str]:
    """A label in lines, cut with an ellipsis after the last that is allowed."""
    short = label if len(label) <= width * lines else label[: width * lines]
    found = textwrap.wrap(short, width) or [""]
    if len(found) > lines or len(short) < len(label):
        found = found[:lines]
        found[-1] = found[-1][: width - 1].rstrip() + "…"
    return found


def words(x: str, y: float, text: str, classes: str = "", anchor: str = "") -> str:
    """A line of text at a place; `x` carries its unit."""
    held = f' class="{classes}"' if classes else ""
    held += f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x}" y="{_px(y)}"{held}>{escape(text)}</text>'


def bar(x: float, y: float, width: float, height: float, classes: str) -> str:
    """A bar from `x` per cent on, `width` per cent wide."""
    return (f'<rect x="{_pc(x)}" y="{_px(y)}" width="{_pc(max(width, 0))}" height="{_px(height)}" rx="2" '
            f'class="{classes}"/>')


def rule(x1: float, y1: float, x2: float, y2: float, classes: str) -> str:
    """A line; x in per cent, y in pixels."""
    return f'<line x1="{_pc(x1)}" y1="{_px(y1)}" x2="{_pc(x2)}" y2="{_px(y2)}" class="{classes}"/>'


SHAPES = (
    '<circle cx="{x}" cy="{y}" r="4.5" class="{c}"/>',
    '<rect x="{x}" y="{y}" width="8" height="8" transform="translate(-4 -4)" class="{c}"/>',
    '<svg x="{x}" y="{y}" overflow="visible"><path d="M0-5.5 5 4H-5Z" class="{c}"/></svg>',
    '<svg x="{x}" y="{y}" overflow="visible"><path d="M0-6 6 0 0 6-6 0Z" class="{c}"/></svg>',
    '<svg x="{x}" y="{y}" overflow="visible"><path d="M0 5.5-5-4H5Z" class="{c}"/></svg>',
    '<svg x="{x}" y="{y}" overflow="visible"><path d="M-5-2h3v-3h4v3h3v4h-3v3h-4v-3h-3z" class="{c}"/></svg>',
)
"""Marks of points, one for each series, so that colour alone tells nothing."""

DIAMOND = 3


def mark(shape: int, x: float, y: float, classes: str) -> str:
    """A mark of a point."""
    return SHAPES[shape % len(SHAPES)].format(x=_pc(x), y=_px(y), c=classes)


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round numbers that span a range, some `about` of them."""
    if not high > low:
        high = low + (abs(low) or 1.0)
    rough = (high - low) / max(about, 1)
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def share_of(value: float, low: float, high: float) -> float:
    """Where a value stands between two others, in per cent."""
    return 0.0 if high <= low else (value - low) / (high - low) * 100


def _pc(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _px(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
