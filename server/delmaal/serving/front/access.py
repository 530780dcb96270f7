"""The access log, and a request's name in it, which its answer says as `X-Request-Id`."""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import AsyncIterator, Awaitable
from typing import Any

Headers = list[tuple[str, str]]

_REQUEST_ID = re.compile(r"[!-~]{1,64}")

log = logging.getLogger("delmaal.access")


def name_of(given: str) -> str:
    """The name of a request: the one that was given with it, where that can be one, else a new one."""
    return given if _REQUEST_ID.fullmatch(given) else os.urandom(8).hex()


def write(scope: Any, client: str, name: str, status: int, seconds: float) -> None:
    """One line of JSON for each request; the query string stays out: it may hold what a client keeps secret."""
    log.info(json.dumps({
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "request": name,
        "client": client,
        "method": scope.method, "path": scope.path[:512], "status": status,
        "milliseconds": round(seconds * 1000, 2), "agent": (scope.headers.get("user-agent") or "")[:200],
    }, ensure_ascii=False))


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
