"""Finds statements in a release's sorted N-Triples, without a store and without parsing.

    index/subjects.key  subjects.at  subjects.size     per subject: hash, where its lines begin, how many bytes they are
    index/objects.key   objects.at                     per statement that leads to an IRI: hash of the IRI, its line

A sorted dump is an index already: the lines about a resource stand together, the lines that lead to it are found by
their positions. The arrays are 64-bit little-endian integers, ordered by hash, and are mapped, not read: a process that
looks things up needs the same memory for a thousand statements as for ten million. What `data/all.nt` and
`metadata/metadata.nt` hold is addressed as if the second file stood behind the first.
"""

from __future__ import annotations

import mmap
import sys
from bisect import bisect_left
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from delmaal.errors import ReleaseError

FILES = ("data/all.nt", "metadata/metadata.nt")
_OFFSET_BITS = 40
_LITTLE = sys.byteorder == "little"


class Lookup:
    """The statements of a release's default graph, by subject and by object; lines are bytes without their ` .`.

    Raises ReleaseError where the files or the index are missing.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._first, self._second = (_map(folder / name) for name in FILES)
            self._subjects = _array(folder / "index/subjects.key")
            self._starts = _array(folder / "index/subjects.at")
            self._sizes = _array(folder / "index/subjects.size")
            self._objects = _array(folder / "index/objects.key")
            self._lines = _array(folder / "index/objects.at")
        except (OSError, ValueError) as error:
            sentence = f"the index of release {folder.name[:12]} cannot be opened ({error})"
            raise ReleaseError("index-unreadable", f"{sentence}; run `delmaal verify`") from error
        self._boundary = len(self._first)

    def about(self, iri: str, start: int = 0, limit: int = 1000) -> tuple[list[bytes], bool]:
        """At most `limit` lines about a resource from the `start`-th on, and whether there are more."""
        lines: list[bytes] = []
        for block in self._blocks(iri):
            lines += block.splitlines()
        chosen = lines[start : start + limit]
        return [line[:-2] for line in chosen], len(lines) > start + limit

    def knows(self, iri: str) -> bool:
        """Whether anything is said about a resource or leads to it."""
        return any(True for _ in self._blocks(iri)) or bool(self.incoming(iri, 0, 1)[0])

    def incoming(self, iri: str, start: int, limit: int) -> tuple[list[bytes], bool]:
        """At most `limit` lines that lead to a resource from the `start`-th on, and whether there are more.

        A position costs the same wherever it is: a resource with a million links is no slower than one with ten.
        """
        wanted, token = _key(iri.encode()), b" <" + iri.encode() + b"> ."
        keys, count = self._objects, len(self._objects)
        position = bisect_left(keys, wanted) + start
        lines: list[bytes] = []
        while position < count and keys[position] == wanted and len(lines) <= limit:
            line = self._line(self._lines[position])
            if line.endswith(token):  # else two IRIs share a hash
                lines.append(line[:-2])
            position += 1
        return lines[:limit], len(lines) > limit

    def _blocks(self, iri: str) -> Iterator[bytes]:
        name = iri.encode()
        wanted, prefix = _key(name), b"<" + name + b"> "
        keys, count = self._subjects, len(self._subjects)
        position = bisect_left(keys, wanted)
        while position < count and keys[position] == wanted:
            start, size = self._starts[position], self._sizes[position]
            if start < self._boundary:
                block = self._first[start : start + size]
            else:
                start -= self._boundary
                block = self._second[start : start + size]
            if block.startswith(prefix):
                yield block
            position += 1

    def _line(self, start: int) -> bytes:
        source = self._first
        if start >= self._boundary:
            source, start = self._second, start - self._boundary
        end = source.find(b"\n", start)
        return source[start:end]


def build_index(folder: Path) -> None:
    """Write `index/` for a release whose dumps are written."""
    subjects: list[tuple[int, int, int]] = []
    objects: list[int] = []
    offset = 0
    for name in FILES:
        current, since = b"", offset
        with (folder / name).open("rb") as file:
            for line in file:
                end = line.index(b" ")
                subject = line[1 : end - 1]
                if subject != current:
                    if current:
                        subjects.append((_key(current), since, offset - since))
                    current, since = subject, offset
                if line.endswith(b"> .\n") and b'"' not in line:
                    target = line[line.rindex(b"<") + 1 : -4]
                    objects.append(_key(target) << _OFFSET_BITS | offset)
                offset += len(line)
        if current:
            subjects.append((_key(current), since, offset - since))
    subjects.sort()
    objects.sort()
    index = folder / "index"
    index.mkdir(exist_ok=True)
    for number, column in enumerate(("key", "at", "size")):
        _write(index / f"subjects.{column}", (row[number] for row in subjects))
    _write(index / "objects.key", (packed >> _OFFSET_BITS for packed in objects))
    _write(index / "objects.at", (packed & (1 << _OFFSET_BITS) - 1 for packed in objects))


def _key(iri: bytes) -> int:
    return int.from_bytes(blake2b(iri, digest_size=8).digest(), "little")


def _map(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""


def _array(path: Path) -> memoryview:
    mapped = memoryview(_map(path))
    if not _LITTLE:
        raise ValueError("the index is little-endian, this machine is not")
    return mapped.cast("Q")


def _write(path: Path, values: Iterator[int]) -> None:
    with path.open("wb") as file:
        for value in values:
            file.write(value.to_bytes(8, "little"))
