"""A resource as rows for a page: property, values, where each leads, in the reader's language where it has it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Quad

from delmaal.terms import compact
from delmaal.web.releases import Opened


@dataclass(frozen=True, slots=True)
class Value:
    """A value: its text, its language where it is not the page's, and the address it leads to, if any."""

    text: str
    language: str
    href: str
    outside: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A property with its values; `inverse` where the values point to the resource."""

    name: str
    label: str
    href: str
    values: tuple[Value, ...]
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """A resource as a page shows it."""

    title: str
    title_language: str
    kinds: tuple[Value, ...]
    lead: str
    rows: tuple[Row, ...]
    incoming: tuple[Row, ...]


_LEAD = ("http://purl.org/dc/terms/description", "http://www.w3.org/2004/02/skos/core#definition")
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_TITLES = {"http://www.w3.org/2004/02/skos/core#prefLabel", "http://www.w3.org/2000/01/rdf-schema#label"}


def describe(opened: Opened, node: NamedNode, language: str, limit: int) -> Description:
    """The rows of a resource, its incoming links included."""
    about = opened.engine.about(node)
    title, title_language = best_label(opened, node.value, language)
    grouped: dict[str, list[Quad]] = {}
    for quad in about:
        grouped.setdefault(quad.predicate.value, []).append(quad)
    kinds = tuple(_value(opened, quad.object, language) for quad in grouped.pop(_TYPE, []))
    lead = next((text for name in _LEAD if (text := _in(grouped.get(name, []), language))), "")
    for name in _LEAD:
        if lead and lead == _in(grouped.get(name, []), language):
            grouped.pop(name, None)
    rows = [
        _row(opened, name, [quad.object for quad in quads], language)
        for name, quads in grouped.items() if name not in _TITLES
    ]
    back: dict[str, list[object]] = {}
    for quad in opened.engine.incoming(node, limit):
        back.setdefault(quad.predicate.value, []).append(quad.subject)
    incoming = [_row(opened, name, subjects, language, inverse=True) for name, subjects in back.items()]
    return Description(title, title_language, kinds, lead, _by_label(rows), _by_label(incoming))


def _by_label(rows: list[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: (row.label.lower(), row.name)))


def best_label(opened: Opened, iri: str, language: str) -> tuple[str, str]:
    """A label and, where it is not in the page's language, its language: nb, nn, en, any, then the IRI shortened."""
    labels = opened.labels_of(iri)
    for wanted in (language, "nb", "nn", "no", "en", ""):
        if wanted in labels:
            return labels[wanted], wanted if wanted not in ("", language) else ""
    for other, text in labels.items():
        return text, other
    short = compact(iri)
    return (short if short != iri else iri.removeprefix(opened.release.base)), ""


def address(opened: Opened, iri: str) -> str:
    """Where the page of an IRI is on this server."""
    local = iri.removeprefix(opened.release.base + "id/")
    if local != iri and "#" not in local and "?" not in local:
        return f"/doc/{quote(local, safe='/.~-_')}"
    if iri.startswith(("http://", "https://", "urn:")):
        return f"/doc?iri={quote(iri, safe='')}"
    return ""


def _in(quads: list[Quad], language: str) -> str:
    texts = {quad.object.language: quad.object.value for quad in quads if isinstance(quad.object, Literal)}
    return texts.get(language) or texts.get("nb") or texts.get("en") or ""


def _row(opened: Opened, name: str, values: list, language: str, inverse: bool = False) -> Row:  # type: ignore[type-arg]
    label, _ = best_label(opened, name, language)
    chosen = _reading(values, language)
    shown = sorted((_value(opened, value, language) for value in chosen), key=lambda value: _natural(value.text))
    return Row(compact(name), label, address(opened, name), tuple(shown), inverse)


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """Sorts 3.4 before 3.10."""
    parts = text.lower().replace("-", ".").split(".")
    return tuple((int(part), "") if part.isdigit() else (10**9, part) for part in parts)


def _reading(values: list, language: str) -> list:  # type: ignore[type-arg]
    """The texts in the reader's language where there are several languages; everything else as it is."""
    spoken = [value for value in values if getattr(value, "language", None)]
    same = [value for value in spoken if value.language == language]
    return [value for value in values if value not in spoken] + (same or spoken)


def _value(opened: Opened, value: object, language: str) -> Value:
    if isinstance(value, Literal):
        other = value.language if value.language and value.language != language else ""
        return Value(value.value, other, "", outside=False)
    iri = getattr(value, "value", "")
    label, other = best_label(opened, iri, language)
    return Value(label, other, address(opened, iri), outside=not iri.startswith(opened.release.base))
