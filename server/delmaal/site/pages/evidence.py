"""The link of a theme to a target of the UN, with its evidence: what is printed, what the text says, on which basis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from delmaal.reading.citations import Cited, citations_of
from delmaal.reading.rows import Value
from delmaal.reading.things import SDG, Text, Things, code_of, natural


class Printed(NamedTuple):
    """A code as it is printed in one place of the source."""

    printed: str
    read: str
    place: str
    lines: list[Value]
    certainty: str
    certain: Value | None


class Chosen(NamedTuple):
    """Who chose a target, by which decision, when."""

    by: Text | None
    decision: str
    at: Value | None


class Evidence(NamedTuple):
    """A theme's link to a target."""

    iri: str
    href: str
    theme: Value
    target: Value
    code: str
    goal: str
    basis: str
    basis_name: Value | None
    conflict: bool
    form: str
    form_name: Value | None
    opening: Text | None
    notes: list[Text]
    cited: list[Cited]
    chosen: Chosen | None
    prints: list[Printed]


class Goal(NamedTuple):
    """A goal of the UN with what is linked to its targets."""

    number: str
    label: Value
    links: list[Evidence]


def evidence_of(things: Things, iri: str, language: str) -> Evidence:
    """The evidence of a link."""
    return things.keep(("evidence", iri, language), lambda: _evidence(things, iri, language))


def _evidence(things: Things, iri: str, language: str) -> Evidence:
    thing = things.thing(iri)
    target, basis, form = (thing.iri_of(f"delmaal:{name}") for name in ("linkTarget", "basis", "textForm"))
    code = code_of(target)
    return Evidence(
        iri=iri, href=things.address(iri, language), theme=things.label(thing.iri_of("delmaal:linkTheme"), language),
        target=things.label(target, language), code=code, goal=code.partition(".")[0],
        basis=basis.rpartition("basis-")[2], basis_name=things.label(basis, language) if basis else None,
        conflict=thing.plain("delmaal:conflict") == "true", form=form.rpartition("text-")[2],
        form_name=things.label(form, language) if form else None, opening=_opening(things, iri, language),
        notes=thing.texts("skos:note", language),
        cited=citations_of(things, thing.iris("prov:wasDerivedFrom"), language),
        chosen=_chosen(things, iri, language) if basis.endswith("basis-chosen") else None,
        prints=[_printed(things, each, language) for each in things.linking(iri, "delmaal:supports")],
    )


def by_goal(things: Things, links: Iterable[Evidence], language: str) -> list[Goal]:
    """Links grouped by the goal of their target, both in the order of the codes."""
    grouped: dict[str, list[Evidence]] = {}
    for link in sorted(links, key=lambda link: natural(link.code)):
        grouped.setdefault(link.goal, []).append(link)
    return [Goal(number, things.label(SDG + number, language), found) for number, found in grouped.items()]


def _opening(things: Things, iri: str, language: str) -> Text | None:
    """The first words of the source's own text, in the language that they are printed in."""
    return things.thing(iri).text("delmaal:textOpening", language)


def _chosen(things: Things, iri: str, language: str) -> Chosen:
    thing = things.thing(iri)
    at = thing.iri_of("delmaal:chosenAt")
    return Chosen(thing.text("delmaal:chosenBy", language), thing.plain("delmaal:decision"),
                  things.label(at, language) if at else None)


def _printed(things: Things, iri: str, language: str) -> Printed:
    thing = things.thing(iri)
    place, certainty = thing.iri_of("delmaal:place"), thing.iri_of("delmaal:certainty")
    return Printed(
        printed=thing.plain("delmaal:asPrinted"), read=thing.plain("delmaal:readAs"),
        place=things.label(place, language).text if place else "",
        lines=things.places(thing.iris("prov:wasDerivedFrom"), language),
        certainty=certainty.rpartition("certainty-")[2],
        certain=things.label(certainty, language) if certainty else None,
    )
