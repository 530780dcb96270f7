"""One child: takes a connection, evaluates its query, answers, and waits for the next.

Two threads. One evaluates; it has a stack that holds what `tokens` lets pass. The other, the process's first, wakes up
only where a query is not a fast one, and ends the process when the client leaves: nothing else stops native code.
"""

from __future__ import annotations

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
from delmaal.keeper.protocol import HELLO, LENGTH, Request, read_request, refusal_frame, result_head
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

_GLANCE_MS = 100
_HUNG_UP = getattr(select, "POLLRDHUP", 0) | getattr(select, "POLLHUP", 0)
_log = logging.getLogger("delmaal.keeper")


class Child:
    """The process in row `row` of the board, with the number `number` that no other ever had."""

    def __init__(self, listener: socket.socket, board: Board, row: int, number: int, timer: Timer,
                 settings: Settings) -> None:
        self._listener = listener
        self._board = board
        self._row = row
        self._timer = timer
        self._settings = settings
        self._hello = HELLO.pack(number, settings.query_seconds)
        self._watch_after = min(WATCH_SECONDS, settings.query_slow_ms / 1000)
        self._wall = MemoryWall(settings.query_memory_mb << 20)
        self._stores = Stores(self._opening)
        self._size = 0
        self._watched: socket.socket | None = None

    def run(self) -> None:
        """Serve; ends the process, never returns."""
        build_wall()
        threading.stack_size(STACK)
        threading.Thread(target=self._serve, daemon=True).start()
        self._watch()

    def _serve(self) -> None:
        try:
            self._warm()
            while not self._board.retiring(self._row) and not grown(self._size):
                self._take(self._listener.accept()[0])
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

    def _take(self, connection: socket.socket) -> None:
        with connection:
            alarm(self._settings.query_seconds)
            self._board.take(self._row, time.monotonic_ns())
            self._timer.start(self._watch_after)
            try:
                connection.sendall(self._hello)
                content = _exactly(connection, LENGTH.unpack(_exactly(connection, LENGTH.size))[0])
                self._watched = connection
                if not _hung_up(connection, 0):
                    frames = self._answer(content)
                    self._watched = None
                    for frame in frames:
                        connection.sendall(frame)
            except OSError:
                pass  # the client left
            finally:
                self._watched = None
        self._timer.stop()
        self._board.take(self._row, 0)
        alarm(0)

    def _answer(self, content: bytes | bytearray) -> tuple[bytes | bytearray, ...]:
        """The frames of an answer."""
        try:
            name, body = self._result(read_request(content))
        except KeptError as error:
            return (refusal_frame(error),)
        except ReleaseError as error:
            _log.error("%s", error)  # it names paths, which are not for clients
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
        """End the process where the client of a query that is not a fast one leaves before its answer."""
        timer = select.poll()
        timer.register(self._timer.fd, select.POLLIN)
        while True:
            timer.poll()
            watched = self._watched
            while watched is not None and self._watched is watched:
                if _hung_up(watched, _GLANCE_MS) and self._watched is watched:
                    os._exit(LEFT)
            time.sleep(_GLANCE_MS / 1000)  # it is being read or answered, and the alarm is set


def _hung_up(connection: socket.socket, wait_ms: int) -> bool:
    try:
        poller = select.poll()
        poller.register(connection, _HUNG_UP)
        return bool(poller.poll(wait_ms))
    except (OSError, ValueError):
        return False  # closed by the other thread: answered


def _exactly(connection: socket.socket, size: int) -> bytes | bytearray:
    """So many bytes.

    Raises OSError where the client left before.
    """
    first = connection.recv(min(size, 1 << 16))
    if len(first) == size:
        return first
    content = bytearray(first)
    while len(content) < size:
        chunk = connection.recv(min(size - len(content), 1 << 20))
        if not chunk:
            raise ConnectionResetError
        content += chunk
    return content
