"""What the browser loads beside a page: style sheets, fonts and pictures, and what was bundled for it.

    /static/<file>         a file of the software, kept for as long as a page is
    /static/dist/<name>    a bundled file, whose name holds the hash of its content, so that it may be kept for ever

Their ETags are of the bytes that are sent, and no date is told: two hosts that have the same files answer alike,
whenever they were installed. Which files an entry has, Vite's manifest says. Where nothing was bundled (no package
registry was at hand), entries are empty and the pages work without scripts.
"""

from __future__ import annotations

import gzip
import json
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import zstandard
from werkzeug.security import safe_join

from delmaal.http.answers import CACHE, EVERYWHERE, SMALL
from delmaal.http.asked import Asked, names
from delmaal.http.failures import problem
from delmaal.http.negotiate import coding
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes

routes = Routes("assets")

STATIC = Path(__file__).parent.parent / "site" / "static"
DIST = STATIC / "dist"
MANIFEST = "manifest.json"
FOREVER = "public, max-age=31536000, immutable"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".png": "image/png",
          ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8", ".woff2": "font/woff2"}
"""Not asked of the machine: what it knows of types differs from one to another."""

_DENSE = frozenset((".png", ".woff2"))
"""What is compressed already."""


class Entry(NamedTuple):
    """What a page has to load, each as a file of `static`."""

    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


def bundle(name: str) -> Entry:
    """The scripts and styles of `src/<name>.js` of the front end; none where nothing was bundled."""
    return _entries(DIST).get(name, Entry())


@routes.get("/static/<path:filename>")
def static(request: Asked, filename: str) -> Reply:
    """A file of the software."""
    found = safe_join(str(STATIC), filename)
    path = Path(found or STATIC)
    if str(path) != f"{STATIC}/{filename}" or path.suffix not in _TYPES or path.parent == DIST or not path.is_file():
        return problem(request, 404, "asset-unknown", f"there is no file {filename[:100]}")
    return _sent(request, path, CACHE)


@routes.get("/static/dist/<name>")
def asset(request: Asked, name: str) -> Reply:
    """A bundled file."""
    if name not in _files(DIST):
        return problem(request, 404, "asset-unknown", f"there is no bundled file {name[:100]}")
    return _sent(request, DIST / name, FOREVER)


def _sent(request: Asked, path: Path, kept: str) -> Reply:
    coded = "" if path.suffix in _DENSE else coding(request.headers.get("Accept-Encoding", ""))
    told = path.stat()
    body, applied, etag = _coded(path, coded, told.st_mtime_ns, told.st_size)
    lines = [*EVERYWHERE, ("Cache-Control", kept), ("Vary", "Accept-Encoding"), ("ETag", f'"{etag}"')]
    if names(request.headers.get("If-None-Match", ""), f'"{etag}"'):
        return Reply(status=304, headers=lines)
    if applied:
        lines.append(("Content-Encoding", applied))
    return Reply(body, 200, lines, content_type=_TYPES.get(path.suffix, "application/octet-stream"))


@cache
def _entries(dist: Path) -> dict[str, Entry]:
    try:
        manifest: dict[str, dict[str, Any]] = json.loads((dist / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {row["name"]: Entry((_address(row["file"]),), tuple(map(_address, _styles(manifest, row))))
            for row in manifest.values() if row.get("isEntry")}


def _styles(manifest: dict[str, dict[str, Any]], row: dict[str, Any]) -> list[str]:
    """The styles of an entry and of the chunks that it imports, each once."""
    found: dict[str, None] = {}
    waiting, seen = [row], set()
    while waiting:
        each = waiting.pop()
        if each["file"] not in seen:
            seen.add(each["file"])
            found.update(dict.fromkeys(each.get("css", [])))
            waiting += [manifest[name] for name in each.get("imports", [])]
    return list(found)


def _address(file: str) -> str:
    return f"dist/{file}"


@cache
def _files(dist: Path) -> frozenset[str]:
    """The files that may be asked for; the manifest and the stamp of the build are none."""
    return frozenset(path.name for path in dist.glob("*-*.*")) if dist.is_dir() else frozenset()


@lru_cache(maxsize=256)
def _coded(path: Path, wanted: str, _changed: int, _size: int) -> tuple[bytes, str, str]:
    """A file in a content coding, made once in each process for as long as it is not written anew, with the coding and
    the ETag of these bytes; as it is where it is small."""
    body, applied = path.read_bytes(), ""
    if wanted and len(body) >= SMALL:
        body, applied = _compressed(body, wanted), wanted
    return body, applied, blake2b(body, digest_size=16).hexdigest()


def _compressed(body: bytes, wanted: str) -> bytes:
    if wanted == "zstd":
        return zstandard.ZstdCompressor(level=12).compress(body)
    return gzip.compress(body, 9, mtime=0)
