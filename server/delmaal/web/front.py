"""The thin front before Flask, for granian's RSGI.

It counts a body's bytes and time itself, notices that a client left, answers what was answered before and the plain
descriptions that are asked for most, and calls Flask for all else: in place where that takes well under a millisecond,
in a thread where a query is waited for. Flask is the whole application; it runs under any WSGI server without this.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask

from delmaal.settings import Settings
from delmaal.web.answers import SMALL, common_headers, compress, etag_of
from delmaal.web.cache import AnswerCache, Kept, Key
from delmaal.web.counters import Counters
from delmaal.web.description import PLAIN, ROWS, headers_of, page_of, write_page
from delmaal.web.fairuse import FairUse
from delmaal.web.negotiate import HTML, by_suffix, choose, coding
from delmaal.web.releases import Releases

_VARYING = ("accept", "accept-language", "accept-encoding")
_THREADS = 32
_DRAINED = 16 << 20
"""Bytes up to which a body that is too long is read and thrown away: a client that is still sending hears no answer."""

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
        self.releases: Releases = app.config["RELEASES"]
        self._link = str(self.releases.shelf.folder / "current")
        app.config["COUNTERS"] = self.counters

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        """Answer one request (RSGI 1.6)."""
        if scope.proto != "http":
            proto.close(1008)
            return
        started = time.perf_counter()
        status = await self._answer(scope, proto)
        seconds = time.perf_counter() - started
        self.counters.request(scope.path, status, seconds)
        if self.settings.access_log:
            self._log(scope, status, seconds)

    async def _answer(self, scope: Any, proto: Any) -> int:
        headers = scope.headers
        wait = self.fair_use.wait(scope.client, headers.get("x-forwarded-for") or "")
        if wait:
            self.counters.add("limited")
            return _refuse(proto, 429, "too-many-requests", "too many requests from one client", wait)
        size = sum(len(name) + len(value) for name, value in headers.items())
        if len(scope.path) + len(scope.query_string) > _LONGEST_TARGET:
            return _refuse(proto, 414, "target-too-long", f"an address may have {_LONGEST_TARGET:,} characters")
        if size > _LONGEST_HEADERS:
            return _refuse(proto, 431, "headers-too-long", f"headers may have {_LONGEST_HEADERS:,} bytes in all")
        body = b""
        if scope.method not in ("GET", "HEAD", "OPTIONS"):
            read = await self._body(scope, proto)
            if isinstance(read, int):
                return read
            body = read
        key, release = self._key(scope, body), _current(self._link)
        if key is not None:
            status = self._at_once(scope, proto, key, release)
            if status:
                return status
        return await self._from_flask(scope, proto, body, key, release)

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
        if total > limit:
            return _refuse(proto, 413, "body-too-long", f"a body may have {limit:,} bytes")
        return b"".join(chunks)

    def _key(self, scope: Any, body: bytes) -> Key | None:
        method = scope.method
        if method == "POST":
            if scope.path != "/sparql":
                return None
            method = f"POST {scope.headers.get('content-type')}"
        elif method not in ("GET", "HEAD") or "range" in scope.headers:
            return None
        get = scope.headers.get
        varying = (get(name) or "" for name in _VARYING)
        return ("GET" if method == "HEAD" else method, scope.path, scope.query_string, *varying, body.decode("latin-1"))

    def _from_cache(self, scope: Any, proto: Any, kept: Kept) -> int:
        self.counters.add("cache_hits")
        match = scope.headers.get("if-none-match")
        if match is not None and _matches(match, kept.etag) and scope.method != "POST":
            self.counters.add("not_modified")
            headers = [pair for pair in kept.headers if not pair[0].lower().startswith("content-")]
            proto.response_empty(304, headers)
            return 304
        if scope.method == "HEAD":
            proto.response_empty(kept.status, kept.headers)
        else:
            proto.response_bytes(kept.status, kept.headers, kept.body)
        return kept.status

    def _at_once(self, scope: Any, proto: Any, key: Key, release: str) -> int:
        """Answer from the cache, or with a plain description; 0 leaves the request to Flask."""
        kept = self.cache.get(release, key)
        if kept is not None:
            return self._from_cache(scope, proto, kept)
        if not scope.query_string and PLAIN.match(scope.path):
            found = self._describe(scope)
            if found is not None:
                return self._send_description(scope, proto, found, key, release)
        return 0

    def _describe(self, scope: Any) -> Kept | None:
        """The description that the view would give, or its 304; None leaves the request to the view.

        It answers what is asked most, things of the publication in RDF, and nothing that is not a plain 200 or 304.
        """
        get = scope.headers.get
        opened = self.releases.current()
        stem, row = by_suffix(scope.path[5:], ROWS)
        base = f"{opened.release.base}id/"
        if row is not None and opened.lookup.knows(base + scope.path[5:]):
            return None
        vary = "" if row is not None else "Accept, Accept-Language"
        row = row or choose(get("accept") or "", ROWS)
        if row is None or row is HTML or "if-modified-since" in scope.headers:
            return None
        wanted = coding(get("accept-encoding") or "")
        etag = etag_of(opened, self.app.config["BUILD"], f"{scope.path}?", (row.content_type,), wanted)
        match = get("if-none-match")
        if match is not None and _matches(match, etag) and match.strip() != "*":
            return Kept(304, common_headers(opened, etag, vary), b"", etag)
        page = page_of(opened, base + stem)
        if page is None or match is not None:
            return None
        body = write_page(opened, page, f"doc/{stem}", row)
        lines = [*common_headers(opened, etag, vary), *headers_of(opened, page, f"doc/{stem}", f"doc/{stem}.", row)]
        if wanted and len(body) >= SMALL:
            body = compress(body, wanted)
            lines.append(("Content-Encoding", wanted))
        return Kept(200, [*lines, ("Content-Type", row.content_type), ("Content-Length", str(len(body)))], body, etag)

    def _send_description(self, scope: Any, proto: Any, found: Kept, key: Key, release: str) -> int:
        if found.status == 304:
            self.counters.add("not_modified")
            proto.response_empty(304, found.headers)
            return 304
        self.counters.add("cache_misses")
        if _current(self._link) == release:
            self.cache.put(release, key, found)
        if scope.method == "HEAD":
            proto.response_empty(200, found.headers)
        else:
            proto.response_bytes(200, found.headers, found.body)
        return 200

    async def _from_flask(self, scope: Any, proto: Any, body: bytes, key: Key | None, release: str) -> int:
        environ = _environ(scope, body)
        if scope.path == "/sparql":
            gone = threading.Event()
            environ["delmaal.gone"] = gone.is_set
            leaving = asyncio.ensure_future(proto.client_disconnect())
            leaving.add_done_callback(lambda _: gone.set())
            try:
                loop = asyncio.get_running_loop()
                status, headers, content = await loop.run_in_executor(self.threads, self._call, environ)
            finally:
                leaving.cancel()
        else:
            status, headers, content = self._call(environ)
        if status == 304:
            self.counters.add("not_modified")
        elif key is not None:
            self.counters.add("cache_misses")
            etag = next((value for name, value in headers if name == "ETag"), "")
            if status == 200 and etag and scope.method != "HEAD" and _current(self._link) == release:
                self.cache.put(release, key, Kept(status, headers, content, etag))
        if not content or scope.method == "HEAD" or status == 304:
            proto.response_empty(status, headers)
        else:
            proto.response_bytes(status, headers, content)
        return status

    def _call(self, environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
        found: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _info: Any = None) -> Any:
            found[:] = [int(status[:3]), headers]
            return lambda _: None

        chunks = self.app.wsgi_app(environ, start)
        try:
            content = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close:
                close()
        return found[0], found[1], content

    def _log(self, scope: Any, status: int, seconds: float) -> None:
        """One line of JSON for each request; the query string stays out: it may hold what a client keeps secret."""
        get = scope.headers.get
        access.info(json.dumps({
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "request": (get("x-request-id") or os.urandom(8).hex())[:64],
            "client": self.fair_use.client(scope.client, get("x-forwarded-for") or ""),
            "method": scope.method, "path": scope.path[:512], "status": status,
            "milliseconds": round(seconds * 1000, 2), "agent": (get("user-agent") or "")[:200],
        }, ensure_ascii=False))


def _current(link: str) -> str:
    try:
        return os.readlink(link).rpartition("/")[2]  # noqa: PTH115  # a quarter of pathlib's cost, per request
    except OSError:
        return ""


def _matches(header: str, etag: str) -> bool:
    """Whether If-None-Match names an ETag, weakly compared (RFC 9110, 13.1.2)."""
    if header.strip() == "*":
        return True
    return any(part.strip().removeprefix("W/") == etag for part in header.split(","))


def _environ(scope: Any, body: bytes) -> dict[str, Any]:
    """The request as WSGI has it (PEP 3333)."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host.strip("[]") or "localhost",
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ["CONTENT_TYPE"] = value
        elif key != "CONTENT_LENGTH":
            environ[f"HTTP_{key}"] = f"{environ[f'HTTP_{key}']},{value}" if f"HTTP_{key}" in environ else value
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def _refuse(proto: Any, status: int, code: str, detail: str, retry_after: int = 0) -> int:
    body = json.dumps({"type": f"https://w3id.org/delmaal/problems#{code}", "status": status, "detail": detail})
    headers = [("content-type", "application/problem+json"), ("cache-control", "no-store"),
               ("access-control-allow-origin", "*"), ("x-content-type-options", "nosniff")]
    if retry_after:
        headers.append(("retry-after", str(retry_after)))
    proto.response_bytes(status, headers, body.encode())
    return status
