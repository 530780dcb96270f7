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
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from delmaal.engine.clauses import Clauses, read_clauses
from delmaal.engine.replies import boolean, check_type, check_whole, failure
from delmaal.engine.wire import AGENT, Watch, Wires, address, fill
from delmaal.errors import (
    EngineBroken,
    EngineTooSlow,
    EngineUnfilled,
    EngineUnreachable,
    GraphUnknown,
    QueryBusy,
    QueryTooBig,
    ReleaseError,
    short,
)
from delmaal.formats import BY_NAME, Format
from delmaal.settings import Settings
from delmaal.statements import PARTS
from delmaal.terms import Minter, term

PARALLEL = 24
"""Queries that one process has under way at the store; one more is refused, so that threads are left for all else."""

_FILLED_SECONDS = 10.0


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
        self._address = address(url)
        self._seconds = seconds
        self._limit = result_mb << 20
        self._wires = Wires(self._address)
        self._graphs = frozenset(graphs)
        self._dataset = Dataset((default_graph,), tuple(sorted(graphs))) if default_graph else Dataset()
        self._release = release
        self._filled = 0.0
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
        row = BY_NAME[graph if clauses.form in ("CONSTRUCT", "DESCRIBE") else results]
        watch = Watch(self._seconds, gone)
        if not self._slots.acquire(blocking=False):
            raise QueryBusy("as many queries as there may be are at the store; try again later")
        try:
            self._check_filled(watch)
            return row.name, self._answer(query, clauses, row, own, watch)
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

    def holds_release(self) -> bool:
        """Whether the dataset describes this release, which a push says last of all; raises EngineError."""
        return self._holds_release(Watch(self._seconds))

    def _holds_release(self, watch: Watch) -> bool:
        query = f"ASK {{ <{self._release}> a <{term('prov:Entity').value}> }}"
        body = self._answer(query, Clauses("ASK"), BY_NAME["sparql-json"], self._dataset, watch)
        return json.loads(body)["boolean"] is True

    def _answer(self, query: str, clauses: Clauses, row: Format, dataset: Dataset, watch: Watch) -> bytes:
        """The whole answer; that to ASK is had in JSON, since the W3C leaves open what it is in CSV."""
        asked = BY_NAME["sparql-json"] if clauses.form == "ASK" else row
        form = [("query", clauses.declarations + query)]
        form += [("default-graph-uri", iri) for iri in dataset.default]
        form += [("named-graph-uri", iri) for iri in dataset.named]
        wire, response = self._wires.post(urlencode(form, errors="replace"), asked.media_type, watch)
        try:
            if response.status != 200:
                raise failure(response, asked, self._address.url)
            check_type(response, asked)
            body = self._body(response)
        except (OSError, HTTPException) as error:
            wire.close()
            watch.look()
            raise EngineBroken("the store's answer broke off; ask again") from error
        except BaseException:
            wire.close()
            raise
        if response.will_close:
            wire.close()
        else:
            self._wires.keep(wire)
        check_whole(body, asked)
        return boolean(body, row) if clauses.form == "ASK" else body

    def _body(self, response: HTTPResponse) -> bytes:
        body = bytearray()
        while chunk := response.read(65536):
            body += chunk
            if len(body) > self._limit:
                raise QueryTooBig(f"the result is over {self._limit >> 20} MB; ask for less, or take a dump")
        if response.length:
            raise EngineBroken("the store's answer broke off; ask again")
        return bytes(body)

    def select(self, query: str) -> list[dict[str, str]]:
        """The rows of a small SELECT of our own, through SPARQLWrapper: the value of each variable that is bound.

        Raises EngineError.
        """
        from SPARQLWrapper import JSON, POST, SPARQLWrapper  # noqa: PLC0415  # it loads rdflib, which no query needs
        from SPARQLWrapper.SPARQLExceptions import EndPointNotFound, SPARQLWrapperException  # noqa: PLC0415

        client = SPARQLWrapper(self._address.url, agent=AGENT)
        client.setMethod(POST)
        client.setReturnFormat(JSON)
        client.setOnlyConneg(True)
        client.setTimeout(int(self._seconds))
        client.setQuery(query)
        if self._address.user:
            client.setCredentials(self._address.user, self._address.password)
        for iri in self._dataset.default:
            client.addParameter("default-graph-uri", iri)
        for iri in self._dataset.named:
            client.addParameter("named-graph-uri", iri)
        try:
            found: Any = client.queryAndConvert()
            rows = found["results"]["bindings"]
            return [{name: str(value["value"]) for name, value in row.items()} for row in rows]
        except EndPointNotFound as error:
            raise EngineUnfilled(f"there is no dataset at {self._address.url}") from error
        except TimeoutError as error:
            raise EngineTooSlow(f"{self._address.url} took over {self._seconds:g} seconds") from error
        except OSError as error:
            raise EngineUnreachable(f"{self._address.url} cannot be asked: {short(str(error), 200)}") from error
        except (SPARQLWrapperException, HTTPException, ValueError, LookupError, TypeError) as error:
            sentence = f"{self._address.url} gave no SPARQL JSON: {short(str(error), 200)}"
            raise EngineBroken(sentence) from error

    def named_graphs(self) -> list[str]:
        """The named graphs that the dataset has; raises EngineError."""
        return [row["g"] for row in self.select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }") if "g" in row]

    def counts(self) -> dict[str, int]:
        """How many statements each graph has; the default graph is the empty string.

        Raises EngineError.
        """
        default = self.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        named = self.select("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
        return {"": int(default[0]["n"])} | {row["g"]: int(row["n"]) for row in named if "g" in row}


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

