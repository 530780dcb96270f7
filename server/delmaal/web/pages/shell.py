"""What every page is set in: its address in both languages, its forms as data, the trail that leads to it."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import render_template
from markupsafe import Markup

from delmaal import formats
from delmaal.web.descriptions.description import Page
from delmaal.web.descriptions.rows import Value, address
from delmaal.web.discovery.structured import written
from delmaal.web.pages.reading import Things, spoken_address
from delmaal.web.releases import Opened

TITLE = 110
"""Letters of a title in the browser's tab and on a card; a page shows it whole."""


class Step(NamedTuple):
    """A step of the trail from the home page to a page."""

    text: str
    href: str
    language: str = ""


def short(text: str, limit: int = TITLE) -> str:
    """A text cut at a word, with an ellipsis, where it is longer than it may be."""
    if len(text) <= limit:
        return text
    cut = text[:limit]
    return (cut.rpartition(" ")[0] if " " in cut[limit // 2 :] else cut).rstrip(" ,.;:–-") + "…"


def step(value: Value) -> Step:
    """A thing as a step of the trail."""
    return Step(short(value.text, 60), value.href, value.language)


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


def thing_page(template: str, things: Things, page: Page, language: str, trail: list[Step], told: str = "",
               **more: Any) -> bytes:
    """The page of a thing."""
    opened = things.opened
    path = own_path(opened, page.iri)
    title = things.label(page.iri, language)
    more.setdefault("structured", breadcrumbs(opened, trail, short(title.text)))
    return render_template(
        template, lang=language, things=things, title=title, tab=short(title.text), iri=page.iri, here=path,
        canonical=opened.release.base + path.lstrip("/"), alternates=alternates(path), trail=trail,
        summary=short(told, 200), release=opened.release, publication=publication(opened, language), **more,
    ).encode("utf-8", "replace")


def breadcrumbs(opened: Opened, trail: list[Step], name: str) -> Markup:
    """The trail as schema.org has it (https://schema.org/BreadcrumbList); the page itself is its last step."""
    steps: list[dict[str, Any]] = [
        {"@type": "ListItem", "position": place, "name": each.text, "item": opened.release.base + each.href.lstrip("/")}
        for place, each in enumerate(trail, 1)
    ]
    steps.append({"@type": "ListItem", "position": len(steps) + 1, "name": name})
    return written({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": steps})


def publication(opened: Opened, language: str) -> str:
    """The publication's title."""
    titles: dict[str, str] = opened.release.manifest["title"]
    return titles.get(language) or next(iter(titles.values()), "")


def home_step(language: str, text: str) -> Step:
    """The first step of every trail."""
    return Step(text, spoken_address("/", language))
