"""What a child asks of the kernel: Linux's own means, so that a limit holds whatever native code is running.

    alarm          SIGALRM ends the process: the time of a query
    RLIMIT_DATA    an allocation fails: its memory
    timerfd        becomes readable when a query is not a fast one; the supervisor and the watching thread wait for it
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import time
from functools import cache
from pathlib import Path

_CLOCK_MONOTONIC, _CLOCK_SCHED = 1, 2
_GROWTH_KB = 64 << 10


class _Time(ctypes.Structure):
    """struct itimerspec: the interval, and the time until the first."""

    _fields_ = (("interval", ctypes.c_long * 2), ("first", ctypes.c_long * 2))


@cache
def _libc() -> ctypes.PyDLL:
    return ctypes.PyDLL(None, use_errno=True)  # the calls do not block: to release the lock for them would cost more


class Timer:
    """A timer that can be waited for, also in the process that this one was forked from."""

    def __init__(self) -> None:
        self.fd: int = _libc().timerfd_create(_CLOCK_MONOTONIC, os.O_CLOEXEC | os.O_NONBLOCK)
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._time = _Time()
        self._never = _Time()

    def start(self, seconds: float) -> None:
        """Become readable after so many seconds, and stay so until stopped."""
        whole = int(seconds)
        self._time.first[0], self._time.first[1] = whole, int((seconds - whole) * 1e9)
        _libc().timerfd_settime(self.fd, 0, ctypes.byref(self._time), None)

    def stop(self) -> None:
        """Be not readable any more."""
        _libc().timerfd_settime(self.fd, 0, ctypes.byref(self._never), None)


def alarm(seconds: float) -> None:
    """End this process after so many seconds; 0 takes it back."""
    signal.setitimer(signal.ITIMER_REAL, seconds)


class MemoryWall:
    """The limit on memory: what a query may have beside what was there when it was put up."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._own = resource.getrlimit(resource.RLIMIT_DATA)

    def down(self) -> None:
        """Take it away, to open a store."""
        resource.setrlimit(resource.RLIMIT_DATA, self._own)

    def up(self) -> None:
        """Put it up around what is there now; never beyond the limit that this process was given."""
        most = _data() + self._size
        if self._own[0] == resource.RLIM_INFINITY or most < self._own[0]:
            resource.setrlimit(resource.RLIMIT_DATA, (most, self._own[1]))


def _data() -> int:
    """Bytes that RLIMIT_DATA counts."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
    return pages * resource.getpagesize()


def grown(base: int) -> bool:
    """Whether this process once had so much more memory than `base`, in kB, that a fresh one should take its place."""
    return peak() - base > _GROWTH_KB


def peak() -> int:
    """The most memory that this process had, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def processor_time(pid: int) -> float | None:
    """Seconds of the processor that a process used (clock_getcpuclockid(3)); None where that cannot be had."""
    try:
        return time.clock_gettime((~pid << 3) | _CLOCK_SCHED)
    except OSError:
        return None


def is_stopped(pid: int) -> bool:
    """Whether a process is stopped by a signal (SIGSTOP)."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"T"
    except (OSError, IndexError):
        return False


def give_way(pid: int) -> None:
    """Put a process on the last core, behind everything else, but for its first thread, which watches."""
    last = {max(os.sched_getaffinity(0))}
    for thread in _threads(pid):
        if thread != pid:
            _put(thread, last, 19)


def hurry(pid: int) -> None:
    """Take it back, as far as this user may: a process that is to end needs the processor for it."""
    for thread in _threads(pid):
        _put(thread, os.sched_getaffinity(0), 0)


def _put(thread: int, cores: set[int], nice: int) -> None:
    with contextlib.suppress(OSError):  # it has ended, or only root may
        os.sched_setaffinity(thread, cores)
        os.setpriority(os.PRIO_PROCESS, thread, nice)


def _threads(pid: int) -> list[int]:
    try:
        return [int(name) for name in os.listdir(f"/proc/{pid}/task")]  # noqa: PTH208  # numbers
    except OSError:
        return []
