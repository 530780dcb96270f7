"""Memento (RFC 7089): every resource of the publication at every time that a release of it is kept from.

    GET /doc/theme/x  Accept-Datetime: …       302 to the memento; each resource is its own TimeGate (pattern 1.1)
    /release/<id>/doc/theme/x                  a memento, which never changes
    /timemap/link/doc/theme/x                  the TimeMap as application/link-format;  /timemap/json/… as JSON

The time of a memento is that of the switch that made its release current. A release that became current again later is
a memento of its own then: `/release/<id>~2/…`. All addresses are under the server's public one, since clients of this
protocol want them whole; where none is set they are relative: a name that a client wrote is never kept for another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date

from delmaal.errors import ReleaseError
from delmaal.http.answers import CACHE, PER_RELEASE, memento_links
from delmaal.http.asked import Asked, date
from delmaal.http.description import ROWS
from delmaal.http.failures import problem
from delmaal.http.negotiate import by_suffix
from delmaal.http.reply import Reply, as_json
from delmaal.http.routes import Routes
from delmaal.http.urls import iri_of, target_of
from delmaal.reading.releases import Opened
from delmaal.release.log import Switch
from delmaal.release.sorted_dump import Unindexed

LINK_FORMAT = "application/link-format"

routes = Routes("memento")


class Original(NamedTuple):
    """A resource as it is asked for: its address with the query, and whether a release has it."""

    target: str
    is_in: Callable[[Opened], bool]


def negotiate(request: Asked) -> Reply | None:
    """The answer of a TimeGate, where the request asks for another time than now."""
    if ("Accept-Datetime" not in request.headers or request.route is None or request.route.group not in PER_RELEASE
            or request.endpoint == "resources.thing" or request.method not in ("GET", "HEAD")):
        return None
    wanted = date(request.headers["Accept-Datetime"])
    if wanted is None:
        return malformed_date(request)
    target = target_of(request.path, request.query)
    original = _original(request, request.endpoint, request.values, target)
    mementos = request.publication.past.history.kept_switches()
    place = next((at for at in range(len(mementos) - 1, -1, -1) if mementos[at].time <= wanted), -1)
    chosen = next((at for at in chain(range(place, -1, -1), range(max(place, 0), len(mementos)))
                   if _has(request, mementos[at], original)), None)
    vary = {"Vary": "Accept-Datetime", "Cache-Control": CACHE}
    if chosen is None:
        return _without_mementos(request, original.target, vary)
    others = _neighbours(request, mementos, chosen, original)
    response = Reply(status=302, headers=vary.items())
    whole = request.whole
    response.headers["Location"] = whole.memento(mementos[chosen].name, original.target)
    response.headers["Link"] = ", ".join([memento_links(original.target, whole),
                                          *_memento_lines(request, original.target, others)])
    return response


def malformed_date(request: Asked) -> Reply:
    """The answer where Accept-Datetime is no date."""
    return problem(
        request, 400, "datetime-malformed", "Accept-Datetime is a date of HTTP: Tue, 24 Nov 2026 08:00:00 GMT"
    )


def _neighbours(request: Asked, mementos: list[Switch], chosen: int, original: Original) -> list[tuple[Switch, str]]:
    """The chosen memento, and the first, previous, next and last beside it, each once with all that it is."""
    every, last = range(len(mementos)), len(mementos) - 1
    found = {
        "first": next(at for at in every if _has(request, mementos[at], original)),
        "prev": next((at for at in range(chosen - 1, -1, -1) if _has(request, mementos[at], original)), None),
        "": chosen,
        "next": next((at for at in range(chosen + 1, last + 1) if _has(request, mementos[at], original)), None),
        "last": next(at for at in reversed(every) if _has(request, mementos[at], original)),
    }
    names: dict[int, list[str]] = {}
    for name, at in found.items():
        if at is not None:
            names.setdefault(at, []).append(name)
    return [(mementos[at], " ".join([*filter(None, names[at]), "memento"])) for at in sorted(names)]


def _memento_lines(request: Asked, target: str, found: list[tuple[Switch, str]]) -> Iterator[str]:
    whole = request.whole
    for switch, relation in found:
        yield f'<{whole.memento(switch.name, target)}>; rel="{relation}"; datetime="{http_date(switch.time)}"'


def _without_mementos(request: Asked, target: str, headers: dict[str, str]) -> Reply:
    response = problem(request, 404, "memento-unknown", "no release that is kept has this resource")
    response.headers.update({"Vary": headers["Vary"], "Link": memento_links(target, request.whole)})
    return response


@routes.get("/timemap/link/")
@routes.get("/timemap/link/<path:path>")
def timemap(request: Asked, path: str = "") -> Reply:
    """The TimeMap of a resource in the format of links (RFC 7089, section 5)."""
    found = _mapped(request, path)
    if isinstance(found, Reply):
        return found
    target, rows = found
    whole, first, last = request.whole, rows[0][0], rows[-1][0]
    lines = [
        f'<{whole.mount}{target}>; rel="original timegate"',
        f'<{whole.timemap("link", target)}>; rel="self"; type="{LINK_FORMAT}"; '
        f'from="{http_date(first.time)}"; until="{http_date(last.time)}"',
        f'<{whole.timemap("json", target)}>; rel="timemap"; type="application/json"',
        *_memento_lines(request, target, rows),
    ]
    response = Reply(",\n".join(lines) + "\n", content_type=LINK_FORMAT)
    response.headers["Cache-Control"] = CACHE
    return response


@routes.get("/timemap/json/")
@routes.get("/timemap/json/<path:path>")
def timemap_as_json(request: Asked, path: str = "") -> Reply:
    """The TimeMap of a resource as JSON."""
    found = _mapped(request, path)
    if isinstance(found, Reply):
        return found
    target, rows = found
    whole = request.whole
    mementos = [{"datetime": _iso(switch), "uri": whole.memento(switch.name, target)} for switch, _ in rows]
    response = as_json({
        "original_uri": whole.mount + target, "self": whole.timemap("json", target),
        "timegate_uri": whole.mount + target,
        "timemap_uri": {"link_format": whole.timemap("link", target), "json_format": whole.timemap("json", target)},
        "mementos": {"first": mementos[0], "last": mementos[-1], "list": mementos},
    })
    response.headers["Cache-Control"] = CACHE
    return response


def _mapped(request: Asked, path: str) -> tuple[str, list[tuple[Switch, str]]] | Reply:
    """A resource's address and its mementos, each with what it is; or what is wrong with the address."""
    target, router = target_of(f"/{path}", request.query), request.publication.router
    try:
        page = router.page(f"/{path}", request.opened.languages)
        route, values = page[1:] if page else router.match(f"/{path}")
    except HTTPException:
        return _no_resource(request, target)
    if route.group not in PER_RELEASE:
        return _no_resource(request, target)
    original = _original(request, route.endpoint, values, target)
    found = [row for row in request.publication.past.history.kept_switches() if _has(request, row, original)]
    if not found:
        return _without_mementos(request, target, {"Vary": "Accept"})
    last = len(found) - 1
    ends = [" ".join(filter(None, ("first" if at == 0 else "", "last" if at == last else "", "memento")))
            for at in range(len(found))]
    return target, list(zip(found, ends, strict=True))


def _no_resource(request: Asked, target: str) -> Reply:
    return problem(request, 404, "resource-unknown", f"{target[:200]} is no resource of a release")


def _original(request: Asked, endpoint: str, values: dict[str, Any], target: str) -> Original:
    """The resource that a view serves, told from the view's name and its arguments."""
    if endpoint == "resources.document_of_iri":
        iri = request.args.get("iri", "")
        return Original(target, lambda release: _says(release, iri))
    if endpoint == "resources.document_at":
        iri = iri_of(by_suffix(str(values["path"]), ROWS)[0])
        return Original(target, lambda release: _says(release, iri))
    if endpoint in ("resources.document", "resources.thing"):
        path = str(values["path"])
        stem = by_suffix(path, ROWS)[0]
        return Original(target, lambda release: any(
            _says(release, f"{release.release.base}id/{name}") for name in dict.fromkeys((path, stem))))
    if endpoint == "dumps.dump":
        return Original(target, lambda release: f"data/{values['name']}" in release.release.manifest["files"])
    return Original(target, lambda _: True)


def _says(release: Opened, iri: str) -> bool:
    """Whether a release says anything of a resource; what only leads to it is not looked for where that takes long."""
    if isinstance(release.lookup, Unindexed):
        return bool(release.lookup.some(iri, 1))
    return release.lookup.knows(iri)


def _has(request: Asked, switch: Switch, original: Original) -> bool:
    current = request.opened
    try:
        release = current if current.release.id == switch.release else request.publication.past.open(switch)
        return original.is_in(release)
    except ReleaseError:  # dropped, or damaged: no memento in either case
        return False


def _iso(switch: Switch) -> str:
    return switch.time.strftime("%Y-%m-%dT%H:%M:%SZ")
