"""Reads snapshots: files that somebody has fetched, from which links are proposed and checked. Nothing is fetched here.

    .ttl .nt .nq .trig .rdf .xml .jsonld    RDF: labels, codes, what is deprecated and what replaces it
    .json                                   JSON-LD, SPARQL results, or a list of objects (`tables.py`)
    .csv .tsv                               a table with a heading (`tables.py`)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from delmaal.errors import Mark, SourceError, SourceErrors, short
from delmaal.formats import RDF_FORMATS
from delmaal.links.tables import read_json, read_table
from delmaal.links.vocabularies import Vocabulary, vocabulary_of
from delmaal.terms import PREFIXES, term

LARGEST = 500_000_000
"""Bytes of a snapshot."""

_AT_LINE = re.compile(r"line (\d+)(?: column (\d+)| between columns (\d+))?")
_PREFERRED = tuple(term(name).value for name in ("skos:prefLabel", "dct:title", "foaf:name", "rdfs:label",
                                                 "schema:name"))
_OTHER = frozenset(term(name).value for name in ("skos:altLabel", "skos:hiddenLabel"))
_CODES = frozenset(term(name).value for name in ("dct:identifier", "dc:identifier", "skos:notation"))
_DEPRECATED = frozenset((term("owl:deprecated").value, "http://publications.europa.eu/ontology/authority/deprecated"))
_REPLACED = frozenset((term("dct:isReplacedBy").value, "http://purl.org/vocab/vann/replacedBy",
                       "http://publications.europa.eu/ontology/authority/replaced.by"))
_ENDED = frozenset(("http://publications.europa.eu/ontology/authority/end.use",
                    "http://publications.europa.eu/ontology/euvoc#endDate"))
_STATUS = frozenset((term("adms:status").value, "http://publications.europa.eu/ontology/euvoc#status"))


@dataclass(slots=True)
class Entry:
    """What a snapshot says of a thing: labels and other labels by language, codes, classes and schemes."""

    iri: str
    labels: dict[str, str] = field(default_factory=dict)
    others: dict[str, list[str]] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    deprecated: bool = False
    replaced_by: str = ""
    file: str = ""

    def label(self, *languages: str) -> str:
        """Its label in the first of some languages that it has one in, else in any."""
        wanted = (*languages, "nb", "no", "nn", "en", "")
        found = next((self.labels[each] for each in wanted if each in self.labels), "")
        return found or next(iter(self.labels.values()), "")


class Snapshots:
    """The things of all snapshots by their IRIs, and which vocabularies there are snapshots of."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.vocabularies: dict[str, set[str]] = {}
        """Of each vocabulary, the IRIs of its things."""

    def add(self, entry: Entry) -> None:
        """Keep a thing that belongs to a vocabulary; what another file says of it is added to it."""
        vocabulary = vocabulary_of(entry.iri)
        if vocabulary is None or not (entry.labels or entry.codes):
            return
        known = self.entries.get(entry.iri)
        if known is None:
            self.entries[entry.iri] = entry
            self.vocabularies.setdefault(vocabulary.name, set()).add(entry.iri)
            return
        known.labels = {**entry.labels, **known.labels}
        for language, texts in entry.others.items():
            known.others.setdefault(language, []).extend(texts)
        known.codes |= entry.codes
        known.types |= entry.types
        known.deprecated |= entry.deprecated
        known.replaced_by = known.replaced_by or entry.replaced_by

    def of(self, vocabulary: Vocabulary) -> Iterable[Entry]:
        """The things of a vocabulary, in the order of their IRIs."""
        return (self.entries[iri] for iri in sorted(self.vocabularies.get(vocabulary.name, ())))


def snapshot_files(paths: Iterable[Path]) -> list[Path]:
    """The files that paths name: themselves, or all within a folder that can be read."""
    found: list[Path] = []
    for path in paths:
        found += sorted(file for file in path.rglob("*") if file.suffix.lower() in READERS) if path.is_dir() else [path]
    return list(dict.fromkeys(found))


def read_snapshot(file: Path, snapshots: Snapshots) -> None:
    """Add what a file says.

    Raises SourceErrors, with the place where it can be told, for a file that cannot be read.
    """
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        known = " ".join(READERS)
        what = file.suffix or "a file without a suffix"
        raise _unreadable(file, "snapshot-unknown", f"nothing reads {what}; give {known}")
    try:
        if file.stat().st_size > LARGEST:
            raise _unreadable(file, "snapshot-too-large", f"a snapshot may have {LARGEST:,} bytes")
        rows = reader(file)
        for entry in rows:
            entry.file = file.name
            snapshots.add(entry)
    except OSError as error:
        sentence = f"the file cannot be read ({error.strerror or error})"
        raise _unreadable(file, "snapshot-unreadable", sentence) from error
    except (SyntaxError, ValueError) as error:
        line, column = _place(error)
        raise _unreadable(file, "snapshot-malformed", short(str(error), 300), line, column) from error


def _unreadable(file: Path, code: str, sentence: str, line: int = 1, column: int = 1) -> SourceErrors:
    return SourceErrors([SourceError(code, Mark(file.as_posix(), line, column), sentence)])


def _place(error: Exception) -> tuple[int, int]:
    if isinstance(error, SyntaxError) and error.lineno:
        return error.lineno, error.offset or 1
    found = _AT_LINE.search(str(error))
    return (int(found[1]), int(found[2] or found[3] or 1)) if found else (1, 1)


def _read_rdf(file: Path) -> Iterable[Entry]:
    """The things of a file of RDF; XML that is none is an error, as any other is."""
    kind = next((row.rdf for row in RDF_FORMATS if f".{row.suffix}" == file.suffix.lower()), ox.RdfFormat.RDF_XML)
    return _entries(ox.parse(path=str(file), format=kind, base_iri="https://unknown.invalid/"))


def _entries(quads: Iterable[ox.Quad]) -> Iterable[Entry]:
    entries: dict[str, Entry] = {}
    ranks: dict[tuple[str, str], int] = {}
    for quad in quads:
        if not isinstance(quad.subject, ox.NamedNode) or vocabulary_of(quad.subject.value) is None:
            continue
        entry = entries.setdefault(quad.subject.value, Entry(quad.subject.value))
        _note(entry, quad.predicate.value, quad.object, ranks)
    return entries.values()


def _note(entry: Entry, name: str, value: ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple,
          ranks: dict[tuple[str, str], int]) -> None:
    """Take what one statement says of a thing."""
    if isinstance(value, ox.NamedNode):
        if name == PREFIXES["rdf"] + "type" or name == PREFIXES["skos"] + "inScheme":
            entry.types.add(value.value)
        elif name in _REPLACED:
            entry.replaced_by = value.value
        elif name in _STATUS and value.value.rpartition("/")[2].upper() in ("DEPRECATED", "WITHDRAWN", "RETIRED"):
            entry.deprecated = True
    elif isinstance(value, ox.Literal):
        language = value.language or ""
        if name in _PREFERRED:
            rank = _PREFERRED.index(name)
            if rank < ranks.get((entry.iri, language), len(_PREFERRED)):
                ranks[entry.iri, language] = rank
                entry.labels[language] = value.value
        elif name in _OTHER:
            entry.others.setdefault(language, []).append(value.value)
        elif name in _CODES:
            entry.codes.add(value.value)
        elif name in _DEPRECATED:
            entry.deprecated |= value.value in ("true", "1")
        elif name in _ENDED:
            entry.deprecated = True


def _read_json(file: Path) -> Iterable[Entry]:
    """JSON-LD where it has a context or a graph, else a table."""
    rows = read_json(file)
    return _read_rdf_as(file, ox.RdfFormat.JSON_LD) if rows is None else map(_entry, rows)


def _read_rdf_as(file: Path, kind: ox.RdfFormat) -> Iterable[Entry]:
    return _entries(ox.parse(path=str(file), format=kind, base_iri="https://unknown.invalid/"))


def _read_table(file: Path) -> Iterable[Entry]:
    return map(_entry, read_table(file))


def _entry(row: Mapping[str, str]) -> Entry:
    """A row of a table: `iri`, `label` and `label@nb`, `code`, `type`, `deprecated`, `replaced-by`."""
    labels = {key.partition("@")[2]: value for key, value in row.items() if key.partition("@")[0] == "label" and value}
    return Entry(row["iri"], labels, {}, {row["code"]} if row.get("code") else set(),
                 {row["type"]} if row.get("type") else set(), row.get("deprecated", "").lower() in ("true", "1", "yes"),
                 row.get("replaced-by", ""))


READERS = {
    **{f".{row.suffix}": _read_rdf for row in RDF_FORMATS},
    ".xml": _read_rdf,
    ".json": _read_json,
    ".csv": _read_table,
    ".tsv": _read_table,
}
"""What reads a file, by its suffix."""
