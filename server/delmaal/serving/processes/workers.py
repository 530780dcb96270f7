"""Granian's main process, which does not give up: a web process that ended is started again, whatever happened to it.

Granian itself ends the whole server where a process ends twice within seconds, or cannot be started for once (no
descriptor, no memory, no process left). Here it is started again after a pause, which grows where it does not help.
Only a server whose first processes never came up ends: its operator stands before it.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from granian.server.mp import MPServer

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
LIVED_SECONDS = 10.0
"""Whoever lived so long came up: the next is started at once."""

_AGAIN_SECONDS = 1.0
_SURELY_UP_SECONDS = 60.0
log = logging.getLogger("delmaal.workers")


class Workers(MPServer):
    """Granian with a main loop of its own; `came_up` says whether any web process ever did."""

    def __init__(self, *values: Any, came_up: Callable[[], bool], **options: Any) -> None:
        super().__init__(*values, **options)
        self._came_up = came_up
        self.reload_signal = False
        self._up = False
        self._begun = time.monotonic()
        self._due: dict[int, float] = {}
        self._pauses: dict[int, float] = {}

    def _spawn_worker(self, idx: Any, target: Any, callback_loader: Any, socket_loader: Any = None) -> Any:  # noqa: ARG002
        return super()._spawn_worker(idx, target, partial(_load, callback_loader))

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        while True:
            self.main_loop_interrupt.wait(self._until_due())
            self.main_loop_interrupt.clear()
            if self.interrupt_signal:
                return
            self._up = self._up or self._came_up() or time.monotonic() - self._begun > _SURELY_UP_SECONDS
            if self.interrupt_children and not self._up:
                log.error("the web processes do not come up; their own words stand above")
                return  # with a child in the list, which makes the exit code 1
            while self.interrupt_children:
                self._ended(self.interrupt_children.pop())
            if self.reload_signal:
                self.reload_signal = False
                self._due.update(dict.fromkeys(range(self.workers), 0.0))
            for index in [index for index, due in self._due.items() if due <= time.monotonic()]:
                self._start(index, spawn_target, target_loader)

    def _until_due(self) -> float | None:
        return max(0.0, min(self._due.values()) - time.monotonic()) if self._due else None

    def _ended(self, index: int) -> None:
        """A process ended: start another at once, or after a pause where it did not live for long."""
        now = time.monotonic()
        lived = now - self.wrks[index].birth > LIVED_SECONDS
        pause = self._pauses.get(index, 0.0)
        self._pauses[index] = 0.0 if lived else min(max(pause * 2, SHORTEST_PAUSE), LONGEST_PAUSE)
        self._due[index] = now + (0.0 if lived else pause)

    def _start(self, index: int, spawn_target: Any, target_loader: Any) -> None:
        """Put a new process in the place of one; the old one, where it still runs, ends when the new one has begun."""
        del self._due[index]
        old: Any = self.wrks[index]
        fresh: Any = None
        try:
            fresh = self._spawn_worker(idx=index, target=spawn_target, callback_loader=target_loader)
            fresh.start()
        except Exception as error:
            log.error("web process %d cannot be started: %s; it is tried again", index + 1, error)
            self._due[index] = time.monotonic() + _AGAIN_SECONDS
            if fresh is not None and fresh.inner.pid is not None:  # it runs, but nobody would notice its end
                fresh.kill()
            return
        self.wrks[index] = fresh
        old.terminate()
        old.join(self.workers_kill_timeout)
        if old.is_alive():
            old.kill()


def _load(loader: Callable[[], Any]) -> Any:
    """Load the application in a process that was just started, which ends at once where it is told to meanwhile.

    It is a copy of the main process, and would pass over the signal as that does, whose loop it has not; granian gives
    it handlers of its own only when the application is there.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, which the main process hears too
    return loader()
