"""The rows that `make bench` prints: what was measured, the figure that has a bar, and the bar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run measures: on which cube, where that is kept, in how many turns of how many seconds."""

    size: str
    folder: Path
    turns: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `figure` is None for a peer that was not run, `bar` for what is only told."""

    name: str
    ours: str
    peer: str
    figure: float | None
    bar: float | None = None
    least: bool = False
    unit: str = "x"
    note: str = ""

    @property
    def missed(self) -> bool:
        """Whether there is a bar and the figure is on its wrong side."""
        if self.figure is None or self.bar is None:
            return False
        return self.figure < self.bar if self.least else self.figure > self.bar


def show(title: str, rows: Iterable[Row]) -> bool:
    """Print a table; whether a bar was missed."""
    missed = False
    print(f"\n{title}\n{'':50}{'ours':>12}{'peer':>12}{'figure':>9}  bar")
    for row in rows:
        figure = "not run" if row.figure is None else f"{_number(row.figure)}{row.unit}"
        bar = "" if row.bar is None else f"{'>=' if row.least else '<='} {row.bar:g}{row.unit}"
        verdict = "  MISSED" if row.missed else ""
        note = f"  ({row.note})" if row.note else ""
        print(f"{row.name:50}{row.ours:>12}{row.peer:>12}{figure:>9}  {bar:9}{verdict}{note}", flush=True)
        missed = missed or row.missed
    return missed


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
