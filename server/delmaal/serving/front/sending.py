"""Sends answers: those that were kept, those that were made and may be kept, and the big ones as their readers take
them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from delmaal.http.asked import names
from delmaal.reading.releases import Releases
from delmaal.serving.front.cache import AnswerCache, Kept, Key
from delmaal.serving.front.counters import Counters
from delmaal.serving.front.keys import without_content
from delmaal.serving.front.memory import Memory
from delmaal.serving.front.refusals import Refusals
from delmaal.serving.front.spool import BIG, Spool, SpoolFull


class Sending:
    """What one process sends, and the answers that it keeps."""

    def __init__(self, releases: Releases, refusals: Refusals, counters: Counters, cache_bytes: int,
                 run_dir: Path) -> None:
        self.cache = AnswerCache(cache_bytes)
        self.memory = Memory()
        self.spool = Spool(run_dir)
        self._releases = releases
        self._refusals = refusals
        self._counters = counters

    async def kept(self, scope: Any, proto: Any, match: str | None, kept: Kept) -> int:
        """Send what was kept, unless the client has it; `match` is its If-None-Match. The status that was sent."""
        method = scope.method
        self._counters.add("cache_hits")
        if match is not None and method != "POST" and names(match, kept.etag):
            self._counters.add("not_modified")
            proto.response_empty(304, without_content(kept.headers))
            return 304
        if method == "HEAD":
            proto.response_empty(kept.status, kept.headers)
            return kept.status
        return await self.deliver(proto, kept, scope)

    async def made(self, scope: Any, proto: Any, found: Kept, key: Key | None, release: str, sure: bool = False) -> int:
        """Send an answer that had to be made, and keep it where it may be asked for again; `sure` says that it was
        made from this release."""
        status = found.status
        if not 200 <= status <= 599:  # HTTP has no other, and granian ends the process over one
            raise ValueError(status)
        self.memory.used(len(found.body))
        if status == 304:
            self._counters.add("not_modified")
        elif key is not None:
            self._counters.add("cache_misses")
            lasting = found.etag and not found.etag.startswith("W/")
            if status == 200 and lasting and scope.method != "HEAD":
                opened = None if sure else self._releases.peek()
                if sure or (opened is not None and opened.state == release):  # it may be another by now
                    self.cache.put(release, key, found)
        if status == 304:
            proto.response_empty(status, without_content(found.headers))
        elif not found.body or scope.method == "HEAD":
            proto.response_empty(status, found.headers)
        else:
            return await self.deliver(proto, found, scope)
        return status

    async def deliver(self, proto: Any, found: Kept, scope: Any = None) -> int:
        """Send an answer with its body, whose reader may take its time."""
        if len(found.body) < BIG:
            proto.response_bytes(found.status, found.headers, found.body)
            return found.status
        try:
            await self.spool.send(proto, found.status, found.headers, found.body)
        except SpoolFull:
            return self.full(proto, scope)
        return found.status

    def full(self, proto: Any, scope: Any) -> int:
        """Refuse an answer, since the big ones that are under way leave no room."""
        return self._refusals.send(proto, 503, "server-busy", "too many big answers are under way to clients that do "
                                   "not read them; ask again later", 30, scope=scope)
