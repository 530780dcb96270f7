"""One query child: takes a connection, evaluates one query, answers whole, waits for the next.

The kernel supervises it. An alarm ends a query that takes too long, with whatever native code is running. RLIMIT_DATA
ends one that needs too much memory. A seccomp filter keeps it from making sockets, so that nothing can be fetched,
whatever the tokenizer let through. Parser and evaluator run in a thread whose stack holds what `tokens` lets pass.
"""

from __future__ import annotations

import io
import json
import os
import re
import resource
import select
import signal
import socket
import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from delmaal.errors import KeptError, QueryMalformed, QueryRefused, QueryTooBig
from delmaal.formats import BY_NAME, write
from delmaal.keeper import tokens
from delmaal.keeper.board import Board, Verdict
from delmaal.keeper.protocol import Answer, Request, encode_answer, encode_error, receive, send
from delmaal.keeper.wall import build_wall
from delmaal.settings import Settings
from delmaal.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

STACK = 96 << 20
PRETTY = 20_000
"""Statements up to which a graph is sorted, so that its Turtle is pretty; a bigger one is written as it comes."""

_STORES = 2
_LOOK_SECONDS = 0.1
_POSITION = re.compile(r"error at (\d+):(\d+)")


class Child:
    """The loop of one child, in the row of the board that is its own."""

    def __init__(self, listener: socket.socket, board: Board, slot: int, settings: Settings) -> None:
        self.listener = listener
        self.board = board
        self.slot = slot
        self.settings = settings
        self._stores: OrderedDict[str, ox.Store] = OrderedDict()
        self._watched: tuple[int, int] | None = None

    def run(self) -> None:
        """Serve until the listener or the process ends; ends by itself after a slow query."""
        build_wall()
        threading.stack_size(STACK)
        worker = threading.Thread(target=self._loop, daemon=True)
        worker.start()
        threading.stack_size(0)
        threading.Thread(target=self._watch, daemon=True).start()
        worker.join()

    def _loop(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            turn = self.board.get(self.slot, "turn") + 1
            self.board.set(self.slot, "turn", turn)
            self.board.set(self.slot, "since", time.monotonic_ns())
            with connection:
                self._serve(connection, turn)
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.board.set(self.slot, "since", 0)
            if self.board.get(self.slot, "slow"):
                return  # niced and pinned: a fresh child takes the slot

    def _serve(self, connection: socket.socket, turn: int) -> None:
        connection.settimeout(10)
        content = receive(connection)
        if content is None:
            return
        connection.settimeout(None)
        signal.setitimer(signal.ITIMER_REAL, self.settings.query_seconds)
        send(connection, json.dumps({"slot": self.slot, "turn": turn}).encode())
        self._watched = connection.fileno(), turn
        try:
            answer = encode_answer(self._evaluate(Request.decode(content)))
        except KeptError as error:
            answer = encode_error(error)
        self._watched = None
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            connection.settimeout(60)
            send(connection, answer)
        except OSError:
            pass  # the client left with the answer on its way

    def _watch(self) -> None:
        """End the process where the client leaves before the answer: there is no other way to stop native code."""
        while True:
            time.sleep(_LOOK_SECONDS)
            watched = self._watched
            if watched is None:
                continue
            poller = select.poll()
            poller.register(watched[0], select.POLLRDHUP)
            if poller.poll(0) and self._watched is watched:
                self.board.set(self.slot, "verdict", Verdict.ABANDONED)
                self.board.set(self.slot, "verdict_turn", watched[1])
                os._exit(0)

    def _evaluate(self, request: Request) -> Answer:
        tokens.check(request.query, self.settings.query_depth)
        store = self._store(request.release)
        limit = self.settings.query_result_mb << 20
        try:
            found = store.query(
                request.query,
                base_iri=request.base or None,
                prefixes=PREFIXES,
                default_graph=[ox.NamedNode(iri) for iri in request.default_graphs] or None,
                named_graphs=self._named(request),
            )
            return _serialise(found, request, limit)
        except SyntaxError as error:
            raise QueryMalformed(_malformed(error, request.query)) from error
        except MemoryError as error:
            raise QueryTooBig("the query needed more memory than a query may") from error
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryRefused(f"the query cannot be evaluated: {str(error)[:300]}") from error

    def _named(self, request: Request) -> list[ox.NamedNode | ox.BlankNode] | None:
        if request.named_graphs:
            return [ox.NamedNode(iri) for iri in request.named_graphs]
        return [] if request.default_graphs else None

    def _store(self, release: str) -> ox.Store:
        """The store of a release; the walls are put up anew around what it needs."""
        store = self._stores.get(release)
        if store is not None:
            self._stores.move_to_end(release)
            return store
        resource.setrlimit(resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        try:
            store = ox.Store.read_only(str(Path(release) / "store"))
        except (OSError, ValueError) as error:
            raise QueryRefused("the release's store cannot be opened") from error
        self._stores[release] = store
        while len(self._stores) > _STORES:
            self._stores.popitem(last=False)
        # one query, so that what an engine makes on first use is made before the walls stand
        list(store.query("SELECT * { ?s ?p ?o } LIMIT 1"))  # type: ignore[arg-type]
        allowed = _data_size() + (self.settings.query_memory_mb << 20) + 2 * STACK
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, resource.RLIM_INFINITY))
        return store


class _Bounded(io.BytesIO):
    """A buffer that refuses to hold more than its limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, data: Buffer) -> int:
        written = super().write(data)
        if self.tell() > self.limit:
            raise QueryTooBig(f"the result is over {self.limit >> 20} MB; ask for less, or take a dump of the data")
        return written


def _serialise(found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, request: Request, limit: int) -> Answer:
    out = _Bounded(limit)
    if isinstance(found, ox.QueryTriples):
        row = BY_NAME[request.graph]
        triples: list[ox.Triple] = []
        for triple in found:
            triples.append(triple)
            if len(triples) > PRETTY:
                break
        else:
            body = write(dict.fromkeys(triples), row)
            if len(body) > limit:
                out.write(body)
            return Answer(row.name, body)
        assert row.rdf is not None, "a row of RDF_FORMATS"

        def rest() -> Iterator[ox.Triple]:
            yield from triples
            yield from found

        ox.serialize(rest(), out, format=row.rdf, prefixes=PREFIXES)
        return Answer(row.name, out.getvalue())
    row = BY_NAME[request.results]
    assert row.results is not None, "a row of RESULT_FORMATS"
    if isinstance(found, ox.QueryBoolean) and row.name in ("csv", "tsv"):
        return Answer(row.name, b"true\n" if found else b"false\n")  # the W3C leaves ASK open in these
    found.serialize(out, format=row.results)
    return Answer(row.name, out.getvalue())


def _malformed(error: SyntaxError, query: str) -> str:
    """The parser's words after line and column, from 1."""
    words = str(error.msg if isinstance(error.msg, str) else error)
    match = _POSITION.search(words)
    line, column = (int(match[1]), int(match[2])) if match else (error.lineno or 1, error.offset or 1)
    said = _POSITION.sub("", words).lstrip(": ").strip() or "this is not SPARQL"
    shown = query.splitlines()[line - 1].strip()[:80] if 0 < line <= len(query.splitlines()) else ""
    return f"{line}:{column}: {said[:300]}" + (f" (in: {shown})" if shown else "")


def _data_size() -> int:
    """Bytes of data that RLIMIT_DATA counts: VmData of this process."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0
