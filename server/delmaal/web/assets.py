"""The bundled scripts and styles: which files an entry has, by Vite's manifest, and those files themselves.

    /static/dist/<name>    a file whose name holds the hash of its content, so that it may be kept for ever

Where nothing was bundled (no package registry was at hand), entries are empty and the pages work without scripts.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import zstandard
from flask import Blueprint, Response, request

from delmaal.web.answers import EVERYWHERE, SMALL
from delmaal.web.failures import problem
from delmaal.web.negotiate import coding

routes = Blueprint("assets", __name__)

DIST = Path(__file__).parent / "static" / "dist"
MANIFEST = "manifest.json"
_KEPT = (("Cache-Control", "public, max-age=31536000, immutable"), ("Vary", "Accept-Encoding"))
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
          ".woff2": "font/woff2"}
"""Not asked of the machine: what it knows of types differs from one to another."""


class Entry(NamedTuple):
    """The addresses of what a page has to load."""

    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


def bundle(name: str) -> Entry:
    """The scripts and styles of `src/<name>.js` of the front end; none where nothing was bundled."""
    return _entries(DIST).get(name, Entry())


@routes.get("/static/dist/<name>")
def asset(name: str) -> Response:
    """A bundled file; as its name changes with its content, its name is its ETag."""
    if name not in _files(DIST):
        return problem(404, "asset-unknown", f"there is no bundled file {name[:100]}")
    wanted = coding(request.headers.get("Accept-Encoding", ""))
    lines = [*EVERYWHERE, *_KEPT, ("ETag", f'"{name}.{wanted}"')]
    if request.if_none_match.contains_weak(f"{name}.{wanted}"):
        return Response(status=304, headers=lines)
    body, applied = _coded(DIST / name, wanted)
    if applied:
        lines.append(("Content-Encoding", applied))
    return Response(body, 200, lines, content_type=_TYPES.get(Path(name).suffix, "application/octet-stream"))


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
    return f"/static/dist/{file}"


@cache
def _files(dist: Path) -> frozenset[str]:
    """The files that may be asked for; the manifest and the stamp of the build are none."""
    return frozenset(path.name for path in dist.glob("*-*.*")) if dist.is_dir() else frozenset()


@cache
def _coded(path: Path, wanted: str) -> tuple[bytes, str]:
    """A file in a content coding, made once in each process, and the coding; as it is where it is small."""
    body = path.read_bytes()
    if not wanted or len(body) < SMALL:
        return body, ""
    if wanted == "zstd":
        return zstandard.ZstdCompressor(level=12).compress(body), wanted
    return gzip.compress(body, 9, mtime=0), wanted
