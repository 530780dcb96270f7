"""The client of the keeper on an event loop: no thread waits, and a cheap query pays for no more than its answer.

A query that is not answered at once is looked after from then on: whether its client left, whether it is too late.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from delmaal.errors import DelmaalError
from delmaal.keeper.client import (
    CHUNK,
    PATIENCE_SECONDS,
    PAUSE_SECONDS,
    TRIES,
    USUAL,
    VERDICT_SECONDS,
    Wait,
    abandoned,
    silent,
    unreachable,
    why,
)
from delmaal.keeper.lane import Passage, lane_to
from delmaal.keeper.protocol import Answer, Reply, Request

AT_ONCE_SECONDS = 0.02
"""How long a query is waited for before anything else is looked at."""

_GLANCE_SECONDS = 0.1
_TURN_SECONDS = 0.05
"""How often a query that waits among the slow ones looks whether it is its turn."""



class AsyncKeeper:
    """Asks the keeper that listens at `path`, from the running event loop; a query waits for its turn for so many
    seconds at most."""

    def __init__(self, path: Path, patience: float = PATIENCE_SECONDS) -> None:
        self._path = path
        self._address = str(path)
        self._lane = lane_to(path)
        self._patience = patience

    async def ask(self, request: Request, leave: Callable[[], Awaitable[object]],
                  client: str = "") -> Answer | DelmaalError:
        """Evaluate a query, when it is its turn; a KeptError in place of a result, or a ReleaseError where the release
        cannot be opened.

        `leave` gives what is done when the client has left; it is called where the answer does not come at once.
        `client` names the client to the queue.
        """
        asked = _Asked(leave, self._patience)
        passage: Passage | None = None
        try:
            passage = Passage(self._lane, client, asked.wake)
            asked.passage = passage
            attempt = 0
            while attempt < TRIES:
                if not passage.ready():
                    await asked.turn(passage)
                if attempt:
                    await asked.pause(attempt * PAUSE_SECONDS)
                found = await self._once(passage.frame(request), asked)
                if found is not None:
                    return found
                if asked.read:
                    ended = await self._why(passage.token, asked)
                    if isinstance(ended, DelmaalError):
                        return ended
                    passage.stopped(ended)
                    asked.wait.queue()
                else:
                    attempt += 1
                # The child ended between two queries with this one in its hands; another takes it.
        except DelmaalError as error:
            return error.with_traceback(None)  # its frames hold the request, and would for as long as it is kept
        finally:
            asked.end()
            if passage is not None:
                passage.end()
        return unreachable()

    async def _once(self, frame: bytes, asked: _Asked) -> Answer | DelmaalError | None:
        """One connection; None where the child ended before the answer was whole, `asked.read` says how far it was."""
        asked.read = False
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            while True:
                try:
                    connection.connect(self._address)
                    break
                except BlockingIOError:  # the queue is full
                    await asked.pause(PAUSE_SECONDS)
                except OSError:
                    return silent()
            try:
                sent = connection.send(frame)
            except BlockingIOError:
                sent = 0
            if sent < len(frame):
                await asked.until(asked.loop.sock_sendall(connection, frame[sent:]))
            return await asked.receive(connection)
        except OSError:
            return None
        finally:
            connection.close()

    async def _why(self, token: int, asked: _Asked) -> DelmaalError | int:
        until = time.monotonic() + VERDICT_SECONDS
        while (found := why(self._path, token, asked.wait, until)) is None:
            await asked.pause(PAUSE_SECONDS)
        return found


async def _nothing() -> None:
    """What is left to be done once a query is not waited for."""


class _Asked:
    """A query that is waited for."""

    def __init__(self, leave: Callable[[], Awaitable[object]], patience: float) -> None:
        self.loop = asyncio.get_running_loop()
        self.wait = Wait(time.monotonic(), patience)
        self.passage: Passage | None = None
        self.read = False
        """Whether a child read the whole request on the last connection."""
        self._leave = leave
        self._leaving: asyncio.Future[object] | None = None
        self._error: DelmaalError | None = None
        self._future: asyncio.Future[None] | None = None
        self._turning: asyncio.Future[None] | None = None
        self._timer = self.loop.call_later(AT_ONCE_SECONDS, self._glance)

    def end(self) -> None:
        """It is not waited for any more.

        What watches the connection calls `_left`, and so holds this object. The server makes it, outside the sight of
        the garbage collector, so the circle is broken here: else neither would ever go.
        """
        self._timer.cancel()
        leaving, self._leaving, self._leave = self._leaving, None, _nothing
        self._error = self.passage = None
        if leaving is not None:
            leaving.cancel()

    def _glance(self) -> None:
        """Look after it: called once the answer did not come at once, and every tenth of a second from then on."""
        if self._leaving is None:
            try:
                self._leaving = asyncio.ensure_future(self._leave())
            except Exception:  # a connection that cannot be watched is one that is left: else nobody looked after it
                self._give_up(abandoned())
                return
            self._leaving.add_done_callback(self._left)
        error = self.wait.over(time.monotonic())
        if error is not None:
            self._give_up(error)
        else:
            self._timer = self.loop.call_later(_GLANCE_SECONDS, self._glance)

    def _left(self, leaving: asyncio.Future[object]) -> None:
        if not leaving.cancelled():
            leaving.exception()  # a connection that breaks is one that is left
            self._give_up(abandoned())

    def _give_up(self, error: DelmaalError) -> None:
        self._error = error
        for future in (self._future, self._turning):
            if future is not None and not future.done():
                future.set_exception(error)

    def wake(self) -> None:
        """It is the query's turn, or will never be; from any thread."""
        self.loop.call_soon_threadsafe(self._come)

    def _come(self) -> None:
        if self._turning is not None and not self._turning.done():
            self._turning.set_result(None)

    async def turn(self, passage: Passage) -> None:
        """Wait for the query's turn.

        Raises what there is to give up for.
        """
        while not passage.ready():
            if passage.again:
                await self.pause(_TURN_SECONDS)
                continue
            if self._error is not None:
                raise self._error
            self._turning = self.loop.create_future()
            try:
                await self._turning
            finally:
                self._turning = None

    async def pause(self, seconds: float) -> None:
        """Sleep.

        Raises what there is to give up for.
        """
        if self._error is not None:
            raise self._error
        await asyncio.sleep(seconds)

    async def until(self, sending: Awaitable[None]) -> None:
        """Wait for a request that is sent in pieces.

        Raises OSError where the child ended, or what there is to give up for.
        """
        task = asyncio.ensure_future(sending)
        while not task.done():
            await asyncio.wait({task}, timeout=_GLANCE_SECONDS)
            if self._error is not None:
                task.cancel()
                raise self._error
        task.result()

    async def receive(self, connection: socket.socket) -> Answer | DelmaalError | None:
        """The result or the refusal; None where the child ended before.

        Raises what there is to give up for.
        """
        if self._error is not None:
            raise self._error
        reply, found, most = Reply(), None, USUAL
        future = self._future = self.loop.create_future()

        def readable() -> None:
            nonlocal found, most
            try:
                chunk = connection.recv(most)
            except BlockingIOError:
                return
            except OSError:
                self.read = self.wait.taken
                chunk = b""
            else:
                self.read = True
            try:
                found, most = reply.feed(chunk) if chunk else None, CHUNK
            except (ValueError, struct.error):  # nothing that a child would send while it is well
                chunk = b""
            if reply.seconds is not None and not self.wait.taken:
                self.wait.take(time.monotonic(), reply.seconds)
                if self.passage is not None:
                    self.passage.taken()
            if (found is not None or not chunk) and not future.done():
                future.set_result(None)

        self.loop.add_reader(connection, readable)
        try:
            await future
        finally:
            self.loop.remove_reader(connection)
            self._future = None
        return found
