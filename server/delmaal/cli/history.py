"""`delmaal releases`, `diff`, `prune` and `pin`: the releases of a publication over time."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from delmaal.cli.options import EXIT_CODES, folder_of, publication_argument, setting_options
from delmaal.errors import ReleaseError, count
from delmaal.reading.releases import Opened
from delmaal.release import Shelf, shelf_of
from delmaal.release.difference import difference, write_patch
from delmaal.release.history import History
from delmaal.release.history import pin as pin_release
from delmaal.release.log import fault_of_log
from delmaal.release.retention import Plan, plan, retain
from delmaal.release.signature import read_signatures
from delmaal.release.sorted_dump import open_lookup
from delmaal.release.summary import summarise, written
from delmaal.screen import err, language_of_reader, out
from delmaal.settings import Settings, load

_publication_option = click.option("--publication", type=click.Path(path_type=Path, file_okay=False),
                                   help="The publication's folder.")


@click.command(epilog=EXIT_CODES)
@publication_argument
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="How to print the list.")
@setting_options("out", "keep_releases", "keep_caches")
def releases(publication: Path | None, style: str, **options: str | None) -> None:
    """List the releases that there are and were, newest first: when each became current, and why it is kept.

    \b
    Examples:
      delmaal releases
      delmaal releases data/trondheim --format json | jq .
    """
    settings = load(options)
    shelf = _shelf(publication, settings)
    warn_of_log(shelf)
    rows = _rows(shelf, settings)
    if style == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1).encode())
        return
    for row in rows:
        state = ", ".join(row["state"])
        out.print(f"{row['release'][:12]}  {row['time'] or 'never current':20}  {state}")


def _rows(shelf: Shelf, settings: Settings) -> list[dict[str, Any]]:
    planned, history = plan(shelf, settings.keep_releases, settings.keep_caches), History(shelf.folder)
    switches = list(reversed(history.switches()))
    rows = [(row.release, row.time.strftime("%Y-%m-%dT%H:%M:%SZ")) for row in switches]
    rows += [(name, "") for name in sorted(history.kept() - {row.release for row in switches})]
    found = []
    for name, time in rows:
        folder = shelf.releases / name
        state = [planned.reasons.get(name) or ("to be dropped" if name in planned.drop else "dropped")]
        if folder.is_dir() and not (folder / "index").is_dir():
            state.append("without caches")
        if read_signatures(shelf.folder, name):
            state.append("signed")
        found.append({"release": name, "time": time, "state": state})
    return found


@click.command(epilog=EXIT_CODES)
@click.argument("old")
@click.argument("new", required=False)
@click.option("--format", "style", type=click.Choice(["text", "patch", "json"]), default="text",
              help="A summary to read, an RDF Patch that makes NEW of OLD, or the summary as JSON.")
@click.option("--scope", type=click.Choice(["data", "store"]), default="data",
              help="What a patch is of: data/all.nt, or all that the store holds, named graphs and metadata included.")
@_publication_option
@setting_options("out")
def diff(old: str, new: str | None, style: str, scope: str, publication: Path | None, **options: str | None) -> None:
    """Tell what NEW says that OLD does not, and the reverse; NEW is the current release where it is not given.

    The first digits of an id are enough. A patch is in the format RDF Patch, and is written as it is found, so that
    releases of any size can be compared.

    \b
    Examples:
      delmaal diff 3f0c 91aa
      delmaal diff 3f0c --format patch > changes.rdfp
    """
    if scope != "data" and style != "patch":
        raise click.UsageError("--scope is of a patch; add --format patch")
    shelf = _shelf(publication, load(options))
    one, two = shelf.find(old), shelf.find(new) if new else shelf.current()
    if style == "patch":
        for line in write_patch(one, two, difference(one.folder, two.folder, scope)):
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        return
    sides = [Opened(release, None, open_lookup(release.folder)) for release in (one, two)]
    summary = summarise(sides[0], sides[1], difference(one.folder, two.folder))
    if style == "json":
        click.echo(json.dumps(summary.as_json(), ensure_ascii=False, indent=1).encode())
        return
    for text in written(summary, language_of_reader()):
        out.print(text)


@click.command(epilog=EXIT_CODES)
@publication_argument
@click.option("--dry-run", is_flag=True, help="Only tell what would be dropped.")
@setting_options("out", "keep_releases", "keep_caches")
def prune(publication: Path | None, dry_run: bool, **options: str | None) -> None:
    """Drop the releases, and the caches of releases, that the settings do not keep; every build does so too.

    A release stays, whatever the settings say, while it is current, served, pushed to a remote store or pinned, and
    where another release that stays refers to it.

    \b
    Examples:
      delmaal prune --keep-releases 10 --dry-run
      delmaal prune data/trondheim --keep-releases 10 --keep-caches 3
    """
    settings = load(options)
    shelf = _shelf(publication, settings)
    done = (plan if dry_run else retain)(shelf, settings.keep_releases, settings.keep_caches)
    for name in done.drop:
        out.print(f"{'would drop' if dry_run else 'dropped'} release {name[:12]}")
    for name in done.bare:
        out.print(f"{'would drop' if dry_run else 'dropped'} the caches of release {name[:12]}")
    out.print(f"{count(len(done.reasons), 'release')} kept")


@click.command(epilog=EXIT_CODES)
@click.argument("release")
@click.option("--remove", is_flag=True, help="Keep it no longer than the settings say.")
@_publication_option
@setting_options("out")
def pin(release: str, remove: bool, publication: Path | None, **options: str | None) -> None:
    """Keep a release whatever the settings say, because it was cited.

    \b
    Examples:
      delmaal pin 3f0c1d
      delmaal pin 3f0c1d --remove
    """
    shelf = _shelf(publication, load(options))
    found = shelf.find(release)
    try:
        pin_release(shelf.folder, found.id, not remove)
    except OSError as error:
        raise ReleaseError("release-unwritable", f"{shelf.folder} cannot be written: {error.strerror}") from error
    out.print(f"release {found.id[:12]} is {'no longer ' if remove else ''}pinned")


def retain_after(shelf: Shelf, settings: Settings) -> None:
    """Drop what the settings do not keep, after a build; another build that is writing will do it as well."""
    try:
        done = retain(shelf, settings.keep_releases, settings.keep_caches)
    except ReleaseError as error:
        if error.code != "release-locked":
            raise
        return
    except OSError as error:
        err.print(f"old releases cannot be dropped: {error.filename}: {error.strerror}")
        return
    _tell(done)


def warn_of_log(shelf: Shelf) -> None:
    """Say where the log of switches has a time that is to come."""
    fault = ""
    with suppress(OSError):  # whoever writes there says what is wrong with the folder
        fault = fault_of_log(shelf.folder)
    if fault:
        err.print(f"warning log-ahead: {fault}")


def _tell(done: Plan) -> None:
    if done.drop:
        names = ", ".join(name[:12] for name in done.drop)
        err.print(f"dropped {names}, as keep_releases says")


def _shelf(publication: Path | None, settings: Settings) -> Shelf:
    return shelf_of(folder_of(publication), settings.out)
