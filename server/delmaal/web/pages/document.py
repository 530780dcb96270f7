"""The page of a governing document: what it is, where it stands in time, and how each theme mentions it."""

from __future__ import annotations

from delmaal.web import charts
from delmaal.web.charts import Stretch
from delmaal.web.descriptions.description import Page
from delmaal.web.pages.documents import document_of
from delmaal.web.pages.reading import things_of
from delmaal.web.pages.shell import home_step, thing_page
from delmaal.web.pages.words import say
from delmaal.web.releases import Opened


def document_page(opened: Opened, page: Page, language: str) -> bytes:
    """A governing document for people to read."""
    things = things_of(opened)
    thing = things.thing(page.iri)
    document = document_of(things, page.iri, thing.iris("delmaal:mention"), language)
    scale = charts.scale_of([document.stretch]) if document.stretch != Stretch() else None
    notes = thing.texts("skos:note", language)
    return thing_page(
        "document.html", things, page, language, [home_step(language, say("home", language))],
        document.kind.text if document.kind else "", document=document, notes=notes,
        axis=charts.axis(scale) if scale else None, bar=charts.stretch(scale, document.stretch) if scale else None,
        reasons=thing.texts("delmaal:statusReason", language),
        elsewhere=thing.iris("rdfs:seeAlso"),
    )
