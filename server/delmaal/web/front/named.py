"""A request's name, said in its answer: `X-Request-Id`, by which a line of the access log is found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Any

Headers = list[tuple[str, str]]


class Named:
    """RSGI's side of a request (RSGI 1.6) that adds the name to the headers of whatever is answered."""

    def __init__(self, proto: Any, name: str) -> None:
        self._proto = proto
        self._header = ("X-Request-Id", name)

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body, as it comes."""
        found: AsyncIterator[bytes] = self._proto.__aiter__()
        return found

    def client_disconnect(self) -> Awaitable[None]:
        """Waits until the client has left."""
        found: Awaitable[None] = self._proto.client_disconnect()
        return found

    def response_empty(self, status: int, headers: Headers) -> None:
        """Answer without a body."""
        self._proto.response_empty(status, [*headers, self._header])

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer."""
        self._proto.response_bytes(status, [*headers, self._header], body)

    def response_file(self, status: int, headers: Headers, file: str) -> None:
        """Answer with a file."""
        self._proto.response_file(status, [*headers, self._header], file)
