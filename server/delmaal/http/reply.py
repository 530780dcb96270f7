"""An answer as data: status, header fields and content."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from delmaal.http.fields import Headers, Pairs

HTML = "text/html; charset=utf-8"

_NO_CONTENT = frozenset((204, 304))
_OF_CONTENT = ("Content-Encoding", "Content-Language", "Content-Length", "Content-Type", "Last-Modified")
"""What a 304 leaves out: it has no content to tell about (RFC 9110, 15.4.5)."""


class Reply:
    """An answer; `parts` in place of `body` where the content is made while it is sent, and its length is not known.

    `close` is called when it was sent, or will not be.
    """

    __slots__ = ("body", "close", "headers", "parts", "status_code")

    def __init__(self, body: bytes | str = b"", status: int = 200, headers: Iterable[tuple[str, str]] = (),
                 content_type: str = "") -> None:
        self.status_code = status
        self.headers = Headers(headers)
        self.body = body.encode("utf-8", "replace") if isinstance(body, str) else body
        self.parts: Iterator[bytes] | None = None
        self.close = _nothing
        if content_type or (status not in _NO_CONTENT and "Content-Type" not in self.headers):
            self.headers.add("Content-Type", content_type or HTML)

    def vary_by(self, name: str) -> None:
        """Say that the answer depends on a field of the request, where it does not say so yet."""
        told = self.headers.get("Vary", "")
        if name.lower() not in (each.strip().lower() for each in told.split(",")):
            self.headers["Vary"] = f"{told}, {name}" if told else name

    def vary_not_by(self, names: frozenset[str]) -> None:
        """Say no more that the answer depends on these fields of the request, which its address has said already."""
        told = [name for name in self.headers.get("Vary").split(", ") if name and name not in names]
        self.headers.setlist("Vary", [", ".join(told)] if told else ())

    def fields(self) -> Pairs:
        """The header fields as they are sent."""
        found = self.headers.pairs.copy()
        whole = "".join([value for _, value in found])
        if "\n" in whole or "\r" in whole:
            raise ValueError("a line break in a header field")  # it would begin another field
        if self.status_code == 304:
            return [pair for pair in found if pair[0] not in _OF_CONTENT]
        if self.parts is None and self.status_code not in _NO_CONTENT and "Content-Length" not in self.headers:
            found.append(("Content-Length", str(len(self.body))))
        return found


def _nothing() -> None:
    """What there is to do where nothing has to be closed."""


def as_json(value: object) -> Reply:
    """A value as JSON, its keys in order."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Reply(f"{text}\n", content_type="application/json")
