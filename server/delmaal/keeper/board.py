"""The board: a file in memory that the keeper, its children and the web processes share, so that nobody has to ask.

    ends      a cell for each of the last queries whose child ended within them: token << 8 | verdict
    release   the folder that was opened last, so that a new child opens it before its first query
    shares    how many slow queries may run, and how many fast ones a web process may have under way
    rows      one for each child: since, spent, token, retire

`since` is when the child took its query, in nanoseconds of the monotonic clock, and 0 while it waits for one; `spent`
is what it had used of the processor by then, in nanoseconds; `token` names the query, with WAITED where it waited for
its turn among the slow ones. `retire` is set by the supervisor where the query is slow, so that the child has to end
after it. A cell has 8 bytes and is written whole: no lock.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from pathlib import Path
from typing import NamedTuple

from delmaal.errors import (
    KeeperUnreachable,
    KeptError,
    QueryAbandoned,
    QueryBusy,
    QueryTooBig,
    QueryTooDeep,
    QueryTooSlow,
)
from delmaal.keeper.protocol import WAITED

BOARD = "board"
VERDICTS: tuple[tuple[type[KeptError], str], ...] = (
    (KeeperUnreachable, "the process that ran the query was ended from outside; ask again"),
    (QueryTooSlow, "the query ran for longer than a query may; ask for less, or take a dump of the data"),
    (QueryTooBig, "the query needed more memory than a query may; ask for less, or take a dump of the data"),
    (QueryTooDeep, "the query is nested or chained too deeply; nest it less, and give long lists with VALUES"),
    (QueryBusy, "as many slow queries as there may be are running; ask again later"),
    (QueryAbandoned, "the client left before the answer"),
    (QueryBusy, "other queries came first; ask again later"),
)
"""Why a child ended within a query, and what its client is told."""

UNKNOWN, TOO_SLOW, TOO_BIG, TOO_DEEP, BUSY, ABANDONED, PRESSED = range(len(VERDICTS))
GIVE_WAY = frozenset((BUSY, PRESSED))
"""What a query is stopped for only to be asked again, when it is its turn: it is slow, or may be and others wait."""

_CELL = 8
_ENDS = 1024
_RELEASE = 4096
_SHARES = 2
_HEAD = _ENDS * _CELL + _RELEASE + _SHARES * _CELL
_ROW = 4
_SINCE, _SPENT, _TOKEN, _RETIRE = range(_ROW)


class Board:
    """The board as the keeper and its children map it; the keeper locks the file for as long as it lives."""

    def __init__(self, path: Path, rows: int, shares: tuple[int, int] = (1, 1)) -> None:
        """A new one, which takes the place of an old one in one step: what others still read is never cut."""
        size = _HEAD + rows * _ROW * _CELL
        fresh = path.with_name(f".{path.name}")
        begun = bytes(_ENDS * _CELL + _RELEASE) + struct.pack("@QQ", *shares)
        fresh.write_bytes(begun.ljust(size, b"\0"))
        self._file = fresh.open("r+b")  # stays open: to close it would give the lock away
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        whole = memoryview(mmap.mmap(self._file.fileno(), size))
        fresh.replace(path)
        self._ends = whole[: _ENDS * _CELL].cast("Q")
        self._release = whole[_ENDS * _CELL : _ENDS * _CELL + _RELEASE]
        self._rows = whole[_HEAD:].cast("Q")

    def since(self, row: int) -> int:
        """When the child took the query that it runs; 0 where it runs none."""
        return self._rows[row * _ROW + _SINCE]

    def spent(self, row: int) -> int:
        """What the child had used of the processor when it took its query."""
        return self._rows[row * _ROW + _SPENT]

    def token(self, row: int) -> int:
        """The query that the child runs; 0 where it runs none, or has not read it yet."""
        return self._rows[row * _ROW + _TOKEN] & ~WAITED

    def waited(self, row: int) -> bool:
        """Whether the query that the child runs has waited for its turn among the slow ones."""
        return self._rows[row * _ROW + _TOKEN] & WAITED != 0

    def take(self, row: int, since: int, spent: int) -> None:
        """The child has a connection."""
        at = row * _ROW
        self._rows[at + _SPENT] = spent
        self._rows[at + _SINCE] = since

    def begin(self, row: int, token: int) -> None:
        """The child has read its query."""
        self._rows[row * _ROW + _TOKEN] = token

    def leave(self, row: int) -> None:
        """The child has no query any more."""
        at = row * _ROW
        self._rows[at + _TOKEN] = 0
        self._rows[at + _SINCE] = 0

    def retiring(self, row: int) -> bool:
        """Whether the child has to end after its query."""
        return self._rows[row * _ROW + _RETIRE] != 0

    def retire(self, row: int, wanted: bool = True) -> None:
        """Have the child end after its query."""
        self._rows[row * _ROW + _RETIRE] = int(wanted)

    @property
    def release(self) -> str:
        """The folder of the release that was opened last."""
        return bytes(self._release).partition(b"\0")[0].decode("utf-8", "replace")

    @release.setter
    def release(self, folder: str) -> None:
        name = folder.encode()
        if len(name) < _RELEASE:
            self._release[: len(name) + 1] = name + b"\0"

    def ended(self, token: int, verdict: int) -> None:
        """Note why the child that ran this query ended."""
        self._ends[token % _ENDS] = token << 8 | verdict


def verdict(path: Path, token: int) -> int | None:
    """Why the child that ran this query ended, as the file says; None where it does not say so yet."""
    try:
        with path.open("rb", buffering=0) as file:
            cell = os.pread(file.fileno(), _CELL, token % _ENDS * _CELL)
    except OSError:
        return None
    found = struct.unpack("@Q", cell)[0] if len(cell) == _CELL else 0
    return found & 0xFF if found >> 8 == token else None


class Workload(NamedTuple):
    """What the children do: how many there are, how many have a query, how many have a slow one."""

    children: int
    busy: int
    slow: int


def workload(path: Path) -> Workload:
    """What the children do; as the file says."""
    try:
        with path.open("rb", buffering=0) as file:
            cells = memoryview(os.pread(file.fileno(), 1 << 16, _HEAD)).cast("Q").tolist()
    except (OSError, TypeError):  # it is not there, or not whole yet
        return Workload(0, 0, 0)
    begun = cells[_SINCE::_ROW]
    slow = sum(1 for since, retire in zip(begun, cells[_RETIRE::_ROW], strict=True) if since and retire)
    return Workload(len(begun), sum(1 for since in begun if since), slow)


def shares(path: Path) -> tuple[int, int] | None:
    """How many slow queries may run, and how many fast ones a web process may have under way; None where there is no
    board yet."""
    try:
        with path.open("rb", buffering=0) as file:
            found = os.pread(file.fileno(), _SHARES * _CELL, _ENDS * _CELL + _RELEASE)
    except OSError:
        return None
    return struct.unpack("@QQ", found) if len(found) == _SHARES * _CELL else None


def kept(path: Path) -> bool:
    """Whether the keeper that made the board lives."""
    try:
        with path.open("rb", buffering=0) as file:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
