"""What is against a request for its head alone: what RFC 9110 and 9112 ask a server to refuse, before all else.

The HTTP server hands over whatever it can parse: any word as a method, any target, any number of Host headers.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"})
"""The methods that are known, as they are written; each address says which of them it has (405)."""

ALLOWED = "GET, HEAD, POST, OPTIONS"
"""What the server as a whole has, for `OPTIONS *`."""

_HOST = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=%-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")
_NEEDS_HOST = "1.1"


class Fault(NamedTuple):
    """Why a request is refused."""

    status: int
    code: str
    sentence: str
    retry_after: int = 0
    """Seconds after which the client may ask again, where that helps."""


_METHOD = Fault(501, "method-unknown", f"no such method: a method is written in capitals, and is one of {ALLOWED}")
_TARGET = Fault(400, "target-malformed", "the target of a request is a path that begins with /, or a whole URL")
_NO_HOST = Fault(400, "host-malformed", "a request has one Host header, which names the server")
_BAD_HOST = Fault(400, "host-malformed", "the Host header is no host with a port or without")


def fault_of(scope: Any, pairs: list[tuple[str, str]], headers: dict[str, str]) -> Fault | None:
    """What is against a request; None where there is nothing. `pairs` are all headers, `headers` the last of a name."""
    if scope.method not in METHODS:
        return _METHOD
    if scope.path[:1] != "/" and not is_of_server(scope):
        return _TARGET
    host = headers.get("host")
    if host is None:
        return _NO_HOST if scope.http_version == _NEEDS_HOST else None  # HTTP/1.0 has none, HTTP/2 another name for it
    if len(pairs) != len(headers) and [name for name, _ in pairs].count("host") > 1:
        return _NO_HOST
    authority = scope.authority
    if _HOST.fullmatch(host) is None or (authority and _HOST.fullmatch(authority) is None):
        return _BAD_HOST
    return None


def is_of_server(scope: Any) -> bool:
    """Whether a request is about the server as a whole (RFC 9110, 9.3.7)."""
    return bool(scope.path == "*" and scope.method == "OPTIONS")


def forwarded(pairs: list[tuple[str, str]]) -> str:
    """What the proxies noted, from the first to the last: a list may be cut over several lines (RFC 9110, 5.3)."""
    return ", ".join([value for name, value in pairs if name == "x-forwarded-for"])
