"""Search: a page for readers, JSON for programs, a description for browsers.

    /search?q=…        a page, or JSON where that is accepted; &kind= one kind, &page= further on, &lang=
    /search.json?q=…   JSON; &size= results on a page
    /opensearch.xml    OpenSearch 1.1: https://github.com/dewitt/opensearch
"""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from markupsafe import escape

from delmaal.formats import Format
from delmaal.http.answers import answer
from delmaal.http.asked import Asked, whole
from delmaal.http.failures import problem
from delmaal.http.negotiate import HTML, choose
from delmaal.http.origin import naming
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.http.urls import Urls
from delmaal.languages import Words, name_of
from delmaal.outside import taken
from delmaal.protocols.search.results import as_json, dumps, kind_name, search_of, show
from delmaal.reading.trail import home_step, publication, short
from delmaal.reading.words import say as named
from delmaal.search import BY_NAME, KINDS, REACH, Found

routes = Routes("search")

JSON = Format("json", "JSON", "application/json", "json")
OPENSEARCH = Format("opensearch", "OpenSearch", "application/opensearchdescription+xml", "xml")
LONGEST, MOST_WORDS = 200, 20
"""Characters and words of a search."""

SIZE, MOST = 20, 100
"""Results on a page, and how many a program may ask for."""

WORDS = Words("search", {
    "title": "Search",
    "label": "Search themes, targets, figures, documents, places",
    "hint": (
        "Words, codes such as 3.4, numbers such as 73.5. The beginning of a word will do; ae, oe and aa pass for æ, ø "
        "and å."
    ),
    "go": "Search",
    "kinds": "Show only",
    "all": "Everything",
    "results": "Results",
    "many": ("{} result for “{}”", "{} results for “{}”"),
    "none": "No results for “{}”",
    "none-why": (
        "Try fewer or other words, or the beginning of a word. All that is said can also be asked for with SPARQL."
    ),
    "corrected": "“{}” gave no results. These are for “{}”.",
    "partial": "Nothing has every word. These have most of them.",
    "page": "Page {} of {}",
    "pages": "Pages of results",
    "before": "Previous page",
    "next": "Next page",
    "reach": "The first {} can be leafed through; narrow the search to see the rest.",
    "json": "The results as JSON",
    "in": "in",
})

say = WORDS.say


class Search(NamedTuple):
    """What is searched for: the text, the kind, the page, results on it, the language of the answer."""

    text: str
    kind: str
    page: int
    size: int
    language: str

    def query(self, **changed: Any) -> str:
        """The search as the query of an address, with some of it changed."""
        given = {"q": self.text, "kind": self.kind, "page": self.page, "lang": self.language, **changed}
        standard = {"kind": "", "page": 1}
        return urlencode({key: value for key, value in given.items() if value != standard.get(key)})


@routes.page("/search")
def search(request: Asked) -> Reply:
    """The page, or JSON where a client would rather have that."""
    row = choose(request.headers.get("Accept", ""), (HTML, JSON))
    if row is None:
        return problem(request, 406, "format-unacceptable", "results are had as a page and as JSON")
    if row is JSON:
        return _json(request, "Accept, Accept-Language")
    return _page(request)


@routes.get("/search.json")
def search_json(request: Asked) -> Reply:
    """The results for a program."""
    return _json(request, "Accept-Language")


@routes.get("/opensearch.xml")
def opensearch(request: Asked) -> Reply:
    """How a browser may search here, which names this server whole."""
    spoken = request.language
    return naming(
        request,
        lambda here: _description(request, here, spoken),
        f"{OPENSEARCH.media_type}; charset=utf-8",
        spoken,
        vary="Accept-Language",
    )


def _description(request: Asked, here: Urls, spoken: str) -> bytes:
    name = publication(request.opened, spoken)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/" xml:lang="{spoken}">',
        f"<ShortName>{escape(short(name, 15))}</ShortName>",
        f"<LongName>{escape(short(name, 47))}</LongName>",
        f"<Description>{escape(short(say('label', spoken), 1000))}</Description>",
        f'<Url type="text/html" template="{here.search("q=")}{{searchTerms}}&amp;page={{startPage?}}'
        f'&amp;lang={spoken}"/>',
        f'<Url type="application/json" template="{here.search_json("q=")}{{searchTerms}}&amp;page={{startPage?}}'
        f'&amp;size={{count?}}"/>',
        f'<Url type="application/opensearchdescription+xml" rel="self" template="{here.opensearch()}"/>',
        f'<Image width="16" height="16" type="image/svg+xml">{here.static("mark.svg")}</Image>',
        '<Query role="example" searchTerms="3.4"/>',
        "".join(f"<Language>{each}</Language>" for each in request.opened.languages),
        "<InputEncoding>UTF-8</InputEncoding><OutputEncoding>UTF-8</OutputEncoding>",
        "</OpenSearchDescription>\n",
    ]
    return "\n".join(lines).encode()


def _asked(request: Asked) -> Search | Reply:
    """What is searched for, or why it cannot be."""
    text = taken(request.args.get("q", "")).strip()
    if len(text) > LONGEST or len(text.split()) > MOST_WORDS:
        return problem(
            request, 400, "search-too-long", f"a search may have {LONGEST} characters and {MOST_WORDS} words"
        )
    kind = request.args.get("kind", "")
    if kind and kind not in BY_NAME:
        return problem(
            request, 400, "search-kind-unknown", f"there is no kind {kind[:40]!r}; there are {', '.join(BY_NAME)}"
        )
    page, size = _number(request, "page", 1, 10**6), _number(request, "size", SIZE, MOST)
    if page is None:
        return problem(request, 400, "page-malformed", "page is a whole number from 1 on")
    if size is None:
        return problem(request, 400, "size-malformed", f"size is a whole number from 1 to {MOST}")
    spoken = request.language
    return Search(text, kind, page, size, spoken)


def _number(request: Asked, name: str, standard: int, most: int) -> int | None:
    """A number in the address, the standard where it is left out or empty, None where it is none."""
    given = request.args.get(name, "") or str(standard)
    return whole(given, 1, most)


def _page(request: Asked) -> Reply:
    asked = _asked(request)
    if isinstance(asked, Reply):
        return asked
    if (asked.page - 1) * SIZE >= REACH:
        return _too_far(request, SIZE)
    return answer(request, lambda: _html(request, asked._replace(size=SIZE)), HTML.content_type, "html", asked.language,
                  headers=request.opened.named)


def _json(request: Asked, vary: str) -> Reply:
    asked = _asked(request)
    if isinstance(asked, Reply):
        return asked
    if not asked.text:
        return problem(request, 400, "search-missing", f"give what to search for: {request.urls.search_json('q=3.4')}")
    if (asked.page - 1) * asked.size >= REACH:
        return _too_far(request, asked.size)
    return answer(request, lambda: _document(request, asked), JSON.media_type, "json", asked.language, vary=vary,
                  headers=request.opened.named)


def _too_far(request: Asked, size: int) -> Reply:
    return problem(
        request, 404, "page-unknown", f"there are at most {REACH // size} pages of {size}; narrow the search"
    )


def _find(request: Asked, asked: Search) -> Found:
    if not asked.text:
        return Found(())
    kinds = (asked.kind,) if asked.kind else ()
    return search_of(request.opened).find(asked.text, kinds, (asked.page - 1) * asked.size, asked.size)


def _pages(found: Found, size: int) -> int:
    return -(-min(found.total, REACH) // size)


def _document(request: Asked, asked: Search) -> bytes:
    found, release = _find(request, asked), request.opened
    pages = _pages(found, asked.size)
    size = {"size": asked.size} if asked.size != SIZE else {}
    return dumps({
        "query": asked.text,
        "kind": asked.kind or None,
        "total": found.total,
        "page": asked.page,
        "pages": pages,
        "next": request.urls.search_json(asked.query(page=asked.page + 1, **size)) if asked.page < pages else None,
        "didYouMean": found.corrected or None,
        "partial": found.partial,
        "kinds": [{"kind": kind.name, "label": {each: kind_name(kind.name, each, True) for each in release.languages},
                   "count": found.counts[kind.name]} for kind in KINDS if found.counts.get(kind.name)],
        "results": as_json([show(release, found, hit, asked.language, request.urls.thing(hit.iri))
                            for hit in found.hits]),
        "release": release.release.id,
    })


def _html(request: Asked, asked: Search) -> bytes:
    found, release, spoken = _find(request, asked), request.opened, asked.language
    urls = request.urls
    pages, search = _pages(found, asked.size), urls.search
    kinds = [(kind.name, kind_name(kind.name, spoken, True), found.counts[kind.name],
              search(asked.query(kind=kind.name, page=1))) for kind in KINDS if found.counts.get(kind.name)]
    title = f"{short(asked.text, 60)} – {say('title', spoken)}" if asked.text else say("title", spoken)
    return request.render(
        "search.html", lang=spoken, tab=title, here=urls.search(),
        trail=[home_step(urls, spoken, named("home", spoken))],
        release=release.release, asked=asked, found=found, word=lambda key: say(key, spoken),
        heading=WORDS.noun(found.total, "many", spoken).format(found.total, found.corrected or asked.text), kinds=kinds,
        results=[show(release, found, hit, spoken, urls.speaking(spoken).thing(hit.iri)) for hit in found.hits],
        every=sum(found.counts.values()),
        all_href=search(asked.query(kind="", page=1)), kind_name=lambda kind: kind_name(kind, spoken),
        language_called=lambda code: name_of(code, spoken), pages=pages,
        before=search(asked.query(page=asked.page - 1)) if asked.page > 1 else "",
        following=search(asked.query(page=asked.page + 1)) if asked.page < pages else "",
        json_href=urls.search_json(asked.query()), reach=REACH if found.total > REACH else 0,
        mended=search(asked.query(q=found.corrected, page=1)) if found.corrected else "",
    ).encode("utf-8", "replace")
