"""When two answers are the same: the order of rows counts where the query asks for one, digits of a number never do."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from delmaal.engine.rewrites import same
from delmaal.terms import PREFIXES

Found = bool | Counter[tuple[object, ...]] | list[tuple[object, ...]] | frozenset[str]

_NUMBERS = {PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float", "nonNegativeInteger")}


def meaning(query: str, body: bytes) -> Found:
    """What an answer in SPARQL JSON or N-Triples says."""
    if query.startswith(("CONSTRUCT", "DESCRIBE")):
        return frozenset(same(quad.triple) for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES))
    found = json.loads(body)
    if "boolean" in found:
        return bool(found["boolean"])
    names = found["head"]["vars"]
    rows = [tuple(_term(row.get(name)) for name in names) for row in found["results"]["bindings"]]
    ordered = "ORDER BY" in query.rpartition("}")[2]
    return [tuple(names), *rows] if ordered else Counter([tuple(names), *rows])


def _term(term: dict[str, str] | None) -> object:
    if term is None:
        return None
    kind = term.get("datatype", PREFIXES["xsd"] + "string" if term["type"] == "literal" else "")
    value: object = term["value"]
    if kind in _NUMBERS:
        try:
            value = Decimal(term["value"]).normalize()
        except InvalidOperation:
            value = term["value"]
    return (term["type"], value, kind, term.get("xml:lang", "").lower())
