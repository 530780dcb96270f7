"""Shelves that tests write in processes of their own."""

from __future__ import annotations

from pathlib import Path

from delmaal.release import File, Release, Shelf

STORED = {"data/all.nt": True, "metadata/metadata.nt": True, "data/graphs.nq": False, "metadata/metadata.nq": False}
"""The files that the store is made from, and whether they are its default graph."""


def leftovers(out: Path) -> list[Path]:
    """What a build that was stopped has left."""
    return list(out.rglob(".unfinished*"))


def mini(number: int) -> tuple[str, list[File]]:
    """The smallest release that a shelf takes: an id, and files with one statement each."""
    line = f"<https://example.org/{number}> <https://example.org/p> <https://example.org/o>"
    files = [File(path, f"{line} .\n".encode() if default else f"{line} <https://example.org/g> .\n".encode())
             for path, default in STORED.items()]
    return f"{number:064x}", files


def shelved(shelf: Shelf, number: int) -> Release:
    release_id, files = mini(number)
    return shelf.write(release_id, files, {"base": "https://example.org/", "parts": {}})
