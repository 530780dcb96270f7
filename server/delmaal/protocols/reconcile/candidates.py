"""Finds and scores the candidates of one reconciliation query (Reconciliation API 0.2, section 4).

A score is from 0 to 100: how like the name is, or 100 for a code or an IRI; properties that do not fit take their share
of it. `match` is true only where nothing is left to judge: the code, the IRI or the whole title, of one entity alone,
with every property that was given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from delmaal.codes import reading
from delmaal.protocols.reconcile.entities import BY_KIND, KINDS, described, expanded, kinds_of
from delmaal.protocols.reconcile.query import LONGEST, Query
from delmaal.protocols.search.results import label_of
from delmaal.reading.releases import Opened
from delmaal.reading.things import Thing, things_of
from delmaal.search import Hit, Search
from delmaal.search.words import name as folded

_WORDS, _CONSIDERED = 20, 25
_BY_PROPERTIES = 200
"""Entities that are looked at where a query gives properties and no name."""

_CODED = re.compile(r"(?:(?:fns?|un)\s+)?(?:sdg|goal|target|delmål|delmal|bærekraftsmål|mål)s?[\s.:#-]*(?=\d)",
                    re.IGNORECASE)
_LEADING = re.compile(r"(\d{1,2}(?:[.,]\s?(?:\d{1,2}|[a-d]))?)[\s.:–-]+(?=\D)")
_LEAST = 20
"""The score of a candidate that is worth looking at: below it, a word of a summary is all that fits."""

_KEPT = 1 << 14
_LONGEST_TEXT = 2000
_OWN: WeakKeyDictionary[Opened, dict[tuple[str, str], tuple[frozenset[str], frozenset[str]]]] = WeakKeyDictionary()
"""What entities have in properties, by release."""

_SHARE = 0.3
"""The share of a score that properties decide, where there are any."""


def candidates(opened: Opened, search: Search, query: Query, language: str) -> list[dict[str, Any]]:
    """The candidates of a query as the service writes them, the best first."""
    if not query.kinds:
        return []
    scored = []
    things = things_of(opened)
    certain = []
    for hit in _found(opened, search, query):
        exact, likeness = _likeness(hit, query)
        fits = [_fits(opened, things.thing(hit.iri), pid, values) for pid, values in query.properties]
        score = likeness if query.text else 100.0
        if fits:
            score *= (1 - _SHARE) + _SHARE * sum(fits) / len(fits)
        if not query.text and not all(fits):
            continue
        if hit.kind in query.preferred:
            score = min(100.0, score + 5)
        if score < _LEAST:
            continue
        whole = (exact or not query.text) and all(fits)
        certain.append((hit.iri, whole))
        features: list[dict[str, Any]] = [{"id": "name", "value": round(likeness, 1)}] if query.text else []
        features += [{"id": pid, "value": fit} for (pid, _), fit in zip(query.properties, fits, strict=True)]
        scored.append((score, {
            "id": hit.iri, "name": label_of(hit, language), "description": described(hit, language),
            "score": round(score, 1), "match": False, "type": [BY_KIND[hit.kind].as_json(language)],
            "features": features,
        }))
    matched = mark_certain(certain)
    scored.sort(key=lambda each: (-each[0], each[1]["id"] not in matched, KINDS.index(_kind_of(each[1])),
                                  each[1]["id"]))
    for _, candidate in scored:
        candidate["match"] = candidate["id"] in matched
    return [candidate for _, candidate in scored[: query.limit]]


def mark_certain(candidates: Iterable[tuple[str, bool]]) -> set[str]:
    """The one candidate that a query can only mean; none where it may as well mean another, as between namesakes."""
    certain = {iri for iri, whole in candidates if whole}
    return certain if len(certain) == 1 else set()


def code_in(text: str) -> str:
    """The code that a text is: `SDG 3.4`, `Delmål 5,5`, `11-a`; empty where it is none."""
    text = text.strip()
    named = _CODED.match(text)
    rest = text[named.end() :] if named else text
    target = reading(rest)
    if target:
        return target
    return str(int(rest)) if rest.isascii() and rest.isdigit() and 1 <= int(rest[:4]) <= 17 else ""


def _found(opened: Opened, search: Search, query: Query) -> list[Hit]:
    """The entities that a query may mean, each once."""
    hits: dict[str, Hit] = {}
    if query.text:
        code = code_in(query.text)
        sources: list[Iterable[Hit]] = [search.by_code(code, query.kinds)] if code else []
        leading = _LEADING.match(query.text)
        if leading:
            sources += [search.by_code(code_in(leading[1]), query.kinds) if code_in(leading[1]) else (),
                        search.candidates(query.text[leading.end() :], query.kinds, _CONSIDERED)]
        words = " ".join(query.text.split()[:_WORDS])
        sources += [search.by_code(query.text, query.kinds), search.candidates(words, query.kinds, _CONSIDERED)]
    else:
        sources = [_by_value(opened, search, query, value)
                   for _, values in query.properties[:3] for value in values[:3]]
    for source in sources:
        for hit in source:
            hits.setdefault(hit.iri, hit)
    return list(hits.values())


def _by_value(opened: Opened, search: Search, query: Query, value: Any) -> list[Hit]:
    """The entities that say a value, or lead to it."""
    if not isinstance(value, dict):
        said = str(value)[:LONGEST]
        return search.by_code(said, query.kinds) + search.candidates(said, query.kinds, _CONSIDERED)
    lines = opened.lookup.some_incoming(str(value.get("id", "")), _BY_PROPERTIES)
    subjects = dict.fromkeys(line[1 : line.index(b"> ")].decode() for line in lines)
    return [hit for iri in subjects for hit in search.by_code(iri, query.kinds)]


def _likeness(hit: Hit, query: Query) -> tuple[bool, float]:
    """Whether a query's text can only mean an entity, and how like it is to its name (0 to 100).

    A bare `3` is the code of a goal, but may as well be a number of anything, unless the client said what it looks for.
    """
    text = query.text
    if not text:
        return False, 0.0
    code = code_in(text)
    if text == hit.iri or text in hit.codes or (code and code in hit.codes):
        return not text.isdigit() or query.kinds != KINDS, 100.0
    leading = _LEADING.match(text)
    rest = text[leading.end() :] if leading and code_in(leading[1]) in hit.codes else text
    wanted = _folded(rest)
    names = [_title(title) for title in hit.titles.values()]
    if wanted and wanted in names:
        return True, 100.0
    best = max((_alike(wanted, each) for each in names), default=0.0)
    return False, min(99.0, 50 + best / 2 if rest != text else best)


def _alike(one: str, other: str) -> float:
    """How like two folded names are: letter by letter, or by the words that they share, whichever is more."""
    one, other = one[:LONGEST], other[:LONGEST]
    mine, theirs = set(one.split()), set(other.split())
    shared = 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine and theirs else 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    letters = matcher.ratio() if matcher.real_quick_ratio() > shared else 0.0
    return 100 * max(letters, 0.95 * shared)


def _fits(opened: Opened, thing: Thing, pid: str, values: tuple[Any, ...]) -> bool:
    """Whether an entity has one of some values in a property: by identifier, by label in any language, as written."""
    iris, texts = _own(opened, thing, expanded(pid))
    return any(value.get("id") in iris if isinstance(value, dict) else _folded(_written(value)) in texts
               for value in values)


def _own(opened: Opened, thing: Thing, wanted: str) -> tuple[frozenset[str], frozenset[str]]:
    """What an entity has in a property: the IRIs, and all texts by which a value may be called, folded once for a
    release."""
    kept = _OWN.setdefault(opened, {})
    key = thing.iri, wanted
    found = kept.get(key)
    if found is None:
        own = [value for name, values in thing.values.items() if expanded(name) == wanted for value in values]
        texts = [each.value for each in own]
        for each in own:
            if each.is_iri:
                texts += [each.value.rpartition("/")[2].rpartition("#")[2], *opened.labels(each.value).values()]
        if len(kept) >= _KEPT:
            kept.clear()
        found = kept[key] = (frozenset(each.value for each in own if each.is_iri),
                             frozenset(map(folded, texts)) - {""})
    return found


@lru_cache(maxsize=1 << 12)
def _folded(text: str) -> str:
    return folded(text[:_LONGEST_TEXT])


@lru_cache(maxsize=1 << 14)
def _title(text: str) -> str:
    return folded(text)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _kind_of(candidate: dict[str, Any]) -> str:
    return kinds_of(candidate["type"][0]["id"])[0]
