"""What a release offers, read from its own catalogue: for structured data in pages and for citations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from delmaal.reading.releases import Opened
from delmaal.records.licences import licence_at

WHOLE = "all"
"""The dataset that the others are parts of."""

_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_DEGREES = re.compile(r"-?\d+(?:\.\d+)?")

Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Agent:
    """Who answers for the data."""

    iri: str
    name: Texts
    identifier: str
    homepage: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place that the data cover: its IRI, its name, and west, south, east and north in degrees where they are known.
    """

    iri: str
    name: Texts
    box: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file of a dataset: its address, its media type, its size in bytes, its SHA-256."""

    iri: str
    title: Texts
    url: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset of the catalogue; texts by language, dates as they are written, the licence by its page."""

    iri: str
    name: str
    title: Texts
    description: Texts
    keywords: dict[str, list[str]]
    publisher: Agent
    licence: str
    licence_title: Texts
    issued: str
    modified: str
    first_day: str
    last_day: str
    places: tuple[Place, ...]
    files: tuple[File, ...]


_KEPT: WeakKeyDictionary[Opened, dict[str, Dataset]] = WeakKeyDictionary()


def datasets_of(opened: Opened) -> dict[str, Dataset]:
    """The datasets of a release by name, the whole first; read once for as long as the release is open."""
    found = _KEPT.get(opened)
    if found is None:
        iris = [value.value for value in opened.objects(opened.iri.document("catalog").value, "dcat:dataset")]
        rows = [_dataset(opened, iri) for iri in sorted(iris)]
        found = _KEPT[opened] = {row.name: row for row in sorted(rows, key=lambda row: row.name != WHOLE)}
    return found


def catalogue_texts(opened: Opened) -> tuple[Texts, Texts]:
    """Title and description of the catalogue itself."""
    node = opened.iri.document("catalog").value
    return _texts(opened, node, "dct:title"), _texts(opened, node, "dct:description")


def spoken(texts: Texts, language: str) -> str:
    """A text in a language, else in another; nothing where there is none."""
    return texts.get(language) or next(iter(texts.values()), "")


def _dataset(opened: Opened, iri: str) -> Dataset:
    keywords: dict[str, list[str]] = {}
    for value in opened.objects(iri, "dcat:keyword"):
        keywords.setdefault(value.language, []).append(value.value)
    publisher, period = _one(opened, iri, "dct:publisher"), _one(opened, iri, "dct:temporal")
    licence = _one(opened, iri, "dct:license")
    known = licence_at(licence)
    return Dataset(
        iri=iri,
        name=iri.rpartition("/")[2],
        title=_texts(opened, iri, "dct:title"),
        description=_texts(opened, iri, "dct:description"),
        keywords=keywords,
        publisher=Agent(publisher, _texts(opened, publisher, "foaf:name"), _one(opened, publisher, "dct:identifier"),
                        _one(opened, publisher, "foaf:homepage")),
        licence=known.page if known else licence,
        licence_title=_texts(opened, licence, "skos:prefLabel"),
        issued=_one(opened, iri, "dct:issued"),
        modified=_one(opened, iri, "dct:modified"),
        first_day=_one(opened, period, "dcat:startDate") if period else "",
        last_day=_one(opened, period, "dcat:endDate") if period else "",
        places=tuple(_place(opened, value.value) for value in opened.objects(iri, "dct:spatial")),
        files=tuple(_file(opened, value.value) for value in opened.objects(iri, "dcat:distribution")),
    )


def _place(opened: Opened, iri: str) -> Place:
    corners = _DEGREES.findall(_one(opened, iri, "dcat:bbox"))
    box = (*corners[:2], *corners[4:6]) if len(corners) == 10 else ()
    return Place(iri, _texts(opened, iri, "dct:title"), box)


def _file(opened: Opened, iri: str) -> File:
    size, checksum = _one(opened, iri, "dcat:byteSize"), _one(opened, iri, "spdx:checksum")
    return File(iri, _texts(opened, iri, "dct:title"), _one(opened, iri, "dcat:downloadURL"),
                _one(opened, iri, "dcat:mediaType").removeprefix(_MEDIA_TYPES), int(size) if size.isdigit() else 0,
                _one(opened, checksum, "spdx:checksumValue"))


def _one(opened: Opened, iri: str, name: str) -> str:
    return next((value.value for value in opened.objects(iri, name)), "")


def _texts(opened: Opened, iri: str, name: str) -> Texts:
    return {value.language: value.value for value in opened.objects(iri, name)}
