"""What every answer from a release carries: ETag, Last-Modified, Vary, Cache-Control, content coding, 304."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from hashlib import blake2b
from urllib.parse import quote

import zstandard
from flask import Response, current_app, g, render_template, request

from delmaal.web.history.past import Past, asked_for, within
from delmaal.web.history.words import WORDS
from delmaal.web.negotiate import coding, language
from delmaal.web.releases import Opened

CACHE = "public, max-age=60, stale-while-revalidate=600"
"""A proxy may keep an answer for a minute: that long a release switch may take to be seen."""

EVERYWHERE = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Content-Location, ETag, Link, Location, Memento-Datetime"),
    ("X-Content-Type-Options", "nosniff"),
)
"""Headers of every answer, of failures too: the data are for scripts of any origin, and are what they say they are."""

PAGE_HEADERS = (
    ("Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
     "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)
"""Headers of every page: nothing inline runs, nothing of another origin is loaded."""

PER_RELEASE = frozenset(("pages", "resources", "vocabulary", "dumps", "citation"))
"""The blueprints whose answers are of one release alone: those are had of old releases too, and have mementos."""

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
    known before the body is made, so a 304 never touches the data.
    """
    release = opened()
    wanted = coding(request.headers.get("Accept-Encoding", ""))
    etag = etag_of(release, current_app.config["BUILD"], request.full_path, variant or (content_type,), wanted)
    past = asked_for()
    target = target_of(request.path, request.query_string.decode("latin-1")) if _has_mementos() else ""
    lines = [*common_headers(release, etag, vary, target), *headers]
    if _unchanged(etag, release):
        return Response(status=304, headers=lines)
    body = make()
    if past is not None and content_type.startswith("text/html"):
        body = within(body, past.prefix, _banner(past))
    if wanted and len(body) >= SMALL:
        body = compress(body, wanted)
        lines.append(("Content-Encoding", wanted))
    return Response(body, 200, [*lines, ("Content-Type", content_type)])


def _banner(past: Past) -> bytes:
    """What stands at the top of a page of an old release: that it is one, and where it is told as it is now."""
    spoken = language(request.headers.get("Accept-Language", ""), request.args.get("lang"))
    now = target_of(request.path, request.query_string.decode("latin-1")).removeprefix(past.prefix)
    time = past.switch.time.strftime("%Y-%m-%dT%H:%M:%SZ")
    page = render_template("past.html", words=WORDS[spoken], lang=spoken, prefix=past.prefix, now=now, time=time)
    return page.encode()


def _has_mementos() -> bool:
    return asked_for() is None and request.blueprint in PER_RELEASE


def target_of(path: str, query: str) -> str:
    """An address as a reference that is relative to the server."""
    escaped = quote(path, safe="/:@!$&'()*+,;=~-._")
    return escaped + (f"?{quote(query, safe='/:@!$&()*+,;=~-._?%')}" if query else "")


def memento_links(target: str) -> str:
    """The Link header of a resource that has mementos (RFC 7089): it is its own TimeGate, and has a TimeMap."""
    timemap = f'</timemap/link{target}>; rel="timemap"; type="application/link-format"'
    return f'<{target}>; rel="original timegate", {timemap}'


def etag_of(release: Opened, build: str, target: str, variant: Iterable[str], wanted: str) -> str:
    """The ETag of a representation: of release, software, address (with its `?`), variant and content coding."""
    seed = "\n".join((release.release.id, build, target, *variant, wanted))
    return f'"{blake2b(seed.encode("utf-8", "replace"), digest_size=16).hexdigest()}"'


def common_headers(release: Opened, etag: str, vary: str, target: str = "") -> list[tuple[str, str]]:
    """The headers that every answer from a release has, a 304 too; `target` is the address of what has mementos."""
    varying = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
    lines = [
        *EVERYWHERE,
        ("ETag", etag),
        ("Vary", f"{varying}, Accept-Datetime" if target else varying),
        ("Cache-Control", CACHE),
    ]
    if target:
        lines.append(("Link", memento_links(target)))
    if release.modified:
        lines.append(("Last-Modified", release.modified))
    return lines


def _unchanged(etag: str, release: Opened) -> bool:
    """Whether the client has this answer (RFC 9110, 13.2.2: If-None-Match counts before If-Modified-Since)."""
    if request.method not in ("GET", "HEAD"):
        return False  # 304 is for these alone (13.1.2, 13.1.3)
    if "If-None-Match" in request.headers:
        return request.if_none_match.contains_weak(etag.strip('"'))
    since = request.if_modified_since
    return since is not None and release.since is not None and release.since.replace(microsecond=0) <= since


def compress(body: bytes, name: str) -> bytes:
    """A body in a content coding."""
    if name == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
    return gzip.compress(body, _GZIP_LEVEL, mtime=0)
