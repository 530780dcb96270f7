"""The bytes between us and a store: where it is, and sockets that look up ten times a second while they wait.

`httpcore` reads and writes HTTP, but cannot be woken while it waits; so it is given these sockets, which notice a
deadline and a client that left, and which know whether a store sent more than its answer.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import httpcore

from delmaal.errors import EngineTooSlow, QueryAbandoned

_STEP = 0.1
_CONNECT_SECONDS = 5.0
_END_OF_HEAD = b"\r\n\r\n"
_END_OF_CHUNKS = b"0\r\n\r\n"


class Address(NamedTuple):
    """A store's URL without user and password, and these."""

    url: str
    user: str
    password: str


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
    """A deadline, and whether the client who waits has left (`gone`, asked every tenth of a second).

    With `renewed`, the deadline is for each step alone: whatever arrives puts it off. `received` counts the bytes that
    have come since the request was begun.
    """

    def __init__(self, seconds: float, gone: Callable[[], bool] | None = None, *, renewed: bool = False) -> None:
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._gone = gone
        self._next = 0.0
        self._renewed = renewed
        self.received = 0

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

    def came(self, count: int) -> None:
        """So many bytes have arrived."""
        self.received += count
        if self._renewed:
            self._deadline = time.monotonic() + self._seconds


class _Now(threading.local):
    """The watch of the request that this thread has under way."""

    watch = Watch(3600)


_now = _Now()


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """What the sockets look at while the block lasts."""
    before, _now.watch = _now.watch, watch
    try:
        yield
    finally:
        _now.watch = before


class Stream(httpcore.NetworkStream):
    """A connection. It counts what came after the head of an answer."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self._head: bytes | None = b""
        self._body = 0
        self._tail = b""

    def __del__(self) -> None:
        self._inner.close()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  # the watch has the deadline
        """What has come; nothing at the end."""
        watch = _now.watch
        while True:
            watch.look()
            try:
                content = self._inner.read(max_bytes, timeout=_STEP)
            except httpcore.ReadTimeout:
                continue
            watch.came(len(content))
            self._count(content)
            return content

    def _count(self, content: bytes) -> None:
        if self._head is not None:
            self._head, mark, content = (self._head + content).partition(_END_OF_HEAD)
            while mark and self._head.startswith(b"HTTP/1.1 1"):  # an answer before the answer
                self._head, mark, content = content.partition(_END_OF_HEAD)
            if not mark:
                return
            self._head = None
        self._body += len(content)
        self._tail = (self._tail + content)[-len(_END_OF_CHUNKS):]

    def surplus(self, length: int | None) -> bool:
        """Whether the store sent more than an answer of this length; None is one in chunks."""
        more = self._tail != _END_OF_CHUNKS if length is None else self._body > length
        return more or self._waiting()

    def _waiting(self) -> bool:
        connection = self._inner.get_extra_info("socket")
        if not isinstance(connection, socket.socket) or isinstance(connection, ssl.SSLSocket):
            return False
        if connection.fileno() < 0 or not self._inner.get_extra_info("is_readable"):
            return False
        try:
            return connection.recv(1, socket.MSG_PEEK) != b""
        except OSError:
            return False

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  # the watch has the deadline
        """Send a part of a request."""
        self._head, self._body, self._tail = b"", 0, b""
        _now.watch.look()
        self._inner.write(buffer, timeout=_now.watch.left())

    def close(self) -> None:
        """Close the connection: a store that notices ends its query."""
        self._inner.close()

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None,
                  timeout: float | None = None) -> httpcore.NetworkStream:  # noqa: ARG002  # the watch has the deadline
        """The same connection under TLS."""
        seconds = min(_CONNECT_SECONDS, _now.watch.left())
        return Stream(self._inner.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of its sockets."""
        return self._inner.get_extra_info(info)


class Network(httpcore.NetworkBackend):
    """Makes these connections."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, timeout: float | None = None,  # noqa: ARG002  # the watch has the deadline
                    local_address: str | None = None,
                    socket_options: Iterable[Any] | None = None) -> httpcore.NetworkStream:
        """A connection to a host."""
        seconds = min(_CONNECT_SECONDS, _now.watch.left())
        return Stream(self._inner.connect_tcp(host, port, seconds, local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        """Between attempts, of which httpcore makes one."""
        time.sleep(seconds)
