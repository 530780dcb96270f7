"""Live examples: things of a class and statements with a property, taken from the data of the release.

A release may hold millions of things, so only the first ones of each class are looked at; the order is that of the
sorted dump, so the same release gives the same examples.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from delmaal.ntriples import Term, read_term
from delmaal.reading.releases import Opened
from delmaal.terms import PREFIXES, term

LOOKED_AT = 400
"""Things of each class that are looked at."""
LINES = 1000
"""Statements that lead to a class and are looked through for things of it."""
SHOWN = 3
"""Examples of each term."""

_TYPE = str(term("rdf:type")).encode()
_TELLING = (PREFIXES["delmaal"], PREFIXES["dct"], PREFIXES["sdgo"])
"""Classes of these say what a thing is; those of others (a concept, an entity) say little."""
_VOCABULARY = ("https://w3id.org/delmaal/ns", "https://w3id.org/delmaal/shapes")


class Statement(NamedTuple):
    """An example of a property: a thing and the value that it has."""

    subject: str
    value: Term


class Sample:
    """Examples of the classes given, and of every property that their things carry."""

    def __init__(self, opened: Opened, classes: Iterable[str]) -> None:
        self._opened = opened
        self.things: dict[str, list[str]] = {}
        self.statements: dict[str, list[Statement]] = {}
        self.of_class: dict[tuple[str, str], list[Statement]] = {}
        self.classes_of: dict[str, set[str]] = {}
        for kind in classes:
            self._look_at(kind)

    def _look_at(self, kind: str) -> None:
        lines = self._opened.lookup.some_incoming(kind, LINES)
        things = [line[1 : line.index(b"> ")].decode() for line in lines if line.split(b" ", 2)[1] == _TYPE]
        data = [thing for thing in things if not thing.startswith(_VOCABULARY)]
        if data:
            self.things[kind] = spread(data)
        for thing in data[:LOOKED_AT] or things[:LOOKED_AT]:
            for line in self._opened.lookup.some(thing, LINES):
                _, predicate, obj = line.split(b" ", 2)
                name = predicate[1:-1].decode()
                if kind.startswith(_TELLING):
                    self.classes_of.setdefault(name, set()).add(kind)
                for found in (self.statements.setdefault(name, []), self.of_class.setdefault((kind, name), [])):
                    if len(found) < SHOWN and thing not in {each.subject for each in found}:
                        found.append(Statement(thing, read_term(obj)))

    def users_of(self, code: str) -> list[str]:
        """Things that refer to a code of a list."""
        lines = self._opened.lookup.some_incoming(code, LINES)
        found = dict.fromkeys(line[1 : line.index(b"> ")].decode() for line in lines)
        return spread([thing for thing in found if not thing.startswith(_VOCABULARY)])


def spread(things: list[str]) -> list[str]:
    """The first, the middle and the last of many, so that examples are not all neighbours."""
    if len(things) <= SHOWN:
        return things
    return [things[0], things[len(things) // 2], things[-1]]
