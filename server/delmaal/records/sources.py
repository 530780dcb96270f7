"""What the facts of a publication are taken from, and where in it each stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from delmaal.records.texts import Lines, Marks, Text

LOCATORS: Mapping[str, tuple[str, ...]] = {
    "text": ("lines",),
    "document": ("page", "section"),
    "table": ("cell", "row", "query"),
    "register": ("entry",),
    "decision": ("case", "date"),
    "survey": ("question",),
}
"""The kinds of sources, and by what a place in one of each is told; reader, statements and docs go by these rows."""

At = tuple[tuple[str, str], ...]
"""A place in a source that is no text: locators with their values, in the order of LOCATORS; empty for the whole."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text that was transcribed, a document, a table, a register, a decision or a survey.

    Lines, checksum, pages (each with the line on which it begins) and file are a text's alone; `quoted` are the lines
    of its file where the publisher has put it beside the publication and it is the one that the lines are of.
    """

    marks: Marks
    slug: str
    kind: str
    title: Text
    publisher: Text | None = None
    url: str = ""
    accessed: str = ""
    licence: str = ""
    sha256: str = ""
    line_count: int = 0
    pages: tuple[tuple[str, int], ...] = ()
    file: str = ""
    quoted: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether places in it are lines."""
        return self.kind == "text"

    def page_of(self, line: int) -> str:
        """The page on which a line stands; nothing where the pages are not known."""
        found = ""
        for page, first in self.pages:
            if first <= line:
                found = page
        return found


@dataclass(frozen=True, slots=True)
class Citation:
    """What a record says it comes from: a source, and the place in it; of a text, lines."""

    source: str = ""
    at: At = ()
    lines: Lines = ()


NOWHERE = Citation()
"""Of a record that cites no source of its own."""
