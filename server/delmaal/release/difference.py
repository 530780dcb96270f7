"""What one release says that another does not, as a stream of lines: one pass over two sorted files.

The difference of the data is that of `data/all.nt`, triples; the difference of the store is that of everything that its
default graph and its named graphs hold, what is said of the release itself included. It is written as an RDF Patch
(https://afs.github.io/rdf-patch/), which Apache Jena and others apply: a header, then a transaction with a line for
each statement, `D` for one that went and `A` for one that came. No prefix is used, so each line holds a line of
N-Triples or N-Quads. Removals and additions come in the order of the statements.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from delmaal.release.shelf import Release
from delmaal.release.sorted_dump import SortedDump
from delmaal.terms import Minter

MEDIA_TYPE = "application/rdf-patch"
SUFFIX = "rdfp"

SCOPES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "data": (("data/all.nt",),),
    "store": (("data/all.nt", "metadata/metadata.nt"), ("data/graphs.nq", "metadata/metadata.nq")),
}
"""What is compared: groups of sorted files, each group read as one."""


class Edit(NamedTuple):
    """A statement that came (`A`) or went (`D`), as a line of N-Triples or N-Quads without its end."""

    operation: str
    line: bytes


def difference(old: Path, new: Path, scope: str = "data") -> Iterator[Edit]:
    """The edits that make the release in `new` from the one in `old`; memory holds two lines."""
    for group in SCOPES[scope]:
        yield from edits([old / name for name in group], [new / name for name in group])


def difference_of(old: Path, new: Path, iris: Iterable[str]) -> Iterator[Edit]:
    """The edits of the data about some resources, given in order: those that are known to have changed are enough."""
    before, after = SortedDump(old / "data/all.nt"), SortedDump(new / "data/all.nt")
    for iri in iris:
        yield from _merge(*(iter(dump.block(iri).splitlines(keepends=True)) for dump in (before, after)))


def edits(old: Iterable[Path], new: Iterable[Path]) -> Iterator[Edit]:
    """The edits between two groups of sorted files."""
    with ExitStack() as stack:
        before, after = (
            heapq.merge(*files) if len(files) > 1 else iter(files[0])
            for files in ([stack.enter_context(path.open("rb")) for path in paths] for paths in (old, new))
        )
        yield from _merge(before, after)


def _merge(before: Iterator[bytes], after: Iterator[bytes]) -> Iterator[Edit]:
    one, two = next(before, b""), next(after, b"")
    while one or two:
        if one == two:
            one, two = next(before, b""), next(after, b"")
        elif not two or (one and one < two):
            yield Edit("D", one[:-1])
            one = next(before, b"")
        else:
            yield Edit("A", two[:-1])
            two = next(after, b"")


def write_patch(old: Release, new: Release, found: Iterable[Edit]) -> Iterator[bytes]:
    """The lines of an RDF Patch; its header names both releases."""
    one, two = (Minter(release.base).thing("release", release.id) for release in (old, new))
    yield f"H id {two} .\nH prev {one} .\nTX .\n".encode()
    for operation, line in found:
        yield operation.encode() + b" " + line + b"\n"
    yield b"TC .\n"
