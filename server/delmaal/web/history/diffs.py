"""`/release/<id>/diff/<other>[.x]`: what one release says that another does not, to be applied or to be read.

    .rdfp  an RDF Patch that makes the data of <other> of those of <id>; with ?scope=store everything that a store holds
    .json  a summary by part, class and resource;  .txt the same as text;  .html as a page

Which resources changed was noted when each release became current, so that a difference costs as much as it holds, not
as much as the releases hold. One that holds too much for an answer is left to `delmaal diff`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from flask import Blueprint, Response, g, render_template, request

from delmaal.errors import QueryTooBig
from delmaal.formats import Format
from delmaal.release.difference import MEDIA_TYPE, SCOPES, SUFFIX, Edit, difference, difference_of, write_patch
from delmaal.release.log import Switch
from delmaal.release.summary import Summary, summarise, written
from delmaal.statements import PARTS
from delmaal.web.answers import answer
from delmaal.web.descriptions.rows import address
from delmaal.web.failures import problem
from delmaal.web.history.past import past_releases
from delmaal.web.history.view import A_DAY, FOREVER, find_release, trail_of
from delmaal.web.history.words import WORDS
from delmaal.web.negotiate import HTML, by_suffix, choose, language
from delmaal.web.releases import Opened

MANY = 200_000
"""Statements that came or went in one answer."""

PATCH = Format("rdf-patch", "RDF Patch", MEDIA_TYPE, SUFFIX)
JSON = Format("json", "JSON", "application/json", "json")
TEXT = Format("text", "text", "text/plain", "txt")
DIFFS = (PATCH, JSON, TEXT, HTML)

routes = Blueprint("diffs", __name__)


@routes.get("/release/<release>/diff/<other>")
def diff(release: str, other: str) -> Response:
    """The difference between two releases."""
    stem, row = by_suffix(other, DIFFS)
    explicit = row is not None
    row = row or choose(request.headers.get("Accept", ""), DIFFS)
    if row is None:
        available = [each.media_type for each in DIFFS]
        return problem(406, "format-unacceptable", f"had as {', '.join(available)}", available=available)
    scope = request.args.get("scope", "data")
    if scope not in SCOPES:
        return problem(400, "scope-unknown", f"scope is one of {', '.join(SCOPES)}")
    one = find_release(release, f"/diff/{other}")
    two = find_release(stem, other.removeprefix(stem), f"/release/{release}/diff/")
    if isinstance(one, Response):
        return one
    if isinstance(two, Response):
        return two
    g.opened = two[1]
    spoken = language(request.headers.get("Accept-Language", ""), request.args.get("lang"))
    vary = "" if explicit else "Accept"
    if row in (HTML, TEXT):
        vary = f"{vary}, Accept-Language".removeprefix(", ")
    write = _WRITERS[row.name]
    response = answer(lambda: write(one, two, spoken, scope), row.content_type, row.name, spoken, vary=vary)
    response.headers["Cache-Control"] = FOREVER if row is PATCH else A_DAY
    return response


Side = tuple[Switch, Opened]


def _edits(one: Side, two: Side, scope: str = "data") -> Iterator[Edit]:
    folders = one[1].release.folder, two[1].release.folder
    if scope != "data":
        return difference(*folders, scope)
    history = past_releases().history
    low, high = sorted((one[0].number, two[0].number))
    noted = {fragment.number for fragment in history.fragments()}
    if noted.issuperset(range(low + 1, high + 1)):
        return difference_of(*folders, history.changed_between(low, high))
    return difference(*folders)


def _limited(found: Iterable[Edit]) -> Iterator[Edit]:
    for count, edit in enumerate(found):
        if count == MANY:
            sentence = f"the difference has more than {MANY:,} statements"
            raise QueryTooBig(f"{sentence}; take both dumps and `delmaal diff`, which writes one of any size")
        yield edit


def _patch(one: Side, two: Side, _spoken: str, scope: str) -> bytes:
    return b"".join(write_patch(one[1].release, two[1].release, _limited(_edits(one, two, scope))))


def _summary(one: Side, two: Side) -> Summary:
    return summarise(one[1], two[1], _limited(_edits(one, two)))


def _json(one: Side, two: Side, _spoken: str, _scope: str) -> bytes:
    return json.dumps(_summary(one, two).as_json(), ensure_ascii=False, indent=1).encode() + b"\n"


def _text(one: Side, two: Side, spoken: str, _scope: str) -> bytes:
    return "".join(f"{line}\n" for line in written(_summary(one, two), spoken)).encode()


def _page(one: Side, two: Side, spoken: str, _scope: str) -> bytes:
    def leading(iri: str, how: str) -> str:
        side = one if how == "removed" else two
        local = address(side[1].release.base, iri)
        return f"/release/{side[0].name}{local}" if local else ""

    words = WORDS[spoken]
    return render_template(
        "diff.html", it=_summary(one, two), old=one[0], new=two[0], lang=spoken, words=words, leading=leading,
        part_title=lambda name: PARTS[name].title.within(spoken) if name in PARTS else name,
        label=lambda labels: labels.get(spoken) or labels.get("nb") or labels.get("en") or "",
        trail=trail_of(spoken), tab=words["difference"], here=f"/release/{one[0].name}/diff/{two[0].name}",
        release=two[1].release,
    ).encode()


_WRITERS: dict[str, Callable[[Side, Side, str, str], bytes]] = {
    PATCH.name: _patch, JSON.name: _json, TEXT.name: _text, HTML.name: _page,
}
