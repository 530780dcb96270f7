"""A governing document or another that is cited, and what each theme prints of it."""

from __future__ import annotations

from dataclasses import dataclass

from delmaal.records.sources import NOWHERE, Citation
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
    printed_date: str
    note: Text | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What the plan names, with each of its mentions: a document that governs, or by its role one that is cited."""

    marks: Marks
    slug: str
    title: Text
    type: str
    role: str
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
    url: str = ""
    themes: tuple[str, ...] = ()
    cited: Citation = NOWHERE
