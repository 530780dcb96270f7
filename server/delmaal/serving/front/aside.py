"""A process beside the web process, behind all others, for what takes long in the interpreter: batches to reconcile.

    web process → process    `R`, 4 bytes length, the request without its body as JSON, 4 bytes length, the body; `C`
                             where the client left meanwhile
    process → web process    4 bytes length, status and headers as JSON, 8 bytes length, the content

In a thread such work would hold the interpreter's lock, and everybody else would wait for it. The process is the same
application (`batches.py`); it is started when it is first needed, makes one answer at a time, and ends with the process
that started it. Where it ends before, whoever waits for its answer is told to ask again, and the next starts another.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Protocol

import delmaal
from delmaal.http.asked import Asked
from delmaal.serving.front.rsgi import Headers

LONGEST_SECONDS = 60.0
"""After which an answer is not waited for any more, and the process is ended."""

SIZE, LONG = struct.Struct("!I"), struct.Struct("!Q")
REQUEST, CANCEL = b"R", b"C"


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """So many bytes, or fewer at the end."""


log = logging.getLogger("delmaal.serving")


class Aside:
    """The process of this web process; called from one thread at a time, but for `cancel`."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._running = False

    def call(self, asked: Asked) -> tuple[int, Headers, bytes] | None:
        """Status, headers and content of the answer; None where the process ended, or took too long."""
        try:
            process = self._started()
            sender, receiver = process.stdin, process.stdout
            assert sender is not None, "a pipe was asked for"
            assert receiver is not None, "a pipe was asked for"
            given = (asked.method, asked.path, asked.query, asked.headers.by_name, asked.client, asked.scheme,
                     asked.root, asked.mount)
            watch = threading.Timer(LONGEST_SECONDS, process.kill)
            watch.daemon = True
            watch.start()  # before anything is written: one that is stopped does not read
            try:
                with self._lock:
                    self._running = True
                    _write(sender, REQUEST, json.dumps(given).encode(), asked.body)
                status, headers = json.loads(read(receiver, SIZE))
                content = read(receiver, LONG)
            finally:
                watch.cancel()
                with self._lock:
                    self._running = False
            return status, [(name, value) for name, value in headers], content
        except (OSError, EOFError, ValueError, RuntimeError) as error:  # the last where no thread can be started
            log.warning("the process for batches ended (%s); the next one starts another", error)
            self.close()
            return None

    def cancel(self) -> None:
        """The client of what runs has left; from any thread."""
        with self._lock:
            process = self._process
            if self._running and process is not None and process.stdin is not None:
                with contextlib.suppress(OSError, ValueError):
                    process.stdin.write(CANCEL)
                    process.stdin.flush()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        process = self._process
        if process is not None and process.poll() is None:
            return process
        self.close()
        package = str(Path(delmaal.__file__).parent.parent)
        path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
        process = self._process = subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-P", "-m", "delmaal.serving.front.batches", str(os.getpid())], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}, process_group=0)
        return process


def _write(sender: IO[bytes], kind: bytes, *parts: bytes) -> None:
    sender.write(kind + b"".join(SIZE.pack(len(part)) + part for part in parts))
    sender.flush()


def read(receiver: Readable, size: struct.Struct) -> bytes:
    """What comes after its length.

    Raises EOFError where the other end closed before.
    """
    head = receiver.read(size.size)
    if len(head) < size.size:
        raise EOFError("it closed the pipe")
    length: int = size.unpack(head)[0]
    content = receiver.read(length)
    if len(content) < length:
        raise EOFError("it closed the pipe")
    return content
