"""The ontology and the shapes, published as they stand in their Turtle files."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import BlankNode, RdfFormat, Triple

from delmaal.errors import Mark, SourceError
from delmaal.settings import share
from delmaal.statements import Statements
from delmaal.terms import PREFIXES, compact

_SUBJECT = re.compile(r"^(?:<([^>]*)>|([\w-]*:[\w.-]*\w))\s", re.MULTILINE)


def add_ontology(out: Statements) -> None:
    """Every statement of `ontology/*.ttl`."""
    for path in sorted(share("ontology").glob("*.ttl")):
        _add_file(out, "ontology", path)


def add_shapes(out: Statements) -> None:
    """Every statement of `shapes/*.ttl`."""
    for path in sorted(share("shapes").glob("*.ttl")):
        _add_file(out, "shapes", path)


def _add_file(out: Statements, part: str, path: Path) -> None:
    name = f"{path.parent.name}/{path.name}"
    text = path.read_text("utf-8")
    lines = _lines_of_subjects(text)
    try:
        triples = [Triple(q.subject, q.predicate, q.object) for q in ox.parse(text, format=RdfFormat.TURTLE)]
    except SyntaxError as error:
        raise SourceError("turtle-syntax", Mark(name, error.lineno or 1, error.offset or 1), error.msg) from error
    for triple in triples:
        if isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode):
            raise SourceError("blank-node", Mark(name), "a blank node stands in this file; give every node an IRI")
        subject = triple.subject.value  # type: ignore[union-attr]  # blank nodes and triple terms are refused above
        out.add_triple(part, triple, Mark(name, lines.get(subject, 1)))


def _lines_of_subjects(text: str) -> dict[str, int]:
    """The line on which each subject's description begins."""
    names = {compact(ns + "x").removesuffix("x"): ns for ns in PREFIXES.values()}
    declared = dict(re.findall(r"^@prefix\s+([\w-]*:)\s+<([^>]*)>", text, re.MULTILINE))
    lines: dict[str, int] = {}
    for match in _SUBJECT.finditer(text):
        iri = match[1]
        if iri is None:
            prefix, _, local = match[2].partition(":")
            iri = declared.get(f"{prefix}:", names.get(f"{prefix}:", "")) + local
        lines.setdefault(iri, text.count("\n", 0, match.start()) + 1)
    return lines
