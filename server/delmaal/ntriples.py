"""Reads terms of N-Triples, one token at a time."""

from __future__ import annotations

import re
from typing import NamedTuple

_ESCAPE = re.compile(r"\\(?:([tbnrf\"'\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_SHORT = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_STRING = "http://www.w3.org/2001/XMLSchema#string"


class Term(NamedTuple):
    """An IRI (`datatype` is empty) or a literal; the value is unescaped."""

    value: str
    datatype: str = ""
    language: str = ""

    @property
    def is_iri(self) -> bool:
        """Whether the term is an IRI."""
        return not self.datatype


def read_term(token: bytes) -> Term:
    """The term of a token: `<iri>`, `"text"`, `"text"@nb`, `"1"^^<datatype>`."""
    text = token.decode()
    if text[0] == "<":
        return Term(_unescape(text[1:-1]))
    end = text.rindex('"')
    value, tail = _unescape(text[1:end]), text[end + 1 :]
    if tail.startswith("@"):
        return Term(value, "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString", tail[1:])
    return Term(value, tail[3:-1] if tail else _STRING)


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda m: _SHORT[m[1]] if m[1] else chr(int(m[2] or m[3], 16)), text)
