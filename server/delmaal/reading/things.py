"""Reads things of a release for the pages: parsed once, kept while the release is open, bounded.

A page asks for some hundred resources; none costs more than a look into the sorted dump (see `delmaal.lookup`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary, ref

from delmaal.collation import collate
from delmaal.languages import best
from delmaal.lookup import EVERY
from delmaal.ntriples import Term, read_term
from delmaal.reading.releases import Opened
from delmaal.reading.rows import Addresses, Nowhere, Value, labelled
from delmaal.terms import PREFIXES, compact

KEPT = 8_000
"""How many resources, how many labels, and how many parts of pages are kept for each open release, so that a worker's
memory does not grow with the data."""

SDG = PREFIXES["sdg"]
_Made = TypeVar("_Made")


class Text(NamedTuple):
    """A text and its language where that is not the page's."""

    text: str
    language: str = ""


class Links(NamedTuple):
    """The resources that lead to a resource, by property, and whether there are more than were asked for."""

    by_property: dict[str, list[str]]
    more: bool


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
        """A property in the reader's language, else in the nearest; None where there is none."""
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
    """What is read of one open release, for pages that name the addresses of `urls`; it does not keep the release open.
    """

    def __init__(self, opened: Opened, urls: Addresses, same: Things | None = None) -> None:
        """`same` has read the release for other addresses, and shares what has none in it."""
        self._opened = ref(opened)
        self.urls = urls
        self._things: dict[str, Thing] = same._things if same else {}
        self._labels: dict[tuple[str, str], Value] = {}
        self._links: dict[tuple[str, int], Links] = same._links if same else {}
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
            found = Thing(iri, read_lines(self.opened.lookup.whole(iri)))
            if len(self._things) >= KEPT:
                self._things.clear()
            self._things[iri] = found
        return found

    def things(self, iris: Iterable[str]) -> list[Thing]:
        """Several resources."""
        return [self.thing(iri) for iri in iris]

    def links(self, iri: str, limit: int = EVERY) -> Links:
        """The resources that lead to a resource, by property; at most `limit` of them all together."""
        key = (iri, limit)
        found = self._links.get(key)
        if found is None:
            by_property: dict[str, list[str]] = {}
            lines, more = self.opened.lookup.incoming(iri, 0, limit)
            for line in lines:
                subject, predicate, _ = line.split(b" ", 2)
                by_property.setdefault(_name(predicate), []).append(subject[1:-1].decode())
            found = Links(by_property, more)
            if len(self._links) >= KEPT:
                self._links.clear()
            self._links[key] = found
        return found

    def linking(self, iri: str, name: str) -> list[str]:
        """All resources that lead to a resource by a property: for what leads to few, whatever the cubes hold."""
        return self.links(iri).by_property.get(name, [])

    def label(self, iri: str, language: str) -> Value:
        """A resource by its label, with the address of its page in the reader's language."""
        key = (iri, language)
        found = self._labels.get(key)
        if found is None:
            found = labelled(self.opened, self.urls.speaking(language), iri, language)
            if len(self._labels) >= KEPT:
                self._labels.clear()
            self._labels[key] = found
        return found

    def labels(self, iris: Iterable[str], language: str) -> list[Value]:
        """Several resources by their labels, in the order of the reader's alphabet."""
        return alphabetical((self.label(iri, language) for iri in iris), language)

    def places(self, iris: Iterable[str], language: str) -> list[Value]:
        """Places in the source, in the order of their lines."""
        return [self.label(iri, language) for iri in sorted(iris, key=lambda iri: (line_of(iri), iri))]

    def address(self, iri: str, language: str) -> str:
        """The address of a resource's page in the reader's language."""
        return self.label(iri, language).href


_BY_RELEASE: WeakKeyDictionary[Opened, dict[str, Things]] = WeakKeyDictionary()
_NOWHERE = Nowhere()

MOUNTS = 8
"""For how many kinds of addresses what is read of a release is kept: a server has a few, whatever proxies say."""


def things_of(opened: Opened, urls: Addresses = _NOWHERE) -> Things:
    """What is read of a release, kept for as long as the release is open: without addresses, or with those of a mount.
    """
    known = _BY_RELEASE.setdefault(opened, {})
    found = known.get(urls.key)
    if found is None:
        if len(known) >= MOUNTS:
            known.clear()
        found = known[urls.key] = Things(opened, urls, next(iter(known.values()), None))
    return found


def chosen(texts: dict[str, str], language: str) -> Text | None:
    """A text in the reader's language, else in the nearest; marked with its language."""
    if not texts:
        return None
    told = best(texts, language)
    return Text(texts[told], told if told != language else "")


def read_lines(lines: Iterable[bytes]) -> dict[str, list[Term]]:
    """The lines about a resource as values by property."""
    values: dict[str, list[Term]] = {}
    for line in lines:
        _, predicate, obj = line.split(b" ", 2)
        values.setdefault(_name(predicate), []).append(read_term(obj))
    return values


def alphabetical(values: Iterable[Value], language: str) -> list[Value]:
    """Values in the order in which readers of a language look for their texts."""
    return sorted(values, key=lambda value: collate(value.text, language))


def line_of(place: str) -> int:
    """The first line of a place in the source (RFC 5147); 0 where it says none."""
    first = place.partition("#line=")[2].partition(",")[0]
    return int(first) + 1 if first.isdigit() else 0


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
