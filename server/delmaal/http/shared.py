"""Numbers that several processes share, in a file that each of them maps: a cell has 8 bytes and is written whole.

The file may be lost while they run: removed by whoever cleans up, renamed with its folder, or cut. Behind the end of a
cut file a cell is no longer shared (mapping.py), or ends the process that touches it, so that `look` has to come soon.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path


class Shared:
    """The cells of one file, which is made, or gets its length, where it has not got it."""

    def __init__(self, path: Path, number: int) -> None:
        self._path = path
        self._size = 8 * number
        self._open()

    def look(self) -> None:
        """Have the file where others look for it, in its length, and with what is counted in it.

        Raises OSError where that cannot be.
        """
        held = os.fstat(self._file)
        cut = held.st_size < self._size
        if cut:
            os.ftruncate(self._file, self._size)
        try:
            found = self._path.lstat()
            if not cut and (found.st_dev, found.st_ino) == (held.st_dev, held.st_ino):
                return
        except FileNotFoundError:
            pass
        counted, old = bytes(self.cells), self._file
        self._open()
        self.cells.cast("B")[:] = counted
        os.close(old)

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            if os.fstat(file).st_size != self._size:
                os.ftruncate(file, self._size)
            self.cells = memoryview(mmap.mmap(file, self._size)).cast("Q")
        except BaseException:
            os.close(file)
            raise
        self._file = file
