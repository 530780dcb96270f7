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
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

from delmaal.errors import ReleaseError

FILES = ("data/all.nt", "metadata/metadata.nt")
SPAN = 32_000
"""Bytes of statements about a resource on one page of it."""

EVERY = 1 << 48
"""A limit that no list of statements reaches, and that may be added to."""

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
            if len(self._subjects) != len(self._starts) or len(self._subjects) != len(self._sizes):
                raise ValueError("its columns of subjects differ in length")
            if len(self._objects) != len(self._lines):
                raise ValueError("its columns of objects differ in length")
        except (OSError, ValueError, TypeError) as error:  # the last where a file is no whole number of integers
            sentence = f"the index of release {folder.name[:12]} cannot be opened ({error})"
            raise ReleaseError("index-unreadable", f"{sentence}; run `delmaal verify`") from error
        self._boundary = len(self._first)

    def whole(self, iri: str) -> list[bytes]:
        """Every line about a resource."""
        return [line[:-2] for block in self._blocks(iri) for line in block.splitlines()]

    def whole_incoming(self, iri: str) -> list[bytes]:
        """Every line that leads to a resource; for what a release has few of, such as the terms of a vocabulary."""
        return self.incoming(iri, 0, EVERY)[0]

    def some(self, iri: str, limit: int) -> list[bytes]:
        """A sample of the lines about a resource, for what needs an example or two and says nothing of the others."""
        return self.about(iri, 0, limit)[0]

    def some_incoming(self, iri: str, limit: int) -> list[bytes]:
        """A sample of the lines that lead to a resource, likewise."""
        return self.incoming(iri, 0, limit)[0]

    def about(self, iri: str, start: int = 0, limit: int = 1000) -> tuple[list[bytes], bool]:
        """At most `limit` lines about a resource from the `start`-th on, and whether there are more.

        Whoever takes a limited list has to look at what is left out (a test holds that): what is meant to be whole is
        asked for as `whole`, what is a sample as `some`.
        """
        lines: list[bytes] = []
        for block in self._blocks(iri):
            lines += block.splitlines()
        chosen = lines[start : start + limit]
        return [line[:-2] for line in chosen], len(lines) > start + limit

    def page(self, iri: str, number: int, links: int) -> tuple[list[bytes], bool, list[bytes], bool]:
        """A page of a resource, counted from 1: `predicate object` of what is said about it and whether more follows,
        `subject predicate` of at most `links` statements that lead to it and whether more follow.

        What is said about it is paged by SPANs of bytes: a statement is on the page of the SPAN that it begins in. So a
        page is found by its place, and costs the same wherever it is.
        """
        name = iri.encode()
        wanted, prefix, token = _key(name), b"<" + name + b"> ", b" <" + name + b"> .\n"
        pairs, more = self._only(wanted, prefix) if number == 1 else ([], False)
        if not pairs:
            pairs, more = self.pairs(iri, number)
        keys, count = self._objects, len(self._objects)
        position = bisect_left(keys, wanted) + (number - 1) * links
        heads: list[bytes] = []
        while position < count and keys[position] == wanted and len(heads) <= links:
            source, start = self._first, self._lines[position]
            if start >= self._boundary:
                source, start = self._second, start - self._boundary
            end = source.find(token, start)
            if end >= 0 and source.find(b"\n", start, end) < 0:  # else two IRIs share a hash
                heads.append(source[start:end])
            position += 1
        return pairs, more, heads[:links], len(heads) > links

    def pairs(self, iri: str, number: int) -> tuple[list[bytes], bool]:
        """What is said about a resource on one page of it, as `page` has it."""
        name = iri.encode()
        prefix = b"<" + name + b"> "
        found: list[bytes] = []
        more = False
        for source, start, size in self._spans(name, prefix):
            if size > SPAN:
                lines, further = page_of_lines(source, start, size, number)
                more = more or further
            else:
                lines = source[start : start + size] if number == 1 else b""
            if lines:
                found += _split(lines, prefix)
        return found, more

    def _only(self, wanted: int, prefix: bytes) -> tuple[list[bytes], bool]:
        """The pairs of a resource where all that is said about it stands on one page, as it does nearly always."""
        keys, count = self._subjects, len(self._subjects)
        position = bisect_left(keys, wanted)
        if position == count or keys[position] != wanted or self._sizes[position] > SPAN or (
            position + 1 < count and keys[position + 1] == wanted
        ):
            return [], False
        source, start = self._first, self._starts[position]
        if start >= self._boundary:
            source, start = self._second, start - self._boundary
        lines = source[start : start + self._sizes[position]]
        return (_split(lines, prefix) if lines.startswith(prefix) else []), False

    @property
    def arrays(self) -> tuple[memoryview, ...]:
        """Hashes, places and sizes of subjects; hashes and places of what leads to IRIs."""
        return self._subjects, self._starts, self._sizes, self._objects, self._lines

    @staticmethod
    def key_of(iri: str) -> int:
        """The hash by which an IRI stands in the index."""
        return _key(iri.encode())

    @property
    def subject_count(self) -> int:
        """How many resources something is said about; one that both files speak of counts twice."""
        return len(self._subjects)

    def subjects(self, start: int, limit: int) -> Iterator[str]:
        """The resources that something is said about, from the `start`-th on, in the order of the index: the same for a
        release wherever it is. A position costs the same wherever it is."""
        for at in self._starts[max(start, 0) : max(start, 0) + limit]:
            source, begins = (self._first, at) if at < self._boundary else (self._second, at - self._boundary)
            yield source[begins + 1 : source.find(b"> ", begins)].decode()

    def knows(self, iri: str) -> bool:
        """Whether anything is said about a resource or leads to it."""
        name = iri.encode()
        return any(True for _ in self._spans(name, b"<" + name + b"> ")) or bool(self.incoming(iri, 0, 1)[0])

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

    def leading(self, iri: str) -> memoryview:
        """Where each line that leads to a resource begins, in the order of the files: its subjects in their order."""
        wanted, keys = _key(iri.encode()), self._objects
        first = bisect_left(keys, wanted)
        return self._lines[first : bisect_right(keys, wanted, first)]

    def line_at(self, start: int) -> bytes:
        """The line that begins at a place, without its ` .`."""
        return self._line(start)[:-2]

    def span_of(self, iri: str, near: int) -> tuple[int, int]:
        """Where the lines about a resource begin and end, in the file that the place `near` is in."""
        name = iri.encode()
        late = near >= self._boundary
        for source, start, size in self._spans(name, b"<" + name + b"> "):
            if (source is self._second) == late:
                begin = start + self._boundary if late else start
                return begin, begin + size
        return near, near

    def _blocks(self, iri: str) -> Iterator[bytes]:
        name = iri.encode()
        for source, start, size in self._spans(name, b"<" + name + b"> "):
            yield source[start : start + size]

    def _spans(self, name: bytes, prefix: bytes) -> Iterable[tuple[mmap.mmap | bytes, int, int]]:
        """Where the lines about a resource are: in which file, from where, how many bytes."""
        wanted, keys, count = _key(name), self._subjects, len(self._subjects)
        position = bisect_left(keys, wanted)
        while position < count and keys[position] == wanted:
            source, start = self._first, self._starts[position]
            if start >= self._boundary:
                source, start = self._second, start - self._boundary
            if source[start : start + len(prefix)] == prefix:  # else two IRIs share a hash
                yield source, start, self._sizes[position]
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


def _split(lines: bytes, prefix: bytes) -> list[bytes]:
    """Lines about one subject without it, and without their ends."""
    return lines[len(prefix) : -3].split(b" .\n" + prefix)


def page_of_lines(source: mmap.mmap | bytes, start: int, size: int, number: int) -> tuple[bytes, bool]:
    """The lines that begin in the `number`-th SPAN of a stretch of lines, and whether any begins behind it."""
    begin, end = (_line_from(source, start, size, (number - each) * SPAN) for each in (1, 0))
    return source[begin:end], end < start + size


def _line_from(source: mmap.mmap | bytes, start: int, size: int, offset: int) -> int:
    """Where the first line of a stretch begins that begins at an offset or behind it; the end where none does."""
    if not 0 < offset < size:
        return start if offset <= 0 else start + size
    return source.find(b"\n", start + offset - 1, start + size) + 1


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
