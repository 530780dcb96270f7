"""The command line: one command for each thing that a publisher does; the only place that prints and exits.

What was asked for goes to stdout, what is said about it to stderr. EXIT_CODES says how a command ends; where whoever
reads stdout leaves early (`delmaal query … | head -1`), it ends well.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from rich.table import Table
from rich.text import Text as RichText

from delmaal import __version__
from delmaal.errors import (
    DelmaalError,
    InvalidPublication,
    QueryError,
    ReleaseError,
    SettingError,
    SourceError,
    SourceErrors,
    count,
)
from delmaal.screen import bars_shown, err, out, print_error, print_findings, print_line, step_shown
from delmaal.settings import SETTINGS, Settings, load, share

if TYPE_CHECKING:

    from delmaal.records import Finding
    from delmaal.release import Release

EXIT_CODES = """\b
Exit codes:
  0  done
  1  mistakes in the sources, violations of the shapes, or output that cannot be written
  2  wrong usage, or a setting that cannot be
  3  a release that is missing, damaged, being written or cannot be written
  4  a query that is malformed or refused
  5  the server cannot start
  6  a remote store that fails, or does not hold what was sent
130  interrupted"""

_SOLUTIONS = {"csv": "csv", "tsv": "tsv", "json": "sparql-json", "xml": "sparql-xml"}
def main() -> NoReturn:
    """Run the command line; every failure becomes a sentence and an exit code, never a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr does: a terminal may know no arrow
    code = 0
    try:
        with cli.make_context("delmaal", sys.argv[1:]) as context:
            cli.invoke(context)
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        err.print("interrupted; what was released before is still served")
        code = 130
    except BrokenPipeError:
        _silence()
    except OSError as error:
        _silence()
        err.print(RichText.assemble(("error ", "bold red"), f"output-unwritable: {error.strerror or error}"))
        code = 1
    except DelmaalError as error:
        print_error(error)
        code = error.exit_code
    sys.exit(code)


def _silence() -> None:
    """Nothing more goes to stdout, or Python complains once more when it flushes it at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _options(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Options from rows of the settings table."""
    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        for row in reversed([row for row in SETTINGS if row.name in names]):
            text = f"{row.help} [default: {row.default or 'none'}; {row.variable}]"
            command = click.option(row.option, row.name, default=None, help=text)(command)
        return command

    return decorate


def _publication_argument(command: Callable[..., None]) -> Callable[..., None]:
    return click.argument("publication", required=False, type=click.Path(path_type=Path, file_okay=False))(command)


def _folder(publication: Path | None) -> Path:
    """The publication's folder: the one given, else Trondheim's, which ships with the software."""
    folder = publication or _relative(share("data") / "trondheim")
    if not folder.is_dir():
        raise click.BadParameter(f"there is no folder {folder}", param_hint="PUBLICATION")
    return folder


def _relative(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _check_base(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        from delmaal.sources.publication import base_iri  # noqa: PLC0415  # keeps --help fast

        try:
            base_iri(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
    return value


_base_option = click.option(
    "--base", default=None, metavar="IRI", callback=_check_base,
    help="Mint the publication's IRIs under another base, for staging: http://127.0.0.1:8000/",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="delmaal")
def cli() -> None:
    """Publish a municipality's plan, its figures and its links to SDG targets as validated linked open data.

    PUBLICATION is a folder of YAML with a publication.yaml; without it, Trondheim's is taken.

    \b
    Examples:
      delmaal validate data/trondheim
      delmaal build && delmaal serve
    """


@cli.command(epilog=EXIT_CODES)
@_publication_argument
@_base_option
@_options("out")
def build(publication: Path | None, base: str | None, **options: str | None) -> None:
    """Make a validated, immutable release and switch to it.

    Nothing is released while the sources have a mistake or a shape of severity Violation is broken; the release that
    was served stays served. With unchanged sources nothing is done.

    \b
    Examples:
      delmaal build
      delmaal build data/trondheim --out /srv/delmaal
      delmaal build --base http://127.0.0.1:8000/
    """
    _build(_folder(publication), load(options), base)


def _build(folder: Path, settings: Settings, base: str | None) -> Release:
    from delmaal.publish import publish  # noqa: PLC0415  # keeps --help fast

    with step_shown() as progress:
        outcome = publish(folder, settings.out, base, progress)
    print_findings(outcome.findings, err)
    release = outcome.release
    warnings = count(release.manifest["findings"]["Warning"], "warning")
    if not outcome.fresh:
        out.print(f"unchanged: release {release.id[:12]} is current, {warnings}")
    else:
        statements = sum(release.manifest["parts"].values())
        out.print(f"released {release.id[:12]}: {statements:,} statements, {warnings}, in {release.folder}")
    return release


@cli.command(epilog=EXIT_CODES)
@_publication_argument
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="How to print findings.")
def validate(publication: Path | None, style: str) -> None:
    """Check the sources and the graph, and print every finding at its file, line and column.

    \b
    Examples:
      delmaal validate
      delmaal validate data/trondheim --format json | jq .
    """
    from delmaal.publish import check  # noqa: PLC0415  # keeps --help fast

    with step_shown() as progress:
        checked = check(_folder(publication), None, progress)
    violations = checked.report.of("Violation")
    if style == "json":
        rows = _as_json(checked.errors, checked.report.findings)
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1).encode())  # JSON is UTF-8, whatever the terminal is
    else:
        for error in sorted(checked.errors, key=lambda error: error.mark):
            print_line(str(error.mark), error.code, error.sentence, "Violation", out)
        print_findings(checked.report.findings, out)
        warnings = len(checked.report.of("Warning"))
        total = len(checked.errors) + len(violations)
        out.print(f"{count(total, 'mistake')}, {count(warnings, 'warning')}" if total or warnings else "all is well")
    if checked.errors or violations:
        raise click.exceptions.Exit(1)


def _as_json(errors: Sequence[Any], findings: Sequence[Finding]) -> list[dict[str, Any]]:
    rows = [
        {"file": error.mark.file, "line": error.mark.line, "column": error.mark.column, "severity": "Violation",
         "code": error.code, "message": {"en": error.sentence}}
        for error in errors
    ]
    rows += [
        {"file": found.mark.file, "line": found.mark.line, "column": found.mark.column, "severity": found.severity,
         "code": found.code, "message": dict(found.message.items()), "fix": dict(found.fix.items()),
         "focus": found.focus, "path": found.path, "value": found.value}
        for found in findings
    ]
    return sorted(rows, key=lambda row: (row["file"], row["line"], row["column"], row["code"]))


@cli.command(epilog=EXIT_CODES)
@_publication_argument
@_base_option
@_options("host", "port", "workers", "out")
def serve(publication: Path | None, base: str | None, **options: str | None) -> None:
    """Serve the current release; build it first where it is missing or the sources have changed.

    Pages and data stand at /, the SPARQL endpoint at /sparql, the catalogue at /catalog. Ctrl-C stops the server.

    \b
    Examples:
      delmaal serve
      delmaal serve data/trondheim --host 0.0.0.0 --port 8080
    """
    from delmaal.release import shelf_of  # noqa: PLC0415  # keeps --help fast
    from delmaal.web.server import run  # noqa: PLC0415

    settings, folder = load(options), _folder(publication)
    shelf = shelf_of(folder, settings.out)
    try:
        _build(folder, settings, base)
    except (SourceError, SourceErrors, InvalidPublication, ReleaseError) as error:
        print_error(error)
        current = shelf.current()  # raises where there is nothing to serve
        err.print(RichText.assemble(("warning ", "yellow"), f"the older release {current.id[:12]} is served instead"))
    run(settings, shelf,
        lambda address: out.print(RichText.assemble("serving at ", (address, "bold"), " (Ctrl-C stops)")))


@cli.command(epilog=EXIT_CODES)
@_publication_argument
@click.option("--release", "release_id", default=None, metavar="ID",
              help="Another release than the current one; the first digits of its id are enough.")
@_options("out")
def verify(publication: Path | None, release_id: str | None, **options: str | None) -> None:
    """Check a release against its manifest: every checksum, its identifier, its store and its index.

    \b
    Example:
      delmaal verify data/trondheim
    """
    from delmaal.release import shelf_of  # noqa: PLC0415  # keeps --help fast
    from delmaal.release import verify as verify_release  # noqa: PLC0415

    shelf = shelf_of(_folder(publication), load(options).out)
    release = shelf.find(release_id) if release_id else shelf.current()
    problems = list(verify_release(release))
    for problem in problems:
        out.print(problem)
    if problems:
        cure = f"where no line says otherwise, delete {release.folder} and run `delmaal build`"
        sentence = f"{count(len(problems), 'problem')} in release {release.id[:12]}; {cure}"
        raise ReleaseError("release-damaged", sentence)
    out.print(f"release {release.id[:12]} is whole: {count(len(release.manifest['files']), 'file')}, "
              f"{sum(release.manifest['parts'].values()):,} statements")


@cli.command(epilog=EXIT_CODES)
@_publication_argument
@click.option("--release", "release_id", default=None, metavar="ID",
              help="Another release than the current one; the first digits of its id are enough.")
@click.option("--replace", is_flag=True,
              help="Remove what the dataset holds, although it is no release of this publication.")
@_options("out", "engine_url", "engine_store_url", "engine_default_graph")
def push(publication: Path | None, release_id: str | None, replace: bool, **options: str | None) -> None:
    """Fill a remote store with the current release, and check that all of it arrived.

    {release} in a URL is the release's id, {short} the first twelve digits of it. A user and a password may stand in
    them (http://user:password@…), and are best given by the environment. A push that was stopped goes on where it was.

    \b
    Examples:
      delmaal push --engine-url http://localhost:7878/query --engine-store-url http://localhost:7878/store
      delmaal push data/trondheim --engine-url 'https://store.example/repositories/{release}' \\
        --engine-store-url 'https://store.example/repositories/{release}/rdf-graphs/service'
    """
    from delmaal.release import shelf_of  # noqa: PLC0415  # keeps --help fast

    settings = load(options)
    for name in ("engine_url", "engine_store_url"):
        if not getattr(settings, name):
            row = next(row for row in SETTINGS if row.name == name)
            raise SettingError("setting-missing", f"give {row.option} or {row.variable}. {row.help}")
    shelf = shelf_of(_folder(publication), settings.out)
    _push(shelf.find(release_id) if release_id else shelf.current(), shelf.folder / "pushes", settings, replace)


def _push(release: Release, notes: Path, settings: Settings, replace: bool) -> None:
    from delmaal.engine.push import Push, store_of  # noqa: PLC0415  # keeps --help fast
    from delmaal.engine.remote import remote_of  # noqa: PLC0415

    folder = release.folder.resolve()
    store, remote = store_of(folder, settings), remote_of(folder, settings, seconds=600)
    with bars_shown({"send": "sending", "check": "reading back"}) as progress:
        done = Push(folder, store, remote, notes, replace=replace, progress=progress).run()
    sent = f"{done.sent:,} sent now" if done.sent else "all of them were there"
    out.print(f"{store.url} holds release {release.id[:12]}: {done.statements:,} statements in the default graph and "
              f"{count(done.graphs, 'named graph')}, {sent}; counts and content are the same")


@cli.command(epilog=EXIT_CODES)
@click.argument("query", required=False)
@click.option("-f", "--file", "file", type=click.File(encoding="utf-8"), help="Read the query from a file; - is stdin.")
@click.option("--publication", type=click.Path(path_type=Path, file_okay=False), help="The publication's folder.")
@click.option("--results", type=click.Choice(["table", *_SOLUTIONS, "turtle", "nt"]), default=None,
              help="How to print results. [default: a table on a terminal, else csv or Turtle]")
@_options("out")
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
        text = str(file.read() if file else query)
        text.encode()
    except UnicodeError as error:
        raise QueryError("query-not-utf8", f"the query is not UTF-8 ({error})") from error
    _query(text, _folder(publication), load(options), results)


def _query(text: str, folder: Path, settings: Settings, results: str | None) -> None:
    from delmaal.engine import ENGINES  # noqa: PLC0415  # keeps --help fast
    from delmaal.release import shelf_of  # noqa: PLC0415

    engine = ENGINES["embedded"](shelf_of(folder, settings.out).current().folder)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a native call cannot be interrupted otherwise
    answer = engine.query(text, (), ())
    try:
        shown = _shown(answer, results)
    except (OSError, RuntimeError, ValueError) as error:  # results are computed as they are read
        raise QueryError("query-refused", f"the query cannot be evaluated: {error}") from error
    if isinstance(shown, bytes):
        click.echo(shown, nl=False)
    else:
        out.print(shown)


def _shown(answer: Any, results: str | None) -> bytes | Table:
    """The answer as it is printed: a table for a reader, else as its format writes it."""
    from pyoxigraph import QueryBoolean, QueryTriples  # noqa: PLC0415  # keeps --help fast

    from delmaal.formats import BY_NAME, write  # noqa: PLC0415

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
    from delmaal.terms import compact  # noqa: PLC0415  # keeps --help fast

    table = Table(show_lines=False)
    for variable in solutions.variables:
        table.add_column(variable.value, overflow="fold")  # an IRI that is cut off is of no use
    for row in solutions:
        table.add_row(*("" if value is None else compact(value.value) for value in row))
    return table
