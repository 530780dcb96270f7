"""The page of a governing document: what it is, where it stands in time, and how each theme mentions it."""

from __future__ import annotations

from delmaal.http.asked import Asked
from delmaal.http.description import Page
from delmaal.reading.releases import Opened
from delmaal.reading.things import things_of
from delmaal.reading.trail import home_step
from delmaal.reading.words import say
from delmaal.site import charts
from delmaal.site.charts import Stretch
from delmaal.site.pages.documents import document_of
from delmaal.site.pages.shell import thing_page


def document_page(request: Asked, opened: Opened, page: Page, language: str) -> bytes:
    """A governing document for people to read."""
    things = things_of(opened, request.urls)
    thing = things.thing(page.iri)
    document = document_of(things, page.iri, thing.iris("delmaal:mention"), language)
    scale = charts.scale_of([document.stretch]) if document.stretch != Stretch() else None
    notes = thing.texts("skos:note", language)
    return thing_page(request,
        "document.html", things, page, language, [home_step(things.urls, language, say("home", language))],
        document.kind.text if document.kind else "", document=document, notes=notes,
        axis=charts.axis(scale) if scale else None, bar=charts.stretch(scale, document.stretch) if scale else None,
        reasons=thing.texts("delmaal:statusReason", language),
        elsewhere=[*thing.iris("foaf:page"), *thing.iris("rdfs:seeAlso")],
    )
