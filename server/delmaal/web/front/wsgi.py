"""Calls a WSGI application in place, for a request that came as RSGI (PEP 3333)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any

Headers = list[tuple[str, str]]


def call(app: Callable[..., Any], scope: Any, body: bytes, more: dict[str, Any]) -> tuple[int, Headers, bytes]:
    """Status, headers and content of the answer; `more` is what the application is told beside the request."""
    found: list[Any] = []

    def start(status: str, headers: Headers, _info: Any = None) -> Any:
        found[:] = [int(status[:3]), headers]
        return lambda _: None

    chunks = app({**environ(scope, body), **more}, start)
    try:
        content = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()
    return found[0], found[1], content


def environ(scope: Any, body: bytes) -> dict[str, Any]:
    """The request as WSGI has it."""
    host, _, port = scope.server.rpartition(":")
    made: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _bytes_as_text(scope.path),
        "QUERY_STRING": _bytes_as_text(scope.query_string),
        "SERVER_NAME": host.strip("[]") or "localhost",
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            made["CONTENT_TYPE"] = value
        elif key != "CONTENT_LENGTH":
            made[f"HTTP_{key}"] = f"{made[f'HTTP_{key}']},{value}" if f"HTTP_{key}" in made else value
    if body:
        made["CONTENT_LENGTH"] = str(len(body))
    return made


def _bytes_as_text(text: str) -> str:
    """A string whose characters are the bytes, which is how WSGI has them."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")
