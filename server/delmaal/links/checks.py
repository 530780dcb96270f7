"""Checks the links of a publication against snapshots: does the thing exist, is it still in use, is it of the right
kind, is it still called what it was."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from delmaal.errors import Mark
from delmaal.links.places import Link
from delmaal.links.snapshots import Snapshots
from delmaal.links.vocabularies import VOCABULARIES, vocabulary_of
from delmaal.records import Severity
from delmaal.search.words import name as folded

_GENERIC = frozenset(("kommune", "fylke", "fylkeskommune", "municipality", "county", "land", "country", "the", "of"))
"""Words of a place's name that say what kind of place it is."""


@dataclass(frozen=True, slots=True, order=True)
class LinkFinding:
    """What is wrong with a link, at its place: the code, how bad it is, and what to do."""

    mark: Mark
    code: str
    severity: Severity
    sentence: str
    iri: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found, how many links it looked up, and how many lead to where there is no snapshot of, by name."""

    findings: tuple[LinkFinding, ...]
    looked_up: int
    unchecked: dict[str, int]


def check(links: Iterable[Link], now: Snapshots, before: Snapshots | None = None) -> Checked:
    """Check links; `before` holds older snapshots, against which labels are compared."""
    findings: list[LinkFinding] = []
    unchecked: Counter[str] = Counter()
    looked_up = 0
    for link in links:
        vocabulary = vocabulary_of(link.iri)
        if vocabulary is None or vocabulary.name not in now.vocabularies:
            unchecked[vocabulary.label if vocabulary else "other sites"] += 1
            continue
        looked_up += 1
        findings += _check(link, now, before)
    order = [each.label for each in VOCABULARIES] + ["other sites"]
    return Checked(tuple(sorted(findings)), looked_up, {each: unchecked[each] for each in order if unchecked[each]})


def bare(text: str) -> str:
    """A place's name without what kind of place it is, folded: `Trondheim kommune` is `trondheim`."""
    words = folded(re.sub(r"\([^)]*\)", "", text)).split()
    return " ".join(word for word in words if word not in _GENERIC) or " ".join(words)


def _check(link: Link, now: Snapshots, before: Snapshots | None) -> Iterator[LinkFinding]:
    def finding(code: str, severity: Severity, sentence: str) -> LinkFinding:
        return LinkFinding(link.mark, code, severity, f"{link.record} links to {link.iri}, {sentence}", link.iri)

    entry = now.entries.get(link.iri)
    vocabulary = vocabulary_of(link.iri)
    assert vocabulary is not None, "it was looked up"
    if entry is None:
        if vocabulary.whole:
            near = difflib.get_close_matches(link.iri, now.vocabularies[vocabulary.name], 1, 0.8)
            hint = f"did you mean {near[0]} ({now.entries[near[0]].label()})?" if near else "correct or delete it"
            yield finding("link-unknown", "Violation", f"which is not in the snapshot of {vocabulary.label}; {hint}")
        else:
            sentence = f"which is not among the things of {vocabulary.label} in the snapshots"
            yield finding("link-unseen", "Info", sentence)
        return
    if entry.replaced_by:
        yield finding("link-replaced", "Warning", f"which is replaced; write {link.field.value(entry.replaced_by)}")
    elif entry.deprecated:
        yield finding("link-deprecated", "Warning", f"which is no longer in use ({entry.label()}); choose another")
    right = link.field.right(link.record)
    if right and not re.match(right, link.iri):
        what = link.record.type or link.record.kind
        yield finding("link-kind-wrong", "Violation", f"which is no match for a thing of its kind ({what}); correct it")
    elif (link.field.same or link.record.kind == "place") and not _alike(link, entry.labels.values()):
        sentence = f"which is called {entry.label()!r}, not {link.record.label.nb!r}; check that they are the same"
        yield finding("link-label-differs", "Warning", sentence)
    old = before.entries.get(link.iri) if before else None
    for language, text in (old.labels if old else {}).items():
        if language in entry.labels and folded(entry.labels[language]) != folded(text):
            sentence = f"which was called {text!r} and is now {entry.labels[language]!r}; check that it still fits"
            yield finding("link-relabelled", "Warning", sentence)
            break


def _alike(link: Link, labels: Iterable[str]) -> bool:
    own = {bare(text) for _, text in link.record.label.items()}
    return any(bare(part) in own for text in labels for part in (text, *re.split(r"\s+[-–/]\s+", text)))
