"""Headers of a request, one function for each kind; none of them raises, whatever the text is."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from delmaal.http.asked.numbers import whole

_LONGEST_DATE = 64
"""Characters of a date; `Sunday, 06-Nov-94 08:49:37 GMT`, the longest that RFC 9110 knows, has half of them."""

_MOST_RANGES = 64
_FAR = 10**18
"""Stands for every position in a file that has more digits: no file is so long."""


def date(text: str | None) -> datetime | None:
    """A date of HTTP in any of its three forms (RFC 9110, 5.6.7), or of mail, in UTC; None for what is none."""
    if not text or len(text) > _LONGEST_DATE or not text.isascii():
        return None
    try:
        found = parsedate_to_datetime(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):  # a year of fourteen digits is no C integer
        return None


def names(header: str, etag: str) -> bool:
    """Whether If-None-Match names an ETag, weakly compared (RFC 9110, 13.1.2); one without its quotation marks, as some
    clients send it, is taken for the same."""
    if header.strip() == "*":
        return True
    bare = etag.removeprefix("W/").strip('"')
    return bare in header and any(part.strip().removeprefix("W/").strip('"') == bare for part in header.split(","))


def is_strongly(header: str, etag: str) -> bool:
    """Whether If-Match names an ETag, strongly compared (RFC 9110, 13.1.1): a weak one is never the same."""
    if header.strip() == "*":
        return True
    return not etag.startswith("W/") and any(part.strip() == etag for part in header.split(","))


def media_type(header: str) -> str:
    """The media type of Content-Type, in lower case, without its parameters."""
    return header.partition(";")[0].strip().lower()


def parameter(header: str, name: str) -> str:
    """A parameter of Content-Type, as `charset`; empty where it is not given. The first one counts."""
    for part in header.split(";")[1:]:
        key, _, value = part.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"').strip()
    return ""


def one_range(header: str) -> str:
    """A Range of bytes (RFC 9110, 14.1.2) as one range, in a form that every reader takes; empty where it is to be
    ignored, so that the whole is sent: what is malformed, another unit, and several ranges that do not make one.

    Several that touch or overlap are one. Several apart may be ignored (14.2), and are: the whole holds them all, and
    many small ones never cost more than it.
    """
    unit, _, listed = header.partition("=")
    items = [item for item in (part.strip(" \t") for part in listed.split(",", _MOST_RANGES)) if item]
    if unit.strip(" \t").lower() != "bytes" or not items or len(items) > _MOST_RANGES:
        return ""
    spans: list[tuple[int, int]] = []
    for item in items:
        first, dash, last = (part.strip(" \t") for part in item.partition("-"))
        start, end = _position(first), _position(last)
        if not dash or start is None or end is None or (start == end == -1):
            return ""
        if start == -1:
            return _suffix(end) if len(items) == 1 else ""
        if end != -1 and end < start:
            return ""
        spans.append((start, _FAR if end == -1 else end))
    return _joined(spans)


def _suffix(length: int) -> str:
    """The last bytes; the last 0 are no range that a file has, and said as one that it has not."""
    return f"bytes=-{length}" if length else f"bytes={_FAR}-"


def _joined(spans: list[tuple[int, int]]) -> str:
    """Ranges as one, where together they have no gap."""
    spans.sort()
    start, end = spans[0]
    for first, last in spans[1:]:
        if first > end + 1:
            return ""
        end = max(end, last)
    return f"bytes={start}-" if end >= _FAR else f"bytes={start}-{end}"


def _position(text: str) -> int | None:
    """A position in a file; -1 where it is left out, None where it is no number."""
    if not text:
        return -1
    if not (text.isascii() and text.isdigit()):
        return None
    found = whole(text, 0, _FAR)
    return _FAR if found is None else found
