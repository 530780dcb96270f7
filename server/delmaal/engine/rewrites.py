"""What a store may write otherwise than it was sent, and still hold the same: a table, and nothing beside it.

A push compares what it reads back by these rows, and an answer is written by those of them that are `shown`, as the
embedded engine would. docs/engines.md has the table; a test holds the two together.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from delmaal.terms import PREFIXES

WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
_VIRTUOSO_WKT = "http://www.openlinksw.com/schemas/virtrdf#Geometry"
_XSD = PREFIXES["xsd"]
_INTEGER = re.compile(r"[+-]?\d{1,400}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})", re.ASCII)
_FLOAT = re.compile(r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,9})?|[+-]?INF|NaN", re.ASCII)
_TIME = re.compile(r"([^.Z+]{1,40}?)(\.\d{1,40})?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_WKT_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{0,40})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_WKT_SPACE = re.compile(r"\s*+([(),])\s*+", re.ASCII)
_DEFAULT_CRS = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
# a number of more digits is compared as it stands: none of ours has as many, and a store's may be made to cost time


def _integer(text: str) -> str:
    return str(int(text)) if _INTEGER.fullmatch(text) else text


def _decimal(text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        return text
    whole, _, part = text.lstrip("+-").partition(".")
    number = ((whole.lstrip("0") or "0") + "." + part.rstrip("0")).rstrip(".")
    return "-" + number if text[0] == "-" and number != "0" else number


def _float(text: str) -> str:
    return repr(float(text.replace("INF", "inf"))) if _FLOAT.fullmatch(text) else text


def _boolean(text: str) -> str:
    return {"1": "true", "0": "false"}.get(text, text)


def _time(text: str) -> str:
    found = _TIME.fullmatch(text)
    if not found:
        return text
    zone = found[3] or ""
    return found[1] + (found[2] or "").rstrip("0").rstrip(".") + ("Z" if zone in ("+00:00", "-00:00") else zone)


def _wkt(text: str) -> str:
    """A geometry without the spaces that mean nothing, its numbers as a 32-bit store keeps them."""
    plain = _WKT_SPACE.sub(r"\1", " ".join(text.removeprefix(_DEFAULT_CRS).split()).upper())
    return _WKT_NUMBER.sub(_in_32_bits, plain)


def _in_32_bits(number: re.Match[str]) -> str:
    try:
        return repr(struct.unpack("f", struct.pack("f", float(number[0])))[0])
    except OverflowError:
        return number[0]


class Rewrite(NamedTuple):
    """One row: what is the same up to what, in which datatypes, and why that harms nobody.

    `plain` makes equal what is the same; `datatype` is what the datatypes of the row are equal to, none where each is
    equal to itself alone. With `shown`, an answer has the plain form.
    """

    name: str
    datatypes: tuple[str, ...]
    plain: Callable[[str], str]
    datatype: str
    shown: bool
    reason: str


def _xsd(*names: str) -> tuple[str, ...]:
    return tuple(_XSD + name for name in names)


REWRITES: tuple[Rewrite, ...] = (
    Rewrite("integers", _xsd(
        "integer", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger", "long", "int",
        "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"), _integer, _XSD + "integer",
        False, "the number is the same; stores keep one kind of integer, Oxigraph among them, so that "
               "`xsd:nonNegativeInteger` comes back as `xsd:integer`"),
    Rewrite("decimals", _xsd("decimal"), _decimal, "", True,
            "`6.40`, `+6.4` and `6.4` are one number; stores keep numbers, not digits"),
    Rewrite("floating point", _xsd("double", "float"), _float, "", False,
            "`1.0E0`, `1e0` and `1` are one number; stores keep numbers, not digits"),
    Rewrite("booleans", _xsd("boolean"), _boolean, "", True, "`1` is `true` and `0` is `false` in XML Schema"),
    Rewrite("times", _xsd("dateTime", "dateTimeStamp", "time"), _time, "", False,
            "`Z` and `+00:00` are one zone, and zeros after the last digit of a second mean nothing"),
    Rewrite("hexadecimal digits", _xsd("hexBinary"), str.lower, "", False, "`FF` and `ff` are one byte"),
    Rewrite("geometries", (WKT, _VIRTUOSO_WKT), _wkt, WKT, False,
            "Virtuoso has a datatype and a spacing of its own for WKT, and keeps a point in 32 bits: less than half a "
            "metre in Norway"),
)
"""The literals. Beside them, a language tag is the same in small and capital letters (BCP 47), and a store may give
blank nodes other names; nothing that is pushed has any."""

BY_DATATYPE: Mapping[str, Rewrite] = {name: row for row in REWRITES for name in row.datatypes}


def same(triple: Triple) -> str:
    """A statement as text, equal for all that are the same by the table."""
    return f"{triple.subject} {triple.predicate} {_same(triple.object)}"


def _same(term: NamedNode | BlankNode | Literal | Triple) -> str:
    if not isinstance(term, Literal):
        return str(term)
    if term.language:
        return f"{str(term).rpartition('@')[0]}@{term.language.lower()}"
    row = BY_DATATYPE.get(term.datatype.value)
    if row is None:
        return str(term)
    return str(Literal(row.plain(term.value), datatype=NamedNode(row.datatype or term.datatype.value)))


def shown(text: str, datatype: str) -> str:
    """A literal's text as an answer has it."""
    row = BY_DATATYPE.get(datatype)
    return row.plain(text) if row is not None and row.shown else text
