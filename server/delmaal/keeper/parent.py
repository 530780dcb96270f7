"""No orphans: the kernel ends a process when the one that started it ends, however that ends."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Ask the kernel for SIGKILL when the process `parent`, which started this one, ends; end now if it has already.

    The signal comes when the thread that started this process ends, so a process must be started from a thread that
    lives as long as its own process does. Does nothing where the kernel has no such signal.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)
