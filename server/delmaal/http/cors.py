"""What a script on a page of another origin may send and read (https://fetch.spec.whatwg.org/#http-cors-protocol).

Nothing here is anybody's secret and no answer depends on who asks, so every origin may read every answer, failures and
redirects too, send whichever headers it likes, and see each header that a client has use for.
"""

from __future__ import annotations

import re

EXPOSED: tuple[str, ...] = (
    "Accept-Post", "Accept-Ranges", "Allow", "Content-Disposition", "Content-Encoding",
    "Content-Location", "Content-Range", "Delmaal-Release", "ETag", "Link", "Location", "Memento-Datetime",
    "Repr-Digest", "Retry-After", "Vary", "X-Request-Id", "X-Total-Count")
"""Headers of answers beside those that every script sees anyway; a test holds that none is missing."""

CUSTOMARY = "Accept, Accept-Datetime, Accept-Language, Content-Type, If-None-Match"
"""Headers that may be sent, for who does not say which it would."""

MOST_NAMED = 4000
"""Letters of a preflight's list that are repeated."""

_NAMES = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def preflight(requested: str, methods: str) -> list[tuple[str, str]]:
    """The headers of the answer to a preflight, which says what it will send."""
    names = [name for each in requested[:MOST_NAMED].split(",") if _NAMES.fullmatch(name := each.strip())]
    return [("Access-Control-Allow-Methods", methods or "GET, HEAD, OPTIONS"),
            ("Access-Control-Allow-Headers", ", ".join(dict.fromkeys(names)) or CUSTOMARY),
            ("Access-Control-Max-Age", "86400"), ("Vary", "Access-Control-Request-Headers")]
