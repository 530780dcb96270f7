"""The home page: what this is, the themes, the goals, the data, how to cite."""

from __future__ import annotations

from typing import NamedTuple

from delmaal.collation import collate
from delmaal.formats import TRIPLE_FORMATS
from delmaal.http.answers import answer, elsewhere
from delmaal.http.asked import Asked
from delmaal.http.failures import problem
from delmaal.http.negotiate import HTML, choose
from delmaal.http.reply import Reply
from delmaal.http.urls import Urls
from delmaal.reading.appearance import appearance_of
from delmaal.reading.figures import Figure, figure_of
from delmaal.reading.releases import Opened
from delmaal.reading.rows import Value
from delmaal.reading.things import SDG, Things, code_of, natural, things_of
from delmaal.reading.trail import publication, short
from delmaal.site.pages.theme import figures_of
from delmaal.site.structured import home_data
from delmaal.terms import term

PICKED = 6
"""Figures that stand on the home page."""

GOALS = 17
LINK_THEME = "delmaal:linkTheme"

HINTED = 40
"""Indicators among which one with a short name is looked for, to be told as something to search for."""

ROOMY = 60
"""Themes up to which each has a card with its summary; more are listed closer."""


class Card(NamedTuple):
    """A theme on the home page."""

    position: int
    theme: Value
    lead: str
    lead_language: str
    goals: list[str]
    targets: int
    figures: int


class Dump(NamedTuple):
    """A part of the release, and its files by suffix: address and size."""

    name: str
    files: dict[str, tuple[str, int]]


def home(request: Asked) -> Reply:
    """What this is, the themes, the data; for who weighs data above pages, the catalogue, which says it in RDF."""
    row = choose(request.headers.get("Accept", ""), (HTML, *TRIPLE_FORMATS))
    if row is None:
        return problem(request, 406, "format-unacceptable", "the home page is had as HTML, the catalogue as RDF",
                       available=[each.media_type for each in (HTML, *TRIPLE_FORMATS)])
    if row is not HTML:
        return elsewhere(request.urls.catalog(), 303, "Accept")
    spoken = request.language
    return answer(request, lambda: home_page(request, request.opened, spoken), HTML.content_type, "html", spoken)


def home_page(request: Asked, release: Opened, spoken: str) -> bytes:
    """The home page in a language."""
    things = things_of(release, request.urls)
    cards = things.keep(("cards", spoken), lambda: _cards(things, spoken))
    catalogue = things.thing(release.iri.document("catalog").value)
    lead = catalogue.text("dct:description", spoken)
    title = publication(release, spoken)
    linked = things.keep("themes by goal", lambda: _themes_by_goal(things))
    publisher = catalogue.iri_of("dct:publisher")
    return request.render(
        "home.html", lang=spoken, things=things, title=Value(title), tab=title, here=request.urls.home(),
        publication=title, canonical=request.canonical.home(), lead=lead,
        summary=short(lead.text if lead else "", 200), cards=cards, dense=len(cards) > ROOMY,
        publisher=things.label(publisher, spoken) if publisher else None,
        goals=[(str(number), things.label(f"{SDG}{number}", spoken), linked.get(str(number), 0))
               for number in range(1, GOALS + 1)],
        counts=things.keep("counts", lambda: _counts(things)),
        hints=things.keep(("hints", spoken), lambda: _hints(things, cards, spoken)),
        picked=things.keep(("picked", spoken), lambda: _picked(things, spoken)),
        dumps=things.keep("dumps", lambda: _dumps(release, request.urls)), whole=_whole(release, request.urls),
        cubes=things.labels(cubes_of(things), spoken),
        release=release.release, structured=home_data(release, spoken),
        issued=catalogue.plain("dct:issued") or catalogue.plain("dct:modified"),
    ).encode("utf-8", "replace")


def themes_of(things: Things) -> list[str]:
    """The themes of the publication, in their order."""
    scheme = things.opened.iri.thing("scheme", "themes").value
    found = things.thing(scheme).iris("skos:hasTopConcept")
    return sorted(found, key=lambda iri: (_position(things, iri), iri))


def cubes_of(things: Things) -> list[str]:
    """The data cubes of the publication."""
    return things.linking("http://purl.org/linked-data/cube#DataSet", "rdf:type")


def _position(things: Things, iri: str) -> int:
    position = things.thing(iri).plain("schema:position")
    return int(position) if position.isdigit() else 0


def _cards(things: Things, spoken: str) -> list[Card]:
    cards = [_card(things, theme, spoken) for theme in themes_of(things)]
    return sorted(cards, key=lambda card: (card.position, collate(card.theme.text, spoken)))


def _card(things: Things, iri: str, spoken: str) -> Card:
    theme = things.thing(iri)
    lead = theme.text("dct:description", spoken)
    codes = [code_of(link.iri_of("delmaal:linkTarget")) for link in things.things(things.linking(iri, LINK_THEME))]
    figures = {things.thing(mention).iri_of("delmaal:mentionOf") for mention in things.linking(iri, "delmaal:inTheme")}
    return Card(
        _position(things, iri), things.label(iri, spoken), short(lead.text, 160) if lead else "",
        lead.language if lead else "", sorted({code.partition(".")[0] for code in codes}, key=natural), len(codes),
        sum(things.thing(figure).is_a("delmaal:Statistic") for figure in figures),
    )


def _themes_by_goal(things: Things) -> dict[str, int]:
    """How many themes are linked to each goal."""
    found: dict[str, int] = {}
    for theme in themes_of(things):
        links = things.things(things.linking(theme, LINK_THEME))
        for goal in {code_of(link.iri_of("delmaal:linkTarget")).partition(".")[0] for link in links}:
            found[goal] = found.get(goal, 0) + 1
    return found


COUNTS = (("theme", "delmaal:Theme"), ("link", "delmaal:TargetLink"), ("figure", "delmaal:Statistic"),
          ("document", "delmaal:GoverningDocument"))


def _counts(things: Things) -> list[tuple[str, int]]:
    """How much there is of each kind of thing, as the VoID description counts it."""
    found = []
    for word, name in COUNTS:
        for partition in things.linking(term(name).value, "void:class"):
            entities = things.thing(partition).plain("void:entities")
            if entities.isdigit():
                found.append((word, int(entities)))
                break
    return found


def _picked(things: Things, spoken: str) -> list[tuple[Figure, Value]]:
    """The figures that the publisher chose; else one of each of some themes: of what is certain, the newest; else one
    whose time is not stated."""
    chosen = [figure_of(things, iri, spoken) for iri in appearance_of(things.opened).headline()]
    if chosen:
        return [(figure, things.label(figure.mentions[0].theme, spoken)) for figure in chosen if figure.mentions]
    found: list[tuple[Figure, Value]] = []
    seen: set[str] = set()
    for theme in themes_of(things):
        able = [figure for figure in figures_of(things, theme, spoken)
                if figure.number is not None and figure.iri not in seen and figure.kind == "observation"
                and figure.indicator and not any(mention.doubtful for mention in figure.mentions)]
        if able:
            newest = max(able, key=lambda figure: figure.when if figure.when is not None else -1.0)
            seen.add(newest.iri)
            found.append((newest, things.label(theme, spoken)))
        if len(found) == PICKED:
            break
    return found


def _dumps(release: Opened, urls: Urls) -> list[Dump]:
    """The parts of the release, each with its files."""
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for path, entry in release.release.manifest["files"].items():
        name = path.removeprefix("data/")
        part, _, suffix = name.partition(".")
        if name != path and not name.endswith((".gz", ".zst")) and part not in ("all", "graphs"):
            found.setdefault(part, {})[suffix] = (urls.data(name), entry["size"])
    order = ["themes", "statistics", "documents", "vocabulary"]
    return [Dump(part, found[part]) for part in sorted(found, key=lambda part: (order.index(part) if part in order
                                                                                else len(order), part))]


def _hints(things: Things, cards: list[Card], spoken: str) -> list[str]:
    """Three things to search for that are found: a theme, a target, an indicator; none where one of them lacks."""
    links = things.things(things.linking(term("delmaal:TargetLink").value, "rdf:type")[:1])
    codes = [code_of(link.iri_of("delmaal:linkTarget")) for link in links]
    measured = things.linking(term("delmaal:Indicator").value, "rdf:type")[:HINTED]
    names = [things.label(iri, spoken) for iri in measured]
    found = [min((card.theme.text for card in cards), key=len, default=""), *codes[:1],
             min((name.text for name in names if not name.language), key=len, default="")]
    return found if len(found) == 3 and all(found) else []


def _whole(release: Opened, urls: Urls) -> list[tuple[str, str, int]]:
    """The files that hold everything."""
    files = release.release.manifest["files"]
    return [(word, urls.data(name), files[f"data/{name}"]["size"])
            for word, name in (("all-data", "all.nt.gz"), ("all-graphs", "graphs.nq.gz")) if f"data/{name}" in files]

