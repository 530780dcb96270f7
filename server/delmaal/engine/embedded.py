"""Oxigraph inside the process, opened read-only on the release's store: any number of processes may do so."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
)

from delmaal.errors import QueryError, ReleaseError
from delmaal.terms import PREFIXES


class Embedded:
    """One release's store.

    Raises ReleaseError where the store cannot be opened.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._store = Store.read_only(str(folder / "store"))
        except (OSError, RuntimeError, ValueError) as error:
            sentence = f"the store of release {folder.name[:12]} cannot be opened ({error})"
            raise ReleaseError("store-unreadable", f"{sentence}; run `delmaal verify`") from error

    def query(self, text: str, default_graphs: Iterable[str] = (),
              named_graphs: Iterable[str] = ()) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Evaluate a SPARQL query; the prefixes of `terms` are known without declaration.

        Raises QueryError for a query that is malformed or refused.
        """
        default: list[NamedNode | BlankNode | DefaultGraph] = [NamedNode(iri) for iri in default_graphs]
        graphs: list[NamedNode | BlankNode] = [NamedNode(iri) for iri in named_graphs]
        try:
            return self._store.query(
                text,
                prefixes=PREFIXES,
                default_graph=default or None,
                named_graphs=graphs or ([] if default else None),
            )
        except SyntaxError as error:
            raise QueryError("query-malformed", f"the query is malformed: {error}") from error
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError("query-refused", f"the query cannot be evaluated: {error}") from error
