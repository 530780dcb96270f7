"""A difference as it is read: how much came and went in each part, which resources of which class, and how.

Counts are of all; resources are shown up to a limit, so that the memory needed does not grow with the difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple, Protocol

from delmaal.collation import collate
from delmaal.languages import Words, best
from delmaal.lookup import Lookup
from delmaal.ntriples import Term, read_term
from delmaal.release.difference import Edit, edits
from delmaal.release.shelf import Release
from delmaal.statements import PARTS
from delmaal.terms import Minter, compact, term

SHOWN = 200
"""Resources that are shown one by one."""

UNGROUPED = "statistics"
"""The part that has no named graph: what changed in none of them changed there."""

_TYPE = str(term("rdf:type")).encode()
_UNIT, _POWER = (str(term(f"sdmx-attribute:{name}")).encode() for name in ("unitMeasure", "unitMult"))
_AMOUNTS = frozenset(term(f"delmaal:{name}").value for name in ("amount", "lowerAmount", "upperAmount"))
_PRINTED = frozenset(term(name).value for name in ("sdmx-measure:obsValue", "delmaal:lowerValue", "delmaal:upperValue"))
_SHORT = 300


class Side(Protocol):
    """A release that can be asked what it says."""

    release: Release
    lookup: Lookup

    def labels(self, iri: str) -> dict[str, str]:
        """The labels of a resource by language."""


@dataclass(slots=True)
class Tally:
    """How many came and went, and, of resources, changed."""

    added: int = 0
    removed: int = 0
    changed: int = 0


class Property(NamedTuple):
    """What changed in a property of a resource; `units` is what a number is of, before and after: no number stands
    without its unit."""

    iri: str
    label: Mapping[str, str]
    removed: list[str]
    added: list[str]
    units: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})

    def written(self, language: str) -> tuple[list[str], list[str]]:
        """What went and what came, in words."""
        sides = zip((self.removed, self.added), self.units, strict=True)
        went, came = ([f"{value} {_in(unit, language)}".strip() for value in values] for values, unit in sides)
        return went, came

    def as_json(self) -> dict[str, Any]:
        """The property as JSON has it; an amount names its unit beside it."""
        found = {"iri": self.iri, "label": dict(self.label), "removed": self.removed, "added": self.added}
        if self.iri in _AMOUNTS:
            found["units"] = {"removed": dict(self.units[0]), "added": dict(self.units[1])}
        return found


class Resource(NamedTuple):
    """A resource that came, went or changed: `added`, `removed` or `changed`."""

    iri: str
    label: Mapping[str, str]
    kind: str
    how: str
    properties: list[Property]

_WORDS = Words("difference", {
    "statements": "statements",
    "resources": "resources by class",
    "added": "added",
    "changed": "changed",
    "removed": "removed",
    "untyped": "no class",
    "more": "and more:",
})


@dataclass(slots=True)
class Summary:
    """A difference by part, by class and by resource; `classes` is by the IRI of a class, "" where there is none."""

    old: Release
    new: Release
    statements: Tally = field(default_factory=Tally)
    parts: dict[str, Tally] = field(default_factory=dict)
    classes: dict[str, Tally] = field(default_factory=dict)
    class_labels: dict[str, Mapping[str, str]] = field(default_factory=dict)
    resources: list[Resource] = field(default_factory=list)
    more: int = 0

    def parts_in(self, language: str) -> list[tuple[str, Tally]]:
        """The parts by what they are called, in the reader's order."""
        named = [(PARTS[name].title.within(language) if name in PARTS else name, tally)
                 for name, tally in self.parts.items()]
        return sorted(named, key=lambda pair: collate(pair[0], language))

    def classes_in(self, language: str) -> list[tuple[str, Tally]]:
        """The classes by what they are called, in the reader's order."""
        none = _WORDS.say("untyped", language)
        named = [(_in(self.class_labels.get(iri, {}), language) or compact(iri) or none, tally)
                 for iri, tally in self.classes.items()]
        return sorted(named, key=lambda pair: collate(pair[0], language))

    def as_json(self) -> dict[str, Any]:
        """The summary as JSON has it."""
        return {
            "from": self.old.id, "to": self.new.id,
            "statements": {"added": self.statements.added, "removed": self.statements.removed},
            "parts": [
                {"part": name, "label": dict(PARTS[name].title.items()) if name in PARTS else {},
                 "added": tally.added, "removed": tally.removed} for name, tally in sorted(self.parts.items())
            ],
            "classes": [
                {"class": iri or None, "label": dict(self.class_labels.get(iri, {})), "added": tally.added,
                 "removed": tally.removed, "changed": tally.changed} for iri, tally in sorted(self.classes.items())
            ],
            "resources": [
                {"iri": row.iri, "label": dict(row.label), "class": row.kind or None, "change": row.how,
                 "properties": [each.as_json() for each in row.properties]} for row in self.resources
            ],
            "more": self.more,
        }


def summarise(old: Side, new: Side, found: Iterable[Edit]) -> Summary:
    """The difference between the data of two releases: `found` is what `difference` or `difference_of` gives."""
    summary = Summary(old.release, new.release)
    for subject, group in groupby(_with_parts(summary, found), key=_subject):
        _add_resource(summary, old, new, subject, list(group))
    return summary


def _with_parts(summary: Summary, edits_of_all: Iterable[Edit]) -> Iterator[Edit]:
    """The edits of the data, counted by part on the way: the named graphs are compared in step with the whole."""
    in_graphs = edits(*([side.folder / "data/graphs.nq"] for side in (summary.old, summary.new)))
    waiting = next(in_graphs, None)
    for edit in edits_of_all:
        _count(summary.statements, edit)
        triple, found = edit.line[:-1], False
        while waiting is not None:
            of_graph, _, graph = waiting.line[:-2].rpartition(b" ")
            if of_graph + b" " > triple:
                break
            _count(summary.parts.setdefault(graph[1:-1].rpartition(b"/")[2].decode(), Tally()), waiting)
            found = found or (of_graph + b" " == triple and waiting.operation == edit.operation)
            waiting = next(in_graphs, None)
        if not found:
            _count(summary.parts.setdefault(UNGROUPED, Tally()), edit)
        yield edit
    while waiting is not None:  # a statement that moved from one graph to another
        graph = waiting.line[:-2].rpartition(b" ")[2]
        _count(summary.parts.setdefault(graph[1:-1].rpartition(b"/")[2].decode(), Tally()), waiting)
        waiting = next(in_graphs, None)


def _count(tally: Tally, edit: Edit) -> None:
    if edit.operation == "A":
        tally.added += 1
    else:
        tally.removed += 1


def _subject(edit: Edit) -> str:
    return edit.line[1 : edit.line.index(b"> ")].decode()


def _add_resource(summary: Summary, old: Side, new: Side, iri: str, group: list[Edit]) -> None:
    before, after = (_own(side, iri) for side in (old, new))
    how = "changed" if before and after else "added" if after else "removed"
    kinds = _kinds(after or before)
    for kind in kinds or [""]:
        tally = summary.classes.setdefault(kind, Tally())
        setattr(tally, how, getattr(tally, how) + 1)
        if kind not in summary.class_labels:
            summary.class_labels[kind] = (new.labels(kind) or old.labels(kind)) if kind else {}
    if len(summary.resources) == SHOWN:
        summary.more += 1
        return
    label = new.labels(iri) or old.labels(iri)
    units = (_unit(old, before), _unit(new, after))
    summary.resources.append(Resource(iri, label, _own_kind(kinds), how, _properties(old, new, group, units)))


def _own(side: Side, iri: str) -> list[bytes]:
    return side.lookup.whole(iri)


def _kinds(lines: Iterable[bytes]) -> list[str]:
    return [obj[1:-1].decode() for _, predicate, obj in (line.split(b" ", 2) for line in lines) if predicate == _TYPE]


def _own_kind(kinds: list[str]) -> str:
    """The class that says most of a resource: one of the ontology's where there is one."""
    own = [kind for kind in kinds if compact(kind).startswith("delmaal:")]
    return (own or kinds or [""])[0]


Unit = tuple[Mapping[str, str], str]
"""What the numbers of a resource are of: the labels of the unit, and the power of ten of what is printed."""


def _unit(side: Side, lines: Iterable[bytes]) -> Unit:
    labels: Mapping[str, str] = {}
    power = ""
    for line in lines:
        _, predicate, obj = line.split(b" ", 2)
        if predicate == _UNIT:
            labels = side.labels(obj[1:-1].decode())
        elif predicate == _POWER:
            power = read_term(obj).value
    return labels, power


def _of(unit: Unit, iri: str) -> Mapping[str, str]:
    """What stands behind a number of a property, by language; nothing where the property has none."""
    labels, power = unit
    if iri in _AMOUNTS:
        return labels
    if iri not in _PRINTED:
        return {}
    times = f"· 10^{power} " if power not in ("", "0") else ""
    return {language: f"{times}{label}" for language, label in labels.items()} or ({"": times.strip()} if times else {})


def _properties(old: Side, new: Side, group: list[Edit], units: tuple[Unit, Unit]) -> list[Property]:
    found: dict[str, tuple[list[str], list[str]]] = {}
    for operation, line in group:
        _, predicate, obj = line[:-2].split(b" ", 2)
        values = found.setdefault(predicate[1:-1].decode(), ([], []))
        values[operation == "A"].append(_shown(new if operation == "A" else old, read_term(obj)))
    return [Property(iri, new.labels(iri) or old.labels(iri), *values, (_of(units[0], iri), _of(units[1], iri)))
            for iri, values in found.items()]


def _shown(side: Side, value: Term) -> str:
    """A value as it is read: a text with its language, a resource by its label."""
    if not value.is_iri:
        text = value.value if len(value.value) <= _SHORT else f"{value.value[:_SHORT]}…"
        return f"{text} @{value.language}" if value.language else text
    labels = side.labels(value.value)
    label = labels.get("nb") or labels.get(best(labels, "en"), "")
    short = compact(value.value).removeprefix(Minter(side.release.base).base)
    return f"{label} ({short})" if label else short


def written(summary: Summary, language: str) -> Iterator[str]:
    """The lines of a summary, in a language."""
    say = _WORDS.within(language)
    total = summary.statements
    yield f"{summary.old.id[:12]} → {summary.new.id[:12]}: {say['statements']} +{total.added:,} −{total.removed:,}"
    for name, tally in summary.parts_in(language):
        yield f"  {name}: +{tally.added:,} −{tally.removed:,}"
    if summary.classes:
        yield say["resources"]
    for name, tally in summary.classes_in(language):
        counts = [f"{say[how]} {number:,}" for how in ("added", "changed", "removed")
                  if (number := getattr(tally, how))]
        yield f"  {name}: {', '.join(counts)}"
    for row in summary.resources:
        yield f"{say[row.how]}: {_in(row.label, language) or compact(row.iri)} <{row.iri}>"
        if row.how == "changed":
            for each in row.properties:
                name = _in(each.label, language) or compact(each.iri)
                went, came = each.written(language)
                yield f"  {name}"
                yield from (f"    − {value}" for value in went)
                yield from (f"    + {value}" for value in came)
    if summary.more:
        yield f"… {say['more']} {summary.more:,}"


def _in(labels: Mapping[str, str], language: str) -> str:
    return labels.get(best(labels, language), "")
