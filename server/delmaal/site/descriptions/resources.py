"""Dereferencing: `/id/x` answers 303 to `/doc/x`, which negotiates or takes a suffix."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from markupsafe import escape

from delmaal.formats import ASKED_WITH, Format, write
from delmaal.http.answers import CACHE, EVERYWHERE, answer, elsewhere, unmodified
from delmaal.http.asked import Asked, whole
from delmaal.http.description import ROWS, Page, links_of, page_of, write_page
from delmaal.http.failures import format_asked, problem
from delmaal.http.gone import departed
from delmaal.http.later import Later
from delmaal.http.negotiate import HTML, by_suffix, choose
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.http.urls import Urls, iri_of
from delmaal.reading.releases import Opened
from delmaal.records.licences import OWN
from delmaal.release.sorted_dump import SortedDump
from delmaal.site.descriptions.generic import generic_page
from delmaal.site.pages import KINDS
from delmaal.site.vocabulary import ontology_page
from delmaal.terms import term

ONTOLOGY = "https://w3id.org/delmaal/ns"
_CELL = f"{term('rdf:type')} {term('qb:Observation')}".encode()
_MENTION = f"{term('delmaal:mention')} ".encode()
_KINDS = {f"{term('rdf:type')} <{kind}>".encode(): make for kind, make in KINDS.items()}
_LAST_PAGE = 10**9 - 1
_ADDRESSED = ("iri", "page", "lang", *ASKED_WITH)
"""What a query says of which description is asked for, and how; the rest is for pages of a kind of their own."""

routes = Routes("resources")


@routes.get("/id/<path:path>")
def thing(request: Asked, path: str) -> Reply:
    """A thing is no document: see other."""
    base = request.opened.release.base
    stem, row = by_suffix(path, ROWS)
    if not (_known(request, f"{base}id/{path}") or (row is not None and _known(request, f"{base}id/{stem}"))):
        return _slash_too_many(request, path) or _unknown(request, f"{base}id/{path}")
    headers, body = see_other(path, request.query)
    return Reply(body, 303, headers)


def _slash_too_many(request: Asked, path: str) -> Reply | None:
    """The way to the address without the slash at its end, where nothing is called so and something is without it."""
    base, bare = f"{request.opened.release.base}id/", path.rstrip("/")
    if bare == path or not bare or _known(request, base + path) or not _known(request, base + bare):
        return None
    urls, query = request.urls, request.query
    whole = urls.described(bare, query) if request.past else urls.same(request.path.rstrip("/"), query)
    return elsewhere(whole, 301)


def see_other(path: str, query: str) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and body of what a thing answers: the address of its document, with what was asked of it (a format, a
    language), which a proxy may remember."""
    # relative to /id/…, so that no host is named and any mount point works
    location = "../" * (path.count("/") + 1) + "doc/" + quote(path, safe="/.~-_")
    location += f"?{quote(query, safe='/:@!$()*+,;=~-._?%&')}" if query else ""
    shown = escape(location)
    note = f'<!doctype html>\n<html lang="en">\n<title>See other</title>\n<p>See <a href="{shown}">{shown}</a>.\n'
    headers = [*EVERYWHERE, ("Location", location), ("Cache-Control", CACHE), ("Content-Type", HTML.content_type)]
    return headers, note.encode()


@routes.get("/doc")
def document_of_iri(request: Asked) -> Reply:
    """The description of any IRI that something is said about: `?iri=…`, with `format` in place of a suffix."""
    iri = request.args.get("iri", "")
    if not iri:
        return problem(request, 400, "iri-missing", f"give the IRI in the query: {request.urls.descriptions()}"
                       "?iri=http://metadata.un.org/sdg/3.4")
    row = format_asked(request, ROWS)
    return row if isinstance(row, Reply) else _document(request, iri, row)


@routes.page("/iri/<path:path>")
def document_at(request: Asked, path: str) -> Reply:
    """The same, the IRI written as a path, with a suffix for a form."""
    stem, row = by_suffix(path, ROWS)
    iri = iri_of(stem)
    if row is None:
        found = format_asked(request, ROWS)
        if isinstance(found, Reply):
            return found
        row = found
    return _document(request, iri, row, request.urls.file(iri))


@routes.page("/doc/<path:path>")
def document(request: Asked, path: str) -> Reply:
    """The description of a thing of the publication."""
    base = request.opened.release.base
    stem, row = by_suffix(path, ROWS)
    if row is not None and _known(request, f"{base}id/{path}"):  # a thing whose own name ends so
        stem, row = path, None
    if row is None:
        found = format_asked(request, ROWS)
        if isinstance(found, Reply):
            return found
        row = found
    iri = f"{base}id/{stem}"
    return _slash_too_many(request, path) or _document(request, iri, row)


@routes.page("/ns")
def ontology(request: Asked) -> Reply:
    """The ontology: as data the whole of it, every term with it, as an editor of ontologies loads it; as a page."""
    named = format_asked(request, ROWS)
    if isinstance(named, Reply):
        return named
    row = named or choose(request.headers.get("Accept", ""), ROWS)
    if row is not None and row is not HTML:
        opening = request.opened
        canonical = request.whole.ontology() if opening.public else ONTOLOGY
        links = f'<{canonical}>; rel="canonical", <{request.urls.void("ttl")}>; rel="describedby"'
        return answer(request, lambda: _terms(opening, row), row.content_type, headers=[("Link", links)])
    return _document(request, ONTOLOGY, named, at_own=True)


def _terms(opening: Opened, row: Format) -> bytes:
    """The ontology and each of its terms."""
    dump = SortedDump(opening.release.folder / "data" / "all.nt")
    lines = dump.block(ONTOLOGY) + dump.beginning(f"{ONTOLOGY}#")
    return write(ox.parse(lines, format=ox.RdfFormat.N_TRIPLES), row, first=[ox.NamedNode(ONTOLOGY)])


def _suffixes() -> str:
    return ", ".join(row.suffix for row in ROWS)


def _known(request: Asked, iri: str) -> bool:
    return request.opened.lookup.knows(iri)


def _unknown(request: Asked, iri: str) -> Reply:
    if request.at_once:
        raise Later  # every release that there was may have to be looked into
    kind = _class_of(request.opened, iri)
    if kind:
        return elsewhere(request.urls.document(kind), 303)
    return departed(request, iri) or problem(
        request, 404, "resource-unknown", f"nothing is said about {iri[:500]} in this release"
    )


def _class_of(opened: Opened, iri: str) -> str:
    """The class of the things whose IRIs begin with this one and a slash, which is told of with all its things: the one
    of ours, where the first of them has several. Empty where none begins so."""
    local = iri.removeprefix(f"{opened.release.base}id/").rstrip("/")
    if not local or "/" in local or ":" in local:
        return ""
    dump = SortedDump(opened.release.folder / "data" / "all.nt")
    first = dump.first(f"{opened.release.base}id/{local}/")
    kinds = [kind.value for kind in opened.objects(first, "rdf:type")] if first else []
    known = [kind for kind in kinds if opened.lookup.knows(kind)]
    return next((kind for kind in known if kind.startswith(f"{ONTOLOGY}#")), known[0] if known else "")


def _missing(request: Asked, iri: str, number: int) -> Reply:
    if number > 1 and _known(request, iri):
        return problem(request, 404, "page-unknown", f"the description has fewer than {number} pages")
    return _unknown(request, iri)


def _document(request: Asked, iri: str, row: Format | None, here: str = "", at_own: bool = False) -> Reply:
    """The description of an IRI; `here` is the address that its forms are named by, where it is another than usual,
    and `at_own` says that it is the ontology at its own address."""
    opening, urls = request.opened, request.urls
    document = urls.document(iri)
    here = here or document
    number = whole(request.args["page"], 1, _LAST_PAGE) if "page" in request.args else 1
    if number is None:
        return problem(request, 400, "page-malformed", "page is a whole number from 1 on")
    explicit = row is not None
    row = row or choose(request.headers.get("Accept", ""), ROWS)
    spoken = request.language if row is HTML else ""
    told = urls.speaking(spoken) if spoken else urls
    if row is not None:
        known = _unmodified(request, told, row, explicit, here, number)
        if known is not None:
            return known
    page = page_of(opening, iri, number)
    if page is None:
        return _missing(request, iri, number)
    if row is None:
        available = [{"mediaType": each.media_type, "href": urls.form(here, each.suffix)} for each in ROWS]
        return problem(
            request, 406, "format-unacceptable", f"this resource is had as {_suffixes()}", available=available
        )
    make = kind_of(page) if row is HTML else None
    if request.at_once and row is HTML and (at_own or make is not None):
        raise Later
    licence, sent = opening.licence, here
    if request.suffix:
        document = told.form(document, row.suffix, number)
    canonical = opening.site + urls.local(document)[1:]
    if at_own:
        canonical, licence = request.canonical.ontology(), OWN
        sent = urls.ontology() if request.suffix else here
    headers = [("Content-Location", _here(request, told, sent, row, number)),
               ("Link", links_of(opening, told, page, here, canonical, row, licence.page))]
    variant, vary = _variant(row, spoken, explicit)
    if row is not HTML:
        return answer(request, lambda: write_page(opening, page, row), row.content_type, *variant, vary=vary,
                      headers=headers)
    headers.append(("Content-Language", spoken))
    return answer(request, lambda: _html(request, page, at_own, spoken, make), row.content_type, *variant,
                  vary=vary, headers=headers)


def _unmodified(request: Asked, urls: Urls, row: Format, explicit: bool, document: str,
                number: int) -> Reply | None:
    """304 where the client has this very answer: then there is one, and the data need not be looked into."""
    match = request.headers.get("If-None-Match")
    if not match or match.strip() == "*":  # which matches what is there
        return None
    variant, vary = _variant(row, urls.language, explicit)
    here = _here(request, urls, document, row, number)
    return unmodified(request, *variant, vary=vary, headers=[("Content-Location", here)])


def _variant(row: Format, spoken: str, explicit: bool) -> tuple[tuple[str, ...], str]:
    """What tells a form of a description from others, and by what it is chosen."""
    if row is HTML:
        return ("html", spoken), "Accept-Language" if explicit else "Accept, Accept-Language"
    return (row.content_type,), "" if explicit else "Accept, Accept-Language"


def _here(request: Asked, urls: Urls, document: str, row: Format, number: int) -> str:
    """The address of a form of a description; of a page, with what else its address said."""
    here = urls.form(document, row.suffix, number)
    if row is not HTML or not request.args:
        return here
    more = urlencode([(name, value) for name, value in request.args.pairs if name not in _ADDRESSED])
    return f"{here}{'&' if '?' in here else '?'}{more}" if more else here


def _html(request: Asked, page: Page, at_own: bool, spoken: str, make: Maker | None) -> bytes:
    if at_own:
        return ontology_page(request, request.opened, spoken)
    if make is not None:
        return make(request, request.opened, page, spoken)
    return generic_page(request, page, spoken)


Maker = Callable[[Asked, Opened, Page, str], bytes]
"""Makes the page of a resource whose class has pages of its own."""


def kind_of(page: Page) -> Maker | None:
    """What makes the page of a resource whose class has pages of its own; the pages after the first are generic.

    So is that of a cube's cell that no text mentions: it has nothing to show but its dimensions, and there may be
    millions; the picture is on the page of its indicator.
    """
    if page.number > 1:
        return None
    make = next((_KINDS[pair] for pair in page.pairs if pair in _KINDS), None)
    if make is not None and _CELL in page.pairs and not any(pair.startswith(_MENTION) for pair in page.pairs):
        return None
    return make
