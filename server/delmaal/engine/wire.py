"""HTTP to a store: a POST whose answer is read in steps, so that a deadline and a client that left are noticed.

`http.client` reads an answer, but cannot be woken while it waits; here the socket looks up ten times a second.
"""

from __future__ import annotations

import base64
import io
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from delmaal import __version__
from delmaal.errors import EngineBroken, EngineTooSlow, EngineUnreachable, QueryAbandoned

if TYPE_CHECKING:
    from typing_extensions import Buffer

AGENT = f"delmaal/{__version__}"

_STEP = 0.1
_CONNECT_SECONDS = 5.0
_KEPT = 8
_KEPT_SECONDS = 20.0


class Address(NamedTuple):
    """A store's URL without user and password, and these."""

    url: str
    user: str
    password: str

    @property
    def authorization(self) -> str:
        """The value of the header for Basic authentication; empty without a user."""
        if not self.user:
            return ""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


def fill(template: str, release_id: str) -> str:
    """The URL of a release's dataset: `{release}` is its id, `{short}` the first twelve digits of it."""
    return template.replace("{release}", release_id).replace("{short}", release_id[:12])


def address(url: str) -> Address:
    """A URL that may hold a user and a password, percent-encoded where they must be."""
    parts = urlsplit(url)
    login, at, host = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    return Address(parts._replace(netloc=host if at else parts.netloc).geturl(), unquote(user), unquote(password))


class Watch:
    """A deadline, and whether the client who waits has left (`gone`, asked every tenth of a second)."""

    def __init__(self, seconds: float, gone: Callable[[], bool] | None = None) -> None:
        self._deadline = time.monotonic() + seconds
        self._gone = gone
        self._next = 0.0

    def left(self) -> float:
        """The seconds that are left, and a hundredth where none are."""
        return max(self._deadline - time.monotonic(), 0.01)

    def look(self) -> None:
        """Raises EngineTooSlow past the deadline, QueryAbandoned where the client left."""
        now = time.monotonic()
        if now > self._deadline:
            raise EngineTooSlow("the store's answer took longer than a query may; ask for less, or take a dump")
        if self._gone is not None and now >= self._next:
            self._next = now + _STEP
            if self._gone():
                raise QueryAbandoned("the client left before the answer")


class _Stream(io.RawIOBase):
    """The bytes that come over a wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        return self._wire.receive(buffer)


class Wire:
    """One connection, on which one request at a time is under way.

    Raises OSError where it cannot be made.
    """

    def __init__(self, parts: SplitResult, tls: ssl.SSLContext | None, watch: Watch) -> None:
        port = parts.port or (443 if tls else 80)
        self._socket = socket.create_connection((parts.hostname, port), min(_CONNECT_SECONDS, watch.left()))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            try:
                self._socket = tls.wrap_socket(self._socket, server_hostname=parts.hostname)
            except OSError:
                self._socket.close()
                raise
        self.received = 0
        self.idle_since = 0.0
        self._watch = watch

    def __del__(self) -> None:
        if hasattr(self, "_socket"):
            self._socket.close()

    def close(self) -> None:
        """Close the connection: a store that notices ends its query."""
        self._socket.close()

    def ask(self, request: bytes, watch: Watch) -> HTTPResponse:
        """Send a request and read the head of its answer.

        Raises OSError or HTTPException where the connection is lost; `received` counts the bytes that came.
        """
        self.received, self._watch = 0, watch
        self._socket.settimeout(watch.left())
        self._socket.sendall(request)
        self._socket.settimeout(_STEP)
        response = HTTPResponse(self, method="POST")  # type: ignore[arg-type]  # it takes what has makefile
        response.begin()
        return response

    def receive(self, buffer: Buffer) -> int:
        """What has come, as far as the buffer holds it; 0 at the end."""
        while True:
            self._watch.look()
            try:
                count = self._socket.recv_into(buffer)
            except TimeoutError:
                continue
            self.received += count
            return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        """The answer as a file, as HTTPResponse wants it."""
        return io.BufferedReader(_Stream(self), 65536)


class Wires:
    """The connections to one URL; those that are idle are kept for the next request."""

    def __init__(self, where: Address) -> None:
        parts = urlsplit(where.url)
        self._parts = parts
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._idle: deque[Wire] = deque()
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = [f"POST {target} HTTP/1.1", f"Host: {parts.netloc}", f"User-Agent: {AGENT}", "Accept-Encoding: identity",
                "Content-Type: application/x-www-form-urlencoded"]
        if where.authorization:
            head.append(f"Authorization: {where.authorization}")
        self._head = "\r\n".join(head)

    def post(self, form: str, accept: str, watch: Watch) -> tuple[Wire, HTTPResponse]:
        """Post a form, and read the head of the answer; the caller closes the wire or keeps it.

        A connection that is lost before the first byte of an answer came is made anew, once. Raises EngineUnreachable,
        EngineTooSlow, EngineBroken or QueryAbandoned.
        """
        body = form.encode("ascii")
        request = f"{self._head}\r\nAccept: {accept}\r\nContent-Length: {len(body)}\r\n\r\n".encode("ascii") + body
        again = True
        while True:
            wire = self._connected(watch, kept=again)
            try:
                return wire, wire.ask(request, watch)
            except (OSError, HTTPException) as error:
                wire.close()
                watch.look()
                if wire.received:
                    raise EngineBroken("the store's answer broke off, or is no HTTP") from error
                if not again:
                    raise EngineUnreachable("the connection to the store was lost; ask again") from error
                again = False
            except BaseException:
                wire.close()
                raise

    def _connected(self, watch: Watch, kept: bool) -> Wire:
        """A connection that is idle, else a new one."""
        while kept and self._idle:
            try:
                wire = self._idle.pop()
            except IndexError:  # another thread took the last
                break
            if time.monotonic() - wire.idle_since < _KEPT_SECONDS:
                return wire
            wire.close()
        try:
            return Wire(self._parts, self._tls, watch)
        except OSError as error:
            watch.look()
            raise EngineUnreachable("the store cannot be reached; ask again") from error

    def keep(self, wire: Wire) -> None:
        """Keep a connection whose answer was read to its end."""
        wire.idle_since = time.monotonic()
        if len(self._idle) < _KEPT:
            self._idle.append(wire)
        else:
            wire.close()
