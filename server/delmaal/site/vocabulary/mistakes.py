"""The example of a shape: records with its mistake in them, and the same records without it.

The examples are those that the shapes are tested with: `valid.ttl` is a model in which nothing is wrong, a folder for
each shape holds the records that change (`bad.ttl`) and, where it takes more than undoing the mistake, how they are
done right (`good.ttl`).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import pyoxigraph as ox

from delmaal.settings import share
from delmaal.turtle import token

_BASE = b"<https://example.org/tiny/id/"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


class Line(NamedTuple):
    """A line of Turtle, and whether it is one of those that make the difference."""

    text: str
    differs: bool


class Mistake(NamedTuple):
    """A wrong example and the right one beside it, as lines of Turtle."""

    wrong: list[Line]
    right: list[Line]


_Records = dict[str, dict[tuple[str, str], str]]
"""By subject: the statements, each as it is written, by its predicate and object."""


def mistake_of(code: str) -> Mistake | None:
    """The example of a shape; None for a shape that has none."""
    folder = share("examples") / code
    if "/" in code or not (folder / "bad.ttl").is_file():
        return None
    wrong = _records(f"{code}/bad.ttl")
    right = _records(f"{code}/good.ttl") if (folder / "good.ttl").is_file() else _records("valid.ttl")
    subjects = list(wrong) + ([name for name in right if name not in wrong] if (folder / "good.ttl").is_file() else [])
    return Mistake(_lines(subjects, wrong, right), _lines(subjects, right, wrong))


@cache
def _records(name: str) -> _Records:
    found: _Records = {}
    for quad in ox.parse((share("examples") / name).read_bytes(), format=ox.RdfFormat.TURTLE):
        subject, predicate, value = str(quad.subject), str(quad.predicate), str(quad.object)
        written = f"{'a' if predicate == f'<{_TYPE}>' else _short(predicate)} {_short(value)}"
        found.setdefault(subject, {})[predicate, value] = written
    return found


def _short(name: str) -> str:
    encoded = name.encode()
    return token(encoded)[0].decode() if not encoded.startswith(_BASE) else "<" + name[len(_BASE) :]


def _lines(subjects: list[str], records: _Records, others: _Records) -> list[Line]:
    lines = []
    for subject in subjects:
        statements, without = records.get(subject, {}), others.get(subject, {})
        if not statements:
            continue
        lines.append(Line(_short(subject), not without))
        order = sorted(statements, key=lambda pair: (pair[0] != f"<{_TYPE}>", pair))
        for number, pair in enumerate(order, 1):
            end = " ." if number == len(order) else " ;"
            lines.append(Line(f"  {statements[pair]}{end}", pair not in without))
    return lines
