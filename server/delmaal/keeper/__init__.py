"""Queries that can always be stopped: the only place that evaluates a client's text.

    delmaal serve
    ├── keeper            supervisor.py: one process, evaluates nothing
    │   ├── child         child.py: one query at a time, on the release's store, read-only
    │   └── child …       all accept on one Unix socket; one connection a query
    └── web processes     client.py: `ask`, and wait for the answer or for the client to leave

A child that is over a limit is ended by the kernel; the supervisor notes why on the board (board.py) and starts a new
one.
The client gets a whole answer or a KeptError.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from delmaal.errors import ServerError
from delmaal.keeper.client import ask
from delmaal.keeper.protocol import Answer, Request
from delmaal.settings import Settings, environment_of

__all__ = ["Answer", "Keeper", "Request", "ask"]

_START_SECONDS = 15


class Keeper:
    """Starts and stops the keeper's process; `socket` is where it listens, in `run_dir`."""

    def __init__(self, settings: Settings, run_dir: Path) -> None:
        self.settings = settings
        self.run_dir = run_dir
        self.socket = run_dir / "keeper.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the keeper and wait until it listens.

        Never from a thread that may end before the server: the kernel would take the keeper with it. Raises
        ServerError where it does not listen in time.
        """
        self.stop()
        self.run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-m", "delmaal.keeper", str(self.run_dir)],
            stdin=subprocess.PIPE, env={**os.environ, **environment_of(self.settings)},
        )
        deadline = time.monotonic() + _START_SECONDS
        while not self.socket.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerError("keeper-failed", "the query keeper did not start; its own words stand above")
            time.sleep(0.005)

    def alive(self) -> bool:
        """Whether the keeper's process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End the keeper and its children."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
