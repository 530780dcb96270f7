"""The change feed: a Linked Data Event Stream (https://w3id.org/ldes/specification) of every version of every resource.

    /feed                  the root node: what the stream is, what is retained, a relation to the pages of each switch
    /feed/<switch>/<page>  a page of the resources that a switch changed; it never changes, and leads to the next one
    /feed/<switch>-<later>/<page>    the same after the switch's release was dropped: what had not changed again by then

A member is a version of a resource: its IRI is the address of the memento under the publication's base, it says which
resource it is a version of and when it became current, and all that the data say of the resource then, or, where the
resource left, that it did. Pages are addressed relative to the server; the stream and its members have the
publication's IRIs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha1

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from delmaal import formats
from delmaal.errors import ReleaseError
from delmaal.formats import Format
from delmaal.http.answers import CACHE, answer, elsewhere
from delmaal.http.asked import Asked, names
from delmaal.http.failures import problem
from delmaal.http.negotiate import HTML, choose
from delmaal.http.past_words import WORDS
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.http.urls import Urls, urls_of
from delmaal.languages import CATALOGUES
from delmaal.protocols.history.view import FOREVER, not_here
from delmaal.release.changes import CAME, CHANGED, LEFT, Change, Fragment, read_page
from delmaal.release.log import Switch
from delmaal.release.sorted_dump import SortedDump
from delmaal.terms import term, text, typed

ROWS: tuple[Format, ...] = (formats.TURTLE, formats.JSON_LD, HTML)
PAGES: tuple[Format, ...] = ROWS[:2]

POLLING = 3600
"""Seconds that a client may well let pass before it asks again: a publication changes a few times a day at most."""

_HERE = "https://feed.invalid"
"""Stands for the server while statements are written; what is written is relative to the server."""

_KINDS = {CAME: "Create", CHANGED: "Update", LEFT: "Delete"}
_NAME = re.compile(r"[0-9]{1,8}(?:-[0-9]{1,8})?\Z")
_TIME, _VERSION_OF = "prov:generatedAtTime", "dct:isVersionOf"

routes = Routes("feed")


@routes.get("/feed")
def root(request: Asked) -> Reply:
    """The root node of the stream; for a browser the list of releases, which tells the same."""
    row = choose(request.headers.get("Accept", ""), ROWS)
    if row is None:
        return _unacceptable(request)
    if row is HTML:
        return elsewhere(request.urls.releases(), 303, "Accept")
    response = Reply(_written(_root(request), row), content_type=row.content_type)
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = CACHE
    etag = f'W/"{sha1(response.body, usedforsecurity=False).hexdigest()}"'
    response.headers["ETag"] = etag  # it changes when releases are dropped, and not only when another becomes current
    if names(request.headers.get("If-None-Match"), etag):
        response.status_code, response.body = 304, b""
    return response


@routes.get("/feed/<fragment>/<int:page>")
def page(request: Asked, fragment: str, page: int) -> Reply:
    """A page of the resources that a switch changed."""
    history = request.publication.past.history
    found = next((each for each in history.fragments() if each.name == fragment), None)
    if found is None:
        if _NAME.match(fragment):
            return _missing(request, fragment)
        return _unknown(request, f"no pages {fragment[:40]!r}")
    if not 0 < page <= len(found.pages):
        return _unknown(request, f"{len(found.pages)} pages {fragment}")
    row = choose(request.headers.get("Accept", ""), PAGES)
    if row is None:
        return _unacceptable(request)
    switches = history.switches()
    try:
        request.opened = request.publication.past.open(switches[found.read_from])
    except ReleaseError:
        if request.publication.past.is_kept(switches[found.read_from]):
            raise
        return not_here(request, f"the release that the pages {fragment} are told from is")
    switch = switches[found.number]
    response = answer(
        request, lambda: _written(_page(request, found, page, switch), row), row.content_type, vary="Accept"
    )
    response.headers["Cache-Control"] = FOREVER
    return response


def _missing(request: Asked, fragment: str) -> Reply:
    """What is said of pages that are not here: 410 only where it is known that others have taken their place."""
    history = request.publication.past.history
    number, _, later = fragment.partition("-")
    here = next((each for each in history.fragments() if each.number == int(number)), None)
    replica = request.publication.settings.no_build  # what it has not yet, its source may have
    if here is not None and (int(later or number) < here.read_from or not replica):
        sentence = f"the pages {fragment} were compacted; begin again at {request.urls.feed()}"
        return problem(request, 410, "feed-page-gone", sentence)
    if int(number) < len(history.switches()) or replica:
        return not_here(request, f"the pages {fragment} are")
    return _unknown(request, f"no pages {fragment}")


def _unknown(request: Asked, what: str) -> Reply:
    return problem(request, 404, "feed-page-unknown", f"the feed has {what}; begin at {request.urls.feed()}")


def _unacceptable(request: Asked) -> Reply:
    available = [row.media_type for row in PAGES]
    return problem(
        request, 406, "format-unacceptable", f"the feed is had as {', '.join(available)}", available=available
    )


def _root(request: Asked) -> Iterator[Triple]:
    """The stream, what its members are like, what is retained, and where each switch's changes begin."""
    history, base = request.publication.past.history, request.opened.release.base
    feed, manifest, settings = _here(request), request.opened.release.manifest, request.publication.settings
    stream, node = NamedNode(f"{base}feed#stream"), NamedNode(feed.feed())
    shape, policy = NamedNode(f"{base}feed#version"), NamedNode(f"{base}feed#retention")
    yield from _say(stream, ("rdf:type", term("ldes:EventStream")), ("ldes:timestampPath", term(_TIME)),
                    ("ldes:versionOfPath", term(_VERSION_OF)), ("tree:shape", shape), ("tree:view", node),
                    ("ldes:pollingInterval", typed(str(POLLING), "xsd:integer")),
                    ("dct:license", NamedNode(request.opened.licence.page)))
    for kind in ("Create", "Update", "Delete"):
        yield from _say(stream, (f"ldes:version{kind}Object", term(f"as:{kind}")))
    for language, title in manifest["title"].items():
        yield from _say(stream, ("dct:title", text(_named(title, language), language)))
    yield from _say(node, ("rdf:type", term("tree:Node")), ("rdf:type", term("ldes:EventSource")),
                    ("ldes:retentionPolicy", policy))
    yield from _shape(shape, base)
    fragments, switches = [each for each in history.fragments() if each.pages], history.switches()
    yield from _retention(policy, fragments, switches, bool(settings.keep_releases))
    for fragment in fragments:
        yield from _relations(node, f"{fragment.number}", feed.feed(fragment.name, 1),
                              switches[fragment.number].time)


def _named(title: str, language: str) -> str:
    """The stream's title; the publication's alone in a language in which we have no word for it."""
    return f"{title}: {WORDS.say('feed-changes', language)}" if language in CATALOGUES else title


def _shape(shape: NamedNode, base: str) -> Iterator[Triple]:
    """What every member has, a deletion too."""
    yield from _say(shape, ("rdf:type", term("sh:NodeShape")))
    for name, path, rest in (("of", _VERSION_OF, ("sh:nodeKind", term("sh:IRI"))),
                             ("at", _TIME, ("sh:datatype", term("xsd:dateTime")))):
        each = NamedNode(f"{base}feed#version-{name}")
        one = typed("1", "xsd:integer")
        yield from _say(shape, ("sh:property", each))
        yield from _say(each, ("rdf:type", term("sh:PropertyShape")), ("sh:path", term(path)), ("sh:minCount", one),
                        ("sh:maxCount", one), rest)


def _retention(policy: NamedNode, fragments: list[Fragment], switches: list[Switch],
               dropping: bool) -> Iterator[Triple]:
    """Everything since the first switch; where releases are or may be dropped, at least the newest version of each."""
    yield from _say(policy, ("rdf:type", term("ldes:RetentionPolicy")))
    if dropping or any(each.read_from != each.number for each in fragments):
        yield from _say(policy, ("ldes:versionAmount", typed("1", "xsd:integer")))
    if fragments:
        yield from _say(policy, ("ldes:startingFrom", _moment(switches[fragments[0].number].time)))


def _page(request: Asked, fragment: Fragment, number: int, switch: Switch) -> Iterator[Triple]:
    """The members on a page, and the relation to the next page."""
    release = request.opened
    stream, base = NamedNode(f"{release.release.base}feed#stream"), release.release.base
    feed, within = _here(request), urls_of("", base.rstrip("/"), switch.name, base)
    node = NamedNode(feed.feed(fragment.name, number))
    yield from _say(node, ("rdf:type", term("tree:Node")), ("ldes:immutable", typed("true", "xsd:boolean")))
    yield from _say(stream, ("rdf:type", term("ldes:EventStream")), ("tree:view", NamedNode(feed.feed())))
    if number < len(fragment.pages):
        following = feed.feed(fragment.name, number + 1)
        yield from _relations(node, "next", following, switch.time)
    dump = SortedDump(release.release.folder / "data/all.nt")
    for change in read_page(request.publication.past.history.changes_of(fragment.number), fragment, number):
        member = NamedNode(within.thing(change.iri) or within.document(change.iri))
        yield Triple(stream, term("tree:member"), member)
        yield from _version(member, change, switch, dump)


def _version(member: NamedNode, change: Change, switch: Switch, dump: SortedDump) -> Iterator[Triple]:
    yield from _say(member, (_VERSION_OF, NamedNode(change.iri)), (_TIME, _moment(switch.time)),
                    ("rdf:type", term(f"as:{_KINDS[change.kind]}")))
    if change.kind != LEFT:
        for quad in parse(dump.block(change.iri), format=RdfFormat.N_TRIPLES):
            yield Triple(member, quad.predicate, quad.object)


def _here(request: Asked) -> Urls:
    """The addresses of this server while statements are written."""
    return request.urls.under(_HERE + request.mount)


def _relations(node: NamedNode, name: str, target: str, time: datetime) -> Iterator[Triple]:
    """Two relations to a page: its members are of this time, not before and not after."""
    for bound, kind in (("from", "GreaterThanOrEqualToRelation"), ("to", "LessThanOrEqualToRelation")):
        relation = NamedNode(f"{node.value}#{bound}-{name}")
        yield from _say(node, ("tree:relation", relation))
        yield from _say(relation, ("rdf:type", term(f"tree:{kind}")), ("tree:node", NamedNode(target)),
                        ("tree:path", term(_TIME)), ("tree:value", _moment(time)))


def _say(node: NamedNode, *pairs: tuple[str, NamedNode | Literal]) -> Iterator[Triple]:
    for name, value in pairs:
        yield Triple(node, term(name), value)


def _moment(time: datetime) -> Literal:
    return typed(time.strftime("%Y-%m-%dT%H:%M:%SZ"), "xsd:dateTime")


def _written(found: Iterable[Triple], row: Format) -> bytes:
    """The statements in a format, the addresses of this server relative."""
    return formats.write(list(dict.fromkeys(found)), row).replace(_HERE.encode(), b"")
