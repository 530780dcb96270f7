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
from typing import Any, NamedTuple

from flask import Blueprint, Response, current_app, g, jsonify, redirect, render_template, request
from werkzeug.http import http_date

from delmaal.errors import ReleaseError
from delmaal.formats import Format
from delmaal.release.log import Switch
from delmaal.release.signature import read_signatures
from delmaal.web.answers import CACHE, PER_RELEASE, answer, memento_links, opened, target_of
from delmaal.web.failures import problem
from delmaal.web.history.past import NAME, Past, past_releases
from delmaal.web.history.words import WORDS
from delmaal.web.negotiate import HTML, choose, language
from delmaal.web.pages.words import say
from delmaal.web.releases import Opened

FOREVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
"""What a page may be kept for: its words are the software's, and another version may say them better."""

LISTS = (Format("json", "JSON", "application/json", "json"), HTML)

_FULL = re.compile(r"[0-9a-f]{64}(?:~[1-9][0-9]*)?\Z")
_OWN_ADDRESS = re.compile(r"</(?!/)")

routes = Blueprint("history", __name__)


@routes.get("/release")
def releases() -> Response:
    """Every release that there is or was."""
    row = choose(request.headers.get("Accept", ""), LISTS)
    if row is None:
        available = [each.media_type for each in LISTS]
        return problem(406, "format-unacceptable", f"the list is had as {', '.join(available)}", available=available)
    rows = list_of_releases()
    if row is HTML:
        spoken = language(request.headers.get("Accept-Language", ""), request.args.get("lang"))
        page = render_template("releases.html", rows=rows, lang=spoken, words=WORDS[spoken], here="/release",
                               release=opened().release, trail=trail_of(spoken)[:1], tab=WORDS[spoken]["releases"])
        response = Response(page, content_type=HTML.content_type)
    else:
        response = jsonify(rows)
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Cache-Control"] = CACHE
    return response


def list_of_releases() -> list[dict[str, Any]]:
    """The switches, newest first: when, what changed against the one before, and whether the release is kept."""
    history = past_releases().history
    switches, kept = history.switches(), history.kept()
    members = {fragment.number: fragment.members for fragment in history.fragments()}
    current = opened().release.id
    return [
        {"release": row.release, "name": row.name, "time": row.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
         "kept": row.release in kept, "current": row.release == current and row == switches[-1],
         "changes": members.get(row.number),
         "diff": (f"/release/{switches[row.number - 1].name}/diff/{row.name}"
                  if row.number and {row.release, switches[row.number - 1].release} <= kept else None)}
        for row in reversed(switches)
    ]


@routes.get("/release/<release>")
def one_release(release: str) -> Response:
    """One release: what it holds, how to cite it."""
    found = find_release(release, "")
    if isinstance(found, Response):
        return found
    switch, past = found
    g.opened = past
    if choose(request.headers.get("Accept", ""), LISTS) is not HTML:
        return redirect(f"/release/{switch.name}/manifest.json", 303, Response)  # type: ignore[return-value]
    spoken = language(request.headers.get("Accept-Language", ""), request.args.get("lang"))
    return answer(lambda: _page(switch, past, spoken), HTML.content_type, "html", spoken)


def _page(switch: Switch, past: Opened, spoken: str) -> bytes:
    history = past_releases().history
    kept = history.kept_switches()
    place = next((at for at, row in enumerate(kept) if row.number == switch.number), 0)
    manifest = past.release.manifest
    files = [(path, entry) for path, entry in sorted(manifest["files"].items())
             if path.startswith("data/") and not path.endswith((".gz", ".zst"))]
    return render_template(
        "release.html", it=switch, trail=trail_of(spoken), tab=f"{WORDS[spoken]['release']} {switch.release[:12]}",
        manifest=manifest, files=files, lang=spoken, words=WORDS[spoken],
        release=past.release, here=f"/release/{switch.name}", iri=past.iri.thing("release", switch.release).value,
        before=kept[place - 1] if place else None, after=kept[place + 1] if place + 1 < len(kept) else None,
        statements=sum(manifest["parts"].values()), signatures=_signatures(switch).get("signatures", []),
        time=switch.time,
    ).encode()


class Step(NamedTuple):
    """A step of the trail at the top of a page."""

    text: str
    href: str
    language: str = ""


def trail_of(spoken: str) -> list[Step]:
    """The way to a page below the list of releases."""
    return [Step(say("home", spoken), f"/?lang={spoken}"), Step(WORDS[spoken]["releases"], f"/release?lang={spoken}")]


def _signatures(switch: Switch) -> dict[str, Any]:
    try:
        return read_signatures(past_releases().history.shelf, switch.release)
    except ReleaseError:
        return {}


@routes.get("/release/<release>/manifest.json")
def manifest(release: str) -> Response:
    """The manifest of a release, byte for byte."""
    switch = switch_named(release)
    if isinstance(switch, Response):
        return switch
    shelf = past_releases().history.shelf
    for path in (shelf / "releases" / switch.release / "manifest.json",
                 shelf / "history" / "dropped" / f"{switch.release}.json"):
        try:
            return _file(path.read_bytes(), FOREVER)
        except OSError:
            continue
    return dropped(switch)


@routes.get("/release/<release>/signatures.json")
def signatures(release: str) -> Response:
    """The signatures of a release."""
    switch = switch_named(release)
    if isinstance(switch, Response):
        return switch
    found = _signatures(switch)
    if not found:
        return problem(404, "signature-missing", f"release {switch.release[:12]} is not signed")
    return _file(json.dumps(found, indent=1).encode() + b"\n", CACHE)


def _file(content: bytes, cache: str) -> Response:
    return Response(content, content_type="application/json", headers={"Cache-Control": cache})


@routes.get("/release/<release>/")
@routes.get("/release/<release>/<path:path>")
def within_release(release: str, path: str = "") -> Response:
    """What the server answers at an address, from a release of its own choosing: a memento."""
    found = find_release(release, f"/{path}")
    if isinstance(found, Response):
        return found
    switch, past = found
    adapter = current_app.url_map.bind("localhost")
    endpoint, values = adapter.match(f"/{path}", method="GET")
    if endpoint.partition(".")[0] not in PER_RELEASE:
        sentence = f"/{path[:200]} answers for the current release alone; old ones are had as /data/all.nt.gz"
        return problem(404, "release-part-unknown", sentence)
    g.opened, g.past = past, Past(switch, f"/release/{switch.name}")
    try:
        view: Any = current_app.view_functions[endpoint]
        response: Response = current_app.make_response(view(**values))
    except FileNotFoundError:
        if past_releases().is_kept(switch):
            return problem(404, "release-part-unknown", f"release {switch.release[:12]} has no /{path[:200]}")
        return dropped(switch)
    return _as_memento(response, g.past, target_of(f"/{path}", request.query_string.decode("latin-1")))


def _as_memento(response: Response, past: Past, target: str) -> Response:
    """The headers of a memento (RFC 7089, 2.2.3); its own links stay within the release."""
    headers = response.headers
    for name in ("Content-Location", "Location"):
        if headers.get(name, "").startswith("/"):
            headers[name] = past.prefix + headers[name]
    if response.status_code >= 400:
        return response
    when = http_date(past.switch.time)
    links = [_OWN_ADDRESS.sub(f"<{past.prefix}/", line) for line in headers.getlist("Link")]
    links += [memento_links(target), f'<{past.prefix}{target}>; rel="memento"; datetime="{when}"']
    headers.setlist("Link", links)
    if response.status_code in (200, 206, 304):
        headers["Memento-Datetime"] = headers["Last-Modified"] = when
        html = headers.get("Content-Type", "").startswith("text/html")
        headers["Cache-Control"] = A_DAY if html else FOREVER
        if html:
            headers["X-Robots-Tag"] = "noindex"  # a search engine should find what holds now
    return response


def find_release(name: str, rest: str, prefix: str = "/release/") -> tuple[Switch, Opened] | Response:
    """The release of a name, open; or the answer where it cannot be, or has a longer name.

    `prefix` and `rest` stand before and after the name in the address.
    """
    switch = switch_named(name)
    if isinstance(switch, Response):
        return switch
    if not _FULL.match(name):
        target = target_of(f"{prefix}{switch.name}{rest}", request.query_string.decode("latin-1"))
        return redirect(target, 302, Response)  # type: ignore[return-value]  # of the class given
    if not past_releases().is_kept(switch):
        return dropped(switch)
    try:
        return switch, past_releases().open(switch)
    except ReleaseError:
        if past_releases().is_kept(switch):
            raise
        return dropped(switch)


def switch_named(name: str) -> Switch | Response:
    found = past_releases().named(name) if NAME.match(name) else None
    return found or problem(404, "release-unknown", f"there is no release {name[:80]}; /release lists those there are")


def dropped(switch: Switch) -> Response:
    when = switch.time.strftime("%Y-%m-%dT%H:%M:%SZ")
    sentence = f"release {switch.release[:12]} of {when} is no longer kept; its manifest is"
    return problem(410, "release-dropped", f"{sentence} /release/{switch.name}/manifest.json")
