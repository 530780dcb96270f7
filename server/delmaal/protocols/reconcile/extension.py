"""Fetches values of properties for entities that were matched (Reconciliation API 0.2, section 7)."""

from __future__ import annotations

from typing import Any

from delmaal.languages import best
from delmaal.ntriples import Term
from delmaal.protocols.reconcile.entities import TYPES, expanded, property_name
from delmaal.protocols.reconcile.query import Malformed
from delmaal.reading.releases import Opened
from delmaal.reading.things import things_of
from delmaal.terms import PREFIXES

MOST_ENTITIES, MOST_PROPERTIES = 500, 50

_INTEGERS = frozenset(PREFIXES["xsd"] + name for name in ("integer", "nonNegativeInteger", "int", "long"))
_NUMBERS = frozenset(PREFIXES["xsd"] + name for name in ("decimal", "double", "float"))
_DATE, _DATE_TIME = PREFIXES["xsd"] + "date", PREFIXES["xsd"] + "dateTime"
_DATE_LENGTH = len("2020-05-19")


def read_extension(given: Any) -> tuple[list[str], list[str]]:
    """The identifiers and the properties of a data extension query.

    Raises Malformed where it is none.
    """
    if not isinstance(given, dict):
        raise Malformed("a data extension query is an object with ids and properties")
    ids, properties = given.get("ids"), given.get("properties")
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise Malformed("ids is a list of identifiers")
    if not isinstance(properties, list) or not all(
            isinstance(each, dict) and isinstance(each.get("id"), str) for each in properties):
        raise Malformed("properties is a list of objects with id")
    return list(dict.fromkeys(ids)), list(dict.fromkeys(each["id"] for each in properties))


def extend(opened: Opened, ids: list[str], properties: list[str], language: str) -> dict[str, Any]:
    """The values: of each entity, of each property; none for what is not known."""
    wanted = {name: expanded(name) for name in properties}
    return {
        "meta": [{"id": name, "name": property_name(opened, iri, language), **_type(iri, language)}
                 for name, iri in wanted.items()],
        "rows": {each: {name: _values(opened, each, iri, language) for name, iri in wanted.items()} for each in ids},
    }


def _type(iri: str, language: str) -> dict[str, Any]:
    """The type of a property's values, where they can be reconciled against here."""
    kind = {PREFIXES["delmaal"] + "addresses": "target", PREFIXES["sdgo"] + "hasTarget": "target",
            PREFIXES["sdgo"] + "isTargetOf": "goal"}.get(iri)
    found = next((each for each in TYPES if each.kind == kind), None)
    return {"type": found.as_json(language)} if found else {}


def _values(opened: Opened, entity: str, iri: str, language: str) -> list[dict[str, Any]]:
    values = [value for name, found in things_of(opened).thing(entity).values.items() if expanded(name) == iri
              for value in found]
    texts = {value.language: value for value in values if value.language}
    if texts:  # one text in the reader's language, not the same in two
        spoken = best(texts, language)
        values = [value for value in values if value.language in ("", spoken)]
    return [_value(opened, value, language) for value in values]


def _value(opened: Opened, value: Term, language: str) -> dict[str, Any]:
    if value.is_iri:
        labels = opened.labels(value.value)
        return {"id": value.value, "name": labels.get(best(labels, language)) or value.value}
    if value.datatype in _INTEGERS:
        return {"int": int(value.value)}
    if value.datatype in _NUMBERS:
        return {"float": float(value.value)}
    if value.datatype == _DATE and len(value.value) == _DATE_LENGTH:
        return {"date": f"{value.value}T00:00:00"}
    if value.datatype == _DATE_TIME:
        return {"date": value.value}
    return {"str": value.value}
