"""The page of a dataset of the catalogue: what it is, its files, how to cite it; structured data for search engines."""

from __future__ import annotations

from urllib.parse import quote

from delmaal import formats
from delmaal.http.asked import Asked
from delmaal.http.description import Page
from delmaal.languages import Words
from delmaal.reading.offers import WHOLE, datasets_of, spoken
from delmaal.reading.releases import Opened
from delmaal.reading.things import things_of
from delmaal.reading.trail import home_step
from delmaal.reading.words import say
from delmaal.records.licences import licence_at
from delmaal.site.pages.shell import thing_page
from delmaal.site.structured import dataset_data

WORDS = Words("offer", {
    "kind": "Dataset",
    "publisher": "Publisher",
    "licence": "Licence",
    "issued": "Issued",
    "modified": "Modified",
    "covers": "Time",
    "places": "Place",
    "keywords": "Keywords",
    "files": "Files",
    "file": "File",
    "format": "Format",
    "size": "Size",
    "checksum": "SHA-256",
    "cite": "How to cite",
    "cite-as": "As data for reference managers:",
})

_LABELS = {row.media_type: row.label for row in formats.RDF_FORMATS}


def offer_page(request: Asked, opened: Opened, page: Page, language: str) -> bytes:
    """A dataset of the catalogue for people to read."""
    things = things_of(opened, request.urls)
    name = page.iri.rpartition("/")[2]
    dataset = datasets_of(opened)[name]
    files = [
        {"name": file.url.rpartition("/")[2], "href": request.urls.data(quote(file.url.rpartition("/")[2])),
         "size": file.size, "format": _LABELS.get(file.media_type, file.media_type),
         "type": file.media_type, "sha256": file.sha256}
        for file in dataset.files
    ]
    about = spoken(dataset.description, language)
    return thing_page(request,
        "offer.html", things, page, language, [home_step(things.urls, language, say("home", language))], about,
        offer=dataset, files=files, about=about, word=lambda key: WORDS.say(key, language),
        spoken=lambda texts: spoken(texts, language), keywords=dataset.keywords.get(language, []),
        licence_known=licence_at(dataset.licence) is not None,
        cite=lambda suffix: request.urls.speaking(language).cite(suffix, "" if name == WHOLE else name),
        structured=dataset_data(opened, dataset, language),
    )
