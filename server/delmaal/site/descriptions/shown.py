"""A statement as a page shows it: the value as HTML, where it leads, in the reader's language where it has it.

How a value that leads somewhere looks, and a property, is kept, up to a bound; a literal is written anew.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from delmaal.collation import Key, collate
from delmaal.languages import Words, name_of
from delmaal.ntriples import read_term
from delmaal.reading.numbers import style_of
from delmaal.reading.releases import RANKS, Opened
from delmaal.reading.rows import Addresses, Value, labelled, shortened
from delmaal.terms import PREFIXES

KEPT = 1 << 14
"""How many values, and how many properties, are kept as shown, for each language."""

_DECIMAL, _BOOLEAN = (PREFIXES["xsd"] + name for name in ("decimal", "boolean"))
_TRUTH = Words("truth", {"true": "yes", "false": "no"})


class Shown(NamedTuple):
    """A statement as a page shows it: its predicate, what its value is sorted by, the value as HTML, the language of a
    text, the text."""

    predicate: bytes
    order: str
    html: bytes
    language: str = ""
    text: str = ""


class Row(NamedTuple):
    """What a page shows of a property: what it is sorted by, and the HTML before and after its values."""

    order: tuple[Key, str]
    before: bytes
    led: bytes


class Pairs(dict[bytes, Shown]):
    """`predicate object` as shown in a language; those that lead somewhere are kept."""

    def __init__(self, opened: Opened, urls: Addresses, language: str) -> None:
        """`urls` are those of pages in the language."""
        super().__init__()
        self._opened, self._urls, self._language = opened, urls, language

    def __missing__(self, pair: bytes) -> Shown:
        predicate, _, obj = pair.partition(b" ")
        if obj[:1] == b'"':
            return _literal(predicate, obj, self._language)
        value = labelled(self._opened, self._urls, read_term(obj).value, self._language)
        found = Shown(predicate, value.code or value.text, _link(value, self._language))
        if len(self) >= KEPT:
            self.clear()
        self[pair] = found
        return found


class Rows(dict[bytes, Row | None]):
    """Properties as shown in a language; None for one that a page does not show as a row."""

    def __init__(self, opened: Opened, urls: Addresses, language: str) -> None:
        """`urls` are those of pages in the language."""
        super().__init__()
        self._opened, self._urls, self._language = opened, urls, language
        self._hidden = f"<{opened.release.base}id/dimension/".encode()

    def __missing__(self, predicate: bytes) -> Row | None:
        found = None
        if not predicate.startswith(self._hidden) and predicate not in RANKS:
            iri = predicate[1:-1].decode()
            label = labelled(self._opened, self._urls, iri, self._language)
            name = escaped(shortened(self._opened.release.base, iri))
            href = escaped(label.href)
            text = escaped(label.text)
            head = f'<a href="{href}" title="{name}">{text}</a>' if href else f'<span title="{name}">{text}</span>'
            found = Row((collate(label.text, self._language), iri), f"<div>\n<dt>{head}</dt>\n<dd>".encode(),
                        f'<div>\n<dt><span aria-hidden="true">← </span>{head}</dt>\n<dd>'.encode())
        if len(self) >= KEPT:
            self.clear()
        self[predicate] = found
        return found


def _literal(predicate: bytes, token: bytes, language: str) -> Shown:
    """A literal as shown; its language is marked where it is not the page's."""
    if token[-1:] == b'"' and b"\\" not in token:
        text, spoken = token[1:-1].decode(), ""
        html = escaped(text)
    else:
        term = read_term(token)
        text, spoken = term.value, term.language
        html = escaped(_written(text, term.datatype, language))
    if spoken and spoken != language:
        html = f'<span lang="{spoken}" dir="auto">{html}</span> {tag(spoken, language)}'
    return Shown(predicate, text, html.encode("utf-8", "replace"), spoken, text)


def _written(text: str, datatype: str, language: str) -> str:
    """A value as readers of a language write it; what they would write so is left as it is."""
    if datatype == _DECIMAL:
        return text.replace(".", style_of(language).point)
    if datatype == _BOOLEAN:
        return _TRUTH.within(language).get(text, text)
    return text


def _link(value: Value, language: str) -> bytes:
    """A resource as shown: its label, which leads to its page where it has one."""
    text = escaped(value.text)
    if value.code:
        text = f'<span class="code">{value.code}</span> {text}'
    mark = f' lang="{value.language}"' if value.language else ""
    if value.href:
        text = f'<a href="{escaped(value.href)}"{mark}>{text}</a>'
    elif mark:
        text = f"<span{mark}>{text}</span>"
    return (f"{text} {tag(value.language, language)}" if value.language else text).encode("utf-8", "replace")


def tag(spoken: str, language: str) -> str:
    """The language of a text, named in the page's."""
    return f'<small class="tag">{escaped(name_of(spoken, language))}</small>'


def listed(shown: list[Shown], language: str) -> bytes:
    """Several values as a list, in the order of the reader's alphabet; codes and numbers by their size."""
    if len(shown) == 1:
        return shown[0].html
    ordered = sorted([(collate(each[1], language), each[2]) for each in shown])
    return b"<ul><li>" + b"</li><li>".join([html for _, html in ordered]) + b"</li></ul>"


def reading(shown: list[Shown], language: str) -> list[Shown]:
    """The texts in the reader's language where there are several languages; everything else as it is."""
    if not any(each.language == language for each in shown):
        return shown
    return [each for each in shown if not each.language or each.language == language]


_SPECIAL = re.compile(r"[&<>\"']")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"}


def escaped(text: str) -> str:
    """Text for HTML, in attributes too."""
    return _SPECIAL.sub(lambda found: _ENTITIES[found[0]], text) if _SPECIAL.search(text) else text
