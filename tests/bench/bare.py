"""The least that Flask can answer, by which a description is measured: one route, 1.5 kB of Turtle that is there."""

from __future__ import annotations

from flask import Flask, Response

_LINE = "<https://w3id.org/delmaal/bench/id/statistic/x> <http://www.w3.org/2000/01/rdf-schema#label> \"x\"@nb .\n"
_BODY = (_LINE * 15).encode()[:1500]

app = Flask("bare")


@app.get("/")
def answer() -> Response:
    """The answer."""
    return Response(_BODY, content_type="text/turtle; charset=utf-8")
