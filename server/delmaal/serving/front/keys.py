"""What an answer is kept by: what it depends on beside the release, and what may not be kept at all."""

from __future__ import annotations

from collections.abc import Mapping

from delmaal.http.urls import SPARQL
from delmaal.serving.front.cache import Key

_OF_CONTENT = frozenset(("content-encoding", "content-language", "content-length", "content-type", "last-modified",
                         "link"))


def key_of(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Key | None:
    """What an answer depends on beside the release; None for a request whose answer is not kept."""
    get = headers.get
    if "accept-datetime" in headers:
        return None
    if method == "POST":
        if path != SPARQL:
            return None
        return (f"POST {get('content-type')}", path, query, get("accept", ""), get("accept-language", ""),
                get("accept-encoding", ""), body.decode("latin-1"))
    if method not in ("GET", "HEAD") or "range" in headers or since_alone(headers):
        return None
    return "GET", path, query, get("accept", ""), get("accept-language", ""), get("accept-encoding", "")


def since_alone(headers: Mapping[str, str]) -> bool:
    """Whether only the date tells what a client has: with If-None-Match, which nearly all send, the date counts for
    nothing (RFC 9110, 13.2.2)."""
    return "if-modified-since" in headers and "if-none-match" not in headers


def without_content(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers of a 304: those that tell about content have none to tell about (RFC 9110, 15.4.5)."""
    return [pair for pair in headers if pair[0].lower() not in _OF_CONTENT]
