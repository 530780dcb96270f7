"""Writes pretty Turtle from sorted N-Triples lines, without parsing them into terms.

It is the fast twin of the library's writer, for descriptions, which are most of what is asked for: a token that was
written once is remembered, so that a line costs a few dictionary look-ups. A test holds that both give the same graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from delmaal.terms import PREFIXES

_NAMESPACES = {namespace.encode(): prefix.encode() for prefix, namespace in PREFIXES.items()}
_DECLARED = {
    prefix.encode(): f"@prefix {prefix}: <{namespace}> .\n".encode() for prefix, namespace in PREFIXES.items()
}
_TYPE = b"<" + PREFIXES["rdf"].encode() + b"type>"
_XSD = PREFIXES["xsd"].encode()
_SHORT = {
    _XSD + b"integer": re.compile(rb"[+-]?\d+\Z"),
    _XSD + b"decimal": re.compile(rb"[+-]?\d*\.\d+\Z"),
    _XSD + b"boolean": re.compile(rb"true\Z|false\Z"),
}
_LOCAL = re.compile(rb"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?\Z")


@lru_cache(maxsize=1 << 16)
def token(term: bytes) -> tuple[bytes, bytes]:
    """An N-Triples term as Turtle writes it, and the prefix that it uses."""
    if term[:1] == b"<":
        iri = term[1:-1]
        cut = max(iri.rfind(b"#"), iri.rfind(b"/")) + 1
        prefix = _NAMESPACES.get(iri[:cut])
        if prefix is not None and _LOCAL.match(iri, cut):
            return prefix + b":" + iri[cut:], prefix
        return term, b""
    head, separator, datatype = term.rpartition(b'"^^<')
    if not separator:
        return term, b""
    short = _SHORT.get(datatype[:-1])
    if short is not None and short.match(head, 1):
        return head[1:], b""
    name, prefix = token(b"<" + datatype)
    return head + b'"^^' + name, prefix


Block = tuple[bytes, frozenset[bytes]]
"""The statements about one subject as Turtle, and the prefixes that they use."""


def write_turtle(blocks: Iterable[Block]) -> bytes:
    """A Turtle document of blocks, with the prefixes that they use."""
    prefixes: set[bytes] = set()
    parts = []
    for body, used in blocks:
        parts.append(body)
        prefixes |= used
    head = b"".join([_DECLARED[prefix] for prefix in sorted(prefixes) if prefix])
    body = b"\n".join(parts)
    return head + b"\n" + body if head else body


def block(lines: Iterable[bytes]) -> Block:
    """Lines (`subject predicate object`) about one subject as Turtle; empty for no lines."""
    prefixes: set[bytes] = set()
    grouped: dict[bytes, list[bytes]] = {}
    subject = b""
    for line in lines:
        subject, predicate, obj = line.split(b" ", 2)
        name, prefix = token(obj)
        prefixes.add(prefix)
        found = grouped.get(predicate)
        if found is None:
            grouped[predicate] = [name]
        else:
            found.append(name)
    if not grouped:
        return b"", frozenset()
    name, prefix = token(subject)
    prefixes.add(prefix)
    parts: list[bytes] = []
    types = grouped.pop(_TYPE, None)
    if types is not None:
        parts.append(b"a " + b" , ".join(types))
    for predicate, objects in grouped.items():
        shown, prefix = token(predicate)
        prefixes.add(prefix)
        parts.append(shown + b" " + b" ,\n        ".join(objects))
    return name + b" " + b" ;\n    ".join(parts) + b" .\n", frozenset(prefixes)
