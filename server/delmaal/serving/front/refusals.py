"""What the front refuses, said as the application says its failures: the same headers, titles and pages.

To say it costs next to nothing, however often: a page is written once for each sentence and language, and the headers
of the request are looked at only where they are as short as a browser's.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from delmaal.http.answers import EVERYWHERE, PAGE_HEADERS
from delmaal.http.asked import Asked
from delmaal.http.failures import PROBLEM, headers_of, members, title_of
from delmaal.http.negotiate import HTML, choose, language
from delmaal.http.publication import Publication
from delmaal.reading.releases import Opened

_LONGEST = 512
"""Letters of an Accept header that is weighed for a refusal."""

_PAGES = 128
"""Pages that are remembered."""

log = logging.getLogger("delmaal.serving")


class Refusals:
    """Writes the refusals of one publication in one process."""

    def __init__(self, publication: Publication) -> None:
        self._publication = publication
        self._pages: dict[tuple[str | int, ...], bytes] = {}

    def send(self, proto: Any, status: int, code: str, detail: str, retry_after: int = 0, scope: Any = None) -> int:
        """Refuse a request, by whose `scope` it is known what its client reads; the status that was sent."""
        headers = [*EVERYWHERE, *headers_of(retry_after or None).items()]
        page = self._page(scope, status, code, detail) if scope is not None else None
        if page is not None:
            body, kind = page, HTML.content_type
            headers += PAGE_HEADERS
        else:
            body = json.dumps(members(status, code, detail), ensure_ascii=False).encode() + b"\n"
            kind = PROBLEM.media_type
        headers.append(("Content-Type", kind))
        headers = [(name.lower(), value) for name, value in headers]
        if scope is not None and scope.method == "HEAD":
            proto.response_empty(status, [*headers, ("content-length", str(len(body)))])
        else:
            proto.response_bytes(status, headers, body)
        return status

    def _page(self, scope: Any, status: int, code: str, detail: str) -> bytes | None:
        """The refusal as a page; None for a client that reads none, or where none can be written."""
        accept, asked_in = (scope.headers.get(name) or "" for name in ("accept", "accept-language"))
        if len(accept) > _LONGEST or choose(accept, (PROBLEM, HTML)) is not HTML:
            return None
        try:
            opened: Opened | None = self._publication.releases.peek()
            if opened is None:
                return None
            spoken = language(asked_in if len(asked_in) <= _LONGEST else "", None, opened.languages)
            key = (opened.state, status, code, detail, spoken)
            found = self._pages.get(key)
            if found is None:
                if len(self._pages) >= _PAGES:
                    self._pages.clear()
                found = self._pages[key] = self._write(status, code, detail, spoken, opened)
        except Exception:  # this request is refused for another reason, and is told that
            log.exception("a page of a failure cannot be written")
            return None
        return found

    def _write(self, status: int, code: str, detail: str, spoken: str, opened: Opened) -> bytes:
        asked = Asked(self._publication, "GET", "/")
        asked.opened = opened
        return asked.render("problem.html", status=status, title=title_of(status, spoken), detail=detail, lang=spoken,
                            code=code, was=None).encode("utf-8", "replace")
