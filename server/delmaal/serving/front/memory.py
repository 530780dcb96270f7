"""Gives memory back to the system after big bodies and answers: the C library keeps what it once had, else."""

from __future__ import annotations

import asyncio
import ctypes

_BIG = 256 << 10
_LATER_SECONDS = 2.0


class Memory:
    """Of this process."""

    def __init__(self) -> None:
        self._due = False
        try:
            self._trim = ctypes.CDLL(None).malloc_trim  # glibc's; other C libraries give back of themselves
        except (AttributeError, OSError):
            self._due = True

    def used(self, size: int) -> None:
        """So many bytes were handled for a request; from the running event loop."""
        if size > _BIG and not self._due:
            self._due = True
            asyncio.get_running_loop().call_later(_LATER_SECONDS, self._give_back)

    def _give_back(self) -> None:
        self._due = False
        self._trim(0)
