"""What is said at an address that there is not: people shorten addresses and guess, so the one that they probably mean
is named.

    /catalogue   /ns.ttl   /Matrix   404 that names /catalog, /ns?format=ttl, /matrix
    /id   /data                      303 to what lists the things and the dumps
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from werkzeug.exceptions import HTTPException

from delmaal.formats import RDF_FORMATS
from delmaal.http.answers import elsewhere
from delmaal.http.asked import Asked
from delmaal.http.failures import problem
from delmaal.http.reply import Reply
from delmaal.http.urls import Urls, urls_of

MEANT: Mapping[str, Callable[[Urls], str]] = {
    **dict.fromkeys(("catalogue", "katalog", "dcat", "dataset", "datasets", "datasett"), Urls.catalog),
    "void": Urls.void, ".well-known/void.ttl": lambda urls: urls.void("ttl"),
    **dict.fromkeys(("ontology", "ontologi", "vocabulary"), Urls.ontology),
    **dict.fromkeys(("shacl", "shape"), Urls.shapes),
    **dict.fromkeys(("query", "endpoint"), Urls.sparql), "examples": Urls.examples, "sd": Urls.service_description,
    **dict.fromkeys(("releases", "history", "timemap", "download", "dump", "dumps"), Urls.releases),
    **dict.fromkeys(("changes", "ldes"), Urls.feed), **dict.fromkeys(("sok", "søk"), Urls.search),
    **dict.fromkeys(("api", "openapi", "swagger"), Urls.openapi), "citation": Urls.cite, "sitemap": Urls.sitemap,
    "provenance": lambda urls: urls.provenance("ttl"), "report": lambda urls: urls.report("ttl"),
    "observations": lambda urls: urls.observations("csv"), "matrise": Urls.matrix,
    **dict.fromkeys(("index.html", "home"), Urls.home), **dict.fromkeys(("errors", "help"), Urls.problems),
    "reconciliation": Urls.reconcile,
}
"""What people write, and the address that they mean."""


_LISTED = ("id", "doc", "data")
"""What stands before things and dumps: the home page lists what there is, the page of the release its files."""


def unknown_address(request: Asked, path: str) -> Reply:
    """The answer at an address that there is not."""
    rest = path.strip("/")
    if rest in _LISTED:
        urls = request.urls
        place = urls.home() if rest != "data" else urls.of_release(request.opened.release.id)
        return elsewhere(place, 303)
    near = _near(request, rest)
    said = f"there is nothing at {path[:300]}"
    if not near:
        return problem(request, 404, "address-unknown", f"{said}; {request.urls.home()} leads to what there is")
    return problem(request, 404, "address-unknown", f"{said}; perhaps you mean {near}", near=near)


def _near(request: Asked, rest: str) -> str:
    """The address that is probably meant, if there is one."""
    lower = rest.lower()
    stem, dot, suffix = lower.rpartition(".")
    forms = {row.suffix for row in RDF_FORMATS}
    candidates = [f"/{rest}", _meant(lower), f"/{lower}"]
    if dot and suffix in forms:
        whole = _meant(stem) or f"/{stem}"
        candidates += [f"{whole}.{suffix}", f"{whole}?format={suffix}"]
    found = next((each for each in candidates if each and _is_there(request, each.partition("?")[0])), "")
    return found and request.mount + found


def _meant(name: str) -> str:
    """The address below the mount that a name stands for, if there is one."""
    return MEANT[name](urls_of("", "", "", "")) if name in MEANT else ""


def _is_there(request: Asked, path: str) -> bool:
    try:
        route, _ = request.publication.router.match(path)
    except HTTPException:
        return False
    return not route.endpoint.startswith(("resources.thing", "resources.document", "assets"))
