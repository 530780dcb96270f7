"""The waiting room: slow queries of all web processes, in one file in memory, so that they wait in one queue.

A query that was stopped because others came first waits here until there is room for a slow one, and a query that runs
for long is noted here, so that everybody knows which clients have such. Each web process writes the rows of its own
queries, and reads those of all; nobody has to answer for another to go on, and the rows of a process that ended count
for nothing.

    states    a byte for each row: FREE, WAITING, PRESSED (it was stopped early, only since others waited), GRANTED (it
              was told to go), RUNNING
    rows      owner (a process), token (the query), client, since, seen: when its process last looked whether to go on

The next is the longest waiting query of those whose clients have fewest running.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import threading
import time
from collections import Counter
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

ROOM = "room"
FREE, WAITING, PRESSED, GRANTED, RUNNING = range(5)

ROWS = 1024
EACH = 64
"""Slow queries of one client that may wait."""

_FRESH_SECONDS = 0.025
_NONE = bytes(ROWS)
_CELL = 8
_ROW = 5
_OWNER, _TOKEN, _CLIENT, _SINCE, _SEEN = range(_ROW)
_SILENT_NS = 3_000_000_000
"""After which a query that waits is passed over: its process stands still."""

_SIZE = ROWS + ROWS * _ROW * _CELL


class View(NamedTuple):
    """The room at a moment: the queries that are next, how many wait, were told to go and run, whose they are."""

    first: int = 0
    first_pressed: int = 0
    waiting: int = 0
    granted: int = 0
    running: int = 0
    clients: frozenset[int] = frozenset()


_EMPTY = View()


class Room:
    """The room as one process sees it; what it cannot open, it finds empty and full at once."""

    def __init__(self, path: Path, make: bool = False) -> None:
        """`make` says to make the file now; else it is made when the first query enters."""
        self._path = path
        self._lock = threading.Lock()
        self._file: int | None = None
        self._inode = (0, 0)
        self._states = memoryview(bytearray(ROWS))
        self._rows = memoryview(bytearray(_SIZE - ROWS)).cast("Q")
        self._looked = 0.0
        self._view = _EMPTY
        self._open(make)

    def enter(self, token: int, client: str, state: int) -> Place | None:
        """A row for a query; None where there is none, or where the client has as many waiting as one may."""
        with self._lock:
            if not self._open() or self._file is None:
                return None
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX)
            except OSError:
                return None
            try:
                return self._take(token, number_of(client), state)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def _take(self, token: int, client: int, state: int) -> Place | None:
        states, rows, alive = self._states, self._rows, _Alive()
        found, waiting = None, 0
        for number, had in enumerate(bytes(states)):
            at = number * _ROW
            if had == FREE or not alive(rows[at + _OWNER]):
                found = number if found is None else found
            elif had in (WAITING, PRESSED) and rows[at + _CLIENT] == client:
                waiting += 1
        if found is None or (state in (WAITING, PRESSED) and waiting >= EACH):
            return None
        at = found * _ROW
        states[found] = FREE
        rows[at + _OWNER], rows[at + _TOKEN] = os.getpid(), token
        rows[at + _CLIENT] = client
        rows[at + _SINCE] = rows[at + _SEEN] = time.monotonic_ns()
        states[found] = state
        self.stir()
        return Place(self, states, rows[at : at + _ROW], found)

    def renewed(self, place: Place, client: str, state: int) -> Place:
        """A place of the query's, where another file has taken the place of the one that it has its row in."""
        with self._lock:
            self._open()
        if place.states is self._states:
            return place
        return self.enter(place.token, client, state) or place

    def stir(self) -> None:
        """Something changed: who looks next, looks anew."""
        self._looked = 0.0

    def look(self) -> View:
        """What there is, as it was a moment ago at most."""
        states = self._states.tobytes()
        if states == _NONE:
            if self._file is None:
                self._open(make=False)
            return _EMPTY
        now = time.monotonic()
        if now - self._looked > _FRESH_SECONDS:
            self._looked = now
            self._view = self._seen(states)
        return self._view

    def _seen(self, states: bytes) -> View:
        rows, alive = self._rows, _Alive()
        recent = time.monotonic_ns() - _SILENT_NS
        running: Counter[int] = Counter()
        waiting: list[tuple[int, int, int, int]] = []
        counts = [0] * (RUNNING + 1)
        clients = set()
        for number, state in enumerate(states):
            at = number * _ROW
            if state == FREE or state > RUNNING or not alive(rows[at + _OWNER]):
                continue
            client = rows[at + _CLIENT]
            clients.add(client)
            counts[state] += 1
            if state in (GRANTED, RUNNING):
                running[client] += 1
            elif rows[at + _SEEN] > recent:
                waiting.append((client, rows[at + _SINCE], rows[at + _TOKEN], state))
        order = sorted((running[client], since, token, state) for client, since, token, state in waiting)
        pressed = next((token for _, _, token, state in order if state == PRESSED), 0)
        return View(order[0][2] if order else 0, pressed, len(order), counts[GRANTED], counts[RUNNING],
                    frozenset(clients))

    def _open(self, make: bool = True) -> bool:
        """Open the file, which whoever comes first makes, anew where it is another; whether there is one."""
        try:
            found = self._path.stat()
            if self._file is not None and (found.st_dev, found.st_ino) == self._inode:
                return True
        except OSError:
            pass
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if make else 0), 0o600)
        except OSError:
            return False
        try:
            if os.fstat(file).st_size < _SIZE:
                os.ftruncate(file, _SIZE)
            whole = memoryview(mmap.mmap(file, _SIZE))
        except (OSError, ValueError):
            os.close(file)
            return False
        old, self._file = self._file, file
        at = os.fstat(file)
        self._inode = at.st_dev, at.st_ino
        self._states, self._rows = whole[:ROWS], whole[ROWS:].cast("Q")
        if old is not None:
            os.close(old)
        return True


class Place:
    """A query's row; it stays the query's own where another file has taken the place of the file by now."""

    __slots__ = ("_cells", "_room", "_row", "states", "token")

    def __init__(self, room: Room, states: memoryview, cells: memoryview, row: int) -> None:
        self._room = room
        self._cells = cells
        self._row = row
        self.states = states
        self.token: int = cells[_TOKEN]
        """What the query is called here; it may be asked under others."""

    def put(self, state: int) -> None:
        """The query is in another state."""
        self._cells[_SEEN] = time.monotonic_ns()
        self.states[self._row] = state
        self._room.stir()

    def beat(self) -> None:
        """Its process still waits for it."""
        self._cells[_SEEN] = time.monotonic_ns()

    def leave(self) -> None:
        """The query is over."""
        self.put(FREE)


class _Alive:
    """Whether a process lives, asked once for each."""

    def __init__(self) -> None:
        self._known: dict[int, bool] = {}

    def __call__(self, pid: int) -> bool:
        known = self._known.get(pid)
        if known is None:
            try:
                os.kill(pid, 0)
                known = pid > 0
            except PermissionError:
                known = True
            except (OSError, OverflowError):
                known = False
            self._known[pid] = known
        return known


def number_of(client: str) -> int:
    """A client as the room notes it."""
    return int.from_bytes(blake2b(client.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def shares_of(children: int, processes: int) -> tuple[int, int]:
    """How many of some children may be slow at once; and how many fast queries each web process may have under way: few
    more than there are children for, so that what waits does so where it can still be ordered."""
    kept = max(2, children // 2) if children > 3 else children - 1 and 1
    return max(1, children - kept), -(-children // processes) + 1
