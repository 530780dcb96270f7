"""A figure of the source, what it measures, where and in which unit."""

from __future__ import annotations

from dataclasses import dataclass

from delmaal.records.sources import NOWHERE, Citation
from delmaal.records.texts import Lines, Marks, Text

_DIMENSIONS = ("area", "period", "indicator", "kind", "sex", "age", "breakdown")


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
    text: str = ""


@dataclass(frozen=True, slots=True)
class Statistic:
    """One figure of the source. Empty strings stand for what the source does not say.

    The unit is the indicator's; only a value that has lost its label has one of its own. What a text prints has
    mentions; what comes from elsewhere has themes, and the source that it is cited from.
    """

    marks: Marks
    slug: str
    indicator: str
    kind: str
    value: str
    lower: str
    upper: str
    multiplier: str
    rounded_to: str
    unit: str
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
    themes: tuple[str, ...] = ()
    cited: Citation = NOWHERE
    note: Text | None = None

    @property
    def observed(self) -> bool:
        """Whether it is an observation of the cube: one number, and every dimension known."""
        unknown = self.marks.lacks("value", "not-observed", *_DIMENSIONS)
        return bool(self.value) and not self.not_observed and not unknown

    @property
    def numbered(self) -> bool:
        """Whether it has a number, or two that bound it."""
        return bool(self.value or self.lower or self.upper)

    @property
    def key(self) -> tuple[str, ...]:
        """The dimensions: no two observations share them all."""
        return self.area, self.period, self.indicator, self.kind, self.sex, self.age, self.breakdown


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is measured, in which unit; in none where the source gives no number and no unit for it."""

    marks: Marks
    slug: str
    label: Text
    definition: Text | None
    unit: str
    close_match: tuple[str, ...]
    related_match: tuple[str, ...]
    may_be_negative: bool = False
    cited: Citation = NOWHERE
    frequency: str = ""
    owner: Text | None = None


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
    called: Text | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure, by its QUDT IRI; one without an IRI gets one of the publication's."""

    marks: Marks
    slug: str
    iri: str
    label: Text
    symbol: str


@dataclass(frozen=True, slots=True)
class NoFigure:
    """Lines of the source that bear a digit and no figure, with the reason."""

    marks: Marks
    lines: Lines
    reason: Text
