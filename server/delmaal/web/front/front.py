"""The thin front before Flask, for granian's RSGI.

It counts a body's bytes and time itself, notices that a client left, answers what was answered before, the plain
descriptions that are asked for most (`direct.py`) and queries (`endpoint.py`), and calls Flask for all else: in place
where that takes well under a millisecond, in a thread where it may take longer, so that no answer that is long in the
making holds up the others. Flask is the whole
application; it runs under any WSGI server without this.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from flask import Flask

from delmaal.errors import ReleaseError
from delmaal.settings import Settings
from delmaal.web.front.cache import AnswerCache, Kept, Key
from delmaal.web.front.counters import Counters
from delmaal.web.front.direct import Direct, matches, since_alone
from delmaal.web.front.endpoint import SPARQL, Endpoint
from delmaal.web.front.fairuse import FairUse
from delmaal.web.front.memory import Memory
from delmaal.web.front.named import Named
from delmaal.web.front.spool import BIG, Spool, SpoolFull
from delmaal.web.front.wsgi import call
from delmaal.web.releases import Opened, Releases
from delmaal.web.sparql.view import GONE

_REQUEST_ID = re.compile(r"[!-~]{1,64}")
_OF_CONTENT = frozenset(("content-encoding", "content-language", "content-length", "content-type", "last-modified",
                         "link"))
_THREADS = 32
_DRAINED = 16 << 20
"""Bytes up to which a body that is too long is read and thrown away: a client that is still sending hears no answer."""

_MAKERS = 2
"""Threads in which answers are made: the interpreter runs one at a time, so more would only wait for each other, and
keep whoever answers at once waiting longer."""

_SWITCH_SECONDS = 0.0002
"""After which a thread that makes an answer lets another run; Python's own 5 ms are ten plain descriptions."""

_AT_ONCE = ("/health", "/ready", "/metrics", "/static/")
"""Where Flask answers in place: what watches whether the worker is well, and what takes less than going to a thread and
back. All else may take long: pages with pictures, old releases, searches, what is looked for in every release."""

_LONGEST_TARGET = 64 * 1024
_LONGEST_HEADERS = 32 * 1024

access = logging.getLogger("delmaal.access")


class Front:
    """Serves one application in one process."""

    def __init__(self, app: Flask, settings: Settings, run_dir: Path) -> None:
        self.app = app
        self.settings = settings
        self.cache = AnswerCache(settings.cache_mb << 20)
        self.counters = Counters(run_dir)
        self.fair_use = FairUse(run_dir, settings.client_limit, settings.trusted_hops)
        self.threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="query")
        self.makers = ThreadPoolExecutor(_MAKERS, thread_name_prefix="maker")
        sys.setswitchinterval(_SWITCH_SECONDS)
        self.releases: Releases = app.config["RELEASES"]
        self.memory = Memory()
        self.spool = Spool(run_dir)
        self.direct = Direct(app)
        self.endpoint = Endpoint(app)
        app.config["COUNTERS"] = self.counters

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        """Answer one request (RSGI 1.6)."""
        if scope.proto != "http":
            proto.close(1008)
            return
        started = time.perf_counter()
        path = scope.path
        pairs = scope.headers.items()
        headers = dict(pairs)  # to ask granian for each would cost as much as all else does for an answer that is kept
        name = headers.get("x-request-id", "")
        if name or self.settings.access_log:
            name = name if _REQUEST_ID.fullmatch(name) else os.urandom(8).hex()
            proto = Named(proto, name)
        status = self._refused(scope, proto, path, pairs) or await self._answer(scope, proto, path, headers,
                                                                                        len(pairs) == len(headers))
        seconds = time.perf_counter() - started
        self.counters.request(path, status, seconds)
        if self.settings.access_log:
            self._log(scope, name, status, seconds)

    def _refused(self, scope: Any, proto: Any, path: str, pairs: list[tuple[str, str]]) -> int:
        """Refuse a request by its head; 0 where there is nothing against it."""
        if self.fair_use.limit:
            wait = self.fair_use.wait(scope.client, _forwarded(pairs))
            if wait:
                self.counters.add("limited")
                return _refuse(proto, 429, "too-many-requests", "too many requests from one client", wait)
        if len(path) + len(scope.query_string) > _LONGEST_TARGET:
            return _refuse(proto, 414, "target-too-long", f"an address may have {_LONGEST_TARGET:,} characters")
        if sum([len(name) + len(value) for name, value in pairs]) > _LONGEST_HEADERS:
            return _refuse(proto, 431, "headers-too-long", f"headers may have {_LONGEST_HEADERS:,} bytes in all")
        return 0

    async def _answer(self, scope: Any, proto: Any, path: str, headers: dict[str, str], plain: bool) -> int:
        """Answer; `plain` says that no header is given twice, so that `headers` has them all."""
        method = scope.method
        body = b""
        if method not in ("GET", "HEAD", "OPTIONS"):
            read = await self._body(scope, proto)
            if isinstance(read, int):
                return read
            body = read
        key = _key(method, path, scope.query_string, headers, body) if plain else None
        opened = self._opened()
        release = opened.state if opened is not None else ""
        told: dict[str, Any] | None = None
        if key is not None and opened is not None:
            kept = self.cache.get(release, key)
            if kept is not None:
                return await self._from_cache(method, proto, headers.get("if-none-match"), kept)
            found = self.direct.answer(opened, path, scope.query_string, headers)
            if found is None and path == SPARQL:
                made = await self.endpoint.answer(scope, proto, headers, body, opened)
                found, told = (made, None) if isinstance(made, Kept) else (None, made)
            if found is not None:
                return await self._send(scope, proto, found, key, release, sure=True)
        return await self._from_flask(scope, proto, body, key, release, told)

    def _opened(self) -> Opened | None:
        """The release that is served, whatever the link leads to: that may be one that cannot be opened."""
        try:
            return self.releases.current()
        except ReleaseError:  # the application says what is wrong
            return None

    async def _body(self, scope: Any, proto: Any) -> bytes | int:
        """The body, counted as it comes: more than the limit, or slower than allowed, is refused and never cut."""
        limit = self.settings.query_limit * 3 + 4096  # a form escapes one byte as three
        declared = scope.headers.get("content-length") or ""
        if declared.isdigit() and int(declared) > _DRAINED:
            return _refuse(proto, 413, "body-too-long", f"a body may have {limit:,} bytes")
        chunks: list[bytes] = []
        total = 0
        try:
            async with asyncio.timeout(self.settings.body_seconds):
                async for chunk in proto:
                    total += len(chunk)
                    if total > _DRAINED:
                        break
                    if total <= limit:
                        chunks.append(bytes(chunk))
        except TimeoutError:
            return _refuse(proto, 408, "body-too-slow", f"the body took over {self.settings.body_seconds} seconds")
        self.memory.used(total)
        if total > limit:
            return _refuse(proto, 413, "body-too-long", f"a body may have {limit:,} bytes")
        return b"".join(chunks)

    async def _from_cache(self, method: str, proto: Any, match: str | None, kept: Kept) -> int:
        self.counters.add("cache_hits")
        if match is not None and method != "POST" and matches(match, kept.etag):
            self.counters.add("not_modified")
            proto.response_empty(304, _without_content(kept.headers))
            return 304
        if method == "HEAD":
            proto.response_empty(kept.status, kept.headers)
            return kept.status
        return await self._deliver(proto, kept)

    async def _from_flask(self, scope: Any, proto: Any, body: bytes, key: Key | None, release: str,
                          told: dict[str, Any] | None) -> int:
        if told is None and not scope.path.startswith(_AT_ONCE):
            threads = self.threads if scope.path == SPARQL else self.makers
            gone = threading.Event()
            leaving = asyncio.ensure_future(proto.client_disconnect())
            leaving.add_done_callback(lambda _: gone.set())
            try:
                loop = asyncio.get_running_loop()
                status, headers, content = await loop.run_in_executor(
                    threads, call, self.app.wsgi_app, scope, body, {GONE: gone.is_set})
            finally:
                leaving.cancel()
        else:
            status, headers, content = call(self.app.wsgi_app, scope, body, told or {})
        etag = next((value for name, value in headers if name == "ETag"), "")
        return await self._send(scope, proto, Kept(status, headers, content, etag), key, release)

    async def _send(self, scope: Any, proto: Any, found: Kept, key: Key | None, release: str,
                    sure: bool = False) -> int:
        """Send an answer that had to be made, and keep it where it may be asked for again; `sure` says that it was
        made from this release."""
        status = found.status
        self.memory.used(len(found.body))
        if status == 304:
            self.counters.add("not_modified")
        elif key is not None:
            self.counters.add("cache_misses")
            lasting = found.etag and not found.etag.startswith("W/")
            if status == 200 and lasting and scope.method != "HEAD":
                opened = None if sure else self._opened()
                if sure or (opened is not None and opened.state == release):  # it may be another by now
                    self.cache.put(release, key, found)
        if status == 304:
            proto.response_empty(status, _without_content(found.headers))
        elif not found.body or scope.method == "HEAD":
            proto.response_empty(status, found.headers)
        else:
            return await self._deliver(proto, found)
        return status

    async def _deliver(self, proto: Any, found: Kept) -> int:
        """Send an answer with its body, whose reader may take its time."""
        if len(found.body) < BIG:
            proto.response_bytes(found.status, found.headers, found.body)
            return found.status
        try:
            await self.spool.send(proto, found.status, found.headers, found.body)
        except SpoolFull:
            return _refuse(proto, 503, "server-busy", "too many big answers are under way to clients that do not read "
                           "them; ask again later", 30)
        return found.status

    def _log(self, scope: Any, name: str, status: int, seconds: float) -> None:
        """One line of JSON for each request; the query string stays out: it may hold what a client keeps secret."""
        get = scope.headers.get
        access.info(json.dumps({
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "request": name,
            "client": self.fair_use.client(scope.client, _forwarded(scope.headers.items())),
            "method": scope.method, "path": scope.path[:512], "status": status,
            "milliseconds": round(seconds * 1000, 2), "agent": (get("user-agent") or "")[:200],
        }, ensure_ascii=False))


def _key(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Key | None:
    """What an answer depends on beside the release; None for a request whose answer is not kept."""
    get = headers.get
    if method == "POST":
        if path != SPARQL:
            return None
        return (f"POST {get('content-type')}", path, query, get("accept", ""), get("accept-language", ""),
                get("accept-encoding", ""), body.decode("latin-1"))
    if method not in ("GET", "HEAD") or "range" in headers or "accept-datetime" in headers or since_alone(headers):
        return None
    return "GET", path, query, get("accept", ""), get("accept-language", ""), get("accept-encoding", "")


def _forwarded(pairs: list[tuple[str, str]]) -> str:
    """What the proxies noted, from the first to the last: a list may be cut over several lines (RFC 9110, 5.3)."""
    return ", ".join([value for name, value in pairs if name == "x-forwarded-for"])


def _without_content(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers of a 304: those that tell about content have none to tell about (RFC 9110, 15.4.5)."""
    return [pair for pair in headers if pair[0].lower() not in _OF_CONTENT]


def _refuse(proto: Any, status: int, code: str, detail: str, retry_after: int = 0) -> int:
    body = json.dumps({"type": f"https://w3id.org/delmaal/problems#{code}", "status": status, "detail": detail})
    headers = [("content-type", "application/problem+json"), ("cache-control", "no-store"),
               ("access-control-allow-origin", "*"), ("x-content-type-options", "nosniff")]
    if retry_after:
        headers.append(("retry-after", str(retry_after)))
    proto.response_bytes(status, headers, body.encode())
    return status
