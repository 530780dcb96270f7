"""Reads snapshots that are tables: CSV, SPARQL results in JSON, lists of objects as the search of a catalogue gives.

Each row becomes `iri`, `label` (with a language: `label@nb`), `code`, `type`, `deprecated`, `replaced-by`, whatever the
source calls them (COLUMNS).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "iri": ("iri", "uri", "item", "url", "@id"),
    "label": ("label", "preflabel", "title", "name", "itemlabel", "navn", "tittel"),
    "code": ("code", "notation", "identifier", "kode", "nummer"),
    "type": ("type", "@type", "class"),
    "deprecated": ("deprecated",),
    "replaced-by": ("replaced-by", "replacedby", "isreplacedby"),
}
_FIELD = {name: field for field, names in COLUMNS.items() for name in names}
_LISTS = ("hits", "results", "items", "data", "bindings")
_LANGUAGES = {"no": "nb"}
_WIDEST = 1 << 20


def read_table(file: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV or TSV file with a heading.

    Raises ValueError, with the line, where it has no column of IRIs or a row is none.
    """
    csv.field_size_limit(_WIDEST)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines, dialect="excel-tab" if file.suffix.lower() == ".tsv" else "excel")
        try:
            heading = [_column(name) for name in next(reader, [])]
            if "iri" not in heading:
                raise ValueError(f"line 1: no column holds the IRIs; name one of them {', '.join(COLUMNS['iri'])}")
            for cells in reader:
                if len(cells) > len(heading):
                    raise ValueError(f"line {reader.line_num}: {len(cells)} cells under {len(heading)} headings")
                row = {name: cell.strip() for name, cell in zip(heading, cells, strict=False) if name}
                if row.get("iri"):
                    yield row
        except csv.Error as error:
            raise ValueError(f"line {reader.line_num}: {error}") from error


def read_json(file: Path) -> Iterator[dict[str, str]] | None:
    """The rows of a JSON file; None where it is JSON-LD.

    Raises ValueError where it is no JSON, or holds no list of things.
    """
    content = json.loads(file.read_text("utf-8-sig"))
    if isinstance(content, dict) and content.keys() & {"@context", "@graph"}:
        return None
    if isinstance(content, dict) and isinstance(content.get("results"), dict):  # SPARQL 1.1 results
        bindings = content["results"].get("bindings", [])
        return _rows([{key: _bound(value) for key, value in row.items()} for row in bindings])
    if isinstance(content, dict):
        content = next((content[name] for name in _LISTS if isinstance(content.get(name), list)), None)
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise ValueError("line 1: there is no list of objects, no SPARQL results and no JSON-LD in it")
    if any("@id" in row and "@type" in row for row in content):
        return None
    return _rows(content)


def _bound(value: Any) -> Any:
    """A value of SPARQL results, with its language where it has one."""
    if isinstance(value, dict) and "xml:lang" in value:
        return {value["xml:lang"]: value.get("value", "")}
    return value.get("value", "") if isinstance(value, dict) else value


def _rows(objects: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    for item in objects:
        row: dict[str, str] = {}
        for key, value in item.items():
            name = _column(key)
            if name and isinstance(value, dict):
                row.update({f"{name}@{_LANGUAGES.get(language, language)}": str(text)
                            for language, text in value.items() if isinstance(text, str)})
            elif name and isinstance(value, str | int | bool):
                row.setdefault(name, str(value))
        if row.get("iri", "").startswith(("http://", "https://")):
            yield row


def _column(name: str) -> str:
    """The field that a column or key is, with its language; empty where it is none of ours."""
    stem, sign, language = name.strip().replace("_", "@").partition("@") if not name.startswith("@") else (name, "", "")
    field = _FIELD.get(stem.strip().lower(), "")
    return f"{field}@{language.lower()}" if field and sign and language else field
