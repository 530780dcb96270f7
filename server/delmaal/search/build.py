"""Writes a release's search index: `search/things/` and `search/details/`, each an index of Tantivy's.

Things (themes, targets, indicators, documents, areas, …) are as many as a person can write; details (figures, mentions,
links) may be a million. They are apart so that a search for a thing costs the same beside any number of figures, and
so that mistyped words are compared with the words of things only. What is found alike comes in the order in which it
was written, so the index has nothing that is counted or drawn by lot: rebuilt anywhere, it gives the same answers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from delmaal.search.kinds import ORDER
from delmaal.search.resources import DATA, Resource, read_figures, read_things
from delmaal.search.words import name, words

FOLDER, THINGS, DETAILS = "search", "things", "details"
_HEAP = {THINGS: 15_000_000, DETAILS: 64_000_000}
_FIGURE = ORDER["figure"]
_BITS = 40


def build_search(folder: Path) -> None:
    """Write `search/` for a release whose dumps are written."""
    things = read_things(folder)
    target = folder / FOLDER
    writer = _writer(target / THINGS, _schema_of_things())
    for resource in things.found:
        writer.add_document(_document(kind=resource.kind and resource.kind.name, **_fields(resource)))
    _close(writer)
    writer = _writer(target / DETAILS, _schema_of_details())
    for number, (iri, found) in enumerate(read_figures(folder, things)):
        writer.add_document(_document(iri=iri.encode(), kind="figure", order=_FIGURE << _BITS | number,
                                      words=" ".join(sorted(found))))
    for number, resource in enumerate(things.details):
        assert resource.kind is not None
        texts = (*resource.others, *resource.codes, *resource.texts)
        writer.add_document(_document(iri=resource.iri.encode(), kind=resource.kind.name,
                                      order=ORDER[resource.kind.name] << _BITS | number,
                                      words=" ".join(dict.fromkeys(word for text in texts for word in words(text)))))
    _close(writer)
    _leave(target, (folder / DATA).stat().st_mode)


def _leave(target: Path, mode: int) -> None:
    """Files that whoever may read the dumps may read, and none but those that a search needs: locks and the list of
    files are for writers."""
    for file in [path for path in target.rglob("*") if path.is_file()]:
        if file.name.startswith("."):
            file.unlink()
        else:
            file.chmod(mode)


def _fields(resource: Resource) -> dict[str, Any]:
    """A thing's fields: its codes and whole titles as they are, the words of its titles and of all else, and what is
    shown of it."""
    path = resource.iri.partition("/id/")[2]
    codes = {resource.iri, path, path.partition("/")[2], *map(name, resource.codes)}
    return {
        "code": sorted(codes - {""}),
        "name": sorted({name(text) for text in resource.others} - {""}),
        "title": " ".join(word for text in resource.others for word in words(text)),
        "text": " ".join(word for text in resource.texts for word in words(text)),
        "shown": json.dumps({"iri": resource.iri, "codes": resource.codes, "titles": resource.titles,
                             "about": resource.about}, ensure_ascii=False).encode(),
    }


def _schema_of_things() -> Any:
    builder = _schema_builder()
    for field in ("code", "name"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in ("title", "text"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="basic")
    builder.add_bytes_field("shown", stored=True)
    return builder.build()


def _schema_of_details() -> Any:
    builder = _schema_builder()
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="basic")
    builder.add_integer_field("order", fast=True)
    builder.add_bytes_field("iri", stored=True)
    return builder.build()


def _schema_builder() -> Any:
    import tantivy  # noqa: PLC0415  # an unchanged build needs none of it

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("kind", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    return builder


def _writer(folder: Path, schema: Any) -> Any:
    import tantivy  # noqa: PLC0415  # see above

    folder.mkdir(parents=True)
    return tantivy.Index(schema, path=str(folder)).writer(_HEAP[folder.name], 1)


def _document(**fields: Any) -> Any:
    import tantivy  # noqa: PLC0415  # see above

    return tantivy.Document(**fields)


def _close(writer: Any) -> None:
    writer.commit()
    writer.wait_merging_threads()
