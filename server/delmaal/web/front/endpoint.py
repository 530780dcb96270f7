"""The SPARQL endpoint in the front, before Flask: the fast twin of the view in `sparql.py`.

A query is handed to the keeper's children from the event loop, and its result is sent as the view would send it; a test
holds that both give the same status, headers and bytes. Whatever is no plain 200 or 304 is left to the view, together
with what the keeper said where it has been asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask

from delmaal.errors import DelmaalError
from delmaal.formats import Format
from delmaal.keeper import Answer, AsyncKeeper
from delmaal.web.answers import SMALL, common_headers, compress, etag_of
from delmaal.web.front.cache import Kept
from delmaal.web.front.direct import matches
from delmaal.web.negotiate import coding
from delmaal.web.releases import Opened
from delmaal.web.sparql.operation import Operation, Refusal, read_get, read_post
from delmaal.web.sparql.view import OUTCOME

SPARQL = "/sparql"
Told = dict[str, Any] | None
_UNUSUAL = frozenset({"range", "if-modified-since"})


class Endpoint:
    """Answers queries for one application in one process."""

    def __init__(self, app: Flask) -> None:
        settings = app.config["SETTINGS"]
        self._build: str = app.config["BUILD"]
        self._limit: int = settings.query_limit
        self._keeper = None if settings.engine_url else AsyncKeeper(Path(app.config["KEEPER"]))

    async def answer(self, scope: Any, proto: Any, headers: dict[str, str], body: bytes,
                     opened: Opened) -> Kept | Told:
        """The answer to a query over an open release, or its 304; else what the view is to be told of it: None where
        it has to ask for itself, and may have to wait.
        """
        get = headers.get
        query = scope.query_string
        asked: Operation | Refusal | None
        if scope.method == "POST":
            match = None  # 304 is for GET and HEAD
            asked = read_post(get("content-type", ""), query, body, get("accept", ""), self._limit)
        else:
            match = get("if-none-match")
            asked = read_get(query, get("accept", ""), self._limit)
        if not isinstance(asked, Operation):
            return {}
        if self._keeper is None or asked.page or not _UNUSUAL.isdisjoint(headers):
            return None
        wanted = coding(get("accept-encoding", ""))
        etag = etag_of(opened, self._build, f"{SPARQL}?{query}", asked.variant, wanted)
        lines = common_headers(opened, etag, "Accept")
        if match is not None and matches(match, etag):
            return Kept(304, lines, b"", etag)
        outcome = await self._keeper.ask(asked.request(opened.folder, f"{opened.release.base}sparql"),
                                         proto.client_disconnect)
        row = asked.row(outcome) if isinstance(outcome, Answer) else None
        if isinstance(outcome, DelmaalError) or not isinstance(row, Format):
            return {OUTCOME: outcome}
        content = outcome.body
        if wanted and len(content) >= SMALL:
            content = compress(content, wanted)
            lines.append(("Content-Encoding", wanted))
        lines += [("Content-Type", row.content_type), ("Content-Length", str(len(content)))]
        return Kept(200, lines, content, etag)
