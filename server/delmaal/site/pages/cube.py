"""A cube of statistics: its dimensions, the values that occur, and the observations that a request asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from weakref import WeakKeyDictionary

from delmaal.http.asked import whole
from delmaal.reading.releases import Opened
from delmaal.reading.rows import shortened
from delmaal.reading.things import Things
from delmaal.site.pages.selection import STEPS, Condition, Found, any_of, choose, sample
from delmaal.terms import PREFIXES
from delmaal.turtle import iri_token

ROWS = 50
"""Observations on one page of the table."""

MOST_ROWS = 1_000
"""Observations that may be asked for at once, with `rows`."""

BATCH = 500
"""Observations that are looked up and written at a time where all are."""

OFFERED = 600
"""Values that a filter offers."""

SAMPLED = 400
"""Observations from which the dimensions and their values are read, where nothing else tells them."""

_COMMON = {"http://www.w3.org/2004/02/skos/core#Concept"}
"""Classes too wide to find the values of a dimension by."""

_DATA_SET = f"{PREFIXES['qb']}dataSet"


class Dimension(NamedTuple):
    """A dimension of a cube: its property, its name in an address, and the values that observations have."""

    iri: str
    name: str
    values: tuple[str, ...]
    more: bool


class Cube(NamedTuple):
    """A cube as its page needs it."""

    iri: str
    dimensions: tuple[Dimension, ...]
    size: int


class Choice(NamedTuple):
    """What a request asks of a cube: values by dimension, where to begin, how many rows, and what it got wrong."""

    chosen: dict[str, str]
    after: str
    rows: int
    unknown: list[str]
    paged: bool = False


_CUBES: WeakKeyDictionary[Opened, dict[str, Cube]] = WeakKeyDictionary()


def cube_of(things: Things, iri: str) -> Cube:
    """The dimensions of a cube and the values that occur in it; worked out once for each open release."""
    known = _CUBES.setdefault(things.opened, {})
    if iri not in known:
        lookup, cube = things.opened.lookup, (_DATA_SET, iri)
        observations = things.things(sample(lookup, cube, SAMPLED))
        dimensions = []
        for prop in _properties(things, iri, {name for one in observations for name in one.values}):
            seen = {value for one in observations for value in one.iris(key_of(prop))}
            others, cut = _alike(things, seen)
            candidates = sorted(seen | others)
            values = [value for value in candidates[: OFFERED * 2]
                      if value in seen or any_of(lookup, [cube, (prop, value)])]
            name = prop.rpartition("#")[2].rpartition("/")[2]
            dimensions.append(Dimension(prop, name, tuple(values[:OFFERED]), cut or len(candidates) > OFFERED))
        size = sum(1 for place in lookup.leading(iri)) if len(lookup.leading(iri)) > STEPS else choose(
            lookup, [cube], size=0).matching
        known[iri] = Cube(iri, tuple(dimensions), size)
    return known[iri]


def find(opened: Opened, cube: Cube, asked: Choice, ahead: int = 0) -> Found:
    """The observations that a request asks for."""
    conditions = _conditions(cube, asked)
    if asked.unknown:
        return Found([], [], 0, complete=True)
    return choose(opened.lookup, conditions, asked.after, asked.rows, ahead, count_on=len(conditions) > 1)


def batches(opened: Opened, cube: Cube, asked: Choice) -> Iterator[list[str]]:
    """Every observation that a request selects, some hundred at a time; in the order of the cube."""
    conditions, after = _conditions(cube, asked), asked.after
    while True:
        found = choose(opened.lookup, conditions, after, BATCH, count_on=False)
        if found.page:
            yield found.page
        if found.complete:
            return
        after = found.last


def counted(opened: Opened, cube: Cube, asked: Choice, most: int) -> int:
    """How many observations a request selects on all its pages; counted no further than behind `most`."""
    if not asked.chosen:
        return cube.size
    conditions, after, total = _conditions(cube, asked), "", 0
    while total <= most:
        found = choose(opened.lookup, conditions, after, 0)
        total += found.matching
        if found.complete:
            break
        after = found.last
    return total


def _conditions(cube: Cube, asked: Choice) -> list[Condition]:
    properties = {each.name: each.iri for each in cube.dimensions}
    return [(_DATA_SET, cube.iri), *((properties[name], value) for name, value in asked.chosen.items())]


def read_query(opened: Opened, cube: Cube, args: Mapping[str, str]) -> Choice:
    """What the query of an address asks for; what it gets wrong is named, never guessed."""
    chosen, unknown = {}, []
    for each in cube.dimensions:
        token = args.get(each.name, "")
        if token:
            value = iri_of(opened, token)
            chosen[each.name] = value
            if value not in each.values and not any_of(opened.lookup, [(_DATA_SET, cube.iri), (each.iri, value)]):
                unknown.append(f"{each.name}={token[:200]}")
    rows = args.get("rows", "")
    if rows and whole(rows, 1, MOST_ROWS) is None:
        unknown.append(f"rows={rows[:20]} (1 to {MOST_ROWS}; without it a file has all)")
        rows = ""
    after = iri_of(opened, args.get("after", "")) if args.get("after") else ""
    if after and not opened.lookup.some(after, 1):
        unknown.append(f"after={args['after'][:200]}")
        after = ""
    return Choice(chosen, after, int(rows) if rows else ROWS, unknown, bool(rows or after))


def token_of(opened: Opened, iri: str) -> str:
    """An IRI as it stands in an address: without the publication's base, where it has that."""
    return iri.removeprefix(f"{opened.release.base}id/")


def iri_of(opened: Opened, token: str) -> str:
    """The IRI that stands so in an address."""
    return token if ":" in token else f"{opened.release.base}id/{token}"


_ATTRIBUTES = """\
OPTIONAL {{ ?observation delmaal:amount ?amount }}
OPTIONAL {{ ?observation sdmx-attribute:unitMeasure/skos:prefLabel ?unit FILTER(lang(?unit) = "{language}") }}
OPTIONAL {{ ?observation delmaal:qualifier/skos:prefLabel ?qualifier FILTER(lang(?qualifier) = "{language}") }}
OPTIONAL {{
  SELECT ?observation (GROUP_CONCAT(DISTINCT ?level; separator=", ") AS ?certainty) {{
    ?observation delmaal:mention/delmaal:certainty/skos:prefLabel ?level FILTER(lang(?level) = "{language}")
  }} GROUP BY ?observation
}}"""
"""An amount never stands without its unit, its qualifier and how certain it is."""


def sparql_of(cube: Cube, asked: Choice, language: str) -> str:
    """The query that gives what the page shows, for the SPARQL page."""
    lines, names = [f"?observation <{_DATA_SET}> <{cube.iri}> ."], []
    for each in cube.dimensions:
        value = asked.chosen.get(each.name)
        if value:
            lines.append(f"?observation <{each.iri}> {iri_token(f'<{value}>'.encode())[0].decode()} .")
        else:
            names.append(f"?{each.name}")
            lines.append(f"OPTIONAL {{ ?observation <{each.iri}> ?{each.name} }}")
    lines += _ATTRIBUTES.format(language=language).splitlines()
    heads = "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in sorted(PREFIXES)
                    if any(re.search(rf"[ /]{prefix}:", line) for line in lines))
    body = "\n".join(f"  {line}" for line in lines)
    names += ["?amount", "?unit", "?qualifier", "?certainty"]
    return f"{heads}SELECT ?observation {' '.join(names)} WHERE {{\n{body}\n}}"


def _properties(things: Things, cube: str, said: set[str]) -> list[str]:
    """The dimensions of a cube in the order of its structure; where it has none, as its observations use them."""
    structure = things.thing(things.thing(cube).iri_of("qb:structure"))
    components = things.things(structure.iris("qb:component"))
    ordered = sorted((int(each.plain("qb:order") or 0), each.iri_of("qb:dimension")) for each in components)
    found = [prop for _, prop in ordered if prop]
    if found:
        return found
    own = f"{things.opened.release.base}id/dimension/"
    names = sorted(name for name in said if name.startswith((own, "sdmx-dimension:")) or name == "delmaal:kind")
    return [name if name.startswith(own) else PREFIXES[name.partition(":")[0]] + name.partition(":")[2]
            for name in names]


def _alike(things: Things, values: set[str]) -> tuple[set[str], bool]:
    """What else there is of the classes of some values, and whether there is more of them than a filter offers."""
    classes = {kind for value in sorted(values)[:3] for kind in things.thing(value).iris("rdf:type")} - _COMMON
    found = [things.links(kind, OFFERED * 2) for kind in classes]
    alike = {iri for each in found for iri in each.by_property.get("rdf:type", ())}
    return alike, any(each.more for each in found)


def key_of(prop: str) -> str:
    """A property as `Thing` names it."""
    return shortened("", prop)
