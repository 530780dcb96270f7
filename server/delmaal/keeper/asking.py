"""The client of the keeper on an event loop: no thread waits, and a cheap query pays for no more than its answer.

A query that is not answered at once is looked after from then on: whether its client left, whether it is too late.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from delmaal.errors import DelmaalError
from delmaal.keeper.client import (
    CHUNK,
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
from delmaal.keeper.protocol import Answer, Reply, Request, new_token, request_frame

AT_ONCE_SECONDS = 0.02
"""How long a query is waited for before anything else is looked at."""

_GLANCE_SECONDS = 0.1


class AsyncKeeper:
    """Asks the keeper that listens at `path`, from the running event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._address = str(path)

    async def ask(self, request: Request, leave: Callable[[], Awaitable[object]]) -> Answer | DelmaalError:
        """Evaluate a query; a KeptError in place of a result, or a ReleaseError where the release cannot be opened.

        `leave` gives what is done when the client has left; it is called where the answer does not come at once.
        """
        token = new_token()
        frame = request_frame(request, token)
        asked = _Asked(leave)
        try:
            for attempt in range(TRIES):
                if attempt:
                    await asked.pause(attempt * PAUSE_SECONDS)
                found = await self._once(frame, asked)
                if found is not None:
                    return found
                if asked.read:
                    return await self._why(token, asked)
                # The child ended between two queries with this one in its hands; another takes it.
        except DelmaalError as error:
            return error
        finally:
            asked.end()
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

    async def _why(self, token: int, asked: _Asked) -> DelmaalError:
        until = time.monotonic() + VERDICT_SECONDS
        while (error := why(self._path, token, asked.wait, until)) is None:
            await asked.pause(PAUSE_SECONDS)
        return error


class _Asked:
    """A query that is waited for."""

    def __init__(self, leave: Callable[[], Awaitable[object]]) -> None:
        self.loop = asyncio.get_running_loop()
        self.wait = Wait(time.monotonic())
        self.read = False
        """Whether a child read the whole request on the last connection."""
        self._leave = leave
        self._leaving: asyncio.Future[object] | None = None
        self._error: DelmaalError | None = None
        self._future: asyncio.Future[None] | None = None
        self._timer = self.loop.call_later(AT_ONCE_SECONDS, self._glance)

    def end(self) -> None:
        """It is not waited for any more."""
        self._timer.cancel()
        if self._leaving is not None:
            self._leaving.cancel()

    def _glance(self) -> None:
        """Look after it: called once the answer did not come at once, and every tenth of a second from then on."""
        if self._leaving is None:
            self._leaving = asyncio.ensure_future(self._leave())
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
        if self._future is not None and not self._future.done():
            self._future.set_exception(error)

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
            found, most = reply.feed(chunk) if chunk else None, CHUNK
            if reply.seconds is not None and not self.wait.taken:
                self.wait.take(time.monotonic(), reply.seconds)
            if (found is not None or not chunk) and not future.done():
                future.set_result(None)

        self.loop.add_reader(connection, readable)
        try:
            await future
        finally:
            self.loop.remove_reader(connection)
            self._future = None
        return found
