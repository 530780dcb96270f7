"""What a web process calls: hand a query to a child, and wait for the answer or for the client to leave.

`ask` waits in its thread, under any WSGI server; `asking.py` does the same on an event loop.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from delmaal.errors import DelmaalError, KeeperUnreachable, QueryAbandoned, QueryBusy
from delmaal.keeper.board import BOARD, GIVE_WAY, TOO_SLOW, VERDICTS, kept, verdict
from delmaal.keeper.lane import Passage, lane_to
from delmaal.keeper.protocol import Answer, Reply, Request

PATIENCE_SECONDS = 120.0
"""How long a query waits for its turn, where the settings do not say it."""

GRACE_SECONDS = 5.0
"""How long after its time a query may go on without a word."""

VERDICT_SECONDS = 10.0
PAUSE_SECONDS = 0.005
TRIES = 10
USUAL, CHUNK = 1 << 14, 1 << 18
"""Bytes that are read first, which hold most answers whole, and then: a big buffer is not for nothing."""

_GLANCE_SECONDS = 0.1
_TURN_SECONDS = 0.05
"""How often a query looks whether it is its turn."""


def ask(path: Path, request: Request, gone: Callable[[], bool] | None = None, client: str = "",
        patience: float = PATIENCE_SECONDS) -> Answer:
    """Evaluate a query in a child of the keeper that listens at `path`, when it is its turn.

    `gone` says whether the client left; it is asked every tenth of a second. `client` names the client to the queue,
    where a query waits for so many seconds at most. Raises a KeptError in place of a result, or a ReleaseError where
    the release cannot be opened.
    """
    turn = threading.Event()
    passage = Passage(lane_to(path), client, turn.set)
    try:
        return _asked(path, request, gone, passage, turn, Wait(time.monotonic(), patience))
    finally:
        passage.end()


def _asked(path: Path, request: Request, gone: Callable[[], bool] | None, passage: Passage, turn: threading.Event,
           wait: Wait) -> Answer:
    attempt = 0
    while attempt < TRIES:
        with _Call(gone, wait, passage) as call:
            while not passage.ready():
                (time.sleep if passage.again else turn.wait)(_TURN_SECONDS)
                call.glance()
            time.sleep(attempt * PAUSE_SECONDS)
            call.connect(path)
            sent = call.send(passage.frame(request))
            found = call.receive()
        if isinstance(found, Answer):
            return found
        if found is not None:
            raise found
        if sent and not call.reset:
            passage.stopped(_ended(path, passage.token, call))
            wait.queue()
            continue
        attempt += 1
        # The child ended between two queries with this one in its hands, as one does that is killed; another takes it.
    raise unreachable()


class Wait:
    """How long a query may be waited for: first for its turn, and from when a child says so, for as long as it may run.
    """

    __slots__ = ("_patience", "alarm", "taken", "until")

    def __init__(self, now: float, patience: float = PATIENCE_SECONDS) -> None:
        self.taken = False
        self._patience = now + patience
        self.alarm = self.until = self._patience

    def take(self, now: float, seconds: int) -> None:
        """A child runs it."""
        self.taken = True
        self.alarm = now + seconds
        self.until = self.alarm + GRACE_SECONDS

    def queue(self) -> None:
        """It waits for its turn once more."""
        self.taken = False
        self.alarm = self.until = self._patience

    def over(self, now: float) -> DelmaalError | None:
        """What it means that it took so long, if it did."""
        if now <= self.until:
            return None
        if self.taken:
            return KeeperUnreachable("the query keeper does not answer; ask again")
        return QueryBusy("other queries came first for as long as a query may wait; ask again later")


def unreachable() -> DelmaalError:
    """No child took the query."""
    return KeeperUnreachable("the query keeper ended; it is started again at once")


def silent() -> DelmaalError:
    """Nobody listens."""
    return KeeperUnreachable("the query keeper does not listen; it is started again at once")


def abandoned() -> DelmaalError:
    """Nobody waits for the answer."""
    return QueryAbandoned("the client left before the answer")


def why(path: Path, token: int, wait: Wait, until: float) -> DelmaalError | int | None:
    """Why a child ended within a query: the supervisor writes it on the board when it finds the child dead, or is dead
    itself; one of GIVE_WAY where the query is to be asked again, None where that is not known yet.
    """
    board = path.with_name(BOARD)
    found = verdict(board, token)
    now = time.monotonic()
    if found is None and wait.taken and now > wait.alarm:
        found = TOO_SLOW  # on a crowded machine a process behind all others takes long to be gone
    if found in GIVE_WAY:
        return found
    if found is not None:
        kind, sentence = VERDICTS[found]
        return kind(sentence)
    if now > until or not kept(board):
        return KeeperUnreachable("the query keeper ended while the query ran; it is started again at once")
    return None


def _ended(path: Path, token: int, call: _Call) -> int:
    """For what the query has to give way; raises what else ended it."""
    until = time.monotonic() + VERDICT_SECONDS
    while (found := why(path, token, call.wait, until)) is None:
        call.glance()
        time.sleep(PAUSE_SECONDS)
    if isinstance(found, DelmaalError):
        raise found
    return found


class _Call:
    """A connection that looks up every tenth of a second: did the client leave, is it too late."""

    def __init__(self, gone: Callable[[], bool] | None, wait: Wait, passage: Passage) -> None:
        self.wait = wait
        self._passage = passage
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
                self._passage.taken()
