"""The releases that there are and were, each under its own name, as it was.

    /release                            every release, newest first: a page, or JSON
    /release/<id>                       one of them: its files, how to cite it, its manifest, its signatures
    /release/<id>/doc/…, /data/…        what its server answered; twelve digits of an id lead to the whole one
    /release/<id>/manifest.json         the manifest, of a release that was dropped too;  /signatures.json
    /release/<id>/diff/<other>[.x]      what <other> says that <id> does not, and the reverse: see `diffs`

A release never changes, so its answers are kept by caches for a year.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from werkzeug.http import http_date

from delmaal.errors import ReleaseError
from delmaal.formats import Format
from delmaal.http.answers import CACHE, PER_RELEASE, answer, elsewhere, memento_links
from delmaal.http.asked import Asked
from delmaal.http.failures import problem
from delmaal.http.negotiate import HTML, choose
from delmaal.http.past import NAME, Past
from delmaal.http.past_words import WORDS
from delmaal.http.reply import Reply, as_json
from delmaal.http.routes import Routes
from delmaal.http.urls import Urls, target_of
from delmaal.reading.releases import Opened
from delmaal.reading.words import say
from delmaal.release.log import Switch
from delmaal.release.signature import read_signatures

FOREVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
"""What a page may be kept for: its words are the software's, and another version may say them better."""

LISTS = (Format("json", "JSON", "application/json", "json"), HTML)

_FULL = re.compile(r"[0-9a-f]{64}(?:~[1-9][0-9]{0,8})?\Z")

routes = Routes("history")


@routes.page("/release")
def releases(request: Asked) -> Reply:
    """Every release that there is or was."""
    row = choose(request.headers.get("Accept", ""), LISTS)
    if row is None:
        available = [each.media_type for each in LISTS]
        return problem(
            request, 406, "format-unacceptable", f"the list is had as {', '.join(available)}", available=available
        )
    rows = list_of_releases(request)
    if row is HTML:
        spoken = request.language
        page = request.render(
            "releases.html",
            rows=_with_pages(request.urls.speaking(spoken), rows),
            lang=spoken,
            words=WORDS.within(spoken),
            here=request.urls.releases(),
            release=request.opened.release,
            trail=trail_of(request, spoken)[:1],
            tab=WORDS.say("releases", spoken),
        )
        response = Reply(page, content_type=HTML.content_type)
    else:
        response = as_json(rows)
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Cache-Control"] = CACHE
    return response


def list_of_releases(request: Asked) -> list[dict[str, Any]]:
    """The switches, newest first: when, what changed against the one before, and whether the release is kept."""
    history = request.publication.past.history
    switches, kept = history.switches(), history.kept()
    members = {fragment.number: fragment.members for fragment in history.fragments()}
    current = request.opened.release.id
    return [
        {"release": row.release, "name": row.name, "time": row.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
         "kept": row.release in kept, "current": row.release == current and row == switches[-1],
         "changes": members.get(row.number),
         "diff": (request.urls.diff(switches[row.number - 1].name, row.name)
                  if row.number and {row.release, switches[row.number - 1].release} <= kept else None)}
        for row in reversed(switches)
    ]


def _with_pages(urls: Urls, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each with the address of the page that compares it with the one before."""
    before = [*rows[1:], None]
    return [{**row, "difference": urls.diff(other["name"], row["name"]) if other and row["diff"] else ""}
            for row, other in zip(rows, before, strict=True)]


@routes.page("/release/<release>")
def one_release(request: Asked, release: str) -> Reply:
    """One release: what it holds, how to cite it."""
    found = find_release(request, release, Urls.of_release)
    if isinstance(found, Reply):
        return found
    switch, past = found
    request.opened = past
    if choose(request.headers.get("Accept", ""), LISTS) is not HTML:
        return elsewhere(request.urls.manifest(switch.name), 303, "Accept")
    spoken = request.language
    return answer(request, lambda: _page(request, switch, past, spoken), HTML.content_type, "html", spoken)


def _page(request: Asked, switch: Switch, past: Opened, spoken: str) -> bytes:
    history = request.publication.past.history
    kept = history.kept_switches()
    place = next((at for at, row in enumerate(kept) if row.number == switch.number), 0)
    manifest = past.release.manifest
    files = [(path, entry) for path, entry in sorted(manifest["files"].items())
             if path.startswith("data/") and not path.endswith((".gz", ".zst"))]
    return request.render(
        "release.html", it=switch, trail=trail_of(request, spoken),
        tab=f"{WORDS.say('release', spoken)} {switch.release[:12]}", manifest=manifest, files=files, lang=spoken,
        words=WORDS.within(spoken), release=past.release, here=request.urls.of_release(switch.name),
        iri=past.iri.thing("release", switch.release).value,
        before=kept[place - 1] if place else None, after=kept[place + 1] if place + 1 < len(kept) else None,
        statements=sum(manifest["parts"].values()), signatures=_signatures(request, switch).get("signatures", []),
        time=switch.time,
    ).encode()


class Step(NamedTuple):
    """A step of the trail at the top of a page."""

    text: str
    href: str
    language: str = ""


def trail_of(request: Asked, spoken: str) -> list[Step]:
    """The way to a page below the list of releases."""
    urls = request.urls.speaking(spoken)
    return [Step(say("home", spoken), urls.home()), Step(WORDS.say("releases", spoken), urls.releases())]


def _signatures(request: Asked, switch: Switch) -> dict[str, Any]:
    try:
        return read_signatures(request.publication.past.history.shelf, switch.release)
    except ReleaseError:
        return {}


@routes.get("/release/<release>/manifest.json")
def manifest(request: Asked, release: str) -> Reply:
    """The manifest of a release, byte for byte."""
    switch = switch_named(request, release)
    if isinstance(switch, Reply):
        return switch
    shelf = request.publication.past.history.shelf
    for path in (shelf / "releases" / switch.release / "manifest.json",
                 shelf / "history" / "dropped" / f"{switch.release}.json"):
        try:
            return _file(path.read_bytes(), FOREVER)
        except OSError:
            continue
    return dropped(request, switch)


@routes.get("/release/<release>/signatures.json")
def signatures(request: Asked, release: str) -> Reply:
    """The signatures of a release."""
    switch = switch_named(request, release)
    if isinstance(switch, Reply):
        return switch
    found = _signatures(request, switch)
    if not found:
        return problem(request, 404, "signature-missing", f"release {switch.release[:12]} is not signed")
    return _file(json.dumps(found, indent=1).encode() + b"\n", CACHE)


def _file(content: bytes, cache: str) -> Reply:
    return Reply(content, 200, [("Cache-Control", cache)], "application/json")


@routes.page("/release/<release>/")
@routes.page("/release/<release>/<path:path>")
def within_release(request: Asked, release: str, path: str = "") -> Reply:
    """What the server answers at an address, from a release of its own choosing: a memento."""
    own = f"/{path}{request.path[len(request.bare) :]}"  # with the language that it may end in
    found = find_release(request, release, lambda urls, name: urls.memento(name, target_of(own, "")))
    if isinstance(found, Reply):
        return found
    switch, past = found
    route, values = request.publication.router.match(f"/{path}")
    if route.group not in PER_RELEASE or not (route.page or request.suffix is None):
        dump = request.urls.data("all.nt.gz")
        sentence = f"/{path[:200]} answers for the current release alone; old ones are had as {dump}"
        return problem(request, 404, "release-part-unknown", sentence)
    request.opened, request.past = past, Past(switch)
    try:
        response = route.view(request, **values)
    except FileNotFoundError as error:
        if not request.publication.past.is_kept(switch):
            return dropped(request, switch)
        name = str(error.filename or "").rpartition(f"/{switch.release}/")[2]
        if name in past.release.manifest["files"]:
            raise  # it should be there
        return problem(request, 404, "release-part-unknown", f"release {switch.release[:12]} has no /{path[:200]}")
    return _as_memento(request, response, request.past, target_of(own, request.query))


def _as_memento(request: Asked, response: Reply, past: Past, target: str) -> Reply:
    """The headers of a memento (RFC 7089, 2.2.3)."""
    headers = response.headers
    if response.status_code >= 400:
        return response
    when = http_date(past.switch.time)
    whole = request.whole
    headers.add("Link", memento_links(target, whole))
    headers.add("Link", f'<{whole.memento(past.switch.name, target)}>; rel="memento"; datetime="{when}"')
    if response.status_code in (200, 206, 304):
        headers["Memento-Datetime"] = headers["Last-Modified"] = when
        html = headers.get("Content-Type", "").startswith("text/html")
        headers["Cache-Control"] = A_DAY if html else FOREVER
        if html:
            headers["X-Robots-Tag"] = "noindex"  # a search engine should find what holds now
    return response


def find_release(request: Asked, name: str, at: Callable[[Urls, str], str]) -> tuple[Switch, Opened] | Reply:
    """The release of a name, open; or the answer where it cannot be, or has a longer name.

    `at` gives the address by the whole name.
    """
    switch = switch_named(request, name)
    if isinstance(switch, Reply):
        return switch
    if not _FULL.match(name):
        urls = request.urls.speaking(request.language) if request.suffix else request.urls
        return elsewhere(at(urls, switch.name) + target_of("", request.query), 302)
    if not request.publication.past.is_kept(switch):
        return dropped(request, switch)
    try:
        return switch, request.publication.past.open(switch)
    except ReleaseError:
        if request.publication.past.is_kept(switch):
            raise
        return dropped(request, switch)


def switch_named(request: Asked, name: str) -> Switch | Reply:
    found = request.publication.past.named(name) if NAME.match(name) else None
    if found is None and _FULL.match(name) and request.publication.settings.no_build:
        return not_here(request, f"release {name[:12]} is")  # the server that this one is a replica of may have it
    lists = f"{request.urls.releases()} lists those there are"
    return found or problem(request, 404, "release-unknown", f"there is no release {name[:80]}; {lists}")


def not_here(request: Asked, what: str) -> Reply:
    """What is not on this shelf and may be on the one that it is a copy of: to ask later helps, to forget it would not.
    """
    return problem(request, 503, "not-here-yet", f"{what} not here; ask again later", retry_after=60)


def dropped(request: Asked, switch: Switch) -> Reply:
    """410 for a release that is known to have been dropped; one that is only not here may be elsewhere."""
    shelf = request.publication.past.history.shelf
    if not (shelf / "history" / "dropped" / f"{switch.release}.json").is_file():
        return not_here(request, f"release {switch.release[:12]} is")
    when = switch.time.strftime("%Y-%m-%dT%H:%M:%SZ")
    sentence = f"release {switch.release[:12]} of {when} is no longer kept; its manifest is"
    return problem(request, 410, "release-dropped", f"{sentence} {request.urls.manifest(switch.name)}")
