"""What was found, as a page and as JSON show it, in the reader's language, the words that were searched for marked.

A thing brings its titles with it; a figure, a mention or a link is read from the release when it is shown, so that the
index need not hold the labels of a million.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from markupsafe import Markup, escape

from delmaal.languages import best
from delmaal.reading.figures import figure_of, numbers_of
from delmaal.reading.releases import Opened
from delmaal.reading.things import Thing, things_of
from delmaal.reading.words import say
from delmaal.search import BY_NAME, NAMES, Found, Hit, Search
from delmaal.search.highlight import Piece, extract, highlight

_TOTALS = ("/total", "#sex-T")
_PARTS = ("delmaal:indicator", "sdmx-dimension:refArea", "sdmx-dimension:refPeriod", "sdmx-dimension:sex",
          "sdmx-dimension:age", "delmaal:breakdown")
"""What a figure that has no label of its own is called by."""

_SEARCHES: WeakKeyDictionary[Opened, Search] = WeakKeyDictionary()


class Shown(NamedTuple):
    """A result: where it leads, what it is, its code, its title and a run of its text with what was searched for
    marked; `language` where the title is in another than the page's, `also` the other title where that is what fits."""

    iri: str
    href: str
    kind: str
    code: str
    title: Markup
    language: str
    also: Markup
    also_language: str
    summary: Markup
    summary_language: str
    labels: dict[str, str]
    about: dict[str, str]
    score: float
    number: dict[str, Any]


def search_of(opened: Opened) -> Search:
    """The search index of an open release, opened when it is first asked.

    Raises ReleaseError where it cannot be opened.
    """
    found = _SEARCHES.get(opened)
    if found is None:
        found = _SEARCHES[opened] = Search(opened.release.folder)
    return found


def kind_name(kind: str, language: str, several: bool = False) -> str:
    """What a kind is called."""
    return NAMES.say(f"{kind}-several" if several else kind, language)


def show(opened: Opened, found: Found, hit: Hit, language: str, href: str) -> Shown:
    """A result in the reader's language; `href` is the address of its page."""
    labels, about, code = _said(opened, hit)
    spoken = best(labels, language)
    title = highlight(labels[spoken], found.words, found.alike)
    also, other = _also(labels, spoken, title, found)
    summary, told = _summary(about, language, found)
    return Shown(hit.iri, href, hit.kind, code, marked(title),
                 spoken if spoken != language else "", also, other, summary, told if told != language else "", labels,
                 about, hit.score, _amount(opened, hit) if hit.kind == "figure" else {})


def marked(pieces: list[Piece]) -> Markup:
    """Pieces as HTML: `<mark>` about what was searched for, everything else escaped."""
    return Markup("").join(Markup("<mark>{}</mark>").format(piece.text) if piece.marked else escape(piece.text)
                           for piece in pieces)


def label_of(hit: Hit, language: str) -> str:
    """A thing's title in a language, else as it is had."""
    return hit.titles.get(best(hit.titles, language)) or (hit.codes[0] if hit.codes else hit.iri)


def as_json(results: list[Shown]) -> list[dict[str, Any]]:
    """Results as programs read them; highlights are HTML, escaped but for `<mark>`."""
    return [{"id": each.iri, "href": each.href, "kind": each.kind, "code": each.code or None, "label": each.labels,
             "summary": each.about, "score": each.score, **({"figure": each.number} if each.number else {}),
             "highlight": {"title": str(each.title), "summary": str(each.summary)}} for each in results]


def _also(labels: Mapping[str, str], spoken: str, title: list[Piece], found: Found) -> tuple[Markup, str]:
    """The title in another language, where that has what was searched for and the page's has not."""
    if not any(piece.marked for piece in title):
        for language, text in labels.items():
            pieces = highlight(text, found.words, found.alike)
            if language != spoken and any(piece.marked for piece in pieces):
                return marked(pieces), language
    return Markup(""), ""


def _summary(about: Mapping[str, str], language: str, found: Found) -> tuple[Markup, str]:
    """A run of the summary; in the language in which it has what was searched for, the reader's own first."""
    spoken = best(about, language)
    for each in (spoken, *(other for other in about if other != spoken)):
        if each in about:
            pieces, fits = extract(about[each], found.words, found.alike)
            if fits:
                return marked(pieces), each
    return (marked(extract(about[spoken], ())[0]), spoken) if spoken in about else (Markup(""), "")


def _said(opened: Opened, hit: Hit) -> tuple[dict[str, str], dict[str, str], str]:
    """Labels, summaries and code of what was found; there is always one label."""
    if not BY_NAME[hit.kind].detail:
        code = hit.codes[0] if hit.codes else ""
        return hit.titles or {"": code or hit.iri}, hit.about, code if hit.titles else ""
    thing = things_of(opened).thing(hit.iri)
    labels = {language: text for language, text in opened.labels(hit.iri).items() if text}
    about = {value.language: value.value for value in thing.values.get("skos:note", ()) if not value.is_iri}
    if hit.kind == "figure":
        labels = labels or _composed(opened, thing)
        shown = {language: text for language in opened.languages if (text := _value(opened, hit.iri, language))}
        about = about or shown
    return labels or {"": hit.iri}, about, ""


def _composed(opened: Opened, thing: Thing) -> dict[str, str]:
    """What an observation is called by: its indicator, area and period, and whom it counts."""
    own = f"{opened.release.base}id/dimension/indicator"
    members = [thing.iri_of("delmaal:indicator") or thing.iri_of(own), *map(thing.iri_of, _PARTS[1:])]
    members = [iri for iri in members if iri and not iri.endswith(_TOTALS)]
    composed = {}
    for language in opened.languages:
        names = [texts[best(texts, language)] for iri in members if (texts := opened.labels(iri))]
        if names:
            composed[language] = ", ".join(names)
    return composed


def _value(opened: Opened, iri: str, language: str) -> str:
    """A figure's value as a page writes it, with its unit and qualifier, and beside it what is printed; where the
    source gives no number, that alone."""
    figure = figure_of(things_of(opened), iri, language)
    if figure.worded:
        return figure.printed
    parts = [f"{figure.qualifier} {figure.shown}".strip()]
    if figure.printed and figure.printed != figure.shown:
        parts.append(say("quoted", language, figure.printed))
    if figure.doubt:
        parts.append(say(f"doubtful-{figure.doubt}", language).lower())
    return " – ".join(parts)


def _amount(opened: Opened, hit: Hit) -> dict[str, Any]:
    """A figure's number as programs read it: the amount, or the ends of a range, with the unit's IRI and labels, the
    qualifier, how certain it is and what is printed."""
    things = things_of(opened)
    thing = things.thing(hit.iri)
    _, amount = numbers_of(thing)
    found: dict[str, Any] = {} if amount is None else {"amount": f"{amount:f}"}
    found.update({key: said for key, name in (("lower", "delmaal:lowerAmount"), ("upper", "delmaal:upperAmount"))
                  if (said := thing.plain(name))})
    if not found:
        return {}
    unit, qualifier = thing.iri_of("sdmx-attribute:unitMeasure"), thing.iri_of("delmaal:qualifier")
    certain = dict.fromkeys(each.iri_of("delmaal:certainty") for each in things.things(thing.iris("delmaal:mention")))
    return {**found, "unit": {"id": unit, "label": opened.labels(unit)} if unit else None,
            "qualifier": {"id": qualifier, "label": opened.labels(qualifier)} if qualifier else None,
            "certainty": [{"id": each, "label": opened.labels(each)} for each in certain if each],
            "printed": thing.plain("delmaal:printedValue") or None}


def dumps(value: Any) -> bytes:
    """JSON as it is sent."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
