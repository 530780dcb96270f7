"""Parts of a whole: one bar cut into its parts, each named below."""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup

from delmaal.site.charts.drawing import LINE, SERIES, Point, bar, frame, words, wrapped

THICK, SWATCH, GAP = 30, 12, 8
ROUNDING = Decimal("0.6")
"""How far the parts may be from a hundred and still be the whole: what rounding each of them explains."""

FEWEST = 3
"""Parts that a whole needs: that two percentages make a hundred happens by chance (60 per cent of some, 40 of
others)."""


def is_whole(values: list[Decimal]) -> bool:
    """Whether some percentages are the parts of one whole."""
    return FEWEST <= len(values) <= SERIES and min(values) >= 0 and abs(sum(values, Decimal(0)) - 100) <= ROUNDING


def share(name: str, title: str, desc: str, points: list[Point]) -> Markup:
    """The parts of a whole, the largest first."""
    ordered = sorted(points, key=lambda point: -point.value)
    total = sum(point.value for point in ordered) or 1.0
    parts, x = [], 0.0
    for number, point in enumerate(ordered):
        width = point.value / total * 100
        parts.append(bar(x, 0, width, THICK, f"part s{number}"))
        x += width
    y = float(THICK) + GAP
    for number, point in enumerate(ordered):
        parts.append(f'<rect x="0" y="{y + 4:g}" width="{SWATCH}" height="{SWATCH}" rx="2" class="part s{number}"/>')
        for line in wrapped(point.label, 34):
            y += LINE
            parts.append(words("20", y - 3, line, "label"))
        parts.append(words("100%", y - 3, point.shown, "value", "end"))
        y += GAP
    return frame(name, "share", y, title, desc, parts)
