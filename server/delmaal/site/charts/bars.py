"""Bars, one below the other, each under its label; a ranking is bars in order, with their places."""

from __future__ import annotations

from markupsafe import Markup

from delmaal.site.charts.drawing import LINE, Point, bar, frame, rule, share_of, words, wrapped

THICK, GAP = 14, 16


def bars(name: str, title: str, desc: str, points: list[Point], ranked: bool = False) -> Markup:
    """A bar for each value, from nought; values below nought go to the left of it."""
    low, high = min(0.0, *(point.value for point in points)), max(0.0, *(point.value for point in points))
    zero = share_of(0, low, high)
    parts, y = [], 0.0
    for place, point in enumerate(points, 1):
        label = f"{place}. {point.label}" if ranked else point.label
        lines = wrapped(label)
        for line in lines:
            y += LINE
            parts.append(words("0", y - 4, line, "label"))
        parts.append(words("100%", y - 4, point.shown, "value", "end"))
        end = share_of(point.value, low, high)
        parts.append(bar(min(zero, end), y + 2, abs(end - zero), THICK, f"bar {point.kind}"))
        if low < 0:
            parts.append(rule(zero, y, zero, y + THICK + 4, "axis"))
        y += THICK + GAP
    return frame(name, "bars", y - GAP + 4, title, desc, parts)
