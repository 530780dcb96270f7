"""Big answers on their way out lie in files, not in memory: a reader may take as long as it likes.

The HTTP server keeps a whole body in memory until the last byte is read, but reads a file only as fast as its reader
does. So a big body is written to a file without a name in the run directory, which the system deletes when the last
descriptor of it is closed.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, NamedTuple

BIG = 1 << 20
"""Bytes from which a body goes to a file: below, the reader's and the system's buffers hold most of it anyway."""

LIMIT = 1 << 30
"""Bytes of answers under way that one process has in files, at most; a single one may be bigger."""

_DESCRIPTORS = Path("/proc/self/fd")
_LOOK_SECONDS = 1.0
_OPENED_SECONDS = 3.0
"""Within which the HTTP server has opened the file that it was told; it does at once."""

Headers = list[tuple[str, str]]
_Inode = tuple[int, int]


class SpoolFull(Exception):
    """As many bytes as there may be are under way to readers that do not read them."""


class Filed(NamedTuple):
    """A body in a file without a name, and its size in bytes."""

    file: IO[bytes]
    size: int


class _Held(NamedTuple):
    """A file of which this module has a descriptor: the file, its size, when it was handed over."""

    file: IO[bytes]
    size: int
    since: float


class Spool:
    """The big answers of this process; used from one event loop."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self._folder = folder
        self._limit = limit
        self._held: dict[_Inode, _Held] = {}
        self._size = 0
        self._looking = False
        self._works = _DESCRIPTORS.is_dir()

    async def send(self, proto: Any, status: int, headers: Headers, body: bytes) -> None:
        """Answer with a body of any size, by way of a file where it is big.

        Raises SpoolFull, before anything is sent, where too much is under way. A disk that is full or that cannot be
        written to costs memory, not the answer.
        """
        if len(body) < BIG or not self._works:
            proto.response_bytes(status, headers, body)
            return
        if self._size and self._size + len(body) > self._limit:
            self._look()
            if self._size and self._size + len(body) > self._limit:
                raise SpoolFull
        self._size += len(body)
        loop = asyncio.get_running_loop()
        try:
            file = await loop.run_in_executor(None, self._written, body)
        except BaseException as error:
            self._size -= len(body)
            if not isinstance(error, OSError):
                raise
            proto.response_bytes(status, headers, body)
            return
        self._hand_over(proto, status, headers, Filed(file, len(body)))

    def keep(self, parts: Iterable[bytes]) -> Filed:
        """Write a body to a file while it is made; from any thread.

        Raises SpoolFull where too much is under way already, and OSError where the disk is full: nothing is sent yet.
        """
        if self._size > self._limit:
            raise SpoolFull
        file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  # it is closed when it is sent
        try:
            size = sum(file.write(part) for part in parts)
            file.flush()
        except BaseException:
            file.close()
            raise
        return Filed(file, size)

    def send_file(self, proto: Any, status: int, headers: Headers, filed: Filed) -> None:
        """Answer with a body that `keep` wrote."""
        if self._works:
            self._size += filed.size
            self._hand_over(proto, status, headers, filed)
            return
        with filed.file as file:
            file.seek(0)
            proto.response_bytes(status, headers, file.read())

    def _hand_over(self, proto: Any, status: int, headers: Headers, filed: Filed) -> None:
        at = os.fstat(filed.file.fileno())
        self._held[at.st_dev, at.st_ino] = _Held(filed.file, filed.size, time.monotonic())
        proto.response_file(status, headers, f"{_DESCRIPTORS}/{filed.file.fileno()}")
        self._look_later(asyncio.get_running_loop())

    def close(self) -> None:
        """Let go of all files; what the HTTP server has opened, it still sends."""
        for held in self._held.values():
            held.file.close()
        self._held.clear()
        self._size = 0

    def _written(self, body: bytes) -> IO[bytes]:
        file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115  # it is closed when it is sent
        try:
            left = memoryview(body)
            while left:
                left = left[file.write(left):]
        except BaseException:
            file.close()
            raise
        return file

    def _look_later(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._looking:
            self._looking = True
            loop.call_later(_LOOK_SECONDS, self._look_again, loop)

    def _look_again(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looking = False
        try:
            self._look()
        finally:  # whatever it met: what is held is let go of one day
            if self._held:
                self._look_later(loop)

    def _look(self) -> None:
        """Close the files that nobody reads: those that have been handed over, and of which ours is the only
        descriptor. While the HTTP server has one, the file takes room, and counts."""
        try:
            open_times = _open_times()
        except OSError:  # no descriptor is left to list them with
            return
        now = time.monotonic()
        for inode, held in list(self._held.items()):
            if open_times[inode] <= 1 and now - held.since > _OPENED_SECONDS:
                del self._held[inode]
                self._size -= held.size
                held.file.close()


def _open_times() -> Counter[_Inode]:
    """How many descriptors this process has of each file."""
    found: Counter[_Inode] = Counter()
    for path in _DESCRIPTORS.iterdir():
        try:
            at = os.fstat(int(path.name))
        except OSError:  # it was that of the listing
            continue
        found[at.st_dev, at.st_ino] += 1
    return found
