"""SPARQLWrapper as we use it: it makes the request of a query of our own and reads its result, and opens no socket.

What it would open goes through the one client for stores, with its login, its deadline and its refusals.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from http.client import HTTPException
from typing import Any
from urllib.request import Request

from SPARQLWrapper import JSON, POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from delmaal.engine.client import AGENT
from delmaal.errors import EngineBroken, short

Carry = Callable[[str, str, dict[str, str], bytes], bytes]
"""Sends a request (method, URL, headers, body) and gives the SPARQL JSON that answers it; raises EngineError."""


class _Read(io.BytesIO):
    """A body as SPARQLWrapper expects it of what it opens."""

    def info(self) -> dict[str, str]:
        """Its type, which was looked at before."""
        return {"content-type": "application/sparql-results+json"}


class _Carried(SPARQLWrapper):
    """A query whose request another carries."""

    def __init__(self, url: str, carry: Carry) -> None:
        super().__init__(url, agent=AGENT)
        self._carry = carry

    def _query(self) -> tuple[Any, str]:
        request: Request = self._createRequest()
        content = request.data if isinstance(request.data, bytes) else b""
        return _Read(self._carry(request.get_method(), request.full_url, dict(request.header_items()), content)), JSON


def rows_of(url: str, query: str, default: Sequence[str], named: Sequence[str], carry: Carry) -> list[dict[str, str]]:
    """The rows of a SELECT: the value of each variable that is bound.

    Raises EngineError.
    """
    client = _Carried(url, carry)
    client.setMethod(POST)
    client.setReturnFormat(JSON)
    client.setOnlyConneg(True)
    client.setQuery(query)
    for iri in default:
        client.addParameter("default-graph-uri", iri)
    for iri in named:
        client.addParameter("named-graph-uri", iri)
    try:
        found: Any = client.query().convert()
        rows = found["results"]["bindings"]
        return [{name: str(value["value"]) for name, value in row.items()} for row in rows]
    except (SPARQLWrapperException, HTTPException, ValueError, LookupError, TypeError, AttributeError) as error:
        raise EngineBroken(f"{url} gave no SPARQL JSON: {short(str(error), 200)}") from error
