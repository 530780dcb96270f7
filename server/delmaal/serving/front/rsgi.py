"""Makes a request of what granian hands over (RSGI 1.6), and what can be sent of an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

import werkzeug.urls  # noqa: F401  # registers the error handler that keeps what is no UTF-8 percent-encoded

from delmaal.http.asked import Asked
from delmaal.http.fields import Fields
from delmaal.http.publication import Publication
from delmaal.http.reply import Reply
from delmaal.serving.front.spool import BIG, Filed

Headers = list[tuple[str, str]]
Sent = tuple[int, Headers, bytes | Filed]
"""Status, headers and content of an answer."""

_NOT_TOLD = frozenset({"content-length", "upgrade"})
"""Fields that no view has a use for: the length is that of the body that came, and there is nothing to upgrade to, so
that a request that offers it is answered as if it did not (RFC 9110, 7.8)."""


Keep = Callable[[Iterable[bytes]], Filed]


def asked_of(publication: Publication, scope: Any, body: bytes, gone: Callable[[], bool] | None = None) -> Asked:
    """The request as data."""
    fields = Fields.of((name, value) for name, value in scope.headers.items() if name not in _NOT_TOLD)
    if scope.authority:  # a target that names a host goes before the field (RFC 9112, 3.2.2; RFC 9113, 8.3.1)
        fields.by_name["host"] = scope.authority
    return Asked(publication, scope.method, text_of(scope.path, "replace"),
                 text_of(scope.query_string, "werkzeug.url_quote"), fields, body, scope.client.rpartition(":")[0],
                 scope.scheme, gone)


def text_of(given: str, errors: str) -> str:
    """Text of bytes that may be no UTF-8, which the HTTP server has as surrogates."""
    return given if given.isascii() else given.encode("utf-8", "surrogateescape").decode("utf-8", errors)


def sent(found: Reply, keep: Keep | None = None) -> Sent:
    """What is sent of an answer. A big content whose length is not known yet, since it is made while it is read, is
    given to `keep`."""
    headers = found.fields()
    try:
        if found.parts is None:
            return found.status_code, headers, found.body
        if keep is None or "Content-Length" in found.headers:
            content: bytes | Filed = b"".join(found.parts)
        else:
            content = _kept(found.parts, keep)
    finally:
        found.close()
    if "Content-Length" not in found.headers:
        headers.append(("Content-Length", str(content.size if isinstance(content, Filed) else len(content))))
    return found.status_code, headers, content


def _kept(chunks: Iterator[bytes], keep: Keep) -> bytes | Filed:
    """A content in memory where it is small, else in a file."""
    first: list[bytes] = []
    size = 0
    for chunk in chunks:
        first.append(chunk)
        size += len(chunk)
        if size >= BIG:
            return keep(chain(first, chunks))
    return b"".join(first)
