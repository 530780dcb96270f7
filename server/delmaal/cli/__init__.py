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

import importlib
import io
import os
import sys
from typing import NoReturn

import click
from rich.text import Text as RichText

from delmaal import __version__
from delmaal.cli.options import EXIT_CODES
from delmaal.errors import DelmaalError
from delmaal.screen import err, print_error

COMMANDS = {
    "build": ("build", "Make a validated, immutable release and switch to it."),
    "validate": ("build", "Check the sources and the graph: every finding at its file, line and column."),
    "explain": ("explain", "Say what an error means, why it matters and what to do."),
    "links": ("links", "Check the links to other vocabularies, and propose others."),
    "serve": ("serve", "Serve the current release; build it first where the sources have changed."),
    "verify": ("release", "Check every checksum of a release, its identifier, store and index."),
    "push": ("release", "Fill a remote store with the current release, and check what arrived."),
    "query": ("query", "Evaluate a SPARQL query on the current release."),
    "score": ("score", "Score a DCAT catalogue as data.europa.eu does, of 405 points."),
    "releases": ("history", "List the releases that there are and were, newest first."),
    "diff": ("history", "Tell what one release says that another does not."),
    "prune": ("history", "Drop releases and caches that the settings do not keep."),
    "pin": ("history", "Keep a release whatever the settings say, because it was cited."),
    "sign": ("signing", "Sign a release, so that anyone can tell that it is yours and unchanged."),
    "sync": ("replica", "Make a replica what its source is, without a moment in which it is half."),
}
"""Each command with its module and what the list says of it. A module, and all that its command needs, is imported when
the command is run: `delmaal --help` needs none."""


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


def command(name: str) -> click.Command:
    """A command of the table, imported with all that it needs."""
    found: click.Command = getattr(importlib.import_module(f"delmaal.cli.{COMMANDS[name][0]}"), name)
    return found


class _Commands(click.Group):
    """The commands of the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # as click calls it
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # as above
        return command(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(
            self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.group(cls=_Commands, epilog=EXIT_CODES,
             context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="delmaal")
def cli() -> None:
    """Publish a municipality's plan, its figures and its links to SDG targets as validated linked open data.

    PUBLICATION is a folder of YAML with a publication.yaml; without it, the current folder is meant.

    \b
    Examples:
      delmaal validate data/trondheim
      cd data/trondheim && delmaal build && delmaal serve
    """

__all__ = ["COMMANDS", "EXIT_CODES", "cli", "command", "main"]
