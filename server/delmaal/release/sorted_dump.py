"""A sorted N-Triples file as it is: what is said about a subject is found by halving, without any index.

The lines about a subject stand together, since `<` + IRI + `> ` begins each of them; the file is mapped, not read. What
leads to a resource can only be found by reading the file through, at the speed of memory. So an old release answers the
same as ever after its caches were dropped; its incoming links cost more.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path

from delmaal.errors import ReleaseError
from delmaal.lookup import FILES, Lookup


class SortedDump:
    """One file. Raises OSError where it cannot be opened."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            size = path.stat().st_size
            self.data: mmap.mmap | bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""

    def span(self, iri: str) -> tuple[int, int]:
        """Where the lines about a subject begin, and how many bytes they are."""
        token = b"<" + iri.encode() + b">"
        start = self._first_from(token + b" ")
        return start, self._first_from(token + b"!") - start  # the sign after the blank

    def block(self, iri: str) -> bytes:
        """The lines about a subject, each with its end."""
        start, size = self.span(iri)
        return self.data[start : start + size]

    def beginning(self, start: str) -> bytes:
        """The lines about every subject whose IRI begins so, each with its end."""
        token = b"<" + start.encode()
        return self.data[self._first_from(token) : self._first_from(token + b"\xff")]  # no UTF-8 has this byte

    def first(self, start: str) -> str:
        """The first subject whose IRI begins so; empty where there is none."""
        token = b"<" + start.encode()
        place = self._first_from(token)
        if self.data[place : place + len(token)] != token:
            return ""
        return self.data[place + 1 : self.data.find(b"> ", place)].decode()

    def leading_to(self, iri: str) -> Iterator[bytes]:
        """The lines whose object is this IRI, in the order of the file, without their ends."""
        token = b" <" + iri.encode() + b"> .\n"
        found = self.data.find(token)
        while found >= 0:
            yield self.data[self.data.rfind(b"\n", 0, found) + 1 : found + len(token) - 1]
            found = self.data.find(token, found + len(token))

    def _first_from(self, wanted: bytes) -> int:
        """Where the first line begins that is not less than this one."""
        data, low, high, width = self.data, 0, len(self.data), len(wanted)
        while low < high:
            middle = (low + high) // 2
            start = max(data.rfind(b"\n", low, middle) + 1, low)
            if data[start : start + width] < wanted:
                low = data.find(b"\n", middle) + 1
            else:
                high = start
        return low


class Unindexed(Lookup):
    """Answers what `Lookup` does, and the same, from the sorted dumps of a release alone.

    Raises ReleaseError where the dumps cannot be opened.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._dumps = [SortedDump(folder / name) for name in FILES]
        except (OSError, ValueError) as error:
            sentence = f"the dumps of release {folder.name[:12]} cannot be opened ({error}); run `delmaal verify`"
            raise ReleaseError("release-damaged", sentence) from error

    def incoming(self, iri: str, start: int, limit: int) -> tuple[list[bytes], bool]:
        """At most `limit` lines that lead to a resource from the `start`-th on, and whether there are more."""
        every = (line for dump in self._dumps for line in dump.leading_to(iri))
        lines = [line[:-2] for line in islice(every, start, start + limit + 1)]
        return lines[:limit], len(lines) > limit

    def page(self, iri: str, number: int, links: int) -> tuple[list[bytes], bool, list[bytes], bool]:
        """A page of a resource, counted from 1, as `Lookup` has it."""
        pairs, more = self.pairs(iri, number)
        lines, further = self.incoming(iri, (number - 1) * links, links)
        cut = -len(iri.encode()) - 3
        return pairs, more, [line[:cut] for line in lines], further

    def _spans(self, name: bytes, prefix: bytes) -> list[tuple[mmap.mmap | bytes, int, int]]:
        spans = ((dump, *dump.span(name.decode())) for dump in self._dumps)
        return [(dump.data, start, size) for dump, start, size in spans if size and prefix]


def open_lookup(folder: Path) -> Lookup:
    """What looks things up in a release: its index, or its sorted dumps where the index was dropped.

    Raises ReleaseError where neither can be opened.
    """
    return Lookup(folder) if (folder / "index").is_dir() else Unindexed(folder)


def blocks(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Each subject of a sorted file as a token, with its lines; one at a time, so that memory holds one subject."""
    with path.open("rb") as file:
        for token, lines in groupby(file, key=_subject):
            yield token, b"".join(lines)


def _subject(line: bytes) -> bytes:
    return line[: line.index(b" ")]
