"""The controlled vocabularies that the assessment looks values up in, as tables of codes.

The tables lie beside this file, each with its origin in its first line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from functools import cache
from pathlib import Path

from delmaal.terms import EU

_TABLES = Path(__file__).parent / "tables"
_IANA = re.compile(r"https?://www\.iana\.org/assignments/media-types/(?P<type>[^/]+/[^/]+)/?\Z")

FILE_TYPE_OF = {
    "application/geo+json": "GEOJSON", "application/gzip": "GZIP", "application/json": "JSON",
    "application/ld+json": "JSON_LD", "application/n-quads": "RDF_N_QUADS", "application/n-triples": "RDF_N_TRIPLES",
    "application/rdf+xml": "RDF_XML", "application/trig": "RDF_TRIG", "application/vnd.google-earth.kml+xml": "KML",
    "application/vnd.google-earth.kmz": "KMZ", "application/vnd.ms-excel": "XLS",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX", "application/xml": "XML",
    "application/zip": "ZIP", "image/png": "PNG", "image/tiff": "TIFF", "text/calendar": "ICS", "text/csv": "CSV",
    "text/html": "HTML", "text/plain": "TXT", "text/tab-separated-values": "TSV", "text/turtle": "RDF_TURTLE",
    "text/xml": "XML",
}
"""The file type that a media type stands for, where a distribution has a media type alone."""


def code(table: str, iri: str) -> str:
    """The code of a concept in an authority table of the EU, empty where the IRI is of no such table."""
    return iri.removeprefix(f"{EU}{table}/") if iri.startswith(f"{EU}{table}/") else ""


def is_file_type(iri: str) -> bool:
    """Whether an IRI is of the EU's table of file types."""
    return code("file-type", iri) in _lines("file-types")


def is_access_right(iri: str) -> bool:
    """Whether an IRI is of the EU's table of access rights."""
    return code("access-right", iri) in _lines("access-rights")


def media_type(value: str) -> str:
    """The media type that an IRI of IANA's registry, or a plain text, names; empty where it names none."""
    found = _IANA.match(value)
    name = (found["type"] if found else value).lower()
    return name if name in _lines("media-types") else ""


def is_registered(iri: str) -> bool:
    """Whether an IRI is of IANA's registry of media types, and the type registered there."""
    return bool(_IANA.match(iri)) and bool(media_type(iri))


def file_types(formats: Iterable[str], media_types: Iterable[str]) -> set[str]:
    """The codes of the file types that formats and media types, as a distribution gives them, stand for."""
    return {code("file-type", value) for value in formats} | {
        FILE_TYPE_OF.get(media_type(value), "") for value in media_types}


def is_machine_readable(codes: Set[str]) -> bool:
    """Whether one of some file types is one that a program can read."""
    return not codes.isdisjoint(_lines("machine-readable"))


def is_non_proprietary(codes: Set[str]) -> bool:
    """Whether one of some file types is nobody's property."""
    return not codes.isdisjoint(_lines("non-proprietary"))


def is_licence(iri: str) -> bool:
    """Whether an IRI is of the EU's table of licences, or the address that the table gives for one."""
    codes, addresses = _licences()
    return code("licence", iri) in codes or _plain(iri) in addresses


@cache
def _lines(name: str) -> frozenset[str]:
    lines = (_TABLES / f"{name}.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _licences() -> tuple[frozenset[str], frozenset[str]]:
    rows = [line.partition(" ") for line in _lines("licences")]
    return frozenset(code for code, _, _ in rows), frozenset(_plain(address) for _, _, address in rows if address)


def _plain(address: str) -> str:
    """An address without what the web holds to make no difference here: the scheme and a slash at the end."""
    return re.sub(r"\Ahttps?://(www\.)?", "", address).rstrip("/")
