"""What every answer from a release carries: ETag, Last-Modified, Vary, Cache-Control, content coding, 304."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from hashlib import blake2b

import zstandard
from flask import Response, current_app, g, request
from werkzeug.http import http_date

from delmaal.web.negotiate import coding
from delmaal.web.releases import Opened

CACHE = "public, max-age=60, stale-while-revalidate=600"
"""A proxy may keep an answer for a minute: that long a release switch may take to be seen."""

EVERYWHERE = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Content-Location, ETag, Link, Location"),
    ("X-Content-Type-Options", "nosniff"),
)
"""Headers of every answer, of failures too: the data are for scripts of any origin, and are what they say they are."""

PAGE_HEADERS = (
    ("Content-Security-Policy",
     "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
     "frame-ancestors 'none'"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)
"""Headers of every page: nothing inline runs, nothing of another origin is loaded."""

SMALL = 1000
"""Bytes below which compressing costs more than it saves."""

_ZSTD_LEVEL, _GZIP_LEVEL = 3, 5


def opened() -> Opened:
    """The release that this request is served from."""
    found: Opened = g.opened
    return found


def unmodified(*variant: str, vary: str) -> Response | None:
    """304 where the client has the answer already; for answers whose making costs more than the question."""
    if "If-None-Match" not in request.headers and "If-Modified-Since" not in request.headers:
        return None
    response = answer(lambda: b"", "", *variant, vary=vary)
    return response if response.status_code == 304 else None


def answer(make: Callable[[], bytes], content_type: str, *variant: str, vary: str = "Accept, Accept-Language",
           headers: Iterable[tuple[str, str]] = ()) -> Response:
    """An answer that stays the same for as long as the release does.

    `variant` tells it from other representations at the same address; without one, the content type does. The ETag is
    known before the body is made, so a
    304 never touches the data.
    """
    release = opened()
    wanted = coding(request.headers.get("Accept-Encoding", ""))
    etag = etag_of(release, current_app.config["BUILD"], request.full_path, variant or (content_type,), wanted)
    lines = [*common_headers(release, etag, vary), *headers]
    if _unchanged(etag, release):
        return Response(status=304, headers=lines)
    body = make()
    if wanted and len(body) >= SMALL:
        body = compress(body, wanted)
        lines.append(("Content-Encoding", wanted))
    return Response(body, 200, [*lines, ("Content-Type", content_type)])


def etag_of(release: Opened, build: str, target: str, variant: Iterable[str], wanted: str) -> str:
    """The ETag of a representation: of release, software, address (with its `?`), variant and content coding."""
    seed = "\n".join((release.release.id, build, target, *variant, wanted))
    return f'"{blake2b(seed.encode("utf-8", "replace"), digest_size=16).hexdigest()}"'


def common_headers(release: Opened, etag: str, vary: str) -> list[tuple[str, str]]:
    """The headers that every answer from a release has, a 304 too."""
    lines = [
        *EVERYWHERE,
        ("ETag", etag),
        ("Vary", f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"),
        ("Cache-Control", CACHE),
    ]
    if release.since is not None:
        lines.append(("Last-Modified", http_date(release.since)))
    return lines


def _unchanged(etag: str, release: Opened) -> bool:
    """Whether the client has this answer (RFC 9110, 13.2.2: If-None-Match counts before If-Modified-Since)."""
    if "If-None-Match" in request.headers:
        return request.if_none_match.contains_weak(etag.strip('"'))
    since = request.if_modified_since
    return since is not None and release.since is not None and release.since.replace(microsecond=0) <= since


def compress(body: bytes, name: str) -> bytes:
    """A body in a content coding."""
    if name == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
    return gzip.compress(body, _GZIP_LEVEL, mtime=0)
