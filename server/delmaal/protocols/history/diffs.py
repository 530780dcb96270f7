"""`/release/<id>/diff/<other>[.x]`: what one release says that another does not, to be applied or to be read.

    .rdfp  an RDF Patch that makes the data of <other> of those of <id>; with ?scope=store everything that a store holds
    .json  a summary by part, class and resource;  .txt the same as text;  .html as a page

Which resources changed was noted when each release became current, so that a difference costs as much as it holds, not
as much as the releases hold. One that holds too much for an answer is left to `delmaal diff`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote

from delmaal.errors import QueryTooBig
from delmaal.formats import Format
from delmaal.http.answers import answer
from delmaal.http.asked import Asked
from delmaal.http.failures import problem
from delmaal.http.negotiate import HTML, by_suffix, choose
from delmaal.http.past_words import WORDS
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.languages import best
from delmaal.protocols.history.view import A_DAY, FOREVER, find_release, trail_of
from delmaal.reading.releases import Opened
from delmaal.release.difference import MEDIA_TYPE, SCOPES, SUFFIX, Edit, difference, difference_of, write_patch
from delmaal.release.log import Switch
from delmaal.release.summary import Summary, summarise, written

MANY = 200_000
"""Statements that came or went in one answer."""

PATCH = Format("rdf-patch", "RDF Patch", MEDIA_TYPE, SUFFIX)
JSON = Format("json", "JSON", "application/json", "json")
TEXT = Format("text", "text", "text/plain", "txt")
DIFFS = (PATCH, JSON, TEXT, HTML)

routes = Routes("diffs")


@routes.page("/release/<release>/diff/<other>")
def diff(request: Asked, release: str, other: str) -> Reply:
    """The difference between two releases."""
    stem, row = by_suffix(other, DIFFS)
    explicit = row is not None
    row = row or choose(request.headers.get("Accept", ""), DIFFS)
    if row is None:
        available = [each.media_type for each in DIFFS]
        return problem(request, 406, "format-unacceptable", f"had as {', '.join(available)}", available=available)
    scope = request.args.get("scope", "data")
    if scope not in SCOPES:
        return problem(request, 400, "scope-unknown", f"scope is one of {', '.join(SCOPES)}")
    one = find_release(request, release, lambda urls, name: urls.diff(name, quote(other)))
    two = find_release(request, stem, lambda urls, name: urls.diff(release, name + other.removeprefix(stem)))
    if isinstance(one, Reply):
        return one
    if isinstance(two, Reply):
        return two
    request.opened = two[1]
    spoken = request.language
    vary = "" if explicit else "Accept"
    variant = [row.name]
    if row in (HTML, TEXT):
        vary = f"{vary}, Accept-Language".removeprefix(", ")
        variant.append(spoken)
    write = _WRITERS[row.name]
    response = answer(request, lambda: write(request, one, two, spoken, scope), row.content_type, *variant, vary=vary)
    response.headers["Cache-Control"] = FOREVER if row is PATCH else A_DAY
    return response


Side = tuple[Switch, Opened]


def _edits(request: Asked, one: Side, two: Side, scope: str = "data") -> Iterator[Edit]:
    folders = one[1].release.folder, two[1].release.folder
    if scope != "data":
        return difference(*folders, scope)
    history = request.publication.past.history
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


def _patch(request: Asked, one: Side, two: Side, _spoken: str, scope: str) -> bytes:
    return b"".join(write_patch(one[1].release, two[1].release, _limited(_edits(request, one, two, scope))))


def _summary(request: Asked, one: Side, two: Side) -> Summary:
    return summarise(one[1], two[1], _limited(_edits(request, one, two)))


def _json(request: Asked, one: Side, two: Side, _spoken: str, _scope: str) -> bytes:
    return json.dumps(_summary(request, one, two).as_json(), ensure_ascii=False, indent=1).encode() + b"\n"


def _text(request: Asked, one: Side, two: Side, spoken: str, _scope: str) -> bytes:
    return "".join(f"{line}\n" for line in written(_summary(request, one, two), spoken)).encode()


def _page(request: Asked, one: Side, two: Side, spoken: str, _scope: str) -> bytes:
    def leading(iri: str, how: str) -> str:
        side = one if how == "removed" else two
        return urls.within(side[0].name).thing(iri)

    urls = request.urls.speaking(spoken)
    words, summary = WORDS.within(spoken), _summary(request, one, two)
    return request.render(
        "diff.html", it=summary, old=one[0], new=two[0], lang=spoken, words=words, leading=leading,
        parts=summary.parts_in(spoken), classes=summary.classes_in(spoken),
        label=lambda labels: labels.get(best(labels, spoken), ""),
        trail=trail_of(request, spoken), tab=words["difference"], here=request.urls.diff(one[0].name, two[0].name),
        release=two[1].release,
    ).encode()


_WRITERS: dict[str, Callable[[Asked, Side, Side, str, str], bytes]] = {
    PATCH.name: _patch, JSON.name: _json, TEXT.name: _text, HTML.name: _page,
}
