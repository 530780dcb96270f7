"""What the command line shows: findings, errors and progress, in the language of the reader."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from rich.console import Console
from rich.text import Text as RichText

from delmaal.errors import DelmaalError, InvalidPublication, SourceError, SourceErrors
from delmaal.terms import help_iri

_STYLES = {"Violation": "bold red", "Warning": "yellow", "Info": "cyan"}


class _Console(Console):
    """Prints text as it is; NO_COLOR means no escape code at all, where rich would still write bold."""

    def __init__(self, stderr: bool) -> None:
        super().__init__(stderr=stderr, color_system=None if os.environ.get("NO_COLOR") else "auto", highlight=False,
                         soft_wrap=True, markup=False, emoji=False)

    def on_broken_pipe(self) -> NoReturn:
        """Leave it to `main`, which is told of click's as well."""
        raise BrokenPipeError


out = _Console(stderr=False)
err = _Console(stderr=True)


def print_error(error: DelmaalError) -> None:
    """An error, with all that it holds, on stderr."""
    if isinstance(error, SourceErrors):
        for mistake in error.errors:
            print_line(str(mistake.mark), mistake.code, mistake.sentence, "Violation", err)
    elif isinstance(error, InvalidPublication):
        print_findings(error.findings, err)
    elif isinstance(error, SourceError):
        print_line(str(error.mark), error.code, error.sentence, "Violation", err)
        return
    err.print(RichText.assemble(("error ", "bold red"), f"{error.code}: {error.sentence}"))


def print_line(mark: str, code: str, sentence: str, severity: str, console: Console, shape: bool = False) -> None:
    """One mistake at its place; a terminal that knows links makes the code one, to where it is explained."""
    linked = f"{_STYLES[severity]} link {help_iri(code, shape)}"
    console.print(RichText.assemble((mark, "bold"), " ", (code, linked), ": ", sentence))


def print_findings(findings: Sequence[Any], console: Console) -> None:
    """Findings of the shapes, each with what to write instead."""
    language = language_of_reader()
    for finding in findings:
        fix = finding.fix.within(language)
        sentence = finding.message.within(language) + (f" → {fix}" if fix else "")
        print_line(str(finding.mark), finding.code, sentence, finding.severity, console, shape=True)


def language_of_reader() -> str:
    """Norwegian where the reader's locale is, else English."""
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    name = name or (locale.getlocale()[0] or "")
    return "nb" if name.lower().startswith(("nb", "nn", "no")) else "en"


@contextmanager
def step_shown() -> Iterator[Callable[[str], None]]:
    """Shows which step is under way, on a terminal only."""
    labels = {"read": "reading the sources", "build": "building the graph", "validate": "validating with SHACL",
              "describe": "describing the release", "release": "writing the release"}
    if not sys.stderr.isatty():  # FORCE_COLOR makes rich believe that a pipe is a terminal
        yield lambda _: None
    elif err.color_system is None:
        yield lambda step: err.print(labels[step])
    else:
        with err.status("starting") as status:
            yield lambda step: status.update(labels[step])


@contextmanager
def bars_shown(labels: dict[str, str]) -> Iterator[Callable[[str, int, int], None]]:
    """Shows how far each step is, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bars:
        tasks: dict[str, Any] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(labels[step])
            bars.update(tasks[step], completed=done, total=total)

        yield show
