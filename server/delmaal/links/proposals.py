"""Proposes links: things of the snapshots whose code or label fits a record, with how sure that is and on what ground.

Nothing is linked by it: a proposal is printed, and an editor who knows better writes it, or not. The confidence is that
of the ground, by a fixed table, so that the same sources and snapshots give the same proposals.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from delmaal.errors import Mark
from delmaal.links.checks import bare
from delmaal.links.places import FIELDS, Field, Link, Record
from delmaal.links.snapshots import Entry, Snapshots
from delmaal.links.vocabularies import VOCABULARIES, Vocabulary
from delmaal.search.words import name as folded

LEAST, MOST = 0.6, 5
"""The confidence from which a proposal is shown, and how many are for one field."""

GROUNDS: Mapping[str, tuple[float, str]] = {
    "code": (1.0, "the code is the same"),
    "both-labels": (0.95, "the labels are the same in both languages"),
    "label": (0.9, "a label is the same"),
    "bare-label": (0.85, "the names are the same but for what kind of place it is"),
    "other-label": (0.8, "another label of it is the same"),
    "in-title": (0.7, "its label stands in the title"),
    "in-summary-often": (0.65, "its label stands in the summary, more than once or in both languages"),
    "shared-words": (0.6, "most of the words are shared"),
    "in-summary": (0.5, "its label stands in the summary"),
    "other-in-title": (0.5, "another label of it stands in the title"),
    "other-in-summary": (0.4, "another label of it stands in the summary"),
}
"""How sure each ground is, and how it is said."""

_SHORTEST = 4
"""Letters of a label that is looked for within a text."""

_STOP = frozenset(("and", "the", "for", "with", "from", "that", "who", "are", "their", "per", "share", "number", "rate",
                   "proportion", "percentage", "population", "total"))
_PLACES = ("area",)
"""Records that are the same only as a thing of the same kind and name: no text speaks for them."""

_BY_WORDS = ("indicator",)
"""Records whose counterparts have long labels of their own wording."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A link that may fit: the record and field, the thing, how sure and why, and where the field stands or would."""

    record: Record
    field: Field
    entry: Entry
    confidence: float
    ground: str
    mark: Mark

    @property
    def value(self) -> str:
        """What would be written."""
        return self.field.value(self.entry.iri)


def propose(records: Iterable[Record], links: Iterable[Link], snapshots: Snapshots, least: float = LEAST
            ) -> list[Proposal]:
    """The proposals for every field that takes links to a vocabulary of which there is a snapshot, the surest first
    within each; never what is linked already, deprecated or replaced."""
    linked: dict[tuple[str, str], set[str]] = defaultdict(set)
    for link in links:
        linked[link.record.kind, link.record.slug].add(link.iri)
    indexes = {each.name: _Index(snapshots.of(each)) for each in VOCABULARIES if each.name in snapshots.vocabularies}
    found: list[Proposal] = []
    for record in records:
        for field in (field for field in FIELDS if field.kind == record.kind and field.proposes):
            proposed: dict[str, Proposal] = {}
            for vocabulary in (each for each in VOCABULARIES if each.name in field.proposes and each.name in indexes):
                for entry, ground in _fitting(record, indexes[vocabulary.name], vocabulary):
                    confidence = GROUNDS[ground][0]
                    known = proposed.get(entry.iri)
                    if (confidence >= least and entry.iri not in linked[record.kind, record.slug]
                            and _is_right(record, field, entry) and (known is None or known.confidence < confidence)):
                        proposed[entry.iri] = Proposal(record, field, entry, confidence, ground,
                                                       record.marks.at(field.name))
            ranked = sorted(proposed.values(), key=lambda each: (-each.confidence, each.entry.iri))
            found += ranked[:MOST]
    return found


class _Index:
    """The things of a vocabulary by what they are called."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = [entry for entry in entries if not entry.deprecated and not entry.replaced_by]
        self.labels: dict[str, list[Entry]] = defaultdict(list)
        self.bare: dict[str, list[Entry]] = defaultdict(list)
        self.others: dict[str, list[Entry]] = defaultdict(list)
        self.codes: dict[str, list[Entry]] = defaultdict(list)
        self.words: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            for text in dict.fromkeys(folded(text) for text in entry.labels.values()):
                self.labels[text].append(entry)
            parts = [part for text in entry.labels.values() for part in (text, *text.split(" - "))]
            for text in dict.fromkeys(map(bare, parts)):
                self.bare[text].append(entry)
            for text in dict.fromkeys(folded(text) for texts in entry.others.values() for text in texts):
                self.others[text].append(entry)
            for code in entry.codes:
                self.codes[folded(code)].append(entry)
            for word in _content(entry.labels.get("en", "")):
                self.words[word].append(entry)


def _fitting(record: Record, index: _Index, vocabulary: Vocabulary) -> Iterator[tuple[Entry, str]]:
    """The things that may be what a record is about, each with a ground."""
    names = [folded(text) for _, text in record.label.items() if text]
    for entry in index.codes.get(folded(record.slug), ()):
        yield entry, "code"
    if record.kind in _PLACES:
        for text in dict.fromkeys(bare(text) for _, text in record.label.items()):
            for entry in index.bare.get(text, ()):
                yield entry, "bare-label"
        return
    for text in dict.fromkeys(names):
        for entry in index.labels.get(text, ()):
            same = {folded(label) for label in entry.labels.values()}
            yield entry, "both-labels" if len(set(names)) > 1 and set(names) <= same else "label"
        for entry in index.others.get(text, ()):
            yield entry, "other-label"
    if record.kind in _BY_WORDS:
        yield from _sharing(record, index)
    elif vocabulary.whole:
        yield from _mentioned(record, index)


def _mentioned(record: Record, index: _Index) -> Iterator[tuple[Entry, str]]:
    """The things whose labels stand in the record's title or summary, as whole words."""
    title = {language: f" {folded(text)} " for language, text in record.label.items()}
    about = {language: f" {folded(text)} " for language, text in (record.about.items() if record.about else ())}
    for entry in index.entries:
        labels = {language: folded(entry.labels.get(language, "")) for language in ("nb", "en")}
        in_title = in_about = 0
        for language, label in labels.items():
            if len(label) >= _SHORTEST:
                in_title += title[language].count(f" {label} ")
                in_about += about.get(language, "").count(f" {label} ")
        if in_title:
            yield entry, "in-title"
        elif in_about:
            yield entry, "in-summary-often" if in_about > 1 else "in-summary"
        for text in {folded(text) for text in entry.others.get("nb", ())}:
            if len(text) >= _SHORTEST and f" {text} " in title["nb"]:
                yield entry, "other-in-title"
            elif len(text) >= _SHORTEST and f" {text} " in about.get("nb", ""):
                yield entry, "other-in-summary"


def _sharing(record: Record, index: _Index) -> Iterator[tuple[Entry, str]]:
    """The things whose English labels have most of the words of the record's."""
    own = _content(record.label.en)
    if len(own) < 2:
        return
    shared: dict[str, int] = defaultdict(int)
    for word in own:
        for entry in index.words.get(word, ()):
            shared[entry.iri] += 1
    known = {entry.iri: entry for word in own for entry in index.words.get(word, ())}
    for iri, number in shared.items():
        if number >= max(2, 0.6 * len(own)):
            yield known[iri], "shared-words"


def _content(text: str) -> frozenset[str]:
    """The words of a text that say what it is about."""
    return frozenset(word for word in folded(text).split() if len(word) >= _SHORTEST and word not in _STOP)


def _is_right(record: Record, field: Field, entry: Entry) -> bool:
    """Whether a thing is of the kind that the field takes."""
    right = field.right(record)
    return (not field.same or bool(record.type)) and (not right or re.match(right, entry.iri) is not None)
