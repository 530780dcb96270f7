"""A resource as one value of a page: its label in the reader's language where it has it, and where it leads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from delmaal.languages import best
from delmaal.reading.releases import Opened
from delmaal.terms import PREFIXES, compact


class Value(NamedTuple):
    """A value: its text, its language where it is not the page's, and the address it leads to, if any."""

    text: str
    language: str = ""
    href: str = ""
    code: str = ""


_SDG = PREFIXES["sdg"]
_SDG_CODE = re.compile(r"\d{1,2}(?:\.[0-9a-d]{1,2})?\Z")


class Addresses(Protocol):
    """Where pages are read; who makes an answer knows it (`http/urls.py`)."""

    key: str

    def speaking(self, language: str) -> Addresses:
        """The same addresses, those of pages in a language."""

    def thing(self, iri: str) -> str:
        """The page of an IRI; nothing for one that has none."""

    def home(self) -> str:
        """The home page."""


class Nowhere:
    """No addresses: for who reads a release and shows no links."""

    key = ""

    def speaking(self, _language: str) -> Nowhere:
        """None either."""
        return self

    def thing(self, _iri: str) -> str:
        """Nothing."""
        return ""

    def home(self) -> str:
        """Nothing."""
        return ""


def labelled(opened: Opened, urls: Addresses, iri: str, language: str,
             labels: Mapping[str, str] | None = None) -> Value:
    """An IRI by its label: in the page's language, else the nearest, marked with its language; else shortened.

    `urls` are those of pages in the page's language. `labels` are those of the release where they are not given.
    """
    if labels is None:
        labels = opened.labels(iri)
    code = iri[len(_SDG) :] if iri.startswith(_SDG) and _SDG_CODE.match(iri, len(_SDG)) else ""
    href = urls.thing(iri)
    if labels:
        told = best(labels, language)
        return Value(labels[told], told if told != language else "", href, code)
    return Value(shortened(opened.release.base, iri), "", href, code)


def shortened(base: str, iri: str) -> str:
    """An IRI as a prefixed name, else without the publication's base, else whole."""
    short = compact(iri)
    return short if short != iri else iri.removeprefix(base)


def natural(text: str) -> list[tuple[int, str]]:
    """Sorts 3.4 before 3.10, and numbers before letters."""
    parts = text.lower().split(".")
    return [(int(part), "") if part.isdecimal() else (10**9, part) for part in parts]
