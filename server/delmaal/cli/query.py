"""`delmaal query`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import click
from pyoxigraph import QueryBoolean, QueryTriples
from rich.table import Table

from delmaal.cli.options import EXIT_CODES, folder_of, setting_options
from delmaal.engine.embedded import open_store
from delmaal.errors import QueryError
from delmaal.formats import BY_NAME, write
from delmaal.keeper import Request
from delmaal.keeper.evaluation import results_of, worded
from delmaal.keeper.tokens import check
from delmaal.outside import taken
from delmaal.release import shelf_of
from delmaal.screen import out
from delmaal.settings import Settings, load
from delmaal.terms import compact

_SOLUTIONS = {"csv": "csv", "tsv": "tsv", "json": "sparql-json", "xml": "sparql-xml"}


@click.command(epilog=EXIT_CODES)
@click.argument("query", required=False)
@click.option("-f", "--file", "file", type=click.File(encoding="utf-8"), help="Read the query from a file; - is stdin.")
@click.option("--publication", type=click.Path(path_type=Path, file_okay=False), help="The publication's folder.")
@click.option("--results", type=click.Choice(["table", *_SOLUTIONS, "turtle", "nt"]), default=None,
              help="How to print results. [default: a table on a terminal, else csv or Turtle]")
@setting_options("out")
def query(query: str | None, file: Any, publication: Path | None, results: str | None, **options: str | None) -> None:
    """Evaluate a SPARQL query on the current release; the usual prefixes need no declaration.

    \b
    Examples:
      delmaal query 'SELECT ?t ?label { ?t a delmaal:Theme ; skos:prefLabel ?label }'
      delmaal query -f themes.rq --results csv > themes.csv
    """
    if bool(query) == bool(file):
        raise click.UsageError("give either a query or --file with one")
    try:
        text = taken(str(file.read() if file else query))
        text.encode()
    except UnicodeError as error:
        raise QueryError("query-not-utf8", f"the query is not UTF-8 ({error})") from error
    _query(text, folder_of(publication), load(options), results)


def _query(text: str, folder: Path, settings: Settings, results: str | None) -> None:
    release = shelf_of(folder, settings.out).current()
    check(text, settings.query_depth)
    store = open_store(release.folder)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a native call cannot be interrupted otherwise
    with worded(text):  # results are computed as they are read
        request = Request(str(release.folder), text, f"{release.base}sparql")
        shown = _shown(results_of(store, request), results)
    if isinstance(shown, bytes):
        click.echo(shown, nl=False)
    else:
        out.print(shown)


def _shown(answer: Any, results: str | None) -> bytes | Table:
    """The answer as it is printed: a table for a reader, else as its format writes it."""
    if isinstance(answer, QueryTriples):
        if results not in (None, "turtle", "nt"):
            raise QueryError("format-impossible", f"a CONSTRUCT or DESCRIBE gives no {results}; take turtle or nt")
        return write(answer, BY_NAME["n-triples" if results == "nt" else "turtle"])
    if results in ("turtle", "nt"):
        raise QueryError("format-impossible", f"a SELECT or ASK gives no {results}; take table, csv, tsv, json or xml")
    if isinstance(answer, QueryBoolean) and results not in ("json", "xml"):
        return f"{str(bool(answer)).lower()}\n".encode()
    if results == "table" or (results is None and sys.stdout.isatty()):
        return _table(answer)
    body: bytes = answer.serialize(format=BY_NAME[_SOLUTIONS[results or "csv"]].results)
    return body


def _table(solutions: Any) -> Table:
    table = Table(show_lines=False)
    for variable in solutions.variables:
        table.add_column(variable.value, overflow="fold")  # an IRI that is cut off is of no use
    for row in solutions:
        table.add_row(*("" if value is None else compact(value.value) for value in row))
    return table
