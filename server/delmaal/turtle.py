"""Writes pretty Turtle from sorted N-Triples, without parsing them into terms.

It is the fast twin of the library's writer, for descriptions, which are most of what is asked for. What leads somewhere
is said of many subjects in the same words, so the Turtle of `predicate <object>` is kept, up to a bound; a literal is
written anew. A test holds that both writers give the same graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from delmaal.terms import PREFIXES

_NAMESPACES = {namespace.encode(): prefix.encode() for prefix, namespace in PREFIXES.items()}
_BITS = {prefix: 1 << number for number, prefix in enumerate(sorted(_NAMESPACES.values()))}
_DECLARED = {
    _BITS[prefix.encode()]: f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n".encode() for prefix in sorted(PREFIXES)
}
_TYPE = b"<" + PREFIXES["rdf"].encode() + b"type>"
_XSD = PREFIXES["xsd"].encode()
_SHORT = {
    _XSD + b"integer": re.compile(rb"[+-]?\d+\Z"),
    _XSD + b"decimal": re.compile(rb"[+-]?\d*\.\d+\Z"),
    _XSD + b"boolean": re.compile(rb"true\Z|false\Z"),
}
_LOCAL = re.compile(rb"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?\Z")
_SEPARATOR = len(b" ;\n    ")
KEPT = 1 << 15
"""How many pairs are kept as they were written."""


Pair = tuple[bytes, bytes, bytes, int, bytes]
"""What is said by `predicate object`: the predicate (nothing for rdf:type), the Turtle of both as it stands first of
its predicate, the Turtle of the object as it stands further on, the prefixes used as bits, the object if an IRI."""

Paragraph = tuple[bytes, int, list[bytes]]
"""The statements about one subject as Turtle, the prefixes that they use as bits, and the IRIs that they lead to."""


def iri_token(token: bytes) -> tuple[bytes, int]:
    """An IRI in angle brackets as Turtle writes it, and the bit of the prefix that it uses."""
    cut = max(token.rfind(b"#"), token.rfind(b"/")) + 1
    prefix = _NAMESPACES.get(token[1:cut])
    if prefix is None:
        return token, 0
    local = token[cut:-1]
    return (prefix + b":" + local, _BITS[prefix]) if _LOCAL.match(local) else (token, 0)


@lru_cache(maxsize=4096)
def _predicate(token: bytes) -> tuple[bytes, int]:
    name, used = (b"a", 0) if token == _TYPE else iri_token(token)
    return b" ;\n    " + name + b" ", used


@lru_cache(maxsize=256)
def _datatype(token: bytes) -> tuple[bytes, int]:
    name, used = iri_token(token)
    return b'"^^' + name, used


def _literal(token: bytes) -> tuple[bytes, int]:
    if token[-1:] != b">":
        return token, 0
    head, _, datatype = token.rpartition(b'"^^<')
    short = _SHORT.get(datatype[:-1])
    if short is not None and short.match(head, 1):
        return head[1:], 0
    name, used = _datatype(b"<" + datatype)
    return head + name, used


Labels = tuple[bytes, bytes, bytes, int]
"""What labels a resource as Turtle: the whole sentence, empty where it has no label; its subject; what stands behind
the subject; the prefixes that it uses as bits."""


def labelling(subject: bytes, pairs: Iterable[bytes]) -> Labels:
    """The labels of a resource (`<iri>`), given as `predicate object`."""
    whole, used, _ = paragraph(subject, pairs)
    name, bit = iri_token(subject)
    return whole, name, whole[len(name) :] if whole else b" .\n", used | bit


def leading(labels: Labels, predicates: Iterable[bytes], topic: bytes) -> tuple[bytes, int]:
    """That a resource leads to a topic by some predicates, and its labels, as one sentence; the prefixes used."""
    _, name, said, used = labels
    parts = []
    for predicate in predicates:
        shown, bits = _predicate(predicate)
        used |= bits
        parts.append(shown + topic)
    first = b"".join(parts)[_SEPARATOR:]
    return b"".join((name, b" ", first, said if said == b" .\n" else b" ;\n   " + said)), used


def token(term: bytes) -> tuple[bytes, int]:
    """An N-Triples term as Turtle writes it, and the prefixes that it uses as bits."""
    return _literal(term) if term[:1] == b'"' else iri_token(term)


class _Pairs(dict[bytes, Pair]):
    """The pairs that lead to an IRI, as they were written before."""

    def __missing__(self, pair: bytes) -> Pair:
        predicate, _, obj = pair.partition(b" ")
        if obj[:1] == b'"':
            shown, used = _predicate(predicate)
            name, more = _literal(obj)
            return predicate, shown + name, b" ,\n        " + name, used | more, b""
        name, used = iri_token(obj)
        if predicate == _TYPE:
            found: Pair = (b"", name, name, used, obj)
        else:
            shown, more = _predicate(predicate)
            found = (predicate, shown + name, b" ,\n        " + name, used | more, obj)
        if len(self) >= KEPT:
            self.clear()
        self[pair] = found
        return found


KEPT_PAIRS = _Pairs()


def paragraph(subject: bytes, pairs: Iterable[bytes]) -> Paragraph:
    """What is said about a subject (`<iri>`), as `predicate object` in order of the predicates; empty for no pairs."""
    types: list[bytes] = []
    parts: list[bytes] = []
    links: list[bytes] = []
    name, used = iri_token(subject)
    last, kept = b"", KEPT_PAIRS
    for pair in pairs:
        predicate, first, further, bits, link = kept[pair]
        used |= bits
        if link:
            links.append(link)
        if not predicate:
            types.append(first)
        elif predicate == last:
            parts.append(further)
        else:
            parts.append(first)
            last = predicate
    if types:
        return name + b" a " + b" , ".join(types) + b"".join(parts) + b" .\n", used, links
    if parts:
        return name + b" " + b"".join(parts)[_SEPARATOR:] + b" .\n", used, links
    return b"", 0, links


def block(lines: Iterable[bytes]) -> tuple[bytes, int]:
    """Lines (`subject predicate object`) about one subject as Turtle, and the prefixes used; empty for no lines."""
    split = [line.partition(b" ") for line in lines]
    whole, used, _ = paragraph(split[0][0], (pair for _, _, pair in split)) if split else (b"", 0, [])
    return whole, used


def write_turtle(paragraphs: Iterable[bytes], used: int) -> bytes:
    """A Turtle document of paragraphs, with the prefixes that they use."""
    return _head(used) + b"\n".join(paragraphs)


@lru_cache(maxsize=4096)
def _head(used: int) -> bytes:
    lines = [line for bit, line in _DECLARED.items() if used & bit]
    return b"".join([*lines, b"\n"]) if lines else b""
