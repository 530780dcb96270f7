"""The keeper's process: starts the children, has slow ones give way, replaces those that ended and notes why.

It has one thread, evaluates nothing and takes no connection: nothing that a client sends reaches it. It sleeps while no
query is slow.

    a query that used query_slow_ms of    is slow: its child goes to the last core behind all others, and ends after it
      the processor, or holds a child
      for ten times as long
    half of the children, at least two    are never slow: where all others are, or where others wait for their turn, a
                                          query is stopped when it would be, and its web process asks again when it is
                                          its turn (room.py)
    while a query waits for a child       half of query_slow_ms counts; where all that may be slow are, a query is
                                          stopped in the same way after PRESSED_SECONDS of the processor: so a fast one
                                          comes to a child soon, whatever crowd came before it
    a child that ended                    is replaced at once, or after a pause where it never served
"""

from __future__ import annotations

import contextlib
import gc
import logging
import math
import os
import resource
import select
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from delmaal.keeper.board import ABANDONED, BOARD, BUSY, PRESSED, TOO_BIG, TOO_DEEP, TOO_SLOW, UNKNOWN, Board
from delmaal.keeper.child import FAILED, LEFT, Child
from delmaal.keeper.limits import Timer, give_way, hurry, is_stopped, processor_time
from delmaal.keeper.memory import children_of, end_first, oom_kills
from delmaal.keeper.parent import end_with_parent
from delmaal.keeper.protocol import READY, SOCKET, listening
from delmaal.keeper.room import ROOM, Room, shares_of
from delmaal.settings import Settings

GRACE_SECONDS = 2.0
"""How long after its alarm a child may still be there before it is killed."""

_WAITING = 10
"""How many times query_slow_ms a query may last that uses less of the processor."""

PRESSED_SECONDS = 0.05
"""Of the processor, after which a query may be stopped where others wait for a child."""

_LEAST_SECONDS = 0.01
_TICK_SECONDS = 1.0
_STOPPED_TICKS = 4
_OOM_SECONDS = 5.0
"""Within which a process that the kernel ended for want of memory is gone: it counts first, and then takes its time."""

_PAUSE_SECONDS = 0.5
_VERDICTS: dict[int, int] = {
    signal.SIGALRM: TOO_SLOW,
    signal.SIGABRT: TOO_BIG,   # how an allocation that fails ends native code
    signal.SIGSEGV: TOO_DEEP,  # the guard page below the stack
}
_log = logging.getLogger("delmaal.keeper")


@dataclass(slots=True)
class _Row:
    """A child's place."""

    index: int
    timer: Timer = field(default_factory=Timer)
    pid: int = 0
    born: float = 0.0
    slow: bool = False
    verdict: int | None = None
    look: float | None = None
    """When to look at its query, which is not a fast one; monotonic seconds."""
    stopped: int = 0
    """How often in a row it was found stopped by a signal."""
    start: float | None = 0.0
    """When to start a child here."""


class Supervisor:
    """The keeper in its own process; `run_dir` is the server's, and private."""

    def __init__(self, run_dir: Path, settings: Settings) -> None:
        self._settings = settings
        self._parent, self._keeper = os.getppid(), os.getpid()
        self._rows = [_Row(index) for index in range(children_of(settings))]
        self._oom_kills, self._oom_killed = oom_kills(), -math.inf
        self._slow, under_way = shares_of(len(self._rows), settings.workers)
        self._board = Board(run_dir / BOARD, len(self._rows), (self._slow, under_way))
        self._room = Room(run_dir / ROOM, make=True)
        self._listener = listening(run_dir / SOCKET)
        self._lifeline = sys.stdin.fileno()
        self._ended, self._ending = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._events = select.epoll()
        self._looked = 0.0
        self._pending = select.poll()
        self._pending.register(self._listener, select.POLLIN)

    def run(self) -> None:
        """Run until the process that started this one ends, closes its end of the pipe, or SIGTERM."""
        logging.basicConfig(format="%(name)s: %(message)s", stream=sys.stderr)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the server, which stops this process last
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._ending, warn_on_full_buffer=False)
        self._events.register(self._lifeline, select.EPOLLIN)
        self._events.register(self._ended, select.EPOLLIN)
        for row in self._rows:
            self._events.register(row.timer.fd, select.EPOLLIN | select.EPOLLET)  # once for each query that is late
        gc.collect()
        gc.freeze()  # what is here now is shared with the children, and stays so
        try:
            self._start()
            os.write(sys.stdout.fileno(), READY)
            os.dup2(self._lifeline, sys.stdout.fileno())  # its number stays taken
            while self._wait():
                self._reap()
                self._look()
                self._end_stopped()
                self._start()
        finally:
            self._stop()

    def _wait(self) -> bool:
        """Sleep until something happens; False where it is time to end."""
        now = time.monotonic()
        times = [moment for row in self._rows for moment in (row.look, row.start) if moment is not None]
        for fd, _ in self._events.poll(max(0.0, min([*times, now + _TICK_SECONDS]) - now)):
            if fd == self._lifeline:
                if not os.read(fd, 1):
                    return False
            elif fd == self._ended:
                with contextlib.suppress(BlockingIOError):
                    os.read(fd, 4096)
            else:
                row = next(row for row in self._rows if row.timer.fd == fd)
                row.look = time.monotonic()
        return os.getppid() == self._parent  # a process that was forked from the parent may hold the pipe open

    def _look(self) -> None:
        """Judge the queries that are due."""
        now = time.monotonic()
        for row in self._rows:
            if row.look is None or row.look > now:
                continue
            since = self._board.since(row.index) / 1e9
            row.look = None
            if not since or not row.pid:
                continue
            if not row.slow:
                self._judge(row, now, since)
            elif now >= since + self._settings.query_seconds + GRACE_SECONDS:
                self._kill(row, TOO_SLOW)
            else:
                row.look = since + self._settings.query_seconds + GRACE_SECONDS
                hurry(row.pid)

    def _judge(self, row: _Row, now: float, since: float) -> None:
        """Say whether a query that is not slow yet is by now, and whether it may go on."""
        allowed = self._settings.query_slow_ms / 1000
        full = sum(other.slow for other in self._rows) >= self._slow
        waited = self._board.waited(row.index)
        pressed = full and not waited and allowed > PRESSED_SECONDS and self._others_wait()
        if pressed:
            allowed = PRESSED_SECONDS
        left = 0.0 if waited else self._until_slow(row, now - since, allowed)
        if left > 0:
            row.look = now + min(left, PRESSED_SECONDS)
        elif full or not (waited or self._room.look().waiting == 0):
            self._kill(row, PRESSED if pressed else BUSY)
        else:
            row.slow = True
            row.look = since + self._settings.query_seconds
            self._board.retire(row.index)
            give_way(row.pid)

    def _others_wait(self) -> bool:
        """Whether a connection waits for a child."""
        return bool(self._pending.poll(0))

    def _until_slow(self, row: _Row, elapsed: float, allowed: float) -> float:
        """Seconds until a query may be slow at the earliest.

        What it used of the processor counts, so that an honest query on a crowded machine is none; but one that holds a
        child for long without that, as by waiting for a disk, is slow too.
        """
        used = processor_time(row.pid)
        spent = elapsed if used is None else used - self._board.spent(row.index) / 1e9
        longest = self._settings.query_slow_ms / 1000 * _WAITING
        return min(max(allowed - spent, _LEAST_SECONDS) if spent < allowed else 0.0, longest - elapsed)

    def _kill(self, row: _Row, verdict: int) -> None:
        row.verdict, row.look = verdict, None
        hurry(row.pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(row.pid, signal.SIGKILL)

    def _reap(self) -> None:
        """Note why children ended, and when to replace them."""
        now = time.monotonic()
        for row in self._rows:
            status = os.waitpid(row.pid, os.WNOHANG) if row.pid else (0, 0)
            if status[0] == 0:
                continue
            if status[1] != 0:
                token = self._board.token(row.index)
                if token:
                    self._board.ended(token, self._verdict(row, status[1], now))
            served = self._board.since(row.index) != 0 or now - row.born > _PAUSE_SECONDS
            row.start = now if served else now + _PAUSE_SECONDS
            row.pid, row.slow, row.verdict, row.look = 0, False, None, None

    def _verdict(self, row: _Row, status: int, now: float) -> int:
        """Why a child ended, by its exit status and what else is seen: a signal can come from anybody."""
        if row.verdict is not None:
            return row.verdict
        if not os.WIFSIGNALED(status):
            return ABANDONED if os.WEXITSTATUS(status) == LEFT else UNKNOWN
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL:  # how the kernel ends a process where there is no memory left, and it counts that
            self._count_oom_kills(now)
            return TOO_BIG if now - self._oom_killed < _OOM_SECONDS else UNKNOWN
        if number == signal.SIGALRM and now < self._board.since(row.index) / 1e9 + self._settings.query_seconds:
            return UNKNOWN
        return _VERDICTS.get(number, UNKNOWN)

    def _count_oom_kills(self, now: float) -> None:
        """Note when the kernel last ended a process for want of memory."""
        count = oom_kills()
        if count != self._oom_kills:
            self._oom_kills, self._oom_killed = count, now

    def _end_stopped(self) -> None:
        """End the children that somebody stopped while they had no query: the kernel may hand them one."""
        now = time.monotonic()
        if now < self._looked + _TICK_SECONDS:
            return
        self._looked = now
        self._count_oom_kills(now)
        for row in self._rows:
            if not row.pid or self._board.since(row.index) or not is_stopped(row.pid):
                row.stopped = 0
                continue
            row.stopped += 1
            if row.stopped > _STOPPED_TICKS:
                self._kill(row, UNKNOWN)

    def _start(self) -> None:
        now = time.monotonic()
        for row in self._rows:
            if row.start is not None and row.start <= now:
                row.start = None
                self._spawn(row, now)

    def _stop(self) -> None:
        for row in self._rows:
            if row.pid:
                self._kill(row, UNKNOWN)
                os.waitpid(row.pid, 0)

    def _spawn(self, row: _Row, now: float) -> None:
        row.born = now
        row.timer.stop()
        self._board.leave(row.index)
        self._board.retire(row.index, False)
        row.pid = os.fork()
        if row.pid == 0:
            try:
                self._be_child(row)
            except BaseException:
                _log.exception("a query child could not start")
            finally:
                os._exit(FAILED)

    def _be_child(self, row: _Row) -> None:
        end_with_parent(self._keeper)
        end_first()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        self._events.close()
        os.close(self._ended)
        os.close(self._ending)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, self._lifeline)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)
        Child(self._listener, self._board, row.index, row.timer, self._settings).run()
