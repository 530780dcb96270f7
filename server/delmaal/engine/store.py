"""A remote store's graphs, through the SPARQL 1.1 Graph Store HTTP Protocol: replace, add, read, remove.

What is sent holds no blank nodes, so that sending it twice changes nothing: a lost connection is no reason to give up.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from urllib.parse import quote

from delmaal.engine.client import Answer, Client
from delmaal.engine.replies import without_login
from delmaal.engine.wire import Watch, address
from delmaal.errors import EngineBroken, EngineError, EngineTooSlow, EngineUnfilled, EngineUnreachable, short

N_TRIPLES = "application/n-triples"


class GraphStore:
    """The graphs of one dataset.

    A graph is named by its IRI, the default graph by the empty string; `default_graph` is the graph that stands for it
    where that is not the store's own. `seconds` are for the beginning of an answer, and for each step of it; `waits`
    are the seconds before each further attempt where the connection is lost or the store is busy.
    """

    def __init__(self, url: str, default_graph: str = "", seconds: float = 600,
                 waits: Sequence[float] = (1, 5)) -> None:
        where = address(url)
        self.url = where.url
        """The store's URL, without user and password."""
        self.default_graph = default_graph
        self._client = Client(where)
        self._seconds = seconds
        self._waits = waits

    def replace(self, graph: str, content: bytes) -> None:
        """Let a graph hold these N-Triples and nothing else (PUT). Raises EngineError."""
        self._ask("PUT", graph, content).close()

    def add(self, graph: str, content: bytes) -> None:
        """Add N-Triples to a graph (POST). Raises EngineError."""
        self._ask("POST", graph, content).close()

    def remove(self, graph: str) -> None:
        """Remove a graph, or find it gone (DELETE). Raises EngineError."""
        try:
            self._ask("DELETE", graph).close()
        except EngineUnfilled:
            return

    @contextmanager
    def read(self, graph: str) -> Iterator[BufferedReader | None]:
        """A graph as N-Triples, as they come (GET); None where there is no such graph.

        Raises EngineError, and reading on does where the answer breaks off.
        """
        try:
            answer = self._ask("GET", graph)
        except EngineUnfilled:
            yield None
            return
        with answer:
            if answer.headers.get("content-encoding", "identity").lower() != "identity":
                raise EngineBroken(f"{self.url} packs its answer, which nobody asked for")
            yield answer.file()

    def _ask(self, method: str, graph: str, content: bytes = b"") -> Answer:
        for wait in self._waits:
            try:
                return self._once(method, graph, content)
            except (EngineUnreachable, EngineTooSlow):
                time.sleep(wait)
        return self._once(method, graph, content)

    def _once(self, method: str, graph: str, content: bytes) -> Answer:
        name = graph or self.default_graph
        sign = "&" if "?" in self.url else "?"
        target = f"{self.url}{sign}" + (f"graph={quote(name, safe='')}" if name else "default")
        # Virtuoso answers 406 to a PUT that accepts N-Triples: what it would say there is no graph
        headers = {"Content-Type": N_TRIPLES} if content else {"Accept": N_TRIPLES if method == "GET" else "*/*"}
        what = f"{method} {self.url}"
        try:
            answer = self._client.ask(method, target, Watch(self._seconds, renewed=True), headers, content)
        except EngineTooSlow as error:
            raise EngineTooSlow(f"{what} took over {self._seconds:g} seconds") from error
        except EngineError as error:
            raise type(error)(f"{what}: {error.sentence}") from error
        if 200 <= answer.status < 300 and answer.status != 206:
            return answer
        with answer:
            raise self._refusal(answer, what)

    def _refusal(self, answer: Answer, what: str) -> EngineError:
        words = short(answer.words(2000), 200)
        said = f"{what} was answered {answer.status}" + (f": {words}" if words else "")
        if 300 <= answer.status < 400:
            target = without_login(answer.headers.get("location", "")) or "nothing"
            return EngineBroken(f"{what} was answered {answer.status} and names {target}; nothing is sent there: name "
                                "the address itself")
        if answer.status == 404:
            return EngineUnfilled(f"{said}; create the dataset, or mend the URL")
        if answer.status in (401, 403):
            return EngineBroken(f"{said}; give a user who may do so: http://user:password@…")
        if answer.status in (408, 429, 502, 503, 504):
            return EngineUnreachable(f"{said}; try again later")
        return EngineBroken(said)
