"""Writes an answer in the format that was asked for, the same bytes whichever engine found it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from pyoxigraph import Quad, QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, Triple, serialize

from delmaal.errors import QueryTooBig
from delmaal.formats import Format, write
from delmaal.terms import PREFIXES

PRETTY = 50_000
"""Up to how many triples a graph is written sorted, in a quarter of a second."""

_LINES = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)


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


def write_table(results: QuerySolutions | QueryBoolean, row: Format, output: Bounded) -> bytes | bytearray:
    """The result of a SELECT or ASK."""
    assert row.results is not None, f"{row.name} is no format of results"
    if isinstance(results, QueryBoolean) and row.name in {"csv", "tsv"}:
        return b"true\n" if results else b"false\n"  # the formats of CSV and TSV leave ASK open
    results.serialize(output, format=row.results)  # type: ignore[arg-type]  # needs no more of a file than to write
    return output.body


def write_graph(results: QueryTriples | Iterator[Triple], row: Format, output: Bounded) -> bytes | bytearray:
    """A graph: a small one sorted, with the prefixes that it uses; a big one as it comes."""
    assert row.rdf is not None, f"{row.name} is no format of RDF"
    first = list(islice(results, PRETTY + 1))
    if len(first) <= PRETTY:
        output.write(write(first, row))
        return output.body
    rest: Iterator[Triple] | Iterator[Quad] = chain(first, results)
    if row.rdf in _LINES and isinstance(results, QueryTriples):  # no object of Python for each statement
        serialize(first, output, format=RdfFormat.N_TRIPLES)  # type: ignore[arg-type]
        results.serialize(output, format=RdfFormat.N_TRIPLES)  # type: ignore[arg-type]
        return output.body
    if row.rdf in _LINES:
        serialize(rest, output, format=RdfFormat.N_TRIPLES)  # type: ignore[arg-type]
        return output.body
    if row.quads:
        rest = (Quad(*triple) for triple in chain(first, results))
    serialize(rest, output, format=row.rdf, prefixes=PREFIXES)  # type: ignore[arg-type]
    return output.body
