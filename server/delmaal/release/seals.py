"""What the caches of a release held when they were made: size and SHA-256 of each file, in a file beside them.

    <id>/store/seal.json   <id>/index/seal.json   <id>/search/seal.json

The manifest cannot say it: a cache is made anew where it is missing, and not always with the same bytes. A manifest
with `"sealed": true` says that caches have such a file; those of releases that are older have none until a build makes
them again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

SEAL = "seal.json"


class State(NamedTuple):
    """What tells that a file was written since: its inode, its size, the time when it was written."""

    inode: int
    size: int
    written: int


def seal(folder: Path) -> None:
    """Write the seal of a cache that is made."""
    files = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SEAL):
        files[path.relative_to(folder).as_posix()] = {"size": path.stat().st_size, "sha256": digest_of_file(path)}
    (folder / SEAL).write_text(json.dumps({"files": files}, indent=1, sort_keys=True) + "\n", "utf-8")


def is_sealed(folder: Path) -> bool:
    """Whether a cache is there with its seal."""
    return (folder / SEAL).is_file()


def files_of(folder: Path) -> Mapping[str, Any]:
    """The files that a seal lists, each with what it was.

    Raises ValueError where it is none, OSError where it cannot be read.
    """
    found = json.loads((folder / SEAL).read_bytes())
    files = found.get("files") if isinstance(found, dict) else None
    if not isinstance(files, dict) or not files or not all(is_entry(entry) for entry in files.values()):
        raise ValueError(f"{SEAL} lists no files")
    return files


def is_entry(entry: object) -> bool:
    """Whether this is what a manifest or a seal says of a file."""
    if not isinstance(entry, dict):
        return False
    size, digest = entry.get("size"), entry.get("sha256")
    return (type(size) is int and size >= 0 and isinstance(digest, str) and len(digest) == 64
            and not set(digest) - set("0123456789abcdef"))


def fault_of(path: Path, entry: Mapping[str, Any], read: bool = True) -> str:
    """What is wrong with a file against what is said of it; empty where nothing is. `read` compares its bytes too."""
    try:
        if not path.is_file():
            return "it is no file" if path.exists() else "missing"
        size = path.stat().st_size
        if size != entry["size"]:
            return f"{size} byte{'' if size == 1 else 's'}, not {entry['size']}"
        if read and digest_of_file(path) != entry["sha256"]:
            return "other bytes than were written (the checksum differs)"
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    return ""


def fault_of_cache(folder: Path, sealed: bool = True, read: bool = True) -> str:
    """What is wrong with a cache against its seal, which it must have where it is `sealed`; empty where nothing is."""
    if not folder.is_dir():
        return f"{folder.name} is missing"
    if not sealed and not is_sealed(folder):
        return ""
    try:
        files = files_of(folder)
    except (OSError, ValueError) as error:
        return f"{folder.name}/{SEAL} cannot be read ({error})"
    faults = ((name, fault_of(folder / name, entry, read)) for name, entry in files.items())
    return next((f"{folder.name}/{name}: {fault}" for name, fault in faults if fault), "")


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file, read in pieces; other threads run meanwhile."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def states(folder: Path) -> dict[str, State]:
    """The state of every file below a folder; what cannot be looked at is left out."""
    return dict(_states(folder))


def _states(folder: Path) -> Iterator[tuple[str, State]]:
    for path in folder.rglob("*"):
        try:
            found = path.stat()
        except OSError:
            continue
        yield path.relative_to(folder).as_posix(), State(found.st_ino, found.st_size, found.st_mtime_ns)
