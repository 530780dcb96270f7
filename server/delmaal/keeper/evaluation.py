"""A query on a release's store, as bytes in the format that was asked for.

Nothing here can be stopped but by the end of the process.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Store

from delmaal.engine.writing import Bounded, too_big, write_graph, write_table
from delmaal.errors import DelmaalError, QueryMalformed, QueryRefused, QueryTooBig, ReleaseError
from delmaal.formats import BY_NAME
from delmaal.keeper.protocol import Request
from delmaal.keeper.tokens import find_undeclared, find_unseen
from delmaal.outside import named
from delmaal.terms import PREFIXES

STORES = 3
"""How many releases are kept open."""

_SIGNS = tuple((prefix, f"{prefix}:") for prefix in PREFIXES)
_POSITION = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_SAID = re.compile(r"[A-Z]\w+(?: [\w-]+){2,}")
_SAID_WITHIN = 500
"""Characters of the parser's words among which a sentence is looked for: the rest is what it expected."""

_NEAR = 200
"""Characters before and after a mistake that are looked at to say what stands there."""



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


def evaluate(store: Store, request: Request, limit: int) -> tuple[str, bytes | bytearray]:
    """The name of the format used, and the result in it, of at most `limit` bytes.

    Raises QueryMalformed, QueryRefused or QueryTooBig.
    """
    output = Bounded(limit)
    with worded(request.query, output):
        results = results_of(store, request)
        if isinstance(results, QueryTriples):
            row = BY_NAME[request.graph]
            return row.name, write_graph(results, row, output)
        row = BY_NAME[request.results]
        return row.name, write_table(results, row, output)


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


def _graph_named(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise QueryMalformed(f"{iri[:200]!r} is given as a graph, and is no absolute IRI") from error


def _malformed(said: str, text: str) -> str:
    """Where it is, what stands there, and what is wrong if the parser knows, or if it can be seen.

    The parser tries every rule, and tells how far it got: a prefix that nothing declares, or a sign that looks like a
    space, may stand long before. What it expected is left out: it names one of dozens, and seldom the one that was
    meant. All of this grows with the length of the query and no faster.
    """
    unseen = find_unseen(text)
    if unseen is not None:
        sentence = f"{_position(text, unseen)}: the query is malformed: here stands {named(text[unseen])}"
        return f"{sentence}; write a space or nothing for it"
    match = _POSITION.match(said)
    if not match:
        return f"the query is malformed: {said[:300]}"
    place = _place(text, int(match[1]), int(match[2]))
    undeclared = find_undeclared(text, place, PREFIXES)
    if undeclared is not None:
        prefix, place = undeclared
        return f"{_position(text, place)}: the query is malformed{_near(text, place)}: the prefix {prefix[:100]}: is " \
               "not declared"
    known = _SAID.search(match[3].replace("Prefix not found", "")[:_SAID_WITHIN])
    sentence = f"{match[1]}:{match[2]}: the query is malformed{_near(text, place)}"
    return f"{sentence}: {known[0]}" if known else sentence


def _place(text: str, line: int, column: int) -> int:
    """The place in a text that a line and a column are."""
    begins = 0
    for _ in range(line - 1):
        begins = text.find("\n", begins) + 1
        if not begins:
            return len(text)
    return min(begins + column - 1, len(text))


def _position(text: str, place: int) -> str:
    """The line and the column of a place."""
    return f"{text.count(chr(10), 0, place) + 1}:{place - text.rfind(chr(10), 0, place)}"


def _near(text: str, place: int) -> str:
    """What stands at a place: the word before it on its line, and what follows on it."""
    before = text[max(0, place - _NEAR) : place].rpartition("\n")[2].split()
    after = text[place : place + _NEAR].partition("\n")[0].strip()
    near = f"{before[-1][-20:] if before else ''} {after[:20]}".strip()
    return f" near {near!r}" if near else ""
