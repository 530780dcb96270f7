"""`delmaal build` and `delmaal validate`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from delmaal.cli.history import retain_after, warn_of_log
from delmaal.cli.options import EXIT_CODES, base_option, folder_of, name_of, publication_argument, setting_options
from delmaal.errors import count
from delmaal.publish import check, publish
from delmaal.records import Finding
from delmaal.release import Release, shelf_of
from delmaal.screen import err, out, print_findings, print_line, step_shown
from delmaal.settings import Settings, load
from delmaal.terms import help_iri


@click.command(epilog=EXIT_CODES)
@publication_argument
@base_option
@setting_options("out", "keep_releases", "keep_caches")
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
    make_release(folder_of(publication), load(options), base)


def make_release(folder: Path, settings: Settings, base: str | None) -> Release:
    warn_of_log(shelf_of(folder, settings.out))
    with step_shown() as progress:
        outcome = publish(folder, settings.out, base, progress)
    print_findings(outcome.findings, err)
    release = outcome.release
    warnings = count(release.manifest["findings"]["Warning"], "warning")
    if not outcome.fresh:
        out.print(f"unchanged: release {release.id[:12]} of {name_of(folder)} is current, {warnings}")
    else:
        statements = sum(release.manifest["parts"].values())
        out.print(f"released {release.id[:12]} of {name_of(folder)}: {statements:,} statements, {warnings}, "
                  f"in {release.folder}")
    retain_after(shelf_of(folder, settings.out), settings)
    return release


@click.command(epilog=EXIT_CODES)
@publication_argument
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="How to print findings.")
def validate(publication: Path | None, style: str) -> None:
    """Check the sources and the graph, and print every finding at its file, line and column.

    \b
    Examples:
      delmaal validate
      delmaal validate data/trondheim --format json | jq .
    """
    folder = folder_of(publication)
    with step_shown() as progress:
        checked = check(folder, None, progress)
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
        found = f"{count(total, 'mistake')}, {count(warnings, 'warning')}" if total or warnings else "all is well"
        out.print(f"{name_of(folder)}: {found}")
    if checked.errors or violations:
        raise click.exceptions.Exit(1)


def _as_json(errors: Sequence[Any], findings: Sequence[Finding]) -> list[dict[str, Any]]:
    rows = [
        {"file": error.mark.file, "line": error.mark.line, "column": error.mark.column, "severity": "Violation",
         "code": error.code, "message": {"en": error.sentence}, "help": help_iri(error.code)}
        for error in errors
    ]
    rows += [
        {"file": found.mark.file, "line": found.mark.line, "column": found.mark.column, "severity": found.severity,
         "code": found.code, "message": dict(found.message.items()), "fix": dict(found.fix.items()),
         "focus": found.focus, "path": found.path, "value": found.value, "help": help_iri(found.code, shape=True)}
        for found in findings
    ]
    return sorted(rows, key=lambda row: (row["file"], row["line"], row["column"], row["code"]))
