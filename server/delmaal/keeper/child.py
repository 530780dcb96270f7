"""One child: takes a connection, evaluates its query, answers, and waits for the next.

Two threads. One evaluates; it has a stack that holds what `tokens` lets pass. The other, the process's first, wakes up
only where a query is not a fast one: it says so to the client, and ends the process when the client leaves, since
nothing else stops native code.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import threading
import time
from collections.abc import Callable

from pyoxigraph import Store

from delmaal.errors import KeptError, QueryRefused, ReleaseError
from delmaal.keeper.board import TOO_BIG, VERDICTS, Board
from delmaal.keeper.evaluation import Stores, evaluate
from delmaal.keeper.limits import MemoryWall, Timer, alarm, grown, peak
from delmaal.keeper.protocol import FRAME, Request, read_request, refusal_frame, result_head, taken_frame
from delmaal.keeper.tokens import check
from delmaal.keeper.wall import build_wall
from delmaal.settings import Settings

LEFT = 3
"""The exit code of a child whose client left."""

FAILED = 70
STACK = 64 << 20
"""Bytes of the evaluating thread's stack; only what is used of it is memory. `tokens.LINKS` says what it must hold."""

WATCH_SECONDS = 0.2
"""From when on a query is watched for hang-up; one that is faster ends by itself."""

LOOK_SECONDS = 0.05
"""From when on the supervisor looks at a query, since others may wait."""

_USUAL = 1 << 14
"""Bytes that hold most requests; to ask for more at once costs as much as to parse a query (malloc, and free)."""

_GLANCE_MS = 100
_HUNG_UP = getattr(select, "POLLRDHUP", 0) | getattr(select, "POLLHUP", 0)
_log = logging.getLogger("delmaal.keeper")


class Child:
    """The process in row `row` of the board."""

    def __init__(self, listener: socket.socket, board: Board, row: int, timer: Timer, settings: Settings) -> None:
        self._listener = listener
        self._board = board
        self._row = row
        self._timer = timer
        self._settings = settings
        self._taken = taken_frame(settings.query_seconds)
        self._watch_after = min(WATCH_SECONDS, settings.query_slow_ms / 1000)
        self._look_after = min(LOOK_SECONDS, self._watch_after)
        self._wall = MemoryWall(settings.query_memory_mb << 20)
        self._stores = Stores(self._opening)
        self._size = 0
        self._watched: socket.socket | None = None
        self._armed = False
        self._lock = threading.Lock()
        """Held by who takes `_watched` away, or sends to it from the watching thread."""

    def run(self) -> None:
        """Serve; ends the process, never returns."""
        build_wall()
        # who hands a query over goes on to the next one, and is not interrupted by it (sched(7))
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        threading.stack_size(STACK)
        threading.Thread(target=self._serve, daemon=True).start()
        self._watch()

    def _serve(self) -> None:
        """Take connections.

        To wait in epoll, and not in accept, is what keeps the processor's caches warm: the kernel then hands a
        connection to the first child that waits, not to the one that has waited longest.
        """
        try:
            self._warm()
            waiting = select.epoll()
            waiting.register(self._listener, select.EPOLLIN | select.EPOLLEXCLUSIVE)
            waited = True
            while not self._board.retiring(self._row) and not grown(self._size):
                try:
                    connection = self._listener.accept()[0]
                except BlockingIOError:
                    waiting.poll()
                    waited = False
                    continue
                self._take(connection, waited)
                waited = True
            os._exit(0)
        finally:
            os._exit(FAILED)

    def _warm(self) -> None:
        """Open the release that the others serve, so that the first query need not wait for it."""
        release = self._board.release
        try:
            if release:
                self._stores.get(release)
        except ReleaseError:
            pass  # who asks for it is told
        self._size = peak()

    def _take(self, connection: socket.socket, waited: bool) -> None:
        """Answer a query; `waited` says whether it may have waited for this child, so that its client may have left."""
        with connection:
            alarm(self._settings.query_seconds)
            self._board.take(self._row, time.monotonic_ns(), time.process_time_ns())
            if not self._armed:
                self._arm(self._look_after)
            try:
                token, content = _frame(connection)
                self._board.begin(self._row, token)
                self._watched = connection
                if not (waited and _hung_up(connection, 0)):
                    frames = self._answer(content)
                    with self._lock:
                        self._watched = None
                    for frame in frames:
                        connection.sendall(frame)
            except OSError:
                pass  # the client left
            finally:
                self._watched = None
        self._board.leave(self._row)
        alarm(0)

    def _arm(self, seconds: float) -> None:
        self._armed = True
        self._timer.start(seconds)

    def _answer(self, content: bytes | bytearray) -> tuple[bytes | bytearray, ...]:
        """The frames of an answer."""
        try:
            name, body = self._result(read_request(content))
        except KeptError as error:
            return (refusal_frame(error),)
        except ReleaseError as error:
            _log.error("%s", error)  # it names paths, which are not for clients
            self._board.retire(self._row)  # the reason may be this process's own, as too few descriptors
            return (refusal_frame(ReleaseError(error.code, "the release cannot be opened; run `delmaal verify`")),)
        except MemoryError:
            return (refusal_frame(VERDICTS[TOO_BIG][0](VERDICTS[TOO_BIG][1])),)
        except BaseException:  # the engine panicked, which is no Exception: its state is unknown, so this is its last
            _log.exception("a query failed")
            self._board.retire(self._row)
            return (refusal_frame(QueryRefused("the engine failed on this query")),)
        head = result_head(name, len(body))
        return (head + body,) if len(body) < 1 << 16 else (head, body)

    def _result(self, request: Request) -> tuple[str, bytes | bytearray]:
        check(request.query, self._settings.query_depth)
        store = self._stores.get(request.release)
        return evaluate(store, request, self._settings.query_result_mb << 20)

    def _opening(self, folder: str, fresh: Callable[[str], Store]) -> Store:
        """Open a store with the wall down, and put it up around it."""
        self._wall.down()
        try:
            store = fresh(folder)
            self._board.release = folder
        finally:
            self._wall.up()
        self._size = peak()
        return store

    def _watch(self) -> None:
        """Look after queries that are not fast ones: say so to the client, and end the process where that left.

        The timer is not set anew for each query: it runs on until it is due, and then either the query is an old one,
        and the timer stays as it is until that has ended, or it is a young one, and the timer is set for it: for
        when the supervisor looks at it, and for when it is an old one.
        """
        timer = select.poll()
        timer.register(self._timer.fd, select.POLLIN)
        while True:
            timer.poll()
            since = self._board.since(self._row)
            age = (time.monotonic_ns() - since) / 1e9 if since else 0.0
            if since and age >= self._watch_after:
                self._watch_over(since)
                continue
            self._armed = False
            self._timer.stop()
            since = self._board.since(self._row)  # one that began meanwhile took the timer for a running one
            if since:
                age = (time.monotonic_ns() - since) / 1e9
                self._arm(max((self._look_after if age < self._look_after else self._watch_after) - age, 0.001))

    def _watch_over(self, since: int) -> None:
        """Watch the client of the query that was taken then, until that has ended."""
        told = False
        while self._board.since(self._row) == since:
            watched = self._watched
            if watched is None:
                time.sleep(_GLANCE_MS / 1000)  # it is being read or answered, and the alarm is set
                continue
            if not told:
                with self._lock, contextlib.suppress(OSError):
                    if self._watched is watched:
                        watched.sendall(self._taken)
                told = True
            if _hung_up(watched, _GLANCE_MS) and self._watched is watched:
                os._exit(LEFT)


def _hung_up(connection: socket.socket, wait_ms: int) -> bool:
    try:
        poller = select.poll()
        poller.register(connection, _HUNG_UP)
        return bool(poller.poll(wait_ms))
    except (OSError, ValueError):
        return False  # closed by the other thread: answered


def _frame(connection: socket.socket) -> tuple[int, bytes | bytearray]:
    """The token and the content of a request, usually in one piece.

    Raises OSError where the client left before.
    """
    first = connection.recv(_USUAL)
    if len(first) < FRAME.size:
        first += _exactly(connection, FRAME.size - len(first))
    length, token = FRAME.unpack_from(first)
    content = first[FRAME.size :]
    return token, content if len(content) == length else content + _exactly(connection, length - len(content))


def _exactly(connection: socket.socket, size: int) -> bytearray:
    """So many bytes.

    Raises OSError where the client left before.
    """
    content = bytearray()
    while len(content) < size:
        chunk = connection.recv(min(size - len(content), 1 << 20))
        if not chunk:
            raise ConnectionResetError
        content += chunk
    return content
