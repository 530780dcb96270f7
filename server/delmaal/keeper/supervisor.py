"""The keeper's own process: starts the children, demotes slow ones, replaces those that ended and notes why.

It evaluates nothing and takes no connection, so nothing that a client sends can reach it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
from pathlib import Path

from delmaal.keeper.board import Board, Verdict
from delmaal.keeper.child import Child
from delmaal.keeper.parent import end_with_parent
from delmaal.settings import Settings

BACKLOG = 512
_TICK = 0.02


def supervise(run_dir: Path, settings: Settings) -> None:
    """Run until the process that started this one ends, or SIGTERM."""
    end_with_parent(os.getppid())  # and the pipe on standard input, for what happened before this line
    lifeline = sys.stdin.fileno()
    os.set_blocking(lifeline, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the server, which ends us
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    count = settings.query_workers or max(5, (os.cpu_count() or 1) + 1)
    board = Board(run_dir / "board", count)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    fresh = run_dir / "keeper.fresh"
    fresh.unlink(missing_ok=True)
    listener.bind(str(fresh))
    listener.listen(BACKLOG)
    keeper = _Keeper(board, listener, settings)
    try:
        keeper.start()
        fresh.replace(run_dir / "keeper.sock")
        while _alive(lifeline):
            keeper.tick()
            time.sleep(_TICK)
    finally:
        keeper.stop()


def _alive(lifeline: int) -> bool:
    """Whether the process that started this one still holds the other end of the pipe."""
    try:
        return os.read(lifeline, 1) != b""
    except BlockingIOError:
        return True


class _Keeper:
    def __init__(self, board: Board, listener: socket.socket, settings: Settings) -> None:
        self.board = board
        self.listener = listener
        self.settings = settings
        self.slots: dict[int, int] = {}
        self.busy: set[int] = set()
        self.last_core = max(os.sched_getaffinity(0))

    def start(self) -> None:
        for slot in range(self.board.rows):
            self._spawn(slot)

    def stop(self) -> None:
        for pid in self.slots:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in self.slots:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)

    def tick(self) -> None:
        self._reap()
        now, limit = time.monotonic_ns(), self.settings.query_slow_ms * 1_000_000
        slow = []
        for pid, slot in self.slots.items():
            since = self.board.get(slot, "since")
            if since and now - since > limit:
                slow.append((since, pid, slot))
                if not self.board.get(slot, "slow"):
                    self._demote(pid, slot)
        for _, pid, slot in sorted(slow)[self.board.rows - 1 :]:
            self.busy.add(pid)
            self._kill(pid, slot)

    def _demote(self, pid: int, slot: int) -> None:
        """A slow query gives way: last core, lowest priority; its child is replaced when it is done."""
        self.board.set(slot, "slow", 1)
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {self.last_core})
                os.setpriority(os.PRIO_PROCESS, int(thread.name), 19)

    def _kill(self, pid: int, slot: int) -> None:
        if self.board.get(slot, "since"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self.slots:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            slot = self.slots.pop(pid, None)
            if slot is None:
                continue
            if self.board.get(slot, "since"):
                turn = self.board.get(slot, "turn")
                if self.board.get(slot, "verdict_turn") != turn:
                    self.board.set(slot, "verdict", self._verdict(pid, status))
                    self.board.set(slot, "verdict_turn", turn)
            self.busy.discard(pid)
            self._spawn(slot)

    def _verdict(self, pid: int, status: int) -> Verdict:
        if pid in self.busy:
            return Verdict.BUSY
        ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return {
            signal.SIGALRM: Verdict.TOO_SLOW,
            signal.SIGABRT: Verdict.TOO_BIG,
            signal.SIGSEGV: Verdict.TOO_DEEP,
            signal.SIGBUS: Verdict.TOO_DEEP,
        }.get(signal.Signals(ended_by) if ended_by else signal.SIGKILL, Verdict.KILLED)

    def _spawn(self, slot: int) -> None:
        self.board.set(slot, "slow", 0)
        self.board.set(slot, "since", 0)
        parent = os.getpid()
        pid = os.fork()
        if pid:
            self.board.set(slot, "pid", pid)
            self.slots[pid] = slot
            return
        try:
            end_with_parent(parent)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            os.close(sys.stdin.fileno())
            Child(self.listener, self.board, slot, self.settings).run()
        finally:
            os._exit(0)
