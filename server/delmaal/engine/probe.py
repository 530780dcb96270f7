"""Finds out whether a store cuts its answers, before anything is sent to it.

A limit on rows is a setting of the store (`ResultSetMaxRows`), and nothing in an answer to CONSTRUCT shows that it was
met. So more is asked for than the usual limits let through (1,000 and 10,000 rows, Debian's for Virtuoso; 50,000 and
100,000 of public endpoints). The query makes the rows itself, of no data: those of the SELECT are empty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from delmaal.engine.client import Answer
from delmaal.engine.replies import GRAPH, TABLE, check_head, failure, graph_of, table_of
from delmaal.engine.wire import Watch
from delmaal.errors import EngineBroken, EngineCut, EngineError
from delmaal.formats import Format

TRIED = 100_000
"""The greatest limit that is found out."""

Post = Callable[[str, Format, Watch], Answer]
"""Sends a query to the store, for an answer in a format."""

_SECONDS = 300.0
_MOST = 256 << 20


class Probe(NamedTuple):
    """Rows of a SELECT and statements of a CONSTRUCT that the store gave whole."""

    rows: int
    statements: int


class _Kind(NamedTuple):
    """A form of query: its name, its beginning, the format of its answer, and how that is counted."""

    name: str
    beginning: str
    row: Format
    count: Callable[[bytes], int]


KINDS = (
    _Kind("SELECT", "SELECT ?z", TABLE, lambda body: sum(1 for _ in table_of(body))),
    _Kind("CONSTRUCT", "CONSTRUCT { ?a ?b ?c }", GRAPH, lambda body: sum(1 for _ in graph_of(body))),
)


def probe(post: Post, url: str, limit: int = TRIED) -> Probe:
    """Ask for more than `limit` rows and statements; messages name the `url`.

    Raises EngineCut where fewer come, EngineError where the store does not answer.
    """
    return Probe(*(_ask(post, url, kind, limit) for kind in KINDS))


def probe_rows(post: Post, url: str, limit: int = TRIED) -> int:
    """The same for rows alone, which is the cheaper: a limit is one for both."""
    return _ask(post, url, KINDS[0], limit)


def _ask(post: Post, url: str, kind: _Kind, limit: int) -> int:
    """As many results as the smallest cube over the limit has cells."""
    side = 1
    while side**3 <= limit:
        side += 1
    values = (f"VALUES ?{axis} {{ {' '.join(f'<urn:{axis}:{cell}>' for cell in range(side))} }}" for axis in "abc")
    query = f"{kind.beginning} {{ {' '.join(values)} }}"
    with post(query, kind.row, Watch(_SECONDS)) as answer:
        if answer.status != 200:
            error = failure(answer, kind.row, url)
            raise error if isinstance(error, EngineError) else EngineBroken(f"{url}: {error.sentence}")
        check_head(answer, kind.row)
        body = answer.whole(_MOST)
    try:
        found = kind.count(body)
    except (SyntaxError, ValueError) as error:
        raise EngineBroken(f"{url} gave no whole answer to a {kind.name} of {side**3:,} results") from error
    if found != side**3:
        raise EngineCut(f"{url} gives {found:,} results of a {kind.name} that has {side**3:,}, and does not say "
                        "so; raise its limit of rows (`ResultSetMaxRows` in virtuoso.ini), or take it away")
    return found
