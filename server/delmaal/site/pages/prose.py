"""The pages that the publisher writes, and what gives all pages their look: a logo and two colours.

    /about            what this is and who answers for it; short where the publisher wrote none
    /privacy          what is kept of readers; short where the publisher wrote none
    /accessibility    the publisher's alone: nobody else can declare it
    /brand/<name>     the logo, and the style sheet with the colours
"""

from __future__ import annotations

from markupsafe import Markup

from delmaal.http.answers import answer
from delmaal.http.asked import Asked
from delmaal.http.failures import page_alone, problem
from delmaal.http.negotiate import HTML
from delmaal.http.reply import Reply
from delmaal.reading.appearance import Appearance, appearance_of
from delmaal.reading.releases import Opened
from delmaal.reading.rows import Value
from delmaal.reading.things import Things, things_of
from delmaal.reading.trail import home_step, publication
from delmaal.reading.words import say

ALWAYS = ("about", "privacy")
"""The pages that there are though the publisher wrote none."""

COLOURS = "colours.css"
LOGO_HEADERS = (("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),)
"""A logo that is opened by itself runs and loads nothing."""
_TYPES = {"svg": "image/svg+xml", "png": "image/png"}


def pages_of(look: Appearance) -> list[str]:
    """The pages that a release has, in the order of the foot of every page."""
    return [page for page in ("about", "accessibility", "privacy") if page in ALWAYS or page in look.pages]


def about(request: Asked) -> Reply:
    """What this is, and who answers for it."""
    return _page(request, "about")


def accessibility(request: Asked) -> Reply:
    """How far everybody can use these pages."""
    return _page(request, "accessibility")


def privacy(request: Asked) -> Reply:
    """What is kept of readers."""
    return _page(request, "privacy")


def _page(request: Asked, page: str) -> Reply:
    if page not in pages_of(appearance_of(request.opened)):
        return problem(request, 404, "page-unknown", f"the publisher has not written about {page}")
    return page_alone(request) or answer(
        request, lambda: _written(request, request.opened, page), HTML.content_type, "html", request.language)


def _written(request: Asked, release: Opened, page: str) -> bytes:
    spoken, look = request.language, appearance_of(release)
    things = things_of(release, request.urls)
    found, title = look.prose(page, spoken), say(f"page-{page}", spoken)
    catalogue = things.thing(release.iri.document("catalog").value)
    publisher = catalogue.iri_of("dct:publisher")
    lead = catalogue.text("dct:description", spoken)
    return request.render(
        "prose.html", lang=spoken, tab=title, here=request.urls.prose(page), release=release.release,
        canonical=request.canonical.prose(page), publication=publication(release, spoken), page=page,
        trail=[home_step(things.urls, spoken, say("home", spoken))],
        prose=Markup(found[0]) if found else "",  # noqa: S704  # written by `markdown`, which escapes all else
        language=found[1] if found and found[1] != spoken else "", lead=lead,
        publisher=things.label(publisher, spoken) if publisher else None,
        contact=_contact(things, catalogue.iri_of("dcat:contactPoint"), spoken),
        homepage=things.thing(publisher).iri_of("foaf:homepage") if publisher else "",
    ).encode("utf-8", "replace")


def _contact(things: Things, iri: str, spoken: str) -> Value | None:
    """Whom to ask, with the address that reaches them; None where the release does not say."""
    thing = things.thing(iri)
    name, address = thing.text("vcard:fn", spoken), thing.iri_of("vcard:hasURL") or thing.iri_of("vcard:hasEmail")
    return Value(name.text, name.language, address) if name and address else None


def brand(request: Asked, name: str) -> Reply:
    """The logo, or the style sheet with the colours."""
    look = appearance_of(request.opened)
    if name == look.logo and name:
        return answer(request, look.picture, _TYPES[name.rpartition(".")[2]], vary="", headers=LOGO_HEADERS)
    if name == COLOURS and look.colours:
        return answer(request, lambda: _colours(look.colours).encode(), "text/css; charset=utf-8", vary="")
    return problem(request, 404, "asset-unknown", f"the publication has no file {name[:100]}")


def _colours(colours: dict[str, str]) -> str:
    found = ""
    if "light" in colours:
        found += f":root {{ --link: {colours['light']}; --accent: {colours['light']}; --on-accent: #fff; }}\n"
    if "dark" in colours or found:
        dark = colours.get("dark")
        said = f"--link: {dark}; --accent: {dark}; --on-accent: #06191c;" if dark else (
            "--link: #86d3da; --accent: #4fb3bd; --on-accent: #06191c;")
        found += f"@media (prefers-color-scheme: dark) {{ :root {{ {said} }} }}\n"
    return found
