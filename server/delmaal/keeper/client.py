"""What a web process calls: hand a query to a child, and wait for the answer or for the client to leave."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

from delmaal.errors import DelmaalError, KeeperUnreachable, QueryAbandoned, QueryBusy
from delmaal.keeper.board import BOARD, TOO_SLOW, VERDICTS, kept, verdict
from delmaal.keeper.protocol import HEAD, HELLO, RESULT, Answer, Request, refusal, request_frame

QUEUE_SECONDS = 10.0
"""How long a query waits for a child; one that is not slow always comes free, so that it takes a crowd."""

_GLANCE_SECONDS = 0.1
_GRACE_SECONDS = 5.0
_VERDICT_SECONDS = 10.0
_PAUSE_SECONDS = 0.005
_TRIES = 10
_CHUNK = 1 << 16


def ask(path: Path, request: Request, gone: Callable[[], bool] | None = None) -> Answer:
    """Evaluate a query in a child of the keeper that listens at `path`.

    `gone` says whether the client left; it is asked every tenth of a second. Raises a KeptError in place of a result,
    or a ReleaseError where the release cannot be opened.
    """
    frame = request_frame(request)
    deadline = time.monotonic() + QUEUE_SECONDS
    for attempt in range(_TRIES):
        time.sleep(attempt * _PAUSE_SECONDS)
        with _Call(gone, deadline) as call:
            call.connect(path)
            call.send(frame)
            hello = call.read(HELLO.size)
            if hello is not None:
                number, seconds = HELLO.unpack(hello)
                call.alarm = time.monotonic() + seconds
                call.until = call.alarm + _GRACE_SECONDS
                return _answer(call) or _raise(_ended(path, number, call))
        # The child ended between two queries with this one in its hands, as one does that is killed; another takes it.
    raise KeeperUnreachable("the query keeper ended; it is started again at once")


def _answer(call: _Call) -> Answer | None:
    """The answer; None where the child ended before it was whole.

    Raises what the child refused.
    """
    head = call.read(HEAD.size)
    if head is None:
        return None
    kind, length, size = HEAD.unpack(head)
    name, body = call.read(length), call.read(size)
    if name is None or body is None:
        return None
    if kind == RESULT:
        return Answer(name.decode(), body)
    raise refusal(name.decode(), body.decode())


def _raise(error: DelmaalError) -> Answer:
    raise error


def _ended(path: Path, number: int, call: _Call) -> DelmaalError:
    """Why the child ended: the supervisor writes it on the board when it finds the child dead, or is dead itself."""
    board = path.with_name(BOARD)
    until = time.monotonic() + _VERDICT_SECONDS
    while (found := verdict(board, number)) is None:
        if time.monotonic() > call.alarm:  # on a crowded machine a process behind all others takes long to be gone
            found = TOO_SLOW
            break
        if time.monotonic() > until or not kept(board):
            return KeeperUnreachable("the query keeper ended while the query ran; it is started again at once")
        call.glance()
        time.sleep(_PAUSE_SECONDS)
    kind, sentence = VERDICTS[found]
    return kind(sentence)


class _Call:
    """A connection that looks up every tenth of a second: did the client leave, is it too late."""

    def __init__(self, gone: Callable[[], bool] | None, until: float) -> None:
        self.until = self.alarm = until
        self._gone = gone
        self._received = b""
        self._greeted = False
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_GLANCE_SECONDS)

    def __enter__(self) -> _Call:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def glance(self) -> None:
        """Raise QueryAbandoned where the client left, and what it means to wait for too long."""
        if self._gone is not None and self._gone():
            raise QueryAbandoned("the client left before the answer")
        if time.monotonic() > self.until:
            if self._greeted:
                raise KeeperUnreachable("the query keeper does not answer; ask again")
            raise QueryBusy("more queries wait than can be answered; ask again later")

    def connect(self, path: Path) -> None:
        """Connect, also where many wait.

        Raises KeeperUnreachable where nobody listens.
        """
        while True:
            try:
                self._socket.connect(str(path))
            except BlockingIOError:  # the queue is full
                self.glance()
                time.sleep(_PAUSE_SECONDS)
            except OSError as error:
                raise KeeperUnreachable("the query keeper does not listen; it is started again at once") from error
            else:
                return

    def send(self, frame: bytes) -> None:
        """Send all, or as much as a child that ends takes."""
        rest = memoryview(frame)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except TimeoutError:
                self.glance()
            except OSError:
                return  # what it said before, or the board, says why

    def read(self, size: int) -> bytes | None:
        """So many bytes; None where the child ended before."""
        if len(self._received) < size:
            parts, missing = [self._received], size - len(self._received)
            while missing > 0:
                chunk = self._receive(max(_CHUNK, min(missing, 1 << 20)))
                if not chunk:
                    return None
                parts.append(chunk)
                missing -= len(chunk)
            self._received = b"".join(parts)
        self._greeted = True
        wanted, self._received = self._received[:size], self._received[size:]
        return wanted

    def _receive(self, most: int) -> bytes:
        while True:
            try:
                return self._socket.recv(most)
            except TimeoutError:
                self.glance()
            except OSError:
                return b""
