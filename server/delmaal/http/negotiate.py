"""Which form a client wants, by suffix or by Accept with its weights; in which language; in which content coding."""

from __future__ import annotations

import re
from functools import lru_cache

from delmaal.formats import RDF_FORMATS, RESULT_FORMATS, Format
from delmaal.languages.tags import fallback, lookup, ranges

HTML = Format("html", "HTML", "text/html", "html", aliases=("application/xhtml+xml",))
CODINGS = ("zstd", "gzip")

_QUOTED = re.compile(r'"(?:[^"\\]|\\.?)*"?')
_LONGEST_WEIGHT = 16
_LONGEST_TAG = 35
REMEMBERED = 512
"""Letters of a header that is remembered: a longer one is weighed anew, so that none fills the memory."""


def choose(accept: str, rows: tuple[Format, ...]) -> Format | None:
    """The row that an Accept header weighs highest, the earlier one where it weighs them alike; None where it accepts
    none.

    RFC 9110, section 12.5.1: an absent Accept takes anything, a more specific range overrides a wider one. Parameters
    count for nothing: a profile or charset does not make Turtle unacceptable.
    """
    return _choose(accept, rows) if len(accept) <= REMEMBERED else _choose.__wrapped__(accept, rows)


@lru_cache(maxsize=4096)
def _choose(accept: str, rows: tuple[Format, ...]) -> Format | None:
    if not accept.strip():
        return rows[0]
    weights = _weights(accept)
    by_type = {row.media_type: row for row in rows}
    for row in rows:
        for alias in row.aliases:
            by_type.setdefault(alias, row)
    best, best_weight = None, 0.0
    for name, row in by_type.items():
        ranges = (name, f"{name.partition('/')[0]}/*", "*/*", "*")  # a bare star is no media range, and is sent
        weight = next((weights[each] for each in ranges if each in weights), 0.0)
        if weight > best_weight:
            best, best_weight = row, weight
    return best


def _weights(header: str) -> dict[str, float]:
    """What a header accepts, in lower case, each with its weight (RFC 9110, 12.4.2); what has a malformed weight is
    left out. The cost grows with the length and no faster, whatever the header says."""
    weights: dict[str, float] = {}
    for item in _QUOTED.sub("", header.lower()).split(","):
        name, *parameters = map(str.strip, item.split(";"))
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.rstrip() == "q":
                weight = _weight(value)
        if name and 0 <= weight <= 1:
            weights[name] = max(weight, weights.get(name, 0.0))
    return weights


def _weight(text: str) -> float:
    """A weight; -1 for what is none, so that what has it is left out."""
    try:
        return float(text) if len(text) <= _LONGEST_WEIGHT and "_" not in text else -1.0
    except ValueError:
        return -1.0


_REGISTERED = frozenset(("text/plain", "text/n3", "text/xml", "application/xml", "application/json"))
"""Media types that are registered, and are those of wider kinds than our own names for the same bytes."""

_ALIASES = {row.media_type: tuple(name for name in row.aliases if name in _REGISTERED)
            for row in (*RDF_FORMATS, *RESULT_FORMATS)}


@lru_cache(maxsize=1024)
def called(accept: str, content_type: str) -> str:
    """The media type under which an answer is sent: its own, unless its client takes it by another name alone."""
    own = content_type.partition(";")[0]
    names, weights = _ALIASES.get(own, ()), _weights(accept)
    if not names or any(weights.get(each, 0.0) > 0 for each in (own, f"{own.partition('/')[0]}/*", "*/*", "*")):
        return content_type
    best = max(names, key=lambda name: weights.get(name, 0.0))
    if weights.get(best, 0.0) <= 0:
        return content_type
    return f"{best}; charset=utf-8" if best.startswith("text/") else best


def by_suffix(path: str, rows: tuple[Format, ...]) -> tuple[str, Format | None]:
    """A path without the suffix of one of the rows, and that row; the path as it is where it has none."""
    if "." not in path:
        return path, None
    stem, dot, suffix = path.rpartition(".")
    if dot and stem and not stem.endswith("/"):
        for row in rows:
            if row.suffix == suffix:
                return stem, row
    return path, None


def language(accept: str, asked: str | None, languages: tuple[str, ...]) -> str:
    """The language of a page among those of a publication: the one asked for, else by Accept-Language, else the main
    one."""
    if asked:
        for each in languages:
            if each == asked:
                return each
    return _language(accept, languages) if len(accept) <= REMEMBERED else _language.__wrapped__(accept, languages)


@lru_cache(maxsize=4096)
def _language(accept: str, languages: tuple[str, ...]) -> str:
    """By lookup (RFC 4647, section 3.4): the heaviest range that leads to a language, the first of two equals.

    `*` is any language that is not refused; a reader whose languages are not there gets English where that is.
    """
    weights = {name: weight for name, weight in _weights(accept).items() if len(name) <= _LONGEST_TAG}
    if not weights:
        return languages[0]
    refused = {name for name, weight in weights.items() if not weight}
    left = tuple(each for each in languages if refused.isdisjoint(ranges(each))) if refused else languages
    if not left:
        return languages[0]
    for name, weight in sorted(weights.items(), key=lambda each: (-each[1], each[0] == "*")):
        found = left[0] if name == "*" else lookup(name, left)
        if weight and found:
            return found
    return fallback("", left)


def coding(accept: str) -> str:
    """The content coding to send: zstd or gzip where they are asked for by name, else none (RFC 9110, 12.5.3)."""
    return _coding(accept) if len(accept) <= REMEMBERED else _coding.__wrapped__(accept)


@lru_cache(maxsize=1024)
def _coding(accept: str) -> str:
    weights = _weights(accept)
    best = max(CODINGS, key=lambda name: weights.get(name, 0.0))
    return best if weights.get(best, 0.0) > 0 else ""
