"""What `delmaal serve` holds of the keeper: start it, ask whether it lives, stop it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import delmaal
from delmaal.errors import ServerError
from delmaal.keeper.board import BOARD
from delmaal.keeper.limits import is_stopped
from delmaal.keeper.memory import query_memory
from delmaal.keeper.protocol import READY, SOCKET
from delmaal.settings import Settings, environment_of

_START_SECONDS = 30
_TUNABLES = "glibc.malloc.tcache_count=1000"
"""The engine frees at the end of a query what it took for it in many small pieces: with room for 1,000 of a size in
glibc's cache of a thread, and not for 7, a lookup costs a fourth less (GNU C Library, Memory Allocation Tunables)."""

_STOP_SECONDS = 5
_STOPPED_SECONDS = 2.0
_LONGEST_PATH = 100
"""Bytes of a Unix socket's address, less than the 104 to 108 that systems have."""


class Keeper:
    """The keeper's process; `socket` is where it listens, in `run_dir`, which nobody else can read."""

    def __init__(self, settings: Settings, run_dir: Path) -> None:
        self.settings = replace(settings, query_memory_mb=query_memory(settings))
        self.run_dir = run_dir
        self.socket = run_dir / SOCKET
        self._process: subprocess.Popen[bytes] | None = None
        self._made: dict[Path, _At] = {}
        self._stopped_since: float | None = None

    def start(self) -> None:
        """Start the keeper and wait until it listens; also after it ended.

        It ends with this process, however that ends: the pipe that is its standard input closes. From any thread, but
        not from several at once. Raises ServerError where it does not listen in time.
        """
        if len(os.fsencode(self.socket)) > _LONGEST_PATH:
            sentence = f"{self.socket} is too long for the address of a socket; choose a shorter TMPDIR"
            raise ServerError("keeper-address", sentence)
        self.run_dir.mkdir(parents=True, exist_ok=True)
        self.run_dir.chmod(0o700)
        self.stop()
        package = str(Path(delmaal.__file__).parent.parent)
        path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
        process = self._process = subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-P", "-m", "delmaal.keeper", str(self.run_dir)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, **environment_of(self.settings), "PYTHONPATH": path, "RUST_BACKTRACE": "0",
                 "GLIBC_TUNABLES": os.environ.get("GLIBC_TUNABLES", _TUNABLES)},
            process_group=0,  # a Ctrl-C in the terminal is for the server, which stops the keeper last
        )
        assert process.stdout is not None, "a pipe was asked for"
        listens = select.select([process.stdout], [], [], _START_SECONDS)[0] and process.stdout.readline() == READY
        process.stdout.close()
        if not listens:
            self.stop()
            raise ServerError("keeper-failed", "the query keeper did not start; its own words stand above")
        self._made = {path: _at(path) for path in (self.socket, self.run_dir / BOARD)}
        self._stopped_since = None

    def alive(self) -> bool:
        """Whether the keeper's process runs."""
        return self._process is not None and self._process.poll() is None

    def trouble(self) -> str:
        """What is wrong with the keeper, in words; empty while nothing is.

        It may live, and yet nobody find it: its socket or its board was removed, replaced or cut.
        """
        if self._process is None or self._process.poll() is not None:
            return "the query keeper ended"
        for path, made in self._made.items():
            try:
                found = _at(path)
            except OSError:
                return f"{path} is gone"
            if found != made:
                return f"{path} is not what it was"
        return self._stopped()

    def _stopped(self) -> str:
        """Whether the keeper's process is stopped by a signal, and has been for long."""
        assert self._process is not None, "it was looked at before"
        if not is_stopped(self._process.pid):
            self._stopped_since = None
            return ""
        now = time.monotonic()
        self._stopped_since = self._stopped_since or now
        if now - self._stopped_since < _STOPPED_SECONDS:
            return ""
        self._process.kill()  # it would not hear that it is to end
        return "the query keeper is stopped"

    def stop(self) -> None:
        """End the keeper and its children; queries that run end without an answer."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None, "a pipe was asked for"
        process.stdin.close()
        process.terminate()  # web processes that were forked since may hold the pipe open
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


_At = tuple[int, int, int]


def _at(path: Path) -> _At:
    """What tells a file from another in its place, and from itself cut."""
    at = path.lstat()
    return at.st_dev, at.st_ino, at.st_size
