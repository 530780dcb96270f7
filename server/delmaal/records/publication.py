"""A publication whole: who publishes it, what it covers, and every record in it."""

from __future__ import annotations

from dataclasses import dataclass

from delmaal.records.appearance import Branding, Prose
from delmaal.records.documents import Document
from delmaal.records.sources import Source
from delmaal.records.statistics import Area, Indicator, NoFigure, Statistic, Unit
from delmaal.records.texts import Marks, Text
from delmaal.records.themes import Theme


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a label in both languages and links: a breakdown, an agent, which by its type may be a survey."""

    marks: Marks
    slug: str
    label: Text
    see_also: tuple[str, ...]
    type: str = ""


@dataclass(frozen=True, slots=True)
class Coded:
    """A goal, target or indicator of the UN, with our short label."""

    marks: Marks
    code: str
    label: Text


@dataclass(frozen=True, slots=True)
class Topic:
    """What somebody else's topic is called, which themes may be about."""

    marks: Marks
    iri: str
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
    sources: tuple[Source, ...]
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
    un_indicators: tuple[Coded, ...] = ()
    topics: tuple[Topic, ...] = ()
    no_figures: tuple[NoFigure, ...] = ()
    branding: Branding | None = None
    headline: tuple[str, ...] = ()
    prose: tuple[Prose, ...] = ()

    @property
    def source(self) -> Source | None:
        """The text that it is transcribed from, the first where there are several; None where there is none."""
        return next((source for source in self.sources if source.is_text), None)
