"""Everything that can go wrong, as one tree.

    DelmaalError                 exit code, a stable code, a sentence
    ├── SourceError              1  one mistake in a source, at its Mark
    ├── SourceErrors             1  all mistakes of a run
    ├── InvalidPublication       1  the graph breaks a shape of severity Violation
    ├── SettingError             2  a setting or option that cannot be
    ├── ReleaseError             3  a release that is missing, damaged or cannot be opened
    ├── QueryError               4  a query that is malformed or was refused
    │   ├── GraphUnknown         4  it reads from a graph that a remote store might fetch
    │   └── KeptError            4  what the keeper says instead of a result, and when to ask again
    │       ├── QueryMalformed, QueryTooDeep, ServiceRefused, UpdateRefused, QueryRefused: ask otherwise
    │       ├── QueryTooSlow, QueryTooBig, QueryBusy, KeeperUnreachable: over a limit, or at a bad time
    │       └── QueryAbandoned: the client left
    ├── ServerError              5  the server cannot start
    ├── EngineError              6  what a remote store did instead of answering
    │   ├── EngineUnreachable, EngineTooSlow: no answer, or none in time
    │   ├── EngineBroken, EngineCut, EngineUnfilled: a useless answer, a part of one, or it does not hold the release
    │   └── StoreForeign, StoreDiffers: a push would overwrite others' data, or did not arrive as it was sent
    └── CatalogueError           7  a catalogue that cannot be had or read, or shapes for it

An error says where it is, what was found and what to do; it never carries a traceback to the user.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A position in a source file: line and column count from 1, columns in characters."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class DelmaalError(Exception):
    """The root: every error has a stable code, a sentence, and the exit code of the command it ends."""

    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


class SourceError(DelmaalError):
    """One mistake in a source: where, what was found, and what would be right."""

    def __init__(self, code: str, mark: Mark, sentence: str) -> None:
        super().__init__(code, sentence)
        self.mark = mark

    def __str__(self) -> str:
        return f"{self.mark} {self.code}: {self.sentence}"


class SourceErrors(DelmaalError):
    """All mistakes that one run found in the sources, in the order of their positions."""

    def __init__(self, errors: Sequence[SourceError]) -> None:
        self.errors = tuple(sorted(errors, key=lambda error: (error.mark, error.code)))
        super().__init__("sources-invalid", f"{count(len(self.errors), 'mistake')} in the sources")


class InvalidPublication(DelmaalError):
    """The graph breaks shapes: nothing was released."""

    def __init__(self, violations: int, findings: Sequence[object] = ()) -> None:
        self.findings = tuple(findings)
        super().__init__("publication-invalid", f"{count(violations, 'violation')}; nothing was released")


class SettingError(DelmaalError):
    """A setting, option or environment variable that cannot be used."""

    exit_code = 2


class ReleaseError(DelmaalError):
    """A release that is missing, damaged or cannot be opened."""

    exit_code = 3


class QueryError(DelmaalError):
    """A query that is malformed, refused or over a limit."""

    exit_code = 4


class KeptError(QueryError):
    """What the keeper says instead of a result.

    `retry_after` is in seconds, and None where asking the same again is of no use.
    """

    name: ClassVar[str]
    retry_after: ClassVar[int | None] = None

    def __init__(self, sentence: str) -> None:
        super().__init__(self.name, sentence)


class QueryMalformed(KeptError):
    """Not SPARQL; the sentence names line and column, both from 1, columns in characters."""

    name = "query-malformed"


class ServiceRefused(KeptError):
    """It would fetch from another endpoint."""

    name = "query-service-refused"


class UpdateRefused(KeptError):
    """It would write."""

    name = "query-update-refused"


class QueryTooDeep(KeptError):
    """It is nested or chained deeper than the parser's stack."""

    name = "query-too-deep"


class QueryRefused(KeptError):
    """The engine has a failure of its own on it."""

    name = "query-refused"


class QueryTooSlow(KeptError):
    """It ran for longer than a query may."""

    name = "query-too-slow"
    retry_after = 60


class QueryTooBig(KeptError):
    """It needed more memory than a query may, or its result is bigger than a result may be: it will again."""

    name = "query-too-big"


class QueryBusy(KeptError):
    """As many slow queries as there may be are running."""

    name = "query-busy"
    retry_after = 10


class QueryAbandoned(KeptError):
    """The client left before the answer."""

    name = "query-abandoned"


class KeeperUnreachable(KeptError):
    """There is no keeper, or it ended while the query ran; it is started again at once."""

    name = "keeper-unreachable"
    retry_after = 1


KEPT: Mapping[str, type[KeptError]] = {
    kind.name: kind
    for kind in (QueryMalformed, ServiceRefused, UpdateRefused, QueryTooDeep, QueryRefused, QueryTooSlow, QueryTooBig,
                 QueryBusy, QueryAbandoned, KeeperUnreachable)
}


class GraphUnknown(QueryError):
    """It reads from a graph that the release has not; a remote store might fetch it."""

    def __init__(self, sentence: str) -> None:
        super().__init__("query-graph-unknown", sentence)


class ServerError(DelmaalError):
    """The server cannot start."""

    exit_code = 5


class EngineError(DelmaalError):
    """What a remote store did instead of answering.

    `retry_after` is in seconds, and None where only whoever runs the store can mend it.
    """

    exit_code = 6
    name: ClassVar[str]
    retry_after: ClassVar[int | None] = None

    def __init__(self, sentence: str) -> None:
        super().__init__(self.name, sentence)


class EngineUnreachable(EngineError):
    """There is no connection, or it was lost before the answer began."""

    name = "engine-unreachable"
    retry_after = 10


class EngineTooSlow(EngineError):
    """The whole answer did not come in time, or the store gave up for that reason."""

    name = "engine-too-slow"
    retry_after = 60


class EngineBroken(EngineError):
    """It failed or refused, or its answer broke off or is none."""

    name = "engine-broken"


class EngineCut(EngineError):
    """It gives no more rows than a limit of its own, and said so, or was found out."""

    name = "engine-cut"


class EngineUnfilled(EngineError):
    """It has no such dataset, or the dataset does not hold the release (yet)."""

    name = "engine-unfilled"
    retry_after = 60


class StoreForeign(EngineError):
    """The dataset that was to be filled holds what is no release of this publication."""

    name = "engine-foreign"


class StoreDiffers(EngineError):
    """The dataset does not hold what was sent."""

    name = "engine-differs"


class CatalogueError(DelmaalError):
    """A catalogue that is to be scored cannot be had or read, or the shapes for it."""

    exit_code = 7


def count(number: int, noun: str) -> str:
    """`1 mistake`, `2 mistakes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def short(value: str, limit: int = 60) -> str:
    """A value as a message quotes it: on one line, cut where it is long, with what is invisible as an escape."""
    line = " ".join(value[: 4 * limit].split())
    line = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in line)
    return line if len(line) <= limit and len(value) <= 4 * limit else line[: limit - 1] + "…"
