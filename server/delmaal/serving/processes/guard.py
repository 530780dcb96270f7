"""Mends what broke while the server runs: the keeper, the run directory, the socket, the board, a stopped process.

It is one thread of the main process, looks five times a second, and outlives whatever its attempts raise: then it says
so, and tries again, less and less often.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from pathlib import Path

from delmaal.keeper import Keeper
from delmaal.keeper.limits import is_stopped
from delmaal.serving.processes.rundir import RunDir

LOOK_SECONDS = 0.2
LONGEST_PAUSE = 5.0
STOPPED_SECONDS = 2.0
"""How long a process may be stopped (SIGSTOP) before it is replaced; a shell that suspends the server stops all of it,
and this thread too."""

_JOIN_SECONDS = 5.0
log = logging.getLogger("delmaal.guard")


class Guard:
    """Looks after one server; `start` once the keeper runs, `stop` before it is stopped."""

    def __init__(self, run_dir: RunDir, keeper: Keeper) -> None:
        self._run_dir = run_dir
        self._keeper = keeper
        self._ended = threading.Event()
        self._stopped: dict[int, float] = {}
        self._thread = threading.Thread(target=self._run, name="guard", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after what is being mended."""
        self._ended.set()
        self._thread.join(_JOIN_SECONDS)

    def _run(self) -> None:
        pause = LOOK_SECONDS
        while not self._ended.wait(pause):
            try:
                self._look()
            except BaseException as error:  # whatever it is: nobody else would look after the server
                pause = min(max(pause * 2, 2 * LOOK_SECONDS), LONGEST_PAUSE)
                _say(logging.ERROR, "%s; it is tried again in %.1f seconds", error, pause)
            else:
                pause = LOOK_SECONDS

    def _look(self) -> None:
        """Look at everything once, and mend it.

        Raises whatever keeps it from that.
        """
        trouble = self._run_dir.trouble()
        if trouble:
            _say(logging.WARNING, "%s: it is made anew", trouble)
            self._run_dir.mend()
        trouble = self._keeper.trouble()
        if trouble:
            _say(logging.WARNING, "%s: the query keeper is started again", trouble)
            self._keeper.start()
        self._end_stopped()

    def _end_stopped(self) -> None:
        """End the processes that somebody stopped: who started them starts others."""
        now = time.monotonic()
        stopped = {pid for pid in _children() if is_stopped(pid)}
        self._stopped = {pid: self._stopped.get(pid, now) for pid in stopped}
        for pid, since in self._stopped.items():
            if now - since > STOPPED_SECONDS:
                _say(logging.WARNING, "process %d is stopped: it is ended and replaced", pid)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def _children() -> list[int]:
    """The processes that this one started, from whichever thread."""
    found: list[int] = []
    for path in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):  # the thread has ended
            found += map(int, path.read_text("ascii").split())
    return found


def _say(level: int, words: str, *values: object) -> None:
    with contextlib.suppress(Exception):  # standard error may be closed
        log.log(level, words, *values)
