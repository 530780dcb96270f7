"""Fills a dataset of a remote store with a release, graph by graph, and checks what arrived.

    1. the query URL is asked for more than a store that cuts its answers would give
    2. the default graph, which takes away what marks another release there, and the named graphs, in chunks of
       N-Triples: the first replaces the graph, the others add
    3. every graph is read back whole, and its number of statements and the sum of their hashes compared with the dump's
    4. the query URL is asked for the number of statements of each graph
    5. last of all the marker, which is what is said of the release itself: while that is missing, `Remote` gives no
       answer from the dataset; a dataset that is refused has none, or loses it

A note beside the releases says which chunks have arrived, so that a push that was stopped goes on where it was. The
note is never believed: a graph that differs in the end is sent anew. Statements without blank nodes can be sent twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from delmaal import disk
from delmaal.engine.dump import CHUNK, DEFAULT, Content, Dump, content
from delmaal.engine.probe import TRIED, Probe, probe
from delmaal.engine.remote import Remote
from delmaal.engine.store import GraphStore
from delmaal.engine.wire import fill
from delmaal.errors import EngineCut, EngineError, ReleaseError, StoreDiffers, StoreForeign
from delmaal.settings import Settings

Progress = Callable[[str, int, int], None]
"""Is told what is done, `send` or `check`, and how many statements of how many."""

_ALL = 1 << 62


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did: statements in the dataset over all graphs, its graphs, and the statements sent in this run."""

    statements: int
    graphs: int
    sent: int


@dataclass(slots=True)
class Note:
    """How many chunks of each graph have arrived, and how many results the store gave whole; a file, replaced whole
    after every chunk."""

    path: Path
    release: str
    chunk: int
    done: dict[str, int] = field(default_factory=dict)
    probe: Probe | None = None

    def read(self) -> None:
        """Take up what an earlier run with this release noted."""
        with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
            found = json.loads(self.path.read_bytes())
            if (found["release"], found["chunk"]) == (self.release, self.chunk):
                self.done = {str(name): int(number) for name, number in found["done"].items()}

    def write(self, store: str) -> None:
        """Keep the note. Raises ReleaseError where it cannot be written."""
        row = {"store": store, "release": self.release, "chunk": self.chunk, "done": self.done,
               "probe": self.probe and self.probe._asdict()}
        content = json.dumps(row, indent=1).encode() + b"\n"
        try:
            disk.make_folder(self.path.parent)
            disk.replace(self.path, lambda fresh: fresh.write_bytes(content))
        except OSError as error:
            raise ReleaseError("release-unwritable", f"{self.path} cannot be written: {error.strerror}") from error


class Push:
    """One run: a release's dumps, and the dataset that they go to.

    `remote` reads the dataset that `store` writes; `notes` is the folder of the notes, `replace` permission to remove
    what is no release of this publication, `chunk` the statements that are sent at a time, `limit` the greatest limit
    on results that is looked for.
    """

    def __init__(self, folder: Path, store: GraphStore, remote: Remote, notes: Path, *, replace: bool = False,
                 chunk: int = CHUNK, limit: int = TRIED, progress: Progress = lambda *_: None) -> None:
        self.dump = Dump(folder)
        self.store = store
        self.remote = remote
        self.replace = replace
        self.progress = progress
        self.limit = limit
        name = hashlib.sha256(f"{store.url} {store.default_graph}".encode()).hexdigest()[:16]
        self.note = Note(notes / f"{name}.json", self.dump.id, chunk)
        self.sent = 0
        self.marked = False
        """Whether the dataset has the marker of this release."""

    def run(self) -> Pushed:
        """Send what is missing, and check all.

        Raises EngineError: StoreForeign before anything is touched, EngineCut for a store that cuts its answers,
        StoreDiffers where the dataset does not hold what was sent, and others where the store fails; ReleaseError where
        the dumps cannot be read.
        """
        self._refuse_foreign()
        self.note.read()
        self.marked = self.remote.holds_release()
        try:
            self.note.probe = probe(self.remote.post, self.remote.url, self.limit)
            if not self.note.done and self.marked:  # pushed from another machine
                self.note.done = dict.fromkeys(self.dump.sizes, _ALL)
            self._send_and_check()
            self._check_counts()
            if not self.marked:
                self._mark()
        except (StoreDiffers, EngineCut):
            self._withdraw()
            raise
        self.note.write(self.store.url)
        return Pushed(sum(self.dump.sizes.values()), len(self.dump.sizes) - 1, self.sent)

    def _send_and_check(self) -> None:
        order = self._order()
        believed = {name for name, number in self.note.done.items() if number}
        self._send(order)
        differing = self._differing(order)
        if believed.intersection(differing):
            anew = [name for name in order if name in differing or (self.marked and name == DEFAULT)]
            for name in anew:
                self.note.done.pop(name, None)
            self._send(anew)
            differing = self._differing(anew)
        if differing:
            raise StoreDiffers(f"{self.store.url}: {'; '.join(differing.values())}")

    def _order(self) -> list[str]:
        """The graphs as they are sent: the default graph before all others, since it may mark an older release; but
        where there is no catalogue of ours, that first, so that what a push that was stopped has left is known."""
        first = [DEFAULT, self.dump.catalogue] if self._has(self.dump.catalogue) else [self.dump.catalogue, DEFAULT]
        return [*first, *(name for name in self.dump.sizes if name not in first)]

    def _mark(self) -> None:
        """Say that the release is there, and see that it is said."""
        self.marked = True
        self.store.add(DEFAULT, self.dump.marker)
        self.sent += self.dump.marker.count(b"\n")
        if not self.remote.holds_release():
            raise StoreDiffers(f"{self.store.url} took the last statements, but {self.remote.url} does not show them")
        self._check_counts()

    def _withdraw(self) -> None:
        """Take the marker away, as far as the store lets us: no server answers from the dataset any more."""
        if not self.marked:
            return
        with suppress(EngineError):
            self.store.replace(DEFAULT, next(self.dump.chunks(DEFAULT, self.note.chunk)))
            self.note.done[DEFAULT] = 1
            self.note.write(self.store.url)

    def _refuse_foreign(self) -> None:
        """Nothing that is no release of this publication is overwritten unasked."""
        base = self.dump.iri.base
        foreign = [name for name in self.remote.named_graphs() if not name.startswith(base)]
        holds = f"graph <{foreign[0]}>" if foreign else ""
        if self._has(DEFAULT) and not self._has(self.dump.catalogue):
            holds = "statements in its default graph"
        if holds and not self.replace:
            sentence = f"{self.store.url} has {holds}, which is no release of {base}"
            raise StoreForeign(f"{sentence}; name another dataset, or remove what is there with --replace")

    def _has(self, graph: str) -> bool:
        with self.store.read(graph) as response:
            return response is not None and response.read(1) != b""

    def _send(self, graphs: Iterable[str]) -> None:
        names = list(graphs)
        if self.marked and any(self._missing(name) for name in names):
            self.note.done.pop(DEFAULT, None)  # whoever reads meanwhile is told that the release is not there
            names = [DEFAULT, *(name for name in names if name != DEFAULT)]
        arrived, total = 0, sum(self.dump.sizes[name] for name in names)
        for name in names:
            for number, chunk in enumerate(self.dump.chunks(name, self.note.chunk)):
                size = chunk.count(b"\n")
                if number >= self.note.done.get(name, 0):
                    (self.store.add if number else self.store.replace)(name, chunk)
                    self.marked = self.marked and name != DEFAULT
                    self.sent += size
                    self.note.done[name] = number + 1
                    self.note.write(self.store.url)
                arrived += size
                self.progress("send", arrived, total)

    def _missing(self, graph: str) -> bool:
        """Whether the note has not all chunks of a graph."""
        own = self.dump.marker.count(b"\n") if graph == DEFAULT else 0
        return self.note.done.get(graph, 0) * self.note.chunk < self.dump.sizes[graph] - own

    def _differing(self, graphs: Iterable[str]) -> dict[str, str]:
        """What is wrong with each graph that does not hold what the dump does."""
        names = list(graphs)
        total, read = 2 * sum(self.dump.sizes[name] for name in names), 0

        def tick() -> None:
            nonlocal read
            read = min(read + CHUNK, total)
            self.progress("check", read, total)

        found = {name: self._problem(name, self.dump.content(name, tick, marked=self.marked), tick) for name in names}
        self.progress("check", total, total)
        return {name: problem for name, problem in found.items() if problem}

    def _problem(self, graph: str, wanted: Content, tick: Callable[[], None]) -> str:
        name = f"graph <{graph}>" if graph else "the default graph"
        try:
            with self.store.read(graph) as response:
                quads = iter(()) if response is None else parse(response, format=RdfFormat.N_TRIPLES)
                arrived = content(quads, tick)
        except (OSError, EngineError, SyntaxError, ValueError) as error:
            return f"{name} cannot be read back ({error})"
        if arrived.count != wanted.count:
            return f"{name} has {arrived.count:,} statements, {wanted.count:,} were sent"
        return "" if arrived == wanted else f"{name} has the right number of statements, but others than were sent"

    def _check_counts(self) -> None:
        """What the query URL sees is what was sent, graph by graph; graphs that were left from before are removed."""
        sizes = dict(self.dump.sizes)
        sizes[DEFAULT] -= 0 if self.marked else self.dump.marker.count(b"\n")
        counts = self.remote.counts()
        left = [name for name in counts if name not in self.dump.sizes]
        for name in left:
            if self.replace or name.startswith(f"{self.dump.iri.base}graph/"):
                self.store.remove(name)
        if left:
            counts = self.remote.counts()
        if counts != sizes:
            raise StoreDiffers(_difference(counts, sizes))


def store_of(folder: Path, settings: Settings) -> GraphStore:
    """Where the release in `folder` (named after it) is sent, as the settings say."""
    return GraphStore(fill(settings.engine_store_url, folder.name), settings.engine_default_graph)


def _difference(counts: Mapping[str, int], sizes: Mapping[str, int]) -> str:
    name = next(name for name in (*sizes, *counts) if counts.get(name, 0) != sizes.get(name, 0))
    graph = f"graph <{name}>" if name else "the default graph"
    seen, sent = counts.get(name, 0), sizes.get(name, 0)
    return (f"the query URL sees {seen:,} statements in {graph}, {sent:,} were sent; let both URLs name one dataset, "
            "and set engine_default_graph where the store's default graph is more than one graph")
