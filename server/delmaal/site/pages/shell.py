"""What every page is set in: its address in both languages, its forms as data."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from delmaal import formats
from delmaal.http.asked import Asked
from delmaal.http.description import Page
from delmaal.http.urls import stem_of
from delmaal.reading.things import Things
from delmaal.reading.trail import Step, publication, short
from delmaal.site.structured import written


def alternates(path: str) -> list[tuple[str, str, str]]:
    """The forms of a page as data: name, media type, address."""
    stem = stem_of(path)
    return [(row.label, row.media_type, f"{stem}{row.suffix}") for row in formats.RDF_FORMATS]


def thing_page(
    request: Asked,
    template: str,
    things: Things,
    page: Page,
    language: str,
    trail: list[Step],
    told: str = "",
    **more: Any,
) -> bytes:
    """The page of a thing."""
    opened = things.opened
    urls = request.urls
    path = urls.thing(page.iri)
    title = things.label(page.iri, language)
    more.setdefault("structured", breadcrumbs(request, trail, short(title.text)))
    return request.render(
        template, lang=language, things=things, title=title, tab=short(title.text), iri=page.iri, here=path,
        canonical=request.canonical.thing(page.iri), alternates=alternates(path), trail=trail,
        summary=short(told, 200), release=opened.release, publication=publication(opened, language), **more,
    ).encode("utf-8", "replace")


def breadcrumbs(request: Asked, trail: list[Step], name: str) -> Markup:
    """The trail as schema.org has it (https://schema.org/BreadcrumbList); the page itself is its last step."""
    site, urls = request.canonical.mount, request.urls
    steps: list[dict[str, Any]] = [
        {"@type": "ListItem", "position": place, "name": each.text, "item": site + urls.local(each.href)}
        for place, each in enumerate(trail, 1)
    ]
    steps.append({"@type": "ListItem", "position": len(steps) + 1, "name": name})
    return written({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": steps})

