"""Reads from a release's dumps what can be found, one resource at a time.

A dump is sorted, so the lines about a resource stand together. Things are few, whatever the size of the data, and are
read whole; what there may be as many of as observations is only counted then (`details`), and read a second time, since
it is found by the names of the things that it refers to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from delmaal.ntriples import Term, read_term
from delmaal.search.kinds import ABOUT, CODES, KIND_OF, LABELS, ORDER, Kind
from delmaal.search.words import words
from delmaal.terms import PREFIXES, term

DATA, METADATA = "data/all.nt", "metadata/metadata.nt"

_TYPE = term("rdf:type").value
_RDF_TYPE = str(term("rdf:type")).encode()
_POSITION = term("schema:position").value
_STRING = PREFIXES["xsd"] + "string"
_LANG_STRING = PREFIXES["rdf"] + "langString"
_DETAIL = tuple(
    b"%s %s .\n" % (_RDF_TYPE, str(term(name)).encode()) for name in ("qb:Observation", "delmaal:Statistic"))
_MENTION_OF = term("delmaal:mentionOf").value
_PRINTED = frozenset(term(name).value for name in ("delmaal:asPrinted", "delmaal:caseNumber"))
_VALUES = frozenset(term(name).value for name in (
    "sdmx-measure:obsValue", "delmaal:amount", "delmaal:lowerValue", "delmaal:upperValue", "delmaal:lowerAmount",
    "delmaal:upperAmount"))
_WHOLE = ("/total", "#sex-T")
"""How the codes end that say that a figure is of all: nobody looks for a figure by them."""


@dataclass(slots=True)
class Resource:
    """What is said about a resource, as far as it is searched: titles and summaries by language."""

    iri: str
    kind: Kind | None = None
    titles: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    position: int = 0

    @property
    def order(self) -> tuple[int, int, list[tuple[int, int, str]], str, str]:
        """Where it stands among all: by kind, by its position, by its code as people count, by its title.

        By the title as it stands, not by an alphabet: the index of a release that is kept has to come out the same.
        """
        code = [(len(part), int(part), "") if part.isdigit() else (99, 0, part)
                for part in (self.codes[0].split(".") if self.codes else ())]
        return (ORDER[self.kind.name] if self.kind else len(ORDER), self.position, code,
                self.titles.get("nb", ""), self.iri)


@dataclass(slots=True)
class Things:
    """The things of a release, what each resource is called (as words), and where in the dump the details stand."""

    found: list[Resource] = field(default_factory=list)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    details: list[Resource] = field(default_factory=list)
    runs: list[tuple[int, int]] = field(default_factory=list)


def read_things(folder: Path) -> Things:
    """Everything that can be found but figures, whose places in the dump it notes."""
    things = Things()
    printed: dict[str, list[str]] = {}
    for start, lines in _blocks(folder / DATA):
        if any(line.endswith(_DETAIL) for line in lines):
            end = start + sum(map(len, lines))
            if things.runs and things.runs[-1][1] == start:
                things.runs[-1] = things.runs[-1][0], end
            else:
                things.runs.append((start, end))
            continue
        resource = _resource(lines)
        things.names[resource.iri] = tuple(dict.fromkeys(
            word for text in (*resource.titles.values(), *resource.codes) for word in words(text)))
        if resource.kind is None or not (resource.titles or resource.codes):
            continue
        (things.details if resource.kind.detail else things.found).append(resource)
        if _MENTION_OF in resource.links:
            printed.setdefault(resource.links[_MENTION_OF], []).extend(resource.texts)
    known = {resource.iri for resource in things.found}
    for resource in things.found:
        resource.texts += printed.pop(resource.iri, ())
    for _, lines in _blocks(folder / METADATA):
        resource = _resource(lines)
        if resource.kind and resource.kind.metadata and resource.titles and resource.iri not in known:
            things.found.append(resource)
    things.found.sort(key=lambda resource: resource.order)
    things.names.update({iri: (*things.names.get(iri, ()), *(word for text in texts for word in words(text)))
                         for iri, texts in printed.items()})
    return things


def read_figures(folder: Path, things: Things) -> Iterator[tuple[str, set[str]]]:
    """The IRI of each figure and the words that it is found by: its value, what it says, and what it refers to."""
    names = {f"<{iri}>".encode(): found for iri, found in things.names.items() if not iri.endswith(_WHOLE)}
    literals: dict[bytes, tuple[str, ...]] = {}
    for start, end in things.runs:
        for _, lines in _blocks(folder / DATA, start, end):
            token = lines[0][: lines[0].index(b" ")]
            found = set(names.get(token, ()))
            for line in lines:
                _, predicate, obj = line.split(b" ", 2)
                if obj[:1] == b"<":
                    if predicate != _RDF_TYPE:
                        found.update(names.get(obj[:-3], ()))
                    continue
                known = literals.get(obj)
                if known is None:
                    value = read_term(obj[:-3])
                    text = value.datatype in (_STRING, _LANG_STRING) or predicate[1:-1].decode() in _VALUES
                    known = tuple(words(value.value)) if text else ()
                    if len(literals) < 50_000:  # values repeat; a bound keeps the memory of a build
                        literals[obj] = known
                found.update(known)
            yield token[1:-1].decode(), found


def _resource(lines: Iterable[bytes]) -> Resource:
    resource = Resource("")
    titles: Ranked = {}
    about: Ranked = {}
    for line in lines:
        subject, predicate, obj = line[:-3].split(b" ", 2)
        resource.iri = resource.iri or read_term(subject).value
        name = predicate[1:-1].decode()
        if obj[:1] == b"<":
            _link(resource, name, obj[1:-1].decode())
        elif name == _POSITION:
            position = read_term(obj).value  # a finding's is a place in a file
            resource.position = int(position) if position.isdecimal() else 0
        elif name in LABELS:
            value = read_term(obj)
            _rank(titles, value, LABELS.index(name))
            resource.others.append(value.value)
        elif name in CODES:
            resource.codes.append(read_term(obj).value)
        else:
            value = read_term(obj)
            if value.datatype in (_STRING, _LANG_STRING):
                resource.texts.append(value.value)
                if name in ABOUT:
                    _rank(about, value, ABOUT.index(name))
    resource.titles, resource.about = _best(titles), _best(about)
    resource.others = list(dict.fromkeys(resource.others))
    resource.codes = list(dict.fromkeys(resource.codes))
    return resource


def _link(resource: Resource, name: str, target: str) -> None:
    if name == _TYPE:
        kind = KIND_OF.get(target)
        if kind and (resource.kind is None or ORDER[kind.name] < ORDER[resource.kind.name]):
            resource.kind = kind
    elif name == _MENTION_OF:
        resource.links[name] = target


Ranked = dict[str, tuple[int, str]]
"""By language, the best text so far and its rank."""


def _rank(texts: Ranked, value: Term, rank: int) -> None:
    if value.language not in texts or rank < texts[value.language][0]:
        texts[value.language] = rank, value.value


def _best(texts: Ranked) -> dict[str, str]:
    return {language: text for language, (_, text) in sorted(texts.items())}


def _blocks(file: Path, start: int = 0, end: int | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """The lines about each resource, and where they begin in the file."""
    with file.open("rb") as dump:
        dump.seek(start)
        lines: list[bytes] = []
        head, since, at = b"\n", start, start
        for line in dump:
            if end is not None and at >= end:
                break
            if not line.startswith(head):
                if lines:
                    yield since, lines
                lines, since, head = [], at, line[: line.index(b" ") + 1]
            lines.append(line)
            at += len(line)
        if lines:
            yield since, lines
