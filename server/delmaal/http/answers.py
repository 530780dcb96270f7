"""What every answer from a release carries: ETag, Last-Modified, Vary, Cache-Control, content coding, 304."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b

import zstandard
from werkzeug.utils import redirect

from delmaal.http.asked import Asked, names
from delmaal.http.cors import EXPOSED
from delmaal.http.negotiate import coding
from delmaal.http.reply import Reply
from delmaal.http.urls import Urls, target_of
from delmaal.reading.releases import Opened

CACHE = "public, max-age=60, stale-while-revalidate=600"
"""A proxy may keep an answer for a minute: that long a release switch may take to be seen."""

EVERYWHERE = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", ", ".join(EXPOSED)),
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
"""The groups of routes whose answers are of one release alone: those are had of old releases too, and have mementos."""

SMALL = 1000
"""Bytes below which compressing costs more than it saves."""

_ZSTD_LEVEL, _GZIP_LEVEL = 3, 5


def unmodified(request: Asked, *variant: str, vary: str, headers: Iterable[tuple[str, str]] = ()) -> Reply | None:
    """304 where the client has the answer already; for answers whose making costs more than the question."""
    if "If-None-Match" not in request.headers and "If-Modified-Since" not in request.headers:
        return None
    response = answer(request, lambda: b"", "", *variant, vary=vary, headers=headers)
    return response if response.status_code == 304 else None


def answer(
    request: Asked,
    make: Callable[[], bytes],
    content_type: str,
    *variant: str,
    vary: str = "Accept, Accept-Language",
    headers: Iterable[tuple[str, str]] = (),
) -> Reply:
    """An answer that stays the same for as long as the release does.

    `variant` tells it from other representations at the same address; without one, the content type does. The ETag is
    known before the body is made, so a 304 never touches the data. An address that names the language is in no other,
    so a cache need not tell its readers apart.
    """
    release = request.opened
    if vary and request.query and request.args.get("lang") in release.languages:
        vary = ", ".join(name for name in vary.split(", ") if name != "Accept-Language")
    wanted = coding(request.headers.get("Accept-Encoding", ""))
    etag = etag_of(release, request.publication.build, request.full_path, variant or (content_type,), wanted)
    target = target_of(request.path, request.query) if _has_mementos(request) else ""
    lines = [*common_headers(release, etag, vary, memento_links(target, request.whole) if target else ""), *headers]
    if _unchanged(request, etag, release):
        return Reply(status=304, headers=lines)
    body = make()
    if wanted and len(body) >= SMALL:
        body = compress(body, wanted)
        lines.append(("Content-Encoding", wanted))
    return Reply(body, 200, lines, content_type)


def answer_in_parts(request: Asked, make: Callable[[], Iterator[bytes]], content_type: str, *variant: str, vary: str,
                    headers: Iterable[tuple[str, str]] = ()) -> Reply:
    """An answer as `answer` gives it, whose body is made while it is written and never held whole.

    It has no Content-Length yet: the front writes it to a file first, and sends it once it is whole. To send it as it
    comes would be to cut it in silence where the making fails, since the HTTP server ends such a body as if it were
    whole, and to hold in memory whatever its reader has not read.
    """
    begun = answer(request, lambda: b"", content_type, *variant, vary=vary, headers=headers)
    if begun.status_code != 200:
        return begun
    wanted = coding(request.headers.get("Accept-Encoding", ""))
    if wanted:
        begun.headers["Content-Encoding"] = wanted
    begun.parts = compressed(make(), wanted) if wanted else make()
    return begun


def elsewhere(address: str, status: int, vary: str = "") -> Reply:
    """A redirect, with what it depends on; that of a whole address may be kept for as long as an answer, one for who
    reads no pages is kept by nobody who is not told to (RFC 9110, 15.1)."""
    page = redirect(address, status).get_data()
    kept = ("Vary", vary) if vary else ("Cache-Control", CACHE)
    return Reply(page, status, [("Location", address), kept])


def _has_mementos(request: Asked) -> bool:
    return request.past is None and request.route is not None and request.route.group in PER_RELEASE


def memento_links(target: str, whole: Urls) -> str:
    """The Link header of a resource that has mementos (RFC 7089): it is its own TimeGate, and has a TimeMap.

    Its clients want whole addresses; `target` is the resource's below the mount.
    """
    timemap = f'<{whole.timemap("link", target)}>; rel="timemap"; type="application/link-format"'
    return f'<{whole.mount}{target}>; rel="original timegate", {timemap}'


def etag_of(release: Opened, build: str, target: str, variant: Iterable[str], wanted: str) -> str:
    """The ETag of a representation: of release, software, address (with its `?`), variant and content coding."""
    seed = "\n".join((release.release.id, build, target, *variant, wanted))
    return f'"{blake2b(seed.encode("utf-8", "replace"), digest_size=16).hexdigest()}"'


def common_headers(release: Opened, etag: str, vary: str, mementos: str = "") -> list[tuple[str, str]]:
    """The headers that every answer from a release has, a 304 too; `mementos` leads to those of what has some."""
    varying = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
    lines = [
        *EVERYWHERE,
        ("ETag", etag),
        ("Vary", f"{varying}, Accept-Datetime" if mementos else varying),
        ("Cache-Control", CACHE),
    ]
    if mementos:
        lines.append(("Link", mementos))
    if release.modified:
        lines.append(("Last-Modified", release.modified))
    return lines


def _unchanged(request: Asked, etag: str, release: Opened) -> bool:
    """Whether the client has this answer (RFC 9110, 13.2.2: If-None-Match counts before If-Modified-Since)."""
    if request.method not in ("GET", "HEAD"):
        return False  # 304 is for these alone (13.1.2, 13.1.3)
    if "If-None-Match" in request.headers:
        return names(request.headers["If-None-Match"], etag)
    return unchanged_since(request, release)


def unchanged_since(request: Asked, release: Opened) -> bool:
    """Whether the release has been current since the date that the client names."""
    since = request.if_modified_since
    return since is not None and release.since is not None and release.since.replace(microsecond=0) <= since


def compressed(parts: Iterator[bytes], name: str) -> Iterator[bytes]:
    """A body in a content coding, as it is made."""
    packer = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj() if name == "zstd" else zlib.compressobj(
        _GZIP_LEVEL, wbits=zlib.MAX_WBITS | 16)
    for part in parts:
        yield packer.compress(part)
    yield packer.flush()


def compress(body: bytes, name: str) -> bytes:
    """A body in a content coding."""
    if name == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
    return gzip.compress(body, _GZIP_LEVEL, mtime=0)
