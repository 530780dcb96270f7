"""An operation of `/openapi.json`, its parameters and its responses."""

from __future__ import annotations

from typing import Any

from delmaal.formats import Format
from delmaal.http.failures import title_of

TEXT = {"schema": {"type": "string"}}


def operation(
    name: str, summary: str, rows: tuple[Format, ...], *statuses: int, parameters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """An operation: its name, what it is for, the forms that it has, and the statuses that it answers with."""
    return {
        "operationId": name,
        "summary": summary,
        "parameters": parameters or [],
        "responses": {str(status): _response(status, rows) for status in statuses},
    }


def query(name: str, schema: dict[str, Any], required: bool = False) -> dict[str, Any]:
    """A parameter in the query of an address."""
    return {"name": name, "in": "query", "required": required, "schema": schema}


def path(example: str) -> dict[str, Any]:
    """The parameter in the path of an address, with an example."""
    return {"name": "path", "in": "path", "required": True, "schema": {"type": "string"}, "example": example}


def _response(status: int, rows: tuple[Format, ...]) -> dict[str, Any]:
    words = {200: "OK", 206: "Partial content", 301: "Moved permanently", 302: "Found", 303: "See other",
             304: "Not modified", 307: "Temporary redirect"}
    description = words.get(status) or title_of(status, "en")
    if status == 200 and rows:
        return {"description": description, "content": {row.media_type: TEXT for row in rows}}
    if status >= 400:
        return {
            "description": description,
            "content": {"application/problem+json": {"schema": {"type": "object"}}, "text/html": TEXT},
        }
    return {"description": description}
