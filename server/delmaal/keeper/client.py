"""What a web process calls: hand a query to a child, and wait for the answer or for the client to leave.

`ask` waits in its thread, under any WSGI server; `asking.py` does the same on an event loop.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

from delmaal.errors import DelmaalError, KeeperUnreachable, QueryAbandoned, QueryBusy
from delmaal.keeper.board import BOARD, TOO_SLOW, VERDICTS, kept, verdict
from delmaal.keeper.protocol import Answer, Reply, Request, new_token, request_frame

QUEUE_SECONDS = 10.0
"""How long a query waits for a child; one that is not slow always comes free, so that it takes a crowd."""

GRACE_SECONDS = 5.0
"""How long after its time a query may go on without a word."""

VERDICT_SECONDS = 10.0
PAUSE_SECONDS = 0.005
TRIES = 10
USUAL, CHUNK = 1 << 14, 1 << 18
"""Bytes that are read first, which hold most answers whole, and then: a big buffer is not for nothing."""

_GLANCE_SECONDS = 0.1


def ask(path: Path, request: Request, gone: Callable[[], bool] | None = None) -> Answer:
    """Evaluate a query in a child of the keeper that listens at `path`.

    `gone` says whether the client left; it is asked every tenth of a second. Raises a KeptError in place of a result,
    or a ReleaseError where the release cannot be opened.
    """
    token = new_token()
    frame = request_frame(request, token)
    wait = Wait(time.monotonic())
    for attempt in range(TRIES):
        time.sleep(attempt * PAUSE_SECONDS)
        with _Call(gone, wait) as call:
            call.connect(path)
            sent = call.send(frame)
            found = call.receive()
        if isinstance(found, Answer):
            return found
        if found is not None:
            raise found
        if sent and not call.reset:
            raise _ended(path, token, call)
        # The child ended between two queries with this one in its hands, as one does that is killed; another takes it.
    raise unreachable()


class Wait:
    """How long a query may be waited for: first for a child, and from when one says so, for as long as it may run."""

    __slots__ = ("alarm", "taken", "until")

    def __init__(self, now: float) -> None:
        self.taken = False
        self.alarm = self.until = now + QUEUE_SECONDS

    def take(self, now: float, seconds: int) -> None:
        """A child runs it."""
        self.taken = True
        self.alarm = now + seconds
        self.until = self.alarm + GRACE_SECONDS

    def over(self, now: float) -> DelmaalError | None:
        """What it means that it took so long, if it did."""
        if now <= self.until:
            return None
        if self.taken:
            return KeeperUnreachable("the query keeper does not answer; ask again")
        return QueryBusy("more queries wait than can be answered; ask again later")


def unreachable() -> DelmaalError:
    """No child took the query."""
    return KeeperUnreachable("the query keeper ended; it is started again at once")


def silent() -> DelmaalError:
    """Nobody listens."""
    return KeeperUnreachable("the query keeper does not listen; it is started again at once")


def abandoned() -> DelmaalError:
    """Nobody waits for the answer."""
    return QueryAbandoned("the client left before the answer")


def why(path: Path, token: int, wait: Wait, until: float) -> DelmaalError | None:
    """Why a child ended within a query: the supervisor writes it on the board when it finds the child dead, or is dead
    itself; None where that is not known yet.
    """
    board = path.with_name(BOARD)
    found = verdict(board, token)
    now = time.monotonic()
    if found is None and wait.taken and now > wait.alarm:
        found = TOO_SLOW  # on a crowded machine a process behind all others takes long to be gone
    if found is not None:
        kind, sentence = VERDICTS[found]
        return kind(sentence)
    if now > until or not kept(board):
        return KeeperUnreachable("the query keeper ended while the query ran; it is started again at once")
    return None


def _ended(path: Path, token: int, call: _Call) -> DelmaalError:
    until = time.monotonic() + VERDICT_SECONDS
    while (error := why(path, token, call.wait, until)) is None:
        call.glance()
        time.sleep(PAUSE_SECONDS)
    return error


class _Call:
    """A connection that looks up every tenth of a second: did the client leave, is it too late."""

    def __init__(self, gone: Callable[[], bool] | None, wait: Wait) -> None:
        self.wait = wait
        self.reset = False
        """Whether the child ended before it had read the whole request."""
        self._gone = gone
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_GLANCE_SECONDS)

    def __enter__(self) -> _Call:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def glance(self) -> None:
        """Raise QueryAbandoned where the client left, and what it means to wait for too long."""
        if self._gone is not None and self._gone():
            raise abandoned()
        error = self.wait.over(time.monotonic())
        if error is not None:
            raise error

    def connect(self, path: Path) -> None:
        """Connect, also where many wait.

        Raises KeeperUnreachable where nobody listens.
        """
        while True:
            try:
                self._socket.connect(str(path))
            except BlockingIOError:  # the queue is full
                self.glance()
                time.sleep(PAUSE_SECONDS)
            except OSError as error:
                raise silent() from error
            else:
                return

    def send(self, frame: bytes) -> bool:
        """Send all; False where the child ended before that."""
        rest = memoryview(frame)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except TimeoutError:
                self.glance()
            except OSError:
                return False
        return True

    def receive(self) -> Answer | DelmaalError | None:
        """The result or the refusal; None where the child ended before."""
        reply, most = Reply(), USUAL
        while True:
            try:
                chunk = self._socket.recv(most)
            except TimeoutError:
                self.glance()
                continue
            except OSError:
                self.reset = not self.wait.taken
                return None
            if not chunk:
                return None
            found, most = reply.feed(chunk), CHUNK
            if found is not None:
                return found
            if reply.seconds is not None and not self.wait.taken:
                self.wait.take(time.monotonic(), reply.seconds)
