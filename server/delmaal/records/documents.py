"""A governing document, and what each theme prints of it."""

from __future__ import annotations

from dataclasses import dataclass

from delmaal.records.texts import Lines, Marks, Text


@dataclass(frozen=True, slots=True)
class DocumentMention:
    """A governing document as a theme prints it."""

    marks: Marks
    theme: str
    lines: Lines
    printed: str
    status: str
    status_printed: str
    status_date: str
    case_number: str
    note: Text | None


@dataclass(frozen=True, slots=True)
class Document:
    """A governing document, with each of its mentions."""

    marks: Marks
    slug: str
    title: Text
    type: str
    validity: str
    adopted: str
    horizon: str
    status: str
    status_date: str
    status_reason: Text | None
    part_of: str
    see_also: tuple[str, ...]
    note: Text | None
    mentions: tuple[DocumentMention, ...]
