"""The home page, and what every template may call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from delmaal.web.answers import answer, opened
from delmaal.web.negotiate import HTML, language
from delmaal.web.rows import labelled

WORDS: dict[str, tuple[str, str]] = {
    "home": ("Forsiden", "Home"),
    "themes": ("Temaer", "Themes"),
    "data": ("Data", "Data"),
    "sparql": ("SPARQL", "SPARQL"),
    "catalogue": ("Katalog", "Catalogue"),
    "properties": ("Det som er sagt", "What is said"),
    "incoming": ("Lenker hit", "What links here"),
    "formats": ("Som data", "As data"),
    "release": ("Utgivelse", "Release"),
    "licence": ("Data under CC BY 4.0", "Data under CC BY 4.0"),
    "other-language": ("English", "Norsk"),
    "run": ("Kjør spørringen", "Run the query"),
    "query": ("Spørring", "Query"),
    "results": ("Resultater som", "Results as"),
    "all-data": ("Alt i ett", "Everything in one"),
    "next": ("Neste side", "Next page"),
    "skip": ("Hopp til innholdet", "Skip to content"),
    "lead": (
        "Temaene i samfunnsplanen, tallene den oppgir og koblingene til FNs bærekraftsmål, som lenkede åpne data.",
        "The themes of the community plan, its figures and its links to the UN Sustainable Development Goals, "
        "as linked open data.",
    ),
    "statistics-in": ("tall", "figures"),
    "targets-in": ("delmål", "targets"),
    "documents-in": ("styringsdokumenter", "governing documents"),
}

TEMPLATE_GLOBALS: dict[str, Callable[..., Any]] = {
    "say": lambda key, lang: WORDS[key][0 if lang == "nb" else 1],
    "switch": lambda here, lang: _switch(here, "en" if lang == "nb" else "nb"),
}

routes = Blueprint("pages", __name__)


def _switch(here: str, lang: str) -> str:
    """The same page in the other language; a relative address that keeps what the query says."""
    pairs = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    return f"{here}?{urlencode([*pairs, ('lang', lang)])}"


@routes.get("/")
def home() -> Response:
    """What this is, the themes, the data."""
    spoken = language(request.headers.get("Accept-Language", ""), request.args.get("lang"))
    return answer(lambda: _home(spoken), HTML.content_type, "html", spoken, vary="Accept-Language")


def _home(spoken: str) -> bytes:
    release = opened()
    manifest = release.release.manifest
    scheme = release.iri.thing("scheme", "themes").value
    themes = []
    for node in release.objects(scheme, "skos:hasTopConcept"):
        position = next((int(value.value) for value in release.objects(node.value, "schema:position")), 0)
        lead = {value.language: value.value for value in release.objects(node.value, "dct:description")}
        targets = len(release.objects(node.value, "delmaal:addresses"))
        title = labelled(release, node.value, spoken)
        themes.append((position, title.text, title.href, lead.get(spoken, ""), targets))
    dumps = sorted(path.removeprefix("data/") for path in manifest["files"] if path.startswith("data/"))
    return render_template("home.html", lang=spoken, title=manifest["title"][spoken], themes=sorted(themes), here="/",
                           dumps=[name for name in dumps if not name.endswith(".gz")], release=release.release).encode()
