"""What makes the bytes of an answer, beside the release and the request: all of the code, what it reads, what it writes
with, and the settings that stand in answers. Another of these gives another ETag.

The whole package counts, and not one room of it: which of its files an answer passes through is nobody's to keep track
of. Two hosts with the same software have the same fingerprint, whether it is installed or run from the repository.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Iterator
from dataclasses import fields
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from delmaal.settings import Settings, share

WRITERS = ("babel", "cryptography", "flask", "jinja2", "markdown-it-py", "markupsafe", "pyoxigraph", "pyyaml",
           "rdflib", "sparqlwrapper", "tantivy", "werkzeug", "zstandard")
"""The distributions whose code takes part in making answers; a test holds that each one that is imported stands here
or in OTHERS."""

OTHERS = ("click", "granian", "httpcore", "httpx", "pyshacl", "rich", "typing_extensions", "uvloop")
"""Those that make no answer: the command line, validation, types, what carries bytes."""

SHARED = ("docs/errors.md", "docs/errors.nb.md", "examples", "ontology", "shapes")
"""Shared files and folders that pages are made from."""

OF_THE_MACHINE = frozenset((
    "access_log", "body_seconds", "cache_mb", "client_limit", "engine_store_url", "engine_url", "host", "idle_seconds",
    "keep_caches", "keep_releases", "no_build", "out", "port", "query_memory_mb", "query_slow_ms", "query_wait_seconds",
    "query_workers", "stop_seconds", "trusted_hops", "workers"))
"""Settings that two hosts of one publication may well have different, and that stand in no answer that is kept. Of the
engine it counts which kind it is."""

_NO_CODE = frozenset(("__pycache__", "share"))


def fingerprint_of(settings: Settings, package: Path | None = None) -> str:
    """Twelve digits that change with whatever answers are made by; `package` is the folder of the code."""
    found = blake2b(digest_size=6)
    chosen = (f"{row.name} {getattr(settings, row.name)}" for row in fields(settings) if row.name not in OF_THE_MACHINE)
    for line in (*_versions(), *chosen, f"remote {bool(settings.engine_url)}"):
        found.update(f"{line}\n".encode())
    for name, path in sorted(_files(str(package or Path(__file__).resolve().parent.parent))):
        with open(path, "rb") as file:  # noqa: PTH123  # pathlib takes as long for each of 750 files as reading it
            content = file.read()
        found.update(f"{name}\n{len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()


def _files(package: str) -> Iterator[tuple[str, str]]:
    """Every file that answers are made from, with a name that is the same wherever the software lies."""
    yield from _below(package, "")
    for each in SHARED:
        folder, _, name = each.partition("/")
        root = str(share(folder))
        if name:
            yield f"share/{each}", f"{root}/{name}"
        else:
            yield from _below(root, f"share/{folder}/")


def _below(root: str, named: str) -> Iterator[tuple[str, str]]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in _NO_CODE and not name.startswith(".")]
        inner = folder[len(root) + 1 :]
        start = f"{named}{inner}/" if inner else named
        for name in files:
            if not name.startswith("."):
                yield f"{start}{name}", f"{folder}/{name}"


def _versions() -> Iterator[str]:
    """Python, the library that compresses, and each of WRITERS."""
    yield ".".join(map(str, sys.version_info[:3]))
    yield zlib.ZLIB_RUNTIME_VERSION
    for name in WRITERS:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"{name} is not installed"
