"""Charts as SVG, drawn on the server; each is an image with a title and a description, and a table stands behind it.

    drawing.py   frame, texts, bars, marks, ticks        bars.py   bars and rankings
    lines.py     values along time                       share.py  parts of a whole
    timeline.py  stretches of years on one scale
"""

from __future__ import annotations

from delmaal.site.charts.bars import bars
from delmaal.site.charts.drawing import Point, Series
from delmaal.site.charts.lines import lines, swatch
from delmaal.site.charts.share import is_whole, share
from delmaal.site.charts.timeline import Scale, Stretch, axis, scale_of, stretch

__all__ = ["Point", "Scale", "Series", "Stretch", "axis", "bars", "is_whole", "lines", "scale_of", "share", "stretch",
           "swatch"]
