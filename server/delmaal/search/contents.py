"""What a search index holds, so that it can be compared with another: the files of two that say the same may differ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from delmaal.search.build import DETAILS, FOLDER, THINGS
from delmaal.search.index import open_index

_FIELDS = {THINGS: ("code", "name", "title", "text"), DETAILS: ("words",)}


def contents(folder: Path) -> dict[str, Any]:
    """Of a release's search index, each thing as it is shown, and by field every word and how often it stands.

    Raises OSError or ValueError where it cannot be read.
    """
    import tantivy  # noqa: PLC0415  # only `delmaal verify` needs it here

    found: dict[str, Any] = {}
    for part, fields in _FIELDS.items():
        _, searcher = open_index(folder / FOLDER / part)
        found[part] = searcher.num_docs
        for field in fields:
            found[f"{part} {field}"] = searcher.terms_with_prefix(field, "")
        if part == THINGS and searcher.num_docs:
            hits = searcher.search(tantivy.Query.all_query(), searcher.num_docs).hits
            found["shown"] = [json.loads(bytes(searcher.doc(address)["shown"][0])) for _, address in hits]
    return found
