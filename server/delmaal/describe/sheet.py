"""The sheet that a description is written on: statements in the order in which they were said, each once."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pyoxigraph import Literal, NamedNode, Triple

from delmaal.records import Text
from delmaal.terms import term, text, typed


class Sheet:
    """Collects statements; with `predicates`, a closed list of prefixed names, it takes no others."""

    def __init__(self, predicates: Collection[str] = ()) -> None:
        self._predicates = predicates
        self._said: dict[Triple, None] = {}

    def triples(self) -> list[Triple]:
        """The statements."""
        return list(self._said)

    def add(self, node: NamedNode, predicate: str, obj: NamedNode | Literal) -> None:
        """One statement."""
        assert not self._predicates or predicate in self._predicates, f"{predicate} is not on the list"
        self._said[Triple(node, term(predicate), obj)] = None

    def types(self, node: NamedNode, *classes: str) -> None:
        """The classes of a node."""
        for name in classes:
            self.add(node, "rdf:type", term(name))

    def both(self, node: NamedNode, predicate: str, value: Text) -> None:
        """A text in both languages."""
        for language, words in value.items():
            self.add(node, predicate, text(words, language))

    def plain(self, node: NamedNode, predicate: str, value: str) -> None:
        """A text without a language."""
        self.add(node, predicate, text(value))

    def day(self, node: NamedNode, predicate: str, value: str) -> None:
        """A date."""
        self.add(node, predicate, typed(value, "xsd:date"))

    def count(self, node: NamedNode, predicate: str, value: int, datatype: str = "xsd:integer") -> None:
        """A number of things."""
        self.add(node, predicate, typed(str(value), datatype))


def reading_order(triples: Iterable[Triple], base: str) -> list[NamedNode]:
    """The publication's own subjects in the order in which they are spoken of: a document opens with what it is about,
    and what others answer for comes last."""
    nodes = dict.fromkeys(triple.subject for triple in triples)
    return [node for node in nodes if isinstance(node, NamedNode) and node.value.startswith(base)]
