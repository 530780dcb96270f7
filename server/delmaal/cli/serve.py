"""`delmaal serve`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text as RichText

from delmaal.cli.build import make_release
from delmaal.cli.options import EXIT_CODES, base_option, folder_of, publication_argument, setting_options
from delmaal.errors import InvalidPublication, ReleaseError, SourceError, SourceErrors
from delmaal.screen import err, out, print_error
from delmaal.settings import load


@click.command(epilog=EXIT_CODES)
@publication_argument
@base_option
@setting_options("host", "port", "workers", "out", "keep_releases", "keep_caches")
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

    settings, folder = load(options), folder_of(publication)
    shelf = shelf_of(folder, settings.out)
    try:
        make_release(folder, settings, base)
    except (SourceError, SourceErrors, InvalidPublication, ReleaseError) as error:
        print_error(error)
        current = shelf.current()  # raises where there is nothing to serve
        err.print(RichText.assemble(("warning ", "yellow"), f"the older release {current.id[:12]} is served instead"))
    run(settings, shelf,
        lambda address: out.print(RichText.assemble("serving at ", (address, "bold"), " (Ctrl-C stops)")))
