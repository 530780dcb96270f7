"""The pages that people read: the home page, one page for each kind of thing, and what every template may call.

KINDS names the page of a class; a thing of any other class is shown by the generic page of `resources`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from jinja2 import pass_context
from jinja2.runtime import Context

from delmaal.http.asked import Asked
from delmaal.http.description import Page
from delmaal.http.past_words import WORDS as PAST_WORDS
from delmaal.http.routes import Routes
from delmaal.languages import name_of
from delmaal.reading.appearance import Appearance, appearance_of
from delmaal.reading.numbers import size
from delmaal.reading.releases import Opened
from delmaal.reading.things import Things
from delmaal.reading.trail import publication, short
from delmaal.reading.words import WORDS, counted, noun, say, written
from delmaal.records import Licence
from delmaal.site import vocabulary
from delmaal.site.pages.dataset import dataset_page
from delmaal.site.pages.document import document_page
from delmaal.site.pages.goal import goal_page, target_page
from delmaal.site.pages.home import home
from delmaal.site.pages.indicator import area_page, indicator_page
from delmaal.site.pages.matrix import matrix
from delmaal.site.pages.observations import observations
from delmaal.site.pages.offer import offer_page
from delmaal.site.pages.prose import about, accessibility, brand, pages_of, privacy
from delmaal.site.pages.statistic import statistic_page
from delmaal.site.pages.theme import theme_page
from delmaal.site.tongues import LANGUAGE_GLOBALS
from delmaal.site.vocabulary.problems import meaning
from delmaal.terms import term

KINDS: dict[str, Callable[[Asked, Opened, Page, str], bytes]] = {
    term(name).value: make for name, make in (
        ("delmaal:Theme", theme_page),
        ("sdgo:Goal", goal_page),
        ("sdgo:Target", target_page),
        ("delmaal:GoverningDocument", document_page),
        ("delmaal:CitedSource", document_page),
        ("delmaal:Statistic", statistic_page),
        ("qb:Observation", statistic_page),
        ("qb:DataSet", dataset_page),
        ("delmaal:Indicator", indicator_page),
        ("dct:Location", area_page),
        ("dcat:Dataset", offer_page),
        *vocabulary.KINDS.items(),
    )
}
"""From the IRI of a class to what makes the page of its things: of an open release, a page of the description, and the
language of the reader."""


FRAMES = 128
"""How many parts of frames are kept for each open release: some for each language and mount."""


def _switch(request: Asked, here: str, lang: str) -> str:
    """The same page in another language; a relative address that keeps what the query says."""
    if request.suffix:
        rest = urlencode([(key, value) for key, value in request.args.pairs if key not in ("lang", "page")])
        return request.urls.speaking(lang).spoken(here, request.suffix.number, rest)
    pairs = [(key, value) for key, value in request.args.pairs if key != "lang"]
    return f"{here.partition('?')[0]}?{urlencode([*pairs, ('lang', lang)])}"


@pass_context
def _brand(context: Context, lang: str) -> str:
    """The publication's title, for the top of the page; nothing where no release is open."""
    opened = _opened(context)
    return short(publication(opened, lang), 70) if opened else ""


@pass_context
def _licence(context: Context) -> Licence | None:
    """The licence of the data, for the foot of the page; none where no release is open."""
    opened = _opened(context)
    return opened.licence if opened else None


@pass_context
def _base(context: Context) -> str:
    """Where the pages are read, with a slash at the end; nothing where no release is open."""
    opened = _opened(context)
    return opened.site if opened else ""


@pass_context
def _look(context: Context) -> Appearance | None:
    """How the publication looks; none where no release is open."""
    opened = _opened(context)
    return appearance_of(opened) if opened else None


def _opened(context: Context) -> Opened | None:
    request: Asked = context["request"]
    return request.opened


def _part_name(part: str, lang: str) -> str:
    """What a part of the dumps is called; its own name where we have no word for it."""
    return say(f"part-{part}", lang) if f"part-{part}" in WORDS else part


def _once(things: Things, *key: str, caller: Callable[[], str]) -> str:
    """A part of a page as it was written before, else written now; the key names all that it depends on."""
    return things.keep(("part", *key), caller)


class _Frame(dict[tuple[str, ...], str]):
    """Parts of the frame about every page of an open release, as they were written."""


@pass_context
def _kept(context: Context, *key: str, caller: Callable[[], str]) -> str:
    """A part of the frame as it was written before, else written now: what it depends on beside the release is `key`
    and where pages are read."""
    opened = _opened(context)
    if opened is None:
        return caller()
    known, whole = opened.made(_Frame, "", _Frame), (context["urls"].key, *key)
    found = known.get(whole)
    if found is None:
        if len(known) >= FRAMES:
            known.clear()
        found = known[whole] = caller()
    return found


def _paragraphs(text: str) -> list[str]:
    """A text at its blank lines."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]


TEMPLATE_GLOBALS: dict[str, Callable[..., Any]] = {
    "say": say,
    "said_of_past": PAST_WORDS.say,
    "counted": counted,
    "written": written,
    "noun": noun,
    "size": size,
    "short": short,
    "paragraphs": _paragraphs,
    "part_name": _part_name,
    "meaning": meaning,
    "language_name": name_of,
    "brand_of": _brand,
    "licence_of": _licence,
    "base_of": _base,
    "look_of": _look,
    "prose_pages": pages_of,
    "once": _once,
    "kept": _kept,
    "switch": pass_context(lambda context, here, lang: _switch(context["request"], here, lang)),
    **LANGUAGE_GLOBALS,
}

routes = Routes("pages")
routes.page("/")(home)
routes.page("/matrix")(matrix)
routes.page("/about")(about)
routes.page("/accessibility")(accessibility)
routes.page("/privacy")(privacy)
routes.get("/brand/<name>")(brand)
routes.get("/observations.<suffix>")(observations)

__all__ = ["KINDS", "TEMPLATE_GLOBALS", "WORDS", "routes"]
