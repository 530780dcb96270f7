"""What every page is set in: its address in both languages, its forms as data."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from delmaal import formats
from delmaal.http.asked import Asked
from delmaal.http.description import Page
from delmaal.reading.releases import Opened
from delmaal.reading.rows import address
from delmaal.reading.things import Things
from delmaal.reading.trail import Step, publication, short
from delmaal.site.structured import written


def own_path(opened: Opened, iri: str) -> str:
    """The path of a thing's page."""
    return address(opened.release.base, iri)


def suffixed(path: str) -> str:
    """What a suffix is added to, for a form of the page as data."""
    return f"{path}&format=" if "?" in path else f"{path}."


def alternates(path: str) -> list[tuple[str, str, str]]:
    """The forms of a page as data: name, media type, address."""
    stem = suffixed(path)
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
    path = own_path(opened, page.iri)
    title = things.label(page.iri, language)
    more.setdefault("structured", breadcrumbs(opened, trail, short(title.text)))
    return request.render(
        template, lang=language, things=things, title=title, tab=short(title.text), iri=page.iri, here=path,
        canonical=opened.site + path.lstrip("/"), alternates=alternates(path), trail=trail,
        summary=short(told, 200), release=opened.release, publication=publication(opened, language), **more,
    ).encode("utf-8", "replace")


def breadcrumbs(opened: Opened, trail: list[Step], name: str) -> Markup:
    """The trail as schema.org has it (https://schema.org/BreadcrumbList); the page itself is its last step."""
    steps: list[dict[str, Any]] = [
        {"@type": "ListItem", "position": place, "name": each.text, "item": opened.site + each.href.lstrip("/")}
        for place, each in enumerate(trail, 1)
    ]
    steps.append({"@type": "ListItem", "position": len(steps) + 1, "name": name})
    return written({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": steps})

