"""The shapes as the release holds them: what each looks at, what it says, how its Turtle reads.

A shape that has a message finds a mistake, whose code is the shape's name; the others are parts of such shapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from delmaal.languages import Words
from delmaal.ntriples import Term, read_term
from delmaal.reading.releases import Opened
from delmaal.terms import PREFIXES, compact, term
from delmaal.turtle import block

SPACE = "https://w3id.org/delmaal/shapes#"
_KINDS = ("sh:PropertyShape", "sh:NodeShape", "sh:SPARQLConstraint")
_TARGETS = ("sh:targetClass", "sh:targetSubjectsOf", "sh:targetObjectsOf", "sh:targetNode")
_USES = ("sh:not", "sh:property", "sh:node", "sh:qualifiedValueShape", "sh:sparql")
_LOOKS_AT = ("sh:path", "sh:equals", "sh:disjoint", "sh:lessThan", "sh:lessThanOrEquals", "sh:targetSubjectsOf",
             "sh:targetObjectsOf", "rdfs:seeAlso")
_ESCAPED = re.compile(rb"\\(.)")
_SELECT = str(term("sh:select")).encode()

CONSTRAINTS = Words("constraint", {
    "sh:minCount": "fewest values",
    "sh:maxCount": "most values",
    "sh:datatype": "datatype",
    "sh:class": "the value is of the class",
    "sh:nodeKind": "sort of node",
    "sh:pattern": "pattern",
    "sh:minLength": "fewest characters",
    "sh:maxLength": "most characters",
    "sh:minInclusive": "smallest number",
    "sh:maxInclusive": "largest number",
    "sh:languageIn": "languages",
    "sh:uniqueLang": "one text for each language",
    "sh:hasValue": "has the value",
    "sh:disjoint": "no value shared with",
    "sh:lessThan": "less than the value of",
    "sh:lessThanOrEquals": "at most the value of",
    "sh:qualifiedMinCount": "fewest values that fit",
    "sh:qualifiedMaxCount": "most values that fit",
    "sh:qualifiedValueShape": "values that fit are",
    "sh:not": "is not",
    "sh:node": "is",
    "sh:property": "where",
    "sh:sparql": "query",
})
"""What the parameters of SHACL ask for, in bokmål and English."""


@dataclass(frozen=True)
class Shape:
    """A shape, or a part of one."""

    iri: str
    facts: dict[str, list[Term]]
    lines: list[bytes]

    @property
    def code(self) -> str:
        """The name, which is the code of the mistake."""
        return self.iri.removeprefix(SPACE)

    @property
    def finds(self) -> bool:
        """Whether the shape finds something itself."""
        return "sh:message" in self.facts and "sh:severity" in self.facts

    @property
    def severity(self) -> str:
        """Violation, Warning or Info."""
        return next((value.value.rpartition("#")[2] for value in self.facts.get("sh:severity", ())), "")

    @property
    def classes(self) -> list[str]:
        """The classes whose things the shape looks at."""
        return [value.value for value in self.facts.get("sh:targetClass", ())]

    @property
    def targets(self) -> list[tuple[str, str]]:
        """How the shape chooses what it looks at: the parameter and its value."""
        return [(name, value.value) for name in _TARGETS for value in self.facts.get(name, ())]

    @property
    def properties(self) -> list[str]:
        """The properties that the shape itself names."""
        return list(dict.fromkeys(value.value for name in _LOOKS_AT for value in self.facts.get(name, ())))

    @property
    def parts(self) -> list[str]:
        """The shapes, queries and lists that it is made of."""
        found = [value.value for name in _USES for value in self.facts.get(name, ())]
        every = (value.value for values in self.facts.values() for value in values if value.is_iri)
        return list(dict.fromkeys([*found, *(iri for iri in every if iri.startswith(SPACE))]))

    def constraints(self, language: str) -> list[tuple[str, str, Term]]:
        """What the shape asks for: the parameter, its words, its value."""
        return [(name, words, value) for name, words in CONSTRAINTS.within(language).items()
                for value in self.facts.get(name, ())]


def all_shapes(opened: Opened) -> dict[str, Shape]:
    """Every shape of the release, and the parts, queries and lists that they are made of, by IRI."""
    lines = [line for kind in _KINDS for line in opened.lookup.whole_incoming(term(kind).value)]
    waiting = [line[1 : line.index(b"> ")].decode() for line in lines]
    found: dict[str, Shape] = {}
    while waiting:
        iri = waiting.pop()
        if iri.startswith(SPACE) and iri not in found:
            found[iri] = _read(opened, iri)
            waiting += found[iri].parts
    return found


def with_parts(shapes: dict[str, Shape], iri: str) -> Iterator[Shape]:
    """A shape, and the shapes and queries that it is made of, each once."""
    waiting, seen = [iri], {iri}
    while waiting:
        shape = shapes.get(waiting.pop(0))
        if shape is not None:
            yield shape
            fresh = [part for part in shape.parts if part not in seen]
            seen.update(fresh)
            waiting += fresh


def turtle_of(shape: Shape) -> str:
    """The shape as Turtle, with a query on lines of its own; prefixes are left to the reader's tools."""
    lines = [_on_lines(line) if line.split(b" ", 2)[1] == _SELECT else line for line in shape.lines]
    return block(lines)[0].decode().replace(f"<{SPACE}", "<#")


def _on_lines(line: bytes) -> bytes:
    """A statement whose text is written as a long string of Turtle: only its line breaks need no escape."""
    head, quote, text = line.partition(b'"')
    body, _, tail = text.rpartition(b'"')
    return head + quote * 3 + _ESCAPED.sub(lambda m: b"\n" if m[1] == b"n" else m[0], body) + quote * 3 + tail


def _read(opened: Opened, iri: str) -> Shape:
    lines = opened.lookup.whole(iri)
    facts: dict[str, list[Term]] = {}
    for line in lines:
        _, predicate, obj = line.split(b" ", 2)
        facts.setdefault(compact(predicate[1:-1].decode()), []).append(read_term(obj))
    return Shape(iri, facts, lines)


def class_key(iri: str) -> tuple[bool, str]:
    """Sorts the classes of the ontology before those of others."""
    return not iri.startswith(PREFIXES["delmaal"]), compact(iri).lower()
