"""A release's dumps, graph by graph, and what makes two graphs the same."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse

from delmaal.engine.rewrites import same
from delmaal.errors import ReleaseError
from delmaal.terms import Minter

CHUNK = 20_000
"""Statements that are sent at a time: some megabytes."""

DEFAULT = ""
"""The name of the default graph here."""

_MODULUS = 1 << 128


@dataclass(frozen=True, slots=True)
class Content:
    """What a graph holds: how many statements, and the sum of their hashes, so that their order is of no matter."""

    count: int
    total: int


class Dump:
    """A release's graphs as N-Triples, from its dumps; `sizes` has the number of statements of each.

    What is said of the release itself is its `marker`: it belongs to the default graph, but is no part of its chunks.
    Raises ReleaseError where they cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.id = folder.name
        self._folder = folder
        try:
            manifest = json.loads((folder / "manifest.json").read_bytes())
            self.iri = Minter(manifest["base"])
            names = Counter(line[:-3].rpartition(b" ")[2] for line in self._lines("graphs.nq", "metadata.nq"))
            self.catalogue = self.iri.graph("catalogue").value
            known = {name[1:-1].decode(): size for name, size in names.items()}
            self.sizes = {name: known[name] for name in sorted(known, key=lambda name: (name != self.catalogue, name))}
            self.sizes[DEFAULT] = sum(1 for _ in self._lines("all.nt", "metadata.nt"))
            self._own = str(self.iri.thing("release", self.id)).encode() + b" "
            self.marker = b"".join(line for line in self._lines("metadata.nt") if line.startswith(self._own))
        except (OSError, ValueError, LookupError, TypeError) as error:
            sentence = f"the dumps of release {folder.name[:12]} cannot be read ({error}); run `delmaal verify`"
            raise ReleaseError("release-damaged", sentence) from error

    def _lines(self, *names: str) -> Iterator[bytes]:
        for name in names:
            with (self._folder / ("metadata" if name.startswith("metadata") else "data") / name).open("rb") as file:
                yield from file

    def chunks(self, graph: str, size: int) -> Iterator[bytes]:
        """The statements of a graph, `size` at a time; those of the default graph without the marker."""
        if graph == DEFAULT:
            rest = (line for line in self._lines("metadata.nt") if not line.startswith(self._own))
            return _batches(chain(self._lines("all.nt"), rest), size)
        end = f" <{graph}> .\n".encode()
        quads = (line for line in self._lines("graphs.nq", "metadata.nq") if line.endswith(end))
        return _batches((line[: -len(end)] + b" .\n" for line in quads), size)

    def content(self, graph: str, tick: Callable[[], None], *, marked: bool) -> Content:
        """What the graph is to hold, the default graph with its marker where it is `marked`."""
        chunks = chain(self.chunks(graph, CHUNK), [self.marker] if marked and graph == DEFAULT else ())
        return content(chain.from_iterable(parse(chunk, format=RdfFormat.N_TRIPLES) for chunk in chunks), tick)


def _batches(lines: Iterable[bytes], size: int) -> Iterator[bytes]:
    rest = iter(lines)
    while batch := b"".join(islice(rest, size)):
        yield batch


def content(quads: Iterable[Quad], tick: Callable[[], None]) -> Content:
    """What statements come to; `tick` is called after every CHUNK of them."""
    number = total = 0
    for quad in quads:
        total += int.from_bytes(hashlib.blake2b(same(quad.triple).encode(), digest_size=16).digest(), "big")
        number += 1
        if number % CHUNK == 0:
            tick()
    return Content(number, total % _MODULUS)
