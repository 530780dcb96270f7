"""`delmaal serve`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text as RichText

from delmaal.cli.build import make_release
from delmaal.cli.options import (
    EXIT_CODES,
    PUBLICATION_FILE,
    base_option,
    folder_of,
    publication_argument,
    setting_options,
)
from delmaal.errors import InvalidPublication, ReleaseError, SourceError, SourceErrors
from delmaal.release import Shelf, only_shelf, shelf_of
from delmaal.screen import err, out, print_error
from delmaal.serving.server import run
from delmaal.settings import Settings, load


@click.command(epilog=EXIT_CODES)
@publication_argument
@base_option
@click.option("--no-build", is_flag=True,
              help="Serve what is there and build nothing, without any sources: for replicas. [DELMAAL_NO_BUILD=1]")
@setting_options("host", "port", "public_url", "workers", "out", "keep_releases", "keep_caches")
def serve(publication: Path | None, base: str | None, no_build: bool, **options: str | None) -> None:
    """Serve the current release; build it first where it is missing or the sources have changed.

    Pages and data stand at /, the SPARQL endpoint at /sparql, the catalogue at /catalog. Ctrl-C stops the server.

    With --no-build the folder PUBLICATION need not exist: its name alone says which releases are served. What is not
    there yet is served as soon as it is.

    \b
    Examples:
      delmaal serve
      delmaal serve data/trondheim --host 0.0.0.0 --port 8080
      delmaal serve --no-build --out /srv/delmaal
    """
    settings = load({**options, "no_build": "1"} if no_build else options)
    if settings.no_build:
        shelf = shelf_there(publication, settings.out)
    else:
        folder = folder_of(publication)
        shelf = shelf_of(folder, settings.out)
        _build(folder, shelf, settings, base)
    run(settings, shelf,
        lambda address: out.print(RichText.assemble("serving at ", (address, "bold"), " (Ctrl-C stops)")))


def _build(folder: Path, shelf: Shelf, settings: Settings, base: str | None) -> None:
    """Build; where that cannot be, the older release is served. Raises ReleaseError where there is none."""
    try:
        make_release(folder, settings, base)
    except (SourceError, SourceErrors, InvalidPublication, ReleaseError) as error:
        print_error(error)
        current = shelf.current()  # raises where there is nothing to serve
        err.print(RichText.assemble(("warning ", "yellow"), f"the older release {current.id[:12]} is served instead"))


def shelf_there(publication: Path | None, out: Path) -> Shelf:
    """The releases that are there, of a publication whose sources need not be: those of the name that is given, or
    of the current folder, else the only ones.

    Raises UsageError where none or several could be meant.
    """
    if publication is None and Path(PUBLICATION_FILE).is_file():
        return shelf_of(Path.cwd(), out)
    if publication is not None:
        return Shelf(publication) if (publication / "releases").is_dir() else shelf_of(publication, out)
    try:
        return only_shelf(out)
    except ReleaseError as error:
        raise click.UsageError(error.sentence) from error
