"""The operations of what a publisher writes and looks like: pages of prose, logo, colours."""

from __future__ import annotations

from typing import Any

from delmaal.formats import Format
from delmaal.http.negotiate import HTML
from delmaal.protocols.openapi.operations import operation, path

_PROSE = {
    "about": "What this is, and who answers for it",
    "accessibility": "How far everybody can use these pages",
    "privacy": "What is kept of readers",
}
_FILE = Format("file", "File", "application/octet-stream", "bin")


def prose_paths(language: dict[str, Any]) -> dict[str, Any]:
    """The pages that a publisher writes, in a `language`, and the files that give all pages their look."""
    name = {**path("colours.css"), "name": "name"}
    return {
        **{f"/{page}": {"get": operation(page, told, (HTML,), 200, 304, 404, 406, parameters=[language])}
           for page, told in _PROSE.items()},
        "/brand/{name}": {"get": operation("brand", "The publication's logo, or the style sheet with its colours",
                                           (_FILE,), 200, 304, 404, parameters=[name])},
    }
