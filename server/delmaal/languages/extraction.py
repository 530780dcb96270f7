"""How Babel finds the words in the code: an extraction method for the tables, `Words("name", {...})`.

Babel's own method for Python finds calls of gettext; ours finds the literals of each table. A mistake in a table (a key
twice, a text that is none) is an error, since what is not extracted is never translated.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

Found = tuple[int, str, tuple[str, ...], list[str]]
"""Line, the gettext function that takes such arguments, these, comments for the translator."""


def extract(
    source: IO[bytes], keywords: Mapping[str, Any], tags: Collection[str], options: Mapping[str, Any]  # noqa: ARG001  # Babel's signature
) -> Iterator[Found]:
    """The messages of a file of Python, as Babel wants them of a method.

    Raises ValueError for a table that is not written in literals, or has a key twice.
    """
    tree = ast.parse(source.read())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Words":
            yield from _table(node)


def _table(call: ast.Call) -> Iterator[Found]:
    name, table = (*call.args, None, None)[:2]
    if not isinstance(name, ast.Constant) or not isinstance(table, ast.Dict):
        raise ValueError(f'line {call.lineno}: a table of words is Words("name", {{"key": "English"}})')
    met: set[str] = set()
    for key, value in zip(table.keys, table.values, strict=True):
        said = ast.literal_eval(key) if key else None
        if not isinstance(said, str) or said in met:
            raise ValueError(f"line {value.lineno}: {said!r} is no key of its own in a table of words")
        met.add(said)
        english, context = ast.literal_eval(value), f"{name.value!s}.{said}"
        if isinstance(english, str):
            yield value.lineno, "pgettext", (context, english), []
        else:
            one, several = english
            yield value.lineno, "npgettext", (context, one, several), []
