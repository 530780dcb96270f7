"""A release in any store that speaks SPARQL 1.1, by its URL; read only.

    https://store.example/repositories/{release}     a dataset for each release, since a remote store cannot be renamed
    https://reader:secret@store.example/{short}/sparql?timeout=30      user and password never leave this module

What a client reads in an error names no host and quotes nothing but the store's words on a malformed query.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from delmaal.engine.clauses import read_clauses
from delmaal.engine.client import Answer, Client
from delmaal.engine.probe import probe_rows
from delmaal.engine.replies import (
    GRAPH,
    TABLE,
    broken_off,
    check_head,
    check_limit,
    failure,
    graph_of,
    log,
    table_of,
    truth_of,
    without_login,
)
from delmaal.engine.wire import Watch, address, fill
from delmaal.engine.writing import Bounded, too_big, write_graph, write_table
from delmaal.errors import (
    DelmaalError,
    EngineBroken,
    EngineCut,
    EngineError,
    EngineUnfilled,
    GraphUnknown,
    QueryBusy,
    QueryError,
    ReleaseError,
    short,
)
from delmaal.formats import BY_NAME, Format
from delmaal.settings import Settings
from delmaal.statements import PARTS
from delmaal.terms import Minter, term

GRAPHS = ("CONSTRUCT", "DESCRIBE")
"""The forms of query whose answer is a graph."""

PARALLEL = 24
"""Queries that one process has under way at the store; one more is refused, so that threads are left for all else."""

_FILLED_SECONDS = 10.0
_UNCUT_SECONDS = 3600.0
_ONCE = 16 << 20
_CUTS_IN_SILENCE = "virtuoso"
"""How a server names itself (`Server`) that cuts a graph without a word, where its limit of rows is set."""
_UNREADABLE = (SyntaxError, ValueError, OSError, RuntimeError, MemoryError)


class Dataset(NamedTuple):
    """The graphs that a query is asked of, as the protocol gives them; none of either is the store's own dataset."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


class Remote:
    """One release's dataset at a store.

    `graphs` are the IRIs of its named graphs, `default_graph` the graph that holds its default graph where that is not
    the store's own, `release` the release's own IRI: an answer is given only while the dataset describes it. `seconds`
    are for a whole answer, `result_mb` megabytes it may have.
    """

    def __init__(self, url: str, seconds: float, graphs: Collection[str] = (), default_graph: str = "",
                 release: str = "", result_mb: int = 256) -> None:
        where = address(url)
        self.url = where.url
        """The query URL, without user and password."""
        self._client = Client(where)
        self._seconds = seconds
        self._limit = result_mb << 20
        self._graphs = frozenset(graphs)
        self._dataset = Dataset((default_graph,), tuple(sorted(graphs))) if default_graph else Dataset()
        self._release = release
        self._filled = 0.0
        self._uncut = 0.0
        self._slots = threading.BoundedSemaphore(PARALLEL)

    def ask(self, query: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = (),
            results: str = "sparql-json", graph: str = "turtle", gone: Callable[[], bool] | None = None,
            base: str = "") -> tuple[str, bytes]:
        """Evaluate a query: the name of a row of FORMATS, and the whole answer in it.

        The row is `results` for a SELECT or ASK, `graph` for a CONSTRUCT or DESCRIBE. The prefixes of `terms` need no
        declaration, and relative IRIs are relative to `base`. `gone` says whether the client left.

        Raises QueryError for a query that is malformed or refused, reads from an unknown graph, is abandoned or has too
        big a result; EngineError where the store gives no whole answer.
        """
        clauses = read_clauses(query, base)
        self._refuse_unknown((*default_graphs, *named_graphs, *clauses.graphs))
        own = Dataset(tuple(default_graphs), tuple(named_graphs))
        if own == Dataset() and not clauses.graphs:
            own = self._dataset
        row = BY_NAME[graph if clauses.form in GRAPHS else results]
        watch = Watch(self._seconds, gone)
        if not self._slots.acquire(blocking=False):
            raise QueryBusy("as many queries as there may be are at the store; try again later")
        try:
            self._check_filled(watch)
            body = self._body(clauses.declarations + query, GRAPH if clauses.form in GRAPHS else TABLE, own, watch)
            watch.look()
            return row.name, self._written(body, clauses.form, row)
        finally:
            self._slots.release()

    def _refuse_unknown(self, graphs: Iterable[str]) -> None:
        for iri in graphs:
            if iri not in self._graphs:
                known = ", ".join(sorted(self._graphs)) or "none"
                raise GraphUnknown(f"there is no graph <{short(iri, 120)}>; the named graphs are {known}")

    def _check_filled(self, watch: Watch) -> None:
        """Refuse to answer from a dataset that has not this release, or another since."""
        if self._release and time.monotonic() > self._filled:
            if not self._holds_release(watch):
                raise EngineUnfilled("the store does not hold this release yet")
            self._filled = time.monotonic() + _FILLED_SECONDS

    def holds_release(self, seconds: float | None = None) -> bool:
        """Whether the dataset describes this release, which a push says last of all; raises EngineError."""
        return self._holds_release(Watch(seconds or self._seconds))

    def _holds_release(self, watch: Watch) -> bool:
        query = f"ASK {{ <{self._release}> a <{term('prov:Entity').value}> }}"
        return bool(truth_of(self._body(query, TABLE, self._dataset, watch)))

    def _body(self, query: str, row: Format, dataset: Dataset, watch: Watch) -> bytes:
        """The whole answer in one of the two formats that a store is asked for."""
        with self.post(query, row, watch, dataset) as answer:
            if answer.status != 200:
                raise failure(answer, row, self.url)
            check_head(answer, row)
            body = answer.whole(self._limit)
            cuts = row is GRAPH and _CUTS_IN_SILENCE in answer.headers.get("server", "").lower()
            if row is TABLE:
                with _read_whole(body):
                    check_limit(answer, body)
        if cuts:
            self._refuse_cutting()
        return body

    def _refuse_cutting(self) -> None:
        """Refuse a graph of a store that has a limit: a push finds one out, but it may have been set since."""
        if time.monotonic() < self._uncut:
            return
        try:
            probe_rows(self.post, self.url)
        except EngineCut as error:
            log.warning("%s", error.sentence)
            raise EngineCut("the store has a limit of rows and does not say when a graph is cut by it; ask with "
                            "SELECT, or take a dump") from error
        self._uncut = time.monotonic() + _UNCUT_SECONDS

    def post(self, query: str, row: Format, watch: Watch, dataset: Dataset | None = None) -> Answer:
        """Send a query as the protocol's form, whatever the store says to it; nothing in the form is a client's but
        the query. Raises EngineError or QueryAbandoned."""
        dataset = self._dataset if dataset is None else dataset
        form = [("query", query)]
        form += [("default-graph-uri", iri) for iri in dataset.default]
        form += [("named-graph-uri", iri) for iri in dataset.named]
        headers = {"Accept": row.media_type, "Content-Type": "application/x-www-form-urlencoded"}
        return self._client.ask("POST", self.url, watch, headers, urlencode(form, errors="replace").encode("ascii"))

    def _written(self, body: bytes, form: str, row: Format) -> bytes:
        """A store's answer in the format that the client wants, as the embedded engine writes it."""
        output = Bounded(self._limit)
        if form == "ASK":
            return bytes(write_table(truth_of(body), row, output))
        with _read_whole(body, output):
            if form in GRAPHS:
                triples = graph_of(body)
                if len(body) <= _ONCE:  # a graph has each statement once; to see to it takes memory
                    triples = iter(dict.fromkeys(triples))
                return bytes(write_graph(triples, row, output))
            return bytes(write_table(table_of(body), row, output))

    def select(self, query: str) -> list[dict[str, str]]:
        """The rows of a small SELECT of our own, of the release's dataset: the value of each variable that is bound.

        SPARQLWrapper makes the request and reads the result, our client carries them. Raises EngineError, whose words
        name the store.
        """
        from delmaal.engine.wrapper import rows_of  # noqa: PLC0415  # it loads rdflib, which no client's query needs

        return rows_of(self.url, query, self._dataset.default, self._dataset.named, self._carry)

    def _carry(self, method: str, url: str, headers: dict[str, str], content: bytes) -> bytes:
        """What SPARQLWrapper would have opened."""
        try:
            with self._client.ask(method, url, Watch(self._seconds), headers, content) as answer:
                self._refuse(answer)
                check_head(answer, TABLE)
                body = answer.whole(self._limit)
                check_limit(answer, body)
                return body
        except EngineError as error:
            if self.url in error.sentence:
                raise
            raise type(error)(f"{self.url}: {error.sentence}") from error
        except QueryError as error:
            raise EngineBroken(f"{self.url}: {error.sentence}") from error

    def _refuse(self, answer: Answer) -> None:
        """Refuse all but a 200; whoever fills a store reads where it wants to be asked instead."""
        target = answer.headers.get("location", "")
        if 300 <= answer.status < 400:
            sentence = f"{self.url} answers {answer.status} and names {without_login(target) or 'nothing'}"
            raise EngineBroken(f"{sentence}; nothing is sent there: name the address itself")
        if answer.status != 200:
            raise failure(answer, TABLE, self.url)

    def named_graphs(self) -> list[str]:
        """The named graphs that the dataset has; raises EngineError."""
        return [row["g"] for row in self.select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }") if "g" in row]

    def counts(self) -> dict[str, int]:
        """How many statements each graph has; the default graph is the empty string.

        Raises EngineError.
        """
        default = self.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        named = self.select("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
        try:
            return {"": int(default[0]["n"])} | {row["g"]: int(row["n"]) for row in named if "g" in row}
        except (ValueError, LookupError) as error:
            raise EngineBroken(f"{self.url} gave no number of statements") from error


class _read_whole:  # noqa: N801  # reads as what it does: `with _read_whole(body)`
    """A store's body is read to its end in the block: what cannot be read raises EngineBroken or EngineTooSlow, what is
    over the limit of `output` QueryTooBig."""

    def __init__(self, body: bytes, output: Bounded | None = None) -> None:
        self._body = body
        self._output = output

    def __enter__(self) -> None:
        """Nothing is to be done."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: object) -> None:
        if error is None or isinstance(error, DelmaalError) or not isinstance(error, _UNREADABLE):
            return
        if self._output is not None and self._output.full:
            raise too_big(self._output.limit) from error
        raise broken_off(self._body) from error


@lru_cache(maxsize=4)
def remote_of(folder: Path, settings: Settings, seconds: float | None = None) -> Remote:
    """The dataset of the release in `folder` (named after it), at the store that the settings name.

    `seconds` are for an answer, where they are others than for a client's query. Raises ReleaseError where its manifest
    cannot be read.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        iri, parts = Minter(manifest["base"]), manifest["parts"]
        graphs = [iri.graph(name).value for name, size in parts.items() if size and PARTS[name].named]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ReleaseError("release-damaged", f"release {folder.name[:12]} has no readable manifest") from error
    return Remote(fill(settings.engine_url, folder.name), seconds or settings.query_seconds, graphs,
                  settings.engine_default_graph, iri.thing("release", folder.name).value, settings.query_result_mb)

