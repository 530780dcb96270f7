"""The run directory: what the processes of one server share, in the system's temporary folder.

Its owner holds a lock on a file in it, which the kernel takes back when the last process that has it ends, however that
ends. So the next start can tell what is left of a server that was killed, and removes it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import IO

PREFIX = "delmaal-"
OWNER = "owner"
"""The file in a run directory that is locked for as long as the directory has an owner."""

_YOUNG_SECONDS = 3600
"""A folder without that file may just be being made; after so long, it is not."""


class RunDir:
    """A folder that nobody else can read, and that is made anew where it is lost."""

    def __init__(self, parent: Path | None = None) -> None:
        """A new one.

        Raises OSError where there is no folder to make it in.
        """
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        self._lock: IO[str] | None = None
        self._own()

    def trouble(self) -> str:
        """What is wrong with it, in words; empty while nothing is."""
        try:
            same = _identity(self.path / OWNER) == self._made
        except OSError:
            return f"{self.path} is gone"
        return "" if same else f"{self.path} is another folder"

    def mend(self) -> None:
        """Make it anew where it was.

        Raises OSError where that cannot be.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        at = self.path.lstat()
        if not stat.S_ISDIR(at.st_mode) or at.st_uid != os.geteuid():
            raise PermissionError(f"{self.path} is somebody else's")
        self.path.chmod(0o700)
        self._own()

    def remove(self) -> None:
        """Remove it with all that is in it, where it is still this one."""
        if not self.trouble():
            shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()

    def _own(self) -> None:
        """Lock a file, and only then give it the name by which it is known: nobody ever sees it unlocked."""
        fresh = self.path / f".{OWNER}"
        lock = fresh.open("w", encoding="ascii")  # stays open: to close it gives the lock away
        fcntl.flock(lock, fcntl.LOCK_EX)
        fresh.replace(self.path / OWNER)
        if self._lock is not None:
            self._lock.close()
        self._lock = lock
        self._made = _identity(self.path / OWNER)


def remove_orphans(parent: Path | None = None) -> list[Path]:
    """Remove the run directories of servers that are no more, and return them."""
    found = []
    for path in sorted(Path(parent or tempfile.gettempdir()).glob(f"{PREFIX}*")):
        with contextlib.suppress(OSError):
            if _is_orphan(path):
                shutil.rmtree(path, ignore_errors=True)
                found.append(path)
    return found


def _is_orphan(path: Path) -> bool:
    """Whether a folder is a run directory of this user's that nobody owns any more."""
    at = path.lstat()
    if not stat.S_ISDIR(at.st_mode) or at.st_uid != os.geteuid():
        return False
    try:
        descriptor = os.open(path / OWNER, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return not any(path.iterdir()) and time.time() - at.st_mtime > _YOUNG_SECONDS
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _identity(path: Path) -> tuple[int, int]:
    at = path.lstat()
    return at.st_dev, at.st_ino
