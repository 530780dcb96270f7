"""A theme, its links to targets and the codes that are printed for them."""

from __future__ import annotations

from dataclasses import dataclass

from delmaal.records.sources import NOWHERE, Citation
from delmaal.records.texts import Lines, Marks, Text


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """A target code as the source prints it, beside a text (label) or before it on its line (inline)."""

    marks: Marks
    printed: str
    reading: str
    line: int
    place: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Who chose a target, by which decision, when: the publisher itself where no body is named."""

    marks: Marks
    body: Text | None
    decision: str
    date: str


@dataclass(frozen=True, slots=True)
class TargetLink:
    """A theme's link to a target, with the evidence for it."""

    marks: Marks
    code: str
    basis: str
    text_lines: Lines
    text_opening: str
    text_form: str
    printed: tuple[PrintedCode, ...]
    note: Text | None
    cited: Citation = NOWHERE
    by: Choice | None = None

    @property
    def conflict(self) -> bool:
        """Whether a code that is printed for the link reads as another target's."""
        return bool(self.code) and any(item.reading not in {"", self.code} for item in self.printed)


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme of the plan."""

    marks: Marks
    slug: str
    number: int
    title: Text
    title_lines: Lines
    lines: Lines
    summary: Text
    subjects: tuple[str, ...]
    eu_themes: tuple[str, ...]
    targets: tuple[TargetLink, ...]
    cited: Citation = NOWHERE
    headline: tuple[str, ...] = ()
