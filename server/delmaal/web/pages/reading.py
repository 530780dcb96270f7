"""Reads things of a release for the pages: parsed once, kept while the release is open, bounded.

A page asks for some hundred resources; none costs more than a look into the sorted dump (see `delmaal.lookup`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary, ref

from delmaal.ntriples import Term, read_term
from delmaal.terms import PREFIXES, compact
from delmaal.web.descriptions.rows import Value, labelled
from delmaal.web.releases import Opened

KEPT = 8_000
"""How many resources, how many labels, and how many parts of pages are kept for each open release, so that a worker's
memory does not grow with the data."""

STATEMENTS = 4_000
"""How many statements about one resource a page reads."""

LINKS = 4_000
"""How many statements that lead to a resource a page reads; what has more is shown in pages of its own."""

SDG = PREFIXES["sdg"]
_Made = TypeVar("_Made")

FALLBACK = ("nb", "nn", "no", "en", "")


class Text(NamedTuple):
    """A text and its language where that is not the page's."""

    text: str
    language: str = ""


class Thing:
    """A resource by its properties, each given by its prefixed name."""

    __slots__ = ("iri", "values")

    def __init__(self, iri: str, values: dict[str, list[Term]]) -> None:
        self.iri = iri
        self.values = values

    def iris(self, name: str) -> list[str]:
        """The resources that a property leads to."""
        return [value.value for value in self.values.get(name, ()) if value.is_iri]

    def iri_of(self, name: str) -> str:
        """The first resource that a property leads to; nothing where there is none."""
        return next((value.value for value in self.values.get(name, ()) if value.is_iri), "")

    def plain(self, name: str) -> str:
        """The first literal of a property as it stands; nothing where there is none."""
        return next((value.value for value in self.values.get(name, ()) if not value.is_iri), "")

    def text(self, name: str, language: str) -> Text | None:
        """A property in the reader's language, else in bokmål, nynorsk, English, any; None where there is none."""
        texts = {value.language: value.value for value in self.values.get(name, ()) if not value.is_iri}
        return chosen(texts, language)

    def texts(self, name: str, language: str) -> list[Text]:
        """Every value of a property in the reader's language, or all of them where none is."""
        values = [value for value in self.values.get(name, ()) if not value.is_iri]
        spoken = [Text(value.value) for value in values if value.language in (language, "")]
        return spoken or [Text(value.value, value.language) for value in values]

    def is_a(self, name: str) -> bool:
        """Whether the resource is of a class."""
        wanted = _expanded(name)
        return any(value.value == wanted for value in self.values.get("rdf:type", ()))


class Things:
    """What is read of one open release; it does not keep the release open."""

    def __init__(self, opened: Opened) -> None:
        self._opened = ref(opened)
        self._things: dict[str, Thing] = {}
        self._labels: dict[tuple[str, str], Value] = {}
        self._links: dict[tuple[str, int], dict[str, list[str]]] = {}
        self._made: dict[Hashable, Any] = {}

    @property
    def opened(self) -> Opened:
        """The release; whoever reads from it holds it open for as long."""
        found = self._opened()
        if found is None:
            raise ReferenceError("a page is made of a release that is closed")
        return found

    def keep(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """What was made under a key before, else made now: a release does not change."""
        found: _Made | None = self._made.get(key)
        if found is None:
            found = make()
            if len(self._made) >= KEPT:
                self._made.clear()
            self._made[key] = found
        return found

    def thing(self, iri: str) -> Thing:
        """A resource; without a property where nothing is said about it."""
        found = self._things.get(iri)
        if found is None:
            lines, _ = self.opened.lookup.about(iri, 0, STATEMENTS)
            found = Thing(iri, read_lines(lines))
            if len(self._things) >= KEPT:
                self._things.clear()
            self._things[iri] = found
        return found

    def things(self, iris: Iterable[str]) -> list[Thing]:
        """Several resources."""
        return [self.thing(iri) for iri in iris]

    def links(self, iri: str, limit: int = LINKS) -> dict[str, list[str]]:
        """The resources that lead to a resource, by property."""
        key = (iri, limit)
        found = self._links.get(key)
        if found is None:
            found = {}
            for line in self.opened.lookup.incoming(iri, 0, limit)[0]:
                subject, predicate, _ = line.split(b" ", 2)
                found.setdefault(_name(predicate), []).append(subject[1:-1].decode())
            if len(self._links) >= KEPT:
                self._links.clear()
            self._links[key] = found
        return found

    def linking(self, iri: str, name: str, limit: int = LINKS) -> list[str]:
        """The resources that lead to a resource by a property."""
        return self.links(iri, limit).get(name, [])

    def label(self, iri: str, language: str) -> Value:
        """A resource by its label, with the address of its page in the reader's language."""
        key = (iri, language)
        found = self._labels.get(key)
        if found is None:
            found = labelled(self.opened, iri, language)
            if found.href:
                found = found._replace(href=spoken_address(found.href, language))
            if len(self._labels) >= KEPT:
                self._labels.clear()
            self._labels[key] = found
        return found

    def address(self, iri: str, language: str) -> str:
        """The address of a resource's page in the reader's language."""
        return self.label(iri, language).href


_BY_RELEASE: WeakKeyDictionary[Opened, Things] = WeakKeyDictionary()


def things_of(opened: Opened) -> Things:
    """What is read of a release, kept for as long as the release is open."""
    found = _BY_RELEASE.get(opened)
    if found is None:
        found = _BY_RELEASE.setdefault(opened, Things(opened))
    return found


def spoken_address(href: str, language: str) -> str:
    """An address on this server, in a language."""
    return f"{href}{'&' if '?' in href else '?'}lang={language}"


def chosen(texts: dict[str, str], language: str) -> Text | None:
    """A text in the reader's language, else in bokmål, nynorsk, English, any; marked with its language."""
    for wanted in (language, *FALLBACK):
        if wanted in texts:
            return Text(texts[wanted], "" if wanted in (language, "") else wanted)
    for other, found in texts.items():
        return Text(found, other)
    return None


def read_lines(lines: Iterable[bytes]) -> dict[str, list[Term]]:
    """The lines about a resource as values by property."""
    values: dict[str, list[Term]] = {}
    for line in lines:
        _, predicate, obj = line.split(b" ", 2)
        values.setdefault(_name(predicate), []).append(read_term(obj))
    return values


def code_of(iri: str) -> str:
    """The code of a UN target or goal; nothing for another IRI."""
    return iri[len(SDG) :] if iri.startswith(SDG) else ""


def natural(text: str) -> list[tuple[int, str]]:
    """Sorts 3.4 before 3.10, and numbers before letters."""
    return [(int(part), "") if part.isdigit() else (10**9, part) for part in text.lower().split(".")]


@lru_cache(maxsize=1 << 14)
def _name(predicate: bytes) -> str:
    return compact(predicate[1:-1].decode())


@lru_cache(maxsize=256)
def _expanded(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local
