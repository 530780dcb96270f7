"""What the commands share: exit codes, options from the settings table, the publication's folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from delmaal.settings import SETTINGS

EXIT_CODES = """\b
Exit codes:
  0  done
  1  mistakes in the sources, violations of the shapes, a score below --minimum, or output that cannot be written
  2  wrong usage, or a setting that cannot be
  3  a release that is missing, damaged, being written or cannot be written
  4  a query that is malformed or refused
  5  the server cannot start
  6  a remote store that fails, or does not hold what was sent
  7  a catalogue that cannot be had or read
130  interrupted"""


def setting_options(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Options from rows of the settings table."""
    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        for row in reversed([row for row in SETTINGS if row.name in names]):
            text = f"{row.help} [default: {row.default or 'none'}; {row.variable}]"
            command = click.option(row.option, row.name, default=None, help=text)(command)
        return command

    return decorate


def publication_argument(command: Callable[..., None]) -> Callable[..., None]:
    return click.argument("publication", required=False, type=click.Path(path_type=Path, file_okay=False))(command)


PUBLICATION_FILE = "publication.yaml"
"""What makes a folder a publication's."""


def folder_of(publication: Path | None) -> Path:
    """The publication's folder: the one given, else the current one.

    Raises BadParameter where there is none, with those that lie near.
    """
    if publication is not None:
        if not publication.is_dir():
            raise click.BadParameter(f"there is no folder {publication}", param_hint="PUBLICATION")
        return publication
    if Path(PUBLICATION_FILE).is_file():
        return Path()
    near = sorted(path.parent for pattern in ("*", "*/*") for path in Path().glob(f"{pattern}/{PUBLICATION_FILE}"))
    hint = f"name one: {', '.join(map(str, near[:_NEAR]))}" if near else "name a publication's folder, or go into one"
    raise click.UsageError(f"the current folder has no {PUBLICATION_FILE}; {hint}")


_NEAR = 5
"""Publications that are offered where none is named."""


def name_of(folder: Path) -> str:
    """A publication's folder as messages call it, the current one by its name."""
    return str(folder) if folder != Path() else Path.cwd().name


def _check_base(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        from delmaal.sources.publication import base_iri  # noqa: PLC0415  # the list of commands needs no reader

        try:
            base_iri(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
    return value


base_option = click.option(
    "--base", default=None, metavar="IRI", callback=_check_base,
    help="Mint the publication's IRIs under another base, for staging: http://127.0.0.1:8000/",
)
