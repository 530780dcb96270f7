"""Structured data in pages: schema.org Dataset and DataCatalog as JSON-LD, as Google Dataset Search reads it.

Source: https://developers.google.com/search/docs/appearance/structured-data/dataset. A thing's
`@id` is its IRI, and its `url` is where its page is read: the address that the page calls canonical.
"""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from delmaal.reading.offers import WHOLE, Agent, Dataset, File, Place, catalogue_texts, datasets_of, spoken
from delmaal.reading.releases import Opened
from delmaal.terms import term

MEASURED = 500
"""Variables that a dataset's description lists: more would make the page heavy, and no search engine shows them."""

LONGEST = 5000
"""Letters of a description that the search engine takes."""


def home_data(opened: Opened, language: str) -> Markup:
    """The catalogue with its datasets, for the home page."""
    title, description = catalogue_texts(opened)
    datasets = datasets_of(opened)
    publisher = next((row.publisher for row in datasets.values()), None)
    found: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "DataCatalog",
        "@id": opened.iri.document("catalog").value,
        "name": spoken(title, language),
        "description": spoken(description, language)[:LONGEST],
        "url": opened.site,
        "inLanguage": list(opened.languages),
        "version": opened.release.id,
        "dataset": [_dataset(opened, row, language, files=row.name == WHOLE) for row in datasets.values()],
    }
    if publisher is not None:
        found["publisher"] = _agent(publisher, language)
    return written(found)


def dataset_data(opened: Opened, dataset: Dataset, language: str) -> Markup:
    """A dataset, for its page."""
    return written({"@context": "https://schema.org/", **_dataset(opened, dataset, language)})


def written(data: dict[str, Any]) -> Markup:
    """JSON-LD as it may stand in a script element: no text in it can end the element or begin a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  # nothing that HTML gives a meaning is left in it


def _dataset(opened: Opened, row: Dataset, language: str, files: bool = True) -> dict[str, Any]:
    others = {name: text for name, text in row.title.items() if name != language}
    found: dict[str, Any] = {
        "@type": "Dataset",
        "@id": row.iri,
        "name": spoken(row.title, language),
        "description": spoken(row.description, language)[:LONGEST],
        "url": opened.reached(row.iri),
        "identifier": row.iri,
        "keywords": row.keywords.get(language, []),
        "license": row.licence,
        "creator": _agent(row.publisher, language),
        "publisher": _agent(row.publisher, language),
        "isAccessibleForFree": True,
        "inLanguage": list(opened.languages),
        "datePublished": row.issued,
        "dateModified": row.modified,
        "version": opened.release.id,
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": opened.iri.document("catalog").value,
                                  "name": spoken(catalogue_texts(opened)[0], language), "url": opened.site},
    }
    if row.name == "statistics":
        found["variableMeasured"] = _variables(opened, language)
    if files:
        found["distribution"] = [_file(opened, file, language) for file in row.files]
    if others:
        found["alternateName"] = list(others.values())
    if row.first_day or row.last_day:
        found["temporalCoverage"] = f"{row.first_day or '..'}/{row.last_day or '..'}"
    if row.places:
        found["spatialCoverage"] = [_place(place, language) for place in row.places]
    names = datasets_of(opened)
    if row.name == WHOLE:
        found["hasPart"] = [{"@type": "Dataset", "@id": part.iri, "name": spoken(part.title, language),
                             "description": spoken(part.description, language)[:LONGEST], "license": part.licence,
                             "creator": _agent(part.publisher, language)}
                            for part in names.values() if part.name != WHOLE]
    elif WHOLE in names:
        found["isPartOf"] = {"@id": names[WHOLE].iri}
    return found


def _variables(opened: Opened, language: str) -> list[dict[str, Any]]:
    """What the figures measure: each indicator with its unit; past MEASURED of them, those of the data set's page that
    come first, and how many there are is said by the catalogue (`stat:numSeries`)."""
    kind = str(term("rdf:type")).encode()
    lines = opened.lookup.some_incoming(term("delmaal:Indicator").value, MEASURED)
    found = []
    for iri in sorted(line[1 : line.index(b"> ")].decode() for line in lines if line.split(b" ", 2)[1] == kind):
        variable = {"@type": "PropertyValue", "propertyID": iri, "name": spoken(opened.labels(iri), language)[:LONGEST]}
        unit = next((opened.labels(value.value) for value in opened.objects(iri, "sdmx-attribute:unitMeasure")), {})
        if unit:
            variable["unitText"] = spoken(unit, language)
        found.append(variable)
    return found


def _agent(agent: Agent, language: str) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": "Organization", "@id": agent.iri, "name": spoken(agent.name, language)}
    if agent.homepage:
        found["url"] = agent.homepage
    if agent.identifier:
        found["identifier"] = agent.identifier
    return found


def _place(place: Place, language: str) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": "Place", "name": spoken(place.name, language), "sameAs": place.iri}
    if place.box:
        west, south, east, north = place.box
        found["geo"] = {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}
    return found


def _file(opened: Opened, file: File, language: str) -> dict[str, Any]:
    return {
        "@type": "DataDownload", "@id": file.iri, "name": spoken(file.title, language),
        "contentUrl": opened.reached(file.url), "encodingFormat": file.media_type,
        "contentSize": f"{file.size} B", "sha256": file.sha256,
    }
