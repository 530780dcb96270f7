"""Chooses observations of a cube by the values of its dimensions, without a store and without reading the cube.

The lines that lead to a value stand in the order of the dump (see `delmaal.lookup`), so the observations that have
several values are found by walking the lists side by side: from an observation of the shortest list straight to the
first of the others that is not before it. What that costs is bounded by STEPS; what was not looked at is said.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from delmaal.lookup import Lookup

STEPS = 6_000
"""Observations that one request looks at."""


class Found(NamedTuple):
    """Observations from a place on: those of the page, those behind it up to a bound, and how far it was looked.

    `complete` says that nothing was left to look at, so that `matching` is how many there are from the place on;
    `last` is the last one looked at, behind which to go on.
    """

    page: list[str]
    following: list[str]
    matching: int
    complete: bool
    last: str = ""


Condition = tuple[str, str]
"""A property and the resource that it has to lead to, both as IRIs."""


def choose(lookup: Lookup, conditions: Sequence[Condition], after: str = "", size: int = 50, ahead: int = 0,
           steps: int = STEPS, count_on: bool = True) -> Found:
    """The observations that meet every condition, being of the cube one of them, behind the one named by `after`.

    `size` of them make the page and up to `ahead` more are named behind it; all that `steps` allows are counted, unless
    `count_on` is false.
    """
    ordered = sorted(((lookup.leading(iri), f" <{name}> <{iri}>".encode()) for name, iri in conditions),
                     key=lambda each: len(each[0]))
    if not ordered or not len(ordered[0][0]):
        return Found([], [], 0, complete=True)
    lists, wanted = [places for places, _ in ordered], [token for _, token in ordered]
    target = _behind(lookup, after, lists[0])
    found: list[str] = []
    matching, subject = 0, ""
    for _ in range(steps):
        place = bisect_left(lists[0], target)
        if place == len(lists[0]):
            return Found(found[:size], found[size:], matching, complete=True)
        line = lookup.line_at(lists[0][place])
        subject = line[1 : line.index(b"> ")].decode()
        start, end = lookup.span_of(subject, lists[0][place])
        target = max(end, lists[0][place] + 1)
        beyond = _beyond(lookup, lists[1:], start, end)
        if beyond is None:
            return Found(found[:size], found[size:], matching, complete=True)
        if beyond:
            target = max(target, beyond)
        elif _meets(lookup, subject, wanted):
            matching += 1
            if len(found) < size + ahead:
                found.append(subject)
            if not count_on and len(found) == size + ahead:
                break
    return Found(found[:size], found[size:], matching, complete=False, last=subject)


def any_of(lookup: Lookup, conditions: Sequence[Condition], steps: int = 400) -> bool:
    """Whether an observation meets every condition; yes where looking was given up."""
    found = choose(lookup, conditions, size=1, steps=steps, count_on=False)
    return bool(found.page) or not found.complete


def sample(lookup: Lookup, cube: Condition, about: int) -> list[str]:
    """Some of a cube's observations, spread evenly over it."""
    places = lookup.leading(cube[1])
    wanted = f" <{cube[0]}> <{cube[1]}>".encode()
    step = max(1, len(places) // about)
    lines = (lookup.line_at(place) for place in places[::step])
    return [line[1 : line.index(b"> ")].decode() for line in lines if line.endswith(wanted)]


def _meets(lookup: Lookup, subject: str, wanted: list[bytes]) -> bool:
    """Whether the lines about a subject say what is wanted, by the properties that are meant."""
    cut = len(subject.encode()) + 2
    said = {line[cut:] for line in lookup.whole(subject)}
    return all(token in said for token in wanted)


def _behind(lookup: Lookup, after: str, places: memoryview) -> int:
    """Where to go on behind an observation."""
    if not after:
        return 0
    _, end = lookup.span_of(after, places[0])
    return end if end != places[0] else 0


def _beyond(lookup: Lookup, lists: list[memoryview], start: int, end: int) -> int | None:
    """0 where each list has a line of the observation between two places, else the place to go on from; None where a
    list has nothing more."""
    furthest = 0
    for places in lists:
        position = bisect_left(places, start)
        if position == len(places):
            return None
        place = places[position]
        if place >= end:
            line = lookup.line_at(place)
            furthest = max(furthest, lookup.span_of(line[1 : line.index(b"> ")].decode(), place)[0])
    return furthest
