"""`delmaal sync`: keep a replica."""

from __future__ import annotations

from pathlib import Path

import click

from delmaal.cli.options import EXIT_CODES
from delmaal.errors import count
from delmaal.release import Shelf
from delmaal.release.replica import synchronise
from delmaal.screen import out

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(epilog=EXIT_CODES)
@click.argument("source", type=_FOLDER)
@click.argument("target", type=_FOLDER)
@click.option("--link", "linked", is_flag=True,
              help="Make hard links in place of copies: for a source on the same disk that no server reads.")
@click.option("--wait", default=20.0, show_default=True, type=click.FloatRange(0, 3600), metavar="SECONDS",
              help="How long to wait for a source that is just being changed.")
def sync(source: Path, target: Path, linked: bool, wait: float) -> None:
    """Make TARGET what SOURCE is, without a moment in which what is served of it is half.

    Both are the folder of one publication's releases (<out>/<publication>). All of it is brought: releases, history,
    log, signatures, pins, notes of pushes. A server of TARGET (`delmaal serve --no-build`) goes on meanwhile, and what
    SOURCE is built and pruned by, too. Nothing is put in place of a source that is not whole.

    \b
    Examples:
      delmaal sync /mnt/primary/trondheim /srv/delmaal/trondheim
      delmaal sync /srv/incoming/trondheim /srv/delmaal/trondheim --link
    """
    done = synchronise(Shelf(source), Shelf(target), linked, wait)
    out.print(f"release {done.current[:12]} is current in {target}: {count(len(done.came), 'release')} came, "
              f"{len(done.went)} went")
