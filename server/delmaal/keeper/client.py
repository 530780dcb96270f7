"""What a web process calls: hand a query to a child, and wait for the answer or for the client to leave."""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Callable
from pathlib import Path

from delmaal.errors import (
    KeeperUnreachable,
    KeptError,
    QueryAbandoned,
    QueryBusy,
    QueryTooBig,
    QueryTooDeep,
    QueryTooSlow,
)
from delmaal.keeper.board import Board, Verdict
from delmaal.keeper.protocol import Answer, Request, decode, receive, send

_POLL_MS = 100
_VERDICT_SECONDS = 2.0
_ACCEPT_SECONDS = 5.0
"""How long a query waits for a child: then it is said to be busy, while its client still listens."""

_REASONS: dict[int, type[KeptError]] = {
    Verdict.TOO_SLOW: QueryTooSlow,
    Verdict.TOO_BIG: QueryTooBig,
    Verdict.BUSY: QueryBusy,
    Verdict.TOO_DEEP: QueryTooDeep,
    Verdict.KILLED: KeeperUnreachable,
    Verdict.ABANDONED: QueryAbandoned,
}
_SENTENCES: dict[int, str] = {
    Verdict.TOO_SLOW: "the query ran for longer than a query may; ask for less, or take a dump of the data",
    Verdict.TOO_BIG: "the query needed more memory than a query may; ask for less, or take a dump of the data",
    Verdict.BUSY: "as many slow queries as there may be are running; try again later",
    Verdict.TOO_DEEP: "the query is nested too deeply; nest it less",
    Verdict.KILLED: "the query's process was ended; ask again",
    Verdict.ABANDONED: "the client left before the answer",
}
_boards: dict[Path, Board] = {}


def ask(path: Path, request: Request, gone: Callable[[], bool] | None = None) -> Answer:
    """Evaluate a query in a child of the keeper that listens at `path`.

    `gone` says whether the client left; it is asked every tenth of a second. Raises a KeptError in place of a result.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.settimeout(_ACCEPT_SECONDS)
            connection.connect(str(path))
            connection.settimeout(None)
        except BlockingIOError as error:
            raise QueryBusy("too many queries wait; try again later") from error
        except OSError as error:
            raise KeeperUnreachable("the query keeper does not answer; it is started again at once") from error
        hello: dict[str, int] = {}
        try:
            send(connection, request.encode())
            greeting = _wait(connection, gone, _ACCEPT_SECONDS)
            if greeting is not None:
                hello = json.loads(greeting)
                content = _wait(connection, gone, None)
                if content is not None:
                    return decode(content)
        except OSError:
            pass  # the child ended; the board says why
    raise _verdict(path, hello)


def _wait(connection: socket.socket, gone: Callable[[], bool] | None, seconds: float | None) -> bytes | None:
    """The next frame; raises QueryAbandoned where the client left, QueryBusy after `seconds` without a child."""
    poller = select.poll()
    poller.register(connection, select.POLLIN)
    deadline = time.monotonic() + seconds if seconds is not None else None
    while not poller.poll(_POLL_MS):
        if gone is not None and gone():
            raise QueryAbandoned("the client left before the answer")
        if deadline is not None and time.monotonic() > deadline:
            raise QueryBusy("every child is busy with a slow query; try again later")
    return receive(connection)


def _verdict(path: Path, hello: dict[str, int]) -> KeptError:
    """Why the child that took this query ended, as the supervisor notes it when it finds the child dead."""
    if not hello:
        return KeeperUnreachable("the query keeper ended; it is started again at once")
    board = _boards.get(path)
    if board is None or board.rows <= hello["slot"]:
        try:
            board = _boards[path] = Board(path.with_name("board"))
        except (OSError, ValueError):
            return KeeperUnreachable("the query keeper ended; it is started again at once")
    deadline = time.monotonic() + _VERDICT_SECONDS
    while time.monotonic() < deadline:
        if board.get(hello["slot"], "verdict_turn") == hello["turn"]:
            verdict = board.get(hello["slot"], "verdict")
            return _REASONS[verdict](_SENTENCES[verdict])
        time.sleep(0.01)
    _boards.pop(path, None)
    return KeeperUnreachable("the query keeper ended; it is started again at once")
