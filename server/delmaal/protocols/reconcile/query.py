"""Reads a reconciliation query (Reconciliation API 0.2, section 4)."""

from __future__ import annotations

from math import inf
from typing import Any, NamedTuple

from delmaal.protocols.reconcile.entities import BY_KIND, KINDS, kinds_of

LIMIT, MOST = 5, 50
"""Candidates of a query, and how many may be asked for."""

LONGEST = 300
"""Characters of a query that count."""

VALUES, MOST_VALUES = 50, 1000
"""Values of properties in a query, and in a batch."""


class Query(NamedTuple):
    """One query: the name, the kinds it is restricted to, those that only add to the score, values of properties."""

    text: str
    kinds: tuple[str, ...]
    preferred: tuple[str, ...]
    properties: tuple[tuple[str, tuple[Any, ...]], ...]
    limit: int

    @property
    def values(self) -> int:
        """How many values its properties have."""
        return sum(len(values) for _, values in self.properties)


class Malformed(ValueError):
    """A query that is none, with what would be right."""


def read_query(given: Any) -> Query:
    """A query as a client sends it.

    Raises Malformed where it is none.
    """
    if not isinstance(given, dict):
        raise Malformed("a query is an object, with query, or properties, or both")
    text, properties = given.get("query", ""), [] if given.get("properties") is None else given["properties"]
    if not isinstance(text, str | int | float) or isinstance(text, bool):
        raise Malformed("query is a text")
    text = str(text).strip()
    if not text and not properties:
        raise Malformed("a query needs query or properties")
    types = given.get("type") or []
    types = [types] if isinstance(types, str) else types
    if not isinstance(types, list) or not all(isinstance(each, str) for each in types):
        raise Malformed("type is a type's identifier, or a list of such")
    strict = given.get("type_strict", "any")
    if strict not in ("any", "all", "should"):
        raise Malformed("type_strict is any, all or should")
    restricted = _restricted(types, strict)
    preferred = tuple(kind for each in types for kind in kinds_of(each)) if strict == "should" else ()
    return Query(text[:LONGEST], restricted, preferred, _properties(properties), _limit(given.get("limit", LIMIT)))


def _restricted(types: list[str], strict: str) -> tuple[str, ...]:
    """The kinds that a query is restricted to.

    Raises Malformed for a type that is not known.
    """
    known = [kinds_of(each) for each in types]
    for given, kinds in zip(types, known, strict=True):
        if not kinds:
            known_types = ", ".join(each.iri for each in BY_KIND.values())
            raise Malformed(f"there is no type {given[:100]!r}; there are {known_types}")
    if not types or strict == "should":
        return KINDS
    if strict == "all":
        return tuple(kind for kind in KINDS if all(kind in kinds for kinds in known))
    return tuple(kind for kind in KINDS if any(kind in kinds for kinds in known))


def _properties(given: Any) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """The values of properties; an empty cell of a client's table gives none.

    Raises Malformed where they are none.
    """
    if not isinstance(given, list) or len(given) > 20:
        raise Malformed("properties is a list of at most 20 objects with pid and v")
    found = []
    for each in given:
        if not isinstance(each, dict) or not isinstance(each.get("pid"), str) or "v" not in each:
            raise Malformed("a property is an object with pid and v")
        values = each["v"] if isinstance(each["v"], list) else [each["v"]]
        if not all(isinstance(value, str | int | float | bool | dict) or value is None for value in values):
            raise Malformed("v is a text, a number, true or false, an object with id, or a list of such")
        if not all(isinstance(value.get("id"), str) for value in values if isinstance(value, dict)):
            raise Malformed("the id of a value is a text")
        said = tuple(value for value in values if value not in (None, ""))
        if said:
            found.append((each["pid"], said))
    count = sum(len(values) for _, values in found)
    if count > VALUES:
        raise Malformed(f"the properties of a query may have {VALUES} values in all, not {count}")
    return tuple(found)


def _limit(given: Any) -> int:
    if isinstance(given, str) and given.strip().isascii() and given.strip().isdigit():
        given = int(given.strip()[:9])  # as clients send it that read it from a field
    if isinstance(given, bool) or not isinstance(given, int | float) or not 1 <= given < inf or given % 1:
        raise Malformed("limit is a whole number from 1 on")
    return min(int(given), MOST)
