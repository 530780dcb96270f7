"""The formats that RDF and query results are written in; one row each, read by dumps, Accept, VoID and the docs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, RdfFormat, Triple, serialize

from delmaal.terms import PREFIXES


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """A serialisation: its media type with aliases that clients also send, its suffix and its writer's name for it.

    Each is one object and equal to itself alone, so that tables of them cost nothing as keys.
    """

    name: str
    label: str
    media_type: str
    suffix: str
    rdf: RdfFormat | None = None
    results: QueryResultsFormat | None = None
    aliases: tuple[str, ...] = ()
    quads: bool = False
    file_type: str = ""  # in the EU authority table
    iana: str = ""       # path in IANA's registry

    @property
    def content_type(self) -> str:
        """The media type as it is sent: text formats say that they are UTF-8."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


RDF_FORMATS: tuple[Format, ...] = (
    Format("turtle", "Turtle", "text/turtle", "ttl", RdfFormat.TURTLE,
           aliases=("application/x-turtle", "application/turtle", "text/rdf+turtle", "text/n3", "text/rdf+n3",
                    "application/n3"),
           file_type="RDF_TURTLE", iana="text/turtle"),
    Format("json-ld", "JSON-LD", "application/ld+json", "jsonld", RdfFormat.JSON_LD,
           aliases=("application/json", "application/x-json+ld"), file_type="JSON_LD", iana="application/ld+json"),
    Format("rdf-xml", "RDF/XML", "application/rdf+xml", "rdf", RdfFormat.RDF_XML,
           aliases=("application/xml", "text/xml"), file_type="RDF_XML", iana="application/rdf+xml"),
    Format("n-triples", "N-Triples", "application/n-triples", "nt", RdfFormat.N_TRIPLES,
           aliases=("text/plain", "application/x-ntriples"), file_type="RDF_N_TRIPLES", iana="application/n-triples"),
    Format("n-quads", "N-Quads", "application/n-quads", "nq", RdfFormat.N_QUADS,
           aliases=("text/x-nquads",), quads=True, file_type="RDF_N_QUADS", iana="application/n-quads"),
    Format("trig", "TriG", "application/trig", "trig", RdfFormat.TRIG,
           aliases=("application/x-trig",), quads=True, file_type="RDF_TRIG", iana="application/trig"),
)

RESULT_FORMATS: tuple[Format, ...] = (
    Format("sparql-json", "SPARQL JSON", "application/sparql-results+json", "srj",
           results=QueryResultsFormat.JSON, aliases=("application/json",)),
    Format("sparql-xml", "SPARQL XML", "application/sparql-results+xml", "srx",
           results=QueryResultsFormat.XML, aliases=("application/xml", "text/xml")),
    Format("csv", "CSV", "text/csv", "csv", results=QueryResultsFormat.CSV),
    Format("tsv", "TSV", "text/tab-separated-values", "tsv", results=QueryResultsFormat.TSV),
)

TRIPLE_FORMATS: tuple[Format, ...] = tuple(row for row in RDF_FORMATS if not row.quads)
BY_NAME: Mapping[str, Format] = {row.name: row for row in (*RDF_FORMATS, *RESULT_FORMATS)}
TURTLE, JSON_LD, RDF_XML, N_TRIPLES, N_QUADS = RDF_FORMATS[:5]
CSV = BY_NAME["csv"]


ASKED_WITH = ("format", "output", "_format")
"""The parameters of an address that name a form; the first that is given counts."""


def format_named(name: str, rows: Iterable[Format]) -> Format | None:
    """The row that an address names: by its name, suffix or media type, or an alias of that, whole or without what
    stands before its `/`: `turtle`, `ttl`, `text/turtle`, `json`. None where no row has the name.

    A `+` in an address is a space to whoever decodes it, so a space stands for one.
    """
    wanted = name.partition(";")[0].strip().lower().replace(" ", "+")
    rows = tuple(rows)
    own = (row for row in rows if wanted in (row.name, row.suffix, row.media_type))
    others = (row for row in rows for each in (row.media_type, *row.aliases)
              if wanted in (each, each.partition("/")[2]))
    return next(own, None) or next(others, None)


def names_of(rows: Iterable[Format]) -> str:
    """The names by which an address may ask for each of some formats."""
    return ", ".join(dict.fromkeys(name for row in rows for name in (row.suffix, row.media_type)))


def write(triples: Iterable[Triple | Quad], row: Format, first: Sequence[NamedNode] = ()) -> bytes:
    """Triples in a format of RDF_FORMATS, sorted, with only the prefixes that they use.

    Sorted input is what lets the Turtle writer group the statements of a subject; the subjects in `first` come first.
    """
    assert row.rdf is not None, f"{row.name} is no RDF format"
    rank = {str(node): number for number, node in enumerate(first, -len(first))}
    ordered = sorted(triples, key=lambda item: (rank.get(str(item.subject), 0), *_by_type_first(item)))
    out = io.BytesIO()
    if row.quads:
        quads = (item if isinstance(item, Quad) else Quad(*item) for item in ordered)
        serialize(quads, out, format=row.rdf, prefixes=used_prefixes(ordered))
    else:
        plain = (Triple(item.subject, item.predicate, item.object) for item in ordered)
        serialize(plain, out, format=row.rdf, prefixes=used_prefixes(ordered))
    return out.getvalue()


_RDF_TYPE = PREFIXES["rdf"] + "type"
_ABBREVIATED = {_RDF_TYPE, *(PREFIXES["xsd"] + name for name in ("string", "boolean", "integer", "decimal", "double"))}


def _by_type_first(item: Triple | Quad) -> tuple[str, str, str, str]:
    predicate = item.predicate.value
    graph = str(item.graph_name) if isinstance(item, Quad) else ""
    return graph, str(item.subject), "" if predicate == _RDF_TYPE else predicate, str(item.object)


def used_prefixes(items: Iterable[Triple | Quad]) -> dict[str, str]:
    """The rows of PREFIXES whose namespace some term of the items begins with, as far as Turtle writes it out."""
    written: set[str] = set()
    for item in items:
        for node in (item.subject, item.predicate, item.object):
            if isinstance(node, Literal):
                written.add("" if node.language else node.datatype.value)
            elif isinstance(node, NamedNode):
                written.add(node.value)
    written -= _ABBREVIATED
    seen = {iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in written}
    return {prefix: namespace for prefix, namespace in PREFIXES.items() if namespace in seen}


OBSERVATION_COLUMNS = (
    "period_start", "period_end", "amount", "unit", "unit_label", "qualifier", "certainty", "printed_number",
    "unit_multiplier", "as_printed", "source", "source_label", "lines", "stated_source", "themes", "theme_labels",
)
"""The columns behind the dimensions in a CSV file of observations. What to sum and compare is `amount`, in the unit
that stands beside it; the printed number has its power of ten in the column behind it. Several themes, lines or sources
have SEVERAL between them."""

SEVERAL = "; "
