"""What a publication says, as frozen records between reading and building.

A record keeps the Mark of itself and of each of its fields (`title`, `title.en`, `subjects.0`), so that whatever is
found wrong later, in the graph, can be said at its place in the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from delmaal.errors import Mark

Severity = Literal["Violation", "Warning", "Info"]
WHOLE = "*"
"""Stands for all fields of a record that was refused as a whole."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The Marks of a record and its fields; `refused` names the fields whose values are unknown after a mistake."""

    record: Mark
    fields: Mapping[str, Mark] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def at(self, name: str) -> Mark:
        """The Mark of a field; of the field above it, or of the record, where it has none."""
        while name:
            if name in self.fields:
                return self.fields[name]
            name = name.rpartition(".")[0]
        return self.record

    def lacks(self, *names: str) -> bool:
        """Whether any of the fields is unknown because a reader refused it, or refused the record as a whole."""
        return WHOLE in self.refused or not self.refused.isdisjoint(names)

    def refuse(self, name: str) -> None:
        """Count a field as unknown: what it says was found to lead nowhere."""
        self.refused.add(name)

    def texts(self, name: str) -> dict[str, Mark]:
        """The Marks of a text's languages."""
        return {language: self.at(f"{name}.{language}") for language in ("nb", "en")}


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """The same text in bokmål and English."""

    nb: str
    en: str

    def items(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Pairs of language and text."""
        return ("nb", self.nb), ("en", self.en)

    def within(self, language: str) -> str:
        """The text in a language, English where there is no other."""
        return self.nb if language == "nb" and self.nb else self.en


Lines = tuple[tuple[int, int], ...]
"""Runs of source lines: first and last, counted from 1, inclusive."""


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


@dataclass(frozen=True, slots=True)
class StatisticMention:
    """A statistic as a theme prints it."""

    marks: Marks
    theme: str
    lines: Lines
    printed: str
    certainty: str
    area_basis: str
    source: str
    note: Text | None


_DIMENSIONS = ("area", "period", "indicator", "kind", "sex", "age", "breakdown")


@dataclass(frozen=True, slots=True)
class Statistic:
    """One figure of the source. Empty strings stand for what the source does not say."""

    marks: Marks
    slug: str
    indicator: str
    kind: str
    value: str
    lower: str
    upper: str
    multiplier: str
    qualifier: str
    area: str
    period: str
    sex: str
    age: str
    breakdown: str
    base_year: str
    price_level: str
    comparison: Text | None
    not_observed: str
    mentions: tuple[StatisticMention, ...]

    @property
    def observed(self) -> bool:
        """Whether it is an observation of the cube: one number, and every dimension known."""
        unknown = self.marks.lacks("value", "not-observed", *_DIMENSIONS)
        return bool(self.value) and not self.not_observed and not unknown

    @property
    def key(self) -> tuple[str, ...]:
        """The dimensions: no two observations share them all."""
        return self.area, self.period, self.indicator, self.kind, self.sex, self.age, self.breakdown


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is measured, in which unit."""

    marks: Marks
    slug: str
    label: Text
    definition: Text | None
    unit: str
    close_match: tuple[str, ...]
    related_match: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A place that figures are about."""

    marks: Marks
    slug: str
    label: Text
    type: str
    same_as: tuple[str, ...]
    see_also: tuple[str, ...]
    validity: str
    replaced_by: str
    part_of: str


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a label in both languages and links: a breakdown, an agent."""

    marks: Marks
    slug: str
    label: Text
    see_also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure, by its QUDT IRI."""

    marks: Marks
    slug: str
    iri: str
    label: Text
    symbol: str


@dataclass(frozen=True, slots=True)
class Coded:
    """A goal or target of the UN, with our short label."""

    marks: Marks
    code: str
    label: Text


@dataclass(frozen=True, slots=True)
class Agent:
    """The publisher, and how to reach it."""

    marks: Marks
    iri: str
    name: Text
    identifier: str
    type: str
    homepage: str
    contact_name: Text
    contact_url: str
    contact_email: str


@dataclass(frozen=True, slots=True)
class Place:
    """An area that the publication covers, as a catalogue names it; the box is west, south, east, north, the centroid
    east and north, all in degrees (WGS 84), and both are empty where they are not given."""

    marks: Marks
    iri: str
    label: Text
    bbox: tuple[str, ...]
    centroid: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """The document that the publication is transcribed from."""

    marks: Marks
    slug: str
    title: Text
    sha256: str
    line_count: int


@dataclass(frozen=True, slots=True)
class NoFigure:
    """Lines of the source that bear a digit and no figure, with the reason."""

    marks: Marks
    lines: Lines
    reason: Text


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything that a publication says."""

    marks: Marks
    slug: str
    base: str
    title: Text
    description: Text
    keywords: tuple[Text, ...]
    publisher: Agent
    licence: str
    issued: str
    modified: str
    frequency: str
    eu_themes: tuple[str, ...]
    los_themes: tuple[str, ...]
    spatial: tuple[Place, ...]
    temporal: str
    source: Source
    themes: tuple[Theme, ...] = ()
    documents: tuple[Document, ...] = ()
    statistics: tuple[Statistic, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    areas: tuple[Area, ...] = ()
    breakdowns: tuple[Named, ...] = ()
    agents: tuple[Named, ...] = ()
    units: tuple[Unit, ...] = ()
    goals: tuple[Coded, ...] = ()
    targets: tuple[Coded, ...] = ()
    no_figures: tuple[NoFigure, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What a shape found in the graph, at its place in the source.

    `code` is the shape's name; `message` says what is wrong, `fix` what to write instead.
    """

    mark: Mark
    code: str
    severity: Severity
    focus: str
    path: str
    value: str
    message: Text
    fix: Text
