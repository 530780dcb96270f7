"""The command line: one command for each thing that a publisher does; the only place that prints and exits.

Exit codes: 0 done, 1 mistakes in the sources or violations of the shapes, 2 wrong usage or setting, 3 a release that is
missing or damaged, 4 a query that is malformed or refused, 5 the server cannot start, 130 interrupted.
"""

from __future__ import annotations

import json
import locale
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from delmaal import __version__
from delmaal.errors import DelmaalError, InvalidPublication, QueryError, ReleaseError, SourceErrors, count
from delmaal.settings import SETTINGS, Settings, load, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delmaal.records import Finding
    from delmaal.release import Release

EXIT_CODES = """\b
Exit codes:
  0  done
  1  mistakes in the sources, or violations of the shapes
  2  wrong usage, or a setting that cannot be
  3  a release that is missing or damaged
  4  a query that is malformed or refused
  5  the server cannot start
130  interrupted"""

_STYLES = {"Violation": "bold red", "Warning": "yellow", "Info": "cyan"}

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def main() -> None:
    """Run the command line; every failure becomes a sentence and an exit code, never a traceback."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        err.print("interrupted; what was released before is still served")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except DelmaalError as error:
        _print_error(error)
        sys.exit(error.exit_code)


def _print_error(error: DelmaalError) -> None:
    if isinstance(error, SourceErrors):
        for mistake in error.errors:
            _print_line(str(mistake.mark), mistake.code, mistake.sentence, "Violation", err)
    elif isinstance(error, InvalidPublication):
        _print_findings(error.findings, err)
    err.print(RichText.assemble(("error ", "bold red"), f"{error.code}: {error.sentence}"))


def _print_line(mark: str, code: str, sentence: str, severity: str, console: Console) -> None:
    console.print(RichText.assemble((mark, "bold"), " ", (code, _STYLES[severity]), ": ", sentence))


def _print_findings(findings: Sequence[Any], console: Console) -> None:
    language = _language()
    for finding in findings:
        fix = finding.fix.within(language)
        sentence = finding.message.within(language) + (f" → {fix}" if fix else "")
        _print_line(str(finding.mark), finding.code, sentence, finding.severity, console)


def _language() -> str:
    """Norwegian where the reader's locale is, else English."""
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    name = name or (locale.getlocale()[0] or "")
    return "nb" if name.lower().startswith(("nb", "nn", "no")) else "en"


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Shows which step is under way, on a terminal only."""
    labels = {"read": "reading the sources", "build": "building the graph", "validate": "validating with SHACL",
              "describe": "describing the release", "release": "writing the release"}
    with err.status("starting") if err.is_terminal else nullcontext() as status:
        yield lambda step: status.update(labels[step]) if status else None


def _options(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Options from rows of the settings table."""
    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        for row in reversed([row for row in SETTINGS if row.name in names]):
            text = f"{row.help} [default: {row.default}; {row.variable}]"
            command = click.option(f"--{row.name.replace('_', '-')}", row.name, default=None, help=text)(command)
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
    from delmaal.sources.publication import base_iri  # noqa: PLC0415  # keeps --help fast

    if value is not None:
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

    with _progress() as progress:
        outcome = publish(folder, settings.out, base, progress)
    _print_findings(outcome.report.findings, err)
    release = outcome.release
    if not outcome.fresh:
        out.print(f"unchanged: release {release.id[:12]} is current")
    else:
        statements = sum(release.manifest["parts"].values())
        warnings = count(len(outcome.report.of("Warning")), "warning")
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

    with _progress() as progress:
        checked = check(_folder(publication), None, progress)
    violations = checked.report.of("Violation")
    if style == "json":
        click.echo(json.dumps(_as_json(checked.errors, checked.report.findings), ensure_ascii=False, indent=1))
    else:
        for error in sorted(checked.errors, key=lambda error: error.mark):
            _print_line(str(error.mark), error.code, error.sentence, "Violation", out)
        _print_findings(checked.report.findings, out)
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
    from delmaal.release import Shelf  # noqa: PLC0415  # keeps --help fast
    from delmaal.web.server import run  # noqa: PLC0415

    settings, folder = load(options), _folder(publication)
    shelf = Shelf(settings.out / folder.resolve().name)
    try:
        _build(folder, settings, base)
    except (SourceErrors, InvalidPublication) as error:
        _print_error(error)
        current = shelf.current()  # raises where there is nothing to serve
        err.print(RichText.assemble(("warning ", "yellow"), f"the older release {current.id[:12]} is served instead"))
    run(settings, shelf, lambda address: out.print(f"serving at [bold]{address}[/bold] (Ctrl-C stops)"))


@cli.command(epilog=EXIT_CODES)
@_publication_argument
@click.option("--release", "release_id", default=None, metavar="ID", help="Another release than the current one.")
@_options("out")
def verify(publication: Path | None, release_id: str | None, **options: str | None) -> None:
    """Check a release against its manifest: every checksum, its identifier, its store.

    \b
    Example:
      delmaal verify data/trondheim
    """
    from delmaal.release import Shelf  # noqa: PLC0415  # keeps --help fast
    from delmaal.release import verify as verify_release  # noqa: PLC0415

    shelf = Shelf(load(options).out / _folder(publication).resolve().name)
    release = shelf.open(release_id) if release_id else shelf.current()
    problems = list(verify_release(release))
    for problem in problems:
        out.print(problem)
    if problems:
        raise ReleaseError("release-damaged", f"{count(len(problems), 'problem')} in release {release.id[:12]}")
    out.print(f"release {release.id[:12]} is whole: {count(len(release.manifest['files']), 'file')}, "
              f"{sum(release.manifest['parts'].values()):,} statements")


@cli.command(epilog=EXIT_CODES)
@click.argument("query", required=False)
@click.option("-f", "--file", "file", type=click.File(encoding="utf-8"), help="Read the query from a file; - is stdin.")
@click.option("--publication", type=click.Path(path_type=Path, file_okay=False), help="The publication's folder.")
@click.option("--results", type=click.Choice(["table", "csv", "tsv", "json", "xml", "turtle", "nt"]), default=None,
              help="How to print results. [default: a table on a terminal, else csv or Turtle]")
@_options("out")
def query(query: str | None, file: Any, publication: Path | None, results: str | None, **options: str | None) -> None:
    """Evaluate a SPARQL query on the current release; the usual prefixes need no declaration.

    \b
    Examples:
      delmaal query 'SELECT ?t ?label { ?t a delmaal:Theme ; skos:prefLabel ?label }'
      delmaal query -f themes.rq --results csv > themes.csv
    """
    text = file.read() if file else query
    if not text or not text.strip():
        raise click.UsageError("give a query, or --file with one")
    _query(text, Path(load(options).out) / _folder(publication).resolve().name, results)


def _query(text: str, shelf: Path, results: str | None) -> None:
    import pyoxigraph as ox  # noqa: PLC0415  # keeps --help fast

    from delmaal.engine import ENGINES  # noqa: PLC0415
    from delmaal.formats import (  # noqa: PLC0415
        BY_NAME,
        N_TRIPLES,
        TURTLE,
        write,
    )
    from delmaal.release import Shelf  # noqa: PLC0415

    engine = ENGINES["embedded"](Shelf(shelf).current().folder)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a native call cannot be interrupted otherwise
    answer = engine.query(text, (), ())
    names = {"csv": "csv", "tsv": "tsv", "json": "sparql-json", "xml": "sparql-xml"}
    if isinstance(answer, ox.QueryTriples):
        if results not in (None, "table", "turtle", "nt"):
            raise QueryError("format-impossible", f"a CONSTRUCT or DESCRIBE gives no {results}; take turtle or nt")
        click.echo(write(answer, N_TRIPLES if results == "nt" else TURTLE), nl=False)
    elif results in ("turtle", "nt"):
        raise QueryError("format-impossible", f"a SELECT or ASK gives no {results}; take table, csv, tsv, json or xml")
    elif isinstance(answer, ox.QueryBoolean):
        if results in ("json", "xml"):
            click.echo(answer.serialize(format=BY_NAME[names[results]].results), nl=False)
        else:
            click.echo(str(bool(answer)).lower())
    elif results == "table" or (results is None and out.is_terminal):
        out.print(_table(answer))
    else:
        click.echo(answer.serialize(format=BY_NAME[names[results or "csv"]].results), nl=False)


def _table(solutions: Any) -> Table:
    from delmaal.terms import compact  # noqa: PLC0415  # keeps --help fast

    table = Table(*(variable.value for variable in solutions.variables), show_lines=False)
    for row in solutions:
        table.add_row(*("" if value is None else compact(value.value) for value in row))
    return table
