"""How data.europa.eu scores a catalogue: its metadata quality assessment (MQA), 405 points in five dimensions.

Source: the methodology that the portal publishes at https://data.europa.eu/mqa/methodology. What it leaves open is
decided here and said so: the five metrics of formats are taken from the distribution that does best in them, since the
methodology holds all distributions of a dataset to be the same data; every other metric of distributions is the mean
over all of them, so that one dead download costs its share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from delmaal.records import Text

On = Literal["dataset", "distribution", "best distribution"]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of the assessment, which its metrics add up to."""

    name: str
    label: Text


@dataclass(frozen=True, slots=True)
class Metric:
    """One row: the dimension, the property looked at, the points, what it is computed on, whether it takes the network.
    """

    name: str
    dimension: str
    label: Text
    path: str
    points: int
    on: On = "distribution"
    online: bool = False


DIMENSIONS: tuple[Dimension, ...] = (
    Dimension("findability", Text("Finnbarhet", "Findability")),
    Dimension("accessibility", Text("Tilgjengelighet", "Accessibility")),
    Dimension("interoperability", Text("Samhandling", "Interoperability")),
    Dimension("reusability", Text("Gjenbrukbarhet", "Reusability")),
    Dimension("contextuality", Text("Kontekst", "Contextuality")),
)

METRICS: tuple[Metric, ...] = (
    Metric("keyword", "findability", Text("Nøkkelord", "Keyword usage"), "dcat:keyword", 30, "dataset"),
    Metric("category", "findability", Text("Kategorier", "Categories"), "dcat:theme", 30, "dataset"),
    Metric("spatial", "findability", Text("Geografisk søk", "Geo search"), "dct:spatial", 20, "dataset"),
    Metric("temporal", "findability", Text("Søk etter tid", "Time-based search"), "dct:temporal", 20, "dataset"),
    Metric("access-url-status", "accessibility", Text("Tilgangsadressen svarer", "Access URL answers"),
           "dcat:accessURL", 50, online=True),
    Metric("download-url", "accessibility", Text("Nedlastingsadresse", "Download URL"), "dcat:downloadURL", 20),
    Metric("download-url-status", "accessibility", Text("Nedlastingsadressen svarer", "Download URL answers"),
           "dcat:downloadURL", 30, online=True),
    Metric("format", "interoperability", Text("Format", "Format"), "dct:format", 20, "best distribution"),
    Metric("media-type", "interoperability", Text("Medietype", "Media type"), "dcat:mediaType", 10,
           "best distribution"),
    Metric("format-vocabulary", "interoperability",
           Text("Format og medietype fra kodeverk", "Format and media type from vocabulary"),
           "dct:format, dcat:mediaType", 10, "best distribution"),
    Metric("non-proprietary", "interoperability", Text("Åpent format", "Non-proprietary format"), "dct:format", 20,
           "best distribution"),
    Metric("machine-readable", "interoperability", Text("Maskinlesbart format", "Machine-readable format"),
           "dct:format", 20, "best distribution"),
    Metric("dcat-ap", "interoperability", Text("Følger DCAT-AP", "DCAT-AP compliance"), "", 30, "dataset"),
    Metric("licence", "reusability", Text("Lisens", "Licence"), "dct:license", 20),
    Metric("licence-vocabulary", "reusability", Text("Lisens fra kodeverk", "Licence from vocabulary"),
           "dct:license", 10),
    Metric("access-rights", "reusability", Text("Tilgangsrettigheter", "Access restrictions"), "dct:accessRights", 10,
           "dataset"),
    Metric("access-rights-vocabulary", "reusability",
           Text("Tilgangsrettigheter fra kodeverk", "Access restrictions from vocabulary"), "dct:accessRights", 5,
           "dataset"),
    Metric("contact", "reusability", Text("Kontaktpunkt", "Contact point"), "dcat:contactPoint", 20, "dataset"),
    Metric("publisher", "reusability", Text("Utgiver", "Publisher"), "dct:publisher", 10, "dataset"),
    Metric("rights", "contextuality", Text("Rettigheter", "Rights"), "dct:rights", 5),
    Metric("size", "contextuality", Text("Filstørrelse", "File size"), "dcat:byteSize", 5),
    Metric("issued", "contextuality", Text("Utgivelsesdato", "Date of issue"), "dct:issued", 5),
    Metric("modified", "contextuality", Text("Endringsdato", "Modification date"), "dct:modified", 5),
)

MAXIMUM = sum(metric.points for metric in METRICS)

RATINGS: tuple[tuple[int, Text], ...] = (
    (351, Text("utmerket", "excellent")),
    (221, Text("god", "good")),
    (121, Text("tilstrekkelig", "sufficient")),
    (0, Text("dårlig", "bad")),
)
"""The fewest points of each rating."""


def rating(points: float) -> Text:
    """The rating of a number of points out of 405."""
    return next(label for fewest, label in RATINGS if round(points) >= fewest)
