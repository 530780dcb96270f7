"""A query on a release's store, as bytes in the format that was asked for.

Nothing here can be stopped but by the end of the process.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from types import TracebackType

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from delmaal.errors import DelmaalError, QueryMalformed, QueryRefused, QueryTooBig, ReleaseError
from delmaal.formats import BY_NAME, Format, write
from delmaal.keeper.protocol import Request
from delmaal.terms import PREFIXES

STORES = 3
"""How many releases are kept open."""

PRETTY = 50_000
"""Up to how many triples a graph is written sorted, in a quarter of a second."""

_SIGNS = tuple((prefix, f"{prefix}:") for prefix in PREFIXES)
_LINES = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_SAID = re.compile(r"[A-Z]\w+(?: [\w-]+){2,}")
_NAME_BEFORE = re.compile(r"([\w.-]*:)[^\s:]*\s*\Z")


class Stores:
    """The releases that were asked last, open; `opening` wraps the opening of another."""

    def __init__(self, opening: Callable[[str, Callable[[str], Store]], Store]) -> None:
        self._opening = opening
        self._open: OrderedDict[str, Store] = OrderedDict()

    def get(self, folder: str) -> Store:
        """The store of the release in this folder.

        Raises ReleaseError where it cannot be opened.
        """
        found = self._open.get(folder)
        if found is None:
            found = self._opening(folder, self._fresh)
        self._open.move_to_end(folder)
        return found

    def _fresh(self, folder: str) -> Store:
        while len(self._open) >= STORES:
            self._open.popitem(last=False)
        try:
            store = Store.read_only(str(Path(folder, "store")))
        except (OSError, ValueError) as error:
            raise ReleaseError("release-damaged", f"the store in {folder} cannot be opened ({error})") from error
        store.query("ASK {}")  # what the engine makes at its first use is made before the limits stand
        self._open[folder] = store
        return store


class Bounded:
    """A file in memory that refuses to hold more than its limit, in bytes."""

    def __init__(self, limit: int) -> None:
        self.body = bytearray()
        self.full = False
        self.limit = limit

    def write(self, chunk: bytes) -> int:
        """Append.

        Raises QueryTooBig.
        """
        if len(self.body) + len(chunk) > self.limit:
            self.full = True
            raise too_big(self.limit)
        self.body += chunk
        return len(chunk)

    def flush(self) -> None:
        """Nothing is held back."""


def too_big(limit: int) -> QueryTooBig:
    """The error of a result over the limit."""
    return QueryTooBig(f"the result has more than {limit >> 20} MB; ask for less, or take a dump of the data")


def evaluate(store: Store, request: Request, limit: int) -> tuple[str, bytes | bytearray]:
    """The name of the format used, and the result in it, of at most `limit` bytes.

    Raises QueryMalformed, QueryRefused or QueryTooBig.
    """
    output = Bounded(limit)
    with worded(request.query, output):
        results = results_of(store, request)
        if isinstance(results, QueryTriples):
            row = BY_NAME[request.graph]
            return row.name, _graph(results, row, output)
        row = BY_NAME[request.results]
        return row.name, _table(results, row, output)


class worded:  # noqa: N801  # reads as what it does: `with worded(text)`
    """What goes wrong in the block, in words of ours: QueryMalformed, QueryRefused or QueryTooBig.

    A class, since a generator would cost what a lookup costs.
    """

    __slots__ = ("_output", "_text")

    def __init__(self, text: str, output: Bounded | None = None) -> None:
        self._text = text
        self._output = output

    def __enter__(self) -> None:
        """Nothing is to be done."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None or isinstance(error, DelmaalError):
            return
        if isinstance(error, SyntaxError):
            raise QueryMalformed(_malformed(str(error), self._text)) from error
        if isinstance(error, UnicodeError):
            raise QueryMalformed("the query has half a surrogate pair, which is no character") from error
        if isinstance(error, MemoryError):
            raise QueryTooBig("the query needed more memory than a query may; ask for less") from error
        if isinstance(error, (OSError, RuntimeError, ValueError)):
            if self._output is not None and self._output.full:
                raise too_big(self._output.limit) from error
            raise QueryRefused(f"the query cannot be evaluated: {str(error)[:300]}") from error


def results_of(store: Store, request: Request) -> QuerySolutions | QueryBoolean | QueryTriples:
    """The results, computed as they are read.

    The rows of PREFIXES are known without declaration, but are only handed over where they are needed: that costs as
    much as to parse a query.
    """
    text = request.query
    declared = text[:6].upper() == "PREFIX"  # it probably declares all that it uses
    if declared and not request.default_graphs and not request.named_graphs:
        try:
            return store.query(text, base_iri=request.base or None)
        except SyntaxError:
            pass  # it may use one that it does not declare
    default: list[NamedNode | BlankNode | DefaultGraph] = [_graph_named(iri) for iri in request.default_graphs]
    named: list[NamedNode | BlankNode] = [_graph_named(iri) for iri in request.named_graphs]

    return store.query(
        text,
        base_iri=request.base or None,
        prefixes=_prefixes(text),
        default_graph=default or ([] if named else None),  # either parameter alone leaves the other empty
        named_graphs=named or ([] if default else None),
    )


def _prefixes(text: str) -> dict[str, str]:
    """The rows of PREFIXES that a query may mean."""
    if "\\" in text:
        return PREFIXES
    return {prefix: PREFIXES[prefix] for prefix, sign in _SIGNS if sign in text}


def _table(results: QuerySolutions | QueryBoolean, row: Format, output: Bounded) -> bytes | bytearray:
    assert row.results is not None, f"{row.name} is no format of results"
    if isinstance(results, QueryBoolean) and row.name in {"csv", "tsv"}:
        return b"true\n" if results else b"false\n"  # the formats of CSV and TSV leave ASK open
    results.serialize(output, format=row.results)  # type: ignore[arg-type]  # needs no more of a file than to write
    return output.body


def _graph(results: QueryTriples, row: Format, output: Bounded) -> bytes | bytearray:
    """A graph: a small one sorted, with the prefixes that it uses; a big one as it comes."""
    assert row.rdf is not None, f"{row.name} is no format of RDF"
    first = list(islice(results, PRETTY + 1))
    if len(first) <= PRETTY:
        output.write(write(first, row))
    elif row.rdf in _LINES:
        serialize(first, output, format=RdfFormat.N_TRIPLES)  # type: ignore[arg-type]
        results.serialize(output, format=RdfFormat.N_TRIPLES)  # type: ignore[arg-type]
    else:
        rest: Iterator[Triple] | Iterator[Quad] = chain(first, results)
        if row.quads:
            rest = (Quad(*triple) for triple in chain(first, results))
        serialize(rest, output, format=row.rdf, prefixes=PREFIXES)  # type: ignore[arg-type]
    return output.body


def _graph_named(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise QueryMalformed(f"{iri[:200]!r} is given as a graph, and is no absolute IRI") from error


def _malformed(said: str, text: str) -> str:
    """Where it is, what stands there, and what is wrong if the parser knows.

    What it expected is left out: it names one of dozens, and seldom the one that was meant.
    """
    match = _POSITION.match(said)
    if not match:
        return f"the query is malformed: {said[:300]}"
    line, column = int(match[1]), int(match[2])
    lines = text.split("\n")
    here = lines[line - 1] if line <= len(lines) else ""
    before, after = here[: column - 1], here[column - 1 :]
    near = f"{' '.join(before.split()[-1:])[-20:]} {after.strip()[:20]}".strip()
    sentence = f"{line}:{column}: the query is malformed" + (f" near {near!r}" if near else "")
    name = _NAME_BEFORE.search(before)
    if "Prefix not found" in match[3] and name:
        return f"{sentence}: the prefix {name[1]} is not declared"
    known = _SAID.search(match[3].replace("Prefix not found", ""))
    return f"{sentence}: {known[0]}" if known else sentence
