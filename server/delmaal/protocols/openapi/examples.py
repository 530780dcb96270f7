"""The example queries, what the editor completes and what it is made of, as `/openapi.json` describes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from delmaal.formats import Format
from delmaal.protocols.sparql.examples import LIST_ROWS, ROWS, examples

JSON = Format("json", "JSON", "application/json", "json")
_LANG = {"name": "lang", "in": "query", "required": False, "schema": {"type": "string"}}
_NAME = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}


def page_parameters() -> list[dict[str, Any]]:
    """What a page at /sparql may be asked for besides a query."""
    example = {"name": "example", "in": "query", "required": False, "schema": {"enum": list(examples())}}
    return [example, _LANG]


def example_paths(operation: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """The paths; `operation` makes one."""
    return {
        "/sparql/examples": {"get": operation("examples", "Worked example queries", LIST_ROWS, 200, 304, 406,
                                              parameters=[_LANG])},
        "/sparql/examples/{name}": {"get": operation(
            "example", "A worked query: SHACL's SPARQL executable, its text, or a page", ROWS, 200, 304, 404, 406,
            parameters=[{**_NAME, "example": "list_themes"}, _LANG])},
        "/sparql/completion.json": {"get": operation(
            "completion", "The terms that an editor can complete", (JSON,), 200, 304)},
        "/static/dist/{name}": {"get": operation("asset", "A bundled script or style", (), 200, 304, 404,
                                                 parameters=[_NAME])},
    }
