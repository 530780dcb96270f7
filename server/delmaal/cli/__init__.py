"""The command line: one command for each thing that a publisher does; the only place that prints and exits.

    build.py     build, validate
    serve.py     serve
    release.py   verify, push
    history.py   releases, diff, prune, pin
    signing.py   sign
    replica.py   sync
    query.py     query
    explain.py   explain
    score.py     score
    links.py     links
    options.py   what they share

What was asked for goes to stdout, what is said about it to stderr. EXIT_CODES says how a command ends; where whoever
reads stdout leaves early (`delmaal query … | head -1`), it ends well.
"""

from __future__ import annotations

import io
import os
import sys
from typing import NoReturn

import click
from rich.text import Text as RichText

from delmaal import __version__
from delmaal.cli import build, explain, history, links, query, release, replica, score, serve, signing
from delmaal.cli.options import EXIT_CODES
from delmaal.errors import DelmaalError
from delmaal.screen import err, print_error

COMMANDS = (build.build, build.validate, explain.explain, links.links, serve.serve, release.verify, release.push,
            query.query, score.score, history.releases, history.diff, history.prune, history.pin, signing.sign,
            replica.sync)


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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="delmaal")
def cli() -> None:
    """Publish a municipality's plan, its figures and its links to SDG targets as validated linked open data.

    PUBLICATION is a folder of YAML with a publication.yaml; without it, the current folder is meant where it has
    one, else Trondheim's.

    \b
    Examples:
      delmaal validate data/trondheim
      delmaal build && delmaal serve
    """


for _command in COMMANDS:
    cli.add_command(_command)

__all__ = ["COMMANDS", "EXIT_CODES", "cli", "main"]
