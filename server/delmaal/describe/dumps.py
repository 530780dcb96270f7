"""The dumps of the data parts, in memory: name, bytes, format."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import Quad, Triple

from delmaal import formats
from delmaal.describe.columns import observations_csv
from delmaal.formats import Format
from delmaal.statements import PARTS, Built
from delmaal.terms import Minter, term

GROUPS: dict[str, tuple[str, ...]] = {
    "themes": ("themes", "links", "sdg"),
    "documents": ("documents",),
    "statistics": ("statistics", "concepts"),
    "vocabulary": ("ontology", "shapes"),
}
"""What a dataset of the catalogue holds, and a dump with it: the parts that are of use together.

A file with a cube has the components of its structure from the ontology too, so that it can be read on its own."""

DUMP_FORMATS: tuple[Format, ...] = (formats.TURTLE, formats.JSON_LD, formats.RDF_XML, formats.N_TRIPLES)


CSV_LANGUAGES = {"": "nb", ".en": "en"}
"""The language of the labels in the CSV file of the observations, by what its name has before `.csv`."""


@dataclass(frozen=True)
class Dump:
    """A file under `/data/`, and the statements of the group that it holds (none for the files of the whole)."""

    name: str
    group: str
    format: Format
    content: bytes
    triples: Sequence[Triple] = field(default=(), repr=False, compare=False)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def data_dumps(built: Built, iri: Minter) -> Iterator[Dump]:
    """The dumps of the data parts: one file for each group and format, `all.nt` and `graphs.nq`.

    `all.nt` is exactly the data in the store's default graph; `graphs.nq` exactly its named graphs of data.
    """
    for group, parts in GROUPS.items():
        triples = built.triples(*(part for part in parts if part in built.parts))
        triples += _components(triples, built.parts.get("ontology", ()))
        for row in DUMP_FORMATS:
            content = sorted_lines(triples) if row is formats.N_TRIPLES else formats.write(triples, row)
            yield Dump(f"{group}.{row.suffix}", group, row, content, triples)
    everything = list(built.triples(*(part for part in built.parts if not PARTS[part].metadata)))
    for suffix, language in CSV_LANGUAGES.items():
        content = observations_csv(everything, iri.base, language)
        yield Dump(f"statistics{suffix}.csv", "statistics", formats.CSV, content)
    data = [part for part in built.parts if not PARTS[part].metadata]
    yield Dump("all.nt", "all", formats.N_TRIPLES, sorted_lines(built.triples(*data)))
    graphs = [
        Quad(triple.subject, triple.predicate, triple.object, iri.graph(part))
        for part in data if PARTS[part].named for triple in built.parts[part]
    ]
    yield Dump("graphs.nq", "all", formats.N_QUADS, sorted_lines(graphs))


def _components(cube: Sequence[Triple], ontology: Sequence[Triple]) -> list[Triple]:
    """What a cube needs of the ontology to be a cube on its own: its components, their code lists and the codes.

    Without the range of a dimension a file breaks the Data Cube's IC-4, and without its list a code is but an IRI.
    """
    wanted = {triple.object for triple in cube if triple.predicate == term("qb:componentProperty")}
    if not wanted:
        return []
    public = {triple.object for triple in cube if triple.predicate == term("rdfs:subPropertyOf")}
    lists = {triple.object for triple in ontology
             if triple.predicate == term("qb:codeList") and triple.subject in wanted | public}
    codes = {triple.subject for triple in ontology
             if triple.predicate == term("skos:inScheme") and triple.object in lists}
    said = set(cube)
    subjects = wanted | public | lists | codes
    return [triple for triple in ontology if triple.subject in subjects and triple not in said]


def sorted_lines(items: list) -> bytes:  # type: ignore[type-arg]  # of Triple or of Quad
    """N-Triples or N-Quads, one statement a line, sorted: without blank nodes this is the canonical form."""
    return "".join(sorted(f"{item} .\n" for item in items)).encode()
