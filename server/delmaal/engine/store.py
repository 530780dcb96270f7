"""A remote store's graphs, through the SPARQL 1.1 Graph Store HTTP Protocol: replace, add, read, remove.

What is sent holds no blank nodes, so that sending it twice changes nothing: a lost connection is no reason to give up.
"""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote

from delmaal.engine.wire import AGENT, address
from delmaal.errors import EngineBroken, EngineTooSlow, EngineUnfilled, EngineUnreachable, short

N_TRIPLES = "application/n-triples"


class GraphStore:
    """The graphs of one dataset.

    A graph is named by its IRI, the default graph by the empty string; `default_graph` is the graph that stands for it
    where that is not the store's own. `seconds` are for the beginning of an answer, and for each step of it; `waits`
    are the seconds before each further attempt where the connection is lost or the store is busy.
    """

    def __init__(self, url: str, default_graph: str = "", seconds: float = 600,
                 waits: Sequence[float] = (1, 5)) -> None:
        self._address = address(url)
        self.default_graph = default_graph
        self._seconds = seconds
        self._waits = waits
        passwords = urllib.request.HTTPPasswordMgrWithPriorAuth()
        if self._address.user:  # Basic is sent at once, Digest when the store asks for it
            passwords.add_password(None, self.url, self._address.user, self._address.password, is_authenticated=True)
        self._open = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), _NoRedirect(), urllib.request.HTTPDigestAuthHandler(passwords),
            urllib.request.HTTPBasicAuthHandler(passwords),
        ).open

    @property
    def url(self) -> str:
        """The store's URL, without user and password."""
        return self._address.url

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
    def read(self, graph: str) -> Iterator[HTTPResponse | None]:
        """A graph as N-Triples, as they come (GET); None where there is no such graph.

        Raises EngineError; reading on raises OSError or HTTPException where the answer breaks off.
        """
        try:
            response = self._ask("GET", graph)
        except EngineUnfilled:
            yield None
            return
        with response:
            yield response

    def _ask(self, method: str, graph: str, content: bytes | None = None) -> HTTPResponse:
        waits = [*self._waits, None]
        for wait in waits:
            try:
                return self._once(method, graph, content)
            except (EngineUnreachable, EngineTooSlow):
                if wait is None:
                    raise
                time.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, graph: str, content: bytes | None) -> HTTPResponse:
        name = graph or self.default_graph
        sign = "&" if "?" in self.url else "?"
        target = f"{self.url}{sign}" + (f"graph={quote(name, safe='')}" if name else "default")
        headers = {"User-Agent": AGENT, "Accept": N_TRIPLES}
        if content is not None:
            headers["Content-Type"] = N_TRIPLES
        request = urllib.request.Request(target, content, headers, method=method)  # noqa: S310  # settings check the scheme
        what = f"{method} {self.url}"
        try:
            response: HTTPResponse = self._open(request, timeout=self._seconds)
        except HTTPError as error:
            with error:
                raise self._refusal(error, what) from error
        except TimeoutError as error:
            raise EngineTooSlow(f"{what} took over {self._seconds:g} seconds") from error
        except (OSError, HTTPException) as error:
            raise EngineUnreachable(f"{what}: {short(str(error), 200)}") from error
        return response

    def _refusal(self, error: HTTPError, what: str) -> Exception:
        words = short(error.read(2000).decode("utf-8", "replace"), 200)
        said = f"{what} was answered {error.code}" + (f": {words}" if words else "")
        if error.code == 404:
            return EngineUnfilled(f"{said}; create the dataset, or mend the URL")
        if error.code in (401, 403):
            return EngineBroken(f"{said}; give a user who may do so: http://user:password@…")
        if error.code in (408, 429, 502, 503, 504):
            return EngineUnreachable(f"{said}; try again later")
        return EngineBroken(said)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A store that has moved is to be named by its address: nothing is sent where nobody said."""

    def redirect_request(self, *_: Any) -> None:
        return None
