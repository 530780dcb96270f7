"""The board: one row for each child in memory that all of them share, so that nobody has to ask.

    pid  turn  since  slow  verdict  verdict_turn

`since` is when the child began its query (nanoseconds of the monotonic clock, 0 where it waits); `turn` counts the
connections that a slot took, so that a verdict cannot be taken for another query's.
"""

from __future__ import annotations

import mmap
from enum import IntEnum
from pathlib import Path

FIELDS = ("pid", "turn", "since", "slow", "verdict", "verdict_turn")


class Verdict(IntEnum):
    """Why a child ended in the middle of a query."""

    NONE = 0
    TOO_SLOW = 1
    TOO_BIG = 2
    BUSY = 3
    TOO_DEEP = 4
    KILLED = 5
    ABANDONED = 6


class Board:
    """The rows; a cell is read and written whole, so no lock is needed."""

    def __init__(self, path: Path, rows: int = 0) -> None:
        if rows:
            path.write_bytes(bytes(8 * len(FIELDS) * rows))
        with path.open("r+b") as file:
            self._cells = memoryview(mmap.mmap(file.fileno(), 0)).cast("Q")
        self.rows = len(self._cells) // len(FIELDS)

    def get(self, row: int, field: str) -> int:
        """A cell."""
        return self._cells[row * len(FIELDS) + FIELDS.index(field)]

    def set(self, row: int, field: str, value: int) -> None:
        """Write a cell."""
        self._cells[row * len(FIELDS) + FIELDS.index(field)] = value
