"""A resource as rows for a page: property, values, where each leads, in the reader's language where it has it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from delmaal.ntriples import Term, read_term
from delmaal.terms import PREFIXES, compact
from delmaal.web.releases import Opened


class Value(NamedTuple):
    """A value: its text, its language where it is not the page's, and the address it leads to, if any."""

    text: str
    language: str = ""
    href: str = ""
    code: str = ""


class Row(NamedTuple):
    """A property with its values; `inverse` where the values point to the resource."""

    name: str
    label: str
    href: str
    values: list[Value]
    inverse: bool


class Description(NamedTuple):
    """A resource as a page shows it."""

    title: Value
    kinds: list[Value]
    lead: str
    rows: list[Row]
    incoming: list[Row]


_TYPE = PREFIXES["rdf"] + "type"
_LEAD = (PREFIXES["dct"] + "description", PREFIXES["skos"] + "definition")
_TITLES = {PREFIXES["skos"] + "prefLabel", PREFIXES["rdfs"] + "label", PREFIXES["dct"] + "title"}
_SDG = PREFIXES["sdg"]
_SDG_CODE = re.compile(r"\d{1,2}(?:\.[0-9a-d]{1,2})?\Z")
_ADDRESSES = PREFIXES["delmaal"] + "addresses"
_SUBJECT = PREFIXES["dct"] + "subject"


def describe(opened: Opened, iri: str, own: list[bytes], incoming: list[bytes], language: str) -> Description:
    """The rows of a resource from the lines about it and the lines that lead to it."""
    grouped: dict[str, list[Term]] = {}
    for line in own:
        _, predicate, obj = line.split(b" ", 2)
        grouped.setdefault(predicate[1:-1].decode(), []).append(read_term(obj))
    kinds = [_value(opened, value, language) for value in grouped.pop(_TYPE, [])]
    lead = ""
    for name in _LEAD:
        if not lead and name in grouped:
            lead = _in(grouped.pop(name), language)
    if _ADDRESSES in grouped:  # what its sub-property says need not be said again
        addressed = set(grouped[_ADDRESSES])
        grouped[_SUBJECT] = [value for value in grouped.get(_SUBJECT, []) if value not in addressed]
    own_terms = opened.release.base + "id/dimension/"
    rows = [
        _row(opened, name, values, language, inverse=False)
        for name, values in grouped.items()
        if values and name not in _TITLES and not name.startswith(own_terms)
    ]
    back: dict[str, list[Term]] = {}
    for line in incoming:
        subject, predicate, _ = line.split(b" ", 2)
        name = predicate[1:-1].decode()
        if not name.startswith(own_terms) and not (name == _SUBJECT and iri.startswith(_SDG)):
            back.setdefault(name, []).append(Term(subject[1:-1].decode()))
    led = [_row(opened, name, values, language, inverse=True) for name, values in back.items()]
    rows.sort(key=_by_label)
    led.sort(key=_by_label)
    return Description(labelled(opened, iri, language), kinds, lead, rows, led)


def _by_label(row: Row) -> tuple[str, str]:
    return row.label.lower(), row.name


def labelled(opened: Opened, iri: str, language: str) -> Value:
    """An IRI by its label: in the page's language, else nb, nn, en, any, marked with its language; else shortened."""
    labels = opened.labels(iri)
    code = iri[len(_SDG) :] if iri.startswith(_SDG) and _SDG_CODE.match(iri, len(_SDG)) else ""
    href = address(opened.release.base, iri)
    for wanted in (language, "nb", "nn", "no", "en", ""):
        if wanted in labels:
            return Value(labels[wanted], wanted if wanted != language else "", href, code)
    for other, text in labels.items():
        return Value(text, other, href, code)
    return Value(_short(opened.release.base, iri), "", href, code)


@lru_cache(maxsize=1 << 14)
def _short(base: str, iri: str) -> str:
    short = compact(iri)
    return short if short != iri else iri.removeprefix(base)


@lru_cache(maxsize=1 << 15)
def address(base: str, iri: str) -> str:
    """Where the page of an IRI is on this server; nothing for an IRI that is no web address or name."""
    local = iri.removeprefix(base + "id/")
    if local != iri and "#" not in local and "?" not in local:
        return f"/doc/{quote(local, safe='/.~-_')}"
    if iri.startswith(("http://", "https://", "urn:")):
        return f"/doc?iri={quote(iri, safe='')}"
    return ""


def _in(values: list[Term], language: str) -> str:
    texts = {value.language: value.value for value in values if not value.is_iri}
    return texts.get(language) or texts.get("nb") or texts.get("en") or ""


def _row(opened: Opened, name: str, values: list[Term], language: str, inverse: bool) -> Row:
    shown = [_value(opened, value, language) for value in _reading(values, language)]
    if len(shown) > 1:
        shown.sort(key=lambda value: _natural(value.code or value.text))
    label = labelled(opened, name, language)
    return Row(_short(opened.release.base, name), label.text, label.href, shown, inverse)


def _natural(text: str) -> list[tuple[int, str]]:
    """Sorts 3.4 before 3.10, and numbers before letters."""
    parts = text.lower().split(".")
    return [(int(part), "") if part.isdigit() else (10**9, part) for part in parts]


def _reading(values: list[Term], language: str) -> list[Term]:
    """The texts in the reader's language where there are several languages; everything else as it is."""
    if len(values) < 2 or not any(value.language == language for value in values):
        return values
    return [value for value in values if not value.language or value.language == language]


def _value(opened: Opened, value: Term, language: str) -> Value:
    if value.is_iri:
        return labelled(opened, value.value, language)
    return Value(value.value, value.language if value.language != language else "")
